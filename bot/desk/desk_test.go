package desk

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/prompts"
)

func hotel(t testing.TB) *Pack {
	t.Helper()
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestClocks(t *testing.T) {
	p := hotel(t)
	const m, h = time.Minute, time.Hour
	for _, c := range []struct {
		kind  string
		facts Facts
		want  Clocks
	}{
		{"complaint", Facts{InHouse: true}, Clocks{5 * m, 15 * m, 4 * h, false}},
		{"complaint", Facts{InHouse: true, Level: Serious}, Clocks{5 * m, 10 * m, 2 * h, false}},
		{"complaint", Facts{}, Clocks{30 * m, 2 * h, 24 * h, true}},
		{"complaint", Facts{Level: Major}, Clocks{3 * m, 10 * m, 24 * h, false}},
		{"complaint", Facts{Level: Major, VIP: true}, Clocks{1 * m, 5 * m, 12 * h, false}},
		{"complaint", Facts{InHouse: true, VIP: true}, Clocks{2 * m, 7 * m, 2 * h, false}},
		{"inquiry", Facts{}, Clocks{5 * m, 25 * m, 24 * h, false}},
		{"human", Facts{}, Clocks{5 * m, 5 * m, 4 * h, false}},
		{"praise", Facts{}, Clocks{}},
		{"nonsense", Facts{}, Clocks{}},
	} {
		if d := cmp.Diff(c.want, p.Clocks(c.kind, c.facts)); d != "" {
			t.Errorf("%s %+v: %s", c.kind, c.facts, d)
		}
	}
}

func TestLadders(t *testing.T) {
	p := hotel(t)
	for _, c := range []struct {
		kind  string
		facts Facts
		want  string
	}{
		{"complaint", Facts{}, "normal"},
		{"complaint", Facts{VIP: true}, "vip"},
		{"complaint", Facts{VIP: true, Level: Major}, "major"},
		{"human", Facts{}, "human"},
		{"request", Facts{Level: Major}, "errand"},
		{"praise", Facts{}, ""},
	} {
		if got := p.Ladder(c.kind, c.facts).Name; got != c.want {
			t.Errorf("%s %+v: %q, want %q", c.kind, c.facts, got, c.want)
		}
	}
	major := p.Ladder("complaint", Facts{Level: Major}).Steps
	if last := major[len(major)-1]; last.Repeat != 10*time.Minute || !slices.Equal(last.To, []string{"manager", "leader"}) {
		t.Errorf("a major case ends with %+v", last)
	}
}

func TestNightLetsOnlyUrgentThingsClimb(t *testing.T) {
	p := hotel(t)
	zone := time.FixedZone("CST", 8*3600)
	late := time.Date(2026, 11, 24, 23, 40, 0, 0, zone)
	morning := time.Date(2026, 11, 25, 8, 0, 0, 0, zone)
	for _, c := range []struct {
		at    time.Time
		facts Facts
		want  time.Time
	}{
		{late, Facts{}, morning},
		{late, Facts{InHouse: true}, late},
		{late, Facts{Safety: true}, late},
		{late, Facts{Level: Major}, late},
		{late.Add(5 * time.Hour), Facts{}, morning},
		{morning, Facts{}, morning},
		{morning.Add(13*time.Hour + 59*time.Minute), Facts{}, morning.Add(13*time.Hour + 59*time.Minute)},
	} {
		if got := p.Begin(c.facts, c.at); !got.Equal(c.want) {
			t.Errorf("%s %+v begins %s, want %s", c.at, c.facts, got, c.want)
		}
	}
	if got := p.RoomUntil(late); !got.Equal(time.Date(2026, 11, 25, 14, 0, 0, 0, zone)) {
		t.Errorf("a room scanned at %s counts until %s", late, got)
	}
	if got := p.CallBack(late); !got.Equal(time.Date(2026, 11, 25, 10, 0, 0, 0, zone)) {
		t.Errorf("called back until %s", got)
	}
}

func TestMatchFindsCategoryAndTopic(t *testing.T) {
	p := hotel(t)
	for text, want := range map[string]string{
		"1208空调不制冷 打了两次前台都没人来": "facility 空调 eng",
		"房间一股烟味 前台说没房换":        "clean 异味 house",
		"隔壁很吵睡不着":              "noise 噪音 sec",
		"早餐太难吃":                "food 早餐 fb",
		"发票开错了":                "bill 发票 fin",
		"大堂滑倒摔伤了":              "injury  eng",
		"什么也没有的一句":             "",
		"WIFI连不上":              "facility 电视网络 eng",
	} {
		got := ""
		if c, topic := p.Match(text); c != nil {
			got = c.ID + " "
			if topic != nil {
				got += topic.Title
			}
			got += " " + p.Department(c.ID).ID
		}
		if text == "大堂滑倒摔伤了" {
			want = "injury  sec"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if d := p.Department("nothing like it"); d.ID != "front" {
		t.Errorf("what nobody knows goes to %s", d.ID)
	}
}

func TestFindDeptTakesWhatStaffType(t *testing.T) {
	p := hotel(t)
	for typed, want := range map[string]string{"工程部": "eng", "工程": "eng", "客房": "house", "客": "", "fin": "fin", "": "", "餐厅": "fb", "不存在": ""} {
		got := ""
		if d := p.FindDept(typed); d != nil {
			got = d.ID
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	var titles []string
	for _, o := range p.Helpers("front") {
		titles = append(titles, o.Label)
	}
	if d := cmp.Diff([]string{"工程部", "客房部", "餐饮部", "康乐部", "保安部", "财务部"}, titles); d != "" {
		t.Error(d)
	}
}

func TestWordsThatDecide(t *testing.T) {
	p := hotel(t)
	shown, major := p.Major("再不处理我发抖音打12315")
	if d := cmp.Diff([]string{"12315", "抖音"}, shown); d != "" || !major {
		t.Error(major, d)
	}
	if _, major := p.Major("空调不制冷"); major {
		t.Error("a plain complaint is major")
	}
	if !p.Danger("房间插座冒烟了") || p.Danger("没有热水") {
		t.Error("danger")
	}
	if got := p.Sensitive("我们保证退款的"); got != "保证退款" {
		t.Error(got)
	}
}

func TestQuestionsArePutOneByOne(t *testing.T) {
	k := hotel(t).Kind("complaint")
	next := func(category string, inHouse bool, have ...string) string {
		a := k.Next(category, inHouse, "", func(s string) bool { return slices.Contains(have, s) })
		if a == nil {
			return ""
		}
		return a.ID
	}
	for _, c := range []struct{ got, want string }{
		{next("facility", true, "room"), "stay"},
		{next("facility", true, "room", "asked:stay"), "phone"},
		{next("facility", true, "room", "phone", "asked:stay"), ""},
		{next("facility", false, "asked:x"), "room"},
		{next("attitude", true, "room"), "phone"},
	} {
		if c.got != c.want {
			t.Errorf("asked %q, want %q", c.got, c.want)
		}
	}
	var labels []string
	for _, o := range k.Ask[0].Options {
		labels = append(labels, o.Label)
	}
	if d := cmp.Diff([]string{"在房间", "不在，可以进", "想换房"}, labels); d != "" {
		t.Error(d)
	}
	if k.Ask[0].Option("in").Noted != "已告诉师傅您在房间" || k.Ask[0].Option("no") != nil {
		t.Error("options of the first question")
	}
}

func TestWhoMayMove(t *testing.T) {
	k := hotel(t).Kind("complaint")
	for _, c := range []struct {
		move, state string
		major       bool
		role        string
		want        bool
	}{
		{"claim", "new", false, "team", true},
		{"claim", "working", false, "team", false},
		{"close", "working", false, "owner", true},
		{"close", "working", true, "owner", false},
		{"close", "working", true, "manager", true},
		{"reopen", "resolved", false, "customer", true},
		{"nonsense", "new", false, "owner", false},
	} {
		if got := k.May(c.move, c.state, c.major, c.role); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if k.Moves["reopen"].Within != 7*24*time.Hour || k.States["waiting"].Then != "give_up" {
		t.Error("what the base flow says is lost")
	}
}

// What a kind says of itself goes before its base; the rest stays.
func TestKindsInherit(t *testing.T) {
	p := hotel(t)
	r := p.Kind("request")
	if r.States["resolved"].Title != "已送到" || r.States["waiting"].Title != "待客户" || r.Moves["close"].Title != "送到了" {
		t.Errorf("%+v", r.States)
	}
	if p.Kind("complaint").Moves["close"].Title != "办结" {
		t.Error("one kind changed its base for another")
	}
}

// What is named in the pack must be there: words of asks and taps, lines that fill.
func TestPackAndWordsFit(t *testing.T) {
	p := hotel(t)
	b, err := prompts.Open("hotel", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := b.Keys()
	for _, k := range p.Kinds {
		for _, a := range k.Ask {
			if a.Key != "" && !slices.Contains(keys, a.Key) {
				t.Errorf("%s asks with %q, which is no text", k.ID, a.Key)
			}
		}
	}
	for name, tap := range p.Taps {
		if tap.Reply != "" && !slices.Contains(keys, tap.Reply) {
			t.Errorf("%s answers with %q, which is no text", name, tap.Reply)
		}
	}
	m, err := prompts.ReadMenu("hotel", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range m {
		for _, it := range top.Items {
			if _, ok := p.Taps[it.Key]; !ok {
				t.Errorf("the menu's %s (%s) does nothing", it.Name, it.Key)
			}
		}
	}
	line, err := prompts.Parse(p.Kind("complaint").Moves["help_going"].CustomerLine)
	if err != nil {
		t.Fatal(err)
	}
	if got := line.Text(prompts.Vars{"helper": "师傅", "room": "1208"}); got != "师傅到房" {
		t.Errorf("said to the customer: %q", got)
	}
}

func TestLoadFromFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, files(t)); err != nil {
		t.Fatal(err)
	}
	p, err := Load(dir)
	if err != nil || p.Kind("complaint") == nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nope", filepath.Join(dir, "nope"), ""} {
		if _, err := Load(name); err == nil {
			t.Errorf("Load(%q) found something", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("title: 酒店\nnight: {from: \"22:00\"}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var faults Faults
		decode("f.yaml", b, &General{}, &faults)
		decode("f.yaml", b, &Kind{}, &faults)
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		hotel(b)
	}
}
