// Package llm is the one way to a language model: any server with OpenAI's
// interface. It keeps to the time it is given, to so many calls at once and to a
// ceiling of money a day; it leaves a model that fails alone for a while; what
// must be JSON is checked against a schema; telephone numbers, names and the like
// do not leave the house; and every call is kept for 30 days, without its text.
//
// What is said to the model, and what may be done with what it says, is the
// caller's affair. Without a model every call gives [ErrOff], and the caller goes
// the other way.
package llm
