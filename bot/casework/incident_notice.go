package casework

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kefu/bot/desk"
	"kefu/bot/incident"
	"kefu/bot/ticket"
)

// counts says whether a case counts towards an event.
func (d *Desk) counts(t *ticket.Ticket) bool {
	return d.Events != nil && t.Into == "" && slices.Contains(d.Pack().Incident.Kinds, string(t.Kind)) &&
		d.Now().Sub(t.Created.Time()) <= d.Pack().Incident.Window
}

// ended says whether a case was part of an event that has ended: what is over does
// not begin again with the same cases.
func (d *Desk) ended(ctx context.Context, t *ticket.Ticket) (bool, error) {
	if t.Incident == "" {
		return false, nil
	}
	in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
	return err == nil && in.State == incident.Closed, err
}

// named stands between a case's id and what was named in it later, in the id of an item.
const named = "+"

// grievances are the cases, and each once more for every other thing that its customer
// named later: who complains of the air conditioning and then that the water is off is
// one case, and counts towards both events.
func (d *Desk) grievances(cases []*ticket.Ticket) []*ticket.Ticket {
	all := slices.Clone(cases)
	for _, t := range cases {
		for _, thing := range t.Also {
			if g := d.grievance(t, thing); g != nil {
				all = append(all, g)
			}
		}
	}
	return all
}

// grievance is a case as it is compared by a thing named later; nil when the pack does
// not know the thing any more.
func (d *Desk) grievance(t *ticket.Ticket, thing string) *ticket.Ticket {
	for _, c := range d.Pack().Categories {
		if slices.ContainsFunc(c.Topics, func(topic desk.Topic) bool { return topic.Title == thing }) {
			g := *t
			g.ID, g.Category, g.Thing, g.Matter, g.Words = t.ID+named+thing, c.ID, thing, thing, ""
			if t.Wrote.After(t.Created) {
				g.Created = t.Wrote
			}
			return &g
		}
	}
	return nil
}

// by is a case as it is a part of an event about a thing: by what it was opened for,
// or by what was named later.
func (d *Desk) by(t *ticket.Ticket, thing string) *ticket.Ticket {
	if t.Thing != thing && slices.Contains(t.Also, thing) {
		if g := d.grievance(t, thing); g != nil {
			return g
		}
	}
	return t
}

// apart says whether events about two things are two although a case is part of both:
// its customer named the one after the other.
func apart(t *ticket.Ticket, a, b string) bool {
	return a != b && (slices.Contains(t.Also, a) || slices.Contains(t.Also, b))
}

// caseOfItem is the case of an item.
func caseOfItem(id string) ticket.ID {
	id, _, _ = strings.Cut(id, named)
	return ticket.ID(id)
}

// item is a case as it is compared with others.
func item(t *ticket.Ticket) incident.Item {
	it := incident.Item{ID: t.ID, At: t.Created.Time(), Who: string(t.Who), Text: t.Matter + "\n" + t.Words}
	add := func(kind, v string) {
		if v != "" {
			it.Keys = append(it.Keys, kind+":"+v)
		}
	}
	if t.Thing != "" {
		add("thing", t.Category+"/"+t.Thing)
	}
	add("product", t.Product)
	add("order", t.OrderNo)
	if n := len(t.Room); n > 2 { // 1208 is on floor 12
		it.Near = append(it.Near, "floor:"+t.Room[:n-2])
	}
	return it
}

// Notice looks whether cases are parts of an event: they join one that is open, or
// one is the last that was missing to one. Each event is written once for all that
// join it. It may be repeated.
func (d *Desk) Notice(ctx context.Context, cases ...*ticket.Ticket) error {
	joins := map[incident.ID][]*ticket.Ticket{}
	for _, t := range d.grievances(cases) {
		if !d.counts(t) {
			continue
		}
		if ended, err := d.ended(ctx, t); err != nil {
			return err
		} else if ended {
			continue
		}
		g := d.Events.Watch.Add(item(t))
		if g.Pinned {
			joins[incident.ID(g.ID)] = append(joins[incident.ID(g.ID)], t)
		} else if err := d.enough(ctx, g, t); err != nil {
			return err
		}
	}
	for id, list := range joins {
		err := d.join(ctx, id, list...)
		if errors.Is(err, incident.ErrEnded) {
			err = d.anew(ctx, id, list)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// anew counts cases anew whose incident ended meanwhile.
func (d *Desk) anew(ctx context.Context, ended incident.ID, cases []*ticket.Ticket) error {
	d.Events.Watch.Drop(ended)
	for _, t := range cases {
		g := d.Events.Watch.Add(item(t))
		var err error
		if g.Pinned { // one of those before began it
			err = d.join(ctx, incident.ID(g.ID), t)
		} else {
			err = d.enough(ctx, g, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// enough opens an incident when a group with its last case is more than usual.
func (d *Desk) enough(ctx context.Context, g incident.Group, t *ticket.Ticket) error {
	in := d.Pack().Incident
	rule := incident.Rule{Window: in.Window, Factor: float64(in.Times)}
	rule.Count, rule.Customers = in.Needs(t.Category)
	if !rule.Exceeded(g.Size, g.Customers, 0) {
		return nil // whatever is usual
	}
	usual, err := d.usual(ctx, t)
	if err != nil || !rule.Exceeded(g.Size, g.Customers, usual) {
		return err
	}
	return d.begins(ctx, g, t, usual)
}
