package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/store"
)

const (
	token  = "AAAAAAAAAA"
	aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// house is one running program beside a simulated WeChat and WeCom.
type house struct {
	*app.App
	t     *testing.T
	sim   *sim.Sim
	conf  *config.Config
	log   *slog.Logger
	opts  app.Options
	mu    sync.Mutex
	clock time.Time
}

// guests are the people of the stories, by the name staff know them by.
var guests = map[string]customer.Customer{
	"王女士": {Name: "王女士", Room: "1208", Leaves: "2026-11-26"},
	"李先生": {Name: "李先生", Tier: "silver"},
	"孙先生": {Name: "孙先生", Room: "1206"},
	"周先生": {Name: "周先生", Room: "0716", Leaves: "2026-11-25"},
	"赵女士": {Name: "赵女士", Tier: "gold", Stays: 24, Spent: 8_600_000, Room: "0916", Leaves: "2026-11-25", Phone: "13988888821",
		Likes: "无烟、高楼层、荞麦枕", Last: "9 月投诉噪音，已解决", Butler: "lin"},
}

func openid(name string) string { return fmt.Sprintf("o%x", name) }

var crew = []staff.Person{
	{ID: "chen", Name: "前台一号", ShownAs: "小陈", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
	{ID: "zhou", Name: "夜班一号", ShownAs: "小周", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 22:00-08:00"},
	{ID: "jing", Name: "客服组长", ShownAs: "陈静", Roles: []string{"lead"}, Team: "front"},
	{ID: "liu", Name: "客服经理", ShownAs: "刘峰", Roles: []string{"manager"}, Team: "cs", Phone: "13800000001"},
	{ID: "gm", Name: "度假村总经理", ShownAs: "周总", Roles: []string{"leader"}, Team: "office", They: "他"},
	{ID: "wang", Name: "工程部一号", ShownAs: "王师傅", Roles: []string{"agent"}, Team: "eng"},
	{ID: "he", Name: "康乐部一号", ShownAs: "小何", Roles: []string{"agent"}, Team: "rec"},
	{ID: "lin", Name: "贵宾管家", ShownAs: "林悦", Roles: []string{"agent", "butler"}, Team: "cs", They: "她"},
}

// build sets a house up without starting the program. The options of change may
// alter its configuration.
func build(t *testing.T, change ...func(*config.Config)) *house {
	t.Helper()
	h := &house{t: t, clock: time.Date(2026, 11, 24, 14, 0, 0, 0, hours.China()), log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	platform := httptest.NewUnstartedServer(nil)
	var members []sim.Member
	for _, p := range crew {
		members = append(members, sim.Member{UserID: p.ID, Name: p.ShownAs})
	}
	var err error
	h.sim, err = sim.New(sim.Config{
		OA: []sim.Account{{
			ID: "hotel", Name: "湖畔度假村", AppID: "wx1234567890abcdef", Secret: "secret-of-the-account", Token: token, AESKey: aesKey,
			Templates: []sim.Template{{ID: "tmpl1", Title: "服务进度提醒", Content: "编号:{{character_string1.DATA}}\n事项:{{thing2.DATA}}\n进度:{{phrase3.DATA}}\n时间:{{time4.DATA}}"}},
		}},
		WeCom: sim.WeCom{
			CorpID: "ww1234567890abcdef", AgentID: 1000002, Secret: "secret-of-the-app", Token: token, AESKey: aesKey,
			Robots: map[string]string{"staff": "key-of-staff-group", "escalation": "key-of-escalation"}, Members: members,
		},
		Now: h.now, MarkFailAfter: -1,
		Wait: func(ctx context.Context, d time.Duration) error { h.pass(d); return ctx.Err() },
		HTTP: &http.Client{Timeout: 30 * time.Second}, Logger: h.log,
	})
	if err != nil {
		t.Fatal(err)
	}
	platform.Config.Handler = http.StripPrefix("/sim", h.sim.Handler())
	platform.Start()
	t.Cleanup(func() { h.sim.Close(); platform.Close() })
	api := platform.URL + "/sim"
	h.sim.SetBase(api)
	h.conf = config.Default()
	h.conf.Data = t.TempDir()
	h.conf.Pack = "hotel"
	h.conf.Brand.Name = "湖畔度假村"
	h.conf.Accounts = []config.Account{{
		ID: "hotel", AppID: "wx1234567890abcdef", AppSecret: config.Secret("secret-of-the-account"), Token: config.Secret(token),
		AESKey: config.Secret(aesKey), Mode: "safe", API: api + "/oa", MsgMenu: true, PrivacyURL: "https://kefu.example.com/privacy",
	}}
	h.conf.Wecom = config.Wecom{
		CorpID: "ww1234567890abcdef", AgentID: 1000002, Secret: "secret-of-the-app", Token: token, AESKey: aesKey, API: api + "/wecom",
		Robots: map[string]config.Secret{"staff": "key-of-staff-group", "escalation": "key-of-escalation"},
	}
	h.conf.Staff = crew
	for _, f := range change {
		f(h.conf)
	}
	return h
}

// open builds a house and starts the program.
func open(t *testing.T, change ...func(*config.Config)) *house {
	t.Helper()
	h := build(t, change...)
	h.start()
	ctx := t.Context()
	for name, c := range guests {
		c.ID = string(chat.Customer("hotel", openid(name)))
		c.Created = store.At(h.now())
		if err := h.People.Put(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// start starts the program on free ports; it may be called again after a stop.
func (h *house) start() {
	h.t.Helper()
	ctx := h.t.Context()
	h.opts.Now, h.opts.Log = h.now, h.log
	h.opts.Listener, h.opts.Admin = listen(h.t), listen(h.t)
	h.conf.PublicURL = "http://" + h.opts.Listener.Addr().String()
	a, err := app.New(ctx, h.conf, h.opts)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := a.Start(ctx); err != nil {
		h.t.Fatal(err)
	}
	h.App = a
	h.sim.SetWebhook("hotel", a.URL()+"/wechat/oa/hotel")
	h.sim.SetCallback(a.URL() + "/wecom/app")
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.Stop(ctx); err != nil {
			h.t.Errorf("stop: %v", err)
		}
	})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	h.clock = h.clock.Add(d)
	h.mu.Unlock()
}

// at moves the clock on to a time of day, the next day's if it has passed.
func (h *house) at(clock string) {
	t, err := time.ParseInLocation("15:04", clock, hours.China())
	if err != nil {
		h.t.Fatalf("not a time of day: %s", clock)
	}
	now := h.now().In(hours.China())
	next := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, hours.China())
	if next.Before(now) {
		next = next.Add(24 * time.Hour)
	}
	h.mu.Lock()
	h.clock = next
	h.mu.Unlock()
}

// rest waits until nothing is left to be done at this instant.
func (h *house) rest() {
	h.t.Helper()
	began := h.now()
	defer func() { h.mu.Lock(); h.clock = began; h.mu.Unlock() }()
	until(h.t, "the program to come to rest", func() (string, bool) {
		ctx := h.t.Context()
		if err := h.sim.Idle(ctx); err != nil {
			return err.Error(), false
		}
		h.Sweeper.Poke()
		h.pass(20 * time.Millisecond) // for what pauses a moment between two calls
		return h.busy(ctx)
	})
}

// until polls until done, for at most a minute.
func until(t *testing.T, what string, done func() (state string, ok bool)) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	state := ""
	for quiet := 0; time.Now().Before(deadline); {
		var ok bool
		if state, ok = done(); ok {
			if quiet++; quiet >= 2 {
				return
			}
		} else {
			quiet = 0
		}
		time.Sleep(5 * time.Millisecond) // polling, bounded above
	}
	t.Fatalf("waited in vain for %s: %s", what, state)
}

// busy says what is due or in hand in the store.
func (h *house) busy(ctx context.Context) (string, bool) {
	now := store.At(h.now())
	for _, coll := range []string{"conversations", "tickets", "deliveries"} {
		n, err := h.Store.Count(ctx, coll, store.Query{Where: []store.Cond{store.Where("due", store.Le, now)}, Limit: 1})
		if err != nil || n > 0 {
			return fmt.Sprintf("%s due, %v", coll, err), false
		}
	}
	for d, err := range h.Store.Find(ctx, "deliveries", store.Query{Where: []store.Cond{store.Where("lane", store.Exists)}, Limit: 3}) {
		return fmt.Sprintf("delivery %s %s, %v", d.ID, d.Body, err), false
	}
	for d, err := range h.Store.Find(ctx, "tickets", store.Query{Where: []store.Cond{store.Where("live", store.Eq, true)}}) {
		if err != nil || strings.Contains(string(d.Body), `"effects":[`) {
			return fmt.Sprintf("effects of a case, %v", err), false
		}
	}
	for d, err := range h.Store.Find(ctx, "conversations", store.Query{}) {
		if err != nil || strings.Contains(string(d.Body), `"effects":[`) {
			return fmt.Sprintf("effects of a conversation, %v", err), false
		}
	}
	return "", true
}

func (h *house) guest(name string) *sim.Customer { return h.sim.Customer("hotel", openid(name)) }

func (h *house) member(name string) string {
	for _, p := range crew {
		if p.ShownAs == name {
			return p.ID
		}
	}
	h.t.Fatalf("nobody of the staff is called %s", name)
	return ""
}
