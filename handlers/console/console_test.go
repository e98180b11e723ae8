package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/ticket"
)

func has(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text(page), w) {
			t.Errorf("page has no %q:\n%s", w, text(page))
		}
	}
}

func hasNot(t *testing.T, page string, not ...string) {
	t.Helper()
	for _, w := range not {
		if strings.Contains(page, w) {
			t.Errorf("page has %q", w)
		}
	}
}

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := &browser{&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h}

	r := b.open("/t/" + c.ID + "?tab=note")
	if r.StatusCode != http.StatusSeeOther || !strings.Contains(r.Header.Get("Location"), "/auth/wecom?code=CODE") {
		t.Fatalf("a stranger got %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	began := r.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/auth/wecom", "Max-Age=600"} {
		if !strings.Contains(began, want) {
			t.Errorf("cookie of the sign-in has no %s", want)
		}
	}

	// The code comes back to the browser that began, and only there.
	back := strings.Replace(r.Header.Get("Location"), "CODE", "fd01", 1)
	if r, err := b.Get(back); err != nil || r.StatusCode != http.StatusBadRequest {
		t.Errorf("another browser signed in with the code: %v %v", r.StatusCode, err)
	}
	come := func(to string) *http.Response {
		req, err := http.NewRequest(http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(began, ";")
		req.Header.Set("Cookie", name)
		r, err := b.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Body.Close() })
		return r
	}
	for _, who := range []string{"outsider", "nobody"} {
		r := come(strings.Replace(back, "fd01", who, 1))
		if page := body(t, r); r.StatusCode != http.StatusForbidden || !strings.Contains(page, "您还不在客服名单里") {
			t.Errorf("%s got %d", who, r.StatusCode)
		}
	}
	r = come(back)
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/t/"+c.ID+"?tab=note" {
		t.Fatalf("signed in: %d to %q", r.StatusCode, r.Header.Get("Location"))
	}
	session := strings.Join(r.Header.Values("Set-Cookie"), "\n")
	if !strings.Contains(session, cookieName+"=") || !strings.Contains(session, "HttpOnly; SameSite=Lax") {
		t.Errorf("session cookie: %q", session)
	}
}

func TestSessionOutlivesTheProcess(t *testing.T) {
	h := newHouse(t)
	b := h.as("fd01")
	again, err := New(t.Context(), h.site.Deps)
	if err != nil {
		t.Fatal(err)
	}
	h.site.sessions = again.sessions
	if status, _ := b.page("/in"); status != http.StatusOK {
		t.Errorf("after a restart: %d", status)
	}
	if r := b.open("/in?fresh=1"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("fresh: %d", r.StatusCode)
	}
	if r := b.open("/in"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("still signed in after fresh: %d", r.StatusCode)
	}
}

func TestOnlyOurAddresses(t *testing.T) {
	for _, bad := range []string{"//evil.example", "https://evil.example/", `/\evil.example`, "evil", "javascript:alert(1)", "/a\r\nb"} {
		if ours(bad) == nil {
			t.Errorf("%q is taken for ours", bad)
		}
	}
	if err := ours("/t/x?tab=note"); err != nil {
		t.Error(err)
	}
}

