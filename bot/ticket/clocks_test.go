package ticket_test

import (
	"fmt"
	"testing"
	"time"

	"kefu/bot/ticket"
	"kefu/store"
)

func after(d time.Duration) store.Time { return store.At(noon.Add(d)) }

func TestClocksStopAndGo(t *testing.T) {
	x := in(t, ticket.Working)
	x.Clocks.Claim = after(-time.Minute) // has passed before they stop
	if err := x.WaitFor(noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if at, which := x.NextClock(); which != "" || !at.IsZero() {
		t.Errorf("%s runs while we wait for the customer", which)
	}
	x.Clocks.Stop(noon.Add(time.Hour)) // stopping again changes nothing
	x.Hear("换吧", noon.Add(31*time.Minute))
	want := ticket.Clocks{Claim: after(-time.Minute), Answer: after(45 * time.Minute), Solve: after(4*time.Hour + 30*time.Minute)}
	if got := x.Clocks; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("after half an hour's waiting\n%v, want\n%v", got, want)
	}
	x.Clocks.Go(noon.Add(9 * time.Hour)) // running already
	if fmt.Sprint(x.Clocks) != fmt.Sprint(want) {
		t.Errorf("going twice moved them: %v", x.Clocks)
	}
}

// What an authority asks for does not wait for the customer.
func TestReplyDateStands(t *testing.T) {
	x := in(t, ticket.Working)
	x.Reply, x.Clocks.Solve = after(48*time.Hour), after(48*time.Hour)
	if err := x.WaitFor(noon); err != nil {
		t.Fatal(err)
	}
	x.Hear("好", noon.Add(10*time.Hour))
	if !x.Clocks.Solve.Equal(after(48 * time.Hour)) {
		t.Errorf("moved to %s", x.Clocks.Solve)
	}
}

func TestNextClock(t *testing.T) {
	x := in(t, ticket.New)
	expect := func(want string) {
		t.Helper()
		if _, got := x.NextClock(); got != want {
			t.Errorf("next is %q, want %q", got, want)
		}
	}
	expect("claim")
	if err := x.Take("chen", noon); err != nil {
		t.Fatal(err)
	}
	expect("answer")
	x.Clocks.Promise = after(10 * time.Minute)
	expect("promise")
	if !x.Clocks.Miss("promise") || x.Clocks.Miss("promise") {
		t.Error("a clock runs out once")
	}
	expect("solve") // what was said since stands in the place of the first answer
	x.Clocks.Promise = store.Time{}
	expect("answer")
	if err := x.Speak("chen", "您好", "", noon); err != nil {
		t.Fatal(err)
	}
	expect("solve")
	if err := x.Solve("好了", "solved", noon); err != nil {
		t.Fatal(err)
	}
	expect("")
}

// What the customer was promised: the last word, else the first answer while it is
// owed, else the solution.
func TestBound(t *testing.T) {
	x := in(t, ticket.Working)
	for _, c := range []struct {
		do   func()
		want time.Duration
	}{
		{func() {}, 15 * time.Minute},
		{func() { x.Clocks.Promise = after(20 * time.Minute) }, 20 * time.Minute},
		{func() { x.Speak("chen", "好", "", noon) }, 4 * time.Hour}, //nolint:errcheck // of a live case
	} {
		c.do()
		if got := x.Bound(); !got.Equal(after(c.want)) {
			t.Errorf("bound to %s, want %s", got, after(c.want))
		}
	}
}

func TestSettle(t *testing.T) {
	lim := ticket.Limits{Remind: 24 * time.Hour, GiveUp: 72 * time.Hour, Close: 70 * time.Hour}
	effect := ticket.Effect{ID: "e"}
	for _, c := range []struct {
		name  string
		state ticket.State
		do    func(*ticket.Ticket)
		want  time.Duration // after noon; 0: not due
	}{
		{"new: until it is claimed", ticket.New, nil, 5 * time.Minute},
		{"working: the answer that is owed", ticket.Working, nil, 15 * time.Minute},
		{"the ladder is nearer", ticket.Working, func(x *ticket.Ticket) { x.Ladder.Next = after(time.Minute) }, time.Minute},
		{"waiting: the reminder", ticket.Waiting, nil, 24 * time.Hour},
		// of a case that waits the ladder does not climb either
		{"waiting: no ladder", ticket.Waiting, func(x *ticket.Ticket) { x.Ladder.Next = after(time.Minute) }, 24 * time.Hour},
		{"reminded: the end", ticket.Waiting, func(x *ticket.Ticket) { x.Reminded = true }, 72 * time.Hour},
		{"resolved: closed in silence", ticket.Resolved, nil, 70 * time.Hour},
		{"closed: nothing", ticket.Closed, func(x *ticket.Ticket) { x.Ladder.Next = after(time.Minute) }, 0},
		{"effects first", ticket.Working, func(x *ticket.Ticket) { x.Effects = []ticket.Effect{effect} }, 15 * time.Second},
		{"effects of a closed one", ticket.Closed, func(x *ticket.Ticket) { x.Effects = []ticket.Effect{effect} }, 15 * time.Second},
		{"what the owner was not told of", ticket.Working, func(x *ticket.Ticket) { x.Unread, x.Nudged = []string{"在吗"}, after(0) }, time.Minute},
		{"a picture to be fetched", ticket.Working, func(x *ticket.Ticket) { x.Files = []ticket.Attachment{{Media: "m"}} }, time.Second},
		// each try waits longer
		{"after three tries", ticket.Working, func(x *ticket.Ticket) { x.Files = []ticket.Attachment{{Media: "m", Tries: 3}} }, 10 * time.Second},
		{"one that is lost", ticket.Working, func(x *ticket.Ticket) { x.Files = []ticket.Attachment{{Media: "m", Lost: "x"}} }, 15 * time.Minute},
	} {
		x := in(t, c.state)
		if c.do != nil {
			c.do(x)
		}
		x.Settle(noon, lim)
		want := store.Time{}
		if c.want > 0 {
			want = after(c.want)
		}
		if !x.Due.Equal(want) {
			t.Errorf("%s: due %s, want %s", c.name, x.Due, want)
		}
		if x.Live != (c.state != ticket.Closed) {
			t.Errorf("%s: live is %v", c.name, x.Live)
		}
	}
}

