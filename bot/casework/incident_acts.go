package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"kefu/bot/chat"
	"kefu/bot/incident"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// maxWording bounds the wording of an incident, in characters.
const maxWording = 500

// Incidents are those open now, newest first: at most 50.
func (d *Desk) Incidents(ctx context.Context) ([]*incident.Incident, error) {
	if d.Events == nil {
		return nil, nil
	}
	return d.Events.Book.Live(ctx, maxLive)
}

const maxLive = 50

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

// mayRule says whether somebody may end an incident and set its wording.
func (d *Desk) mayRule(by string) bool {
	p := d.person(by)
	return p.Is(staff.Manager) || p.Is(staff.Leader)
}

// MayRule is for pages: they do not offer what would be refused.
func (d *Desk) MayRule(by string) bool { return d.mayRule(by) }

// incidentAct changes an open incident for somebody of the staff.
func (d *Desk) incidentAct(ctx context.Context, by string, id incident.ID, do func(in *incident.Incident) error) (*incident.Incident, error) {
	if d.person(by).ID == "" {
		return nil, d.refusal(prompts.StaffErrNotStaff, nil)
	}
	in, err := d.changeIncident(ctx, id, do)
	if errors.Is(err, incident.ErrEnded) {
		if in, err = d.Events.Book.Get(ctx, id); err != nil {
			return nil, err
		}
		return nil, d.refusal(prompts.StaffIncidentOver, prompts.Vars{"no": in.No, "at": d.at(in.Ended)})
	}
	return in, err
}

// TakeIncident makes somebody the one who handles an incident (我来处理).
func (d *Desk) TakeIncident(ctx context.Context, by string, id incident.ID) (string, error) {
	in, err := d.incidentAct(ctx, by, id, func(in *incident.Incident) error {
		if in.State != incident.Open {
			return incident.ErrEnded
		}
		if in.Owner == by {
			return store.ErrUnchanged
		}
		in.Owner = by
		d.refreshIncident(in)
		return nil
	})
	if err != nil {
		return "", err
	}
	return d.Words.Line(prompts.StaffIncidentTaken, prompts.Vars{"no": in.No}), nil
}

