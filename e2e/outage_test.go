package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/wechat"
	"kefu/cmd/kefu/config"
	"kefu/store/sqlite"
	"kefu/store/storetest"
	"kefu/tools/redistest"
)

// faulty starts a house whose store fails when told to.
func faulty(t *testing.T) (*house, *storetest.FaultyEngine, *record) {
	t.Helper()
	h := build(t)
	kept := &record{}
	h.log = slog.New(slog.NewTextHandler(io.MultiWriter(kept, t.Output()), &slog.HandlerOptions{Level: slog.LevelWarn}))
	e, err := sqlite.Open(t.Context(), h.conf.Data)
	if err != nil {
		t.Fatal(err)
	}
	f := storetest.Faulty(e)
	h.opts.Engine = f
	h.start()
	return h, f, kept
}

// While the store is down nothing is claimed as received: WeChat's call is held
// and hung up on, the third time the customer is asked to write again, and when
// the store is back everything goes on by itself.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	h, f, kept := faulty(t)
	c, err := wechat.NewCipher(token, appID, aesKey, "")
	if err != nil {
		t.Fatal(err)
	}
	no := h.complain("oBefore1")
	h.ease()
	had := stored(t, h.Store, "inbox")
	url := h.URL() + "/wechat/oa/hotel"
	query, body, err := h.sim.Seal("hotel", "oStore1", asText("oStore1", grief, "801", h.now()))
	if err != nil {
		t.Fatal(err)
	}

	f.SetDown(true)
	var all sync.WaitGroup
	guest := h.sim.Customer("hotel", "oStore2")
	if err := guest.Later().Say(t.Context(), grief); err != nil {
		t.Fatal(err)
	}
	all.Go(func() { // the first delivery: held and hung up on
		k, err := knock(t, url, query, body)
		if err == nil || k.took < 3500*time.Millisecond || k.took > 4900*time.Millisecond {
			t.Errorf("first delivery: %v, %d after %v; want no answer after 4 s", err, k.code, k.took)
		}
	})
	if code, text := h.visit("/readyz"); code != 503 || !strings.Contains(text, "cannot be written to") {
		t.Errorf("ready says %d %s", code, text)
	}
	if code, _ := h.visit("/healthz"); code != 200 {
		t.Errorf("healthy says %d: a restart would help nobody", code)
	}
	all.Wait()
	until(t, "WeChat to be hung up on", func() (string, bool) {
		p := h.sim.Pushes()
		return fmt.Sprintf("%+v", p), len(p[len(p)-1].Tries) > 0
	})
	h.pass(11 * time.Second) // the third delivery
	k, err := knock(t, url, query, body)
	if err != nil || k.code != 200 || k.took > 4900*time.Millisecond || k.said(t, c) != "请稍后再发一次" {
		t.Errorf("third delivery: %v, %d after %v: %q", err, k.code, k.took, k.said(t, c))
	}
	f.SetDown(false)

	until(t, "ready again", func() (string, bool) { code, text := h.visit("/readyz"); return text, code == 200 })
	h.ease()
	if l := kept.lines("sweep fails"); len(l) < 1 || len(l) > 2 {
		t.Errorf("%d lines about it, want one: %s", len(l), strings.Join(l, "\n"))
	}
	for _, e := range entries(t, h.Store)[had:] {
		if e.Message.From == "oStore1" {
			t.Error("stored, although the customer was told to write again")
		}
	}
	tries := 0
	for _, p := range h.sim.Pushes() {
		tries = max(tries, len(p.Tries))
	}
	if tries < 2 {
		t.Errorf("WeChat never delivered again: %+v", h.sim.Pushes())
	}
	// Whoever wrote meanwhile is either served, or was asked to write again.
	if h.times("oStore2", "编号") == 0 && h.times("oStore2", "请稍后再发一次") == 0 {
		t.Errorf("left alone: %+v", h.sim.Phone("hotel", "oStore2").Bubbles)
	}
	h.complain("oStore1")
	h.ease()
	h.types("chen", "接单 "+no)
	h.ease()
	if h.times("oBefore1", "小陈") == 0 {
		t.Error("the case from before cannot be taken")
	}
	if n := len(cases(t, h.Store)); n < 2 || n > 3 {
		t.Errorf("%d cases", n)
	}
}

// Back within the four seconds, nobody notices.
func TestStoreDownForAMoment(t *testing.T) {
	t.Parallel()
	h, f, _ := faulty(t)
	f.SetDown(true)
	up := time.AfterFunc(1200*time.Millisecond, func() { f.SetDown(false) })
	defer up.Stop()
	h.complain("oMoment1")
	h.ease()
	if p := h.sim.Pushes(); len(p[len(p)-1].Tries) != 1 || len(h.bubbles("oMoment1")) != 1 {
		t.Errorf("%+v; %+v", p[len(p)-1], h.bubbles("oMoment1"))
	}
}

