package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
)

// maxTries is how often an effect is tried that fails for a reason of its own.
const maxTries = 5

// part says which effect it is and where its tries are counted.
type part[E any] func(*E) (id string, tries *int)

func ofTicket(e *ticket.Effect) (string, *int)     { return e.ID, &e.Tries }
func ofIncident(e *incident.Effect) (string, *int) { return e.ID, &e.Tries }

// carryOut does effects one after the other. It returns what is left of those in
// their document then (what was done, or tried too often, is dropped), and what
// failed. When the store does not answer, or ctx ends, nothing is to be written and
// left is nil.
func carryOut[E any](ctx context.Context, d *Desk, effects []E, part part[E], do func(E) error) (left func([]E) []E, err error) {
	var done, failed []string
	for _, e := range effects {
		id, tries := part(&e)
		one := do(e)
		switch {
		case one == nil:
			done = append(done, id)
		case errors.Is(one, store.ErrUnavailable) || ctx.Err() != nil:
			return nil, errors.Join(err, fmt.Errorf("casework: effect: %w", one))
		case *tries+1 >= maxTries:
			d.Log.Error("effect given up", "effect", id, "err", one)
			done = append(done, id)
		default:
			err = errors.Join(err, fmt.Errorf("casework: effect: %w", one))
			failed = append(failed, id)
		}
	}
	left = func(all []E) []E {
		all = slices.DeleteFunc(slices.Clone(all), func(e E) bool { id, _ := part(&e); return slices.Contains(done, id) })
		for i := range all {
			if id, tries := part(&all[i]); slices.Contains(failed, id) {
				*tries++
			}
		}
		return all
	}
	return left, err
}
