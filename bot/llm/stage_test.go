package llm_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kefu/bot/llm"
	"kefu/bot/llm/sim"
	"kefu/store"
	"kefu/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "sk-geheim-0123456789abcdef"

// stage is a client beside a scripted model.
type stage struct {
	*llm.Client
	sim    *sim.Server
	url    string
	engine store.Engine
	now    atomic.Int64 // ms
	log    *logs
}

type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func begin(t *testing.T, change ...func(*llm.Config)) *stage {
	t.Helper()
	s := &stage{sim: sim.New(sim.Config{Key: key, Delay: time.Minute}), log: &logs{}}
	s.now.Store(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC).UnixMilli())
	server := httptest.NewServer(s.sim)
	t.Cleanup(server.Close)
	s.url = server.URL + "/v1"
	var err error
	if s.engine, err = sqlite.OpenMemory(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.engine.Close() })
	s.Client = s.client(t, change...)
	return s
}

func (s *stage) config(change ...func(*llm.Config)) llm.Config {
	cfg := llm.Config{
		BaseURL: s.url, APIKey: key, Model: "m", Timeout: 2 * time.Second, PriceIn: 2, PriceOut: 8, Mask: true,
		Store: s.engine, Now: func() time.Time { return time.UnixMilli(s.now.Load()) },
		Log: slog.New(slog.NewTextHandler(s.log, nil)), Pause: time.Minute,
	}
	for _, f := range change {
		f(&cfg)
	}
	return cfg
}

// client is one more instance on the same store.
func (s *stage) client(t *testing.T, change ...func(*llm.Config)) *llm.Client {
	t.Helper()
	c, err := llm.New(t.Context(), s.config(change...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (s *stage) stats(t *testing.T, days int) llm.Stats {
	t.Helper()
	st, err := s.Stats(t.Context(), days)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// outcome is the only one in the ledger.
func (s *stage) outcome(t *testing.T) llm.Outcome {
	t.Helper()
	st := s.stats(t, 1)
	if len(st.Rows) != 1 || len(st.Rows[0].Outcomes) != 1 {
		t.Fatalf("ledger: %+v", st.Rows)
	}
	for o := range st.Rows[0].Outcomes {
		return o
	}
	return ""
}

var text = llm.Request{Prompt: "draft", Version: "1-ab", System: "写一句话。", User: "客人说空调坏了", Case: "t1", MaxTokens: 100}

var schema = []byte(`{"type":"object","additionalProperties":false,"required":["intent","phone"],
	"properties":{"intent":{"type":"string","enum":["complaint","inquiry"]},"phone":{"type":"string"},"n":{"type":"number"}}}`)

var form = llm.Request{Prompt: "understand", Version: "1-ab", System: "填表。", User: "我的电话 13812345678，空调坏了", Schema: schema, Case: "k1", MaxTokens: 100}

func deadline(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func holds(s string, any ...string) bool {
	for _, a := range any {
		if strings.Contains(s, a) {
			return true
		}
	}
	return false
}

func (s *stage) count(t *testing.T, coll string) int64 {
	t.Helper()
	n, err := s.engine.Count(t.Context(), coll, store.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
