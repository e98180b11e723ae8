package delivery

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// Run looks at one delivery, and at the others to the same address, and does what
// can be done now. It may be called at any time, any number of times.
func (o *Outbox) Run(ctx context.Context, id string) error {
	if !o.enter() {
		return errors.New("delivery: outbox is closed")
	}
	defer o.work.Done()
	ctx = context.WithoutCancel(ctx) // a call in hand is finished
	d, err := o.all.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := o.now()
	switch {
	case len(d.Effects) > 0 && d.State != Sending && d.State != Queued:
		return o.effects(ctx, d)
	case len(d.Effects) > 0:
		if err := o.effects(ctx, d); err != nil {
			o.Log.Warn("effect of a delivery waits", "err", err)
		}
	case d.State == Held && !d.NotAfter.IsZero() && !now.Before(d.NotAfter):
		return o.expire(ctx, id)
	case d.State == Sending && d.Lead != "" && !now.Before(d.Lease):
		return o.untaken(ctx, d)
	}
	if d.State == Queued && d.Lane == "" {
		if d.ready(now).After(now) {
			return nil
		}
		if d, err = o.all.Update(ctx, id, func(d *Delivery) error {
			if d.State != Queued {
				return store.ErrUnchanged
			}
			d.derive(now)
			return nil
		}); err != nil {
			return err
		}
	}
	if d.Lane == "" {
		return nil
	}
	mine, _ := o.lanes.enter(d.Lane, d.Rank, now)
	if !mine {
		return nil
	}
	return o.drain(ctx, d.Lane)
}

// rounds bounds one visit to a lane; what is left is due and found again.
const rounds = 10_000

// drain sends what can go in a lane this goroutine has entered, then leaves it.
func (o *Outbox) drain(ctx context.Context, key string) error {
	for range rounds {
		went, rest, rank, err := o.step(ctx, key)
		if err != nil {
			o.lanes.quit(key)
			return err
		}
		if !went && o.lanes.leave(key, rest, rank) {
			return nil
		}
	}
	o.lanes.quit(key)
	return nil
}

// step does the next thing in a lane; went false: nothing can go before rest.
func (o *Outbox) step(ctx context.Context, key string) (went bool, rest store.Time, rank int, err error) {
	list, err := o.open(ctx, key)
	if err != nil {
		return false, rest, 0, err
	}
	now := o.now()
	d, rest := next(list, now)
	if d == nil {
		if len(list) > 0 {
			rank = list[0].Rank
			for _, x := range list {
				rank = min(rank, x.Rank)
			}
		}
		return false, rest, rank, nil
	}
	switch {
	case d.State != Queued && d.State != Sending:
		return true, rest, 0, o.effects(ctx, d)
	case d.State == Sending:
		return true, rest, 0, o.expired(ctx, d)
	case !d.NotAfter.IsZero() && !now.Before(d.NotAfter):
		return true, rest, 0, o.expire(ctx, d.ID)
	}
	if wait, err := o.quiet(ctx, d, now); wait || err != nil {
		return true, rest, 0, err
	}
	err = o.attempt(ctx, d, list, now)
	if errors.Is(err, store.ErrConflict) {
		err = nil // somebody was faster: look again
	}
	return true, rest, 0, err
}

// quietFor is how long a promotion waits before it is looked at again.
const quietFor = time.Hour

// quiet puts a promotion off whose customer is to be left in peace now.
func (o *Outbox) quiet(ctx context.Context, d *Delivery, now store.Time) (bool, error) {
	if d.Class != Promotion || d.Customer == "" || o.Quiet == nil {
		return false, nil
	}
	wait, err := o.Quiet(ctx, d.Customer)
	if err != nil || !wait {
		return false, err
	}
	_, err = o.all.Update(ctx, d.ID, func(d *Delivery) error {
		if d.State != Queued {
			return store.ErrUnchanged
		}
		d.NotBefore = now.Add(quietFor)
		d.derive(now)
		return nil
	})
	return true, err
}

// open lists a lane in order, its first 40.
func (o *Outbox) open(ctx context.Context, key string) ([]*Delivery, error) {
	return o.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("lane", store.Eq, key)},
		Order: []store.Order{{Field: "created_at"}, {Field: "seq"}},
		Limit: 40,
	})
}

