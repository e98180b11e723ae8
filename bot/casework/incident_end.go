package casework

import (
	"context"
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

// EndIncident closes an incident; the report goes to everybody concerned. Its
// cases go on as they are.
func (d *Desk) EndIncident(ctx context.Context, by string, id incident.ID, result string) (string, error) {
	if !d.MayRule(by) {
		return "", d.refusal(prompts.StaffIncidentManager, nil)
	}
	_, cases, err := d.incidentAndCases(ctx, id)
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
		d.tellConcerned(in, r.Text)
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
	r := incident.Report{Counts: CountsOf(in, cases), Causes: map[string]int{}, Ratings: map[string]int{}}
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
