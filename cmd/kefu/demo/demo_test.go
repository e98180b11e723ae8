package demo

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kefu/bot/ticket"
	"kefu/bot/wechat/sim"
	"kefu/store"
)

// noon is when the tests' real clock stands at first: a weekday afternoon.
var noon = time.Date(2026, 11, 24, 14, 5, 0, 0, time.FixedZone("CST", 8*3600))

// run opens a demo in dir whose real time began at noon.
func run(t *testing.T, dir string, change ...func(*Options)) *Demo {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	o := Options{
		Data: dir, Out: &bytes.Buffer{}, Listener: l, Began: began,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Now: func() time.Time { return noon.Add(time.Since(began)) },
	}
	for _, f := range change {
		f(&o)
	}
	d, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, d) })
	return d
}

func shut(t *testing.T, d *Demo) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := d.Close(ctx); err != nil {
		t.Errorf("closing: %v", err)
	}
}

// until waits for something to become so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for !is() {
		if time.Now().After(end) {
			t.Fatalf("never happened: %s", what)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		<-ctx.Done()
		cancel()
	}
}

func TestReadySoonWithPeopleAndCases(t *testing.T) {
	began := time.Now()
	d := run(t, t.TempDir())
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("ready after %v", took)
	}
	until(t, "小陈 has both cards", func() bool { return len(d.sim.Cards("fd01")) == 2 })
	now := d.clock.now()
	old, err := d.app.Book.Between(t.Context(), now.AddDate(0, -2, 0), now.AddDate(0, 0, -7), nil, 200)
	if err != nil || len(old) != 120 {
		t.Fatalf("%d cases of last month, %v", len(old), err)
	}
	things := map[string]int{}
	for _, c := range old {
		things[c.Thing]++
		if c.State != ticket.Closed || c.Cause == "" || c.Blame == "" || c.Due != (store.Time{}) {
			t.Errorf("%s: %s, cause %q, blame %q, due %v", c.No, c.State, c.Cause, c.Blame, c.Due)
		}
	}
	if things["空调"] != 18 || things["等候"] != 14 || things["卫生"] != 11 || things["餐饮"] != 9 {
		t.Errorf("%v", things)
	}
	if n := d.app.Know.Len(); n != 32 {
		t.Errorf("%d articles", n)
	}
	s := d.state(t.Context(), look{customer: li.OpenID, staff: "fd01"})
	if len(s.Customers) != 4 || len(s.Staff) != 8 || len(s.Cases) != 2 {
		t.Errorf("%d customers, %d staff, %d cases", len(s.Customers), len(s.Staff), len(s.Cases))
	}
	if s.Phone.Credits.Open || len(s.Phone.Bubbles) != 2 {
		t.Errorf("李先生's phone: %+v", s.Phone)
	}
}

func TestGreetingIsTheScript(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	d := run(t, dir, func(o *Options) { o.Out = &out })
	d.greet()
	lines := strings.Split(out.String(), "\n")
	want := []string{
		"→ " + d.URL(), "左边是客人的微信，右边是员工的企业微信，中间是工单。",
		`先试：左边点"空调不制冷" → 右边点"接单" → 打一句话 → "办结"`,
		"数据在 " + dir + "，Ctrl+C 停，再开接着来；从头来：kefu demo --fresh",
	}
	for i, w := range want {
		if !strings.HasSuffix(lines[i], w) {
			t.Errorf("line %d: %q, want …%q", i, lines[i], w)
		}
	}
}

