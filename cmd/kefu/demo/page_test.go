package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser starts Chromium with a window of that size; it is needed where CI is set.
func browser(t *testing.T, width, height int) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium to drive the page with: install the package chromium")
		}
		t.Skip("no Chromium to drive the page with: install the package chromium")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("no-first-run", true),
	)
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(width), int64(height))); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return ctx
}

// hand drives a page as a person does and fails the test when something does not
// come.
type hand struct {
	t   *testing.T
	ctx context.Context
}

func (h hand) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		text, _ := chromedp.Run(h.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 3000)`))
		h.shoot("failed")
		h.t.Fatalf("%s: %v\n%s", what, err, text)
	}
}

// becomes waits until a script is true.
func becomes(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](script, chromedp.WithPollingInterval(20*time.Millisecond))
}

// sees waits until the element's text holds words.
func (h hand) sees(selector, words string) {
	h.t.Helper()
	script := fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, selector, words)
	h.do("waiting for "+words+" in "+selector, becomes(script))
}

func (h hand) gone(selector, words string) {
	h.t.Helper()
	script := fmt.Sprintf(`![...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, selector, words)
	h.do("waiting for "+words+" to go from "+selector, becomes(script))
}

// press clicks the last visible element of the selector with that text, or with
// that text in it.
func (h hand) press(selector, words string) {
	h.t.Helper()
	h.sees(selector, words)
	script := fmt.Sprintf(`(() => {
		const fit = [...document.querySelectorAll(%[1]q)].filter((e) => e.innerText.includes(%[2]q) && e.offsetParent && !e.disabled);
		const e = fit.filter((e) => e.innerText.trim() === %[2]q).pop() || fit.pop();
		if (!e) return false;
		e.scrollIntoView({block: 'nearest'});
		e.click();
		return true;
	})()`, selector, words)
	h.do("pressing "+words, becomes(script))
}

func (h hand) write(box, words string) {
	h.t.Helper()
	h.do("writing "+words, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.querySelector(%q).value = ''", box)),
		chromedp.SendKeys(chromedp.CSS(box), words+"\r"))
}

// pick chooses an option of the last card's choice.
func (h hand) pick(label string) {
	h.t.Helper()
	script := fmt.Sprintf(`(() => {
		const s = [...document.querySelectorAll('#inbox .card select')].pop();
		const o = s && [...s.options].find((o) => o.text === %q);
		if (!o) return false;
		s.value = o.value;
		s.dispatchEvent(new Event('change', {bubbles: true}));
		return true;
	})()`, label)
	h.do("picking "+label, becomes(script))
}