// A write that took place although its answer was lost, at every place of the
// path: one case, one reply.
func TestLostAnswersOfTheStore(t *testing.T) {
	t.Parallel()
	h, f, _ := faulty(t)
	for n := range 12 {
		user := fmt.Sprintf("oLost%d", n)
		had := len(cases(t, h.Store))
		f.LoseAnswer(n + 1)
		h.complain(user)
		h.ease()
		f.LoseAnswer(0)
		h.pass(30 * time.Second)
		h.ease()
		if got := len(cases(t, h.Store)) - had; got != 1 {
			t.Errorf("write %d: %d cases", n+1, got)
		}
		if all := h.bubbles(user); len(all) != 1 {
			t.Errorf("write %d: %d replies: %+v", n+1, len(all), all)
		}
	}
	if f.Lost() < 10 {
		t.Errorf("only %d answers were lost", f.Lost())
	}
}

// Too slow for the passive reply: success in time, and the reply once, later.
func TestReplyLaterWhenSlow(t *testing.T) {
	t.Parallel()
	h, f, _ := faulty(t)
	f.SetLatency(700 * time.Millisecond)
	guest := h.sim.Customer("hotel", "oSlow1")
	began := time.Now()
	if err := guest.Say(t.Context(), grief); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 4900*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
	f.SetLatency(0)
	h.wait("the reply", func() bool { return h.times("oSlow1", "编号") > 0 })
	h.pass(30 * time.Second)
	h.ease()
	all := h.bubbles("oSlow1")
	if len(all) != 1 || all[0].Passive {
		t.Errorf("want one reply, as a message: %+v", all)
	}
	if n := len(cases(t, h.Store)); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// record keeps the log.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

// lines are those that hold one of the words.
func (r *record) lines(words ...string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for l := range strings.Lines(r.b.String()) {
		for _, w := range words {
			if strings.Contains(l, w) {
				all = append(all, strings.TrimSpace(l))
				break
			}
		}
	}
	return all
}

// Without Redis messages are stored and answered as before, cards arrive, and the
// log says it once.
func TestRedisDown(t *testing.T) {
	t.Parallel()
	redis := redistest.Start(t)
	h := build(t, func(c *config.Config) { c.Redis.URL = config.Secret(redis.URL()) })
	kept := &record{}
	h.log = slog.New(slog.NewTextHandler(kept, &slog.HandlerOptions{Level: slog.LevelInfo}))
	h.start()
	serve := func(phase string) {
		t.Helper()
		for i := range 15 {
			user := fmt.Sprintf("o%s%d", phase, i)
			began := time.Now()
			h.complain(user)
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("%s: answered after %v", phase, took)
			}
			h.pass(4 * time.Second)
		}
		no := h.complain("o" + phase + "Last")
		h.ease()
		h.types("chen", "接单 "+no)
		h.ease()
		if h.times("o"+phase+"Last", "小陈") == 0 {
			t.Errorf("%s: the customer does not hear who has it", phase)
		}
		if !strings.Contains(h.inbox("chen"), no) {
			t.Errorf("%s: no card", phase)
		}
		h.pass(2 * time.Minute)
	}
	serve("With")
	redis.Stop(t)
	serve("Without")
	until(t, "both to notice", func() (string, bool) {
		l := kept.lines("out of reach")
		return strings.Join(l, "\n"), len(l) >= 2
	})
	if l := kept.lines("WARN", "ERROR"); len(lines(l, "redis", "queue")) != 2 {
		t.Errorf("%d lines about it, want one each of the memory and the queue:\n%s", len(lines(l, "redis", "queue")), strings.Join(l, "\n"))
	}
	if _, text := h.visit("/readyz"); !strings.Contains(text, "out of reach; going on without") {
		t.Errorf("ready does not say so: %s", text)
	}
	redis.Restart(t)
	until(t, "both to come back", func() (string, bool) {
		_ = h.Memory.Ping(context.WithoutCancel(t.Context()))
		l := kept.lines("redis is back", "queue works again")
		return strings.Join(l, "\n"), len(l) == 2
	})
	serve("Again")
	if n := len(cases(t, h.Store)); n != 48 {
		t.Errorf("%d cases of 48 complaints", n)
	}
}

func lines(all []string, words ...string) []string {
	var some []string
	for _, l := range all {
		for _, w := range words {
			if strings.Contains(l, w) {
				some = append(some, l)
				break
			}
		}
	}
	return some
}
