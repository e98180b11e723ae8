package llm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"kefu/bot/llm"
	"kefu/bot/llm/sim"
)

func TestText(t *testing.T) {
	s := begin(t)
	s.sim.Queue(sim.Reply{Text: " 空调马上有人看。\n", Usage: &sim.Usage{In: 100, Out: 10}})
	got, err := s.Do(t.Context(), text)
	if err != nil || got.Text != "空调马上有人看。" || got.In != 100 || got.Out != 10 || got.Cost != 280 || got.Took <= 0 || got.Cut {
		t.Errorf("%+v, %v", got, err)
	}
	call, _ := s.sim.Last()
	if call.System != text.System || call.User != text.User || call.JSON || call.MaxTokens != 100 || call.Prompt != "draft" || call.Version != "1-ab" {
		t.Errorf("asked %+v", call)
	}
}

func TestOff(t *testing.T) {
	var none *llm.Client
	if _, err := none.Do(t.Context(), text); !errors.Is(err, llm.ErrOff) || none.On() {
		t.Error(err)
	}
	if st, err := none.Stats(t.Context(), 7); err != nil || st.On {
		t.Error(st, err)
	}
	if err := errors.Join(none.Forget(t.Context()), none.Close()); err != nil {
		t.Error(err)
	}
	s := begin(t, func(c *llm.Config) { c.BaseURL = "" })
	if _, err := s.Do(t.Context(), text); !errors.Is(err, llm.ErrOff) {
		t.Error(err)
	}
}

// What stands around the object is none of it; one repair; then no more.
func TestForm(t *testing.T) {
	const good = `{"intent":"complaint","phone":"〔电话1〕"}`
	const want = `{"intent":"complaint","phone":"13812345678"}`
	for name, c := range map[string]struct {
		said  []string
		want  string
		calls int
	}{
		"plain":         {[]string{good}, want, 1},
		"fence":         {[]string{"好的：\n```json\n" + good + "\n```\n希望有用"}, want, 1},
		"thoughts":      {[]string{"<think>他说{空调}…</think>" + good}, want, 1},
		"prose, braces": {[]string{"按{规则}填写，例如 {\"intent\": x}：" + good}, want, 1},
		"two objects":   {[]string{`{"intent":"no"} ` + good}, want, 1},
		"repaired":      {[]string{`{"intent":"complain"}`, good}, want, 2},
		"half":          {[]string{`{"a":{"intent":"complaint","phone":"1"},"b":`, good}, want, 2},
		"never":         {[]string{"不会", `{"intent":"complaint"}`}, "", 2},
		"huge number":   {[]string{`{"intent":"complaint","phone":"","n":1e999999999}`, good}, want, 2},
		"more keys":     {[]string{`{"intent":"inquiry","phone":"","say":"赔 500"}`, `{"intent":"inquiry","phone":"","n":1.50}`}, `{"intent":"inquiry","n":1.50,"phone":""}`, 2},
		"unknown mark":  {[]string{`{"intent":"inquiry","phone":"〔电话7〕〔姓名1〕"}`}, `{"intent":"inquiry","phone":""}`, 1},
		"HTML":          {[]string{`{"intent":"inquiry","phone":"<a>&"}`}, `{"intent":"inquiry","phone":"<a>&"}`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := begin(t)
			for _, said := range c.said {
				s.sim.Queue(sim.Reply{Text: said})
			}
			got, err := s.Do(t.Context(), form)
			if got.Text != c.want || (err != nil) != (c.want == "") || err != nil && !errors.Is(err, llm.ErrFormat) {
				t.Errorf("%q, %v", got.Text, err)
			}
			if s.sim.Total() != c.calls {
				t.Errorf("%d calls", s.sim.Total())
			}
			wantOutcome := map[bool]llm.Outcome{true: "format", false: "ok"}[err != nil]
			if err == nil && c.calls == 2 {
				wantOutcome = "repaired"
			}
			if o := s.outcome(t); o != wantOutcome {
				t.Errorf("outcome %s", o)
			}
			call, _ := s.sim.Last()
			if c.calls == 2 && (len(call.Messages) != 4 || !strings.Contains(call.Messages[3].Content, "不合要求")) {
				t.Errorf("repair: %+v", call.Messages)
			}
			if strings.Contains(string(call.Body), "13812345678") {
				t.Error("the number left the house")
			}
		})
	}
}

