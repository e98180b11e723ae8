package casework

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kefu/bot/desk"
	"kefu/bot/hours"
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
	cases, err := d.casesOf(ctx, in)
	if err != nil {
		return err
	}
	_, err = d.changeIncident(ctx, in.IncidentID(), func(in *incident.Incident) error {
		if in.State != incident.Open || in.Brief.After(store.At(now)) {
			return store.ErrUnchanged
		}
		d.brief(in, count(in, cases), now)
		return nil
	})
	return err
}

// brief tells everybody concerned how it stands; once after a standstill.
func (d *Desk) brief(in *incident.Incident, c incident.Counts, now time.Time) {
	d.tellConcerned(in, d.briefLine(in, c), "")
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

// count says how an incident stands; of cases that are not listed only the number
// is known.
func count(in *incident.Incident, cases []*ticket.Ticket) incident.Counts {
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

// IncidentCounts is how an incident stands now, for its page.
func (d *Desk) IncidentCounts(in *incident.Incident, cases []*ticket.Ticket) incident.Counts {
	return count(in, cases)
}

// EndIncident closes an incident; the report goes to everybody concerned. Its
// cases go on as they are.
func (d *Desk) EndIncident(ctx context.Context, by string, id incident.ID, result string) (string, error) {
	if !d.mayRule(by) {
		return "", d.refusal(prompts.StaffIncidentManager, nil)
	}
	before, err := d.Events.Book.Get(ctx, id)
	if err != nil {
		return "", err
	}
	cases, err := d.casesOf(ctx, before)
	if err != nil {
		return "", err
	}
	now := d.Now()
	in, err := d.incidentAct(ctx, by, id, func(in *incident.Incident) error {
		r := report(in, cases)
		r.Text = d.reportText(in, r, by, clip(result, 200), now)
		if err := in.End(by, clip(result, 500), r, now); err != nil {
			return err
		}
		d.tellConcerned(in, r.Text, "")
		d.greyIncident(in, "", d.Words.Line(prompts.StaffDoneClosed, prompts.Vars{"who": d.shown(by), "at": d.at(store.At(now))}))
		d.incidentGroup(in, d.Words.Line(prompts.GroupIncidentEnded, d.incidentVars(in)))
		return nil
	})
	if err != nil {
		return "", err
	}
	d.Events.Watch.Drop(id)
	var names []string
	for _, p := range in.Told {
		names = append(names, d.shown(p))
	}
	return d.Words.Line(prompts.StaffIncidentEnded, prompts.Vars{"no": in.No, "who": strings.Join(names, "、")}), nil
}

// report counts what became of the cases.
func report(in *incident.Incident, cases []*ticket.Ticket) incident.Report {
	r := incident.Report{Counts: count(in, cases), Causes: map[string]int{}, Ratings: map[string]int{}}
	var took []time.Duration
	for _, t := range cases {
		if !t.Answered.IsZero() {
			took = append(took, t.Answered.Sub(t.Created))
		}
		if t.Cause != "" {
			r.Causes[t.Cause]++
		}
		if t.Rating != nil {
			r.Ratings[fmt.Sprint(t.Rating.Score)]++
		}
	}
	if len(took) > 0 {
		slices.Sort(took)
		r.FirstAnswer, r.Median = took[0], took[len(took)/2]
	}
	return r
}

func (d *Desk) reportText(in *incident.Incident, r incident.Report, by, result string, now time.Time) string {
	v := with(d.incidentVars(in), "who", d.shown(by), "at", d.at(store.At(now)), "n", r.Cases, "people", r.Customers,
		"answered", r.Answered, "open", r.Open, "result", result)
	if r.Answered > 0 {
		v["first"], v["median"] = hours.Span(r.FirstAnswer), hours.Span(r.Median)
	}
	var causes, ratings []string
	for _, id := range slices.Sorted(maps.Keys(r.Causes)) {
		causes = append(causes, fmt.Sprintf("%s %d", desk.Title(d.Pack().General.Causes, id), r.Causes[id]))
	}
	for _, score := range slices.Backward(slices.Sorted(maps.Keys(r.Ratings))) {
		ratings = append(ratings, fmt.Sprintf("%s %d", d.Pack().General.Ratings[score], r.Ratings[score]))
	}
	v["causes"], v["ratings"] = strings.Join(causes, "、"), strings.Join(ratings, "、")
	return d.Words.Line(prompts.StaffIncidentReport, v)
}

// again is how far CatchUp looks back for what other instances stored late.
const again = 10 * time.Second

const (
	maxCatch  = 2000
	pinnedBy  = 50 // cases by whose words an open incident is known after a start
	catchPage = 200
)

// Recall reads what counts from the store at the start: the open incidents and the
// cases of the window. It returns where CatchUp goes on.
func (d *Desk) Recall(ctx context.Context) (time.Time, error) {
	now := d.Now()
	live, err := d.Incidents(ctx)
	if err != nil {
		return now, err
	}
	for _, in := range live {
		for _, m := range in.Members[max(0, len(in.Members)-pinnedBy):] {
			t, err := d.Book.Get(ctx, m.Ticket)
			if err != nil {
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				return now, err
			}
			d.Events.Watch.Add(item(t))
			d.Events.Watch.Pin(t.ID, in.IncidentID())
		}
	}
	return d.CatchUp(ctx, now.Add(-d.Pack().Incident.Window))
}

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
