// Package intent reads what a customer wrote: what they want (often several
// things at once), how urgent and how angry it is, which room, phone, order or
// number they named, and why we think so.
//
// Two layers, each usable alone. Rules over word lists (words/*.txt) find what
// must never be missed: a person wanted, a complaint, a threat, danger, injury.
// A classifier over character n-grams, trained from the sentences in
// examples/*.txt, reads everything else. Both kinds of file are plain lines that
// a support agent can read and extend. Nothing here calls out or keeps state:
// one Reader serves any number of goroutines.
package intent
