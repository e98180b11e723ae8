// Package knowledge is what the company knows and stands by: articles with a
// question, other ways to ask it and an answer, each approved by a person. A
// Base finds the one that answers a customer, offers up to three when several
// fit, and knows when it does not know. Questions about money and policy are
// answered only from articles marked official. What could not be answered is
// counted, and a solved ticket becomes a draft that a lead approves.
package knowledge
