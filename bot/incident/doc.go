// Package incident finds the one event behind many complaints (突发公众事件).
//
// [Groups] looks at complaints as they come and puts together what is alike: in
// the words, the thing, the product, the order, the place. [Rule] says when a group
// is more than usual. An [Incident] is the document of one such event, from the
// moment it was noticed until a manager ends it; [Book] reads and writes it. What
// it means for people (cards, lines, briefs) is package casework's.
package incident
