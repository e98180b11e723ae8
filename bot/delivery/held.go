package delivery

import (
	"context"
	"errors"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// takeLease is how long a taker of held texts has to confirm them.
const takeLease = 2 * time.Minute

// free makes a held delivery due, every way open again.
func (d *Delivery) free(now store.Time) {
	d.reopen()
	d.become(Queued, now)
	d.Call, d.Called, d.Unsure, d.Attempts, d.Lead = chat.Call{}, store.Time{}, 0, 0, ""
	d.Effects = slices.DeleteFunc(d.Effects, func(e string) bool { return e == effNudge })
	d.derive(now)
}

// recheck asks the ledger again after a hold was written: the customer may have
// written in between, and then nobody would free it.
func (o *Outbox) recheck(ctx context.Context, d *Delivery) (freed bool, err error) {
	now := o.now()
	a, err := o.Ledger.Recall(ctx, d.Customer, now)
	if err != nil {
		return false, err
	}
	if a.Window == d.Window || a.Left == 0 {
		return false, nil
	}
	x, err := o.all.Update(ctx, d.ID, func(x *Delivery) error {
		if freed = x.State == Held && x.Window == d.Window; !freed {
			return store.ErrUnchanged
		}
		if slices.Contains(x.Effects, effUndelivered) { // nobody was told yet
			x.Told = false
			x.Effects = slices.DeleteFunc(x.Effects, func(e string) bool { return e == effUndelivered })
		}
		x.free(now)
		return nil
	})
	if err == nil && freed {
		o.kick(x)
	}
	return freed, err
}

func (o *Outbox) shelf(ctx context.Context, names ...string) ([]*Delivery, error) {
	return o.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("shelf", store.In, names)},
		Order: []store.Order{{Field: "created_at"}, {Field: "seq"}},
		Limit: 50,
	})
}

// Flush makes due what was held for a customer who has just written (that message
// opened window), except what is older than 7 days: that is for TakeHeld. It may
// be repeated.
func (o *Outbox) Flush(ctx context.Context, c chat.CustomerID, window string) error {
	list, err := o.shelf(ctx, string(c))
	if err != nil {
		return err
	}
	now := o.now()
	for _, d := range list {
		if d.Window == window || now.Sub(d.CreatedAt) > KeepHeld {
			continue
		}
		freed := false
		x, err := o.all.Update(ctx, d.ID, func(x *Delivery) error {
			if freed = x.State == Held; !freed {
				return store.ErrUnchanged
			}
			x.free(now)
			return nil
		})
		if err != nil {
			return err
		}
		if freed {
			o.kick(x)
		}
	}
	return nil
}

// TakeHeld hands over the texts held for a customer, oldest first, to be said in
// the passive reply to the message named by. They are claimed, so that nobody
// else sends them; the taker calls Confirm once its reply is decided.
// What it does not confirm within two minutes is an unknown outcome, settled by
// Deps.Carried. Repeating with the same by gives the same texts again. Pictures
// and the like are not handed over: Flush sends them.
func (o *Outbox) TakeHeld(ctx context.Context, c chat.CustomerID, by string) ([]HeldText, error) {
	now := o.now()
	list, err := o.shelf(ctx, string(c), takenBy(c, by))
	if err != nil {
		return nil, err
	}
	var texts []HeldText
	for _, d := range list {
		content := d.says(Message)
		if content.Form != chat.AsText {
			continue
		}
		got := false
		_, err := o.all.Update(ctx, d.ID, func(x *Delivery) error {
			ours := x.State == Sending && x.Lead == by
			if got = ours || x.State == Held; !got {
				return store.ErrUnchanged
			}
			x.become(Sending, now)
			x.Lead, x.Lease = by, now.Add(takeLease)
			x.derive(now)
			return nil
		})
		if err != nil {
			return texts, err
		}
		if got {
			texts = append(texts, HeldText{
				ID: d.ID, At: d.CreatedAt, From: d.From, Ticket: d.Ticket,
				Text: content.Plain(), Old: now.Sub(d.CreatedAt) > KeepHeld,
			})
		}
	}
	return texts, nil
}

// takenBy is the shelf of what by has taken before.
func takenBy(c chat.CustomerID, by string) string { return string(c) + "\n" + by }

// Confirm says that the reply to the message named by says these texts. It may be
// repeated, also after a lease ran out.
func (o *Outbox) Confirm(ctx context.Context, by string, ids ...string) error {
	return o.settleTaken(ctx, by, ids, o.said)
}

// said ends a taken text: sent, or put into a line of result when it was old.
func (o *Outbox) said(x *Delivery, now store.Time) {
	state := Sent
	if now.Sub(x.CreatedAt) > KeepHeld {
		state = Cancelled
	}
	x.become(state, now)
	x.Ways = append(x.Ways, Way{By: Passive, Tried: true, At: now})
	x.Reason, x.Window = "", x.Lead
	x.derive(now)
}

func (o *Outbox) settleTaken(ctx context.Context, by string, ids []string, f func(*Delivery, store.Time)) error {
	now := o.now()
	for _, id := range ids {
		changed := false
		d, err := o.all.Update(ctx, id, func(x *Delivery) error {
			if changed = x.State == Sending && x.Lead == by; !changed {
				return store.ErrUnchanged
			}
			f(x, now)
			return nil
		})
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if changed {
			o.count.reached(d)
			o.kick(d)
		}
	}
	return nil
}

// untaken settles a text whose taker was silent.
func (o *Outbox) untaken(ctx context.Context, d *Delivery) error {
	known, said := false, false
	if o.Carried != nil {
		var err error
		if said, err = o.Carried(ctx, d.Customer, d.Lead, d.ID); err != nil {
			return err
		}
		known = true
	}
	return o.settleTaken(ctx, d.Lead, []string{d.ID}, func(x *Delivery, now store.Time) {
		switch {
		case said:
			o.said(x, now)
		case known || x.Class == Reply:
			x.free(now)
		default:
			x.end(Unknown, now)
			x.derive(now)
		}
	})
}

// kick looks at d in the background, if there is a worker; else jobs will.
func (o *Outbox) kick(d *Delivery) {
	if d.Final() && len(d.Effects) == 0 {
		return
	}
	if d.Lane != "" {
		o.lanes.wakeUp(d.Lane)
	}
	select {
	case o.slots <- struct{}{}:
	default:
		o.wake(o.ctx, d)
		return
	}
	if !o.enter() {
		<-o.slots
		return
	}
	go func() {
		defer o.work.Done()
		defer func() { <-o.slots }()
		if err := o.Run(o.ctx, d.ID); err != nil {
			o.Log.Warn("deliveries wait for the sweep", "err", err)
		}
	}()
}
