package ticket_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/store"
)

var staffIDs = []string{"chen", "zhou", "jing", "liu"}

// act makes one random move; it says how the move is to be named in a failure.
func act(rt *rapid.T, x *ticket.Ticket, now time.Time, n int) string {
	who := rapid.SampledFrom(staffIDs).Draw(rt, "who")
	var err error
	what := rapid.SampledFrom([]string{
		"take", "give", "assign", "release", "help", "says", "wait", "hear", "speak", "bot", "promise",
		"solve", "reopen", "close", "rate", "join", "part", "nudge", "told", "once", "card", "grey", "log", "link", "attach", "miss",
	}).Draw(rt, "what")
	switch what {
	case "take":
		had, auto := x.Owner, x.Auto
		if err = x.Take(who, now); err == nil && had != "" && had != who && !auto {
			rt.Fatalf("%s took the case from %s, who had taken it", who, had)
		}
	case "give":
		err = x.Give(who, false, now)
	case "assign":
		err = x.Give(who, true, now)
	case "release":
		err = x.Release("eng")
	case "help":
		_, err = x.AskHelp(ticket.Help{Dept: "eng"}, now)
	case "says":
		_, err = x.HelpSays(rapid.IntRange(0, 21).Draw(rt, "n"), who, rapid.SampledFrom([]string{"going", "done", "cannot"}).Draw(rt, "state"), "", now)
	case "wait":
		err = x.WaitFor(now)
	case "hear":
		x.Hear("在吗", now)
	case "speak":
		err = x.Speak(who, "好", "", now)
	case "bot":
		err = x.Speak(ticket.ByBot, "好", "", now)
	case "promise":
		err = x.Promise(now.Add(time.Hour), "", rapid.Bool().Draw(rt, "force"), now)
	case "solve":
		err = x.Solve("好了", "solved", now)
	case "reopen":
		err = x.Reopen(now, ticket.Usual.Reopen)
	case "close":
		if !x.IsOpen() { // nobody closes what is open
			x.Close(now)
		}
	case "rate":
		err = x.Rate(rapid.IntRange(0, 6).Draw(rt, "score"), now)
	case "join":
		err = x.JoinInto("t2", now)
	case "part":
		err = x.Part(now)
	case "nudge":
		x.Nudge("在吗", now)
	case "told":
		x.TakeUnread(now)
	case "once":
		id := fmt.Sprint("e", rapid.IntRange(0, 300).Draw(rt, "e"))
		x.Once(id)
		if x.Once(id) {
			rt.Fatalf("effect %s was done twice", id)
		}
	case "card":
		x.Handed(x.Next("card"), who, rapid.SampledFrom([]string{"new", "owner", "help"}).Draw(rt, "kind"))
	case "grey":
		x.GreyCards(who, func(ticket.CardRef) *chat.Card { return &chat.Card{Title: "x"} }, "new")
		if slices.ContainsFunc(x.Cards, func(c ticket.CardRef) bool { return c.What == "new" && c.Staff != who }) {
			rt.Fatal("a card stayed that should have turned grey")
		}
	case "log":
		x.Log(ticket.Event{At: store.At(now), Who: who, What: ticket.Noted, Text: fmt.Sprint(n)})
	case "link":
		x.Link(ticket.ID(fmt.Sprint("t", rapid.IntRange(2, 40).Draw(rt, "other"))))
	case "attach":
		x.Attach(ticket.Attachment{Kind: chat.Image, Media: "m", At: store.At(now)})
	case "miss":
		if _, which := x.NextClock(); which != "" {
			x.Clocks.Miss(which)
		}
	}
	return fmt.Sprintf("%s by %s: %v", what, who, err)
}

