package ticket

import (
	"slices"
	"time"

	"kefu/store"
)

// Clocks are the instants by which something must have happened. Zero: no such
// clock. While the case waits for the customer they stand still.
type Clocks struct {
	Claim   store.Time `json:"claim,omitzero"`  // somebody has taken it
	Answer  store.Time `json:"answer,omitzero"` // a person has spoken to the customer: the first promise
	Solve   store.Time `json:"solve,omitzero"`
	Promise store.Time `json:"promise,omitzero"` // what was promised since, if anything
	Stopped store.Time `json:"stopped,omitzero"` // standing still since
	Late    []string   `json:"late,omitempty"`   // clocks that ran out: claim, answer, solve, promise
}

// Stop lets the clocks stand still.
func (c *Clocks) Stop(now time.Time) {
	if c.Stopped.IsZero() {
		c.Stopped = store.At(now)
	}
}

// Go lets them run on; what was still ahead moves by the time they stood.
func (c *Clocks) Go(now time.Time) {
	if c.Stopped.IsZero() {
		return
	}
	stood := store.At(now).Sub(c.Stopped)
	for _, d := range []*store.Time{&c.Claim, &c.Answer, &c.Solve, &c.Promise} {
		if d.After(c.Stopped) {
			*d = d.Add(stood)
		}
	}
	c.Stopped = store.Time{}
}

// Miss notes that a clock ran out; false when that was noted before.
func (c *Clocks) Miss(which string) bool {
	if slices.Contains(c.Late, which) {
		return false
	}
	c.Late = append(c.Late, which)
	return true
}

// NextClock is the nearest instant that still binds us, and its name: claim,
// answer, promise, solve. Zero when nothing does.
func (t *Ticket) NextClock() (at store.Time, which string) {
	if !t.IsOpen() || !t.Clocks.Stopped.IsZero() {
		return store.Time{}, ""
	}
	pick := func(d store.Time, name string) {
		if !d.IsZero() && (at.IsZero() || d.Before(at)) && !slices.Contains(t.Clocks.Late, name) {
			at, which = d, name
		}
	}
	if t.Owner == "" {
		pick(t.Clocks.Claim, "claim")
	}
	if t.Answered.IsZero() && t.Clocks.Promise.IsZero() { // a later word stands in its place
		pick(t.Clocks.Answer, "answer")
	}
	pick(t.Clocks.Promise, "promise")
	pick(t.Clocks.Solve, "solve")
	return at, which
}

// Bound is the instant the customer was promised: the last promise, else the
// first answer while it is owed, else the solution.
func (t *Ticket) Bound() store.Time {
	switch {
	case !t.Clocks.Promise.IsZero():
		return t.Clocks.Promise
	case t.Answered.IsZero() && !t.Clocks.Answer.IsZero():
		return t.Clocks.Answer
	}
	return t.Clocks.Solve
}

// Ladder is how far the case has climbed while nobody acted.
type Ladder struct {
	Chain string     `json:"chain,omitempty"` // of the pack
	Step  int        `json:"step,omitempty"`  // steps taken
	Next  store.Time `json:"next,omitzero"`   // the next one, unless somebody acts
	Since store.Time `json:"since,omitzero"`  // counted from
	Acted store.Time `json:"acted,omitzero"`  // somebody did
	Round int        `json:"round,omitempty"` // repeats of the last step
}

// Act notes that a person did something: the climbing stops.
func (t *Ticket) Act(now time.Time) {
	t.Ladder.Acted, t.Ladder.Next = store.At(now), store.Time{}
	t.Asked = ""
}

const (
	effectsTry = 15 * time.Second
	nudgeEvery = time.Minute
)

// Limits are how long a case waits by itself; the pack says.
type Limits struct {
	Remind time.Duration // waiting for the customer: one reminder
	GiveUp time.Duration // waiting for the customer: ended
	Close  time.Duration // solved: closed in silence
	Reopen time.Duration // solved: the customer's word opens it again
	Same   time.Duration // what is written within it belongs to the case
}

// Usual are the limits of a department that names none.
var Usual = Limits{24 * time.Hour, 72 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour, 30 * time.Minute}

// Settle derives Due and Live: the earliest thing that is to happen without
// anybody doing anything. Book calls it with every write.
func (t *Ticket) Settle(now time.Time, lim Limits) {
	t.Live, t.OpenAt = t.State != Closed, store.Time{}
	if t.Live {
		t.OpenAt = t.Created
	}
	var due []store.Time
	if len(t.Effects) > 0 {
		due = append(due, store.At(now.Add(effectsTry)))
	}
	if at, _ := t.NextClock(); !at.IsZero() {
		due = append(due, at)
	}
	if t.IsOpen() && t.Clocks.Stopped.IsZero() {
		due = append(due, t.Ladder.Next)
	}
	if t.IsOpen() { // also while it waits for the customer
		due = append(due, t.Alert)
	}
	if len(t.Unread) > 0 {
		due = append(due, t.Nudged.Add(nudgeEvery))
	}
	switch {
	case t.State == Waiting && !t.Reminded:
		due = append(due, t.Waits.Add(lim.Remind))
	case t.State == Waiting:
		due = append(due, t.Waits.Add(lim.GiveUp))
	case t.State == Resolved:
		due = append(due, t.Solved.Add(lim.Close))
	}
	for _, f := range t.Files {
		if f.ID == "" && f.Lost == "" {
			due = append(due, store.At(now.Add(time.Duration(f.Tries*f.Tries+1)*time.Second)))
		}
	}
	t.Due = store.Earliest(due...)
}