// What is tried again, how often, and what comes of it.
func TestAttempts(t *testing.T) {
	bad := func(status int, code string) sim.Reply {
		return sim.Reply{Status: status, Code: code, Text: "客人说空调坏了 " + key}
	}
	good := sim.Reply{Text: "好"}
	for name, c := range map[string]struct {
		replies []sim.Reply
		calls   int
		outcome llm.Outcome
		status  int
	}{
		"500 then good":    {[]sim.Reply{bad(500, ""), good}, 2, "ok", 0},
		"503 for ever":     {[]sim.Reply{bad(503, ""), bad(503, ""), bad(503, "")}, 3, "failed", 503},
		"429 then good":    {[]sim.Reply{{Status: 429, RetryAfter: "0.05"}, good}, 2, "ok", 0},
		"429, too long":    {[]sim.Reply{{Status: 429, RetryAfter: "600", Code: "rate_limit"}}, 1, "failed", 429},
		"reset then good":  {[]sim.Reply{{Fault: sim.Reset}, good}, 2, "ok", 0},
		"half then good":   {[]sim.Reply{{Fault: sim.Half, Text: "好"}, good}, 2, "ok", 0},
		"empty then good":  {[]sim.Reply{{Fault: sim.Empty}, good}, 2, "ok", 0},
		"no text":          {[]sim.Reply{{}, {Text: "<think>想</think> "}, {}}, 3, "failed", 0},
		"page":             {[]sim.Reply{{Fault: sim.Page}, {Fault: sim.Page}, {Fault: sim.Page}}, 3, "failed", 0},
		"no answer":        {[]sim.Reply{{Fault: sim.Unread}, good}, 2, "ok", 0},
		"endless":          {[]sim.Reply{{Fault: sim.Endless}, good}, 2, "ok", 0},
		"redirect":         {[]sim.Reply{{Fault: sim.Redirect}}, 1, "refused", 307},
		"400":              {[]sim.Reply{bad(400, "content_filter")}, 1, "refused", 400},
		"401":              {[]sim.Reply{bad(401, key)}, 1, "refused", 401},
		"402":              {[]sim.Reply{bad(402, "insufficient_quota")}, 1, "refused", 402},
		"404":              {[]sim.Reply{bad(404, "model_not_found")}, 1, "refused", 404},
		"tokens, reasoner": {[]sim.Reply{{Status: 400, Param: "max_tokens", Text: "use max_completion_tokens"}, good}, 2, "ok", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.sim.Queue(c.replies...)
			_, err := s.Do(deadline(t, 5*time.Second), text)
			if s.sim.Total() != c.calls {
				t.Errorf("%d calls", s.sim.Total())
			}
			if o := s.outcome(t); o != c.outcome {
				t.Errorf("outcome %s: %v", o, err)
			}
			api, _ := errors.AsType[*llm.APIError](err)
			if c.status != 0 && (api == nil || api.Status != c.status) {
				t.Errorf("error %v", err)
			}
			if holds(fmt.Sprintf("%v %+v %s", err, api, s.log), key, "空调", s.url) {
				t.Errorf("it tells too much: %v, %+v\n%s", err, api, s.log)
			}
		})
	}
}

// Which parameters the server takes is found out once.
func TestDialect(t *testing.T) {
	s := begin(t)
	good := `{"intent":"inquiry","phone":""}`
	s.sim.Script(func(c sim.Call) (sim.Reply, bool) {
		if c.JSON {
			return sim.Reply{Status: 400, Text: "response_format is not supported"}, true
		}
		return sim.Reply{Text: good}, true
	})
	for range 2 {
		if got, err := s.Do(t.Context(), form); err != nil || got.Text != good {
			t.Fatal(got, err)
		}
	}
	if n := s.sim.Total(); n != 3 {
		t.Errorf("%d calls", n)
	}
}

