package console

import (
	"bufio"
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/learn"
	"kefu/bot/ticket"
	"kefu/store/sqlite"
)

// TestCredits shows what may be sent before anything is typed.
func TestCredits(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	for _, want := range []string{"可发 5 条", "可发 4 条", "可发 3 条", "可发 2 条"} {
		_, page := b.page("/t/" + c.ID)
		has(t, page, want, "发送")
		b.press("/t/"+c.ID+"/do/say", true, url.Values{"text": {"一句"}})
		h.told()
		h.pass(time.Minute)
	}
	_, page := b.page("/t/" + c.ID)
	has(t, page, "可发 1 条", "留给办结", "存着")
	h.pass(49 * time.Hour)
	_, page = b.page("/t/" + c.ID)
	has(t, page, "48 小时没来信了，微信不让直接发这段话。可以：", "① 发服务通知", "② 打电话 138****5620", "③ 存着，客人一来信就自动发", "存着")
	_, raw := b.press("/t/"+c.ID+"/do/say", true, url.Values{"text": {"充电器在前台"}})
	if !strings.Contains(raw, "客人一来信就发") {
		t.Errorf("answer %s", raw)
	}
}

func TestPhoneIsShownAndWrittenDown(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	status, page := b.press("/t/"+c.ID+"/phone", false, nil)
	if status != http.StatusOK || !strings.Contains(page, `href="tel:13812345620"`) {
		t.Errorf("status %d", status)
	}
	wellFormed(t, page)
	got, err := h.book.Get(t.Context(), c.TicketID())
	if err != nil {
		t.Fatal(err)
	}
	if e := got.History[len(got.History)-1]; e.What != ticket.Revealed || e.Who != "fd01" {
		t.Errorf("not written down: %+v", e)
	}
	_, page = b.page("/t/" + c.ID + "?tab=trail")
	has(t, page, "小陈看了完整电话")
	hasNot(t, page, "13812345620")
}