// Word sets what everybody tells the customers (统一口径). What others than a
// manager write is a draft that a manager is asked to approve.
func (d *Desk) Word(ctx context.Context, by string, id incident.ID, text string) (string, error) {
	text = clipTo(strings.TrimSpace(chat.Clean(text)), maxWording)
	if text == "" {
		return "", d.refusal(prompts.StaffErrNoText, prompts.Vars{"example": d.word(prompts.StaffExWording)})
	}
	if err := d.sayable(text); err != nil {
		return "", err
	}
	if d.mayRule(by) {
		return d.approve(ctx, by, id, text)
	}
	manager := d.manager(d.Now())
	in, err := d.incidentAct(ctx, by, id, func(in *incident.Incident) error {
		if err := in.Propose(text, by); err != nil {
			return err
		}
		v := with(d.incidentVars(in), "who", d.shown(by), "quote", text)
		d.greyIncident(in, "draft", d.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": d.shown(by)}))
		d.incidentCard(in, manager, "draft", prompts.CardIncidentDraft, v)
		return nil
	})
	if err != nil {
		return "", err
	}
	return d.Words.Line(prompts.StaffIncidentDrafted, prompts.Vars{"no": in.No, "who": manager.ShownAs}), nil
}

// sayable refuses words that must not be said to customers.
func (d *Desk) sayable(text string) error {
	if word := d.Pack().Sensitive(text); word != "" {
		return d.refusal(prompts.StaffErrSensitive, prompts.Vars{"word": word})
	}
	return nil
}

func clipTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// ApproveWording makes the draft the wording.
func (d *Desk) ApproveWording(ctx context.Context, by string, id incident.ID) (string, error) {
	in, err := d.Events.Book.Get(ctx, id)
	if err != nil {
		return "", err
	}
	switch {
	case !d.mayRule(by):
		return "", d.refusal(prompts.StaffIncidentManager, nil)
	case in.Wording.Draft == "" && in.Wording.Text != "":
		return d.Words.Line(prompts.StaffIncidentWordingOK, prompts.Vars{"no": in.No, "n": 0}), nil
	case in.Wording.Draft == "":
		return "", d.refusal(prompts.StaffIncidentNoWording, prompts.Vars{"no": in.No})
	}
	return d.approve(ctx, by, id, in.Wording.Draft)
}

// approve sets the wording and gives it to everybody who has a case of the incident.
func (d *Desk) approve(ctx context.Context, by string, id incident.ID, text string) (string, error) {
	before, err := d.Events.Book.Get(ctx, id)
	if err != nil {
		return "", err
	}
	cases, err := d.casesOf(ctx, before)
	if err != nil {
		return "", err
	}
	hands := d.hands(cases)
	now := d.Now()
	in, err := d.incidentAct(ctx, by, id, func(in *incident.Incident) error {
		if in.State == incident.Open && in.Wording.Text == text && in.Wording.By == by {
			return store.ErrUnchanged // pressed twice
		}
		if err := in.Approve(text, by, now); err != nil {
			return err
		}
		done := d.Words.Line(prompts.StaffDoneSeen, prompts.Vars{"who": d.shown(by), "at": d.at(store.At(now))})
		d.greyIncident(in, "draft", done)
		d.greyIncident(in, "say", done)
		v := with(d.incidentVars(in), "who", d.shown(by), "quote", text, "version", in.Wording.Version)
		for _, h := range hands {
			d.incidentCard(in, h.who, "say", prompts.CardIncidentSay, with(v, "n", len(h.nos), "numbers", strings.Join(h.nos[:min(len(h.nos), 5)], "、")))
		}
		d.refreshIncident(in)
		d.incidentGroup(in, d.Words.Line(prompts.GroupIncidentWording, prompts.Vars{"no": in.No, "text": text}))
		return nil
	})
	if err != nil {
		return "", err
	}
	return d.Words.Line(prompts.StaffIncidentWordingOK, prompts.Vars{"no": in.No, "n": len(hands)}), nil
}

type hand struct {
	who staff.Person
	nos []string
}

// hands are who answers for the open cases: the owner, else who was asked.
func (d *Desk) hands(cases []*ticket.Ticket) []hand {
	var all []hand
	for _, t := range cases {
		if !t.IsOpen() {
			continue
		}
		p := d.responsible(t)
		i := slices.IndexFunc(all, func(h hand) bool { return h.who.ID == p.ID })
		if i < 0 {
			if len(all) >= 30 {
				continue
			}
			i = len(all)
			all = append(all, hand{who: p})
		}
		all[i].nos = append(all[i].nos, t.No)
	}
	return all
}

// casesOf are an incident's cases that are listed.
func (d *Desk) casesOf(ctx context.Context, in *incident.Incident) ([]*ticket.Ticket, error) {
	all := make([]*ticket.Ticket, 0, len(in.Members))
	for _, m := range in.Members {
		t, err := d.Book.Get(ctx, m.Ticket)
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

// IncidentCases are an incident's cases, for its page.
func (d *Desk) IncidentCases(ctx context.Context, in *incident.Incident) ([]*ticket.Ticket, error) {
	return d.casesOf(ctx, in)
}

// wordingCause names the one time that a case's customer is told a wording.
func wordingCause(in *incident.Incident) string {
	return "wording/" + in.ID + "/" + strconv.Itoa(in.Wording.Version)
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
	in, err := d.Events.Book.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if in.Wording.Text == "" {
		return "", d.refusal(prompts.StaffIncidentNoWording, prompts.Vars{"no": in.No})
	}
	cases, err := d.casesOf(ctx, in)
	if err != nil {
		return "", err
	}
	said, left := 0, 0
	for _, t := range cases {
		if !d.toTell(by, in, t) {
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

// toTell says whether somebody is to tell the customer of a case the wording.
func (d *Desk) toTell(by string, in *incident.Incident, t *ticket.Ticket) bool {
	return t.IsOpen() && !Told(in, t) && (d.mayRule(by) || d.responsible(t).ID == by)
}

// ToTell is how many customers somebody has to tell the wording.
func (d *Desk) ToTell(by string, in *incident.Incident, cases []*ticket.Ticket) int {
	n := 0
	for _, t := range cases {
		if d.toTell(by, in, t) {
			n++
		}
	}
	return n
}

// Told says whether the customer of a case was told the wording as it is now.
func Told(in *incident.Incident, t *ticket.Ticket) bool {
	return in.Wording.Text != "" && slices.Contains(t.Applied, wordingCause(in))
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
