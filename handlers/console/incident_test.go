package console

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/incident"
	"kefu/bot/ticket"
)

// outage lets five customers say that the water is off, and gives the incident.
func (h *house) outage() *incident.Incident {
	h.t.Helper()
	ctx := h.t.Context()
	book := must[*incident.Book](h.t)(incident.OpenBook(ctx, h.engine, h.now))
	h.desk.Events = &casework.Events{Book: book, Watch: incident.NewWatch(incident.Options{Window: 2 * time.Hour})}
	for i := range 5 {
		room := fmt.Sprintf("12%02d", i+1)
		t := must[*ticket.Ticket](h.t)(h.desk.Draft(ctx, casework.Intake{
			Cause: "dry" + room, Kind: ticket.Complaint, Who: chat.Customer("hotel", "o"+room), Category: "facility", Thing: "停水",
			Room: room, Guest: ticket.Guest{Name: "客人" + room}, Words: room + "停水了，洗到一半没水，打前台也没人接", Matter: "停水了，洗到一半没水",
		}))
		if err := h.desk.Open(ctx, t); err != nil {
			h.t.Fatal(err)
		}
		h.pass(time.Minute)
	}
	live := must[[]*incident.Incident](h.t)(h.desk.Incidents(ctx))
	if len(live) != 1 {
		h.t.Fatalf("%d incidents", len(live))
	}
	return live[0]
}

func TestIncidentPages(t *testing.T) {
	h := newHouse(t)
	in := h.outage()
	chen, boss := h.as("fd01"), h.as("mgr01")
	path := "/incidents/" + in.ID
	see := func(b *browser, path string, words ...string) {
		t.Helper()
		code, page := b.page(path)
		if code != http.StatusOK {
			t.Fatalf("%s: %d", path, code)
		}
		wellFormed(t, page)
		for _, w := range words {
			if !strings.Contains(text(page), w) {
				t.Errorf("%s does not show %q:\n%s", path, w, text(page))
			}
		}
	}
	press := func(b *browser, act string, want int, words string) {
		t.Helper()
		code, page := b.press(path+"/do/"+act, false, url.Values{"text": {words}, "once": {act + words}})
		if code != want {
			t.Fatalf("%s: %d\n%s", act, code, text(page))
		}
		if code != http.StatusSeeOther {
			wellFormed(t, page)
		}
	}
	see(chen, "/incidents", "突发 1 · 停水", "5 件", "还没人处理")
	see(chen, path, "停水 5 件", "1201", "还没定", "请经理定")
	press(chen, "end", http.StatusUnprocessableEntity, "来水了")
	press(chen, "word", http.StatusUnprocessableEntity, "保证退款")
	press(chen, "word", http.StatusSeeOther, "正在抢修，19:00 前来水")
	see(boss, path, "小陈拟的", "就这么说")
	press(boss, "ok", http.StatusSeeOther, "")
	press(boss, "take", http.StatusSeeOther, "")
	see(boss, path, "刘峰 14:10 定", "还没说的 5 位客人")
	first := string(in.Members[0].Ticket)
	see(chen, "/t/"+first, "属于 突发 1 · 停水", "发统一口径")
	if code, page := chen.press("/t/"+first+"/do/wording", true, url.Values{"once": {"w"}}); code != http.StatusOK {
		t.Fatalf("one tap: %d %s", code, page)
	}
	see(chen, "/t/"+first, "已按统一口径说过")
	press(boss, "say", http.StatusSeeOther, "")
	press(boss, "end", http.StatusSeeOther, "18:40 来水了")
	see(boss, path, "小结", "5 件、5 位客人", "18:40 来水了", "结束")
	if code, _ := chen.page("/incidents/none"); code != http.StatusNotFound {
		t.Errorf("an incident that is not there: %d", code)
	}
}

func TestIncidentInTheBrowser(t *testing.T) {
	for _, size := range [][2]int{{390, 844}, {1280, 900}} {
		b := chromium(t, size[0], size[1])
		h := newHouse(t)
		in := h.outage()
		h.site.SignIn = always("mgr01")
		for _, look := range [][2]string{{"list", "/incidents"}, {"page", "/incidents/" + in.ID}} { // the page last: it is worked on
			name, path := look[0], look[1]
			b.do(chromedp.Navigate(h.server.URL + path))
			b.sees("main", "停水")
			if b.holds(`document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s is wider than %d", path, size[0])
			}
			b.shot(fmt.Sprintf("incident-%s-%d.png", name, size[0]))
		}
		b.write("#word", "正在抢修，19:00 前来水")
		b.press(`form[action$="/do/word"] button`)
		b.sees("main", "刘峰")
		b.sees("#said", "口径定了")
		b.press(`form[action$="/do/say"] button`)
		b.sees("#said", "5 位客人")
		b.shot(fmt.Sprintf("incident-said-%d.png", size[0]))
	}
}

// shot keeps a picture of the page in the folder of KEFU_SHOTS, when it is set.
func (h hand) shot(name string) {
	h.t.Helper()
	dir := os.Getenv("KEFU_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(h.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+name, png, 0o600); err != nil {
		h.t.Fatal(err)
	}
}
