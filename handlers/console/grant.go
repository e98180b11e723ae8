package console

import (
	"context"
	"slices"

	"kefu/bot/approval"
	"kefu/bot/casework"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// decideView is a compensation that waits for this person to decide or to sign.
type decideView struct {
	ID, Form, What, Amount, Asker, Why, Words, Until string
	Sign                                             bool
}

// decides are those of a case that wait for this person.
func (v *visit) decides(ctx context.Context, t *ticket.Ticket) ([]decideView, error) {
	var all []decideView
	for _, s := range []approval.State{approval.Asked, approval.Signing} {
		list, err := v.Cases.ToDecide(ctx, v.me.ID, t.No, s)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if c.Ticket != t.TicketID() {
				continue
			}
			d := decideView{
				ID: c.ID, Form: c.Form, What: c.What, Amount: c.Amount.String(), Asker: v.Cases.Shown(c.By), Why: c.Why, Words: c.Words,
				Until: v.Cases.Until(c.Until), Sign: s == approval.Signing,
			}
			if f := v.Pack().Compensation.Form(c.Form); f != nil {
				d.Form = f.Title
			}
			all = append(all, d)
		}
	}
	return all, nil
}

// compensate asks for a compensation: 提交并告诉客人, or 提交，先不说.
func (v *visit) compensate(id ticket.ID) (casework.Outcome, error) {
	amount, err := desk.ParseMoney(v.field("amount"))
	if err != nil || amount == 0 {
		return casework.Outcome{}, casework.Refusal{Say: v.Words.Line(prompts.StaffErrCompAmount, nil)}
	}
	g := casework.Grant{
		Form: v.field("form"), Amount: amount, Reason: v.field("reason"), What: v.field("what"), Why: v.text("why"), Spoken: v.field("spoken"),
	}
	if v.field("tell") != "" {
		if g.Words = v.text("words"); g.Words == "" {
			return casework.Outcome{}, casework.Refusal{Say: v.Words.Line(prompts.StaffErrCompWords, nil)}
		}
	}
	return v.Cases.Compensate(v.causeOf("compensate"), v.me.ID, id, g)
}

// causeOf names the form, so that sent twice it is done once.
func (v *visit) causeOf(act string) context.Context {
	if once := v.field("once"); once != "" {
		return casework.WithCause(v.ctx, "page/"+v.me.ID+"/"+act+"/"+once)
	}
	return v.ctx
}

// decide is what somebody says to a compensation that waits for them.
func (v *visit) decide(id ticket.ID) (casework.Outcome, error) {
	which := v.field("id")
	t, err := v.Book.Get(v.ctx, id)
	if err != nil {
		return casework.Outcome{}, err
	}
	list, err := v.Cases.Grants.Of(v.ctx, t.TicketID(), 200)
	if err != nil {
		return casework.Outcome{}, err
	}
	if !slices.ContainsFunc(list, func(c *approval.Compensation) bool { return c.ID == which }) {
		return casework.Outcome{}, errGone
	}
	switch v.field("do") {
	case "reject":
		return v.Cases.Reject(v.ctx, v.me.ID, which, v.text("why"))
	case "sign", "deny":
		return v.Cases.Sign(v.ctx, v.me.ID, which, v.field("do") == "deny")
	}
	amount, err := desk.ParseMoney(v.field("amount"))
	if err != nil || amount == 0 {
		return casework.Outcome{}, casework.Refusal{Say: v.Words.Line(prompts.StaffErrCompAmount, nil)}
	}
	return v.Cases.Approve(v.ctx, v.me.ID, which, amount)
}
