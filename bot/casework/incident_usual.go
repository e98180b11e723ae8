package casework

import (
	"context"
	"time"

	"kefu/bot/ticket"
	"kefu/store"
)

// often is how many cases of a sort there are in a window, as a rule.
type often struct {
	n    float64
	when time.Time
}

const (
	oftenFor  = 5 * time.Minute // so long it is not counted again
	maxOftens = 1000
)

// usual is how many cases like this one there are in a window, as a rule. More than
// would matter are not counted.
func (d *Desk) usual(ctx context.Context, t *ticket.Ticket) (float64, error) {
	in, now := d.Pack().Incident, d.Now()
	key := t.Category + "/" + t.Thing
	d.Events.mu.Lock()
	known, ok := d.Events.often[key]
	d.Events.mu.Unlock()
	if age := now.Sub(known.when); ok && age >= 0 && age < oftenFor {
		return known.n, nil
	}
	from, to := now.Add(-in.Usual), now.Add(-in.Window)
	where := []store.Cond{
		store.Where("created", store.Ge, store.At(from)), store.Where("created", store.Lt, store.At(to)),
		store.Where("category", store.Eq, t.Category),
	}
	if t.Thing != "" {
		where = append(where, store.Where("thing", store.Eq, t.Thing))
	}
	windows := float64(to.Sub(from)) / float64(in.Window)
	const mostly = 1000 // in a window
	n, err := d.Book.Collection().Count(ctx, store.Query{Where: where, Limit: int(windows)*mostly + 1})
	if err != nil {
		return 0, err
	}
	known = often{float64(n) / windows, now}
	d.Events.mu.Lock()
	defer d.Events.mu.Unlock()
	if d.Events.often == nil || len(d.Events.often) >= maxOftens {
		d.Events.often = map[string]often{}
	}
	d.Events.often[key] = known
	return known.n, nil
}
