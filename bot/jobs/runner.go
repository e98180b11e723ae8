package jobs

import (
	"context"
	"errors"
)

// Priority orders wake-ups that wait for a worker; lower goes first.
type Priority uint8

// The priorities. Of two that wait, the reply is run first.
const (
	Replies Priority = iota
	Notices
	Promotions
)

const priorities = 3

// Wake says: run this document now. Rev makes a task of a queue new after each
// change of the document; a runner does not compare it with the stored one.
type Wake struct {
	Coll     string   `json:"coll"`
	ID       string   `json:"id"`
	Rev      int64    `json:"rev"`
	Priority Priority `json:"priority"`
}

// ErrFull is what Enqueue returns when the wake-up was dropped. Nothing is lost:
// the document is due, and the sweep finds it again.
var ErrFull = errors.New("jobs: queue full")

// Handler runs one document. It may be called twice for the same wake-up, also
// at once by two instances. Its error is counted and logged, nothing more: the
// document itself knows when it is due again.
type Handler func(ctx context.Context, w Wake) error

// Runner brings wake-ups to workers.
type Runner interface {
	// Enqueue hands over a wake-up and never waits for a worker. A document
	// already waiting is not queued twice.
	Enqueue(ctx context.Context, w Wake) error
	// Room is how many wake-ups of that priority can be taken now, about; 0: none.
	Room(p Priority) int
	// Run works until ctx ends, then waits for what is being run. It is called once.
	Run(ctx context.Context, handle Handler) error
}
