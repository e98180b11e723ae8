package h5

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/net/html"

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
	"kefu/store/sqlite"
)

// mute is every channel; it takes everything.
type mute struct{}

func (mute) Render(context.Context, string, chat.Address, chat.Content) (chat.Call, error) {
	return chat.Call{Name: "custom/send", Body: []byte("{}")}, nil
}
func (mute) Send(context.Context, chat.Address, chat.Call) (chat.Receipt, error) {
	return chat.Receipt{Response: "code"}, nil
}

type house struct {
	t      testing.TB
	mu     sync.Mutex
	at     time.Time
	engine *sqlite.Engine
	book   *ticket.Book
	desk   *casework.Desk
	site   *Site
	server *httptest.Server
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
	h := &house{t: t, at: time.Date(2026, 11, 24, 14, 5, 0, 0, hours.China())}
	now := h.now
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	h.engine = must[*sqlite.Engine](t)(sqlite.OpenMemory(ctx))
	t.Cleanup(func() { _ = h.engine.Close() })
	cal := hours.NewCalendar(nil, nil)
	pack := must[*desk.Pack](t)(desk.Load("hotel"))
	words := must[*prompts.Book](t)(prompts.Open("hotel", "", log))
	roster := must[*staff.Roster](t)(staff.NewRoster([]staff.Person{
		{ID: "fd01", Name: "前台一号", ShownAs: "小陈", Roles: []string{staff.Agent}, Team: "front"},
		{ID: "lead01", Name: "客服组长", ShownAs: "陈静", Roles: []string{staff.Lead}, Team: "front"},
	}, cal))
	talks := must[*conversation.Talks](t)(conversation.Open(ctx, h.engine, now))
	h.book = must[*ticket.Book](t)(ticket.Open(ctx, h.engine, now, cal.Location(), ticket.Usual))
	h.desk = &casework.Desk{
		Book: h.book, People: must[*customer.File](t)(customer.Open(ctx, h.engine, now)), Talks: talks, Roster: roster, Pack: pack.Self,
		States: must[*staff.States](t)(staff.OpenStates(ctx, h.engine)), Calendar: cal,
		Office: cal.With(must[hours.Hours](t)(hours.Parse("Mon-Sun 08:00-22:00"))), Words: words, Now: now, Log: log,
	}
	h.desk.Out = must[*delivery.Outbox](t)(delivery.New(ctx, delivery.Deps{
		Store: h.engine, Ledger: talks, Now: now, Log: log,
		Carriers: map[chat.Channel]chat.Carrier{chat.OA: mute{}, chat.WeCom: mute{}, chat.Robot: mute{}},
	}))
	t.Cleanup(func() { _ = h.desk.Out.Close(context.Background()) })
	h.server = httptest.NewUnstartedServer(nil)
	h.site = must[*Site](t)(New(ctx, Deps{
		Cases: h.desk, Book: h.book, Pack: pack.Self, Words: words, Calendar: cal, Store: h.engine, Files: h.engine,
		Now: now, Log: log, PublicURL: "https://kefu.example.com/", Brand: "湖畔度假村",
	}))
	r := gin.New()
	h.site.Mount(r)
	h.server.Config.Handler = r
	h.server.Start()
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) complaint() *ticket.Ticket {
	h.t.Helper()
	c := must[*ticket.Ticket](h.t)(h.desk.Draft(h.t.Context(), casework.Intake{
		Cause: "m1", Kind: ticket.Complaint, Who: "hotel/o-wang", Category: "facility", Thing: "空调", Room: "1208",
		Guest: ticket.Guest{Name: "王女士", Tier: "金卡", Phone: "13812345620", Likes: "荞麦枕"},
		Words: "1208空调不制冷", Matter: "空调不制冷",
	}))
	if err := h.desk.Open(h.t.Context(), c); err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) get(id ticket.ID) *ticket.Ticket {
	h.t.Helper()
	return must[*ticket.Ticket](h.t)(h.book.Get(h.t.Context(), id))
}

func (h *house) page(path string) (int, string) {
	h.t.Helper()
	r := must[*http.Response](h.t)(http.Get(h.server.URL + path))
	defer r.Body.Close()
	b := must[[]byte](h.t)(io.ReadAll(io.LimitReader(r.Body, 1<<20)))
	return r.StatusCode, string(b)
}

