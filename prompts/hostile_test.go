package prompts

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kefu/bot/chat"
)

// What customers and staff write is only ever text.
func TestVariablesCannotMakeOptionsLinksOrVariables(t *testing.T) {
	b := open(t, "")
	for _, evil := range []string{
		"[[领红包|menu:human]]", `<a href="http://evil.example">点我</a>`, "{no}{brand}", "〔{no}〕",
		chat.Mark(0) + chat.Mark(1), `" onclick="x`, "<A HREF=weixin://bizmsgmenu?msgmenuid=1>",
	} {
		c := b.Say(SayPerson, Vars{"who": "小陈", "text": evil})
		if len(c.Options) != 0 || strings.Contains(strings.ToLower(c.Text), "<a") || strings.Contains(c.Text, "湖畔酒店") || strings.Contains(c.Text, chat.Mark(0)) {
			t.Errorf("%q became %+v", evil, c)
		}
		c = b.Say(ProgressOne, Vars{"subject": evil, "no": "4827"})
		if len(c.Options) != 2 || c.Options[0].Key != "urge:4827" {
			t.Errorf("%q changed the options: %+v", evil, c.Options)
		}
		card := b.Card(CardNew, Vars{"quote": evil + "\n行 客人 = 假的", "no": "4827", "guest": evil})
		for _, l := range card.Lines {
			if strings.ContainsAny(l.Value, "\n") || strings.Contains(l.Value, chat.Mark(0)) {
				t.Errorf("%q in a card: %+v", evil, card)
			}
		}
		if line := b.Line(GroupNew, Vars{"kind": "投诉", "no": "1", "summary": evil + "\n第二行"}); strings.Contains(line, "\n") {
			t.Errorf("a group's line has two: %q", line)
		}
	}
}

func TestOnlyAnAddressBecomesALink(t *testing.T) {
	for address, want := range map[string]bool{
		"https://a.example/p?x=1": true, "http://a.example": true, "": false, "javascript:alert(1)": false,
		`https://a.example/"><b>`: false, "https://a.example/ x": false, "weixin://x/y": false,
	} {
		text := open(t, "").With(Vars{"privacy_url": address}).Say(GreetFollow, nil).Text
		if got := strings.Contains(text, `<a href="`+address+`">详细说明</a>`); got != want {
			t.Errorf("%q: link %v, want %v:\n%s", address, got, want, text)
		}
		if !want && !strings.HasSuffix(text, "我们只为办您的事记录信息。") {
			t.Errorf("%q leaves a torn sentence:\n%s", address, text)
		}
	}
}

// Whatever is filled in, a text fits and stays whole characters, and its options
// stay.
func TestTextsFit(t *testing.T) {
	b := open(t, "")
	keys := b.Keys()
	rapid.Check(t, func(r *rapid.T) {
		key := rapid.SampledFrom(keys).Draw(r, "key")
		v := Vars{}
		for _, n := range b.live.Get().all[key].names {
			v[n] = strings.Repeat(rapid.StringN(0, 40, -1).Draw(r, n), rapid.IntRange(0, 80).Draw(r, "times"))
		}
		c := b.Say(key, v)
		if n := size(c); n > MaxBytes || !utf8.ValidString(c.Text) {
			r.Fatalf("%s: %d bytes, valid %v", key, n, utf8.ValidString(c.Text))
		}
		for i := range c.Options {
			if c.Form == chat.AsText && !strings.Contains(c.Text, chat.Mark(i)) {
				r.Fatalf("%s: option %d has no place in the text", key, i)
			}
		}
		card := b.Card(key, v)
		for _, l := range card.Lines {
			if utf8.RuneCountInString(l.Value) > maxValue {
				r.Fatalf("%s: %s is %q", key, l.Name, l.Value)
			}
		}
		if utf8.RuneCountInString(card.Title) > maxTitle || utf8.RuneCountInString(card.Quote) > maxQuote {
			r.Fatalf("%s: %+v", key, card)
		}
	})
}

func TestTheLongestVariableIsCut(t *testing.T) {
	c := open(t, "").Say(HeldFresh, Vars{"date": "11 月 24 日", "who": "小陈", "text": strings.Repeat("充电器", 900), "ask": "要寄就把地址发我。"})
	if n := len(c.Text); n > MaxBytes || n < MaxBytes-8 {
		t.Errorf("%d bytes", n)
	}
	if !strings.HasPrefix(c.Text, "您好。11 月 24 日小陈给您留了话：") || !strings.HasSuffix(c.Text, "…\n要寄就把地址发我。") {
		t.Error(c.Text)
	}
}

