package ticket_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"kefu/bot/ticket"
	"kefu/store"
)

var noon = time.Date(2026, 11, 24, 14, 5, 0, 0, time.FixedZone("CST", 8*3600))

// in is a case in a state, as its moves would have left it.
func in(t *testing.T, s ticket.State) *ticket.Ticket {
	t.Helper()
	c := &ticket.Ticket{
		Meta: store.Meta{ID: "t1"}, No: "4827", Kind: ticket.Complaint, State: ticket.New, Created: store.At(noon),
		Clocks: ticket.Clocks{
			Claim: store.At(noon.Add(5 * time.Minute)), Answer: store.At(noon.Add(15 * time.Minute)), Solve: store.At(noon.Add(4 * time.Hour)),
		},
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if s != ticket.New {
		must(c.Take("chen", noon))
	}
	switch s {
	case ticket.Waiting:
		must(c.WaitFor(noon))
	case ticket.Resolved, ticket.Closed:
		must(c.Solve("修好了", "solved", noon))
	}
	if s == ticket.Closed {
		c.Close(noon)
	}
	if c.State != s {
		t.Fatalf("state is %s, not %s", c.State, s)
	}
	return c
}

var states = []ticket.State{ticket.New, ticket.Working, ticket.Waiting, ticket.Resolved, ticket.Closed}

// Every move from every state: the error that comes back, and the state it leads to.
func TestMovesFromEveryState(t *testing.T) {
	later := noon.Add(time.Minute)
	same := map[ticket.State]ticket.State{} // the state stays
	to := func(s ticket.State) map[ticket.State]ticket.State {
		return map[ticket.State]ticket.State{ticket.New: s, ticket.Working: s, ticket.Waiting: s}
	}
	ended := map[ticket.State]error{ticket.Resolved: ticket.ErrEnded, ticket.Closed: ticket.ErrEnded}
	for _, c := range []struct {
		name string
		do   func(*ticket.Ticket) error
		to   map[ticket.State]ticket.State
		errs map[ticket.State]error
	}{
		{
			"take by another", func(x *ticket.Ticket) error { return x.Take("li", later) },
			map[ticket.State]ticket.State{ticket.New: ticket.Working},
			map[ticket.State]error{ticket.Working: ticket.ErrTaken, ticket.Waiting: ticket.ErrTaken, ticket.Resolved: ticket.ErrEnded, ticket.Closed: ticket.ErrEnded},
		},
		{
			"take by the owner", func(x *ticket.Ticket) error { return x.Take("chen", later) },
			map[ticket.State]ticket.State{ticket.New: ticket.Working},
			map[ticket.State]error{ticket.Working: ticket.ErrTwice, ticket.Waiting: ticket.ErrTwice, ticket.Resolved: ticket.ErrEnded, ticket.Closed: ticket.ErrEnded},
		},
		{
			"give by a colleague", func(x *ticket.Ticket) error { return x.Give("li", false, later) },
			map[ticket.State]ticket.State{ticket.New: ticket.Working}, ended,
		},
		// what the clock gives still waits to be taken
		{"give by the clock", func(x *ticket.Ticket) error { return x.Give("li", true, later) }, same, ended},
		{
			"release", func(x *ticket.Ticket) error { return x.Release("eng") },
			map[ticket.State]ticket.State{ticket.Working: ticket.New}, ended,
		},
		{
			"ask help", func(x *ticket.Ticket) error { _, err := x.AskHelp(ticket.Help{Dept: "eng"}, later); return err },
			same, ended,
		},
		{"wait", func(x *ticket.Ticket) error { return x.WaitFor(later) }, to(ticket.Waiting), ended},
		{
			"go on", func(x *ticket.Ticket) error { x.GoOn(later); return nil },
			map[ticket.State]ticket.State{ticket.Waiting: ticket.Working}, nil,
		},
		{
			"hear", func(x *ticket.Ticket) error { x.Hear("在吗", later); return nil },
			map[ticket.State]ticket.State{ticket.Waiting: ticket.Working}, nil,
		},
		{
			"a person speaks", func(x *ticket.Ticket) error { return x.Speak("chen", "马上到", "d", later) },
			map[ticket.State]ticket.State{ticket.Waiting: ticket.Working}, map[ticket.State]error{ticket.Closed: ticket.ErrEnded},
		},
		{
			"the bot speaks", func(x *ticket.Ticket) error { return x.Speak(ticket.ByBot, "已催", "d", later) },
			same, map[ticket.State]error{ticket.Closed: ticket.ErrEnded},
		},
		{"promise", func(x *ticket.Ticket) error { return x.Promise(later.Add(time.Hour), "", false, later) }, map[ticket.State]ticket.State{ticket.Waiting: ticket.Working}, ended},
		{"solve", func(x *ticket.Ticket) error { return x.Solve("好了", "solved", later) }, to(ticket.Resolved), ended},
		{
			"reopen", func(x *ticket.Ticket) error { return x.Reopen(later, time.Hour) },
			map[ticket.State]ticket.State{ticket.Resolved: ticket.Working, ticket.Closed: ticket.Working},
			map[ticket.State]error{ticket.New: ticket.ErrNotNow, ticket.Working: ticket.ErrNotNow, ticket.Waiting: ticket.ErrNotNow},
		},
		{
			"reopen too late", func(x *ticket.Ticket) error { return x.Reopen(noon.Add(time.Hour+time.Second), time.Hour) },
			same,
			map[ticket.State]error{
				ticket.New: ticket.ErrNotNow, ticket.Working: ticket.ErrNotNow, ticket.Waiting: ticket.ErrNotNow,
				ticket.Resolved: ticket.ErrLate, ticket.Closed: ticket.ErrLate,
			},
		},
		{
			"rate", func(x *ticket.Ticket) error { return x.Rate(5, later) }, same,
			map[ticket.State]error{ticket.New: ticket.ErrNotNow, ticket.Working: ticket.ErrNotNow, ticket.Waiting: ticket.ErrNotNow},
		},
		{"join", func(x *ticket.Ticket) error { return x.JoinInto("t2", later) }, to(ticket.Closed), ended},
		{
			"join itself", func(x *ticket.Ticket) error { return x.JoinInto("t1", later) }, same,
			map[ticket.State]error{
				ticket.New: ticket.ErrNotNow, ticket.Working: ticket.ErrNotNow, ticket.Waiting: ticket.ErrNotNow,
				ticket.Resolved: ticket.ErrEnded, ticket.Closed: ticket.ErrEnded,
			},
		},
		{"part what was never joined", func(x *ticket.Ticket) error { return x.Part(later) }, same, map[ticket.State]error{
			ticket.New: ticket.ErrNotNow, ticket.Working: ticket.ErrNotNow, ticket.Waiting: ticket.ErrNotNow,
			ticket.Resolved: ticket.ErrNotNow, ticket.Closed: ticket.ErrNotNow,
		}},
	} {
		for _, s := range states {
			x := in(t, s)
			err := c.do(x)
			if !errors.Is(err, c.errs[s]) || (err == nil) != (c.errs[s] == nil) {
				t.Errorf("%s from %s: error %v, want %v", c.name, s, err, c.errs[s])
			}
			want := s
			if n, ok := c.to[s]; ok {
				want = n
			}
			if x.State != want {
				t.Errorf("%s from %s leads to %s, want %s", c.name, s, x.State, want)
			}
		}
	}
}

// What the clock gave away can be taken by another until its owner has acted.
func TestTakeFromWhomTheClockChose(t *testing.T) {
	x := in(t, ticket.New)
	if err := x.Give("chen", true, noon); err != nil {
		t.Fatal(err)
	}
	if err := x.Take("li", noon); err != nil || x.Owner != "li" || x.Auto || x.State != ticket.Working {
		t.Fatalf("%v: %s has it, %s", err, x.Owner, x.State)
	}
	if err := x.Take("chen", noon); !errors.Is(err, ticket.ErrTaken) {
		t.Fatalf("taken back: %v", err)
	}
}

func TestHelp(t *testing.T) {
	x := in(t, ticket.Working)
	n, err := x.AskHelp(ticket.Help{Dept: "eng", Task: "看空调"}, noon)
	if err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	if _, err := x.HelpSays(2, "wang", "going", "", noon); !errors.Is(err, ticket.ErrNotNow) {
		t.Errorf("help that nobody asked for: %v", err)
	}
	if _, err := x.HelpSays(1, "wang", "going", "", noon); err != nil {
		t.Fatal(err)
	}
	if h, err := x.HelpSays(1, "zhao", "going", "", noon); !errors.Is(err, ticket.ErrTaken) || h.Who != "wang" {
		t.Errorf("two go: %v, %+v", err, h)
	}
	if h, err := x.HelpSays(1, "wang", "done", "已修好", noon.Add(time.Hour)); err != nil || h.Result != "已修好" || h.Done.IsZero() {
		t.Fatalf("done: %v, %+v", err, h)
	}
	if _, err := x.HelpSays(1, "wang", "cannot", "", noon); !errors.Is(err, ticket.ErrTwice) {
		t.Errorf("answered twice: %v", err)
	}
	for len(x.Helps) < 20 {
		if _, err := x.AskHelp(ticket.Help{Dept: "eng"}, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.AskHelp(ticket.Help{Dept: "eng"}, noon); !errors.Is(err, ticket.ErrTwice) {
		t.Errorf("the 21st: %v", err)
	}
}

func TestPromiseTwiceThenALead(t *testing.T) {
	x := in(t, ticket.Working)
	for i := range 2 {
		if err := x.Promise(noon.Add(time.Hour), "", false, noon); err != nil {
			t.Fatalf("promise %d: %v", i+1, err)
		}
	}
	x.Clocks.Miss("promise")
	if err := x.Promise(noon.Add(2*time.Hour), "", false, noon); !errors.Is(err, ticket.ErrTwice) {
		t.Fatalf("a third: %v", err)
	}
	if err := x.Promise(noon.Add(2*time.Hour), "", true, noon); err != nil {
		t.Fatalf("a lead's: %v", err)
	}
	if slices.Contains(x.Clocks.Late, "promise") {
		t.Error("the new promise counts as broken already")
	}
}

func TestRatingCanBeChangedForADay(t *testing.T) {
	x := in(t, ticket.Closed)
	for _, bad := range []int{-1, 0, 6} {
		if err := x.Rate(bad, noon); !errors.Is(err, ticket.ErrNotNow) {
			t.Errorf("rated %d: %v", bad, err)
		}
	}
	if err := x.Rate(2, noon); err != nil {
		t.Fatal(err)
	}
	x.Rating.Words = "等太久"
	if err := x.Rate(4, noon.Add(23*time.Hour)); err != nil || x.Rating.Score != 4 {
		t.Fatalf("changed within a day: %v", err)
	}
	if x.Rating.Words != "等太久" {
		t.Error("what they said is gone")
	}
	// the day counts from the first judgement, else it never ends
	if err := x.Rate(1, noon.Add(25*time.Hour)); !errors.Is(err, ticket.ErrLate) || x.Rating.Score != 4 {
		t.Errorf("changed after a day: %v, %d", err, x.Rating.Score)
	}
}

func TestJoinAndPart(t *testing.T) {
	x := in(t, ticket.Waiting)
	if err := x.JoinInto("t2", noon.Add(time.Hour)); err != nil || x.Into != "t2" || x.Ending != "merged" {
		t.Fatalf("%v: %+v", err, x)
	}
	x.Settle(noon.Add(time.Hour), ticket.Usual)
	if x.Live || !x.Due.IsZero() {
		t.Errorf("a part of another case is still due at %s", x.Due)
	}
	if err := x.Part(noon.Add(2 * time.Hour)); err != nil || x.State != ticket.Working || x.Owner != "chen" {
		t.Fatalf("%v: %s of %s", err, x.State, x.Owner)
	}
	if !x.Clocks.Stopped.IsZero() || !x.Waits.IsZero() {
		t.Errorf("apart again, it still waits for the customer: %+v", x.Clocks)
	}
	if err := x.Part(noon); !errors.Is(err, ticket.ErrNotNow) {
		t.Errorf("parted twice: %v", err)
	}
}

func TestReopenForgetsTheEnd(t *testing.T) {
	x := in(t, ticket.Closed)
	if err := x.Rate(2, noon); err != nil {
		t.Fatal(err)
	}
	x.Clocks.Miss("solve")
	x.Told = true
	if err := x.Reopen(noon.Add(time.Hour), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	if x.Rating != nil || !x.Solved.IsZero() || !x.Ended.IsZero() || x.Ending != "" || len(x.Clocks.Late) > 0 || x.Told || x.Reopened != 1 || x.Owner != "chen" {
		t.Errorf("reopened as %+v", x)
	}
}

// Solved after its clock ran out, the case is late for ever.
func TestSolvedLate(t *testing.T) {
	x := in(t, ticket.Working)
	if err := x.Solve("好了", "solved", noon.Add(5*time.Hour)); err != nil || !slices.Contains(x.Clocks.Late, "solve") {
		t.Fatalf("%v, late: %v", err, x.Clocks.Late)
	}
	// but the time the customer took does not count
	y := in(t, ticket.Waiting)
	if err := y.Solve("好了", "solved", noon.Add(5*time.Hour)); err != nil || slices.Contains(y.Clocks.Late, "solve") {
		t.Fatalf("%v, late: %v", err, y.Clocks.Late)
	}
}