// tap posts a form without following where it leads.
func (h *house) tap(id ticket.ID, do string, form url.Values) (int, string) {
	h.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r := must[*http.Response](h.t)(client.PostForm(h.server.URL+h.site.path(id)+"/"+do, form))
	defer r.Body.Close()
	b := must[[]byte](h.t)(io.ReadAll(io.LimitReader(r.Body, 1<<20)))
	return r.StatusCode, string(b)
}

func once(s string) url.Values { return url.Values{"once": {"page-shown-" + s}} }

func shown(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.WriteString(z.Token().Data + " ")
		}
	}
}

// wellFormed checks that every element is closed in order.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("not closed: %v", open)
			}
			return
		case html.StartTagToken:
			tok := z.Token()
			if !slices.Contains([]string{"meta", "link", "input", "img", "br"}, tok.Data) {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> closes %v", tok.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestLink(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	link := h.site.Link(c.TicketID())
	path, ok := strings.CutPrefix(link, "https://kefu.example.com")
	if !ok || !strings.HasPrefix(path, "/c/"+c.ID+"/") {
		t.Fatalf("link %q", link)
	}
	if status, _ := h.page(path); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	for _, bad := range []string{path[:len(path)-1], path[:len(path)-1] + "!", "/c/" + c.ID + "/" + h.site.sign("other"), "/c/other/" + h.site.sign("other")} {
		status, page := h.page(bad)
		if status != http.StatusNotFound || !strings.Contains(page, "这个链接打不开了") {
			t.Errorf("%q: %d", bad, status)
		}
		wellFormed(t, page)
	}
	// Another instance on the same store signs alike.
	again := must[*Site](t)(New(t.Context(), h.site.Deps))
	if again.Link(c.TicketID()) != link {
		t.Error("the link changed with a restart")
	}
}

