package workbench

import (
	"context"
	"errors"

	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// closing begins to end a case: the words for the customer, then the cause, then
// the responsible department, two taps. Without words they are asked for.
func (t *turn) closing(ctx context.Context, on *ticket.Ticket, words string) (string, error) {
	if err := t.Cases.MayClose(ctx, t.p.ID, on.TicketID()); err != nil {
		return "", err
	}
	if words == "" {
		return t.ask(ctx, "close:"+on.No, on, t.line(prompts.StaffCloseWhat, prompts.Vars{"no": on.No}))
	}
	words, err := t.expand(words, on)
	if err != nil {
		return "", err
	}
	if err := t.Cases.MaySay(t.p.ID, words); err != nil {
		return "", err
	}
	if err := t.keep(ctx, t.closingID(on), held{Ticket: on.ID, Text: words}, closingFor); err != nil {
		return "", err
	}
	return t.choose(ctx, "cause", on, t.Words.Card(prompts.CardCloseCause, prompts.Vars{
		"no": on.No, "quote": words, "causes": t.Cases.Causes(on),
	}))
}

func (t *turn) closeCause(ctx context.Context, on *ticket.Ticket, cause string) (string, error) {
	h, err := t.recall(ctx, t.closingID(on))
	switch {
	case err != nil:
		return "", err
	case h == nil:
		return t.closing(ctx, on, "")
	case cause == "":
		return t.line(prompts.StaffPick, nil), nil
	}
	next := *h
	next.Cause = cause
	if err := t.keep(ctx, h.ID, next, closingFor); err != nil {
		return "", err
	}
	name := desk.Title(t.Pack().General.Causes, cause)
	say, err := t.choose(ctx, "dept", on, t.Words.Card(prompts.CardCloseDept, prompts.Vars{
		"no": on.No, "cause": name, "quote": h.Text, "departments": t.Cases.Blamable(on),
	}))
	if err != nil {
		return "", err
	}
	return say, t.grey(ctx, name)
}

// closeDept ends the case. The department offered first stands when none was chosen.
func (t *turn) closeDept(ctx context.Context, on *ticket.Ticket, dept string) (string, error) {
	h, err := t.recall(ctx, t.closingID(on))
	switch {
	case err != nil:
		return "", err
	case h == nil || h.Cause == "":
		if !on.IsOpen() { // pressed twice
			return "", t.Cases.MayClose(ctx, t.p.ID, on.TicketID())
		}
		return t.closing(ctx, on, "")
	case dept == "":
		_, dept = t.Cases.Likely(on)
	}
	out, err := t.Cases.Solve(ctx, t.p.ID, on.TicketID(), h.Text, h.Cause, dept)
	if err != nil {
		return "", err
	}
	done := t.line(prompts.StaffDoneClosed, prompts.Vars{"who": t.p.ShownAs, "at": t.Calendar.At(t.now)})
	return out.Say, errors.Join(t.drop(ctx, h.ID), t.leaveCase(ctx, on), t.grey(ctx, done))
}
