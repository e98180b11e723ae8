package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"kefu/bot/approval"
)

// The form says first what may be decided; sent twice it is one; what is over the
// limit is decided on the page of whoever stands above.
func TestCompensationOnThePage(t *testing.T) {
	h := newHouse(t)
	c := h.complaint("m1")
	b, lead := h.as("fd01"), h.as("lead01")
	_, page := b.page("/t/" + c.ID)
	has(t, page, "申请补偿", "您可当场决定：赠礼 ≤ 100 元；本月还剩 1,000 元。", "口头同意请选", "已口头请示 陈静", "已口头请示 刘峰", "提交并告诉客人", "提交，先不说")
	if strings.Contains(page, "已口头请示 小周") {
		t.Error("a colleague of the same rank can agree orally")
	}
	path := "/t/" + c.ID + "/do/compensate"
	form := url.Values{"once": {"form1"}, "form": {"gift"}, "amount": {"80"}, "reason": {"clean"}, "why": {"烟味"}, "words": {"给您送了果盘"}, "tell": {"1"}}
	_, raw := b.press(path, true, form)
	has(t, raw, "赠礼 80 元已定", "本月还剩 920 元")
	if got := h.told(); got != "小陈：给您送了果盘" {
		t.Errorf("customer: %q", got)
	}
	if status, _ := b.press(path, true, form); status != http.StatusConflict {
		t.Errorf("the same form again: %d", status)
	}
	form.Set("once", "form2")
	form.Set("words", "")
	status, page := b.press(path, false, form) // refused, and what was typed stays
	if status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", status)
	}
	has(t, page, "写上要告诉客人的话，或点“提交，先不说”。")
	if !strings.Contains(page, `value="80"`) || !strings.Contains(page, `value="烟味"`) {
		t.Error("what was typed is gone")
	}
	wellFormed(t, page)
	form.Del("tell")
	form.Set("once", "form3")
	form.Set("amount", "八十")
	_, raw = b.press(path, true, form)
	has(t, raw, "金额写成 200 或 12.50")
	form.Set("once", "form4")
	form.Set("amount", "180")
	_, raw = b.press(path, true, form)
	has(t, raw, "超出您当场能定的 100 元，已送陈静批")

	_, page = lead.page("/t/" + c.ID)
	has(t, page, "批补偿", "补偿待批 · 赠礼 180 元", "小陈", "烟味")
	wellFormed(t, page)
	list, err := h.desk.Grants.For(t.Context(), "lead01", approval.Asked, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d, %v", len(list), err)
	}
	decide := url.Values{"once": {"d1"}, "id": {list[0].ID}, "amount": {"150"}, "do": {"approve"}}
	if status, _ := b.press("/t/"+c.ID+"/do/decide", true, decide); status != http.StatusUnprocessableEntity {
		t.Errorf("who asked approves: %d", status)
	}
	_, raw = lead.press("/t/"+c.ID+"/do/decide", true, decide)
	has(t, raw, "已同意，小陈会接着办", "赠礼 150 元")
	decide.Set("once", "d2")
	decide.Set("id", "k0000")
	if status, _ := lead.press("/t/"+c.ID+"/do/decide", true, decide); status != http.StatusNotFound && status != http.StatusGone {
		t.Errorf("of another case: %d", status)
	}
	_, page = b.page("/t/" + c.ID + "?tab=trail")
	has(t, page, "小陈：补偿：赠礼 80 元，客房卫生，烟味，权限内", "陈静：同意补偿：赠礼 150 元（报 180 元）")
}

// The sheet fits the phone and the desk; the first line follows the form chosen.
func TestCompensationInTheBrowser(t *testing.T) {
	for _, size := range [][2]int{{390, 844}, {1280, 900}} {
		b := chromium(t, size[0], size[1])
		h := newHouse(t)
		h.site.SignIn = always("fd01")
		c := h.complaint("m1")
		b.do(chromedp.Navigate(h.server.URL + "/t/" + c.ID + "#sheet-compensate"))
		b.until(`document.querySelector("#sheet-compensate")?.open`)
		b.sees("#sheet-compensate [data-head]", "赠礼 ≤ 100 元")
		if !b.holds(`(() => { const p = document.querySelector("#sheet-compensate .panel"), r = p.getBoundingClientRect();
			return r.left >= 0 && r.right <= innerWidth + 1 && r.top >= 0 && r.bottom <= innerHeight + 1 && p.scrollWidth <= p.clientWidth + 1 &&
				document.documentElement.scrollWidth <= innerWidth })()`) {
			t.Errorf("%v: the sheet does not fit", size)
		}
		b.until(`(() => { const s = document.querySelector("#grant-form"); s.value = "cash"; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
		b.sees("#sheet-compensate [data-head]", "现金要上级批")
		b.until(`(() => { const s = document.querySelector("#grant-form"); s.value = "round"; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
		b.sees("#sheet-compensate [data-head]", "抹零 ≤ 20 元")
		b.write("#grant-amount", "12.50")
		b.write("#grant-why", "账单尾数")
		b.press(`#sheet-compensate button:not(.main)`)
		b.sees("#said", "抹零 12.50 元已定")
		b.until(`!document.querySelector("#sheet-compensate").open`)
	}
}
