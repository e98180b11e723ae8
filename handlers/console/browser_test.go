package console

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kefu/bot/ticket"
)

// hand drives a page as a person does.
type hand struct {
	t   *testing.T
	ctx context.Context
}

// chromium starts a browser with a window of that size; it is needed where CI is set.
func chromium(t *testing.T, width, height int) hand {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium to try the page's script with: install the package chromium")
		}
		t.Skip("no Chromium to try the page's script with: install the package chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(width, height), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("no-first-run", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(stop)
	h := hand{t, ctx}
	h.do(chromedp.EmulateViewport(int64(width), int64(height)))
	return h
}

func (h hand) do(steps ...chromedp.Action[chromedp.Void]) {
	h.t.Helper()
	if err := chromedp.Do(h.ctx, steps...); err != nil {
		h.t.Fatal(err)
	}
}

// holds says whether an expression is true now. It is evaluated by the debugger,
// for the page's own policy forbids any script but ours.
func (h hand) holds(js string) bool {
	h.t.Helper()
	ok, err := chromedp.Run(h.ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
	if err != nil {
		h.t.Fatal(err)
	}
	return ok
}

// until waits for an expression to become true.
func (h hand) until(js string) {
	h.t.Helper()
	late := time.After(15 * time.Second)
	look := time.NewTicker(25 * time.Millisecond)
	defer look.Stop()
	for !h.holds(js) {
		select {
		case <-look.C:
		case <-late:
			text, _ := chromedp.Run(h.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 2000)`))
			h.t.Fatalf("never: %s\n%s", js, text)
		}
	}
}

func (h hand) sees(sel, words string) {
	h.t.Helper()
	h.until(fmt.Sprintf("document.querySelector(%q)?.textContent.includes(%q)", sel, words))
}

// press clicks what is seen there, in one step: the live parts may be made anew
// between looking and clicking.
func (h hand) press(sel string) {
	h.t.Helper()
	h.until(fmt.Sprintf(`(() => { const e = document.querySelector(%q);
		if (!e || !e.checkVisibility() || e.disabled) return false;
		e.click(); return true })()`, sel))
}

func (h hand) write(sel, words string) {
	h.t.Helper()
	h.do(chromedp.SendKeys(chromedp.CSS(sel), words))
}

// always signs in one person.
type always string

func (a always) AuthorizeURL(redirect, state string) string {
	return strings.Replace(gate{}.AuthorizeURL(redirect, state), "CODE", string(a), 1)
}
func (a always) UserByCode(_ context.Context, code string) (string, error) { return code, nil }

// TestInTheBrowser does a case with the script: nothing is loaded anew, what others
// do appears, and what is being typed stays.
func TestInTheBrowser(t *testing.T) {
	b := chromium(t, 390, 844)
	h := newHouse(t)
	zhou := h.as("fd02")
	h.site.SignIn = always("fd01")
	c := h.complaint("m1")
	b.do(chromedp.Navigate(h.server.URL + "/t/" + c.ID + "#reply"))
	b.until(`document.activeElement?.id === "words"`)
	b.until(`(window.mark = 1)`)
	if b.holds(`document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page is wider than the phone")
	}
	b.press(`#acts [data-act=claim] button`)
	b.sees("#head", "小陈负责")
	b.sees("#said", c.No+" 归您了")
	b.until(`!document.querySelector("#acts [data-act=claim]")`)
	h.told()
	b.write("#words", "师傅在路上")
	b.press("#send")
	b.sees("#talklist", "师傅在路上")
	b.until(`document.querySelector("#words").value === ""`)
	b.sees("#credit", "可发 3 条")
	if got := h.told(); got != "小陈：师傅在路上" {
		t.Errorf("customer: %q", got)
	}
	b.write("#words", "/要照")
	b.until(`document.querySelector("#phrases").open`)
	b.press(`#phrases [data-name=要照片]`)
	kept := `document.querySelector("#words").value.startsWith("方便的话拍张照片")`
	b.until(kept)

	// A colleague types and writes a note while this one is writing.
	zhou.press("/t/"+c.ID+"/typing", true, nil)
	b.sees("#typing", "小周正在回这位客人")
	zhou.press("/t/"+c.ID+"/do/note", true, url.Values{"text": {"我去房间看看"}})
	b.sees("#talklist", "我去房间看看")
	b.until(kept)

	// Refused beside the field, and what was typed stays.
	b.press("#sheet-close > summary")
	b.write("#close-text", "已换到 1506")
	if !b.holds(`document.querySelector("#sheet-close .panel").getBoundingClientRect().bottom <= innerHeight + 1`) {
		t.Error("the sheet leaves the window")
	}
	b.press("#sheet-close form button.main")
	b.sees("#sheet-close .err", "还要点两下")
	b.press("#sheet-close input[name=cause][value=equipment]")
	b.press("#sheet-close form button.main")
	b.sees("#head", "已解决")
	b.sees("#acts", "重开")
	b.press("#head [data-phone]")
	b.sees("#head", "13812345620")
	if !b.holds(`window.mark === 1`) {
		t.Error("the page was loaded anew")
	}
	got, err := h.book.Get(t.Context(), c.TicketID())
	if err != nil || got.State != ticket.Resolved || got.Cause != "equipment" {
		t.Errorf("%v %v", got.State, err)
	}
}

// TestWide looks at the page on a desk.
func TestWide(t *testing.T) {
	b := chromium(t, 1280, 900)
	h := newHouse(t)
	h.site.SignIn = always("fd01")
	c := h.complaint("m1")
	b.do(chromedp.Navigate(h.server.URL + "/t/" + c.ID))
	b.until(`document.querySelector("#send")`)
	if !b.holds(`(() => { const r = s => document.querySelector(s).getBoundingClientRect();
		return r(".pane.talk").width > 600 && r(".pane.guest").left >= r(".pane.talk").right - 2 && r("#send").bottom <= innerHeight })()`) {
		t.Error("conversation and customer do not stand side by side")
	}
}
