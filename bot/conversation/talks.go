package conversation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/jobs"
	"kefu/store"
)

// Talks keeps the conversations. It is also the ledger of what may be sent to
// whom (delivery.Ledger).
type Talks struct {
	all  *store.Collection[Conversation]
	now  func() time.Time
	memo *store.Memo[*Conversation] // of those who wrote last; nil: another process may change them
}

var _ delivery.Ledger = (*Talks)(nil)

// Open opens them.
func Open(ctx context.Context, e store.Engine, now func() time.Time) (*Talks, error) {
	all, err := store.Open[Conversation](ctx, e, "conversations",
		jobs.DueIndex())
	if err != nil {
		return nil, err
	}
	return &Talks{all: all, now: now}, nil
}

// remembered is how many conversations are kept in memory.
const remembered = 4096

// Alone says that no other process writes conversations, so that those of
// customers who write again need not be read again. To be called before the first
// use.
func (t *Talks) Alone() {
	t.memo = store.NewMemo[*Conversation](remembered)
	t.all.Watch(func(c *Conversation, err error) { t.memo.Forget(c.ID, err) })
}

// Collection is for the clock that looks for what is due.
func (t *Talks) Collection() *store.Collection[Conversation] { return t.all }

// With returns the conversation; a new one has revision 0.
func (t *Talks) With(ctx context.Context, who chat.CustomerID) (*Conversation, error) {
	c, err := t.all.Get(ctx, string(who))
	if errors.Is(err, store.ErrNotFound) {
		return &Conversation{Meta: store.Meta{ID: string(who)}}, nil
	}
	return c, err
}

// Take is With for a decision, which ends in Save and then Keep. What it returns
// may be older than what is stored; then Save returns store.ErrConflict, and the
// next Take reads anew.
func (t *Talks) Take(ctx context.Context, who chat.CustomerID) (*Conversation, error) {
	if c, ok := t.memo.Take(string(who)); ok {
		return c, nil
	}
	return t.With(ctx, who)
}

// Keep gives back a conversation that was saved and has no effects left. It must
// not be used afterwards.
func (t *Talks) Keep(c *Conversation) { t.memo.Put(c.ID, c) }

// Save writes a conversation that was read with With and changed since: once, or
// store.ErrConflict, and then everything must be decided anew.
func (t *Talks) Save(ctx context.Context, c *Conversation) error {
	c.settle(t.now())
	if c.Rev > 0 {
		return t.all.Replace(ctx, c)
	}
	err := t.all.Insert(ctx, c)
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("conversation: %w", store.ErrConflict)
	}
	return err
}

func (t *Talks) change(ctx context.Context, who chat.CustomerID, change func(*Conversation) error) (*Conversation, error) {
	now := t.now()
	return t.all.Upsert(ctx, string(who), func() *Conversation { return &Conversation{} }, func(c *Conversation) error {
		if err := change(c); err != nil {
			return err
		}
		c.settle(now)
		return nil
	})
}

// Change is for what staff and the clock do to a conversation; it may run twice.
func (t *Talks) Change(ctx context.Context, who chat.CustomerID, change func(*Conversation) error) (*Conversation, error) {
	return t.change(ctx, who, change)
}

// Defer marks a message as to be answered later, unless it was decided meanwhile.
func (t *Talks) Defer(ctx context.Context, who chat.CustomerID, key string) (Turn, error) {
	var turn Turn
	_, err := t.change(ctx, who, func(c *Conversation) error {
		had := c.Turn(key) != nil
		turn = c.Defer(key, t.now())
		if had {
			return store.ErrUnchanged
		}
		return nil
	})
	return turn, err
}

// Drop forgets effects that were carried out, of a conversation in hand, which
// must not be used afterwards.
func (t *Talks) Drop(ctx context.Context, c *Conversation, done ...string) error {
	if len(done) == 0 {
		return nil
	}
	now := t.now()
	c, err := t.all.Amend(ctx, c, func(c *Conversation) error {
		c.Effects = slices.DeleteFunc(slices.Clone(c.Effects), func(e Effect) bool { return slices.Contains(done, e.ID) })
		c.settle(now)
		return nil
	})
	if err == nil && len(c.Effects) == 0 {
		t.Keep(c)
	}
	return err
}

// Purge removes conversations in which nobody wrote since before and nothing is
// left to do, behind the id from: it is for jobs.Keeper. A customer who writes
// again begins anew; their file and cases stay.
func (t *Talks) Purge(ctx context.Context, before store.Time, from string) (next string, gone int, err error) {
	q := store.Query{Limit: jobs.PurgeBatch}
	if from != "" {
		q.After = []any{from}
	}
	list, err := t.all.List(ctx, q)
	if err != nil {
		return from, 0, err
	}
	var ids []string
	for _, c := range list {
		if c.Last.Before(before) && c.Due.IsZero() {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) > 0 {
		gone, err = t.all.Purge(ctx, store.Query{
			Where: []store.Cond{store.Where("id", store.In, ids), store.Where("last", store.Lt, before), store.Where("due", store.Missing)},
			Limit: len(ids),
		})
		for _, id := range ids {
			t.memo.Forget(id, nil)
		}
	}
	if len(list) == jobs.PurgeBatch {
		next = list[len(list)-1].ID
	}
	return next, gone, err
}

// maxTries is how often an effect is tried that fails for a reason of its own.
const maxTries = 5

// Failed counts a failed try of an effect. After five it is dropped, so that it
// cannot hold up what comes after it; true then.
func (t *Talks) Failed(ctx context.Context, who chat.CustomerID, effect string) (dropped bool, err error) {
	_, err = t.change(ctx, who, func(c *Conversation) error {
		dropped = false
		for i := range c.Effects {
			if e := &c.Effects[i]; e.ID == effect {
				if e.Tries++; e.Tries >= maxTries {
					c.Effects = slices.Delete(c.Effects, i, i+1)
					dropped = true
				}
				return nil
			}
		}
		return store.ErrUnchanged
	})
	return dropped, err
}
