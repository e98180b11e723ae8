package delivery

import (
	"context"
	"errors"
	"strings"

	"kefu/bot/jobs"
	"kefu/store"
)

// Purge removes what was sent, or taken back, before an instant and is told of no
// case that is still open: it is for jobs.Keeper. open says whether a case is.
// What is held, failed, died or has an unknown outcome stays until a person has
// dealt with it.
func (o *Outbox) Purge(ctx context.Context, before store.Time, from string, open func(ctx context.Context, ticket string) (bool, error)) (next string, gone int, err error) {
	past := []store.Cond{store.Where("past", store.Lt, before)}
	q := store.Query{Where: past, Order: []store.Order{{Field: "past"}}, Limit: jobs.PurgeBatch}
	if at, id, ok := strings.Cut(from, " "); ok {
		q.After = []any{at, id}
	}
	list, err := o.all.List(ctx, q)
	if err != nil {
		return from, 0, err
	}
	var ids []string
	for _, d := range list {
		if d.Ticket != "" {
			live, err := open(ctx, d.Ticket)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return from, 0, err
			}
			if live {
				continue
			}
		}
		ids = append(ids, d.ID)
	}
	if len(ids) > 0 {
		gone, err = o.all.Purge(ctx, store.Query{
			Where: append(past, store.Where("id", store.In, ids), store.Where("due", store.Missing)), Limit: len(ids),
		})
	}
	if n := len(list); n == jobs.PurgeBatch {
		next = list[n-1].Past.Text() + " " + list[n-1].ID
	}
	return next, gone, err
}
