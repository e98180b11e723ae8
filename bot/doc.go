// Package bot is what happens when a customer writes: the path of one message.
// This is the tour of the whole.
//
// WeChat calls handlers/webhook, which verifies, decrypts and parses, and hands a
// [chat.Message] to [Bot.Receive]. That stores it (package inbox), and only what
// is stored is ever answered. Then the message is decided once: the customer's
// conversation is read (package conversation), what they want is understood
// (package intent), what we know is looked up (package knowledge), their cases
// are at hand (package ticket), and everything that is to follow — the words, a
// new case, a note to an open one, a card for staff — is computed without
// writing. One compare-and-swap on the conversation records all of it. Then the
// answer leaves, in WeChat's own call if it is in time, and the effects are
// carried out: each under an id that makes it happen once. A process that dies in
// between leaves documents that are due, and the clock (package jobs) finds them.
//
// Where a language model is configured (package llm), it is asked before that,
// about what we are not sure of: package answer reads with it, answers from
// articles with it, and lets nothing through that the articles do not bear. What
// staff correct teaches the classifier: package learn.
//
// When many complaints are one event, package incident notices it as they are
// opened, and package casework tells who must know.
//
// What staff do comes in through package workbench (buttons, commands) and
// handlers/console (the ticket page); both call package casework, which knows
// what a move on a case means for everybody concerned; what is given as a
// compensation, and who decided it, is kept by package approval. What is sent goes through
// package delivery and nothing else. Who works here is package staff, when they
// do is package hours, what kinds of case there are is package desk, and every
// word said is in the files of prompts; both may change while it runs (package folder).
package bot