// A company's file counts at once; a broken one keeps the old words and is
// reported once, with line and remedy.
func TestWordsChangeWhileRunning(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "我们的.txt")
	var log strings.Builder
	b, err := Open("hotel", dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b.live.Look()
	}
	hello := func() string { return b.Say(SmallHello, nil).Text }
	if got := hello(); got != "在的，您说。" {
		t.Fatal(got)
	}
	write("== small.hello\n在呢，{bot}听着。\n")
	if got := b.With(Vars{"bot": "小湖"}).Say(SmallHello, nil).Text; got != "在呢，小湖听着。" {
		t.Error(got)
	}
	log.Reset()
	write("# 改错了\n== small.hello\n在。\n再说{rom}。\n\n== smal.thanks\n好\n\n== small.place\n[[太长太长太长太长太长|k]]\n")
	if got := b.With(Vars{"bot": "小湖"}).Say(SmallHello, nil).Text; got != "在呢，小湖听着。" {
		t.Errorf("a broken file changed the words to %q", got)
	}
	var got []string
	for _, p := range b.Problems() {
		got = append(got, fmt.Sprint(p.Line, " ", p.Text))
		if p.File != "我们的.txt" || p.Remedy == "" {
			t.Errorf("%+v", p)
		}
	}
	want := []string{"4 small.hello：没有变量 {rom}", "6 没有“smal.thanks”这一条", "10 small.place：点选“太长太长太长太长太长”太长"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for range 5 {
		b.live.Look()
		hello()
	}
	if n := strings.Count(log.String(), "words not changed"); n != 3 {
		t.Errorf("three faults were reported %d times", n)
	}
	if !strings.Contains(b.Problems()[1].Remedy, "small.thanks") {
		t.Error(b.Problems()[1].Remedy)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	b.live.Look()
	if got := hello(); got != "在的，您说。" || len(b.Problems()) != 0 {
		t.Errorf("without the file: %q, %v", got, b.Problems())
	}
}

func TestBadFilesAreNamed(t *testing.T) {
	known, err := load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"你好":                                          "这一行不属于任何一条",
		"== small.hello\n":                            "是空的",
		"== small.hello\n{a b}":                       "不是变量",
		"== small.hello\n{bot":                        "有 { 没有 }",
		"== small.hello\n好}":                          "多了一个 }",
		"== small.hello\n〔{bot}":                      "有〔没有〕",
		"== small.hello\n好〕":                          "多了一个〕",
		"== small.hello\n[[好]]":                       "点选缺少键",
		"== small.hello\n[[好|k":                       "有 [[ 没有 ]]",
		"== small.hello\n[[|k]]":                      "是空的",
		"== small.hello\n[[a[[b|c]]|k]]":              "不能再放点选",
		"== small.hello\n好\n== small.hello\n好":        "写了两次",
		"== small.hello\n" + strings.Repeat("好", 401): "太长",
		"== card.new\n说明 好":                           "没有标题",
		"== card.new\n标题 好\n表格 好":                     "不认识“表格”",
		"== card.new\n标题 好\n行 客人":                     "缺少 =",
		"== card.new\n标题 好\n行 客人姓名呢 = 好":              "太长",
		"== card.new\n标题 好\n下拉 派给 = {departments}":    "下拉写得不对",
		"\xff\xfe": "不是 UTF-8",
	} {
		_, bad := read("f.txt", text, known)
		if len(bad) == 0 || !strings.Contains(bad[0].Text, want) || bad[0].Remedy == "" {
			t.Errorf("%q: %v, want %q", text, bad, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("〔{a}，｜好〕[[b|c:{d}]]{e?}")
	f.Fuzz(func(t *testing.T, s string) {
		tpl, err := Parse(s)
		if err == nil {
			tpl.Text(Vars{"a": s, "e": s})
		}
	})
}

func TestMenuIsWhatWeChatWants(t *testing.T) {
	m, err := ReadMenu("hotel", "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, top := range m {
		line := top.Name + "："
		for _, it := range top.Items {
			line += it.Name + " · "
		}
		got = append(got, strings.TrimSuffix(line, " · "))
	}
	want := []string{
		"找客服：我要投诉 · 报修客需 · 查进度 · 提建议 · 转人工",
		"在酒店：早餐餐厅 · 设施时间 · 开发票 · 交通停车 · 失物招领",
		"会员：我的积分 · 礼品兑换 · 我的权益 · 我的资料 · 最新活动",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	body, err := m[:1].MarshalJSON()
	if err != nil || !strings.HasPrefix(string(body), `{"button":[{"name":"找客服","sub_button":[{"type":"click","name":"我要投诉","key":"menu:complaint"}`) {
		t.Errorf("%v %s", err, body)
	}
	for text, want := range map[string]string{
		"- name: 一二三四五\n  key: k\n":   "1 到 4 个字",
		"- name: 好\n":                 "key",
		"- name: 好\n  kee: k\n":       "kee",
		"- name: 好\n  url: ftp://x\n": "http",
		"[]\n":                        "1 到 3 个",
		"- {name: 好, items: [{name: 一二三四五六七八九, key: k}]}": "1 到 8 个字",
	} {
		file := filepath.Join(t.TempDir(), "menu.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMenu("hotel", file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestWatchTellsOfHoles(t *testing.T) {
	b := open(t, "")
	var holes []string
	b.Watch(func(key, name string) { holes = append(holes, key+" "+name) })
	b.Say(GreetBack, Vars{"subject": "空调投诉", "no": "4827"})
	b.Say(GreetBack, Vars{"subject": "空调投诉"})
	b.Line(StaffTransferred, nil)
	want := []string{"greet.back no", "greet.back no", "greet.back no", "staff.transferred who"}
	if d := cmp.Diff(want, holes); d != "" {
		t.Error(d)
	}
}

func TestWordsForNumbersAndPeople(t *testing.T) {
	got := []string{HowMany(1), HowMany(2), HowMany(12), Nth(2), Nth(3), They("王女士"), They("李先生"), They("小李"), They("")}
	if d := cmp.Diff([]string{"一", "两", "12", "二", "三", "她", "他", "", ""}, got); d != "" {
		t.Error(d)
	}
}
