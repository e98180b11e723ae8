package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Run does what a case's timers ask for: effects left over, reminders, clocks
// that ran out, the next step of the ladder, closing in silence, attachments. The
// clock and the queue call it; it may run any number of times.
func (d *Desk) Run(ctx context.Context, id string) error {
	t, err := d.Book.Get(ctx, ticket.ID(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := d.Carry(ctx, t); err != nil {
		return err
	}
	if err := d.fetch(ctx, t); err != nil {
		return err
	}
	loads, err := d.loads(ctx, t)
	if err != nil {
		return err
	}
	left, err := d.Talks.Left(ctx, t.Who, store.At(d.Now()))
	if err != nil {
		return err
	}
	_, err = d.change(ctx, t.TicketID(), func(t *ticket.Ticket) error {
		k := tick{d, d.Now(), loads, left.Left > 1}
		changed := false
		for _, timer := range []func(*ticket.Ticket) bool{k.nudge, k.missed, k.climb, k.waiting, k.authority, k.solved} {
			changed = timer(t) || changed
		}
		if settled := *t; !changed { // unless the pack waits longer now than when it became due
			if settled.Settle(k.now, d.Book.Limits()); settled.Due.Equal(t.Due) {
				return store.ErrUnchanged
			}
		}
		return nil
	})
	return err
}

// loads is what the people of a case's team have in hand.
func (d *Desk) loads(ctx context.Context, t *ticket.Ticket) (map[string]int, error) {
	if t.Owner != "" || !t.IsOpen() {
		return nil, nil
	}
	loads := map[string]int{}
	for _, p := range d.teamFor(t, d.Now()) {
		n, err := d.Book.Load(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		loads[p.ID] = n
	}
	return loads, nil
}

// tick is what the clock does to a case at one instant.
type tick struct {
	*Desk
	now   time.Time
	loads map[string]int
	can   bool // a message can be sent to the customer
}

func (k tick) log(t *ticket.Ticket, what, text string) {
	t.Log(ticket.Event{At: store.At(k.now), Who: ticket.BySystem, What: what, Text: text})
}

func (k tick) nudge(t *ticket.Ticket) bool {
	if len(t.Unread) == 0 || k.now.Before(t.Nudged.Add(time.Minute).Time()) {
		return false
	}
	k.Desk.nudge(t, k.now)
	return true
}

// missed notes clocks that ran out. When it was a promise to the customer they
// hear once who takes over, and until when.
func (k tick) missed(t *ticket.Ticket) bool {
	any := false
	for {
		at, which := t.NextClock()
		if which == "" || at.After(store.At(k.now)) {
			return any
		}
		t.Clocks.Miss(which)
		any = true
		switch which {
		case "answer", "promise":
			k.broke(t)
		case "solve":
			k.overdue(t)
		}
	}
}

// broke is for a promise that passed without anybody speaking to the customer.
func (k tick) broke(t *ticket.Ticket) {
	k.log(t, ticket.Broke, k.at(t.Bound()))
	l := k.ladder(t)
	k.past(t, l)
	next := k.nextPerson(t)
	if t.Ladder.Next.IsZero() && t.Ladder.Step < len(l.Steps) { // somebody had acted, and then nothing came
		t.Ladder.Since = store.At(k.now)
		t.Ladder.Next = store.At(k.now)
	}
	if t.Told || next.ID == "" || t.Kind == ticket.Proposal || t.Kind == ticket.Privacy {
		return
	}
	t.Told = true
	from := k.now
	if late := k.now.Sub(t.Bound().Time()); late < time.Minute {
		from = t.Bound().Time()
	}
	if begin := k.Pack().Begin(k.facts(t), k.now.In(k.Calendar.Location())); !l.Night && begin.After(k.now) {
		from = begin // who takes over hears of it in the morning
	}
	until := store.At(hours.RoundUp(from.Add(k.answerIn(t))))
	t.Clocks.Promise = until
	who := k.calls(next.ID)
	k.say(t, ticket.ByBot, k.Words.Say(prompts.PromiseChanged, prompts.Vars{"who": who, "by": k.until(until)}), prompts.NoticeMoved, false)
	t.Log(ticket.Event{At: store.At(k.now), Who: ticket.BySystem, What: ticket.Promises, Text: k.at(until), Line: k.Words.Line(prompts.ProgressPassedTo, prompts.Vars{"who": who})})
	t.Asked = next.ID
}

// past leaves behind the steps that look for an owner, when there is one: what they
// leave undone climbs, and is not taken from them by lot.
func (d *Desk) past(t *ticket.Ticket, l desk.Ladder) {
	if t.Owner == "" || t.Auto {
		return
	}
	for t.Ladder.Step < len(l.Steps) && offers(l.Steps[t.Ladder.Step]) {
		t.Ladder.Step++
	}
}

func offers(s desk.Step) bool {
	return s.Do == "assign" || slices.Contains(s.To, "team") || slices.Contains(s.To, "owner")
}

// answerIn is how long a new promise runs: as the first one did, at least ten minutes.
func (k tick) answerIn(t *ticket.Ticket) time.Duration {
	return max(k.Pack().Clocks(string(t.Kind), k.facts(t)).Answer, 10*time.Minute)
}

// nextPerson is who the next step names, or the manager.
func (k tick) nextPerson(t *ticket.Ticket) staff.Person {
	l := k.ladder(t)
	for i := t.Ladder.Step; i < len(l.Steps); i++ {
		if l.Steps[i].Do != "card" {
			continue
		}
		for _, p := range k.targets(t, l.Steps[i].To, k.now) {
			if p.ID != t.Owner {
				return p
			}
		}
	}
	return k.manager(k.now)
}

// overdue tells owner and lead that the case should be solved by now.
func (k tick) overdue(t *ticket.Ticket) {
	k.log(t, ticket.Broke, k.word(prompts.StaffLogOver))
	owner, lead := k.responsible(t), k.lead(t, k.now)
	line := k.Words.Line(prompts.StaffOver, prompts.Vars{"no": t.No, "at": k.at(t.Clocks.Solve)})
	k.tell(t, owner, line)
	if lead.ID != owner.ID {
		k.tell(t, lead, line)
	}
}

// climb does the next step of the ladder when nobody has acted.
func (k tick) climb(t *ticket.Ticket) bool {
	if !t.IsOpen() || t.Ladder.Next.IsZero() || t.Ladder.Next.After(store.At(k.now)) || !t.Clocks.Stopped.IsZero() {
		return false
	}
	l := k.ladder(t)
	if t.Ladder.Step >= len(l.Steps) {
		t.Ladder.Next = store.Time{}
		return true
	}
	begin := k.Pack().Begin(k.facts(t), k.now.In(k.Calendar.Location()))
	if !l.Night && begin.After(k.now) { // at night only what is urgent climbs
		t.Ladder.Next = store.At(begin)
		return true
	}
	k.Desk.climb(t, l, k.loads, k.now)
	k.schedule(t, l)
	if !t.Ladder.Next.IsZero() && t.Ladder.Next.Before(store.At(k.now)) {
		t.Ladder.Next = store.At(k.now.Add(time.Minute)) // one step at a time, also after a standstill
	}
	return true
}

// waiting reminds a customer once who was asked something, and at last gives up.
func (k tick) waiting(t *ticket.Ticket) bool {
	if t.State != ticket.Waiting {
		return false
	}
	lim := k.Book.Limits()
	switch {
	case !k.now.Before(t.Waits.Add(lim.GiveUp).Time()):
		if t.Solve(k.word(prompts.StaffResultNoAnswer), "no_answer", k.now) != nil {
			return false
		}
		k.log(t, ticket.SolvedAs, k.word(prompts.StaffResultNoAnswer))
		t.Close(k.now)
		return true
	case t.Reminded || k.now.Before(t.Waits.Add(lim.Remind).Time()):
		return false
	}
	t.Reminded = true
	v := with(k.Vars(t), "what", t.WaitsFor, "phone", "")
	if k.can {
		k.say(t, ticket.ByBot, k.Words.Say(prompts.WaitRemind, v), "", false)
		v["credits"] = "1"
	}
	k.tell(t, k.responsible(t), k.Words.Line(prompts.StaffRemindWait, v))
	k.log(t, ticket.WaitsFor, k.word(prompts.StaffLogReminded))
	return true
}

// solved closes in silence what the customer said nothing against.
func (k tick) solved(t *ticket.Ticket) bool {
	if t.State != ticket.Resolved || k.now.Before(t.Solved.Add(k.Book.Limits().Close).Time()) {
		return false
	}
	t.Close(k.now)
	k.log(t, ticket.Ended, "")
	return true
}

const maxFetch = 6 // tries to download an attachment

// fetch downloads what customers sent, before WeChat drops it after 3 days.
func (d *Desk) fetch(ctx context.Context, t *ticket.Ticket) error {
	if d.Fetch == nil {
		return nil
	}
	account, _ := t.Who.Split()
	for i, f := range t.Files {
		if f.ID != "" || f.Lost != "" || f.Media == "" {
			continue
		}
		id, err := d.Fetch(ctx, account, f.Media)
		if _, err := d.Book.Update(ctx, t.TicketID(), func(t *ticket.Ticket) error {
			if i >= len(t.Files) || t.Files[i].Media != f.Media {
				return store.ErrUnchanged
			}
			x := &t.Files[i]
			x.Tries++
			switch {
			case err == nil:
				x.ID = id
			case x.Tries >= maxFetch:
				x.Lost = d.word(prompts.StaffFileGone)
			}
			return nil
		}); err != nil {
			return err
		}
		if d.Changed != nil {
			d.Changed(t.TicketID())
		}
	}
	return nil
}