// TestPages renders every page and state there is.
func TestPages(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	b := h.as("fd01")
	empty := map[string]string{
		"/in": "您手上没有单", "/in?tab=free": "都有人接了", "/in?tab=all": "现在没有在办的事",
		"/in?q=9999": "没找到“9999”", "/dead": "没有没送到的话", "/new": "客人说的话",
	}
	for path, want := range empty {
		status, page := b.page(path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		wellFormed(t, page)
		has(t, page, want)
	}

	c := h.complaint("m1")
	id := c.TicketID()
	look := func(want ...string) {
		t.Helper()
		for _, tab := range []string{"", "?tab=note", "?tab=trail", "?tab=guest", "?say=在路上", "/print"} {
			status, page := b.page("/t/" + c.ID + tab)
			if status != http.StatusOK {
				t.Fatalf("%s: %d", tab, status)
			}
			wellFormed(t, page)
			hasNot(t, page, "13812345620", "o-wang")
			if tab == "" {
				has(t, page, want...)
			}
		}
	}
	look("投诉 "+c.No, "王女士 普通 1208 住到 11-26", "138****5620", "承诺 14:10 接单 ─ 还有 5 分钟", "待受理", "还没人接", "接单", "可发 5 条 · 到 11-26 14:05")
	act := func(_ casework.Outcome, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	act(h.desk.Claim(ctx, "fd01", id, "eng"))
	act(h.desk.Note(ctx, "eng01", id, "压缩机坏"))
	look("处理中", "小陈负责 · 工程部协办中", "压缩机坏", "等客人", "派给▾", "改承诺", "办结")
	h.pass(20 * time.Minute)
	look("过了 ")
	act(h.desk.Wait(ctx, "fd01", id, "换房吗"))
	look("等客人，时限先停")
	act(h.desk.Solve(ctx, "fd01", id, "已换到 1506", "equipment", "eng"))
	look("已解决", "重开")
	h.pass(50 * time.Hour)
	other := h.complaint("m2")
	act(h.desk.Claim(ctx, "fd01", other.TicketID(), ""))
	act(h.desk.Reopen(ctx, "fd01", id, "还漏"))
	act(h.desk.Join(ctx, "fd01", other.TicketID(), id))
	look("已并入 "+other.No, "拆开，单独办")
	c = other
	look("拆出 ")
	for path := range empty {
		_, page := b.page(path)
		wellFormed(t, page)
	}
	for _, path := range []string{"/t/none", "/t/none/print", "/t/" + c.ID + "/file/1"} {
		status, page := b.page(path)
		if status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
		wellFormed(t, page)
	}
}

func TestHeaders(t *testing.T) {
	h := newHouse(t)
	r := h.as("fd01").open("/in")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "Content-Security-Policy": policy,
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"/in/console.css", "/in/console.js"} {
		if r := h.as("fd01").open(name); r.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
}

// TestFromClaimToEnd does a case by the page's forms alone, without script.
func TestFromClaimToEnd(t *testing.T) {
	h := newHouse(t)
	b := h.as("fd01")
	c := h.complaint("m1")
	do := func(act, want string, form url.Values) {
		t.Helper()
		if form == nil {
			form = url.Values{}
		}
		form.Set("once", act+"1")
		status, page := b.press("/t/"+c.ID+"/do/"+act, false, form)
		if status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", act, status, text(page))
		}
		_, page = b.page("/t/" + c.ID)
		has(t, page, want)
		if _, again := b.page("/t/" + c.ID); strings.Contains(again, `role="status" aria-live="polite">`) {
			t.Errorf("%s is said twice", act)
		}
	}
	do("claim", c.No+" 归您了", url.Values{"dept": {"eng"}})
	if got := h.told(); !strings.Contains(got, "我是前台小陈") {
		t.Errorf("customer: %q", got)
	}
	do("say", "已发。还能发 3 条，到 11-26 14:05。", url.Values{"text": {"师傅在路上"}})
	if got := h.told(); got != "小陈：师傅在路上" {
		t.Errorf("customer: %q", got)
	}
	do("note", "已记，客人看不到。", url.Values{"text": {"压缩机坏"}})
	do("promise", "15:05 前", url.Values{"at": {h.now().Add(time.Hour).UTC().Format(time.RFC3339)}, "text": {"等配件"}})
	do("wait", `已转"等客人"`, nil)
	do("close", "已办结", url.Values{"text": {"已换到 1506"}, "cause": {"equipment"}, "blame": {"eng"}})
	got, err := h.book.Get(t.Context(), c.TicketID())
	if err != nil {
		t.Fatal(err)
	}
	if got.State != ticket.Resolved || got.Cause != "equipment" || got.Blame != "eng" || got.Result != "已换到 1506" {
		t.Errorf("case: %s %s %s %s", got.State, got.Cause, got.Blame, got.Result)
	}
	do("reopen", "归您了", url.Values{"text": {"客人说还漏"}})
	do("move", "已转给小周", url.Values{"to": {"fd02"}, "text": {"我下班"}})
	if got, err = h.book.Get(t.Context(), c.TicketID()); err != nil || got.Owner != "fd02" {
		t.Errorf("owner %q, %v", got.Owner, err)
	}
}

func TestRefusedKeepsWhatWasTyped(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	if _, err := h.desk.Claim(t.Context(), "fd01", c.TicketID(), ""); err != nil {
		t.Fatal(err)
	}
	b := h.as("fd02")
	status, page := b.press("/t/"+c.ID+"/do/say", false, url.Values{"text": {"我来说一句"}, "once": {"x"}})
	if status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", status)
	}
	wellFormed(t, page)
	has(t, page, c.No+" 归小陈负责", "我来说一句")

	// Words that must not be said; a lead may let them pass.
	sensitive := url.Values{"text": {"保证退款"}}
	status, raw := h.as("lead01").press("/t/"+c.ID+"/do/say", true, sensitive)
	var a answer
	if err := json.Unmarshal([]byte(raw), &a); err != nil || status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %v %s", status, err, raw)
	}
	if a.OK || !a.Force || !strings.Contains(a.Say, "对外不能这么说") {
		t.Errorf("answer %+v", a)
	}
	sensitive.Set("force", "1")
	if status, raw = h.as("lead01").press("/t/"+c.ID+"/do/say", true, sensitive); status != http.StatusOK {
		t.Errorf("forced: %d %s", status, raw)
	}
	// Words to be thought over: anybody may send them after another look.
	doubtful := url.Values{"text": {"我们尽快处理"}}
	status, raw = h.as("fd01").press("/t/"+c.ID+"/do/say", true, doubtful)
	a = answer{}
	if err := json.Unmarshal([]byte(raw), &a); err != nil || status != http.StatusUnprocessableEntity || !a.Force || !strings.Contains(a.Say, "尽快") {
		t.Errorf("%d %v %s", status, err, raw)
	}
	doubtful.Set("force", "1")
	if status, raw = h.as("fd01").press("/t/"+c.ID+"/do/say", true, doubtful); status != http.StatusOK {
		t.Errorf("looked at: %d %s", status, raw)
	}
	// Closing needs cause and department.
	status, page = h.as("fd01").press("/t/"+c.ID+"/do/close", false, url.Values{"text": {"好了"}})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("closed without a cause: %d", status)
	}
	has(t, page, "还要点两下：原因和责任部门", "好了")
}

func TestPressedTwice(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	form := url.Values{"text": {"马上到"}, "once": {"once1"}}
	if status, _ := b.press("/t/"+c.ID+"/do/say", true, form); status != http.StatusOK {
		t.Fatalf("first: %d", status)
	}
	if status, _ := b.press("/t/"+c.ID+"/do/say", true, form); status != http.StatusConflict {
		t.Errorf("second: %d", status)
	}
	got, err := h.book.Get(t.Context(), c.TicketID())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range got.History {
		if e.What == ticket.Answer {
			n++
		}
	}
	if n != 1 {
		t.Errorf("said %d times", n)
	}
}

func TestOtherSitesCannotPress(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	req, err := http.NewRequest(http.MethodPost, h.server.URL+"/t/"+c.ID+"/do/claim", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	r, err := b.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusForbidden {
		t.Errorf("status %d", r.StatusCode)
	}
}