// next picks what may be done now: whatever nobody finished first, then the
// oldest of the most urgent that is ready and behind nobody. rest is when the
// first of those that wait is ready; zero when none is.
func next(list []*Delivery, now store.Time) (d *Delivery, rest store.Time) {
	for _, x := range list {
		switch {
		case x.State == Sending && now.Before(x.Lease):
			return nil, store.Time{} // one at a time; its sender looks again
		case x.State == Sending, x.State != Queued:
			return x, rest
		}
	}
	ranked := slices.Clone(list)
	slices.SortStableFunc(ranked, func(a, b *Delivery) int { return cmp.Compare(a.Rank, b.Rank) })
	for _, x := range ranked {
		if slices.ContainsFunc(list, func(y *Delivery) bool { return y.before(x, now) }) {
			continue
		}
		if r := x.ready(now); r.After(now) {
			rest = store.Earliest(rest, r)
			continue
		}
		return x, store.Time{}
	}
	return nil, rest
}

// before says that d must leave before x: older, not less urgent, and not waiting
// for long.
func (d *Delivery) before(x *Delivery, now store.Time) bool {
	return d.ID != x.ID && d.Rank <= x.Rank && d.order(x) < 0 && !d.ready(now).After(now.Add(laneLimit))
}

func (d *Delivery) order(x *Delivery) int {
	return cmp.Or(d.CreatedAt.Time().Compare(x.CreatedAt.Time()), cmp.Compare(d.Seq, x.Seq), cmp.Compare(d.ID, x.ID))
}

// attempt claims d, with what can leave in the same send, and carries it out. An
// error is of the store; ErrConflict: somebody else changed d.
func (o *Outbox) attempt(ctx context.Context, d *Delivery, list []*Delivery, now store.Time) error {
	by := d.way().By
	if by == "" {
		return o.change(ctx, d, func(d *Delivery) { d.next(now) })
	}
	if until := o.blocked(d, by, now); !until.IsZero() {
		return o.change(ctx, d, func(d *Delivery) { d.wait(outcome{pause: until}, now) })
	}
	if x := outdated(d, list); x != nil {
		_, _, err := o.prepareUpdate(ctx, x, now)
		return err
	}
	content := d.says(by)
	if content.Form == chat.AsUpdate && len(d.Call.Body) == 0 {
		var ok bool
		var err error
		if content, ok, err = o.prepareUpdate(ctx, d, now); !ok || err != nil {
			return err
		}
	}
	if wait := o.slot(ctx, d.To); wait > 0 {
		return o.change(ctx, d, func(d *Delivery) { d.Retry = now.Add(wait) })
	}
	if len(d.Call.Body) == 0 {
		content, d.Merged = merge(d, content, list, now)
		call, fail := o.render(ctx, d, content)
		if fail != nil {
			return o.change(ctx, d, func(d *Delivery) {
				d.Attempts++
				d.conclude(outcome{fail: fail, called: true, jitter: jitter(), pause: o.pauseFor(d, fail, now)}, now)
			})
		}
		d.Call = call
	}
	d.claim(d.Call, now)
	since := time.Now()
	if err := o.all.Replace(ctx, d); err != nil {
		return err
	}
	return o.carry(ctx, d, since)
}

// merge adds what waits behind d and fits.
func merge(d *Delivery, c chat.Content, list []*Delivery, now store.Time) (chat.Content, []string) {
	var ids []string
	for _, x := range list {
		if x.State != Queued || x.ID == d.ID || x.order(d) < 0 || x.Rank != d.Rank {
			continue
		}
		if len(ids) == maxMerge || !joins(d, x) || x.ready(now).After(now) || len(x.Call.Body) > 0 {
			break
		}
		more, ok := join(c, x.Content)
		if !ok {
			break
		}
		c = more
		ids = append(ids, x.ID)
	}
	return c, ids
}

// change writes a delivery that is not claimed, at the revision read.
func (o *Outbox) change(ctx context.Context, d *Delivery, f func(*Delivery)) error {
	was := d.State
	f(d)
	d.derive(o.now())
	if err := o.all.Replace(ctx, d); err != nil {
		return err
	}
	if d.State != was {
		o.count.reached(d)
	}
	return nil
}

// blocked is until when this call must not be made; zero: it may.
func (o *Outbox) blocked(d *Delivery, by By, now store.Time) store.Time {
	until := o.pauses.until(callKey(d.To, by), now)
	if b := o.pauses.breaker(d.To); b.IsOpen() && b.RemainingDelay() > 0 {
		until = store.Earliest(until, now.Add(b.RemainingDelay()+50*time.Millisecond))
	}
	return until
}
