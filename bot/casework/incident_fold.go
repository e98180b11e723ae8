package casework

import (
	"context"
	"errors"

	"kefu/bot/incident"
	"kefu/prompts"
	"kefu/store"
)

// one makes one of two incidents when both are open, and returns the one to which a
// case of both belongs; nil when it may stay where it is.
func (d *Desk) one(ctx context.Context, a, b incident.ID) (*incident.Incident, error) {
	mine, err := d.Events.Book.Get(ctx, a)
	if err != nil {
		return nil, err
	}
	other, err := d.Events.Book.Get(ctx, b)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return mine, nil
	case err != nil:
		return nil, err
	case mine.State != incident.Open:
		return nil, nil // folded: its members are marked by the one it belongs to
	case other.State != incident.Open:
		return mine, nil
	}
	if other.Older(mine) {
		mine, other = other, mine
	}
	return mine, d.fold(ctx, mine, other)
}

// fold counts the cases of the younger of two open incidents in the older, lets them
// know, and ends it.
func (d *Desk) fold(ctx context.Context, older, younger *incident.Incident) error {
	now := d.Now()
	// First they are counted there, so that a crash loses none. The marks are carried
	// out by whoever carries next; here they are in the middle of one.
	_, err := d.Events.Book.Update(ctx, older.IncidentID(), func(in *incident.Incident) error {
		for _, m := range younger.Members {
			if err := in.Take(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = d.Events.Book.Update(ctx, younger.IncidentID(), func(in *incident.Incident) error {
		if err := in.Fold(older.IncidentID(), now); err != nil {
			return store.ErrUnchanged
		}
		d.greyIncident(in, "", d.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": d.Words.Line(prompts.StaffIncidentNamed, prompts.Vars{"no": older.No})}))
		return nil
	})
	d.Events.Watch.Drop(younger.IncidentID())
	return err
}
