package console

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/approval"
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
	"kefu/store/sqlite"
)

// carrier is every channel: it takes everything, or answers as told.
type carrier struct {
	mu   sync.Mutex
	fail *chat.Failure
	got  chan string // what customers received; "" for what failed
}

func (c *carrier) Render(_ context.Context, _ string, _ chat.Address, content chat.Content) (chat.Call, error) {
	b, err := json.Marshal(content)
	return chat.Call{Name: "custom/send", Body: b}, err
}

func (c *carrier) Send(_ context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil && to.Channel == chat.OA {
		c.got <- ""
		return chat.Receipt{}, c.fail
	}
	var content chat.Content
	if err := json.Unmarshal(call.Body, &content); err != nil {
		return chat.Receipt{}, err
	}
	if to.Channel == chat.OA {
		c.got <- content.Plain()
	}
	return chat.Receipt{Response: "code"}, nil
}

// gate signs in whoever the code names.
type gate struct{}

func (gate) AuthorizeURL(redirect, state string) string {
	return redirect + "?code=CODE&state=" + url.QueryEscape(state)
}
func (gate) UserByCode(_ context.Context, code string) (string, error) {
	if code == "outsider" {
		return "", nil
	}
	return code, nil
}

// topics are changes within this process.
type topics struct {
	mu   sync.Mutex
	subs map[string][]chan struct{}
}

func (n *topics) Publish(_ context.Context, topic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, ch := range n.subs[topic] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (n *topics) Subscribe(_ context.Context, topic string) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	ch := make(chan struct{}, 1)
	n.subs[topic] = append(n.subs[topic], ch)
	return ch
}

