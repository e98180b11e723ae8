package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/delivery"
	"kefu/bot/wechat"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/app"
)

var numbered = regexp.MustCompile(`编号 ?(\d{4,})`)

const grief = "空调坏了，我要投诉"

// heard is what a customer's phone shows of the account.
func (h *house) bubbles(user string) []sim.Bubble {
	var all []sim.Bubble
	for _, b := range h.sim.Phone("hotel", user).Bubbles {
		if b.From == sim.FromAccount {
			all = append(all, b)
		}
	}
	return all
}

// times counts the bubbles on a phone that hold the words.
func (h *house) times(user, words string) int {
	n := 0
	for _, b := range h.bubbles(user) {
		if strings.Contains(bubble(b), words) {
			n++
		}
	}
	return n
}

// complain lets somebody complain, and gives the number they were told.
func (h *house) complain(user string) string {
	h.t.Helper()
	if err := h.sim.Customer("hotel", user).Say(h.t.Context(), grief); err != nil {
		h.t.Fatal(err)
	}
	no := ""
	until(h.t, "a number for "+user, func() (string, bool) {
		for _, b := range h.bubbles(user) {
			if m := numbered.FindStringSubmatch(bubble(b)); m != nil {
				no = m[1]
			}
		}
		return "none yet", no != ""
	})
	return no
}

// inHand is a complaint that 小陈 has taken, with everything said about it.
func (h *house) inHand(user string) string {
	h.t.Helper()
	no := h.complain(user)
	h.ease()
	h.types("chen", "接单 "+no)
	h.ease()
	return no
}

func (h *house) types(who, words string) {
	h.t.Helper()
	if err := h.sim.Member(who).Type(h.t.Context(), words); err != nil {
		h.t.Fatalf("%s: %v", who, err)
	}
}

// undelivered is the card 没送到 of a case that a member has; "" without one.
func (h *house) undelivered(who, no string) string {
	for _, c := range h.sim.Cards(who) {
		if strings.Contains(c.Title, "没送到 "+no) {
			return face(c)
		}
	}
	return ""
}

// wait lets time pass until it is so.
func (h *house) wait(what string, so func() bool) {
	h.t.Helper()
	until(h.t, what, func() (string, bool) {
		h.pass(250 * time.Millisecond)
		h.Sweeper.Poke()
		state, _ := h.busy(h.t.Context())
		ok := so()
		return "not yet; " + state, ok
	})
}

// A call that fails for a while is made again by its class, and the customer is
// told once; where WeChat did the work and its answer was lost, at most twice.
func TestCallsThatFailAreMadeAgain(t *testing.T) {
	t.Parallel()
	table := []struct {
		name  string
		fault sim.Fault
		most  int
		step  time.Duration // for each look
	}{
		{"502", sim.Fault{Kind: sim.Gateway, Times: 2}, 1, time.Second},
		{"busy", sim.Fault{Kind: sim.Busy, Times: 2}, 1, time.Second},
		{"cut", sim.Fault{Kind: sim.Reset, Times: 2}, 1, time.Second},
		{"half an answer", sim.Fault{Kind: sim.Half, Times: 1, Done: true}, 2, time.Second},
		{"cut after the work", sim.Fault{Kind: sim.Reset, Times: 1, Done: true}, 2, time.Second},
		{"nonsense", sim.Fault{Kind: sim.Garbage, Times: 2}, 1, time.Second},
		{"too often", sim.Fault{Kind: sim.Frequent, Times: 1}, 1, time.Minute},
		{"token", sim.Fault{Kind: sim.BadToken, Times: 1}, 1, time.Second},
		{"address not allowed", sim.Fault{Kind: sim.BadIP, Times: 1}, 1, 10 * time.Second},
		{"slow", sim.Fault{Kind: sim.Slow, Times: 1, Delay: time.Second}, 1, time.Second},
	}
	h := open(t)
	for i, w := range table {
		user := fmt.Sprintf("oFail%d", i)
		no := h.inHand(user)
		words := fmt.Sprintf("第%d位师傅马上到", i)
		w.fault.Platform, w.fault.Call = "oa", "message/custom/send"
		h.sim.Faults().Set(w.fault)
		h.types("chen", "回复 "+no+" "+words)
		h.wait(w.name+": the words arrive", func() bool {
			h.pass(w.step)
			return h.times(user, words) > 0
		})
		h.ease()
		if n := h.times(user, words); n > w.most {
			t.Errorf("%s: told %d times, at most %d", w.name, n, w.most)
		}
		if left := h.sim.Faults().List(); len(left) != 0 {
			t.Errorf("%s: the fault was never met: %+v", w.name, left)
		}
		h.sim.Faults().Clear()
	}
}

