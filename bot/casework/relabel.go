package casework

import (
	"context"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Kinds are what a case may be instead of what it is, for who corrects how the
// words were understood.
func (d *Desk) Kinds(t *ticket.Ticket) []chat.Option {
	var all []chat.Option
	for _, k := range d.Pack().Kinds {
		if k.ID != string(t.Kind) && k.ID != string(ticket.Privacy) && k.ID != string(ticket.Human) {
			all = append(all, chat.Option{Key: k.ID, Label: k.Title})
		}
	}
	return all
}

// MayRelabel says whether a person may correct what a case is: who has it, whose
// team it is, and leads; that a complaint is none only leads may say, and of a
// major one nobody.
func (d *Desk) MayRelabel(by string, t *ticket.Ticket) bool {
	p := d.person(by)
	switch {
	case p.ID == "" || t.Kind == ticket.Privacy || t.Into != "":
		return false
	case t.Level == ticket.Major:
		return false
	case d.leads(by):
		return true
	case t.Kind == ticket.Complaint:
		return false
	}
	return t.Owner == by || p.Team == t.Team
}

// Relabel corrects what the customer's words meant: the case is of that kind from
// now on, its promises and its people stay. Learning uses the correction. Another
// time with the same kind changes nothing.
func (d *Desk) Relabel(ctx context.Context, by string, id ticket.ID, kind string) (Outcome, error) {
	k := d.Pack().Kind(kind)
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		switch {
		case !a.MayRelabel(by, t):
			return a.refusal(prompts.StaffErrLeadOnly, prompts.Vars{"no": t.No})
		case k == nil || kind == string(ticket.Privacy) || kind == string(ticket.Human):
			return a.refusal(prompts.StaffErrState, prompts.Vars{"no": t.No, "state": a.stateTitle(t)})
		case string(t.Kind) == kind:
			return store.ErrUnchanged
		}
		was := t.Kind
		if t.Label != nil {
			was = t.Label.Was
		}
		t.Label = &ticket.Label{Kind: ticket.Kind(kind), Was: was, By: by, At: store.At(a.now)}
		t.Kind, t.Title = ticket.Kind(kind), titled(t.Thing, k)
		a.log(t, ticket.Relabeled, k.Title, "", nil)
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffRelabelled, prompts.Vars{"no": t.No, "kind": k.Title})}, nil
}
