package sim_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kefu/bot/wechat/sim"
)

// Everything outlives a run: phones, cards, tokens, credits, codes, media.
func TestSnapshot(t *testing.T) {
	r := newRig(t)
	r.says(`好<a href="weixin://bizmsgmenu?msgmenucontent=在&msgmenuid=k">在</a>`)
	must(t, r.wang().Call("王女士"))
	must(t, r.wang().SendPicture(t.Context(), onePixel(t), "a.png"))
	sent := r.wecom("message/send", card("fd01", "t1"))
	r.call("/wecom/cgi-bin/webhook/send?key=KEY-STAFF", map[string]any{"msgtype": "text", "text": map[string]string{"content": "早"}})
	token := r.token()
	saved, err := r.sim.Snapshot()
	must(t, err)

	n := newRig(t)
	must(t, n.sim.Restore(saved))
	eq := cmpopts.EquateEmpty()
	for name, pair := range map[string][2]any{
		"phone": {r.phone(), n.phone()}, "inbox": {r.sim.Inbox("fd01"), n.sim.Inbox("fd01")},
		"group": {r.sim.Group("staff"), n.sim.Group("staff")}, "calls": {r.sim.Calls(), n.sim.Calls()}, "pushes": {r.sim.Pushes(), n.sim.Pushes()},
	} {
		if d := cmp.Diff(pair[0], pair[1], eq); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if n.token() != token {
		t.Error("another token after the restart")
	}
	if c := code(n.wecom("message/send", card("fd01", "t1"))); c != 42014 {
		t.Errorf("a used task_id is forgotten: %d", c)
	}
	if c := code(n.wecom("message/update_template_card", update(sent["response_code"], map[string]any{"button": map[string]string{"replace_name": "x"}}))); c != 0 {
		t.Errorf("response_code after the restart: %d", c)
	}
	must(t, n.wang().TapOption(t.Context(), "k"))
	if _, kind, ok := n.sim.Media(n.phone().Bubbles[0].MediaID); !ok || kind != "image/png" {
		t.Errorf("picture: %s", kind)
	}
	if err := n.sim.Restore([]byte("{")); err == nil {
		t.Error("a broken snapshot was taken")
	}
}

// A page waits for the next change.
func TestWait(t *testing.T) {
	r := newRig(t)
	v := r.sim.Version()
	done := make(chan int64)
	go func() {
		n, _ := r.sim.Wait(t.Context(), v)
		done <- n
	}()
	must(t, r.wang().Say(t.Context(), "在吗"))
	if n := <-done; n <= v {
		t.Errorf("version %d after %d", n, v)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if n, err := r.sim.Wait(ctx, 1<<60); err == nil || n != 1<<60 {
		t.Errorf("%d, %v", n, err)
	}
}

// All lists are bounded.
func TestBounds(t *testing.T) {
	r := newRig(t)
	for i := range 300 {
		must(t, r.wang().Say(t.Context(), strconv.Itoa(i)))
	}
	if p := r.phone(); len(p.Bubbles) != 200 || p.Last().Text != "299" {
		t.Errorf("%d bubbles, last %q", len(p.Bubbles), p.Last().Text)
	}
	for range 1300 {
		r.call("/oa/cgi-bin/getcallbackip?access_token=x", nil)
	}
	if n := len(r.sim.Calls()); n != 1000 {
		t.Errorf("%d calls", n)
	}
}

// What is shown to look at carries no token, secret or key.
func TestNothingSecretIsShown(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Say(t.Context(), "在吗"))
	tok := r.token()
	r.oa("message/custom/send", customText(wang, "在的"))
	r.call("/wecom/cgi-bin/webhook/send?key=KEY-STAFF", map[string]any{"msgtype": "text", "text": map[string]string{"content": "早"}})
	for _, v := range []any{r.sim.Calls(), r.sim.Pushes(), r.phone(), r.sim.Group("staff"), r.sim.Faults().List()} {
		b, err := json.Marshal(v)
		must(t, err)
		for _, s := range []string{tok, "oa-secret", "KEY-STAFF", "app-secret", "oatoken", hotelKey} {
			if strings.Contains(string(b), s) {
				t.Errorf("%T shows a secret", v)
			}
		}
	}
}

// Every fault of a configuration is named at once.
func TestConfigErrors(t *testing.T) {
	_, err := sim.New(sim.Config{
		OA:    []sim.Account{{ID: "a"}, {ID: "b", AppID: "wx0123456789abcdef", Secret: "s", Token: "t", Mode: "loud"}},
		WeCom: sim.WeCom{CorpID: "ww1"},
	})
	for _, want := range []string{`"a"`, `"b"`, "wecom"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

// A clock set back between two runs does not leave a robot blocked.
func TestClockSetBack(t *testing.T) {
	r := newRig(t)
	send := func() int {
		return code(r.call("/wecom/cgi-bin/webhook/send?key=KEY-STAFF", map[string]any{"msgtype": "text", "text": map[string]string{"content": "早"}}))
	}
	r.clock.add(48 * time.Hour)
	for range 20 {
		send()
	}
	r.clock.add(-48 * time.Hour)
	if c := send(); c != 0 {
		t.Errorf("%d", c)
	}
}

// Many people at once.
func TestTogether(t *testing.T) {
	r := newRig(t)
	r.says("在的")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			c := r.sim.Customer("hotel", "o_customer_"+strconv.Itoa(i))
			for range 10 {
				if err := c.Say(t.Context(), "在吗"); err != nil {
					t.Error(err)
				}
			}
			_ = r.sim.Customers("hotel")
			_, _ = r.sim.Snapshot()
		})
	}
	all.Wait()
	for i := range 8 {
		if n := len(r.sim.Phone("hotel", "o_customer_"+strconv.Itoa(i)).Words()); n != 10 {
			t.Errorf("customer %d got %d replies", i, n)
		}
	}
	r.clock.add(time.Hour)
}
