package workbench

import (
	"context"
	"regexp"
	"strconv"

	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// eventNo is the number of an incident before what follows it.
var eventNo = regexp.MustCompile(`^(\d{1,5})(?:[\s:：,，、]+|$)`)

// event takes the number of an incident off what was typed; with none it is the
// only one there is.
func (t *turn) event(ctx context.Context, typed string) (in *incident.Incident, rest string, err error) {
	no, rest := "", typed
	if m := eventNo.FindStringSubmatch(typed); m != nil {
		no, rest = m[1], trim(typed[len(m[0]):])
	}
	in, err = t.Cases.Incident(ctx, no)
	return in, rest, err
}

// wording sets what everybody tells the customers of an incident (口径 3 …); without
// words it tells them: those of the current case, or of all cases one has in hand.
func (t *turn) wording(ctx context.Context, typed string) (string, error) {
	if typed == "" {
		if current := t.state.CurrentAt(t.now); current != "" {
			on, err := t.Book.Get(ctx, ticket.ID(current))
			if err != nil {
				return "", err
			}
			if in, err := t.Cases.IncidentOf(ctx, on); err != nil {
				return "", err
			} else if in != nil {
				return said(t.Cases.SayWording(ctx, t.p.ID, on.TicketID()))(nil)
			}
		}
	}
	in, text, err := t.event(ctx, typed)
	if err != nil {
		return "", err
	}
	if text == "" {
		return t.Cases.SayWordingToAll(ctx, t.p.ID, in.IncidentID())
	}
	return t.Cases.Word(ctx, t.p.ID, in.IncidentID(), text)
}

// endEvent ends an incident (结束突发 3 …).
func (t *turn) endEvent(ctx context.Context, typed string) (string, error) {
	in, result, err := t.event(ctx, typed)
	if err != nil {
		return "", err
	}
	return t.Cases.EndIncident(ctx, t.p.ID, in.IncidentID(), result)
}

// pressEvent answers a button of an incident's card; false: it is none.
func (t *turn) pressEvent(ctx context.Context, b button) (say string, is bool, err error) {
	switch b.do {
	case "incident", "incident_word", "incident_end", "incident_ok", "incident_say":
	default:
		return "", false, nil
	}
	in, err := t.Cases.Incident(ctx, b.no)
	if err != nil {
		return "", true, err
	}
	id, by := in.IncidentID(), t.p.ID
	switch b.do {
	case "incident":
		say, err = t.Cases.TakeIncident(ctx, by, id)
	case "incident_word":
		say, err = t.line(prompts.StaffAskWording, nil), t.keep(ctx, t.askID(), held{Do: "incident_word:" + in.No}, askFor)
	case "incident_end":
		say, err = t.line(prompts.StaffAskEventEnd, nil), t.keep(ctx, t.askID(), held{Do: "incident_end:" + in.No}, askFor)
	case "incident_ok":
		say, err = t.Cases.ApproveWording(ctx, by, id)
	case "incident_say":
		if strconv.Itoa(in.Wording.Version) != strconv.Itoa(b.part) { // it has been changed since
			return t.line(prompts.StaffOldCard, nil), true, nil
		}
		if say, err = t.Cases.SayWordingToAll(ctx, by, id); err == nil {
			err = t.greyAny(ctx, t.line(prompts.StaffDoneSent, nil))
		}
	}
	return say, true, err
}

// answeredEvent takes what was typed after a button of an incident's card.
func (t *turn) answeredEvent(ctx context.Context, b button, text string) (string, error) {
	if b.do == "incident_end" {
		return t.endEvent(ctx, b.no+" "+text)
	}
	in, err := t.Cases.Incident(ctx, b.no)
	if err != nil {
		return "", err
	}
	return t.Cases.Word(ctx, t.p.ID, in.IncidentID(), text)
}
