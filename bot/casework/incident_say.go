package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// wordingCause names the one time that a case's customer is told a wording.
func wordingCause(in *incident.Incident) string {
	return "wording/" + in.ID + "/" + strconv.Itoa(in.Wording.Version)
}

// Told says whether the customer of a case was told the wording as it is now.
func Told(in *incident.Incident, t *ticket.Ticket) bool {
	return in.Wording.Text != "" && slices.Contains(t.Applied, wordingCause(in))
}

// SayWording tells the customer of one case the wording, once for each version.
func (d *Desk) SayWording(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	t, err := d.Book.Get(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if d.Events == nil || t.Incident == "" {
		return Outcome{}, d.refusal(prompts.StaffIncidentNone, nil)
	}
	in, err := d.Events.Book.Get(ctx, incident.ID(t.Incident))
	if err != nil {
		return Outcome{}, err
	}
	if in.Wording.Text == "" {
		return Outcome{}, d.refusal(prompts.StaffIncidentNoWording, prompts.Vars{"no": in.No})
	}
	if Told(in, t) {
		return Outcome{}, d.refusal(prompts.StaffIncidentNobody, prompts.Vars{"no": in.No})
	}
	return d.Say(WithCause(ctx, wordingCause(in)), by, id, in.Wording.Text, false)
}

// SayWordingToAll tells the customers of somebody's open cases of an incident the
// wording, each once; a manager tells those of nobody too.
func (d *Desk) SayWordingToAll(ctx context.Context, by string, id incident.ID) (string, error) {
	in, cases, err := d.incidentAndCases(ctx, id)
	if err != nil {
		return "", err
	}
	if in.Wording.Text == "" {
		return "", d.refusal(prompts.StaffIncidentNoWording, prompts.Vars{"no": in.No})
	}
	said, left := 0, 0
	for _, t := range cases {
		if !d.tells(by, in, t) {
			continue
		}
		_, err := d.Say(WithCause(ctx, wordingCause(in)), by, t.TicketID(), in.Wording.Text, false)
		var no Refusal
		switch {
		case err == nil:
			said++
		case errors.As(err, &no):
			left++
		default:
			return "", err
		}
	}
	if said == 0 && left == 0 {
		return d.Words.Line(prompts.StaffIncidentNobody, prompts.Vars{"no": in.No}), nil
	}
	v := prompts.Vars{"n": said}
	if left > 0 {
		v["left"] = left
	}
	return d.Words.Line(prompts.StaffIncidentSaid, v), nil
}

// tells says whether somebody has to tell the customer of a case the wording.
func (d *Desk) tells(by string, in *incident.Incident, t *ticket.Ticket) bool {
	return t.IsOpen() && !Told(in, t) && (d.MayRule(by) || d.responsible(t).ID == by)
}

// ToTell is how many customers somebody has to tell the wording.
func (d *Desk) ToTell(by string, in *incident.Incident, cases []*ticket.Ticket) int {
	n := 0
	for _, t := range cases {
		if d.tells(by, in, t) {
			n++
		}
	}
	return n
}
