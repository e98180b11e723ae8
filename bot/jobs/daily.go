package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kefu/store"
)

// plan is when a daily thing runs next. Due is the sweep's, Next is the truth.
type plan struct {
	store.Meta
	Due  store.Time `json:"due,omitzero"`
	Next store.Time `json:"next"`
	Last store.Time `json:"last,omitzero"`
}

// Daily does things once a day at a clock time: the morning list at 8:30. The
// instant at which a run was due is its payload; what a run makes must carry that
// instant in its ids, for a run may be repeated. Runs missed while nobody was
// there become one.
type Daily struct {
	plans  *store.Collection[plan]
	now    func() time.Time
	zone   *time.Location
	things map[string]thing
}

// ErrMore, returned by a daily thing, says that it wants to go on soon: the run is
// not over.
var ErrMore = errors.New("jobs: more to do")

type thing struct {
	at  time.Duration // since midnight
	run func(ctx context.Context, due store.Time) error
}

// NewDaily opens the plans of the store; clock times are of that zone.
func NewDaily(ctx context.Context, e store.Engine, now func() time.Time, zone *time.Location) (*Daily, error) {
	plans, err := store.Open[plan](ctx, e, "plans", DueIndex())
	if err != nil {
		return nil, err
	}
	return &Daily{plans: plans, now: now, zone: zone, things: map[string]thing{}}, nil
}

// Add plans name for every day at hour:minute. Call it before the sweep starts.
// A changed time holds from the next run on. run may be called again for the same
// instant.
func (d *Daily) Add(ctx context.Context, name string, hour, minute int, run func(ctx context.Context, due store.Time) error) error {
	t := thing{time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, run}
	d.things[name] = t
	next := d.after(t, d.now())
	err := d.plans.Insert(ctx, &plan{Meta: store.Meta{ID: name}, Due: next, Next: next})
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}

// after is the first instant of t's clock time behind now.
func (d *Daily) after(t thing, now time.Time) store.Time {
	y, m, day := now.In(d.zone).Date()
	for i := range 3 {
		at := time.Date(y, m, day+i, int(t.at/time.Hour), int(t.at%time.Hour/time.Minute), 0, 0, d.zone)
		if at.After(now) {
			return store.At(at)
		}
	}
	return store.At(now.Add(24 * time.Hour))
}

// Source is for the registry.
func (d *Daily) Source() Source {
	return FromCollection(d.plans, Notices, func(p *plan) *store.Time { return &p.Due }, d.run)
}

func (d *Daily) run(ctx context.Context, name string) error {
	p, err := d.plans.Get(ctx, name)
	if err != nil {
		return err
	}
	t, ok := d.things[name]
	if !ok { // no longer planned
		return d.plans.Delete(ctx, name)
	}
	now := d.now()
	due := p.Next
	if due.After(store.At(now)) {
		_, err := d.plans.Update(ctx, name, func(p *plan) error { p.Due = p.Next; return nil })
		return err
	}
	switch err := t.run(ctx, due); {
	case errors.Is(err, ErrMore):
		return nil // the claim has made it due again
	case err != nil:
		return fmt.Errorf("jobs: %s: %w", name, err)
	}
	_, err = d.plans.Update(ctx, name, func(p *plan) error {
		if !p.Next.Equal(due) {
			return store.ErrUnchanged // another instance was faster
		}
		p.Last, p.Next = due, d.after(t, now)
		p.Due = p.Next
		return nil
	})
	return err
}
