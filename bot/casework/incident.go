package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
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
	// Waiting holds new cases until NoticeWaiting looks at them, so that nobody waits
	// for it; nil: a case is looked at as it is opened. What has no room in it, or is
	// lost with the process, CatchUp finds.
	Waiting chan *ticket.Ticket

	mu     sync.Mutex
	often  map[string]often // by category and thing
	failed []*ticket.Ticket // looked at in vain, to be looked at again; at most maxFailed
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

// opened looks at a case that was just opened, or lets it wait to be looked at.
func (d *Desk) opened(ctx context.Context, t *ticket.Ticket) error {
	if !d.counts(t) {
		return nil
	}
	if d.Events.Waiting == nil {
		return d.Notice(ctx, t)
	}
	waits := *t
	select {
	case d.Events.Waiting <- &waits:
	default: // CatchUp finds it
	}
	return nil
}

// NoticeWaiting looks at all cases that wait.
func (d *Desk) NoticeWaiting(ctx context.Context) error {
	d.Events.mu.Lock()
	all := d.Events.failed
	d.Events.failed = nil
	d.Events.mu.Unlock()
	for {
		select {
		case t := <-d.Events.Waiting:
			all = append(all, t)
			if len(all) < cap(d.Events.Waiting) {
				continue
			}
		default:
		}
		return d.try(ctx, all)
	}
}

// try is Notice; what it fails with is tried again by NoticeWaiting.
func (d *Desk) try(ctx context.Context, cases []*ticket.Ticket) error {
	err := d.Notice(ctx, cases...)
	if err != nil {
		d.Events.mu.Lock()
		defer d.Events.mu.Unlock()
		d.Events.failed = append(d.Events.failed, cases...)
		d.Events.failed = d.Events.failed[max(0, len(d.Events.failed)-maxFailed):]
	}
	return err
}

// Notice looks whether cases are parts of an event: they join one that is open, or
// one is the last that was missing to one. Each event is written once for all that
// join it. It may be repeated.
func (d *Desk) Notice(ctx context.Context, cases ...*ticket.Ticket) error {
	joins := map[incident.ID][]*ticket.Ticket{}
	for _, t := range cases {
		if !d.counts(t) {
			continue
		}
		if t.Incident != "" {
			in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
			if err != nil {
				return err
			}
			if in.State == incident.Closed {
				continue // what is over does not begin again with the same cases
			}
		}
		g := d.Events.Watch.Add(item(t))
		if g.Pinned {
			joins[incident.ID(g.ID)] = append(joins[incident.ID(g.ID)], t)
			continue
		}
		if err := d.enough(ctx, g, t); err != nil {
			return err
		}
	}
	for id, list := range joins {
		err := d.join(ctx, id, list...)
		if err == nil {
			continue
		}
		if !errors.Is(err, incident.ErrEnded) {
			return err
		}
		d.Events.Watch.Drop(id) // it ended meanwhile
		for _, t := range list {
			if err := d.enough(ctx, d.Events.Watch.Add(item(t)), t); err != nil {
				return err
			}
		}
	}
	return nil
}

// enough opens an incident when a group with its last case is more than usual.
func (d *Desk) enough(ctx context.Context, g incident.Group, t *ticket.Ticket) error {
	if g.Pinned {
		return d.join(ctx, incident.ID(g.ID), t)
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

// often is how many cases of a sort there are in a window, as a rule.
type often struct {
	n    float64
	when time.Time
}

const (
	oftenFor  = 5 * time.Minute // so long it is not counted again
	maxOftens = 1000
	maxFailed = 8192
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
	if err := d.join(ctx, id, members...); err != nil && !errors.Is(err, incident.ErrEnded) {
		return err
	}
	return nil
}

// known is the open incident that one of the cases belongs to already, or that is
// about the same thing.
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
	live, err := d.Incidents(ctx)
	if err != nil {
		return "", err
	}
	for _, in := range live {
		if slices.ContainsFunc(members, func(t *ticket.Ticket) bool {
			return t.Thing != "" && t.Thing == in.Thing && t.Category == in.Category
		}) {
			return in.IncidentID(), nil
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
	t, err := d.Book.Get(ctx, e.Mark)
	if err != nil {
		return err
	}
	if t.Incident != "" && t.Incident != in.ID {
		if in, err = d.one(ctx, in.IncidentID(), incident.ID(t.Incident)); err != nil || in == nil {
			return err
		}
	}
	now := d.Now()
	if t.Incident != in.ID {
		t, err = d.change(ctx, e.Mark, func(t *ticket.Ticket) error {
			if t.Incident == in.ID {
				return store.ErrUnchanged
			}
			t.Incident = in.ID
			t.Log(ticket.Event{At: store.At(now), Who: ticket.BySystem, What: ticket.PartOf, Text: d.joinedLine(in)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return d.People.Learn(ctx, t.Who, e.ID, customer.Change{Quiet: in.ID})
}

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
