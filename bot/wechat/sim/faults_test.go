package sim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kefu/bot/wechat"
	"kefu/bot/wechat/sim"
)

// raw posts custom/send and gives what came back, as a client sees it.
func raw(ctx context.Context, r *rig) (int, string, error) {
	b, err := wechat.JSON(customText(wang, "在的"))
	if err != nil {
		return 0, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.api+"/oa/cgi-bin/message/custom/send?access_token="+r.token(), bytes.NewReader(b))
	if err != nil {
		return 0, "", err
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	return res.StatusCode, string(out), err
}

// What each fault looks like, and whether the message went out nevertheless.
func TestFaultsOfCalls(t *testing.T) {
	for _, c := range []struct {
		fault sim.Fault
		want  string // status, body or error
		sent  bool
	}{
		{sim.Fault{Kind: sim.Gateway}, "502 Bad Gateway", false},
		{sim.Fault{Kind: sim.Gateway, Done: true}, "502 Bad Gateway", true},
		{sim.Fault{Kind: sim.Busy}, `"errcode":-1`, false},
		{sim.Fault{Kind: sim.Busy, Done: true}, `"errcode":-1`, true},
		{sim.Fault{Kind: sim.Garbage}, "<html>", false},
		{sim.Fault{Kind: sim.BadToken}, `"errcode":40001`, false},
		{sim.Fault{Kind: sim.UsedUp}, `"errcode":45047`, false},
		{sim.Fault{Kind: sim.Frequent}, `"errcode":45009`, false},
		{sim.Fault{Kind: sim.BadIP}, `"errcode":40164`, false},
		{sim.Fault{Kind: sim.Reset}, "EOF", false},
		{sim.Fault{Kind: sim.Reset, Done: true}, "EOF", true},
		{sim.Fault{Kind: sim.Half}, "unexpected EOF", true},
	} {
		r := newRig(t)
		must(t, r.wang().Say(t.Context(), "在吗"))
		r.token()
		c.fault.Call, c.fault.Times = "message/custom/send", 1
		r.sim.Faults().Set(c.fault)
		_, body, err := raw(t.Context(), r)
		if err != nil {
			body += err.Error()
		}
		if !strings.Contains(body, c.want) {
			t.Errorf("%s: %q, want %q", c.fault.Kind, body, c.want)
		}
		if got := len(r.phone().Words()) == 1; got != c.sent {
			t.Errorf("%s done=%v: sent %v", c.fault.Kind, c.fault.Done, got)
		}
		if c := r.oa("message/custom/send", customText(wang, "再来")); c != 0 {
			t.Errorf("after its one time the fault was still on: %d", c)
		}
	}
}

// Slow keeps the answer back; the work is done, and who hangs up does not know it.
func TestSlow(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Say(t.Context(), "在吗"))
	r.token()
	r.sim.Faults().Set(sim.Fault{Kind: sim.Slow, Call: "message/custom/send", Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := raw(ctx, r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if len(r.phone().Words()) != 1 {
		t.Error("the message did not go out")
	}
	r.sim.Faults().Clear(sim.Slow)
	if len(r.sim.Faults().List()) != 0 {
		t.Error("still on after Clear")
	}
}

// A fault concerns its platform and call only, and stands in the list of calls.
func TestFaultScope(t *testing.T) {
	r := newRig(t)
	r.sim.Faults().Set(sim.Fault{Kind: sim.BadIP, Platform: "wecom"})
	if c := code(r.call("/wecom/cgi-bin/gettoken?corpid=ww1a2b3c4d5e6f7a8b&corpsecret=app-secret", nil)); c != 60020 {
		t.Errorf("wecom: %d", c)
	}
	if c := code(askStable(r, false)); c != 0 {
		t.Errorf("oa: %d", c)
	}
	calls := r.sim.Calls()
	if len(calls) != 2 || calls[0].Code != 60020 || calls[0].Faults[0] != sim.BadIP || calls[1].Account != "hotel" {
		t.Errorf("%+v", calls)
	}
	seen := map[sim.FaultKind]bool{}
	for _, f := range sim.FaultList() {
		if f.Title == "" || f.See == "" || seen[f.Kind] {
			t.Errorf("%+v", f)
		}
		seen[f.Kind] = true
	}
}

// Three times the same: the answers to the first two come too late.
func TestTriple(t *testing.T) {
	for _, kind := range []sim.FaultKind{sim.Triple, sim.Parallel} {
		r := newRig(t)
		r.says("在的")
		r.sim.Faults().Set(sim.Fault{Kind: kind, Times: 1})
		must(t, r.wang().Say(t.Context(), "在吗"))
		all := r.deliveries()
		if len(all) != 3 || !bytes.Equal(all[0].plain, all[1].plain) || !bytes.Equal(all[1].plain, all[2].plain) {
			t.Errorf("%s: %d deliveries", kind, len(all))
		}
		if n := len(r.phone().Words()); n != 1 {
			t.Errorf("%s: the phone shows %d replies", kind, n)
		}
		must(t, r.wang().Say(t.Context(), "还在吗"))
		if n := len(r.deliveries()); n != 4 {
			t.Errorf("%s: %d deliveries after the fault", kind, n)
		}
	}
}

// One message lets the next one pass.
func TestReorder(t *testing.T) {
	r := newRig(t, func(c *sim.Config) {
		c.Wait = func(ctx context.Context, _ time.Duration) error { <-ctx.Done(); return ctx.Err() }
	})
	r.sim.Faults().Set(sim.Fault{Kind: sim.Reorder, Times: 1})
	must(t, r.wang().Later().Say(t.Context(), "一"))
	must(t, r.wang().Later().Say(t.Context(), "二"))
	must(t, r.sim.Idle(t.Context()))
	if all := r.deliveries(); len(all) != 2 || all[0].fields.Content != "二" || all[1].fields.Content != "一" {
		t.Errorf("%d deliveries", len(all))
	}
}
