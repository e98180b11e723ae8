package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kefu/bot/customer"
	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Events is what the desk needs to notice that many complaints are one event
// (突发). Left out (nil), nothing is noticed.
type Events struct {
	Book  *incident.Book
	Watch *incident.Watch
	// Link is the address of an incident's page for staff, "" without one.
	Link func(incident.ID) string
}

// counts says whether a case counts towards an event.
func (d *Desk) counts(t *ticket.Ticket) bool {
	return d.Events != nil && t.Into == "" && slices.Contains(d.Pack().Incident.Kinds, string(t.Kind)) &&
		d.Now().Sub(t.Created.Time()) <= d.Pack().Incident.Window
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

// Notice looks whether a case is a part of an event: it joins one that is open, or
// is the last that was missing to one. It may be repeated.
func (d *Desk) Notice(ctx context.Context, t *ticket.Ticket) error {
	if !d.counts(t) {
		return nil
	}
	if t.Incident != "" {
		in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
		if err != nil || in.State == incident.Closed {
			return err // what is over does not begin again with the same cases
		}
	}
	g := d.Events.Watch.Add(item(t))
	if g.Pinned {
		err := d.join(ctx, incident.ID(g.ID), t)
		if !errors.Is(err, incident.ErrEnded) {
			return err
		}
		d.Events.Watch.Drop(incident.ID(g.ID)) // it ended meanwhile
		g = d.Events.Watch.Add(item(t))
	}
	count, customers := d.Pack().Incident.Needs(t.Category)
	if g.Size < count || g.Customers < customers {
		return nil
	}
	usual, err := d.usual(ctx, t)
	rule := incident.Rule{Window: d.Pack().Incident.Window, Count: count, Customers: customers, Factor: float64(d.Pack().Incident.Times)}
	if err != nil || !rule.Exceeded(g.Size, g.Customers, usual) {
		return err
	}
	return d.begins(ctx, g, t, usual)
}

// usual is how many cases like this one there are in a window, as a rule. More than
// would matter are not counted.
func (d *Desk) usual(ctx context.Context, t *ticket.Ticket) (float64, error) {
	in, now := d.Pack().Incident, d.Now()
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
	return float64(n) / windows, err
}

// begins opens an incident of a group, or finds the one that its cases belong to.
func (d *Desk) begins(ctx context.Context, g incident.Group, last *ticket.Ticket, usual float64) error {
	var members []*ticket.Ticket
	for _, id := range g.Members {
		t, err := d.Book.Get(ctx, ticket.ID(id))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		members = append(members, t)
	}
	slices.SortFunc(members, func(a, b *ticket.Ticket) int {
		if c := a.Created.Time().Compare(b.Created.Time()); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	if len(members) == 0 {
		return nil
	}
	id, err := d.known(ctx, members)
	if err != nil {
		return err
	}
	if id == "" {
		if id, err = d.open(ctx, members, last, usual); err != nil {
			return err
		}
	}
	d.Events.Watch.Pin(last.ID, id)
	for _, t := range members {
		if err := d.join(ctx, id, t); err != nil && !errors.Is(err, incident.ErrEnded) {
			return err
		}
	}
	return nil
}

// known is the open incident that one of the cases belongs to already.
func (d *Desk) known(ctx context.Context, members []*ticket.Ticket) (incident.ID, error) {
	for _, t := range members {
		if t.Incident == "" {
			continue
		}
		in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
		switch {
		case errors.Is(err, store.ErrNotFound):
			continue
		case err != nil:
			return "", err
		case in.State == incident.Open:
			return in.IncidentID(), nil
		case in.State == incident.Folded:
			return in.Into, nil
		}
	}
	return "", nil
}

// open stores the incident of these cases, the oldest first. Another instance that
// noticed the same makes the same id, and one of both is stored.
func (d *Desk) open(ctx context.Context, members []*ticket.Ticket, last *ticket.Ticket, usual float64) (incident.ID, error) {
	now := d.Now()
	id := incident.NewID(members[0].TicketID())
	if in, err := d.Events.Book.Get(ctx, id); err == nil {
		return in.IncidentID(), nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	no, err := d.Events.Book.Number(ctx, id)
	if err != nil {
		return "", err
	}
	in := &incident.Incident{
		Meta: store.Meta{ID: string(id)}, No: no, State: incident.Open, Thing: d.about(last), Category: last.Category,
		Quote: clip(members[0].Words, 120), Usual: usual, Opened: store.At(now), Brief: store.At(now.Add(d.Pack().Incident.Brief)),
	}
	for _, t := range members {
		if _, err := in.Join(member(t)); err != nil {
			return "", err
		}
	}
	d.alert(in, now)
	in.Before = incident.Counts{Cases: in.Cases, Customers: in.Customers}
	err = d.Events.Book.Insert(ctx, in)
	if errors.Is(err, store.ErrExists) {
		return id, nil // it carries out what follows, or the clock does
	}
	if err != nil {
		return "", err
	}
	d.carried(ctx, in)
	return id, nil
}

// about is what an event of such cases is called: 空调, or 设施设备.
func (d *Desk) about(t *ticket.Ticket) string {
	if t.Thing != "" {
		return t.Thing
	}
	return d.category(t)
}

func member(t *ticket.Ticket) incident.Member {
	return incident.Member{Ticket: t.TicketID(), No: t.No, Who: t.Who, Room: t.Room, At: t.Created}
}

// join counts a case in an incident, once. incident.ErrEnded: it is over.
func (d *Desk) join(ctx context.Context, id incident.ID, t *ticket.Ticket) error {
	for range 3 {
		in, err := d.changeIncident(ctx, id, func(in *incident.Incident) error {
			if in.State == incident.Folded {
				return store.ErrUnchanged
			}
			fresh, err := in.Join(member(t))
			if err == nil && !fresh {
				return store.ErrUnchanged
			}
			return err
		})
		if err != nil || in.State != incident.Folded {
			return err
		}
		d.Events.Watch.Drop(id)
		id = in.Into
	}
	return incident.ErrEnded
}

// changeIncident changes an incident and carries out what follows. f may run twice.
func (d *Desk) changeIncident(ctx context.Context, id incident.ID, f func(*incident.Incident) error) (*incident.Incident, error) {
	in, err := d.Events.Book.Update(ctx, id, f)
	if err != nil {
		return in, err
	}
	d.carried(ctx, in)
	return in, nil
}

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
	var done, failed []string
	var err error
	for _, e := range in.Effects {
		one := d.incidentEffect(ctx, in, e)
		switch {
		case one == nil:
			done = append(done, e.ID)
		case errors.Is(one, store.ErrUnavailable) || ctx.Err() != nil:
			return errors.Join(err, one)
		case e.Tries+1 >= maxTries:
			d.Log.Error("effect of an incident given up", "effect", e.ID, "err", one)
			done = append(done, e.ID)
		default:
			err = errors.Join(err, one)
			failed = append(failed, e.ID)
		}
	}
	_, dropErr := d.Events.Book.Update(ctx, in.IncidentID(), func(in *incident.Incident) error {
		in.Effects = slices.DeleteFunc(slices.Clone(in.Effects), func(e incident.Effect) bool { return slices.Contains(done, e.ID) })
		for i := range in.Effects {
			if slices.Contains(failed, in.Effects[i].ID) {
				in.Effects[i].Tries++
			}
		}
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
	now := d.Now()
	other := ""
	t, err := d.change(ctx, e.Mark, func(t *ticket.Ticket) error {
		other = ""
		if t.Incident == in.ID {
			return store.ErrUnchanged
		}
		other = t.Incident
		t.Incident = in.ID
		t.Log(ticket.Event{At: store.At(now), Who: ticket.BySystem, What: ticket.PartOf, Text: d.joinedLine(in)})
		return nil
	})
	if err != nil {
		return err
	}
	if err := d.People.Learn(ctx, t.Who, e.ID, customer.Change{Quiet: in.ID}); err != nil {
		return err
	}
	if other == "" {
		return nil
	}
	return d.fold(ctx, in.IncidentID(), incident.ID(other), now)
}

// fold makes one of two open incidents.
func (d *Desk) fold(ctx context.Context, a, b incident.ID, now time.Time) error {
	one, err := d.Events.Book.Get(ctx, a)
	if err != nil {
		return err
	}
	two, err := d.Events.Book.Get(ctx, b)
	if err != nil || one.State != incident.Open || two.State != incident.Open {
		return err
	}
	if two.Older(one) {
		one, two = two, one
	}
	for _, m := range two.Members { // first they are counted there, so that a crash loses none
		t, err := d.Book.Get(ctx, m.Ticket)
		if err != nil {
			return err
		}
		if err := d.join(ctx, one.IncidentID(), t); err != nil {
			return err
		}
	}
	_, err = d.changeIncident(ctx, two.IncidentID(), func(in *incident.Incident) error {
		if err := in.Fold(one.IncidentID(), now); err != nil {
			return store.ErrUnchanged
		}
		d.greyIncident(in, "", d.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": d.Words.Line(prompts.StaffIncidentNamed, prompts.Vars{"no": one.No})}))
		return nil
	})
	d.Events.Watch.Drop(two.IncidentID())
	return err
}
