package console

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kefu/bot/knowledge"
)

// library gives the house the hotel's articles.
func (h *house) library() *knowledge.Base {
	h.t.Helper()
	base := must[*knowledge.Base](h.t)(knowledge.Open(h.t.Context(), h.engine, knowledge.Options{}))
	must[int](h.t)(base.Seed(h.t.Context(), knowledge.Hotel, h.now()))
	h.site.Know = base
	return base
}

func (b *browser) sees(t *testing.T, path string, want ...string) string {
	t.Helper()
	code, page := b.page(path)
	if code != http.StatusOK {
		t.Errorf("%s: %d", path, code)
	}
	wellFormed(t, page)
	for _, w := range want {
		if !strings.Contains(page, w) {
			t.Errorf("%s does not show %q", path, w)
		}
	}
	return page
}

// A receptionist writes an answer to what was asked in vain, a lead approves it,
// and the next guest is answered.
func TestArticleFromMissed(t *testing.T) {
	h := newHouse(t)
	base := h.library()
	q := "泳池能带充气火烈鸟吗"
	for _, key := range []string{"m1", "m2"} {
		if err := base.Missed(t.Context(), q, key, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	zhou, lead := h.as("fd02"), h.as(leadOf(t, h))
	zhou.sees(t, "/articles", "早餐几点", "没答上", "写一条")
	page := zhou.sees(t, "/articles?tab=missed", q, "2 次")
	_, at, _ := strings.Cut(page, `href="/articles/new?miss=`)
	id, _, _ := strings.Cut(at, `"`)
	zhou.sees(t, "/articles/new?miss="+id, q, "请组长批准")
	form := url.Values{"question": {q}, "answer": {"一米以内的可以，火烈鸟太大，请放在池边。"}, "category": {"设施"}}
	if code, _ := zhou.press("/articles/new", false, form); code != http.StatusSeeOther && code != http.StatusOK {
		t.Fatalf("not written: %d", code)
	}
	if a := base.Ask(q, knowledge.Everyone, h.now()); a.Sure && a.Best.Question == q {
		t.Error("a draft answers")
	}
	drafts := must[[]*knowledge.Article](t)(base.Drafts(t.Context(), 10))
	if len(drafts) != 1 || drafts[0].ProposedBy != "fd02" {
		t.Fatalf("drafts: %+v", drafts)
	}
	draft := "/articles/a/" + drafts[0].ID
	form.Set("rev", "1")
	if code, _ := zhou.press(draft+"/do/approve", false, form); code != http.StatusForbidden {
		t.Errorf("a receptionist approved: %d", code)
	}
	lead.sees(t, "/articles?tab=draft", q, "写的")
	lead.sees(t, draft, "批准，开始用")
	if code, _ := lead.press(draft+"/do/approve", false, form); code >= 400 {
		t.Fatalf("not approved: %d", code)
	}
	if a := base.Ask(q, knowledge.Everyone, h.now()); !a.Sure || a.Best.ID != drafts[0].ID {
		t.Errorf("approved, but not answered: %+v", a)
	}
	if code, page := lead.press(draft+"/do/save", false, form); code != http.StatusUnprocessableEntity || !strings.Contains(page, "有人改过") {
		t.Errorf("an old form was taken: %d", code)
	}
	if code, _ := lead.press(draft+"/do/retire", false, url.Values{}); code >= 400 {
		t.Errorf("not retired: %d", code)
	}
	lead.sees(t, "/articles?tab=retired", q)
	lead.sees(t, "/articles?q="+url.QueryEscape("早饭几点开始"), "早餐几点")
}

func leadOf(t *testing.T, h *house) string {
	t.Helper()
	for _, p := range h.site.Roster.Managers(h.now()) {
		return p.ID
	}
	t.Fatal("nobody leads")
	return ""
}

func TestArticleImport(t *testing.T) {
	h := newHouse(t)
	base := h.library()
	lead, zhou := h.as(leadOf(t, h)), h.as("fd02")
	sheet := "编号,问题,答案\nt1,露台几点关,22:00。\nt2,,没有问题\n"
	send := func(b *browser, dry string) (int, string) {
		t.Helper()
		var sent bytes.Buffer
		w := multipart.NewWriter(&sent)
		if err := w.WriteField("dry", dry); err != nil {
			t.Fatal(err)
		}
		f := must[interface{ Write([]byte) (int, error) }](t)(w.CreateFormFile("file", "知识.csv"))
		must[int](t)(f.Write([]byte(sheet)))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL+"/articles/import", &sent))
		r.Header.Set("Content-Type", w.FormDataContentType())
		res := must[*http.Response](t)(b.Do(r))
		return res.StatusCode, body(t, res)
	}
	n := base.Len()
	if code, page := send(lead, "1"); code != http.StatusOK || !strings.Contains(page, "还没有改动") || base.Len() != n {
		t.Errorf("tried: %d, %d articles", code, base.Len())
	}
	for _, want := range []string{"新的 1 条", "没变 1 条"} {
		code, page := send(lead, "")
		wellFormed(t, page)
		if code != http.StatusOK || !strings.Contains(page, want) || !strings.Contains(page, "第 3 行：缺少问题") {
			t.Errorf("imported: %d, without %q\n%s", code, want, page)
		}
	}
	if code, _ := send(zhou, ""); code != http.StatusForbidden {
		t.Errorf("a receptionist imported: %d", code)
	}
	if code, page := lead.page("/articles/export.csv"); code != http.StatusOK || !strings.Contains(page, "露台几点关") {
		t.Errorf("exported: %d", code)
	}
}

// TestArticlesInTheBrowser looks at the pages at two widths: nothing runs over.
func TestArticlesInTheBrowser(t *testing.T) {
	for _, width := range []int{390, 1280} {
		b := chromium(t, width, 844)
		h := newHouse(t)
		base := h.library()
		if err := base.Missed(t.Context(), "泳池能带那种特别大的充气火烈鸟进去玩吗", "m1", h.now()); err != nil {
			t.Fatal(err)
		}
		h.site.SignIn = always(leadOf(t, h))
		for name, path := range map[string]string{"list": "/articles", "missed": "/articles?tab=missed", "form": "/articles/new", "one": "/articles/a/101", "todo": "/in"} {
			b.do(chromedp.Navigate(h.server.URL + path))
			b.until(`document.readyState === "complete"`)
			b.until(`document.documentElement.scrollWidth <= window.innerWidth`)
			if dir := os.Getenv("KEFU_TEST_PICTURES"); dir != "" {
				png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(dir+"/"+name+map[int]string{390: "-phone", 1280: "-wide"}[width]+".png", png, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