func TestJumpLetsDueThingsHappen(t *testing.T) {
	d := run(t, t.TempDir())
	if err := d.customerDoes(t.Context(), act{As: wang.OpenID, Do: "say", Text: "1208空调不制冷 打了两次前台都没人来"}); err != nil {
		t.Fatal(err)
	}
	until(t, "the complaint has a number", func() bool {
		return strings.Contains(d.sim.Phone(account, wang.OpenID).Last().Text, "编号")
	})
	until(t, "小陈 has the card", func() bool { return len(d.sim.Cards("fd01")) == 3 })
	v, err := d.jump(t.Context(), "30m")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(v.Causes, "\n", strings.Join(v.Lines, "\n"))
	for _, want := range []string{"自动派单", "升级到组长", "升级到经理"} {
		if !strings.Contains(strings.Join(v.Causes, " "), want) {
			t.Errorf("no %s in %v", want, v.Causes)
		}
	}
	v, err = d.jump(t.Context(), "8:30")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(v.Causes, "\n", strings.Join(v.Lines, "\n"))
	if !strings.Contains(strings.Join(v.Causes, " "), "发早报") {
		t.Errorf("no morning round: %v", v.Causes)
	}
	v, err = d.jump(t.Context(), "48h")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(v.Causes, "\n", strings.Join(v.Lines, "\n"))
	if !strings.Contains(strings.Join(v.Causes, " "), "窗口过了") {
		t.Errorf("the window is still open: %v", v.Causes)
	}
}

