package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/wechat/sim"
)

const (
	oaKey    = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	wecomKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

// buffer may be written to while it is read.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) { b.mu.Lock(); defer b.mu.Unlock(); return b.b.Write(p) }
func (b *buffer) String() string              { b.mu.Lock(); defer b.mu.Unlock(); return b.b.String() }

// place is a folder with a kefu.yaml for a simulated platform.
type place struct {
	t      *testing.T
	sim    *sim.Sim
	api    string
	config string
	listen string
	admin  string
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func newPlace(t *testing.T) *place {
	t.Helper()
	s, err := sim.New(sim.Config{
		OA: []sim.Account{{
			ID: "hotel", AppID: "wx0123456789abcdef", Secret: "oa-secret", Token: "oatoken", AESKey: oaKey,
			Templates: []sim.Template{{ID: "T1", Title: "服务进度提醒", Content: "编号:{{character_string1.DATA}}\n事项:{{thing2.DATA}}"}},
		}},
		WeCom: sim.WeCom{
			CorpID: "ww1a2b3c4d5e6f7a8b", AgentID: 1000002, Secret: "app-secret", Token: "QDG6eK", AESKey: wecomKey,
			Robots: map[string]string{"staff": "KEY"}, Members: []sim.Member{{UserID: "fd01", Name: "前台一号"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	api := httptest.NewServer(s.Handler())
	t.Cleanup(api.Close)
	s.SetBase(api.URL)
	p := &place{t: t, sim: s, api: api.URL, listen: freePort(t), admin: freePort(t)}
	p.config = filepath.Join(t.TempDir(), "kefu.yaml")
	p.write("oa-secret", "thing2")
	return p
}

func (p *place) write(secret, field string) {
	p.t.Helper()
	text := fmt.Sprintf(`
listen: %[1]s
admin: %[2]s
public_url: http://%[1]s
data: data
accounts:
  - {id: hotel, app_id: wx0123456789abcdef, app_secret: %[3]s, token: oatoken, aes_key: %[4]s, api: "%[5]s/oa",
     templates: {ticket_update: {id: T1, fields: {character_string1: "{no}", %[7]s: "{title}"}}}}
wecom: {corp_id: ww1a2b3c4d5e6f7a8b, agent_id: 1000002, secret: app-secret, token: QDG6eK, aes_key: %[6]s, api: "%[5]s/wecom", robots: {staff: KEY}}
staff:
  - {id: fd01, name: 前台一号, roles: [agent], team: front}
`, p.listen, p.admin, secret, oaKey, p.api, wecomKey, field)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// kefu runs a command and gives its exit code and all that it wrote.
func (p *place) kefu(args ...string) (int, string) {
	p.t.Helper()
	var out buffer
	code := run(p.t.Context(), append(args, "--config", p.config), &out, &out)
	return code, out.String()
}

// serve runs kefu serve until the returned function is called, which gives what
// kefu does.
func (p *place) serve() (stop func() (int, string)) {
	p.t.Helper()
	var out buffer
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.t.Context()))
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "--config", p.config}, &out, &out) }()
	for began := time.Now(); ; {
		res, err := http.Get("http://" + p.admin + "/readyz")
		if err == nil {
			res.Body.Close()
			break
		}
		select {
		case <-ended:
			p.t.Fatalf("serve ended: %s", out.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Since(began) > 20*time.Second {
			p.t.Fatalf("serve is not ready: %s", out.String())
		}
	}
	var once sync.Once
	code := 0
	stop = func() (int, string) {
		once.Do(func() { cancel(); code = <-ended })
		return code, out.String()
	}
	p.t.Cleanup(func() { stop() })
	return stop
}

func TestServeSaysWhereItIsAndStops(t *testing.T) {
	p := newPlace(t)
	stop := p.serve()
	if err := p.sim.VerifyWebhook(t.Context(), "hotel"); err == nil {
		t.Error("the simulator knows an address it was never given")
	}
	p.sim.SetWebhook("hotel", "http://"+p.listen+"/wechat/oa/hotel")
	p.sim.SetCallback("http://" + p.listen + "/wecom/app")
	if err := p.sim.VerifyWebhook(t.Context(), "hotel"); err != nil {
		t.Error(err)
	}
	if err := p.sim.VerifyCallback(t.Context()); err != nil {
		t.Error(err)
	}
	code, out := stop()
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"开始接待", "http://" + p.listen, "/wechat/oa/hotel", "/wecom/app", "/readyz"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	for _, secret := range []string{"oa-secret", "app-secret", "oatoken", oaKey, wecomKey} {
		if strings.Contains(out, secret) {
			t.Errorf("serve shows a secret:\n%s", out)
		}
	}
}

func TestSecondProcessIsToldWhoHasTheFolder(t *testing.T) {
	p := newPlace(t)
	p.serve()
	p.listen, p.admin = freePort(t), freePort(t)
	p.write("oa-secret", "thing2")
	if code, out := p.kefu("serve"); code == 0 || !strings.Contains(out, "只能有一个 kefu") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestDoctor(t *testing.T) {
	p := newPlace(t)
	stop := p.serve()
	code, out := p.kefu("doctor")
	if code != 0 || strings.Contains(out, "✗") {
		t.Errorf("all is well, yet exit %d:\n%s", code, out)
	}
	for _, want := range []string{
		"✓ 数据库", "✓ Redis", "✓ 时钟", "✓ 公众号 hotel 的令牌和 IP 白名单", "✓ 公众号 hotel 的模板", "✓ 公众号 hotel 的回调",
		"✓ 企业微信 的令牌和可信 IP", "✓ 企业微信 的回调", "✓ 员工：1 人都收得到",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}

	// Each of these is said, with what to do.
	bad := func(want string) {
		t.Helper()
		code, out := p.kefu("doctor")
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit %d, %q is not in\n%s", code, want, out)
		}
		if strings.Contains(out, "wrong-secret") || strings.Contains(out, "oatoken") {
			t.Errorf("a secret is shown:\n%s", out)
		}
	}
	p.sim.Faults().Set(sim.Fault{Kind: sim.BadIP, Platform: "oa"})
	bad("API IP 白名单")
	p.sim.Faults().Clear()
	p.write("wrong-secret", "thing2")
	bad("AppSecret 不对")
	p.write("oa-secret", "thing9")
	bad("没有字段 thing9")
	p.write("oa-secret", "thing2")
	stop()
	bad("先在另一个窗口运行 kefu serve")
}

func TestMenuAndQR(t *testing.T) {
	p := newPlace(t)
	if code, out := p.kefu("menu", "push"); code != 0 || !strings.Contains(out, "✓ hotel") {
		t.Errorf("exit %d: %s", code, out)
	}
	if got := string(p.sim.Menu("hotel")); !strings.Contains(got, "button") || !strings.Contains(got, "click") {
		t.Errorf("the menu is %s", got)
	}
	code, out := p.kefu("qr", "create", "room:1208", "--lasts", "24h")
	if code != 0 || !strings.Contains(out, "http") || !strings.Contains(out, "24h") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out := p.kefu("menu", "push", "--account", "other"); code == 0 || !strings.Contains(out, "hotel") {
		t.Errorf("exit %d: %s", code, out)
	}
	p.write("wrong-secret", "thing2")
	if code, out := p.kefu("menu", "push"); code == 0 || !strings.Contains(out, "AppSecret") || strings.Contains(out, "wrong-secret") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestRunningIsAskedForDeadLettersAndHealth(t *testing.T) {
	p := newPlace(t)
	if code, out := p.kefu("deliveries", "dead"); code == 0 || !strings.Contains(out, "先 kefu serve") {
		t.Errorf("exit %d: %s", code, out)
	}
	p.serve()
	if code, out := p.kefu("deliveries", "dead"); code != 0 || !strings.Contains(out, "没有放弃了的消息") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out := p.kefu("deliveries", "again", "nothing"); code == 0 || !strings.Contains(out, "没有这个编号") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, out := p.kefu("healthcheck"); code != 0 || !strings.Contains(out, `"store":"ok"`) {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestWrongCommandLines(t *testing.T) {
	p := newPlace(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"sevre"}, "没有 \"sevre\" 这个命令"},
		{[]string{"serve", "--port", "1"}, "用法见 kefu serve --help"},
		{[]string{"qr", "create"}, "要写一个场景"},
		{[]string{"serve", "now"}, "多了 \"now\""},
	} {
		if code, out := p.kefu(c.args...); code == 0 || !strings.Contains(out, c.want) {
			t.Errorf("%v: exit %d: %s", c.args, code, out)
		}
	}
	if code, out := p.kefu("--help"); code != 0 || !strings.Contains(out, "serve") || strings.Contains(out, "Usage") {
		t.Errorf("help: exit %d: %s", code, out)
	}
	if code, out := p.kefu("version"); code != 0 || !strings.HasPrefix(out, "kefu ") {
		t.Errorf("version: exit %d: %s", code, out)
	}
}

// Everything wrong with a configuration is told at once, by each command.
func TestConfigCheck(t *testing.T) {
	p := newPlace(t)
	if code, out := p.kefu("config", "check"); code != 0 || !strings.Contains(out, "没有问题") {
		t.Errorf("exit %d: %s", code, out)
	}
	if err := os.WriteFile(p.config, []byte("pulbic_url: x\nlisten: 1\nhours: {work: never}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"config", "check"}, {"serve"}, {"doctor"}} {
		code, out := p.kefu(args...)
		if code != 1 || !strings.Contains(out, "public_url") || !strings.Contains(out, "listen") || !strings.Contains(out, "hours.work") {
			t.Errorf("%v: exit %d: %s", args, code, out)
		}
	}
}
