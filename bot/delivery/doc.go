// Package delivery is what we have promised to send. Everything that leaves is a
// [Delivery], stored before it is sent: to whom, what, of which class, not
// before, not after, by which way it went, what became of it. The [Outbox]
// claims a delivery, makes the call, writes the result; it keeps the platform's
// rules (windows, credits, rates), the order of what goes to one person, and
// holds what cannot go now until the customer writes again.
//
// Before a call the delivery is claimed by compare-and-swap; without the claim
// there is no call. A claim that ran out is an unknown outcome: a reply and a
// line of a group robot are repeated, a promotion never, anything else only while
// the platform recognises a repeat.
package delivery