// While nothing gets through, whoever has the case learns it and why; the text
// can be sent again by a person, and nothing is lost.
func TestWhatCannotBeSentIsToldAndKept(t *testing.T) {
	t.Parallel()
	for _, kind := range []sim.FaultKind{sim.Gateway, sim.Busy, sim.Garbage, sim.Reset} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			h := open(t)
			no := h.inHand("oDown1")
			h.sim.Faults().Set(sim.Fault{Kind: kind, Platform: "oa", Call: "message/custom/send"})
			h.types("chen", "回复 "+no+" 师傅马上到")
			h.wait("a card 没送到", func() bool {
				h.pass(5 * time.Second)
				return h.undelivered("chen", no) != ""
			})
			if card := h.undelivered("chen", no); !strings.Contains(card, delivery.Unsure) || strings.Contains(card, "来信即发") || !strings.Contains(card, "师傅马上到") {
				t.Errorf("the card does not say why or what:\n%s", card)
			}
			for _, l := range []string{"502", "html", "errcode", "http"} {
				if strings.Contains(strings.ToLower(h.undelivered("chen", no)), l) {
					t.Errorf("the card speaks of %s", l)
				}
			}
			// Meanwhile customers who write are answered: that needs no call.
			h.complain("oDown2")
			h.sim.Faults().Clear()
			_, text := h.visit("/deliveries/dead?limit=50")
			var dead []app.Dead
			if err := json.Unmarshal([]byte(text), &dead); err != nil {
				t.Fatal(err)
			}
			for _, d := range dead {
				if d.Channel != "oa" {
					continue
				}
				if d.Reason != delivery.Unsure {
					t.Errorf("reason %q", d.Reason)
				}
				res, err := http.PostForm(h.AdminURL()+"/deliveries/again", url.Values{"id": {d.ID}})
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != http.StatusNoContent {
					t.Errorf("again: %s", res.Status)
				}
			}
			// What may have arrived has cost credits, so it may wait for the customer.
			if err := h.sim.Customer("hotel", "oDown1").Say(t.Context(), "师傅什么时候来？"); err != nil {
				t.Fatal(err)
			}
			h.wait("the words arrive", func() bool { return h.times("oDown1", "师傅马上到") > 0 })
			h.ease()
			if n := h.times("oDown1", "师傅马上到"); n != 1 {
				t.Errorf("told %d times", n)
			}
		})
	}
}

