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
	n, err := o.all.Count(ctx, store.Query{Where: []store.Cond{store.Where("lane", store.Eq, chat.To(c).String())}, Limit: 1})
	if err != nil {
		return false, false, err
	}
	h, err := o.all.Count(ctx, store.Query{Where: []store.Cond{store.Where("shelf", store.In, []string{string(c), takenBy(c, by)})}, Limit: 1})
	return n > 0, h > 0, err
}
