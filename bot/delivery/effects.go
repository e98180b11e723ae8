package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// follow does what comes after a result was written: a held text sees whether
// the customer wrote meanwhile, a template whether its result came first, then
// the effects.
func (o *Outbox) follow(ctx context.Context, d *Delivery) error {
	if d.State == Held {
		freed, err := o.recheck(ctx, d)
		if err != nil || freed {
			return err
		}
	}
	if d.Await != "" && d.State == Sent {
		if err := o.takeEarly(ctx, d); err != nil {
			return err
		}
	}
	if len(d.Effects) == 0 {
		return nil
	}
	return o.effects(ctx, d)
}

// effects carries out what must follow and then drops it from d. Each may run
// twice.
func (o *Outbox) effects(ctx context.Context, d *Delivery) error {
	var done []string
	var failed error
	for _, e := range d.Effects {
		if err := o.effectOf(ctx, e, d); err != nil {
			failed = errors.Join(failed, fmt.Errorf("delivery: effect %s: %w", e, err))
			continue
		}
		done = append(done, e)
	}
	now := o.now()
	_, err := o.all.Update(ctx, d.ID, func(x *Delivery) error {
		x.Effects = slices.DeleteFunc(x.Effects, func(e string) bool { return slices.Contains(done, e) })
		if len(x.Effects) == 0 {
			x.Effects = nil
		}
		x.derive(now)
		if failed != nil && x.State != Sending {
			x.Due = now.Add(30 * time.Second)
		}
		return nil
	})
	return errors.Join(failed, err)
}

func (o *Outbox) effectOf(ctx context.Context, effect string, d *Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	switch effect {
	case effMerged:
		return o.endMerged(ctx, d)
	case effUndelivered:
		if o.OnUndelivered == nil {
			return nil
		}
		return o.OnUndelivered(ctx, *d)
	case effUnreachable:
		if o.OnUnreachable == nil {
			return nil
		}
		for _, w := range d.Ways {
			if !w.Never {
				continue
			}
			if err := o.OnUnreachable(ctx, *d, w); err != nil {
				return err
			}
		}
		return nil
	case effNudge:
		return o.Post(ctx, Delivery{
			Meta: store.Meta{ID: d.ID + "/notice"}, To: d.To, Class: Notice, Content: d.Fallback,
			Customer: d.Customer, Ticket: d.Ticket, From: d.From, For: d.ID, NotAfter: d.NotAfter,
		})
	case effUnsaid:
		return o.unsaid(ctx, d)
	}
	return fmt.Errorf("delivery: unknown effect %.20q", effect)
}

// endMerged gives those carried along the state of the one that carried them.
func (o *Outbox) endMerged(ctx context.Context, head *Delivery) error {
	for _, id := range head.Merged {
		changed := false
		d, err := o.all.Update(ctx, id, func(x *Delivery) error {
			if changed = x.State == Queued; !changed {
				return store.ErrUnchanged
			}
			x.become(head.State, head.At)
			x.Lead, x.Window, x.Reason = head.ID, head.Window, head.Reason
			w := x.way()
			w.At, w.Tried, w.Reason = head.At, true, head.Reason
			if head.State == Unknown {
				x.Lost = head.At
				x.tell()
			}
			x.derive(head.At)
			return nil
		})
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return err
		case changed:
			o.count.reached(d)
		}
	}
	return nil
}

// unsaid: the nudge of a held text did not get through, so its owner must know.
func (o *Outbox) unsaid(ctx context.Context, nudge *Delivery) error {
	now := o.now()
	var tried Way
	for _, w := range nudge.Ways {
		if w.Tried || w.Code != 0 {
			tried = w
		}
	}
	d, err := o.all.Update(ctx, nudge.For, func(x *Delivery) error {
		if x.State != Held || x.Told {
			return store.ErrUnchanged
		}
		tried.Tried = true
		x.Ways = append(x.Ways, tried)
		x.tell()
		x.derive(now)
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if slices.Contains(d.Effects, effUndelivered) {
		return o.effects(ctx, d)
	}
	return nil
}

// expire ends what may not be sent any more.
func (o *Outbox) expire(ctx context.Context, id string) error {
	now := o.now()
	d, err := o.all.Update(ctx, id, func(x *Delivery) error {
		switch {
		case x.State != Queued && x.State != Held || x.NotAfter.IsZero() || now.Before(x.NotAfter):
			return store.ErrUnchanged
		case x.Class == Promotion || x.Content.Form == chat.AsUpdate:
			x.become(Cancelled, now)
		default:
			x.end(Dead, now)
		}
		x.derive(now)
		return nil
	})
	if err != nil {
		return err
	}
	o.count.reached(d)
	return o.follow(ctx, d)
}