// shoot keeps a picture of the page where KEFU_SHOTS names a folder.
func (h hand) shoot(name string) {
	dir := os.Getenv("KEFU_SHOTS")
	if dir == "" {
		return
	}
	b, err := chromedp.Run(h.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		h.t.Logf("no picture: %v", err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600); err != nil {
		h.t.Logf("no picture: %v", err)
	}
}

func open(t *testing.T, d *Demo, width, height int) hand {
	t.Helper()
	h := hand{t, browser(t, width, height)}
	h.do("opening the page", chromedp.Navigate(d.URL()), chromedp.WaitVisible(chromedp.CSS("#try-first")))
	h.sees("#customers", "王女士")
	return h
}

func TestOneRoundOnThePage(t *testing.T) {
	d := run(t, t.TempDir())
	h := open(t, d, 1280, 800)
	h.sees("#strips", "第 1 步")
	h.shoot("1280-begin")
	h.press(".try", "2 空调不制冷")
	h.press("#say-guest button", "发送")
	h.sees("#bubbles .bubble", "编号")
	h.sees("#cases .case em", "待受理")
	h.sees("#strips", "第 2 步")

	h.press("#bubbles .opt", "在房间")
	h.sees("#bubbles .bubble", "已告诉师傅您在房间")
	h.press("#staff .who", "小陈")
	h.sees("#inbox .card", "1208空调不制冷")
	h.shoot("1280-card")
	h.press("#inbox .card .press", "接单")
	h.sees("#bubbles .bubble", "前台小陈")
	h.sees("#inbox .card", "处理中")
	h.sees("#cases .case em", "处理中")
	h.shoot("1280-claimed")
	h.press("#staff .who", "小何")
	h.sees("#inbox .card.grey", "小陈")
	h.press("#staff .who", "小陈")

	h.write("#staff-text", "师傅已经出发，五分钟后到")
	h.sees("#inbox .card", "五分钟后到")
	h.press("#inbox .card .press", "发送")
	h.sees("#bubbles .bubble", "小陈：师傅已经出发")

	// Closing asks for words, and then for cause and department.
	no := d.no(t, "王女士")
	h.write("#staff-text", "办结 "+no+" 已换到 1506，空调正常，果盘随后送到")
	h.sees("#inbox .card", "原因")
	h.pick("设备故障")
	h.press("#inbox .card .press", "下一步")
	h.sees("#inbox .card", "责任部门")
	h.pick("工程部")
	h.press("#inbox .card .press", "办结")
	h.sees("#bubbles .bubble", "这件事可以了吗")
	h.press("#bubbles .opt", "可以了")
	h.sees("#bubbles .bubble", "打个分")
	h.press("#bubbles .opt", "很满意")
	h.sees("#bubbles .bubble", "谢谢您")
	h.sees("#case", "很满意")
	h.sees("#round", "走完一圈了")
	h.shoot("1280-round")
	h.press("#round button", "接着试")
}

// no is the number of the newest case of a customer.
func (d *Demo) no(t *testing.T, who string) string {
	t.Helper()
	list, _ := d.cases(t.Context())
	for _, c := range list {
		if c.Guest.Name == who {
			return c.No
		}
	}
	t.Fatalf("%s has no case", who)
	return ""
}

func TestClockAndFaultsOnThePage(t *testing.T) {
	d := run(t, t.TempDir())
	h := open(t, d, 1280, 800)
	h.press("#customers .who", "周女士")
	h.press("#away button", "扫 1208 房间码")
	h.sees("#bubbles .bubble", "欢迎入住 1208")
	h.shoot("1280-room")
	h.press("#menu button", "找客服")
	h.press("#menu-up button", "我要投诉")
	h.sees("#bubbles .bubble", "您说，我在记")

	h.do("opening faults", chromedp.Click(chromedp.CSS("#faults summary")))
	h.shoot("1280-faults")
	h.press(".knob", "微信把同一条推三次")
	h.sees("#strips .fault", "只立一张单")
	h.write("#guest-text", "1208空调不制冷")
	h.sees("#bubbles .bubble", "编号")
	h.sees("#drawer-head", "")
	h.do("reading the calls", chromedp.Click(chromedp.CSS("#drawer-head")))
	h.sees("#calls", "推了 3 遍")
	mine := func() (n int) { // the case follows the answer
		list, _ := d.cases(t.Context())
		for _, c := range list {
			if strings.Contains(c.Words, "空调不制冷") {
				n++
			}
		}
		return n
	}
	until(t, "the case is there", func() bool { return mine() > 0 })
	if n := mine(); n != 1 {
		t.Errorf("three deliveries made %d cases", n)
	}
	h.press("#strips .fault button", "恢复")
	h.gone("#strips", "只立一张单")

	h.press("#jumps .jump", "+30 分")
	h.sees("#jumped", "这一跳发生了")
	h.sees("#jumped", "升级到组长")
	h.shoot("1280-jump")
	h.press("#tabs button", "客服群")
	h.sees("#inbox .bubble", "投诉")

	h.press("#jumps .jump", "+48 小时")
	h.sees("#jumped", "窗口过了")
	h.sees("#credit", "现在客服发不进来")
	h.shoot("1280-window")

	before := len(d.sim.Phone(account, zhou.OpenID).Bubbles)
	h.do("reloading", chromedp.Reload(), chromedp.WaitVisible(chromedp.CSS("#try-first")))
	h.sees("#credit", "现在客服发不进来")
	if got := len(d.sim.Phone(account, zhou.OpenID).Bubbles); got != before {
		t.Errorf("reloading changed the phone: %d bubbles, before %d", got, before)
	}
}

func TestPhoneSizedPage(t *testing.T) {
	d := run(t, t.TempDir())
	h := open(t, d, 390, 844)
	h.shoot("390-guest")
	h.press(".try", "2 空调不制冷")
	h.press("#say-guest button", "发送")
	h.sees("#bubbles .bubble", "编号")
	h.shoot("390-guest-said")
	h.press("#bottom button", "员工")
	h.press("#inbox .card .press", "接单")
	h.sees("#inbox .card", "处理中")
	h.shoot("390-work")
	h.press("#bottom button", "工单")
	h.sees("#cases .case em", "处理中")
	h.shoot("390-desk")
	wide, err := chromedp.Run(h.ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
	if err != nil {
		t.Fatal(err)
	}
	if wide > 390 {
		t.Errorf("the page is %d px wide", wide)
	}
}

// What people write is shown as text, whatever it looks like.
func TestWordsAreNeverMarkup(t *testing.T) {
	d := run(t, t.TempDir())
	h := open(t, d, 1280, 800)
	const evil = `<img src=x onerror="window.evil=1"><b id=evil>粗</b>1208空调不制冷，我要投诉`
	h.write("#guest-text", evil)
	h.sees("#bubbles .bubble", "<img src=x")
	h.press("#staff .who", "小陈")
	h.sees("#inbox .card", "空调")
	h.press("#customers .who", "新客")
	h.sees("#customers", "新客 1")
	bad, err := chromedp.Run(h.ctx, chromedp.Evaluate[bool](`!!window.evil || !!document.getElementById('evil')`))
	if err != nil || bad {
		t.Errorf("a customer's words became part of the page (%v)", err)
	}
}
