package casework

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
)

// begins opens an incident of a group, or finds the one that its cases belong to.
func (d *Desk) begins(ctx context.Context, g incident.Group, last *ticket.Ticket, usual float64) error {
	ids := make([]ticket.ID, len(g.Members))
	for i, id := range g.Members {
		ids[i] = caseOfItem(id)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	cases, err := d.casesBy(ctx, ids)
	if err != nil || len(cases) == 0 {
		return err
	}
	slices.SortFunc(cases, func(a, b *ticket.Ticket) int {
		return cmp.Or(a.Created.Time().Compare(b.Created.Time()), cmp.Compare(a.ID, b.ID))
	})
	id, err := d.openFor(ctx, cases, last)
	if err == nil && id == "" {
		id, err = d.openIncident(ctx, cases, last, usual)
	}
	if err != nil {
		return err
	}
	d.Events.Watch.Pin(last.ID, id)
	if err := d.join(ctx, id, cases...); err != nil && !errors.Is(err, incident.ErrEnded) {
		return err
	}
	return nil
}

// openFor is the open incident that one of the cases belongs to already, or that is
// about the same thing; "" when there is none.
func (d *Desk) openFor(ctx context.Context, cases []*ticket.Ticket, last *ticket.Ticket) (incident.ID, error) {
	for _, t := range cases {
		if t.Incident == "" {
			continue
		}
		in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return "", err
		case apart(t, in.Thing, last.Thing):
			continue
		case in.State == incident.Open:
			return in.IncidentID(), nil
		case in.State == incident.Folded:
			return in.Into, nil
		}
	}
	live, err := d.Incidents(ctx)
	if err != nil {
		return "", err
	}
	for _, in := range live {
		if slices.ContainsFunc(cases, func(t *ticket.Ticket) bool {
			t = d.by(t, last.Thing)
			return t.Thing != "" && t.Thing == in.Thing && t.Category == in.Category
		}) {
			return in.IncidentID(), nil
		}
	}
	return "", nil
}

// openIncident stores the incident of these cases, the oldest first. Another
// instance that noticed the same makes the same id, and one of both is stored.
func (d *Desk) openIncident(ctx context.Context, cases []*ticket.Ticket, last *ticket.Ticket, usual float64) (incident.ID, error) {
	now := d.Now()
	id := incident.NewID(d.by(cases[0], last.Thing).TicketID())
	switch _, err := d.Events.Book.Get(ctx, id); {
	case err == nil:
		return id, nil
	case !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	no, err := d.Events.Book.Number(ctx, id)
	if err != nil {
		return "", err
	}
	in := &incident.Incident{
		Meta: store.Meta{ID: string(id)}, No: no, State: incident.Open, Thing: cmp.Or(last.Thing, d.category(last)), Category: last.Category,
		Quote: clip(cases[0].Words, 120), Usual: usual, Opened: store.At(now), Brief: store.At(now.Add(d.Pack().Incident.Brief)),
	}
	for _, t := range cases {
		if _, err := in.Join(member(t)); err != nil {
			return "", err
		}
	}
	d.alert(in, now)
	in.Before = incident.Counts{Cases: in.Cases, Customers: in.Customers}
	switch err := d.Events.Book.Insert(ctx, in); {
	case errors.Is(err, store.ErrExists):
		return id, nil // it carries out what follows, or the clock does
	case err != nil:
		return "", err
	}
	d.carried(ctx, in)
	return id, nil
}

// join counts cases in an incident, each once. incident.ErrEnded: it is over.
func (d *Desk) join(ctx context.Context, id incident.ID, cases ...*ticket.Ticket) error {
	for range 3 {
		in, err := d.changeIncident(ctx, id, func(in *incident.Incident) error {
			if in.State == incident.Folded {
				return store.ErrUnchanged
			}
			any := false
			for _, t := range cases {
				fresh, err := in.Join(member(t))
				if err != nil {
					return err
				}
				any = any || fresh
			}
			if !any {
				return store.ErrUnchanged
			}
			return nil
		})
		if err != nil || in.State != incident.Folded {
			return err
		}
		if err := d.follow(ctx, in); err != nil {
			return err
		}
		id = in.Into
	}
	return incident.ErrEnded
}

func member(t *ticket.Ticket) incident.Member {
	return incident.Member{Ticket: caseOfItem(t.ID), No: t.No, Who: t.Who, Room: t.Room, At: t.Created}
}
