package delivery

import (
	"context"
	"errors"

	"kefu/bot/chat"
	"kefu/store"
)

// Dead lists what failed, died or has an unknown outcome, the newest first. after
// is the last delivery of the page before, nil for the first page; at most 200.
func (o *Outbox) Dead(ctx context.Context, after *Delivery, limit int) ([]*Delivery, error) {
	q := store.Query{
		Where: []store.Cond{store.Where("lost", store.Exists)},
		Order: []store.Order{{Field: "lost", Desc: true}},
		Limit: min(max(limit, 1), 200),
	}
	if after != nil {
		q.After = []any{after.Lost, after.ID}
	}
	return o.all.List(ctx, q)
}

// OfTicket lists what was said to the customer about a ticket in order of its
// making, at most 200; cards and lines for staff are left out.
func (o *Outbox) OfTicket(ctx context.Context, ticket string) ([]*Delivery, error) {
	return o.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("ticket", store.Eq, ticket), store.Where("class", store.Ne, Staff)},
		Order: []store.Order{{Field: "created_at"}},
		Limit: 200,
	})
}

// ErrNotAgain: only what was held, failed, died, or is of unknown outcome can be
// sent again.
var ErrNotAgain = errors.New("delivery: not to be sent again")

// Again sends once more what was given up, because a person said so. Every way is
// open again, also one closed for ever: the person knows better.
func (o *Outbox) Again(ctx context.Context, id string) error {
	now := o.now()
	d, err := o.all.Update(ctx, id, func(x *Delivery) error {
		if !x.Undelivered() {
			return ErrNotAgain
		}
		for i := range x.Ways {
			x.Ways[i].Never = false
		}
		x.Told, x.Reason, x.Effects, x.NotAfter = false, "", nil, store.Time{}
		x.free(now)
		return nil
	})
	if err != nil {
		return err
	}
	o.kick(d)
	return nil
}

// Cancel takes back what has not begun to leave; false: it has, or is over.
func (o *Outbox) Cancel(ctx context.Context, id string) (bool, error) {
	now := o.now()
	lane, done := chat.Address{}, false
	_, err := o.all.Update(ctx, id, func(x *Delivery) error {
		if done = (x.State == Queued && x.Unsure == 0) || x.State == Held; !done {
			return store.ErrUnchanged
		}
		lane = x.To
		x.become(Cancelled, now)
		x.Effects = nil
		x.derive(now)
		return nil
	})
	if err != nil || !done {
		return false, err
	}
	o.lanes.wakeUp(lane.String())
	list, err := o.open(ctx, lane.String())
	if err == nil && len(list) > 0 {
		o.kick(list[0])
	}
	return true, err
}