// check holds what must be true of any case at any time.
func check(rt *rapid.T, x *ticket.Ticket, now time.Time, after string) {
	must := func(ok bool, format string, a ...any) {
		rt.Helper()
		if !ok {
			rt.Fatalf("after %s: %s", after, fmt.Sprintf(format, a...))
		}
	}
	x.Settle(now, ticket.Usual)
	must(slices.Contains(states, x.State), "state %q", x.State)
	must(x.Live == (x.State != ticket.Closed), "live is %v in %s", x.Live, x.State)
	pending := len(x.Effects) > 0 || len(x.Unread) > 0 || slices.ContainsFunc(x.Files, func(f ticket.Attachment) bool { return f.ID == "" && f.Lost == "" })
	if x.State == ticket.Closed && !pending {
		must(x.Due.IsZero(), "closed, and due at %s", x.Due)
	}
	if pending || x.State == ticket.Waiting || x.State == ticket.Resolved {
		must(!x.Due.IsZero(), "%s with work left, and never due", x.State)
	}
	must(x.Answered.IsZero() || !x.Answered.Before(x.Created), "answered %s, before it began", x.Answered)
	must(!x.Auto || x.Owner != "", "given to nobody")
	must(x.State != ticket.New || x.Owner == "" || x.Auto, "new, though %s took it", x.Owner)
	must(x.State != ticket.Working || x.Owner != "", "in work with nobody")
	must((x.State == ticket.Waiting) == !x.Clocks.Stopped.IsZero(), "%s, clocks stopped: %s", x.State, x.Clocks.Stopped)
	must((x.State == ticket.Waiting) == !x.Waits.IsZero(), "%s, waiting since %s", x.State, x.Waits)
	must(x.IsOpen() == x.Solved.IsZero(), "%s, solved %s", x.State, x.Solved)
	must((x.State == ticket.Closed) == !x.Ended.IsZero(), "%s, ended %s", x.State, x.Ended)
	must(x.Rating == nil || !x.IsOpen(), "rated while open")
	must(x.Into == "" || x.State == ticket.Closed, "%s, though a part of another", x.State)
	must(len(x.Applied) <= 200 && len(x.Cards) <= 60 && len(x.Files) <= 60 && len(x.Unread) <= 40 && len(x.Helps) <= 20 && len(x.Links) <= 20 && len(x.History) <= 600,
		"bounds: %d applied, %d cards, %d files, %d unread, %d helps, %d links, %d events",
		len(x.Applied), len(x.Cards), len(x.Files), len(x.Unread), len(x.Helps), len(x.Links), len(x.History))
}

// same says that a case that is stored and read again is the same.
func same(rt *rapid.T, x *ticket.Ticket) {
	body, err := json.Marshal(x)
	if err != nil {
		rt.Fatal(err)
	}
	y := new(ticket.Ticket)
	if err := json.Unmarshal(body, y); err != nil {
		rt.Fatal(err)
	}
	y.Meta = x.Meta
	if d := cmp.Diff(x, y, cmp.Comparer(store.Time.Equal), cmpopts.EquateEmpty()); d != "" {
		rt.Fatalf("read back it is another case:\n%s", d)
	}
}

func TestAnySequenceOfMoves(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now := noon
		x := &ticket.Ticket{
			Meta: store.Meta{ID: "t1"}, No: "4827", Kind: ticket.Complaint, State: ticket.New, Created: store.At(noon),
			Clocks: ticket.Clocks{
				Claim: store.At(noon.Add(5 * time.Minute)), Answer: store.At(noon.Add(15 * time.Minute)), Solve: store.At(noon.Add(4 * time.Hour)),
			},
		}
		for n := range rapid.IntRange(1, 60).Draw(rt, "moves") {
			now = now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(rt, "seconds")) * time.Second)
			check(rt, x, now, act(rt, x, now, n))
		}
		same(rt, x)
	})
}

// However often and long a case waits for the customer, what was left on each
// clock when it stopped is left when it goes on, and what had passed stays passed.
func TestStoppedClocksLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := ticket.Clocks{}
		var minutes [4]int
		for i, d := range []*store.Time{&c.Claim, &c.Answer, &c.Solve, &c.Promise} {
			minutes[i] = rapid.IntRange(-30, 300).Draw(rt, "minutes")
			*d = store.At(noon.Add(time.Duration(minutes[i]) * time.Minute))
		}
		now := noon
		for range rapid.IntRange(1, 8).Draw(rt, "waits") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(rt, "runs")) * time.Minute)
			before := c
			c.Stop(now)
			at := now
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, "stands")) * time.Minute)
			c.Go(now)
			for i, d := range [][2]store.Time{{before.Claim, c.Claim}, {before.Answer, c.Answer}, {before.Solve, c.Solve}, {before.Promise, c.Promise}} {
				left := d[0].Sub(store.At(at))
				switch {
				case left > 0 && d[1].Sub(store.At(now)) != left:
					rt.Fatalf("clock %d had %s left, and now %s", i, left, d[1].Sub(store.At(now)))
				case left <= 0 && !d[1].Equal(d[0]):
					rt.Fatalf("clock %d had run out at %s, and now %s", i, d[0], d[1])
				}
			}
		}
	})
}
