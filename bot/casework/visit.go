package casework

import (
	"context"

	"kefu/bot/chat"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// NoteFile keeps a picture or voice of staff with the case; the customer never
// sees it. file is the attachment's id.
func (d *Desk) NoteFile(ctx context.Context, by string, id ticket.ID, file string, kind chat.Kind) (Outcome, error) {
	label := d.label(kind)
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		e := ticket.Event{At: store.At(a.now), Who: a.p.ID, What: ticket.Noted, Text: label}
		if t.Attach(ticket.Attachment{ID: file, Kind: kind, From: a.p.ID, At: store.At(a.now)}) {
			e.File = len(t.Files)
		}
		t.Log(e)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffNoted, nil)}, err
}

// Visit is 我来回访 on the card of a low rating, also of a case that is closed: who
// was asked, or a lead, calls the customer back.
func (d *Desk) Visit(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if !a.leads(by) && t.Asked != by && t.Owner != by {
			return a.refusal(prompts.StaffErrLeadOnly, prompts.Vars{"no": t.No})
		}
		t.Asked = by
		a.log(t, ticket.Noted, a.word(prompts.StaffLogVisit), "", nil)
		a.greyLow(t, a.p.ID, a.Words.Line(prompts.StaffDoneVisit, prompts.Vars{"who": a.p.ShownAs}))
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffNoted, nil)}, err
}

// Refer is 转经理 on the card of a low rating: a manager gets that card instead.
func (d *Desk) Refer(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	to := d.manager(d.Now())
	if to.ID == "" || to.ID == by {
		return Outcome{}, d.refusal(prompts.StaffErrWhichPerson, prompts.Vars{"name": d.word(prompts.StaffManager), "people": d.names(d.colleagues(by))})
	}
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		rating, said := "", ""
		if t.Rating != nil {
			rating, said = a.Pack().Rating(t.Rating.Score), t.Rating.Words
		}
		v := with(a.Vars(t), "rating", rating, "by", a.until(a.callBack(a.now)), "said", said,
			"took", hours.Span(t.HeldFor(a.now)), "over", "", "handled", a.handled(t))
		if over := a.over(t); over > 0 {
			v["over"] = hours.Span(over)
		}
		t.Asked = to.ID
		a.log(t, ticket.Moved, a.Words.Line(prompts.StaffLogVisitTo, prompts.Vars{"who": to.ShownAs}), "", nil)
		a.greyLow(t, "", a.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": to.ShownAs}))
		a.card(t, to, "low", prompts.CardLowscore, v)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffTransferred, prompts.Vars{"who": to.ShownAs})}, err
}

func (a staffAct) greyLow(t *ticket.Ticket, except, done string) {
	t.GreyCards(except, func(ticket.CardRef) *chat.Card {
		return &chat.Card{Title: a.Words.Line(prompts.StaffTitleLow, prompts.Vars{"no": t.No}), Done: done, URL: a.link(t)}
	}, "low")
}
