package casework

import (
	"context"
	"errors"
	"time"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// RunIncident does what an incident's timers ask for: effects left over, the brief.
// The clock and the queue call it; it may run any number of times.
func (d *Desk) RunIncident(ctx context.Context, id string) error {
	in, err := d.Events.Book.Get(ctx, incident.ID(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.carryIncident(ctx, in); err != nil {
		return err
	}
	now := d.Now()
	if in.State != incident.Open || in.Brief.After(store.At(now)) {
		return nil
	}
	cases, err := d.IncidentCases(ctx, in)
	if err != nil {
		return err
	}
	_, err = d.changeIncident(ctx, in.IncidentID(), func(in *incident.Incident) error {
		if in.State != incident.Open || in.Brief.After(store.At(now)) {
			return store.ErrUnchanged
		}
		d.brief(in, CountsOf(in, cases), now)
		return nil
	})
	return err
}

// brief tells everybody concerned how it stands; once after a standstill.
func (d *Desk) brief(in *incident.Incident, c incident.Counts, now time.Time) {
	d.tellConcerned(in, d.briefLine(in, c))
	in.Before = c
	d.refreshIncident(in)
	every := d.Pack().Incident.Brief
	for !in.Brief.After(store.At(now)) {
		if late := store.At(now).Sub(in.Brief); late > every {
			in.Brief = in.Brief.Add(late.Truncate(every))
		}
		in.Brief = in.Brief.Add(every)
	}
}

func (d *Desk) briefLine(in *incident.Incident, c incident.Counts) string {
	v := with(d.incidentVars(in), "n", c.Cases, "people", c.Customers, "answered", c.Answered, "open", c.Open)
	if more := c.Cases - in.Before.Cases; more > 0 {
		v["more"] = more
	}
	if in.Wording.Text == "" {
		v["nowording"] = d.word(prompts.StaffYes)
	}
	return d.Words.Line(prompts.StaffIncidentBrief, v)
}

// CountsOf is how an incident stands; of cases that are not listed only the number
// is known.
func CountsOf(in *incident.Incident, cases []*ticket.Ticket) incident.Counts {
	c := incident.Counts{Cases: in.Cases, Customers: in.Customers}
	for _, t := range cases {
		if !t.Answered.IsZero() {
			c.Answered++
		}
		if t.IsOpen() {
			c.Open++
		}
	}
	return c
}
