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

// Five within 48 h of a message; a new message resets to five.
func TestCreditsOfAMessage(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Say(t.Context(), "在吗"))
	send := func() int { return r.oa("message/custom/send", customText(wang, "在的")) }
	for i := range 5 {
		if c := send(); c != 0 {
			t.Fatalf("message %d: %d", i+1, c)
		}
	}
	if c := send(); c != 45047 {
		t.Errorf("the sixth: %d", c)
	}
	must(t, r.wang().Say(t.Context(), "还在吗"))
	if p := r.phone(); p.Credits.Left != 5 {
		t.Errorf("after a new message: %+v", p.Credits)
	}
	r.clock.add(48*time.Hour - time.Second)
	if c := send(); c != 0 {
		t.Errorf("just inside: %d", c)
	}
	r.clock.add(time.Second)
	if c := send(); c != 45015 {
		t.Errorf("after 48 hours: %d", c)
	}
	if p := r.phone(); p.Credits.Open || p.Credits.Left != 0 {
		t.Errorf("closed window: %+v", p.Credits)
	}
}

// Three within a minute of a follow, scan, click or tapped option.
func TestCreditsOfATap(t *testing.T) {
	for name, do := range map[string]func(*rig) error{
		"follow": func(r *rig) error { return r.wang().Follow(t.Context(), "") },
		"scan": func(r *rig) error {
			_ = r.wang().Follow(t.Context(), "")
			r.clock.add(time.Hour)
			return r.wang().ScanCode(t.Context(), "room:1208")
		},
		"click": func(r *rig) error { return r.wang().Menu(t.Context(), "menu:human") },
	} {
		r := newRig(t)
		must(t, do(r))
		for i := range 3 {
			if c := r.oa("message/custom/send", customText(wang, "在的")); c != 0 {
				t.Errorf("%s: message %d: %d", name, i+1, c)
			}
		}
		if c := r.oa("message/custom/send", customText(wang, "在的")); c != 45047 {
			t.Errorf("%s: the fourth: %d", name, c)
		}
		r.clock.add(time.Minute)
		if c := r.oa("message/custom/send", customText(wang, "在的")); c != 45015 {
			t.Errorf("%s: after a minute: %d", name, c)
		}
	}
}

// A tap beside an open 48-hour window: the larger counts, a send takes from both,
// and the long one outlives the minute. With OneWindow the tap replaces it.
func TestTwoWindows(t *testing.T) {
	for _, one := range []bool{false, true} {
		r := newRig(t, func(c *sim.Config) { c.OA[0].OneWindow = one })
		must(t, r.wang().Say(t.Context(), "1208 太吵"))
		r.oa("message/custom/send", map[string]any{"touser": wang, "msgtype": "msgmenu", "msgmenu": map[string]any{
			"head_content": "可以了吗？", "list": []map[string]string{{"id": "ok:1", "content": "可以了"}, {"id": "no:1", "content": "还没好"}}}})
		must(t, r.wang().TapOption(t.Context(), "ok:1"))
		want := map[bool]int{false: 4, true: 3}[one]
		if p := r.phone(); p.Credits.Left != want {
			t.Errorf("one window %v: %+v", one, p.Credits)
		}
		r.oa("message/custom/send", customText(wang, "好的"))
		r.clock.add(2 * time.Minute)
		if p := r.phone(); p.Credits.Open == one || !one && p.Credits.Left != 3 {
			t.Errorf("one window %v, two minutes on: %+v", one, p.Credits)
		}
	}
}
