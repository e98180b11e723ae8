package casework

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/incident"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// incidentVars are what every text about an incident may use.
func (d *Desk) incidentVars(in *incident.Incident) prompts.Vars {
	return prompts.Vars{
		"no": in.No, "category": in.Thing, "n": in.Cases, "people": in.Customers, "since": d.at(in.First), "until": d.at(in.Last),
		"quote": in.Quote, "who": d.shown(in.Owner), "places": d.placesLine(in.Places), "numbers": numbers(in.Members),
		"usual": d.Usually(in), "wording": clip(in.Wording.Text, 26), "link": d.incidentLink(in), "at": d.at(store.At(d.Now())),
	}
}

// Usually says how many of this sort there are otherwise: 每 2 小时 0.3 件.
func (d *Desk) Usually(in *incident.Incident) string {
	if in.Usual < 0.05 { // as good as never: nothing to say
		return ""
	}
	w, n := d.Pack().Incident.Window, strconv.FormatFloat(in.Usual, 'f', 1, 64)
	if w%time.Hour == 0 {
		return d.Words.Line(prompts.StaffUsualHours, prompts.Vars{"span": int(w / time.Hour), "n": n})
	}
	return d.Words.Line(prompts.StaffUsualMinutes, prompts.Vars{"span": int(w / time.Minute), "n": n})
}

func (d *Desk) placesLine(rooms []string) string {
	if len(rooms) == 0 {
		return ""
	}
	s := strings.Join(rooms[:min(len(rooms), 6)], "、")
	if len(rooms) > 6 {
		return d.Words.Line(prompts.StaffPlacesMore, prompts.Vars{"places": s})
	}
	return s
}

func numbers(members []incident.Member) string {
	var all []string
	for _, m := range members[max(0, len(members)-5):] {
		all = append(all, m.No)
	}
	s := strings.Join(all, "、")
	if len(members) > 5 {
		s = "…" + s
	}
	return s
}

func (d *Desk) incidentLink(in *incident.Incident) string {
	if d.Events.Link == nil {
		return ""
	}
	return d.Events.Link(in.IncidentID())
}

// IncidentLines says in a line each which incidents are open.
func (d *Desk) IncidentLines(ctx context.Context) (string, error) {
	live, err := d.Incidents(ctx)
	if err != nil {
		return "", err
	}
	if len(live) == 0 {
		return d.Words.Line(prompts.StaffIncidentNone, nil), nil
	}
	var lines []string
	for _, in := range live {
		v := d.incidentVars(in)
		if in.Wording.Text != "" {
			v["said"] = d.word(prompts.StaffYes)
		}
		lines = append(lines, d.Words.Line(prompts.StaffIncidentItem, v))
	}
	return strings.Join(lines, "\n"), nil
}

// concerned are who hear of an incident: the roles of the pack, and the department
// for public matters.
func (d *Desk) concerned(now time.Time) []staff.Person {
	all := d.targets(&ticket.Ticket{}, d.Pack().Incident.Tell, now)
	if dept := d.Pack().Incident.Dept; dept != "" {
		people := d.onDuty(dept, now)
		if lead, ok := d.Roster.Lead(dept, now); ok {
			people = append([]staff.Person{lead}, people...)
		}
		for _, p := range people[:min(len(people), 3)] {
			if !slices.ContainsFunc(all, func(q staff.Person) bool { return q.ID == p.ID }) {
				all = append(all, p)
			}
		}
	}
	return all
}

// alert tells who must know that an incident began.
func (d *Desk) alert(in *incident.Incident, now time.Time) {
	v := d.incidentVars(in)
	for _, p := range d.concerned(now) {
		in.Told = append(in.Told, p.ID)
		d.incidentCard(in, p, "alert", prompts.CardIncident, v)
	}
	d.incidentGroup(in, d.Words.Line(prompts.GroupIncident, v))
}

// incidentCard gives somebody a card about an incident.
func (d *Desk) incidentCard(in *incident.Incident, p staff.Person, what, key string, v prompts.Vars) {
	if p.WecomID == "" {
		return
	}
	card := d.Words.Card(key, v)
	card.URL = d.incidentLink(in)
	x := cardTo(p, in.Next("card"), card)
	d.incidentPost(in, x)
	if x.Content.Form == chat.AsCard {
		in.Handed(x.ID, p.ID, what)
	}
}

func (d *Desk) incidentPost(in *incident.Incident, x delivery.Delivery) {
	in.Effects = append(in.Effects, incident.Effect{ID: x.ID, Post: &ticket.Effect{Deliver: &x}})
}

// incidentTell gives somebody a line.
func (d *Desk) incidentTell(in *incident.Incident, p staff.Person, text string) {
	if p.WecomID == "" || text == "" {
		return
	}
	d.incidentPost(in, delivery.Delivery{
		Meta: store.Meta{ID: in.Next("line")}, To: chat.Address{Channel: chat.WeCom, User: p.WecomID},
		Class: delivery.Staff, From: ticket.ByBot, Content: chat.Say(text),
	})
}

// incidentGroup puts a line into the group for what is grave, or the staff's.
func (d *Desk) incidentGroup(in *incident.Incident, text string) {
	for _, robot := range []string{"escalation", "staff"} {
		if slices.Contains(d.Robots, robot) && text != "" {
			d.incidentPost(in, delivery.Delivery{
				Meta: store.Meta{ID: in.Next("group")}, To: chat.Address{Channel: chat.Robot, User: robot},
				Class: delivery.Staff, From: ticket.ByBot, Content: chat.Content{Form: chat.AsLine, Text: text},
			})
			return
		}
	}
}

// tellConcerned gives a line to everybody who heard of the incident.
func (d *Desk) tellConcerned(in *incident.Incident, text string) {
	for _, id := range in.Told {
		d.incidentTell(in, d.person(id), text)
	}
}

// refreshIncident lets the alert cards show how it stands.
func (d *Desk) refreshIncident(in *incident.Incident) {
	card := d.Words.Card(prompts.CardIncident, d.incidentVars(in))
	card.URL = d.incidentLink(in)
	for _, c := range in.Cards {
		if c.What == "alert" {
			show := card
			d.showIncident(in, c, &show)
		}
	}
}

func (d *Desk) showIncident(in *incident.Incident, c ticket.CardRef, show *chat.Card) {
	id := in.Next("show")
	in.Effects = append(in.Effects, incident.Effect{ID: id, Post: &ticket.Effect{Grey: &ticket.Grey{Card: c.Delivery, Staff: c.Staff, Show: show}}})
}

// greyIncident turns cards of a kind ("": all) grey and forgets them.
func (d *Desk) greyIncident(in *incident.Incident, what, done string) {
	kept := in.Cards[:0]
	for _, c := range in.Cards {
		if what != "" && c.What != what {
			kept = append(kept, c)
			continue
		}
		d.showIncident(in, c, &chat.Card{Title: d.Words.Line(prompts.StaffTitleIncident, prompts.Vars{"category": in.Thing, "n": in.Cases}), Done: done, URL: d.incidentLink(in)})
	}
	in.Cards = kept
}
