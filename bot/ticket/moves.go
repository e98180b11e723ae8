package ticket

import (
	"errors"
	"time"

	"kefu/store"
)

// Why a move is not legal. The sentence for staff is made where it is shown.
var (
	ErrTaken  = errors.New("ticket: somebody else has it")
	ErrEnded  = errors.New("ticket: already ended")
	ErrNotNow = errors.New("ticket: not in this state")
	ErrLate   = errors.New("ticket: too late for that")
	ErrTwice  = errors.New("ticket: no more than that")
)

// Take makes staff the owner. One that was given automatically can be taken by
// another until its owner has acted.
func (t *Ticket) Take(staff string, now time.Time) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	if t.Owner != "" && t.Owner != staff && !t.Auto {
		return ErrTaken
	}
	if t.Owner == staff && !t.Auto {
		return ErrTwice
	}
	t.Owner, t.Auto, t.Claimed = staff, false, store.At(now)
	if t.State == New {
		t.State = Working
	}
	t.Act(now)
	return nil
}

// Give makes somebody the owner without their asking: by the clock (auto) or by a
// colleague.
func (t *Ticket) Give(staff string, auto bool, now time.Time) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	t.Owner, t.Auto, t.Asked = staff, auto, staff
	if !auto {
		t.Claimed = store.At(now)
		if t.State == New {
			t.State = Working
		}
	}
	return nil
}

// Release takes the owner away: the case waits for anybody of team again.
func (t *Ticket) Release(team string) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	t.Owner, t.Auto, t.Asked, t.Team = "", false, "", team
	if t.State == Working {
		t.State = New
	}
	return nil
}

// AskHelp adds a department's or colleague's part and returns its number.
func (t *Ticket) AskHelp(h Help, now time.Time) (int, error) {
	if !t.IsOpen() {
		return 0, ErrEnded
	}
	if len(t.Helps) >= 20 {
		return 0, ErrTwice
	}
	h.N, h.At, h.State = len(t.Helps)+1, store.At(now), "asked"
	t.Helps = append(t.Helps, h)
	return h.N, nil
}

// HelpSays records what the helping colleague answered: going, done or cannot.
// Going twice by another person is refused.
func (t *Ticket) HelpSays(n int, who, state, result string, now time.Time) (*Help, error) {
	if n < 1 || n > len(t.Helps) {
		return nil, ErrNotNow
	}
	h := &t.Helps[n-1]
	switch {
	case h.State == "done" || h.State == "cannot":
		return h, ErrTwice
	case state == "going" && h.State == "going" && h.Who != who:
		return h, ErrTaken
	}
	h.Who, h.State, h.Result = who, state, result
	if state != "going" {
		h.Done = store.At(now)
	}
	return h, nil
}

// WaitFor stops the clocks until the customer writes.
func (t *Ticket) WaitFor(now time.Time) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	t.State, t.Waits, t.Reminded = Waiting, store.At(now), false
	t.Clocks.Stop(now)
	return nil
}

// GoOn lets a waiting case go on, because the customer wrote or staff act.
func (t *Ticket) GoOn(now time.Time) {
	if t.State != Waiting {
		return
	}
	t.State = Working
	if t.Owner == "" {
		t.State = New
	}
	t.Waits = store.Time{}
	t.run(now)
}

// run lets the clocks go on. The day an authority named does not move.
func (t *Ticket) run(now time.Time) {
	t.Clocks.Go(now)
	if !t.Reply.IsZero() {
		t.Clocks.Solve = t.Reply
	}
}

// Hear records what the customer said about this case.
func (t *Ticket) Hear(text string, now time.Time) {
	t.Log(Event{At: store.At(now), Who: ByCustomer, What: Said, Text: text})
	t.Wrote, t.Spoke = store.At(now), store.At(now)
	t.GoOn(now)
}

// Attach adds a picture, voice or file that must still be downloaded; false when
// there are too many.
func (t *Ticket) Attach(a Attachment) bool {
	if len(t.Files) >= maxFiles {
		return false
	}
	t.Files = append(t.Files, a)
	return true
}

// Nudge notes a line of the customer's that the owner must hear of. True when
// they are to be told now; within a minute of the last time it waits for more.
func (t *Ticket) Nudge(line string, now time.Time) bool {
	if len(t.Unread) < maxUnread {
		t.Unread = append(t.Unread, line)
	}
	return t.Nudged.IsZero() || !now.Before(t.Nudged.Add(nudgeEvery).Time())
}

// TakeUnread gives what the owner was not told of yet, and forgets it.
func (t *Ticket) TakeUnread(now time.Time) []string {
	lines := t.Unread
	t.Unread, t.Nudged = nil, store.At(now)
	return lines
}

