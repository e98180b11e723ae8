package casework

import (
	"context"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Solve ends the work: the customer is told and asked whether it is all right.
// Cause and responsible department are what reports count by; buttons and page
// ask for both before they call this.
func (d *Desk) Solve(ctx context.Context, by string, id ticket.ID, result, cause, blame string) (Outcome, error) {
	result = strings.TrimSpace(chat.Clean(result))
	if word := d.Pack().Sensitive(result); word != "" && !d.leads(by) {
		return Outcome{}, d.refusal(prompts.StaffErrSensitive, prompts.Vars{"word": word})
	}
	if result == "" {
		return Outcome{}, d.refusal(prompts.StaffErrNoText, prompts.Vars{"example": d.word(prompts.StaffExClose)})
	}
	told := true
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if err := a.allow(t, "close"); err != nil {
			return err
		}
		if t.Owner == "" {
			t.Owner = a.p.ID
		}
		if err := t.Solve(result, "solved", a.now); err != nil {
			return a.why(t, err)
		}
		t.Conclude(cause, blame)
		if t.Answered.IsZero() {
			t.Answered = store.At(a.now)
		}
		a.log(t, ticket.SolvedAs, result, "close", prompts.Vars{"who": a.p.ShownAs})
		told = a.left.Left > 0
		delivered := a.say(t, a.p.ID, a.Words.Say(prompts.CloseDone, with(a.Vars(t), "who", a.speaker(a.p), "result", result)), prompts.NoticeResult, true)
		t.Log(ticket.Event{At: store.At(a.now), Who: a.p.ID, What: ticket.Answer, Text: result, Delivery: delivered})
		a.greyAll(t, a.Words.Line(prompts.StaffDoneClosed, prompts.Vars{"who": a.p.ShownAs, "at": a.at(store.At(a.now))}))
		return nil
	})
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	key := prompts.StaffClosed
	if !told {
		key = prompts.StaffClosedHeld
	}
	return Outcome{Ticket: t, Say: d.Words.Line(key, prompts.Vars{"no": t.No, "reason": d.noWindow(t)})}, nil
}

func (d *Desk) noWindow(t *ticket.Ticket) string {
	if d.inWindow(t) {
		return d.Words.Line(prompts.ReasonCredits, nil)
	}
	return d.Words.Line(prompts.ReasonWindow, nil)
}

func (a staffAct) greyAll(t *ticket.Ticket, done string) {
	t.GreyCards("", func(ticket.CardRef) *chat.Card { return a.grey(t, done) })
}

// MayClose says whether somebody may end a case, before they are asked why.
func (d *Desk) MayClose(ctx context.Context, by string, id ticket.ID) error {
	t, err := d.Book.Get(ctx, id)
	if err != nil {
		return err
	}
	return staffAct{Desk: d, p: d.person(by), now: d.Now()}.allow(t, "close")
}

// Reopen sets an ended case to work again, by staff.
func (d *Desk) Reopen(ctx context.Context, by string, id ticket.ID, text string) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if err := t.Reopen(a.now, a.Book.Limits().Reopen); err != nil {
			return a.why(t, err)
		}
		a.log(t, ticket.ReopenedBy, text, "reopen", nil)
		a.again(t, a.now)
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffClaimedOk, prompts.Vars{"no": noOf(t)})}, err
}

func noOf(t *ticket.Ticket) string {
	if t == nil {
		return ""
	}
	return t.No
}

// again sets the clocks of a reopened case: an answer is owed as for a new one.
func (d *Desk) again(t *ticket.Ticket, now time.Time) {
	chain := t.Ladder
	d.startClocks(t, now)
	t.Answered = store.Time{}
	if t.Owner != "" {
		t.Clocks.Claim = store.Time{}
	}
	t.Ladder.Step, t.Ladder.Acted = min(1, chain.Step), store.Time{}
	d.past(t, d.ladder(t))
	d.schedule(t, d.ladder(t))
}

// MoveTo gives the case to another person or department (转出): the owner changes.
func (d *Desk) MoveTo(ctx context.Context, by string, id ticket.ID, to, text string) (Outcome, error) {
	next, isPerson := d.Roster.Find(to)
	dept := d.Pack().FindDept(to)
	if !isPerson && dept == nil {
		return Outcome{}, d.refusal(prompts.StaffErrWhichPerson, prompts.Vars{"name": to, "people": d.names(d.colleagues(by))})
	}
	name := next.ShownAs
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if t.Owner != "" || !isPerson {
			if err := a.allow(t, "transfer"); err != nil && t.Owner != "" {
				return err
			}
		}
		if isPerson {
			return a.handTo(t, next, text)
		}
		name = dept.Title
		a.greyAll(t, a.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": dept.Title}))
		if err := t.Release(dept.ID); err != nil {
			return a.why(t, err)
		}
		t.Dept = dept.ID
		a.log(t, ticket.Moved, dept.Title+" "+text, "transfer", prompts.Vars{"who": dept.Title})
		a.offer(t)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffTransferred, prompts.Vars{"who": name})}, err
}

