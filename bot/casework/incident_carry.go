package casework

import (
	"context"
	"errors"

	"kefu/bot/customer"
	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// carried carries out what follows; what fails is left to the clock.
func (d *Desk) carried(ctx context.Context, in *incident.Incident) {
	if err := d.carryIncident(ctx, in); err != nil {
		d.Log.Warn("effects of an incident not carried out; the clock will", "err", err)
	}
}

// carryIncident does what must follow from changes of an incident, each effect
// once, and then drops it. It may run twice.
func (d *Desk) carryIncident(ctx context.Context, in *incident.Incident) error {
	if len(in.Effects) == 0 {
		return nil
	}
	left, err := carryOut(ctx, d, in.Effects, ofIncident, func(e incident.Effect) error { return d.incidentEffect(ctx, in, e) })
	if left == nil {
		return err
	}
	_, dropErr := d.Events.Book.Update(ctx, in.IncidentID(), func(in *incident.Incident) error {
		in.Effects = left(in.Effects)
		return nil
	})
	return errors.Join(err, dropErr)
}

func (d *Desk) incidentEffect(ctx context.Context, in *incident.Incident, e incident.Effect) error {
	switch {
	case e.Post != nil:
		p := *e.Post
		p.ID = e.ID
		return d.effect(ctx, &ticket.Ticket{}, p)
	case e.Mark != "":
		return d.mark(ctx, in, e)
	case e.Let != "":
		t, err := d.Book.Get(ctx, e.Let)
		if err != nil {
			return err
		}
		return d.People.Learn(ctx, t.Who, e.ID, customer.Change{Loud: in.ID})
	}
	return nil
}

// mark lets a case know what it is a part of, and holds promotions to its customer
// back. A case that another open incident had first shows that both are one: the
// younger folds into the older.
func (d *Desk) mark(ctx context.Context, in *incident.Incident, e incident.Effect) error {
	t, err := d.Book.Get(ctx, e.Mark)
	if err != nil {
		return err
	}
	both := false // it is part of another event too, for another thing
	if t.Incident != "" && t.Incident != in.ID {
		if both, err = d.ofBoth(ctx, t, in); err == nil && !both {
			in, err = d.whose(ctx, in.IncidentID(), incident.ID(t.Incident))
		}
		if err != nil || in == nil {
			return err
		}
	}
	now := d.Now()
	if t.Incident != in.ID && !both {
		t, err = d.change(ctx, e.Mark, func(t *ticket.Ticket) error {
			if t.Incident == in.ID {
				return store.ErrUnchanged
			}
			t.Incident = in.ID
			t.Log(ticket.Event{At: store.At(now), Who: ticket.BySystem, What: ticket.PartOf, Text: d.Words.Line(prompts.StaffIncidentJoined, d.incidentVars(in))})
			return nil
		})
		if err != nil {
			return err
		}
	}
	if in.State != incident.Open {
		return nil // promotions may go on: it must not hold them for ever
	}
	return d.People.Learn(ctx, t.Who, e.ID, customer.Change{Quiet: in.ID})
}

// ofBoth says whether a case is part of this event and of the one it is marked with,
// for two things that its customer named.
func (d *Desk) ofBoth(ctx context.Context, t *ticket.Ticket, in *incident.Incident) (bool, error) {
	other, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && apart(t, in.Thing, other.Thing), err
}
