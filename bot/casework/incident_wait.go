package casework

import (
	"context"
	"slices"
	"time"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
)

// maxFailed bounds the cases that are kept to be looked at again.
const maxFailed = 8192

// opened looks at a case that was just opened, or in which another thing was named,
// or lets it wait to be looked at. What fails is told in the log; CatchUp looks again.
func (d *Desk) opened(ctx context.Context, t *ticket.Ticket) {
	if !slices.ContainsFunc(d.grievances([]*ticket.Ticket{t}), d.counts) {
		return
	}
	if d.Events.Waiting == nil {
		if err := d.Notice(ctx, t); err != nil {
			d.Log.Warn("a case was not compared with others", "err", err)
		}
		return
	}
	waits := *t
	select {
	case d.Events.Waiting <- &waits:
	default: // CatchUp finds it
	}
}

// NoticeWaiting looks at the cases that wait, and again at those it failed with.
func (d *Desk) NoticeWaiting(ctx context.Context) error { return d.try(ctx, d.Events.take()) }

// take takes what failed and what waits, at most as many as may wait.
func (e *Events) take() []*ticket.Ticket {
	e.mu.Lock()
	cases := e.failed
	e.failed = nil
	e.mu.Unlock()
	for range cap(e.Waiting) {
		select {
		case t := <-e.Waiting:
			cases = append(cases, t)
		default:
			return cases
		}
	}
	return cases
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

const (
	again     = 10 * time.Second // so far CatchUp looks back, for what other instances stored late
	maxCatch  = 2000             // pages at a time
	catchPage = 200
)

// CatchUp looks at cases stored since, by whichever instance, the oldest first, and
// returns from where to look the next time. Those seen before are passed over.
func (d *Desk) CatchUp(ctx context.Context, since time.Time) (time.Time, error) {
	var after []any
	until := since
	for range maxCatch {
		list, err := d.Book.Collection().List(ctx, store.Query{
			Where: []store.Cond{store.Where("created", store.Ge, store.At(since.Add(-again)))},
			Order: []store.Order{{Field: "created"}}, After: after, Limit: catchPage,
		})
		if err != nil {
			return since, err
		}
		var fresh []*ticket.Ticket
		for _, t := range list {
			after = []any{t.Created, t.ID}
			if t.Created.Time().After(until) {
				until = t.Created.Time()
			}
			if !d.Events.Watch.Knows(t.ID) {
				fresh = append(fresh, t)
			}
		}
		if err := d.try(ctx, fresh); err != nil {
			return since, err
		}
		if len(list) < catchPage {
			break
		}
	}
	return until, nil
}

// Recall reads what counts from the store at the start: the open incidents and the
// cases of the window. It returns where CatchUp goes on.
func (d *Desk) Recall(ctx context.Context) (time.Time, error) {
	now := d.Now()
	live, err := d.Incidents(ctx)
	if err != nil {
		return now, err
	}
	for _, in := range live {
		if err := d.knownBy(ctx, in.IncidentID(), in.Thing, in.Members); err != nil {
			return now, err
		}
	}
	return d.CatchUp(ctx, now.Add(-d.Pack().Incident.Window))
}

// pinnedBy is by the words of how many of its cases, the latest, an incident is known.
const pinnedBy = 50

// knownBy lets later cases be known to belong to an incident by the words of others.
func (d *Desk) knownBy(ctx context.Context, id incident.ID, thing string, members []incident.Member) error {
	cases, err := d.casesBy(ctx, tickets(members[max(0, len(members)-pinnedBy):]))
	if err != nil {
		return err
	}
	for _, t := range cases {
		t = d.by(t, thing)
		d.Events.Watch.Add(item(t))
		d.Events.Watch.Pin(t.ID, id)
	}
	return nil
}
