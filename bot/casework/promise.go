package casework

import (
	"context"
	"errors"
	"time"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Promise sets a new instant that the customer is told (改承诺), with the reason.
// The owner may do that twice; then a lead must.
func (d *Desk) Promise(ctx context.Context, by string, id ticket.ID, at time.Time, reason string) (Outcome, error) {
	if reason == "" || !at.After(d.Now()) {
		return Outcome{}, d.refusal(prompts.StaffErrNoText, prompts.Vars{"example": d.word(prompts.StaffExPromiseAll)})
	}
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if err := a.allow(t, "promise"); err != nil {
			return err
		}
		if err := t.Promise(at, "", a.leads(by), a.now); err != nil {
			if errors.Is(err, ticket.ErrTwice) {
				return a.refusal(prompts.StaffErrPromise, prompts.Vars{"no": t.No})
			}
			return a.why(t, err)
		}
		v := with(a.Vars(t), "who", a.speaker(a.p), "subject", t.Title, "by", a.until(store.At(at)), "reason", reason)
		a.log(t, ticket.Promises, a.at(store.At(at))+" "+reason, "promise", v)
		a.say(t, a.p.ID, a.Words.Say(prompts.PromiseMoved, v), prompts.NoticeMoved, false)
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffPromised, prompts.Vars{"no": noOf(t), "by": d.until(store.At(at))})}, err
}

// Later gives ten more minutes before somebody comes (再等10分), once, and tells the
// customer.
func (d *Desk) Later(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if !t.IsOpen() {
			return a.why(t, ticket.ErrEnded)
		}
		if t.Deferred {
			return a.refusal(prompts.StaffErrLater, prompts.Vars{"no": t.No})
		}
		t.Deferred = true
		more := a.Pack().General.Limits.Later
		t.Clocks.Answer, t.Clocks.Claim = t.Bound().Add(more), t.Bound().Add(more)
		a.schedule(t, a.ladder(t))
		if t.Asked == "" {
			t.Asked = a.p.ID
		}
		a.log(t, ticket.Promises, a.at(t.Clocks.Answer), "", nil)
		v := prompts.Vars{"who": a.calls(a.p.ID), "by": a.until(t.Clocks.Answer)}
		a.say(t, a.p.ID, a.Words.Say(prompts.HumanLater, v), prompts.NoticeMoved, false)
		return nil
	})
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffLater, prompts.Vars{"by": d.until(t.Clocks.Answer)})}, nil
}

// Mine is 我来处理 on a card that climbed, and 我来回访: whoever was asked takes
// the case over, from whomever has it.
func (d *Desk) Mine(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if !a.leads(by) && t.Asked != by {
			if err := a.allow(t, "claim"); err != nil {
				return err
			}
		}
		return a.takeOver(t)
	})
	return d.claimed(t), err
}

func (a staffAct) takeOver(t *ticket.Ticket) error {
	if !t.IsOpen() {
		return a.why(t, ticket.ErrEnded)
	}
	if t.Owner == a.p.ID && !t.Auto {
		t.Act(a.now)
		return nil
	}
	had := t.Owner
	if err := t.Give(a.p.ID, false, a.now); err != nil {
		return a.why(t, err)
	}
	t.Act(a.now)
	a.log(t, ticket.Took, "", "claim", prompts.Vars{"who": a.p.ShownAs})
	a.takenBy(t, a.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": a.p.ShownAs}))
	if had != "" && had != a.p.ID {
		a.tell(t, a.person(had), a.Words.Line(prompts.StaffErrNotYours, prompts.Vars{"no": t.No, "who": a.p.ShownAs}))
	}
	a.ownerCard(t, a.now, a.left)
	return nil
}

// Called records what came of a telephone call (已致电): it counts as having
// spoken to the customer.
func (d *Desk) Called(ctx context.Context, by string, id ticket.ID, result, text string) (Outcome, error) {
	title := desk.Title(d.Pack().General.Calls, result)
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if !t.IsOpen() {
			return a.calledBack(t, result, title, text)
		}
		if t.Owner == "" || t.Auto {
			if err := t.Give(a.p.ID, false, a.now); err != nil {
				return a.why(t, err)
			}
		}
		if result != "missed" && t.Answered.IsZero() {
			t.Answered = store.At(a.now)
		}
		t.Act(a.now)
		if result != "missed" {
			t.Clocks.Promise = store.Time{}
		}
		a.log(t, ticket.Called, title+" "+text, "", nil)
		done := a.Words.Line(prompts.StaffDoneCalled, prompts.Vars{"who": a.p.ShownAs, "at": a.at(store.At(a.now)), "result": title})
		t.GreyCards(a.p.ID, func(ticket.CardRef) *chat.Card { return a.grey(t, done) }, "climb", "new")
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffNoted, nil)}, err
}

// calledBack records a call about a case that has ended: after a low rating, say.
// The case stays as it is.
func (a staffAct) calledBack(t *ticket.Ticket, result, title, text string) error {
	if !a.CallsBack(a.p.ID, t) {
		return a.why(t, ticket.ErrEnded)
	}
	a.log(t, ticket.Called, title+" "+text, "", nil)
	if result == "missed" {
		return nil
	}
	if t.Asked == a.p.ID {
		t.Asked = "" // nobody need call any more
	}
	a.greyLow(t, "", a.Words.Line(prompts.StaffDoneCalled, prompts.Vars{"who": a.p.ShownAs, "at": a.at(store.At(a.now)), "result": title}))
	return nil
}

// CallsBack says whether somebody may record a call about a case that has ended:
// who had it, who was asked to call back, and those who lead.
func (d *Desk) CallsBack(by string, t *ticket.Ticket) bool {
	return t.Owner == by || t.Asked == by || d.leads(by)
}

// Reveal gives the customer's phone number in full and writes down who looked.
func (d *Desk) Reveal(ctx context.Context, by string, id ticket.ID) (string, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		a.log(t, ticket.Revealed, "", "", nil)
		return nil
	})
	if err != nil {
		return "", err
	}
	return t.Guest.Phone, nil
}

// Told is 已电话告知 on the card of words that did not arrive: they have now.
func (d *Desk) Told(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		a.log(t, ticket.Called, a.word(prompts.StaffToldByPhone), "", nil)
		t.Act(a.now)
		if t.Answered.IsZero() {
			t.Answered = store.At(a.now)
		}
		a.greyLost(t, a.word(prompts.StaffToldByPhone))
		return nil
	})
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffNoted, nil)}, d.dropHeld(ctx, t)
}

// dropHeld takes back what was kept for the customer about a case.
func (d *Desk) dropHeld(ctx context.Context, t *ticket.Ticket) error {
	list, err := d.Out.OfTicket(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.State == delivery.Held && x.Customer == t.Who {
			if _, err := d.Out.Cancel(ctx, x.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Keep is 继续等: what was said stays kept until the customer writes.
func (d *Desk) Keep(ctx context.Context, by string, id ticket.ID) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		a.log(t, ticket.Noted, a.word(prompts.StaffLogKeep), "", nil)
		a.greyLost(t, a.word(prompts.StaffDoneKeep))
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffNoted, nil)}, err
}

func (a staffAct) greyLost(t *ticket.Ticket, what string) {
	done := a.p.ShownAs + " " + a.at(store.At(a.now)) + " " + what
	t.GreyCards("", func(ticket.CardRef) *chat.Card {
		return &chat.Card{Title: a.Words.Line(prompts.StaffTitleLost, prompts.Vars{"no": t.No}), Done: done, URL: a.link(t)}
	}, "lost")
}
