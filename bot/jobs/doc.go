// Package jobs runs what is due. Whatever is to happen later is a document with
// a due field; the [Sweeper] finds it, claims it and hands it to a [Runner],
// which carries nothing but "run this document now". Attempts, backoff and dead
// letters live in the documents, so a runner may lose or repeat a wake-up at any
// time: what was lost is found again by the sweep, what is repeated finds
// nothing left to do.
//
// A document's due field says only when somebody looks at it next. What is then
// to be done follows from the document's own timers and effects, which Run reads
// again; so claiming may move due on without changing what the document means.
package jobs
