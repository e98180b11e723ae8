package workbench

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// know answers a question of staff from the knowledge, what is for staff only
// included; what is official comes first.
func (t *turn) know(ctx context.Context, question string) (string, error) {
	if question == "" {
		return "", t.refuse(prompts.StaffErrNoText, prompts.Vars{"example": t.line(prompts.StaffExAsk, nil)})
	}
	a := t.Know.Ask(question, knowledge.Staff, t.now)
	switch {
	case a.Sure:
		return t.explained(a.Best), nil
	case len(a.Several) == 0:
		return t.line(prompts.StaffAnswerNone, prompts.Vars{"text": clip(question, 40)}), nil
	}
	several := slices.Clone(a.Several)
	slices.SortStableFunc(several, func(x, y *knowledge.Article) int {
		return cmp.Compare(official(x), official(y))
	})
	var lines []string
	for _, one := range several {
		lines = append(lines, one.Label()+"："+t.explained(one))
	}
	return strings.Join(lines, "\n"), nil
}

func official(a *knowledge.Article) int {
	if a.Official {
		return 0
	}
	return 1
}

func (t *turn) explained(a *knowledge.Article) string {
	v := prompts.Vars{"answer": a.Answer, "dept": a.Category}
	if a.Official {
		v["official"] = a.Answer
	}
	at := a.ApprovedAt
	if !a.From.IsZero() {
		at = a.From
	}
	if !at.IsZero() {
		v["version"] = t.line(prompts.StaffVersion, prompts.Vars{"month": at.In(t.Calendar.Location()).Format("2006-01")})
	}
	return t.line(prompts.StaffAnswered, v)
}

// near answers a customer with the article that came closest.
func (t *turn) near(ctx context.Context, on *ticket.Ticket, id string) (string, error) {
	who := knowledge.Everyone
	if on.Guest.VIP {
		who = knowledge.VIP
	}
	a := t.Know.Live(id, who, t.now)
	if a == nil {
		return t.line(prompts.StaffOldCard, nil), nil
	}
	out, err := t.Cases.Say(ctx, t.p.ID, on.TicketID(), a.Answer, false)
	if err != nil {
		return "", err
	}
	return out.Say, t.current(ctx, on)
}

// lesson asks whether the first answer to a question nobody had an answer for is
// worth keeping.
func (t *turn) lesson(ctx context.Context, out casework.Outcome) (string, error) {
	if out.Learn == "" || out.Ticket == nil {
		return out.Say, nil
	}
	on := out.Ticket
	question, answer := t.Cases.Keepable(ctx, on, out.Learn)
	h := held{Ticket: on.ID, Question: question, Text: answer}
	if err := t.keep(ctx, t.lessonID(on.ID), h, lessonFor); err != nil {
		return "", err
	}
	card := t.Words.Card(prompts.CardLearn, prompts.Vars{"no": on.No, "question": question, "answer": answer})
	more, err := t.show(ctx, "learn", on, card)
	if more != "" {
		return out.Say + "\n" + more, err
	}
	return out.Say, err
}

// Learned asks somebody who answered on the page what [turn.lesson] asks those who
// answered in WeCom. It may be repeated.
func (b *Bench) Learned(ctx context.Context, by string, out casework.Outcome) error {
	p, ok := b.Roster.ByID(by)
	if !ok || out.Ticket == nil {
		return nil
	}
	t := &turn{Bench: b, m: chat.Message{Key: "page/" + out.Ticket.ID, From: p.WecomID}, p: p, now: b.Now()}
	_, err := t.lesson(ctx, out)
	return err
}

// learn is what the person says to that: keep, change first, or not.
func (t *turn) learn(ctx context.Context, do string, on *ticket.Ticket) (string, error) {
	h, err := t.recall(ctx, t.lessonID(on.ID))
	if err != nil {
		return "", err
	}
	if h == nil {
		return t.line(prompts.StaffOldCard, nil), nil
	}
	switch do {
	case "learn_edit":
		return t.ask(ctx, "learn_edit:"+on.No, on, t.line(prompts.StaffNewAnswer, nil))
	case "learn_no":
		say := t.line(prompts.StaffNotLearned, nil)
		return say, errors.Join(t.drop(ctx, h.ID), t.grey(ctx, say))
	}
	return t.propose(ctx, on, h, h.Text)
}

func (t *turn) relearn(ctx context.Context, on *ticket.Ticket, answer string) (string, error) {
	h, err := t.recall(ctx, t.lessonID(on.ID))
	if err != nil {
		return "", err
	}
	if h == nil {
		return t.line(prompts.StaffOldCard, nil), nil
	}
	return t.propose(ctx, on, h, answer)
}

// propose makes a draft and asks the lead to approve it.
func (t *turn) propose(ctx context.Context, on *ticket.Ticket, h *held, answer string) (string, error) {
	question := on.Words
	if h.Question != "" {
		question = h.Question
	}
	a, err := t.Know.Propose(ctx, knowledge.Proposal{
		Ticket: on.ID, Question: clip(question, knowledge.MaxQuestion), Answer: answer, Category: title(t.Pack(), on.Dept), By: t.p.ID,
	}, t.now)
	if errors.Is(err, knowledge.ErrInvalid) {
		why := err.Error() // ends with what is wrong, for a person
		return why[strings.LastIndex(why, ": ")+1:], nil
	}
	if err != nil {
		return "", err
	}
	if lead, ok := t.approver(); ok && a.State == knowledge.Draft {
		card := t.Words.Card(prompts.CardApproveKB, prompts.Vars{
			"label": clip(a.Label(), 12), "who": t.p.ShownAs, "question": a.Question, "answer": a.Answer, "id": a.ID,
		})
		if err := t.post(ctx, lead, "approve", on, card); err != nil {
			return "", err
		}
	}
	say := t.line(prompts.StaffLearned, nil)
	return say, errors.Join(t.drop(ctx, h.ID), t.grey(ctx, say))
}

// approver is who reads drafts: the person's lead, or themselves when they lead.
func (t *turn) approver() (staff.Person, bool) {
	if leads(t.p) {
		return t.p, true
	}
	return t.Roster.LeadOf(t.p.ID, t.now)
}

func leads(p staff.Person) bool { return p.Is(staff.Lead) || p.Is(staff.Manager) || p.Is(staff.Leader) }

// approve makes a draft live; leads and those above may.
func (t *turn) approve(ctx context.Context, id string) (string, error) {
	if !leads(t.p) {
		return "", t.refuse(prompts.StaffErrLeadOnly, prompts.Vars{"no": clip(id, 12)})
	}
	_, err := t.Know.Approve(ctx, id, t.p.ID, t.now)
	if errors.Is(err, knowledge.ErrNotDraft) || errors.Is(err, store.ErrNotFound) {
		return t.line(prompts.StaffOldCard, nil), nil
	}
	if err != nil {
		return "", err
	}
	return t.line(prompts.StaffApprovedKb, nil), t.grey(ctx, t.line(prompts.StaffDoneApproved, prompts.Vars{"who": t.p.ShownAs, "at": t.Calendar.At(t.now), "amount": ""}))
}
