// Package learn makes the classifier of bot/intent better from messages that
// people have labelled: a file of examples, what staff corrected, what became
// of closed cases. It trains a new version beside the one in use, tries both on
// messages neither has learned from, and puts the new one in use only when it is
// not worse. Versions live in the store; every instance notices a new one by
// itself, and the previous one can be put back.
package learn