func TestSameCase(t *testing.T) {
	half := 30 * time.Minute
	for _, c := range []struct {
		name                           string
		change                         func(*ticket.Ticket)
		room, order, product, category string
		at                             time.Duration
		want                           bool
	}{
		{"within half an hour, whatever it is", nil, "1506", "", "", "food", half, true},
		{"later, same room and category", nil, "1208", "", "", "facility", time.Hour, true},
		{"later, another room", nil, "1506", "", "", "facility", time.Hour, false},
		{"later, another category", nil, "1208", "", "", "food", time.Hour, false},
		{"unknown counts as the same", nil, "", "", "", "", time.Hour, true},
		{"another order", func(x *ticket.Ticket) { x.OrderNo = "A1" }, "1208", "A2", "", "facility", time.Hour, false},
		{"another product", func(x *ticket.Ticket) { x.Product = "XQG100" }, "", "", "XQG90", "facility", time.Hour, false},
		{"praise takes nothing more", func(x *ticket.Ticket) { x.Kind = ticket.Praise }, "1208", "", "", "facility", 0, false},
		{"nor does personal data", func(x *ticket.Ticket) { x.Kind = ticket.Privacy }, "1208", "", "", "facility", 0, false},
		{"nor one that is solved", func(x *ticket.Ticket) { x.State = ticket.Resolved }, "1208", "", "", "facility", 0, false},
	} {
		x := in(t, ticket.Working)
		x.Room, x.Category, x.Spoke = "1208", "facility", after(0)
		if c.change != nil {
			c.change(x)
		}
		if got := x.SameCase(c.room, c.order, c.product, c.category, noon.Add(c.at), half); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Beyond the bound mere talk gives way; what was done stays, and the count is kept.
func TestHistoryBound(t *testing.T) {
	x := in(t, ticket.New)
	if err := x.Take("chen", noon); err != nil {
		t.Fatal(err)
	}
	x.Log(ticket.Event{At: after(0), Who: "chen", What: ticket.Took, Line: "小陈接手"})
	for i := range 1000 {
		x.Hear(fmt.Sprint("第", i, "句"), noon)
	}
	if len(x.History) != 600 || x.Dropped != 401 {
		t.Errorf("%d events kept, %d dropped", len(x.History), x.Dropped)
	}
	if p := x.Progress(); len(p) != 1 || p[0].Line != "小陈接手" {
		t.Errorf("the customer reads %+v", p)
	}
	if w := x.LastWords(2); len(w) != 2 || w[0] != "第998句" || w[1] != "第999句" {
		t.Errorf("last words are %v", w)
	}
	// also when all of it is deeds
	for range 1000 {
		x.Log(ticket.Event{At: after(0), Who: "chen", What: ticket.Noted})
	}
	if len(x.History) != 600 {
		t.Errorf("%d events", len(x.History))
	}
}

func TestUnreadIsMergedPerMinute(t *testing.T) {
	x := in(t, ticket.Working)
	if !x.Nudge("一", noon) {
		t.Fatal("the first line waits")
	}
	x.TakeUnread(noon)
	for i, at := range []time.Duration{time.Second, 59 * time.Second} {
		if x.Nudge("再来", noon.Add(at)) {
			t.Errorf("line %d does not wait", i)
		}
	}
	if !x.Nudge("三", noon.Add(time.Minute)) {
		t.Error("a minute later it still waits")
	}
	if got := x.TakeUnread(noon.Add(time.Minute)); len(got) != 3 {
		t.Errorf("told %v", got)
	}
	for range 100 {
		x.Nudge("x", noon)
	}
	if len(x.Unread) != 40 {
		t.Errorf("%d lines are kept", len(x.Unread))
	}
}