// Speak records a person's words to the customer: the first ones stop the clock
// of the first answer.
func (t *Ticket) Speak(who, text, delivery string, now time.Time) error {
	if t.State == Closed {
		return ErrEnded
	}
	t.Log(Event{At: store.At(now), Who: who, What: Answer, Text: text, Delivery: delivery})
	t.Spoke = store.At(now)
	if t.Answered.IsZero() && who != ByBot {
		t.Answered = store.At(now)
	}
	if who != ByBot {
		t.Act(now)
		t.Clocks.Promise = store.Time{}
		t.GoOn(now)
	}
	return nil
}

// Promise sets a new instant that the customer is told; staff may do that twice,
// a lead (force) any time.
func (t *Ticket) Promise(at time.Time, what string, force bool, now time.Time) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	if t.Moved >= 2 && !force {
		return ErrTwice
	}
	t.GoOn(now) // who promises something does not wait any more
	t.Moved++
	t.Clocks.Promise, t.Promised = store.At(at), what
	kept := t.Clocks.Late[:0]
	for _, l := range t.Clocks.Late {
		if l != "promise" {
			kept = append(kept, l)
		}
	}
	t.Clocks.Late = kept
	t.Act(now)
	return nil
}

// Solve ends the work with a result. Cause and responsible department may follow
// (see Conclude); how is solved, no_answer or withdrawn.
func (t *Ticket) Solve(result, how string, now time.Time) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	t.run(now)
	if !t.Clocks.Solve.IsZero() && t.Clocks.Solve.Before(store.At(now)) {
		t.Clocks.Miss("solve")
	}
	t.State, t.Result, t.Ending, t.Solved = Resolved, result, how, store.At(now)
	t.Waits, t.Unread = store.Time{}, nil
	t.Act(now)
	return nil
}

// Conclude records what reports count by.
func (t *Ticket) Conclude(cause, blame string) {
	if cause != "" {
		t.Cause = cause
	}
	if blame != "" {
		t.Blame = blame
	}
}

// Reopen sets a solved or closed case to work again, with the same person, within
// a time after its end.
func (t *Ticket) Reopen(now time.Time, within time.Duration) error {
	if t.IsOpen() {
		return ErrNotNow
	}
	if now.After(t.Solved.Add(within).Time()) {
		return ErrLate
	}
	t.State, t.Ending, t.Into = Working, "", ""
	if t.Owner == "" {
		t.State = New
	}
	t.Solved, t.Ended, t.Rating = store.Time{}, store.Time{}, nil
	t.Reopened++
	t.Clocks.Late, t.Told = nil, false
	return nil
}

// Close ends the case for good. Nothing to do when it is closed.
func (t *Ticket) Close(now time.Time) {
	if t.State == Closed {
		return
	}
	t.State, t.Ended = Closed, store.At(now)
	t.Ladder.Next = store.Time{}
}

// Rate records the customer's judgement; for 24 hours it can be changed, and what
// they said about it stays. The part of another case is judged with that.
func (t *Ticket) Rate(score int, now time.Time) error {
	if score < 1 || score > 5 || t.IsOpen() || t.Into != "" {
		return ErrNotNow
	}
	if t.Rating != nil && now.After(t.Rating.At.Add(24*time.Hour).Time()) {
		return ErrLate
	}
	r := Rating{At: store.At(now)}
	if t.Rating != nil {
		r = *t.Rating
	}
	r.Score = score
	t.Rating = &r
	return nil
}

// JoinInto ends this case as a part of another.
func (t *Ticket) JoinInto(other ID, now time.Time) error {
	if !t.IsOpen() {
		return ErrEnded
	}
	if other == t.TicketID() {
		return ErrNotNow
	}
	t.run(now)
	t.Into, t.Ending, t.Solved, t.Waits = other, "merged", store.At(now), store.Time{}
	t.Act(now)
	t.Close(now)
	return nil
}

// Part undoes JoinInto.
func (t *Ticket) Part(now time.Time) error {
	if t.Into == "" {
		return ErrNotNow
	}
	t.Into, t.Ending = "", ""
	t.Solved, t.Ended = store.Time{}, store.Time{}
	t.State = Working
	if t.Owner == "" {
		t.State = New
	}
	return nil
}

// Link notes another case that belongs with this one.
func (t *Ticket) Link(other ID) {
	for _, l := range t.Links {
		if l == other {
			return
		}
	}
	if len(t.Links) < 20 {
		t.Links = append(t.Links, other)
	}
}

// SameCase says whether new words of the customer belong to this case: the same
// room, order or product and the same category, or within a short time of the last
// word. Unknown counts as the same.
func (t *Ticket) SameCase(room, order, product, category string, now time.Time, within time.Duration) bool {
	if t.Kind == Praise || t.Kind == Privacy || !t.IsOpen() {
		return false
	}
	if now.Sub(t.Spoke.Time()) <= within {
		return true
	}
	same := func(a, b string) bool { return a == "" || b == "" || a == b }
	return same(room, t.Room) && same(order, t.OrderNo) && same(product, t.Product) && same(category, t.Category)
}
