package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/staff"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

const (
	wang = "oABCD0u1v2w3x4y5z6A7B8C9D0E1"
	li   = "oABCD0u1v2w3x4y5z6A7B8C9D0E2"

	oaKey    = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	wecomKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

// clock runs like the real one from a given instant, and can be moved.
type clock struct {
	mu    sync.Mutex
	begun time.Time
	at    time.Time
}

func newClock(at time.Time) *clock { return &clock{begun: time.Now(), at: at} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at.Add(time.Since(c.begun))
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is the program and the world around it.
type rig struct {
	t     *testing.T
	sim   *sim.Sim
	cfg   *config.Config
	clock *clock
	app   *app.App
	opts  app.Options
}

var china = time.FixedZone("CST", 8*3600)

// afternoon is a working Tuesday.
var afternoon = time.Date(2026, 11, 24, 14, 5, 0, 0, china)

// newRig starts everything; change may alter the configuration and options.
func newRig(t *testing.T, change ...func(*rig)) *rig {
	t.Helper()
	r := &rig{t: t, clock: newClock(afternoon)}
	r.cfg = testConfig(t.TempDir())
	for _, f := range change {
		f(r)
	}
	s, err := sim.New(r.world())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	r.sim = s
	api := httptest.NewServer(s.Handler())
	t.Cleanup(api.Close)
	s.SetBase(api.URL)
	for i := range r.cfg.Accounts {
		r.cfg.Accounts[i].API = api.URL + "/oa"
	}
	r.cfg.Wecom.API = api.URL + "/wecom"
	r.start()
	t.Cleanup(func() { r.stop() })
	return r
}

// start starts the program on the rig's data, as often as wanted.
func (r *rig) start() {
	r.t.Helper()
	o := r.opts
	o.Now, o.Listener, o.Admin = r.clock.now, listen(r.t), listen(r.t)
	if o.Log == nil {
		level := slog.LevelWarn
		if os.Getenv("KEFU_TEST_LOG") != "" {
			level = slog.LevelDebug
		}
		o.Log = slog.New(slog.NewTextHandler(r.t.Output(), &slog.HandlerOptions{Level: level}))
	}
	r.cfg.PublicURL = "http://" + o.Listener.Addr().String()
	a, err := app.New(r.t.Context(), r.cfg, o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.app = a
	if err := a.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	r.sim.SetWebhook("hotel", a.URL()+"/wechat/oa/hotel")
	r.sim.SetCallback(a.URL() + "/wecom/app")
}

// stop stops it in order.
func (r *rig) stop() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.t.Context()), 20*time.Second)
	defer cancel()
	if err := r.app.Stop(ctx); err != nil {
		r.t.Errorf("stop: %v", err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func testConfig(data string) *config.Config {
	c := config.Default()
	c.Data = data
	c.Brand = config.Brand{Name: "栖云酒店", Bot: "小栖", Hotline: "总机 0"}
	c.Accounts = []config.Account{{
		ID: "hotel", AppID: "wx0123456789abcdef", AppSecret: "oa-secret", Token: "oatoken", AESKey: oaKey,
		Mode: config.Safe, MsgMenu: true,
		Templates: map[string]config.Template{"ticket_update": {ID: "T1", Fields: map[string]string{
			"character_string1": "{no}", "thing2": "{title}", "phrase3": "{state}", "time4": "{time}",
		}}},
	}}
	c.Wecom = config.Wecom{
		CorpID: "ww1a2b3c4d5e6f7a8b", AgentID: 1000002, Secret: "app-secret", Token: "QDG6eK", AESKey: wecomKey,
		Robots: map[string]config.Secret{"staff": "KEY-STAFF", "escalation": "KEY-UP"},
	}
	c.Staff = []staff.Person{
		{ID: "fd01", Name: "前台一号", ShownAs: "小陈", Roles: []string{staff.Agent}, Team: "front"},
		{ID: "fd02", Name: "前台二号", ShownAs: "小周", Roles: []string{staff.Agent}, Team: "front"},
		{ID: "lead01", Name: "客服组长", ShownAs: "老林", Roles: []string{staff.Lead}, Team: "front"},
		{ID: "mgr01", Name: "客服经理", ShownAs: "刘峰", Roles: []string{staff.Manager}},
		{ID: "eng01", Name: "工程一号", ShownAs: "王师傅", Roles: []string{staff.Agent}, Team: "eng"},
	}
	return c
}

// world is the simulator's side of the configuration.
func (r *rig) world() sim.Config {
	a, w := r.cfg.Accounts[0], r.cfg.Wecom
	robots := map[string]string{}
	for name, key := range w.Robots {
		robots[name] = key.Reveal()
	}
	var members []sim.Member
	for _, p := range r.cfg.Staff {
		members = append(members, sim.Member{UserID: p.ID, Name: p.Name, PluginOnly: p.NoCard})
	}
	return sim.Config{
		Now: r.clock.now,
		OA: []sim.Account{{
			ID: a.ID, Name: "栖云酒店", AppID: a.AppID, Secret: a.AppSecret.Reveal(), Token: a.Token.Reveal(), AESKey: a.AESKey.Reveal(),
			Templates: []sim.Template{{
				ID: "T1", Title: "服务进度提醒",
				Content: "编号:{{character_string1.DATA}}\n事项:{{thing2.DATA}}\n状态:{{phrase3.DATA}}\n时间:{{time4.DATA}}",
			}},
		}},
		WeCom: sim.WeCom{
			CorpID: w.CorpID, AgentID: w.AgentID, Secret: w.Secret.Reveal(), Token: w.Token.Reveal(), AESKey: w.AESKey.Reveal(),
			Robots: robots, Members: members,
		},
	}
}

// until waits until something is so: it looks again whenever anything that people
// can see has changed.
func (r *rig) until(what string, so func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	for {
		v := r.sim.Version()
		if so() {
			return
		}
		if _, err := r.sim.Wait(ctx, v); err != nil {
			if so() {
				return
			}
			r.t.Fatalf("never came: %s\n%s", what, r.picture())
		}
	}
}

// picture is what everybody sees, for a failing test.
func (r *rig) picture() string {
	var b strings.Builder
	for _, p := range r.sim.Customers("hotel") {
		fmt.Fprintf(&b, "— phone %s\n", p.OpenID)
		for _, x := range r.sim.Phone("hotel", p.OpenID).Bubbles {
			fmt.Fprintf(&b, "  %s %s: %s %s\n", x.From, x.Kind, x.Text, x.Title)
		}
	}
	for _, m := range r.sim.Members() {
		fmt.Fprintf(&b, "— %s %s\n", m.UserID, m.Name)
		for _, x := range r.sim.Inbox(m.UserID) {
			fmt.Fprintf(&b, "  %s %s: %s %s %+v\n", x.From, x.Kind, x.Text, x.Title, x.Card)
		}
	}
	for _, name := range r.sim.Robots() {
		fmt.Fprintf(&b, "— group %s\n", name)
		for _, x := range r.sim.Group(name) {
			fmt.Fprintf(&b, "  %s\n", x.Text)
		}
	}
	for _, c := range r.sim.Calls() {
		if c.Code != 0 {
			fmt.Fprintf(&b, "call %s %s → %d\n", c.Platform, c.Name, c.Code)
		}
	}
	return b.String()
}

// said is the newest bubble on a phone that holds the words; "" when none does.
func (r *rig) said(openid, words string) string {
	all := r.sim.Phone("hotel", openid).Words()
	for i := len(all) - 1; i >= 0; i-- {
		if strings.Contains(all[i], words) {
			return all[i]
		}
	}
	return ""
}

// card is the newest card of a member whose title holds the words, or nil.
func (r *rig) card(userid, words string) *sim.Card {
	cards := r.sim.Cards(userid)
	for i := len(cards) - 1; i >= 0; i-- {
		if strings.Contains(cards[i].Title, words) {
			return &cards[i]
		}
	}
	return nil
}

// press presses the button with that label on a member's card.
func (r *rig) press(userid string, c *sim.Card, label string, selected map[string]string) {
	r.t.Helper()
	for _, b := range c.Buttons {
		if b.Label == label {
			if err := r.sim.Member(userid).Press(r.t.Context(), c.TaskID, b.Key, selected); err != nil {
				r.t.Fatalf("%s presses %s: %v", userid, label, err)
			}
			return
		}
	}
	r.t.Fatalf("card %q of %s has no button %s: %+v", c.Title, userid, label, c.Buttons)
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("%v\n%s", err, r.picture())
	}
}

// eventually looks again and again, for what nobody outside can see.
func (r *rig) eventually(what string, so func() bool) {
	r.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(60 * time.Second); !so(); <-tick.C {
		if time.Now().After(deadline) {
			r.t.Fatalf("never came: %s\n%s", what, r.picture())
		}
	}
}
