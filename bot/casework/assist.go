package casework

import (
	"context"
	"time"

	"kefu/bot/answer"
	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Assistant writes for staff. answer.Answerer is one.
type Assistant interface {
	Draft(ctx context.Context, c answer.Case) (string, error)
	Summary(ctx context.Context, c answer.Case) (string, error)
	Article(ctx context.Context, key, question, reply string, names []string) (answer.Proposal, error)
}

// AnswerLate gives the customer of a question what a model found after its time,
// unless a person has the case meanwhile: then it is a note for them. It may be
// repeated; the customer is told once.
func (d *Desk) AnswerLate(ctx context.Context, id ticket.ID, a answer.Answer) error {
	now := d.Now()
	_, err := d.change(ctx, id, func(t *ticket.Ticket) error {
		if !t.IsOpen() || !t.Once("late answer") {
			return store.ErrUnchanged
		}
		e := ticket.Event{At: store.At(now), Who: ticket.ByBot, What: ticket.Answer, Text: a.Text}
		if t.Owner != "" || !t.Answered.IsZero() || t.Level == ticket.Major {
			e.What, e.Text = ticket.Noted, d.Words.Line(prompts.StaffModelFound, prompts.Vars{"text": a.Text})
			t.Log(e)
			return nil
		}
		c := d.Words.Say(prompts.InquiryLate, with(d.Vars(t), "answer", a.Text))
		c.AI = true
		e.Delivery = d.say(t, ticket.ByBot, c, "", false)
		t.Log(e)
		return nil
	})
	return err
}

// counted is the hour the customer counts on: until when somebody is in touch. By
// when it is to be solved was told to nobody but us.
func (d *Desk) counted(t *ticket.Ticket) string {
	at, what := t.Clocks.Promise, prompts.StaffAnswerBy
	if at.IsZero() && t.Answered.IsZero() {
		at, what = t.Clocks.Answer, prompts.StaffContactBy
	}
	if at.IsZero() || t.State == ticket.Waiting {
		return ""
	}
	return d.Words.Line(what, prompts.Vars{"by": d.exact(at)})
}

// caseOf is what a model may know of a case.
func (d *Desk) caseOf(t *ticket.Ticket) answer.Case {
	c := answer.Case{
		Key: t.ID, Kind: d.kindTitle(t), State: d.stateTitle(t), Matter: t.Matter, Place: t.Room, Promised: d.counted(t), Now: d.Now(),
	}
	for _, e := range t.Progress() {
		c.Done = append(c.Done, d.at(e.At)+" "+e.Line)
	}
	for _, e := range t.History {
		who := answer.Staff
		switch {
		case e.What == ticket.Opened && t.Words != "":
			who, e.Text = answer.Guest, t.Words
		case e.What == ticket.Said:
			who = answer.Guest
		case e.What != ticket.Answer:
			continue
		case e.Who == ticket.ByBot:
			who = answer.Bot
		}
		c.Lines = append(c.Lines, answer.Line{Who: who, Text: e.Text})
	}
	if t.Guest.Name != "" {
		c.Names = append(c.Names, t.Guest.Name)
	}
	return c
}

// SuggestReply is a reply that whoever has the case may send, "" when there is none to
// propose: without a model, when nobody waits for an answer, or when nothing of
// what the model wrote holds.
func (d *Desk) SuggestReply(ctx context.Context, t *ticket.Ticket) string {
	if d.Assistant == nil || !t.IsOpen() || !awaits(t) {
		return ""
	}
	c := d.caseOf(t)
	if d.Passages != nil {
		c.Articles = d.Passages(lastSaid(t))
	}
	text, err := d.Assistant.Draft(ctx, c)
	if err != nil {
		return ""
	}
	return text
}

// SumUp is what a case is about, for who comes to it anew; "" when it is short
// enough to read, or without a model.
func (d *Desk) SumUp(ctx context.Context, t *ticket.Ticket) string {
	c := d.caseOf(t)
	if d.Assistant == nil || len(c.Lines) < longTalk {
		return ""
	}
	text, err := d.Assistant.Summary(ctx, c)
	if err != nil {
		return ""
	}
	return text
}

// Keepable puts a question and the reply it got as they could be kept for others,
// without what belongs to this customer: as they are, without a model or when it
// takes too long.
func (d *Desk) Keepable(ctx context.Context, t *ticket.Ticket, reply string) (question, answer string) {
	if d.Assistant == nil {
		return t.Words, reply
	}
	ctx, cancel := context.WithTimeout(ctx, keepableWithin)
	defer cancel()
	p, err := d.Assistant.Article(ctx, t.ID, t.Words, reply, d.caseOf(t).Names)
	if err != nil || p.Question == "" || p.Answer == "" {
		return t.Words, reply
	}
	return p.Question, p.Answer
}

// keepableWithin leaves WeCom, which waits 5 s, its answer.
const keepableWithin = 2 * time.Second

// longTalk is from how many lines on a case is summed up.
const longTalk = 6

// awaits says whether the customer spoke last.
func awaits(t *ticket.Ticket) bool {
	for i := len(t.History) - 1; i >= 0; i-- {
		switch e := t.History[i]; {
		case e.What == ticket.Said || e.What == ticket.Opened:
			return true
		case e.What == ticket.Answer && e.Who != ticket.ByBot:
			return false
		}
	}
	return false
}

func lastSaid(t *ticket.Ticket) string {
	if last := t.LastWords(1); len(last) > 0 {
		return chat.Clean(last[0])
	}
	return t.Words
}
