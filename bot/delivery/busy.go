package delivery

import (
	"context"

	"kefu/bot/chat"
	"kefu/store"
)

// Busy says whether something is on its way to a customer, so that a passive
// reply would overtake it, and whether something is held until they write: also
// what the message by has taken already, when it is decided once more.
func (o *Outbox) Busy(ctx context.Context, c chat.CustomerID, by string) (open, held bool, err error) {
	key := chat.To(c).String()
	if _, none := o.without.Get(key); none {
		return false, false, nil
	}
	since := o.without.Ask(key)
	n, err := o.all.Count(ctx, store.Query{Where: []store.Cond{store.Where("lane", store.Eq, key)}, Limit: 1})
	if err != nil {
		return false, false, err
	}
	h, err := o.all.Count(ctx, store.Query{Where: []store.Cond{store.Where("shelf", store.In, []string{string(c), takenBy(c, by)})}, Limit: 1})
	if err == nil && n+h == 0 {
		o.without.Learn(key, since, struct{}{})
	}
	return n > 0, h > 0, err
}

// withoutMost is of how many customers it is remembered that nothing is open or
// held for them.
const withoutMost = 50_000

// heard takes note of a write that may end that.
func (o *Outbox) heard(d *Delivery, err error) {
	if d.To.Channel == chat.OA {
		o.without.Forget(d.To.String(), err)
	}
	if d.Customer != "" { // what is on a customer's shelf
		o.without.Forget(chat.To(d.Customer).String(), err)
	}
}
