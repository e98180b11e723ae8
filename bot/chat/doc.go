// Package chat is the vocabulary every other package shares: who writes, what
// arrived, what is to be said, a card for staff, and how a call that failed is
// to be understood. It knows no channel, no store but its times, and no rule.
package chat
