package answer

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kefu/bot/knowledge"
)

// hotel are the articles that come with the program.
func hotel(t testing.TB) []*knowledge.Article {
	t.Helper()
	list, err := knowledge.Read(knowledge.Hotel)
	if err != nil {
		t.Fatal(err)
	}
	var out []*knowledge.Article
	for _, a := range list {
		a.State = knowledge.Live
		out = append(out, &a)
	}
	return out
}

// What an article says word for word may be said again: the guard is of use.
func TestArticlesBearThemselves(t *testing.T) {
	sum, cut := 0, 0
	for _, a := range hotel(t) {
		given := passages(Question{Text: a.Question, Articles: []*knowledge.Article{a}, Who: knowledge.Staff, Now: today})
		if len(given) != 1 {
			t.Errorf("%s: not shown: %s", a.ID, a.Answer)
			continue
		}
		for _, s := range sentences(a.Answer) {
			if idle(readPiece(s.text)) || content(s.text) < leastContent {
				continue // 有。 alone says nothing
			}
			for _, strict := range []bool{false, true} {
				sum++
				if _, err := (guard{allowed: allow, strict: strict}).answer(s.text+"[1]", given); err != nil {
					cut++
					t.Logf("%s: cut (strict %v): %s", a.ID, strict, s.text)
				}
			}
		}
	}
	if cut*50 > sum {
		t.Errorf("%d of %d sentences do not bear themselves", cut, sum)
	}
}

// Whatever is changed in what an article says, it does not go out: another number,
// a promise, words of another matter, a denial taken away, an address.
func TestNothingForeignGoesOut(t *testing.T) {
	all := hotel(t)
	digits := []string{"3", "17", "99", "250", "1314", "66666", "13800138000", "二十七", "九百九"}
	foreign := []string{"火箭模型", "月球基地", "独角兽", "外星来客", "潜水艇票"}
	promised := []string{"保证", "马上", "全额退款", "赔偿", "赠送", "同意", "升级", "终身"}
	links := []string{"http://a.example.net", "evil.top", "www.b.example", "x@y.com", "[点我](http://z.cn)", "<b>"}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(all).Draw(t, "article")
		given := passages(Question{Text: a.Question, Articles: []*knowledge.Article{a}, Who: knowledge.Staff, Now: today})
		s := []rune(rapid.SampledFrom(sentences(a.Answer)).Draw(t, "sentence").text)
		at := rapid.IntRange(0, len(s)).Draw(t, "at")
		var add string
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			add = rapid.SampledFrom(digits).Draw(t, "number") + rapid.SampledFrom([]string{"元", "点", "小时", "%", "折", "楼"}).Draw(t, "unit")
		case 1:
			add = rapid.SampledFrom(promised).Draw(t, "promise")
		case 2:
			add = rapid.SampledFrom(foreign).Draw(t, "foreign")
		case 3:
			add = " " + rapid.SampledFrom(links).Draw(t, "link") + " "
		}
		theirs, _ := read(normal(a.Answer))
		ours, _ := read(normal(add))
		if strings.Contains(a.Answer, strings.TrimSpace(add)) || len(ours) > 0 && theirs.holds(ours) {
			t.Skip("it is the article's own")
		}
		said := string(s[:at]) + add + string(s[at:])
		got, err := (guard{allowed: allow}).answer(said+"[1]", given)
		if err == nil && strings.Contains(got.Text, strings.TrimSpace(add)) {
			t.Errorf("%s went out of article\n%s", got.Text, a.Answer)
		}
	})
}

// A denial can neither be taken away nor put in.
func TestDenialsStay(t *testing.T) {
	for _, c := range []struct{ article, said string }{
		{"客房不可以带宠物。", "客房可以带宠物"},
		{"泳池不对外开放。", "泳池对外开放"},
		{"未满 18 岁不能单独入住。", "未满 18 岁能单独入住"},
		{"未满 18 岁不能单独入住。", "18 岁能单独入住"},
		{"停车场没有充电桩。", "停车场有充电桩"},
		{"房间内禁止吸烟。", "房间内可以吸烟"},
		{"房间内禁止吸烟。", "房间内吸烟"},
		{"儿童乐园有大人陪同即可进入。", "儿童乐园没有大人陪同即可进入"},
		{"可以延迟退房，不加收费用。", "可以延迟退房，加收费用"},
		{"健身房 6:30 前不开放。", "健身房 6:30 前开放"},
		{"特价房不退不改。", "特价房可退可改"},
		{"特价房不退不改。", "特价房退改"},
	} {
		src := newSource(c.article, c.article, true)
		if (guard{allowed: allow}).borne(c.said, []*source{src}) {
			t.Errorf("%s bears %s", c.article, c.said)
		}
		if !(guard{allowed: allow}).borne(c.article, []*source{src}) {
			t.Errorf("%s does not bear itself", c.article)
		}
	}
}

// A reply of whatever shape comes out short and plain, and never holds our
// instructions.
func FuzzAnswer(f *testing.F) {
	for _, a := range attacks(f) {
		f.Add(a.part["model"])
	}
	f.Add("[1]")
	f.Add("【")
	f.Add("早餐 6:30[1]\n\n\n\n周末到 10:30[1]")
	o, err := house()
	if err != nil {
		f.Fatal(err)
	}
	common := readArticles(f, "testdata/articles.txtar")
	given := passages(Question{Text: "早餐 泳池 宠物 退房 发票 取消订单", Articles: common, Now: today})
	known := map[string]bool{}
	for _, a := range common {
		found, _ := read(normal(a.Answer))
		for c := range found {
			known[c.value] = true
		}
	}
	f.Fuzz(func(t *testing.T, said string) {
		got, err := (guard{allowed: o.Allowed, instructions: "只说资料里写了的话别的一概不知道"}).answer(cut(said, maxReply), given)
		if err != nil {
			if got.Text != "" {
				t.Errorf("%q comes with an error", got.Text)
			}
			return
		}
		if n := len([]rune(got.Text)); n > maxChars || strings.Count(got.Text, "\n") >= maxLines || len(got.Used) == 0 {
			t.Errorf("%d characters, %d articles: %q", n, len(got.Used), got.Text)
		}
		if strings.ContainsAny(got.Text, "<>[]{}`|\ue000\u202e\u200b") {
			t.Errorf("marks go out: %q", got.Text)
		}
		found, _ := read(normal(got.Text))
		for c := range found {
			if !known[c.value] {
				t.Errorf("%s goes out: %q", fmt.Sprint(c), got.Text)
			}
		}
	})
}
