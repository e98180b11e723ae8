package app

import (
	"context"
	"fmt"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/incident"
	"kefu/bot/intent"
	"kefu/bot/jobs"
	"kefu/bot/ticket"
	"kefu/store"
)

// openIncidents lets the desk notice that many complaints are one event.
func (a *App) openIncidents(ctx context.Context) error {
	book, err := incident.OpenBook(ctx, a.Store, a.now)
	if err != nil {
		return fmt.Errorf("app: incidents: %w", err)
	}
	a.Cases.Events = &casework.Events{
		Book: book, Link: a.incidentLink,
		Watch:   incident.NewWatch(incident.Options{Window: a.Pack().Incident.Window, Common: sentences()}),
		Waiting: make(chan *ticket.Ticket, waiting),
	}
	return nil
}

// sentences are how customers write: what is common in them makes nothing alike.
func sentences() []string {
	shipped := intent.Shipped()
	all := make([]string, len(shipped))
	for i, e := range shipped {
		all[i] = e.Text
	}
	return all
}

func (a *App) incidentLink(id incident.ID) string { return a.public("/incidents/" + string(id)) }

func (a *App) incidentSource() jobs.Source {
	return jobs.FromCollection(a.Cases.Events.Book.Collection(), jobs.Notices,
		func(in *incident.Incident) *store.Time { return &in.Due }, a.Cases.RunIncident)
}

const (
	waiting  = 4096                   // cases of this instance that wait to be compared
	together = 250 * time.Millisecond // so long they are collected, to be one step
	catchUp  = 12                     // steps until cases are looked for that others stored
)

// watchCases compares the cases of all instances with each other, those of the
// last hours first: what was noticed before the start is not noticed again.
func (a *App) watchCases(ctx context.Context) {
	t := time.NewTicker(together)
	defer t.Stop()
	since, err := a.Cases.Recall(ctx)
	began, failing := err == nil, err != nil
	for n := 1; ; n++ {
		if err != nil && ctx.Err() == nil && !failing {
			a.log.Warn("cases are not compared with others", "err", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if began {
			if err = a.Cases.NoticeWaiting(ctx); err == nil && n%catchUp == 0 {
				since, err = a.Cases.CatchUp(ctx, since)
			}
			continue
		}
		if n%catchUp != 0 {
			continue
		}
		since, err = a.Cases.Recall(ctx)
		began = err == nil
	}
}

// quiet says that promotions to a customer wait: an event they are part of is not over.
func (a *App) quiet(ctx context.Context, who chat.CustomerID) (bool, error) {
	c, err := a.People.Get(ctx, who)
	return err == nil && len(c.Quiet) > 0, err
}
