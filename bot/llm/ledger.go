package llm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"kefu/store"
)

// Kept is how long a call is remembered.
const Kept = 30 * 24 * time.Hour

// Outcome is what became of a call.
type Outcome string

// The outcomes. The last three were not made: they are counted by day, not kept
// one by one.
const (
	fine     Outcome = "ok"
	repaired Outcome = "repaired" // ok after one repair
	format   Outcome = "format"   // no JSON that meets the schema
	timeout  Outcome = "timeout"  // the model, or its caller's patience
	canceled Outcome = "canceled"
	denied   Outcome = "refused" // by the server
	failed   Outcome = "failed"
	busy     Outcome = "busy"
	broke    Outcome = "budget"
	open     Outcome = "open"
)

// call is one call in the ledger. It holds no text.
type call struct {
	store.Meta
	At      store.Time `json:"at"`
	Prompt  string     `json:"prompt"`
	Version string     `json:"version,omitzero"`
	Model   string     `json:"model"`
	In      int        `json:"in"`
	Out     int        `json:"out"`
	Cost    int64      `json:"cost"` // millionths of 元
	Took    int64      `json:"took"` // milliseconds
	Tries   int        `json:"tries"`
	Outcome Outcome    `json:"outcome"`
	Code    string     `json:"code,omitzero"` // the server's, when it refused
	Case    string     `json:"case,omitzero"`
}

type ledger struct{ calls *store.Collection[call] }

func openLedger(ctx context.Context, e store.Engine) (*ledger, error) {
	calls, err := store.Open[call](ctx, e, "llm_calls", store.Index{Fields: []string{"at", "id"}})
	if err != nil {
		return nil, err
	}
	return &ledger{calls}, nil
}

func outcomeOf(t *talk, err error) Outcome {
	api, _ := errors.AsType[*APIError](err)
	switch {
	case err == nil && t.repaired:
		return repaired
	case err == nil:
		return fine
	case errors.Is(err, ErrFormat):
		return format
	case errors.Is(err, ErrBudget):
		return broke
	case errors.Is(err, ErrOpen):
		return open
	case errors.Is(err, context.Canceled):
		return canceled
	case errors.Is(err, context.DeadlineExceeded), api != nil && api.Why == tooLate:
		return timeout
	case api != nil && api.class == refused:
		return denied
	}
	return failed
}

// turnAway counts a call that is not made.
func (c *Client) turnAway(r Request, o Outcome) {
	c.meter.count(r.Prompt, o)
	switch o {
	case busy:
		c.purse.busy.Add(1)
	case broke:
		c.purse.broke.Add(1)
	case open:
		c.purse.open.Add(1)
	}
}

// bookPatience is how long an answer waits for its books, which take a few
// milliseconds. A store that hangs holds its place, not the answer.
const bookPatience = 250 * time.Millisecond

// book keeps a call and then frees its place.
func (c *Client) book(ctx context.Context, t *talk, reply Reply, err error) {
	done := make(chan struct{})
	c.keeping.Go(func() {
		defer func() { <-c.places }()
		defer close(done)
		c.keep(ctx, t, reply, err)
	})
	patience := time.NewTimer(bookPatience)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	}
}

// keep settles the money and writes the ledger. A store that fails takes the
// entry with it, not the answer.
func (c *Client) keep(ctx context.Context, t *talk, reply Reply, err error) {
	o := outcomeOf(t, err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookTime)
	defer cancel()
	if t.asked == 0 && (o == broke || o == open) {
		c.turnAway(t.r, o)
	} else {
		c.meter.count(t.r.Prompt, o)
	}
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { errs[0] = t.money.settle(ctx) })
	if t.asked > 0 {
		c.meter.took(t.r.Prompt, reply.Took)
		if c.ledger != nil {
			both.Go(func() { errs[1] = c.ledger.calls.Insert(ctx, c.entry(t, reply, o, err)) })
		}
	}
	both.Wait()
	if e := errors.Join(errs[:]...); e != nil {
		c.log.Warn("a call of the model is not in the books", "prompt", t.r.Prompt, "err", e)
	}
}

func (c *Client) entry(t *talk, reply Reply, o Outcome, err error) *call {
	e := &call{
		Meta: store.Meta{ID: rand.Text()}, At: store.At(c.now()), Prompt: t.r.Prompt, Version: t.r.Version, Model: c.model,
		In: reply.In, Out: reply.Out, Cost: reply.Cost, Took: reply.Took.Milliseconds(), Tries: t.asked, Outcome: o, Case: t.r.Case,
	}
	if api, ok := errors.AsType[*APIError](err); ok {
		e.Code = api.Code
	}
	return e
}

const (
	forgetPage = 500
	forgetMost = 200_000 // of one run; what is left goes with the next
	forgetters = 8       // at once, so that one fsync serves many
)

// Forget deletes what is older than 30 days. It is for a job that runs daily, and
// may be repeated.
func (c *Client) Forget(ctx context.Context) error {
	if c == nil || c.ledger == nil {
		return nil
	}
	until := c.now().Add(-Kept)
	old := store.Query{
		Where: []store.Cond{store.Where("at", store.Lt, store.At(until))},
		Order: []store.Order{{Field: "at"}}, Limit: forgetPage,
	}
	for range forgetMost / forgetPage {
		list, err := c.ledger.calls.List(ctx, old)
		if err != nil {
			return fmt.Errorf("llm: old calls: %w", err)
		}
		if err := deleteAll(ctx, c.ledger.calls, list); err != nil {
			return fmt.Errorf("llm: old calls: %w", err)
		}
		if len(list) < forgetPage {
			break
		}
	}
	days, err := c.purse.days.List(ctx, store.Query{
		Where: []store.Cond{store.Where("id", store.Lt, until.In(c.purse.zone).Format(time.DateOnly))}, Limit: forgetPage,
	})
	if err != nil {
		return fmt.Errorf("llm: old days: %w", err)
	}
	for _, d := range days {
		if err := c.purse.days.Delete(ctx, d.ID); err != nil {
			return fmt.Errorf("llm: old days: %w", err)
		}
	}
	return nil
}

func deleteAll(ctx context.Context, calls *store.Collection[call], list []*call) error {
	var all sync.WaitGroup
	var first atomic.Pointer[error]
	places := make(chan struct{}, forgetters)
	for _, e := range list {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			if err := calls.Delete(ctx, e.ID); err != nil {
				first.CompareAndSwap(nil, &err)
			}
		})
	}
	all.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}
