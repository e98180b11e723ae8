package casework

import (
	"context"
	"errors"
	"strings"
	"sync"

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

// maxLive bounds the incidents that are open at a time, as far as they are looked at.
const maxLive = 50

// Incidents are those open now, newest first: at most 50.
func (d *Desk) Incidents(ctx context.Context) ([]*incident.Incident, error) {
	if d.Events == nil {
		return nil, nil
	}
	return d.Events.Book.Live(ctx, maxLive)
}

// Incident is the incident that staff mean by a number; with none, the only one
// there is. A Refusal says which there are.
func (d *Desk) Incident(ctx context.Context, no string) (*incident.Incident, error) {
	live, err := d.Incidents(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]string, len(live))
	for i, in := range live {
		list[i] = in.No + " " + in.Thing
		if in.No == no {
			return in, nil
		}
	}
	switch {
	case no == "" && len(live) == 1:
		return live[0], nil
	case no == "" && len(live) == 0:
		return nil, d.refusal(prompts.StaffIncidentNone, nil)
	case no == "":
		return nil, d.refusal(prompts.StaffIncidentWhich, prompts.Vars{"list": strings.Join(list, "、"), "no": live[0].No})
	}
	in, err := d.Events.Book.ByNo(ctx, no)
	if errors.Is(err, store.ErrNotFound) {
		return nil, d.refusal(prompts.StaffIncidentUnknown, prompts.Vars{"no": no, "list": strings.Join(list, "、")})
	}
	return in, err
}

// IncidentOf is the open incident a case is a part of; nil when there is none.
func (d *Desk) IncidentOf(ctx context.Context, t *ticket.Ticket) (*incident.Incident, error) {
	if d.Events == nil || t.Incident == "" {
		return nil, nil
	}
	in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
	if errors.Is(err, store.ErrNotFound) || err == nil && in.State != incident.Open {
		return nil, nil
	}
	return in, err
}

// IncidentCases are an incident's cases that are listed.
func (d *Desk) IncidentCases(ctx context.Context, in *incident.Incident) ([]*ticket.Ticket, error) {
	return d.casesBy(ctx, tickets(in.Members))
}

// incidentAndCases is an incident, and its cases that are listed.
func (d *Desk) incidentAndCases(ctx context.Context, id incident.ID) (*incident.Incident, []*ticket.Ticket, error) {
	in, err := d.Events.Book.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	cases, err := d.IncidentCases(ctx, in)
	return in, cases, err
}

func tickets(members []incident.Member) []ticket.ID {
	ids := make([]ticket.ID, len(members))
	for i, m := range members {
		ids[i] = m.Ticket
	}
	return ids
}

// casesBy reads cases. Those that are not there any more are passed over.
func (d *Desk) casesBy(ctx context.Context, ids []ticket.ID) ([]*ticket.Ticket, error) {
	all := make([]*ticket.Ticket, 0, len(ids))
	for _, id := range ids {
		t, err := d.Book.Get(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
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