// house is a department with its pages.
type house struct {
	t       testing.TB
	mu      sync.Mutex
	at      time.Time
	engine  *sqlite.Engine
	out     *delivery.Outbox
	talks   *conversation.Talks
	people  *customer.File
	book    *ticket.Book
	desk    *casework.Desk
	site    *Site
	carrier *carrier
	server  *httptest.Server
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

var team = []staff.Person{
	{ID: "fd01", Name: "前台一号", ShownAs: "小陈", Roles: []string{staff.Agent}, Team: "front"},
	{ID: "fd02", Name: "前台二号", ShownAs: "小周", Roles: []string{staff.Agent}, Team: "front"},
	{ID: "lead01", Name: "客服组长", ShownAs: "陈静", Roles: []string{staff.Lead}, Team: "front"},
	{ID: "mgr01", Name: "客服经理", ShownAs: "刘峰", Roles: []string{staff.Manager}, Team: "cs"},
	{ID: "eng01", Name: "工程师傅", ShownAs: "王师傅", Roles: []string{staff.Agent}, Team: "eng"},
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newHouse(t testing.TB) *house {
	ctx := t.Context()
	gin.SetMode(gin.ReleaseMode)
	h := &house{t: t, at: time.Date(2026, 11, 24, 14, 5, 0, 0, hours.China()), carrier: &carrier{got: make(chan string, 100)}}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	h.engine = must[*sqlite.Engine](t)(sqlite.OpenMemory(ctx))
	t.Cleanup(func() { _ = h.engine.Close() })
	cal := hours.NewCalendar(nil, nil)
	pack := must[*desk.Pack](t)(desk.Load("hotel"))
	words := must[*prompts.Book](t)(prompts.Open("hotel", "", log))
	roster := must[*staff.Roster](t)(staff.NewRoster(team, cal))
	states := must[*staff.States](t)(staff.OpenStates(ctx, h.engine))
	h.talks = must[*conversation.Talks](t)(conversation.Open(ctx, h.engine, h.now))
	h.people = must[*customer.File](t)(customer.Open(ctx, h.engine, h.now))
	h.book = must[*ticket.Book](t)(ticket.Open(ctx, h.engine, h.now, cal.Location(), ticket.Usual))
	office := cal.With(must[hours.Hours](t)(hours.Parse("Mon-Sun 08:00-22:00")))
	h.desk = &casework.Desk{
		Book: h.book, People: h.people, Talks: h.talks, Roster: roster, Pack: pack.Self, States: states, Calendar: cal,
		Grants: must[*approval.Book](t)(approval.Open(ctx, h.engine, h.now)),
		Office: office, Words: words, Now: h.now, Log: log, Robots: []string{"staff"},
	}
	h.out = must[*delivery.Outbox](t)(delivery.New(ctx, delivery.Deps{
		Store: h.engine, Ledger: h.talks, Now: h.now, Log: log,
		Carriers:      map[chat.Channel]chat.Carrier{chat.OA: h.carrier, chat.WeCom: h.carrier, chat.Robot: h.carrier},
		OnUndelivered: func(ctx context.Context, d delivery.Delivery) error { return h.desk.Undelivered(ctx, d) },
	}))
	t.Cleanup(func() { _ = h.out.Close(context.Background()) })
	h.desk.Out = h.out
	news := &topics{subs: map[string][]chan struct{}{}}
	h.desk.Changed = func(id ticket.ID) { news.Publish(context.Background(), Topic(id)) }
	h.site = must[*Site](t)(New(ctx, Deps{
		Cases: h.desk, Book: h.book, Out: h.out, Talks: h.talks, Roster: roster, States: states, Pack: pack.Self, Words: words,
		Calendar: cal, Store: h.engine, Files: h.engine, Changes: news, SignIn: gate{}, Now: h.now, Log: log,
	}))
	r := gin.New()
	h.site.Mount(r)
	h.server = httptest.NewServer(r)
	t.Cleanup(h.server.Close)
	t.Cleanup(h.site.Close)
	return h
}

const wang = chat.CustomerID("hotel/o-wang")

// complaint is a case of a customer who wrote just now.
func (h *house) complaint(key string) *ticket.Ticket {
	h.t.Helper()
	ctx := h.t.Context()
	h.write(key)
	t, err := h.desk.Draft(ctx, casework.Intake{
		Cause: key, Kind: ticket.Complaint, Who: wang, Category: "facility", Thing: "空调", Room: "1208",
		Guest: ticket.Guest{Name: "王女士", Tier: "普通", Phone: "13812345620", Until: "2026-11-26"},
		Words: "1208空调不制冷 打了两次前台都没人来", Matter: "空调不制冷，两次电话未到",
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.desk.Open(ctx, t); err != nil {
		h.t.Fatal(err)
	}
	return t
}

// write opens the customer's window.
func (h *house) write(key string) {
	h.t.Helper()
	_, err := h.talks.Change(h.t.Context(), wang, func(c *conversation.Conversation) error {
		c.Credits.Open(delivery.ByMessage, key, store.At(h.now()))
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// told waits for the next thing that a customer received.
func (h *house) told() string {
	h.t.Helper()
	select {
	case text := <-h.carrier.got:
		return text
	case <-time.After(10 * time.Second):
		h.t.Fatal("nothing was sent")
		return ""
	}
}

// browser is one of the staff at a page.
type browser struct {
	*http.Client
	h *house
}

// as signs somebody in.
func (h *house) as(user string) *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	b := &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h}
	r := b.open("/in")
	to := strings.Replace(r.Header.Get("Location"), "code=CODE", "code="+user, 1)
	if r, err = b.Get(to); err != nil {
		h.t.Fatal(err)
	}
	_ = r.Body.Close()
	return b
}

func (b *browser) open(path string) *http.Response {
	b.h.t.Helper()
	r, err := b.Get(b.h.server.URL + path)
	if err != nil {
		b.h.t.Fatal(err)
	}
	b.h.t.Cleanup(func() { _ = r.Body.Close() })
	return r
}

// page is a page's text and status.
func (b *browser) page(path string) (int, string) {
	b.h.t.Helper()
	r := b.open(path)
	return r.StatusCode, body(b.h.t, r)
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// press posts a form; script as our script does.
func (b *browser) press(path string, script bool, form url.Values) (int, string) {
	b.h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, b.h.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if script {
		req.Header.Set("X-Kefu", "1")
	}
	r, err := b.Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode, body(b.h.t, r)
}