func TestBusy(t *testing.T) {
	s := begin(t, func(c *llm.Config) { c.AtOnce = 2 })
	entered, leave := make(chan struct{}), make(chan struct{})
	s.sim.Script(func(sim.Call) (sim.Reply, bool) {
		entered <- struct{}{}
		<-leave
		return sim.Reply{Text: "好"}, true
	})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if _, err := s.Do(t.Context(), text); err != nil {
				t.Error(err)
			}
		})
		<-entered
	}
	if _, err := s.Do(t.Context(), text); !errors.Is(err, llm.ErrBusy) {
		t.Error(err)
	}
	close(leave)
	all.Wait()
	if st := s.stats(t, 1); st.Away["busy"] != 1 || st.Rows[0].Calls != 2 {
		t.Errorf("%+v", st)
	}
}

// A model that fails is left alone, and tried again after a while.
func TestBreaker(t *testing.T) {
	s := begin(t, func(c *llm.Config) { c.Pause = 50 * time.Millisecond })
	s.sim.Set(sim.Down)
	opened := false
	for range 10 {
		_, err := s.Do(deadline(t, 200*time.Millisecond), text) // too short for a second attempt
		opened = opened || errors.Is(err, llm.ErrOpen)
	}
	if n := s.sim.Total(); !opened || n > 6 {
		t.Errorf("opened %v after %d calls", opened, n)
	}
	s.sim.Set(sim.Honest)
	for range 100 {
		if _, err := s.Do(t.Context(), text); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond) // the breaker's pause is real time
	}
	t.Error("it never came back")
}

// The caller's patience ends a call at once, whatever the model does.
func TestTime(t *testing.T) {
	s := begin(t)
	s.sim.Set(sim.Slow)
	began := time.Now()
	_, err := s.Do(deadline(t, 100*time.Millisecond), text)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second || s.outcome(t) != "timeout" {
		t.Error(err, time.Since(began))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Do(ctx, text); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// Its own time-out holds where the caller has all day.
	c := s.client(t, func(c *llm.Config) { c.Timeout = 50 * time.Millisecond })
	began = time.Now()
	if _, err := c.Do(t.Context(), text); err == nil || time.Since(began) > time.Second {
		t.Error(err, time.Since(began))
	}
}

// The same, for every way in which the model can be bad: no panic, no hang, and
// nothing told.
func TestModes(t *testing.T) {
	for _, m := range sim.Modes() {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			s := begin(t)
			s.sim.Set(m)
			for range 5 {
				for _, r := range []llm.Request{text, form} {
					_, err := s.Do(deadline(t, 400*time.Millisecond), r)
					if (m == sim.Honest) != (err == nil) && m != sim.Babble && m != sim.Broken {
						t.Errorf("%s: %v", r.Prompt, err)
					}
					if err != nil && holds(err.Error(), key, "空调", s.url) {
						t.Error(err)
					}
				}
			}
			if holds(s.log.String(), key, "空调", s.url) {
				t.Error(s.log)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	s := begin(t)
	for name, change := range map[string]func(*llm.Request){
		"prompt":  func(r *llm.Request) { r.Prompt = "客人说的话" },
		"version": func(r *llm.Request) { r.Version = "1 2" },
		"system":  func(r *llm.Request) { r.System = "" },
		"long":    func(r *llm.Request) { r.User = strings.Repeat("长", 100_000) },
		"schema":  func(r *llm.Request) { r.Schema = []byte(`{"type":"house"}`) },
		"ref":     func(r *llm.Request) { r.Schema = []byte(`{"$ref":"file:///etc/passwd"}`) },
	} {
		r := text
		change(&r)
		if _, err := s.Do(t.Context(), r); err == nil || holds(err.Error(), "客人") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.sim.Total() != 0 {
		t.Error("a mistake was sent")
	}
}

func TestMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	s := begin(t, func(c *llm.Config) { c.Meter = r })
	s.sim.Queue(sim.Reply{Text: "好", Usage: &sim.Usage{In: 1000, Out: 1000}})
	if _, err := s.Do(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	all, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range all {
		for _, m := range f.Metric {
			got[f.GetName()] += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{"kefu_llm_calls_total": 1, "kefu_llm_seconds": 1, "kefu_llm_cost_today_yuan": 0.01}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
