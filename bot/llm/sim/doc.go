// Package sim is a language model of our own behind OpenAI's interface: for
// trying, for tests, for the demo. It answers over HTTP, by plain rules, from what
// it was given: honestly, slowly, or as badly as a model can ([Babble] promises
// money, invents facts, tells its instructions). It breaks in the ways servers
// break: half an answer, a page instead of JSON, no choices, 500, 429, a
// connection that ends. Tests queue replies word by word, and look at what was
// asked.
//
// It knows our prompts by the header that the client sends, and any other by the
// schema in its instructions. Everything kept is bounded.
package sim
