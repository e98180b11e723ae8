// Package learn makes the classifier of bot/intent better from messages that
// people have labelled: a file of examples, what staff corrected, what became
// of closed cases. What staff choose when a case ends, its cause and the
// responsible department, teaches beside it who is likely to get such a case and
// what is likely to be chosen. It trains a new version beside the one in use, tries
// both on messages neither has learned from, and puts the new one in use only when
// it is not worse. Versions live in the store, each one document; every instance
// notices a new one by itself, and the previous one can be put back.
package learn