func TestPage(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	id, ctx := c.TicketID(), t.Context()
	look := func(want ...string) {
		t.Helper()
		status, page := h.page(h.site.path(id))
		if status != http.StatusOK {
			t.Fatalf("status %d", status)
		}
		wellFormed(t, page)
		for _, w := range append(want, "空调投诉", "编号 "+c.No, "已收到 有人在办 等您确认 办好了", "想让我们直接回您，请到公众号里发一句话") {
			if !strings.Contains(strings.ReplaceAll(shown(page), "等您回复", "有人在办"), w) {
				t.Errorf("page has no %q: %s", w, shown(page))
			}
		}
		for _, not := range []string{"13812345620", "5620", "o-wang", "金卡", "荞麦枕", "王女士", "压缩机"} {
			if strings.Contains(page, not) {
				t.Errorf("page shows %q", not)
			}
		}
	}
	do := func(_ casework.Outcome, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	look("14:20 前给您答复", "1208空调不制冷", "催一下", "补充情况")
	do(h.desk.Claim(ctx, "fd01", id, ""))
	do(h.desk.Note(ctx, "fd01", id, "压缩机坏"))
	do(h.desk.Say(ctx, "fd01", id, "师傅去看了", false))
	look("小陈接手", "师傅去看了", "18:05 前办好")
	h.pass(5 * time.Hour)
	look("晚了，对不起")
	do(h.desk.Wait(ctx, "fd01", id, "换房吗"))
	look("等您回一句")
	do(h.desk.Solve(ctx, "fd01", id, "已换到 1506", "equipment", "eng"))
	look("这件事可以了吗？", "可以了", "还没好", "已换到 1506")
	if status, _ := h.tap(id, "ok", once("1")); status != http.StatusSeeOther {
		t.Errorf("ok: %d", status)
	}
	look("已办好", "给这次处理打个分？", "很满意", "还没好，重新打开")
	if status, _ := h.tap(id, "rate", url.Values{"once": {"page-shown-2"}, "score": {"5"}}); status != http.StatusSeeOther {
		t.Errorf("rate: %d", status)
	}
	look("您打了“很满意”")
	if got := h.get(id); got.State != ticket.Closed || got.Rating == nil || got.Rating.Score != 5 {
		t.Errorf("%s %v", got.State, got.Rating)
	}
}

func TestTapsAreOnce(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	id := c.TicketID()
	for range 2 {
		if status, _ := h.tap(id, "urge", once("1")); status != http.StatusSeeOther {
			t.Fatalf("urge: %d", status)
		}
	}
	form := once("1")
	form.Set("text", "还漏水")
	for range 2 {
		if status, page := h.tap(id, "add", form); status != http.StatusSeeOther {
			t.Fatalf("add: %d %s", status, shown(page))
		}
	}
	got := h.get(id)
	said := 0
	for _, e := range got.History {
		if e.What == ticket.Said && e.Text == "还漏水" {
			said++
		}
	}
	if got.Urges != 1 || said != 1 {
		t.Errorf("urged %d times, said %d times", got.Urges, said)
	}
	if status, page := h.tap(id, "add", once("2")); status != http.StatusUnprocessableEntity || !strings.Contains(page, "写一句，或选一张照片") {
		t.Errorf("nothing to add: %d", status)
	}
	if status, _ := h.tap(id, "close", once("3")); status != http.StatusNotFound {
		t.Errorf("an act that is not offered: %d", status)
	}
	if status, _ := h.tap(id, "ok", once("4")); status != http.StatusConflict {
		t.Errorf("可以了 on an open case: %d", status)
	}
}

func TestNotYet(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	id, ctx := c.TicketID(), t.Context()
	if _, err := h.desk.Claim(ctx, "fd01", id, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Solve(ctx, "fd01", id, "好了", "equipment", "eng"); err != nil {
		t.Fatal(err)
	}
	if status, _ := h.tap(id, "not_ok", once("1")); status != http.StatusSeeOther {
		t.Errorf("status %d", status)
	}
	if got := h.get(id); got.State != ticket.Working || got.Owner != "fd01" || got.Reopened != 1 {
		t.Errorf("%s %s %d", got.State, got.Owner, got.Reopened)
	}
	if _, err := h.desk.Solve(ctx, "fd01", id, "好了", "equipment", "eng"); err != nil {
		t.Fatal(err)
	}
	h.pass(8 * 24 * time.Hour)
	if status, page := h.tap(id, "not_ok", once("2")); status != http.StatusConflict || !strings.Contains(page, "请到公众号里发一句话") {
		t.Errorf("after 8 days: %d", status)
	}
}

func (h *house) upload(id ticket.ID, name string, content []byte) (int, map[string]any) {
	h.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	_ = w.WriteField("once", "page-shown-"+name)
	_ = w.WriteField("text", "显示 E4")
	f := must[io.Writer](h.t)(w.CreateFormFile("file", name))
	_, _ = f.Write(content)
	_ = w.Close()
	req := must[*http.Request](h.t)(http.NewRequest(http.MethodPost, h.server.URL+h.site.path(id)+"/add", &buf))
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("X-Kefu", "1")
	r := must[*http.Response](h.t)(http.DefaultClient.Do(req))
	defer r.Body.Close()
	var a map[string]any
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		h.t.Fatal(err)
	}
	return r.StatusCode, a
}

func TestPicture(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	png := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	if status, a := h.upload(c.TicketID(), "a.png", png); status != http.StatusOK {
		t.Fatalf("%d %v", status, a)
	}
	got := h.get(c.TicketID())
	last := got.History[len(got.History)-1]
	if len(got.Files) != 1 || got.Files[0].ID == "" || last.File != 1 || last.Text != "［图片］显示 E4" {
		t.Errorf("%+v %+v", got.Files, last)
	}
	if status, body := h.page(h.site.path(c.TicketID()) + "/file/1"); status != http.StatusOK || body != string(png) {
		t.Errorf("picture: %d", status)
	}
	if status, a := h.upload(c.TicketID(), "b.png", []byte("<html>")); status != http.StatusUnprocessableEntity {
		t.Errorf("a page as a picture: %d %v", status, a)
	}
}

func TestFlood(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	for i := range floodMax {
		if status, _ := h.tap(c.TicketID(), "urge", once(string(rune('A'+i)))); status != http.StatusSeeOther {
			t.Fatalf("%d: %d", i, status)
		}
	}
	if status, page := h.tap(c.TicketID(), "urge", once("more")); status != http.StatusTooManyRequests || !strings.Contains(page, "点得太快了") {
		t.Errorf("status %d", status)
	}
	h.pass(11 * time.Minute)
	if status, _ := h.tap(c.TicketID(), "urge", once("later")); status != http.StatusSeeOther {
		t.Errorf("later: %d", status)
	}
}

func TestOtherSitesCannotTap(t *testing.T) {
	h := newHouse(t)
	c := h.complaint()
	req := must[*http.Request](t)(http.NewRequest(http.MethodPost, h.server.URL+h.site.path(c.TicketID())+"/urge", nil))
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	r := must[*http.Response](t)(http.DefaultClient.Do(req))
	defer r.Body.Close()
	if r.StatusCode != http.StatusForbidden || r.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
}
