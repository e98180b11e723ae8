package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// whose is the one of two incidents that a case of both belongs to: when both are
// open they turn out to be one, and the younger folds into the older. nil: the case
// may stay where it is.
func (d *Desk) whose(ctx context.Context, a, b incident.ID) (*incident.Incident, error) {
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
	return mine, d.fold(ctx, mine.IncidentID(), other)
}

// fold counts the cases of the younger of two open incidents in the older, lets them
// know, and ends it. First they are counted there, so that a crash loses none, and
// neither does who lets another case join meanwhile.
func (d *Desk) fold(ctx context.Context, older incident.ID, younger *incident.Incident) error {
	taken := map[ticket.ID]bool{}
	for range maxFolds {
		into, err := d.takeIn(ctx, older, younger, taken)
		if err != nil {
			return err
		}
		now, seen := d.Now(), younger.Cases
		who := d.Words.Line(prompts.StaffIncidentNamed, prompts.Vars{"no": into.No})
		younger, err = d.Events.Book.Update(ctx, younger.IncidentID(), func(in *incident.Incident) error {
			if in.Cases > seen || in.Fold(older, now) != nil {
				return store.ErrUnchanged // more joined meanwhile, or somebody else was first
			}
			d.greyIncident(in, "", d.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": who}))
			return nil
		})
		switch {
		case err != nil:
			return err
		case younger.State == incident.Folded:
			return d.follow(ctx, younger)
		case younger.State != incident.Open:
			return nil
		}
	}
	return fmt.Errorf("casework: an incident is not folded, cases join all the time: %w", store.ErrConflict)
}

// takeIn counts the cases of an incident in another, those that were not taken. Who
// heard of the one hears of the other from then on. The marks are carried out by
// whoever carries next: this happens in the middle of carrying.
func (d *Desk) takeIn(ctx context.Context, older incident.ID, younger *incident.Incident, taken map[ticket.ID]bool) (*incident.Incident, error) {
	all, err := d.allMembers(ctx, younger)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m incident.Member) bool { return taken[m.Ticket] })
	into, err := d.Events.Book.Update(ctx, older, func(in *incident.Incident) error {
		for _, m := range all {
			if err := in.Take(m); err != nil {
				return err
			}
		}
		for _, p := range younger.Told {
			if !slices.Contains(in.Told, p) {
				in.Told = append(in.Told, p)
			}
		}
		return nil
	})
	for _, m := range all {
		taken[m.Ticket] = err == nil
	}
	return into, err
}

// maxFolds is how often what joined meanwhile is taken along.
const maxFolds = 8

// allMembers are all cases of an incident, as far as they are known: those that are
// not listed too.
func (d *Desk) allMembers(ctx context.Context, in *incident.Incident) ([]incident.Member, error) {
	all := slices.Clone(in.Members)
	ids := make([]ticket.ID, len(in.Beyond))
	for i, id := range in.Beyond {
		ids[i] = ticket.ID(id)
	}
	beyond, err := d.casesBy(ctx, ids)
	for _, t := range beyond {
		all = append(all, member(t))
	}
	return all, err
}

// follow lets what would have joined a folded incident join the one it is a part of.
func (d *Desk) follow(ctx context.Context, folded *incident.Incident) error {
	d.Events.Watch.Drop(folded.IncidentID())
	return d.knownBy(ctx, folded.Into, folded.Thing, folded.Members)
}