// offer shows the case to its team again, as a new one.
func (a staffAct) offer(t *ticket.Ticket) {
	t.Ladder.Step, t.Ladder.Round, t.Ladder.Since = 0, 0, store.At(a.now)
	t.Clocks.Claim = store.At(a.now.Add(a.Pack().Clocks(string(t.Kind), a.facts(t)).Claim))
	l := a.ladder(t)
	if len(l.Steps) == 0 {
		return
	}
	a.climb(t, l, nil, a.now)
	a.schedule(t, l)
}

// handTo makes somebody the owner on a colleague's word.
func (a staffAct) handTo(t *ticket.Ticket, next staff.Person, text string) error {
	was := t.Owner
	if err := t.Give(next.ID, false, a.now); err != nil {
		return a.why(t, err)
	}
	a.log(t, ticket.Moved, next.ShownAs+" "+text, "transfer", prompts.Vars{"who": next.ShownAs})
	a.greyAll(t, a.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": next.ShownAs}))
	a.tell(t, next, a.Words.Line(prompts.StaffReceived, prompts.Vars{"who": a.p.ShownAs, "no": t.No, "text": text}))
	t.Ladder.Since = store.At(a.now)
	if t.Answered.IsZero() {
		t.Ladder.Step = min(2, len(a.ladder(t).Steps))
		a.schedule(t, a.ladder(t))
	}
	if was != "" && was != next.ID && t.Who.Reachable() {
		a.say(t, next.ID, a.Words.Say(prompts.ComplaintClaimedChange, with(a.Vars(t), "who", a.calls(next.ID))), prompts.NoticeMoved, false)
	}
	a.ownerCard(t, a.now, a.left)
	return nil
}

// colleagues are those a case can be given to, on duty, without oneself.
func (d *Desk) colleagues(except string) []staff.Person {
	var all []staff.Person
	for _, p := range d.Roster.OnDuty(d.Now(), "", "") {
		if p.ID != except && d.presence(p.ID) != staff.Out && len(all) < 9 {
			all = append(all, p)
		}
	}
	return all
}

// Colleagues are the options of a card that gives a case to somebody else.
func (d *Desk) Colleagues(except string) []chat.Option {
	var all []chat.Option
	for _, p := range d.colleagues(except) {
		all = append(all, chat.Option{Label: p.ShownAs, Key: p.ID})
	}
	return all
}

// Join makes other a part of the case (并入).
func (d *Desk) Join(ctx context.Context, by string, id, other ticket.ID) (Outcome, error) {
	into, err := d.Book.Get(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	part, err := d.act(ctx, by, other, func(a staffAct, t *ticket.Ticket) error {
		if !into.IsOpen() {
			return a.why(into, ticket.ErrEnded)
		}
		if t.Who != into.Who && !a.leads(a.p.ID) {
			return a.refusal(prompts.StaffErrLeadOnly, prompts.Vars{"no": t.No})
		}
		if err := t.JoinInto(id, a.now); err != nil {
			return a.why(t, err)
		}
		a.log(t, ticket.Joined, into.No, "merge", nil)
		a.greyAll(t, a.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": into.No}))
		return nil
	})
	if err != nil {
		return Outcome{Ticket: part}, err
	}
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if !t.Once("join/" + string(other)) {
			return store.ErrUnchanged
		}
		t.Link(other)
		a.log(t, ticket.Joined, part.No+" "+clip(part.Matter, 40), "", nil)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffMerged, prompts.Vars{"other": part.No, "no": noOf(t)})}, err
}

// Part undoes Join (拆开): the case is open again, with the same owner.
func (d *Desk) Part(ctx context.Context, by string, other ticket.ID) (Outcome, error) {
	part, err := d.Book.Get(ctx, other)
	if err != nil {
		return Outcome{}, err
	}
	joined, err := d.Book.Get(ctx, part.Into)
	if err != nil {
		return Outcome{}, d.refusal(prompts.StaffSplitWhich, nil)
	}
	from := joined.No
	t, err := d.act(ctx, by, other, func(a staffAct, t *ticket.Ticket) error {
		if err := t.Part(a.now); err != nil {
			return a.refusal(prompts.StaffSplitWhich, nil)
		}
		t.Link(joined.TicketID())
		if t.Owner == "" && joined.Owner != "" {
			t.Owner, t.State = joined.Owner, ticket.Working
		}
		a.log(t, ticket.Parted, from, "split", nil)
		a.again(t, a.now)
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffSplit, prompts.Vars{"other": noOf(t), "no": from})}, err
}

// callBack is until when a low rating is called back.
func (d *Desk) callBack(now time.Time) store.Time {
	return store.At(d.Pack().CallBack(now.In(d.Calendar.Location())))
}
