package delivery

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kefu/store"
)

// platform counts as WeChat may: two allowances side by side, a send takes one
// from each. It forgives what arrives a little after a window's end, so that what
// it refuses was surely one too many.
type platform struct {
	long, short           int
	longUntil, shortUntil time.Time
}

func (p *platform) spoke(t time.Time) {
	p.long, p.longUntil, p.short = 5, t.Add(48*time.Hour+20*time.Second), 0
}

func (p *platform) tapped(t time.Time) { p.short, p.shortUntil = 3, t.Add(80*time.Second) }

func (p *platform) send(t time.Time) bool {
	long := p.long > 0 && t.Before(p.longUntil)
	short := p.short > 0 && t.Before(p.shortUntil)
	if long {
		p.long--
	}
	if short {
		p.short--
	}
	return long || short
}

// Whatever the order and delay of messages, sends and their outcomes, and with
// clocks a second apart, no reserved send is one too many.
func TestCreditsNeverExceedThePlatform(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)
		skew := time.Duration(rapid.IntRange(-1000, 1000).Draw(t, "skew")) * time.Millisecond
		var credits Credits
		type event struct {
			at  time.Time
			run func()
		}
		var p platform
		var events []event
		n := 0
		begins := now
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			gap := rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond, time.Second, 5 * time.Second, 20 * time.Second, time.Hour, 47 * time.Hour}).Draw(t, "gap")
			begins = begins.Add(gap)
			at := begins
			n++
			id := fmt.Sprint(n)
			delay := func(most int, name string) time.Duration {
				return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Millisecond
			}
			switch kind := rapid.SampledFrom([]string{"message", "tap", "send", "send", "send"}).Draw(t, "kind"); kind {
			case "message", "tap":
				open, platforms := ByMessage, p.spoke
				if kind == "tap" {
					open, platforms = ByTap, p.tapped
				}
				created := store.At(at.Add(skew).Truncate(time.Second))
				events = append(events,
					event{at, func() { platforms(at) }},
					event{at.Add(delay(8000, "arrives")), func() { credits.Open(open, id, created) }})
			case "send":
				closing := rapid.Bool().Draw(t, "closing")
				arrives := at.Add(delay(14000, "flight"))
				ends := arrives.Add(delay(1000, "back"))
				sent, settles := false, rapid.Bool().Draw(t, "settles")
				events = append(events,
					event{at, func() {
						left := credits.Left(store.At(at)).Left
						g := credits.Reserve(id, store.At(at), closing)
						again := credits.Reserve(id, store.At(at), closing)
						if sent = g.OK; g.OK && (left == 0 || again != g) {
							t.Fatalf("reserved with %d left; again %+v %+v", left, g, again)
						}
						if closing && left > 0 && !g.OK {
							t.Fatalf("a closing answer was refused with %d left", left)
						}
					}},
					event{arrives, func() {
						if sent && !p.send(arrives) {
							t.Fatalf("one too many at %v", arrives)
						}
					}},
					event{ends, func() {
						if sent && settles {
							credits.Settle(id, store.At(ends), true)
						}
					}})
			}
		}
		slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
		for _, e := range events {
			e.run()
			if len(credits.Sends) > maxSends || len(credits.Windows) > 2 {
				t.Fatalf("grows: %d sends, %d windows", len(credits.Sends), len(credits.Windows))
			}
		}
	})
}

func TestCredits(t *testing.T) {
	t.Parallel()
	t0 := store.At(time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC))
	in := func(d time.Duration) store.Time { return t0.Add(d) }
	reserve := func(c *Credits, n int, at store.Time, closing bool) (ok int) {
		for i := range n {
			id := fmt.Sprint(at, closing, i)
			if c.Reserve(id, at, closing).OK {
				ok++
				c.Settle(id, at, true)
			}
		}
		return ok
	}

	t.Run("the last is kept for closing", func(t *testing.T) {
		var c Credits
		c.Open(ByMessage, "m1", t0)
		if got := reserve(&c, 9, in(time.Minute), false); got != 4 {
			t.Errorf("%d sends of 5, the last one kept", got)
		}
		if g := c.Reserve("x", in(time.Minute), false); g.OK || g.Reason != NoCredits || g.Window != "m1" {
			t.Errorf("refused with %+v", g)
		}
		if got := reserve(&c, 9, in(time.Minute), true); got != 1 {
			t.Errorf("%d closing answers", got)
		}
	})
	t.Run("a tap leaves the message's window alone", func(t *testing.T) {
		var c Credits
		c.Open(ByMessage, "m1", t0)
		c.Open(ByTap, "tap", in(30*time.Second))
		reserve(&c, 1, in(time.Minute), false)
		if a := c.Left(in(2 * time.Minute)); a.Left != 4 || !a.Until.Equal(in(48*time.Hour)) || a.Window != "tap" {
			t.Errorf("left %+v", a)
		}
	})
	t.Run("only a tap: three, for a minute", func(t *testing.T) {
		var c Credits
		c.Open(ByTap, "tap", t0)
		if got := reserve(&c, 5, in(30*time.Second), false); got != 3 {
			t.Errorf("%d sends", got)
		}
		if g := c.Reserve("late", in(time.Minute), false); g.OK || g.Reason != NoWindow {
			t.Errorf("after a minute: %+v", g)
		}
	})
	t.Run("48 hours", func(t *testing.T) {
		var c Credits
		c.Open(ByMessage, "m1", t0)
		if !c.Reserve("a", in(48*time.Hour-time.Minute), false).OK {
			t.Error("a minute before the end")
		}
		if g := c.Reserve("b", in(48*time.Hour), false); g.OK || g.Reason != NoWindow {
			t.Errorf("at the end: %+v", g)
		}
	})
	t.Run("a correction holds for its window only", func(t *testing.T) {
		var c Credits
		c.Open(ByMessage, "m1", t0)
		c.Correct("m0", 45047)
		if c.Left(in(time.Second)).Left != 5 {
			t.Error("another window's correction")
		}
		c.Correct("m1", 45047)
		if c.Left(in(time.Second)).Left != 0 {
			t.Error("not corrected")
		}
		c.Open(ByMessage, "m1", t0) // the same message again
		if c.Left(in(time.Second)).Left != 0 {
			t.Error("a repeat opened it again")
		}
		c.Open(ByMessage, "m2", in(time.Hour))
		if c.Left(in(time.Hour)).Left != 5 {
			t.Error("the next message opens a new one")
		}
	})
	t.Run("what never left gives its credit back", func(t *testing.T) {
		var c Credits
		c.Open(ByMessage, "m1", t0)
		c.Reserve("a", in(time.Second), false)
		c.Settle("a", in(2*time.Second), false)
		if c.Left(in(3*time.Second)).Left != 5 {
			t.Error("credit lost")
		}
	})
	t.Run("in flight counts in the next window", func(t *testing.T) {
		var c Credits
		c.Open(ByMessage, "m1", t0)
		c.Reserve("unknown", in(50*time.Second), false)
		c.Reserve("done", in(50*time.Second), false)
		c.Settle("done", in(51*time.Second), true)
		c.Open(ByMessage, "m2", in(time.Minute))
		if got := c.Left(in(time.Minute)).Left; got != 4 {
			t.Errorf("%d left", got)
		}
	})
}
