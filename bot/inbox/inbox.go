// Package inbox is what came in, once each: every message is stored here before
// WeChat is told that we have it, and stays open until it has been answered.
//
// An entry is born due. Whatever happens to the process that took it, somebody
// finds it and finishes it; attempts are counted, and what cannot be handled
// after three becomes work for a person.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kefu/bot/chat"
	"kefu/bot/jobs"
	"kefu/store"
)

// Entry is one message. Its id is the message's key.
type Entry struct {
	store.Meta
	Customer chat.CustomerID `json:"customer"`
	Message  chat.Message    `json:"message"`
	At       store.Time      `json:"at"`     // CreateTime, orders a customer's messages
	Stored   store.Time      `json:"stored"` // orders those of one second
	Open     bool            `json:"open,omitempty"`
	Attempts int             `json:"attempts,omitempty"`
	Reply    string          `json:"reply,omitempty"` // what was answered, as history shows it
	AI       bool            `json:"ai,omitempty"`
	Later    bool            `json:"later,omitempty"` // answered by a delivery, which is in history itself
	Gone     string          `json:"gone,omitempty"`  // why it was given up
	Due      store.Time      `json:"due,omitzero"`
}

const (
	// Finish is how long after its arrival an entry is looked after by the
	// clock: beyond WeChat's third delivery (3 × 5 s).
	Finish = 20 * time.Second
	// MaxAttempts is how often handling is tried.
	MaxAttempts = 3
	// Keep is how long keys are remembered: an older message is refused.
	Keep = 30 * 24 * time.Hour
)

// Box keeps the entries.
type Box struct {
	all *store.Collection[Entry]
	now func() time.Time
}

// Open opens the box.
func Open(ctx context.Context, e store.Engine, now func() time.Time) (*Box, error) {
	all, err := store.Open[Entry](ctx, e, "inbox",
		jobs.DueIndex(),
		store.Index{Fields: []string{"stored"}},
		store.Index{Fields: []string{"customer", "id"}, Where: []store.Cond{store.Where("open", store.Eq, true)}},
	)
	if err != nil {
		return nil, err
	}
	return &Box{all, now}, nil
}

// Collection is for the clock that looks for what is due.
func (b *Box) Collection() *store.Collection[Entry] { return b.all }

// Put stores a message. fresh is false when it had come before; then the entry is
// the stored one. It may be repeated.
func (b *Box) Put(ctx context.Context, m chat.Message) (e *Entry, fresh bool, err error) {
	now := b.now()
	e = &Entry{
		Meta: store.Meta{ID: m.Key}, Customer: m.Customer(), Message: m,
		At: m.At, Stored: store.At(now), Open: true, Attempts: 1, Due: store.At(now.Add(Finish)),
	}
	switch err = b.all.Insert(ctx, e); {
	case err == nil:
		return e, true, nil
	case errors.Is(err, store.ErrExists):
		e, err = b.all.Get(ctx, m.Key)
		return e, false, err
	}
	return nil, false, fmt.Errorf("inbox: %w", err)
}

// Get returns one entry.
func (b *Box) Get(ctx context.Context, key string) (*Entry, error) { return b.all.Get(ctx, key) }

// Waiting are a customer's open entries, oldest first, at most 50.
func (b *Box) Waiting(ctx context.Context, who chat.CustomerID) ([]*Entry, error) {
	return b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("customer", store.Eq, string(who)), store.Where("open", store.Eq, true)},
		Order: []store.Order{{Field: "at"}, {Field: "stored"}}, Limit: 50,
	})
}

// Purge removes closed entries older than before, the oldest first: it is for
// jobs.Keeper. The clock of whoever sent a message may be ahead of ours, so its
// own time must have passed too. Keep no shorter than Keep, or a message could be
// taken twice.
func (b *Box) Purge(ctx context.Context, before store.Time, _ string) (next string, gone int, err error) {
	gone, err = b.all.Purge(ctx, store.Query{
		Where: []store.Cond{
			store.Where("stored", store.Lt, before), store.Where("at", store.Lt, before), store.Where("open", store.Missing),
		},
		Order: []store.Order{{Field: "stored"}}, Limit: jobs.PurgeBatch,
	})
	if gone == jobs.PurgeBatch {
		next = "more"
	}
	return next, gone, err
}

// Answer is how an entry ended.
type Answer struct {
	Reply string
	AI    bool
	Later bool
	Gone  string
}

// Close ends an entry. It may be repeated.
func (b *Box) Close(ctx context.Context, e *Entry, how Answer) error {
	done := *e
	done.Open, done.Due = false, store.Time{}
	done.Reply, done.AI, done.Later, done.Gone = how.Reply, how.AI, how.Later, how.Gone
	err := b.all.Replace(ctx, &done)
	if err == nil || !errors.Is(err, store.ErrConflict) {
		return err
	}
	_, err = b.all.Update(ctx, e.ID, func(now *Entry) error {
		if !now.Open {
			return store.ErrUnchanged
		}
		now.Open, now.Due = false, store.Time{}
		now.Reply, now.AI, now.Later, now.Gone = how.Reply, how.AI, how.Later, how.Gone
		return nil
	})
	return err
}

// Failed counts an attempt that failed and makes the entry due again.
func (b *Box) Failed(ctx context.Context, key string) (*Entry, error) {
	now := b.now()
	return b.all.Update(ctx, key, func(e *Entry) error {
		if !e.Open {
			return store.ErrUnchanged
		}
		e.Attempts++
		e.Due = store.At(now.Add(time.Duration(e.Attempts) * 2 * time.Second))
		return nil
	})
}
