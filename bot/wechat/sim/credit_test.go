package sim_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kefu/bot/wechat/sim"
)

// Whatever people and program do: nothing goes out without a window that somebody
// opened, never more than five for a message and three for a tap, and a refusal
// has the right number.
func TestCreditsProperty(t *testing.T) {
	r := newRig(t)
	token := func() string { return r.token() }
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		who := "o_property_" + time.Duration(n).String()
		c := r.sim.Customer("hotel", who)
		if err := r.sim.Know("hotel", who); err != nil {
			rt.Fatal(err)
		}
		long, short := 5, 0
		longEnd, shortEnd := r.clock.now().Add(48*time.Hour), time.Time{}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"send", "send", "send", "say", "tap", "wait"}).Draw(rt, "step") {
			case "say":
				if err := c.Say(t.Context(), "在吗"); err != nil {
					rt.Fatal(err)
				}
				long, longEnd, short = 5, r.clock.now().Add(48*time.Hour), 0
				shortEnd = time.Time{}
			case "tap":
				if err := c.Menu(t.Context(), "menu:human"); err != nil {
					rt.Fatal(err)
				}
				short, shortEnd = 3, r.clock.now().Add(time.Minute)
			case "wait":
				r.clock.add(rapid.SampledFrom([]time.Duration{time.Second, 59 * time.Second, time.Hour, 47 * time.Hour}).Draw(rt, "by"))
			case "send":
				now := r.clock.now()
				longOpen, shortOpen := now.Before(longEnd), now.Before(shortEnd)
				want := 0
				switch {
				case !longOpen && !shortOpen:
					want = 45015
				case (!longOpen || long == 0) && (!shortOpen || short == 0):
					want = 45047
				}
				got := code(r.call("/oa/cgi-bin/message/custom/send?access_token="+token(), customText(who, "在的")))
				if got != want {
					rt.Fatalf("send: %d, want %d (long %d %v, short %d %v)", got, want, long, longOpen, short, shortOpen)
				}
				if got == 0 {
					long, short = max(0, long-b2i(longOpen)), max(0, short-b2i(shortOpen))
				}
			}
		}
	})
	if p := r.sim.Phone("hotel", "o_nobody"); p.Credits != (sim.Credits{}) {
		t.Errorf("somebody unknown has credits: %+v", p.Credits)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