// What the customer told stands in rows of its own, in the order it is asked for.
func TestToldStandsBesideTheGuest(t *testing.T) {
	h := newHouse(t)
	c, err := h.desk.Draft(t.Context(), casework.Intake{
		Cause: "m1", Kind: ticket.Order, Who: wang, Words: "订个包间",
		Slots: map[string]string{"name": "王女士<b>", "people": "4 位", "when": "11 月 25 日周三 18:00", "address": "湖滨路 8 号", "serial": ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.desk.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, page := h.as("fd01").page("/t/" + c.ID + "?tab=guest")
	wellFormed(t, page)
	rest := page
	for _, want := range []string{
		"<dt>时间</dt><dd>11 月 25 日周三 18:00</dd>", "<dt>人数</dt><dd>4 位</dd>", "<dt>称呼</dt><dd>王女士&lt;b&gt;</dd>", "<dt>地址</dt><dd>湖滨路 8 号</dd>",
	} {
		at := strings.Index(rest, want)
		if at < 0 {
			t.Fatalf("%s is not there, or not in its place", want)
		}
		rest = rest[at:]
	}
	hasNot(t, page, "机身号")
}

// What closings taught is chosen already, and is changed with one tap; what was
// tapped before a refusal stays.
func TestTheLikelyIsChosenAtClosing(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	b.press("/t/"+c.ID+"/do/claim", true, nil)
	checked := regexp.MustCompile(`name="(?:cause|blame)" value="([a-z]+)" checked`)
	chosen := func(page, want string) {
		t.Helper()
		got := ""
		for _, m := range checked.FindAllStringSubmatch(page, -1) {
			got += m[1] + " "
		}
		if got != want {
			t.Errorf("chosen %q, want %q", got, want)
		}
	}
	_, page := b.page("/t/" + c.ID)
	chosen(page, "eng ")
	h.desk.Habits = taught(t, "打了前台没人来", "slow", "front")
	_, page = b.page("/t/" + c.ID)
	chosen(page, "slow front ")
	if i, j := strings.Index(page, `name="cause" value="slow"`), strings.Index(page, `name="cause" value="equipment"`); i > j {
		t.Error("the likely cause is not the first")
	}
	_, page = b.press("/t/"+c.ID+"/do/close", false, url.Values{"text": {" "}, "cause": {"process"}, "blame": {"house"}})
	chosen(page, "process house ")
}

// taught are habits that know one thing for sure.
func taught(t *testing.T, words, cause, dept string) *learn.Habits {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s, err := learn.Open(t.Context(), e, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var closed []learn.Choice
	for i := range 60 {
		closed = append(closed,
			learn.Choice{Text: words + strings.Repeat("等", i+1), Cause: cause, Dept: dept},
			learn.Choice{Text: "摆渡车" + strings.Repeat("晃", i+1), Cause: "guest", Dept: "sec"})
	}
	pack, err := desk.Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Learn(t.Context(), nil, intent.New(intent.Lexicon{}), nil, closed, pack); err != nil {
		t.Fatal(err)
	}
	in, _, err := s.Current(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var h learn.Habits
	h.Use(in)
	return &h
}

func TestSomebodyIsTyping(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	chen, zhou := h.as("fd01"), h.as("fd02")
	if status, _ := zhou.press("/t/"+c.ID+"/typing", true, nil); status != http.StatusNoContent {
		t.Fatalf("status %d", status)
	}
	_, page := chen.page("/t/" + c.ID)
	has(t, page, "小周正在回这位客人")
	_, page = zhou.page("/t/" + c.ID)
	hasNot(t, page, "正在回这位客人")
	h.pass(11 * time.Second)
	_, page = chen.page("/t/" + c.ID)
	hasNot(t, page, "正在回这位客人")
}

func TestLive(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	r := h.as("fd02").open("/t/" + c.ID + "/events")
	if got := r.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("type %q", got)
	}
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(nil, 1<<20)
	next := func() map[string]string {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var a answer
				if err := json.Unmarshal([]byte(data), &a); err != nil {
					t.Fatal(err)
				}
				return a.Parts
			}
		}
		t.Fatalf("the line ended: %v", lines.Err())
		return nil
	}
	if first := next(); len(first) != len(lives) {
		t.Errorf("first look has %d parts", len(first))
	}
	if _, err := h.desk.Claim(t.Context(), "fd01", c.TicketID(), ""); err != nil {
		t.Fatal(err)
	}
	parts := next()
	if !strings.Contains(parts["head"], "小陈负责") || !strings.Contains(parts["talklist"], "小陈接单") {
		t.Errorf("parts %v", parts)
	}
	for _, same := range []string{"notelist", "typing"} {
		if _, sent := parts[same]; sent {
			t.Errorf("%s did not change and is sent", same)
		}
	}
	if _, err := h.desk.Note(t.Context(), "fd01", c.TicketID(), "看过了"); err != nil {
		t.Fatal(err)
	}
	for parts = next(); parts["notelist"] == ""; parts = next() {
		if parts["acts"] != "" {
			t.Error("buttons that did not change are sent")
		}
	}
	if !strings.Contains(parts["notelist"], "看过了") {
		t.Errorf("after a note: %v", parts)
	}
}

func TestUndelivered(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	other := h.complaint("m2")
	b := h.as("fd01")
	h.carrier.mu.Lock()
	h.carrier.fail = &chat.Failure{Platform: "oa", Call: "custom/send", Code: 43004, Verdict: chat.NeverThem, Reason: "客人关了消息"}
	h.carrier.mu.Unlock()
	b.press("/t/"+c.ID+"/do/say", true, url.Values{"text": {"五分钟后到"}})
	h.told()
	if err := h.out.Close(t.Context()); err != nil { // what follows from the failure is written
		t.Fatal(err)
	}
	_, page := b.page("/t/" + c.ID)
	has(t, page, "没送到 · 客人关了消息", "重发", "改打电话", "继续等")
	wellFormed(t, page)
	_, page = b.page("/dead")
	wellFormed(t, page)
	has(t, page, "给王女士", c.No, "小陈：五分钟后到", "重发")
	list, err := h.out.Dead(t.Context(), nil, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d dead, %v", len(list), err)
	}
	if status, raw := b.press("/dead/again", false, url.Values{"sent": {list[0].ID}}); status != http.StatusSeeOther {
		t.Errorf("again: %d %s", status, raw)
	}
	if status, _ := b.press("/t/"+other.ID+"/do/again", true, url.Values{"sent": {list[0].ID}}); status != http.StatusNotFound {
		t.Errorf("another case's words were sent: %d", status)
	}
}

// png is enough of a picture to be known as one.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")

func (b *browser) upload(path, name string, content []byte, fields map[string]string) (int, string) {
	b.h.t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for k, v := range fields {
		_ = w.WriteField(k, v)
	}
	f, err := w.CreateFormFile("file", name)
	if err != nil {
		b.h.t.Fatal(err)
	}
	_, _ = f.Write(content)
	_ = w.Close()
	req, err := http.NewRequest(http.MethodPost, b.h.server.URL+path, &buf)
	if err != nil {
		b.h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("X-Kefu", "1")
	r, err := b.Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode, body(b.h.t, r)
}

func TestPictures(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	if status, raw := b.upload("/t/"+c.ID+"/do/say", "x.png", png, map[string]string{"text": ""}); status != http.StatusOK {
		t.Fatalf("%d %s", status, raw)
	}
	if got := h.told(); got != "［图片］" {
		t.Errorf("customer: %q", got)
	}
	_, page := b.page("/t/" + c.ID)
	i := strings.Index(page, "/sent/")
	if i < 0 {
		t.Fatal("the picture sent is not shown")
	}
	r := b.open("/t/" + c.ID + page[i:i+strings.IndexByte(page[i:], '"')])
	if r.Header.Get("Content-Type") != "image/png" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if status, raw := b.upload("/t/"+c.ID+"/do/say", "x.png", []byte("<html><script>"), nil); status != http.StatusUnprocessableEntity || !strings.Contains(raw, "只能发") {
		t.Errorf("a page as a picture: %d %s", status, raw)
	}

	// What the customer sent, whatever it is, is never opened as a page.
	if err := h.engine.PutFile(t.Context(), "evil", []byte("<html><script>alert(1)</script>")); err != nil {
		t.Fatal(err)
	}
	if err := h.desk.CustomerFile(t.Context(), wang, "e1", c.TicketID(), "evil", chat.Image, "看"); err != nil {
		t.Fatal(err)
	}
	r = b.open("/t/" + c.ID + "/file/1")
	if r.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	stranger := &browser{&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h}
	if r := stranger.open("/t/" + c.ID + "/file/1"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger got %d", r.StatusCode)
	}
}

func TestRecord(t *testing.T) {
	h := newHouse(t)
	b := h.as("fd01")
	form := url.Values{"once": {"n1"}, "kind": {"repair"}, "source": {"12345"}, "room": {"0716"}, "name": {"周先生"}, "phone": {"13900001111"}, "text": {"水龙头漏"}}
	status, page := b.press("/new", false, form)
	if status != http.StatusUnprocessableEntity {
		t.Fatalf("without a date: %d", status)
	}
	wellFormed(t, page)
	has(t, page, "12345 转来的要写要求回复的日期", "水龙头漏")
	form.Set("reply", "2026-11-26T18:00")
	for range 2 { // twice is once
		if status, page = b.press("/new", false, form); status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, text(page))
		}
	}
	list, err := h.book.Live(t.Context(), 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d cases, %v", len(list), err)
	}
	_, page = b.page("/t/" + list[0].ID)
	has(t, page, "已立单 "+list[0].No, "周先生", "这位客人没有微信", "要求回复", "11-26 18:00 前", "来源 12345")
	for _, word := range []string{list[0].No, "0716", "1111", "周"} {
		_, page = b.page("/in?q=" + url.QueryEscape(word))
		has(t, page, "报修 "+list[0].No)
	}
}

func TestListByPages(t *testing.T) {
	h := newHouse(t)
	b := h.as("fd01")
	for i := range casework.PageSize + 3 {
		h.complaint("m" + string(rune('A'+i)))
		h.pass(time.Second)
	}
	_, page := b.page("/in?tab=all")
	wellFormed(t, page)
	i := strings.Index(page, "/in?tab=all&amp;after=")
	if i < 0 {
		t.Fatal("no second page")
	}
	next := strings.ReplaceAll(page[i:i+strings.IndexByte(page[i:], '"')], "&amp;", "&")
	_, second := b.page(next)
	if n := strings.Count(second, "<b>投诉"); n != 3 || strings.Contains(second, "再看") {
		t.Errorf("%d on the second page", n)
	}
	has(t, page, "没人接 33")
}

func TestConversationShowsEverySide(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b := h.as("fd01")
	b.press("/t/"+c.ID+"/do/claim", true, nil)
	h.pass(time.Minute)
	act := conversation.Act{Ticket: c.TicketID(), Do: casework.DoAdd, Text: "<b>快点</b>"}
	if err := h.desk.Customer(t.Context(), wang, "e1", act); err != nil {
		t.Fatal(err)
	}
	_, page := b.page("/t/" + c.ID)
	has(t, page, "王女士", "小陈接单 （客人可见）", "我是前台小陈", "<b>快点</b>")
	hasNot(t, page, "<b>快点</b>")
	wellFormed(t, page)
}

func TestHelpFromThePage(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	if _, err := h.desk.Claim(t.Context(), "fd01", c.TicketID(), "eng"); err != nil {
		t.Fatal(err)
	}
	eng := h.as("eng01")
	_, page := eng.page("/t/" + c.ID)
	wellFormed(t, page)
	has(t, page, "协办：空调不制冷，两次电话未到", "我去", "做完了", "做不了")
	for _, state := range []string{"going", "done"} {
		if status, raw := eng.press("/t/"+c.ID+"/do/helped", true, url.Values{"n": {"1"}, "state": {state}, "result": {"fixed"}, "text": {"换了压缩机"}}); status != http.StatusOK {
			t.Fatalf("%s: %d %s", state, status, raw)
		}
	}
	_, page = h.as("fd01").page("/t/" + c.ID)
	has(t, page, "工程部王师傅已修好", "小陈负责")
	hasNot(t, page, "工程部协办中")
	if status, _ := eng.press("/t/"+c.ID+"/do/helped", true, url.Values{"n": {"1"}, "state": {"flying"}}); status != http.StatusNotFound {
		t.Errorf("unknown answer: %d", status)
	}
}

func TestClaimMakesItTheCurrentCase(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	h.as("fd01").press("/t/"+c.ID+"/do/claim", true, nil)
	s, err := h.site.States.Get(t.Context(), "fd01")
	if err != nil || s.CurrentAt(h.now()) != c.ID {
		t.Errorf("current %q, %v", s.Current, err)
	}
}
