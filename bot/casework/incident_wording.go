package casework

import (
	"context"
	"slices"
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
	if d.MayRule(by) {
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
	case !d.MayRule(by):
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
	_, cases, err := d.incidentAndCases(ctx, id)
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