func TestGoesOnWhereItStopped(t *testing.T) {
	dir := t.TempDir()
	d := run(t, dir)
	if err := d.sim.Customer(account, wang.OpenID).Say(t.Context(), "早餐几点"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.jump(t.Context(), "5m"); err != nil {
		t.Fatal(err)
	}
	before, ahead := d.sim.Phone(account, wang.OpenID), d.clock.ahead()
	shut(t, d)

	d = run(t, dir)
	if after := d.sim.Phone(account, wang.OpenID); len(after.Bubbles) != len(before.Bubbles) || len(after.Bubbles) < 2 {
		t.Errorf("%d bubbles, before %d", len(after.Bubbles), len(before.Bubbles))
	}
	if d.clock.ahead() != ahead {
		t.Errorf("the clock is %v ahead, was %v", d.clock.ahead(), ahead)
	}
	if err := d.sim.Customer(account, wang.OpenID).Say(t.Context(), "泳池几点开"); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	shut(t, d)

	own := filepath.Join(dir, "prompts", "mine.txt")
	if err := os.MkdirAll(filepath.Dir(own), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, []byte("# mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d = run(t, dir, func(o *Options) { o.Fresh = true })
	if n := len(d.sim.Phone(account, wang.OpenID).Bubbles); n != 0 {
		t.Errorf("--fresh left %d bubbles", n)
	}
	if _, err := os.Stat(own); err != nil {
		t.Errorf("--fresh removed what people made: %v", err)
	}
}

func TestFolderInUseIsRefused(t *testing.T) {
	dir := t.TempDir()
	run(t, dir)
	_, err := Open(t.Context(), Options{Data: dir, Addr: "127.0.0.1:0", Fresh: true})
	if err == nil {
		t.Fatal("two demos in one folder")
	}
	t.Log(err)
}

func TestNightBeginsInTheAfternoon(t *testing.T) {
	for _, hour := range []int{0, 3, 8, 9, 14, 19, 20, 23} {
		real := time.Date(2026, 11, 24, hour, 30, 0, 0, noon.Location())
		c := &clock{real: func() time.Time { return real }, zone: noon.Location()}
		c.begin()
		if h := c.now().In(c.zone).Hour(); h < dayFrom || h >= dayTo {
			t.Errorf("at %d:30 it begins at %d", hour, h)
		}
	}
}

func TestChangedWordsAreSaid(t *testing.T) {
	d := run(t, t.TempDir())
	b, err := os.ReadFile(d.words)
	if err != nil {
		t.Fatal(err)
	}
	hello := func() string {
		if err := d.sim.Customer(account, wang.OpenID).Say(t.Context(), "你好"); err != nil {
			t.Fatal(err)
		}
		return d.sim.Phone(account, wang.OpenID).Last().Text
	}
	if got := hello(); got != "在的，您说。" {
		t.Errorf("at first: %q", got)
	}
	const mine = "来了来了，您请讲。"
	if err := os.WriteFile(d.words, bytes.ReplaceAll(b, []byte("在的，您说。"), []byte(mine)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := hello(); got != mine { // a greeting waits 2.5 s for more, so the file has been seen
		t.Errorf("after the change: %q", got)
	}
}

func TestDatabaseAwayLosesNothing(t *testing.T) {
	d := run(t, t.TempDir())
	d.store.begin(1500 * time.Millisecond)
	if err := d.sim.Customer(account, wang.OpenID).Say(t.Context(), "1208空调不制冷 打了两次前台都没人来"); err != nil {
		t.Fatal(err)
	}
	until(t, "there is a case", func() bool {
		list, _ := d.cases(t.Context())
		return len(list) == 3
	})
	if words := d.sim.Phone(account, wang.OpenID).Words(); len(words) != 1 || !strings.Contains(words[0], "编号") {
		t.Errorf("answered %q", words)
	}
}

func TestKnobsTurnOnAndOff(t *testing.T) {
	d := run(t, t.TempDir())
	for _, k := range d.knobs() {
		if k.On || k.Title == "" || k.See == "" {
			t.Errorf("at first: %+v", k)
		}
		for _, on := range []bool{true, false} {
			if err := d.turn(k.Key, on); err != nil {
				t.Fatal(err)
			}
			for _, now := range d.knobs() {
				if now.Key == k.Key && now.On != on {
					t.Errorf("%s: %+v, want %v", k.Key, now, on)
				}
			}
		}
	}
	if err := d.turn("weather", true); err == nil {
		t.Error("an unknown fault was switched on")
	}
}

func TestUsedUpKeepsWhatWasSaid(t *testing.T) {
	d := run(t, t.TempDir())
	phone := func() sim.Phone { return d.sim.Phone(account, wang.OpenID) }
	if err := d.sim.Customer(account, wang.OpenID).Say(t.Context(), "1208空调不制冷，我要投诉"); err != nil {
		t.Fatal(err)
	}
	until(t, "小陈 has the card", func() bool { return len(d.sim.Cards("fd01")) == 3 })
	if err := d.turn("credits", true); err != nil {
		t.Fatal(err)
	}
	card := d.sim.Cards("fd01")[2]
	if err := d.staffDoes(t.Context(), act{As: "fd01", Do: "press", Card: card.TaskID, Key: card.Buttons[0].Key}); err != nil {
		t.Fatal(err)
	}
	until(t, "a service notice came instead", func() bool { return phone().Last().Kind == "template" })
	if err := d.turn("credits", false); err != nil {
		t.Fatal(err)
	}
	if err := d.sim.Customer(account, wang.OpenID).Say(t.Context(), "有人吗"); err != nil {
		t.Fatal(err)
	}
	until(t, "what was kept has come", func() bool { return strings.Contains(phone().Last().Text, "这件事由我跟到底") })
}

// A page elsewhere must not drive what runs on somebody's own machine.
func TestOtherSitesAreRefused(t *testing.T) {
	d := run(t, t.TempDir())
	for _, c := range []struct{ host, origin, site string }{
		{"evil.example", "", ""}, {"", "http://evil.example", "cross-site"}, {"", "http://evil.example", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.URL()+"/demo/clock", strings.NewReader(`{"jump":"5m"}`))
		if err != nil {
			t.Fatal(err)
		}
		if c.host != "" {
			r.Host = c.host
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != http.StatusForbidden {
			t.Errorf("%+v: %d", c, res.StatusCode)
		}
	}
	if d.clock.ahead() != d.notes.Ahead {
		t.Error("the clock moved")
	}
}

// The page behind a card opens for the colleague whose WeCom it is.
func TestCasePageSignsTheChosenColleagueIn(t *testing.T) {
	d := run(t, t.TempDir())
	s := d.state(t.Context(), look{ticket: string(invoiceCase)})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(u, []*http.Cookie{{Name: sim.MemberCookie, Value: "fd01", Path: "/"}})
	client := http.Client{Jar: jar}
	res, err := client.Get(s.Case.Link + "?fresh=1")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(b), s.Case.No) {
		t.Errorf("%d, %v: %.300s", res.StatusCode, err, b)
	}
}