// All notice at once that the token is worthless; one fetches a new one.
func TestOneRefreshOfAnInvalidToken(t *testing.T) {
	t.Parallel()
	h := open(t)
	var nos []string
	for i := range 6 {
		nos = append(nos, h.inHand(fmt.Sprintf("oToken%d", i)))
	}
	h.sim.InvalidateTokens("hotel")
	fetched := func() (n int) {
		for _, c := range h.sim.Calls() {
			if c.Name == "stable_token" {
				n++
			}
		}
		return n
	}
	before := fetched()
	var all sync.WaitGroup
	for _, no := range nos {
		all.Go(func() {
			if err := h.sim.Member("chen").Type(t.Context(), "回复 "+no+" 师傅马上到"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	h.ease()
	for i := range nos {
		if n := h.times(fmt.Sprintf("oToken%d", i), "师傅马上到"); n != 1 {
			t.Errorf("customer %d was told %d times", i, n)
		}
	}
	if n := fetched() - before; n != 1 {
		t.Errorf("%d tokens fetched, want 1", n)
	}
}

func TestUsedUpIsHeldUntilTheCustomerWrites(t *testing.T) {
	t.Parallel()
	h := open(t)
	no := h.inHand("oHeld1")
	h.sim.Faults().Set(sim.Fault{Kind: sim.UsedUp, Platform: "oa"})
	h.pass(time.Minute)
	h.types("chen", "回复 "+no+" 师傅马上到")
	h.wait("a card 没送到", func() bool { return h.undelivered("chen", no) != "" })
	if card := h.undelivered("chen", no); !strings.Contains(card, wechat.ReasonCredits) {
		t.Errorf("the card does not say why:\n%s", card)
	}
	h.sim.Faults().Clear()
	if n := h.times("oHeld1", "师傅马上到"); n != 0 {
		t.Fatalf("told %d times while nothing could be sent", n)
	}
	h.pass(time.Minute)
	if err := h.sim.Customer("hotel", "oHeld1").Say(t.Context(), "师傅什么时候来？"); err != nil {
		t.Fatal(err)
	}
	h.ease()
	if n := h.times("oHeld1", "师傅马上到"); n != 1 {
		t.Errorf("told %d times, want once: %+v", n, h.bubbles("oHeld1"))
	}
}

func TestUnfollowingWithAnOpenCase(t *testing.T) {
	t.Parallel()
	h := open(t)
	no := h.inHand("oGone1")
	if err := h.sim.Customer("hotel", "oGone1").Unfollow(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.ease()
	if told := h.inbox("chen"); !strings.Contains(told, "取消关注") || strings.Count(told, no) < 2 {
		t.Errorf("nobody was told that the customer left:\n%s", told)
	}
	h.types("chen", "回复 "+no+" 师傅马上到")
	h.ease()
	if card := h.undelivered("chen", no); !strings.Contains(card, wechat.ReasonUnfollow) {
		t.Errorf("nobody was told that the answer cannot arrive: %q", card)
	}
	var last delivery.Delivery
	for _, d := range documents[delivery.Delivery](t, h.Store, "deliveries") {
		if strings.Contains(d.Content.Plain(), "师傅马上到") && d.To.User == "oGone1" {
			last = d
		}
	}
	if !last.Undelivered() || last.Reason != wechat.ReasonUnfollow {
		t.Errorf("the answer is %s, %q", last.State, last.Reason)
	}
}

// WeCom and its groups out of order: cards and lines come later, none is lost.
func TestStaffHearLaterWhenWeComIsDown(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, p := range []string{"wecom", "robot"} {
		h.sim.Faults().Set(sim.Fault{Kind: sim.Gateway, Platform: p, Times: 3})
		h.sim.Faults().Set(sim.Fault{Kind: sim.Frequent, Platform: p, Times: 1})
	}
	var nos []string
	for i := range 4 {
		nos = append(nos, h.complain(fmt.Sprintf("oCom%d", i)))
	}
	h.wait("cards and lines", func() bool {
		var lines strings.Builder
		for _, m := range h.sim.Group("staff") {
			lines.WriteString(m.Text)
		}
		for _, no := range nos {
			if !strings.Contains(lines.String(), no) || !strings.Contains(h.inbox("chen"), no) {
				return false
			}
		}
		return true
	})
	for _, no := range nos {
		n := 0
		for _, c := range h.sim.Cards("chen") {
			if strings.Contains(c.Title, no) && !c.Grey {
				n++
			}
		}
		if n != 1 {
			t.Errorf("case %s: %d cards, want 1", no, n)
		}
	}
}

func (h *house) inbox(id string) string { return (&script{house: h}).inbox(id) }

// WeChat's three deliveries, in whatever way they come, have one effect.
func TestThreeDeliveriesOneEffect(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, kind := range []sim.FaultKind{sim.Triple, sim.Parallel} {
		for i := range 5 {
			user := fmt.Sprintf("o%s%d", kind, i)
			had := len(cases(t, h.Store))
			h.sim.Faults().Set(sim.Fault{Kind: kind, Times: 1})
			no := h.complain(user)
			again, err := h.sim.Customer("hotel", user).Again(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			h.pass(30 * time.Second)
			h.ease()
			if n := len(cases(t, h.Store)) - had; n != 1 {
				t.Errorf("%s: %d cases", user, n)
			}
			if all := h.bubbles(user); len(all) != 1 {
				t.Errorf("%s: %d replies: %+v", user, len(all), all)
			}
			if again.Kind != "" && !strings.Contains(again.Text, no) {
				t.Errorf("%s: a fourth delivery is answered %q", user, again.Text)
			}
		}
	}
}

func TestRepeatGetsTheSamePassiveReply(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.complain("oSame1")
	first := h.bubbles("oSame1")[0]
	for range 3 {
		a, err := h.sim.Customer("hotel", "oSame1").Again(t.Context())
		if err != nil || a.Wrong != "" || a.Text == "" || !strings.HasPrefix(a.Text, first.Text[:20]) {
			t.Errorf("%v: %+v, first %q", err, a, first.Text)
		}
		h.ease()
	}
}

// Two messages, the later one first: both are acted on, once each.
func TestMessagesInTheWrongOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	guest := h.sim.Customer("hotel", "oOrder1")
	hold := h.sim.Hold("hotel", "oOrder1")
	for _, words := range []string{grief, "房号是1208，热水也没有"} {
		if err := guest.Later().Say(t.Context(), words); err != nil {
			t.Fatal(err)
		}
		h.pass(2 * time.Second)
	}
	if err := hold.Release(t.Context(), 1, 0); err != nil {
		t.Fatal(err)
	}
	h.ease()
	all := ""
	for _, c := range cases(t, h.Store) {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	for _, words := range []string{grief, "热水也没有"} {
		if !strings.Contains(all, words) {
			t.Errorf("no case knows %q", words)
		}
	}
	if n := len(h.bubbles("oOrder1")); n < 1 || n > 2 {
		t.Errorf("%d replies to 2 messages: %+v", n, h.bubbles("oOrder1"))
	}
}
