package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// Post records a delivery and, if nothing stands before it, starts its first try
// in the background. When it returns nil the delivery is durable; one with this
// id being there already is success too, so it may be repeated. d is not kept. A
// text too long for one send becomes several, numbered, with ids id, id/2, …
func (o *Outbox) Post(ctx context.Context, d Delivery) error {
	if !o.enter() {
		return errors.New("delivery: outbox is closed")
	}
	defer o.work.Done()
	now := o.now()
	if d.CreatedAt.IsZero() {
		d.CreatedAt, d.Seq = o.stamp(now)
	}
	if err := d.prepare(now); err != nil {
		return err
	}
	for _, part := range d.split() {
		err := o.post(ctx, part, now)
		if err != nil && !errors.Is(err, store.ErrExists) {
			return fmt.Errorf("delivery: post: %w", err)
		}
	}
	return nil
}

// prepare fills what the caller left to us and refuses what cannot be sent.
func (d *Delivery) prepare(now store.Time) error {
	switch {
	case d.ID == "" || len(d.ID) > 400:
		return fmt.Errorf("delivery: %w: a key of 1 to 400 bytes is needed", store.ErrRefused)
	case d.To.User == "" || d.Content.IsZero():
		return fmt.Errorf("delivery: %w: nobody to tell, or nothing to say", store.ErrRefused)
	case d.Class != Reply && d.Class != Notice && d.Class != Promotion && d.Class != Staff:
		return fmt.Errorf("delivery: %w: class %.20q", store.ErrRefused, string(d.Class))
	}
	if d.Customer == "" && d.To.Channel == chat.OA {
		d.Customer = chat.Customer(d.To.Account, d.To.User)
	}
	if len(d.Ways) == 0 {
		d.Ways = d.defaultWays()
	}
	if d.Content.Form == chat.AsCard && d.Content.Card != nil {
		card := *d.Content.Card
		if card.TaskID == "" {
			card.TaskID = taskOf(d.ID)
		}
		d.Content.Card, d.Task = &card, card.TaskID
	}
	d.Meta.Rev, d.State, d.Rank = 0, Queued, rank(d.Class)
	d.derive(now)
	return nil
}

// split makes the parts of a text that one send cannot carry.
func (d *Delivery) split() []*Delivery {
	room := MaxText - (size(d.Content) - len(d.Content.Text))
	if d.Content.Form != chat.AsText && d.Content.Form != chat.AsLine || size(d.Content) <= MaxText || room < MaxText/4 {
		return []*Delivery{d}
	}
	var parts []*Delivery
	for i, text := range Split(d.Content.Text, room) {
		p := *d
		p.Content.Text, p.Seq = text, d.Seq+i
		if i > 0 {
			p.ID = fmt.Sprintf("%s/%d", d.ID, i+1)
			p.Fallback = chat.Content{}
		}
		parts = append(parts, &p)
	}
	return parts
}

// post inserts d, already claimed when it can leave at once.
func (o *Outbox) post(ctx context.Context, d *Delivery, now store.Time) error {
	key := d.To.String()
	if d.Lane == "" { // scheduled
		return o.insert(ctx, d)
	}
	// The worker first, the lane second: a lane is held only by who will look
	// into it.
	select {
	case o.slots <- struct{}{}:
	default: // no worker: leave it to those of jobs
		err := o.insert(ctx, d)
		if err == nil {
			o.wake(ctx, d)
		}
		return err
	}
	mine, rest := o.lanes.enter(key, d.Rank, now)
	if !mine {
		<-o.slots
		// Whoever holds the lane comes to d; the sweep is for when they die.
		d.Due = now.Add(unattended)
		if rest.After(now) {
			d.Due = rest.Add(unattended)
		}
		if err := o.insert(ctx, d); err != nil {
			return err
		}
		o.visit(d) // it may have looked for the last time before d was there
		return nil
	}
	claimed := o.claimFirst(ctx, d, now)
	if !claimed {
		d.Due = now.Add(time.Second) // we are at it ourselves
	}
	err := o.insert(ctx, d)
	since := time.Now()
	o.work.Add(1)
	go func() {
		defer o.work.Done()
		defer func() { <-o.slots }()
		if claimed && err == nil {
			if err := o.carry(o.ctx, d, since); err != nil {
				o.Log.Warn("delivery not finished", "class", d.Class, "channel", d.To.Channel, "err", err)
			}
		}
		if err := o.drain(o.ctx, key); err != nil {
			o.Log.Warn("deliveries wait for the sweep", "channel", d.To.Channel, "err", err)
		}
	}()
	return err
}

// visit makes somebody come to d's lane after d was stored.
func (o *Outbox) visit(d *Delivery) {
	select {
	case o.slots <- struct{}{}:
	default:
		if !o.lanes.attended(d.Lane, o.now()) {
			o.wake(o.ctx, d)
		}
		return
	}
	mine, _ := o.lanes.enter(d.Lane, d.Rank, o.now())
	if !mine {
		<-o.slots
		return
	}
	o.work.Add(1)
	go func() {
		defer o.work.Done()
		defer func() { <-o.slots }()
		if err := o.drain(o.ctx, d.Lane); err != nil {
			o.Log.Warn("deliveries wait for the sweep", "channel", d.To.Channel, "err", err)
		}
	}()
}

func (o *Outbox) insert(ctx context.Context, d *Delivery) error {
	err := o.all.Insert(ctx, d)
	if err == nil {
		o.count.reached(d)
	}
	return err
}

// claimFirst claims d before it is stored, when its bytes can be made at once and
// what an expired claim would mean (unknown) does no harm to a delivery that
// perhaps was never called.
func (o *Outbox) claimFirst(ctx context.Context, d *Delivery, now store.Time) bool {
	c := d.says(d.way().By)
	carrier := o.Carriers[d.To.Channel]
	if carrier == nil || c.Form == chat.AsUpdate || strings.HasPrefix(c.Media, "file:") || d.Class == Promotion {
		return false
	}
	if !o.pauses.until(callKey(d.To, d.way().By), now).IsZero() || o.pauses.breaker(d.To).IsOpen() {
		return false
	}
	call, err := carrier.Render(ctx, d.ID, d.To, c)
	if err != nil || d.Class != Reply && call.Repeat == 0 {
		return false
	}
	if wait := o.slot(ctx, d.To); wait > 0 {
		d.Retry = now.Add(wait)
		d.derive(now)
		return false
	}
	d.claim(call, now)
	return true
}

// claim makes d ours until the lease ends.
func (d *Delivery) claim(call chat.Call, now store.Time) {
	d.become(Sending, now)
	d.Attempts++
	d.Lease = now.Add(lease)
	d.Call = call
	if d.Called.IsZero() {
		d.Called = now
	}
	d.derive(now)
}

// slot takes a slot of the recipient's rate, or says how long until the next.
func (o *Outbox) slot(ctx context.Context, to chat.Address) time.Duration {
	key, l, limited := rateOf(to)
	if !limited {
		return 0
	}
	return o.Rates.Take(ctx, key, l)
}

func jitter() float64 { return rand.Float64() }
