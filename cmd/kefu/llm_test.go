package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kefu/bot/llm/sim"
)

const modelKey = "sk-nobody-may-see-this"

// withModel adds a scripted model to a place's configuration.
func (p *place) withModel(key string) *sim.Server {
	p.t.Helper()
	m := sim.New(sim.Config{Key: modelKey})
	server := httptest.NewServer(m)
	p.t.Cleanup(server.Close)
	b, err := os.ReadFile(p.config)
	if err != nil {
		p.t.Fatal(err)
	}
	text := string(b) + fmt.Sprintf("llm: {base_url: %s/v1, api_key: %s, model: sim, budget: 20, price_in: 2, price_out: 8}\n", server.URL, key)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	return m
}

func (p *place) says(code int, args []string, want ...string) {
	p.t.Helper()
	got, out := p.kefu(args...)
	if got != code {
		p.t.Errorf("%v ended with %d", args, got)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			p.t.Errorf("%v does not say %q:\n%s", args, w, out)
		}
	}
	if strings.Contains(out, modelKey) {
		p.t.Errorf("%v shows the key", args)
	}
}

// The same with and without a kefu running: in one ledger.
func TestModelIsTriedAndCounted(t *testing.T) {
	p := newPlace(t)
	m := p.withModel(modelKey)
	p.says(0, []string{"llm", "stats"}, "sim，最近 7 天", "还没有问过", "还剩 20.00 元")
	p.says(0, []string{"llm", "try", "你好"}, "收到：你好", "会按格式答")
	stop := p.serve()
	p.says(0, []string{"llm", "try"}, "收到：", "会按格式答")
	p.says(0, []string{"llm", "stats", "--days", "1"}, "try 1（sim）", "问了 4 次 · 对 4", "今天花了 0.00", "每天 20.00 元")
	m.Queue(sim.Reply{Text: "好"}, sim.Reply{Text: "杭州"}, sim.Reply{Text: "就是杭州"})
	p.says(1, []string{"llm", "try", "你好"}, "不会按格式答")
	m.Queue(sim.Reply{Status: 404, Code: "model_not_found"})
	p.says(1, []string{"llm", "try", "你好"}, "HTTP 404（model_not_found）", "检查 llm.base_url")
	p.says(0, []string{"llm", "stats"}, "格式不对 1", "被拒 1")
	if code, out := stop(); code != 0 || !strings.Contains(out, "大模型") || strings.Contains(out, modelKey) {
		t.Errorf("serve ended with %d:\n%s", code, out)
	}
	p.says(0, []string{"llm", "stats"}, "问了 7 次")
	p.says(1, []string{"llm", "stats", "--days", "31"}, "30")
}

func TestModelIsNotConfigured(t *testing.T) {
	p := newPlace(t)
	p.says(0, []string{"llm", "stats"}, "没有配模型")
	p.says(1, []string{"llm", "try"}, "没有配模型")
}

// The doctor says how the model is, in one line, and never why in secrets.
func TestDoctorLooksAtTheModel(t *testing.T) {
	p := newPlace(t)
	p.withModel(modelKey)
	for _, c := range []struct {
		spoil func(m *sim.Server)
		want  string
	}{
		{func(*sim.Server) {}, "✓ 大模型：sim 通"},
		{func(m *sim.Server) { m.Set(sim.Down) }, "✗ 大模型：sim 接口没有接通"},
		{func(m *sim.Server) { m.Queue(sim.Reply{Text: "x"}, sim.Reply{Text: "x"}) }, "✗ 大模型：sim 答得出，但不会按格式答"},
	} {
		p := newPlace(t)
		c.spoil(p.withModel(modelKey))
		_, out := p.kefu("doctor")
		if !strings.Contains(out, c.want) || strings.Contains(out, modelKey) {
			t.Errorf("want %q:\n%s", c.want, out)
		}
	}
	wrong := newPlace(t)
	wrong.withModel(modelKey + "-not")
	if _, out := wrong.kefu("doctor"); !strings.Contains(out, "检查 llm.api_key") || strings.Contains(out, modelKey) {
		t.Error(out)
	}
	without := newPlace(t)
	if _, out := without.kefu("doctor"); !strings.Contains(out, "✓ 大模型：没有配") {
		t.Error(out)
	}
}
