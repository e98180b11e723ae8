package learn

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/desk"
	"kefu/bot/intent"
)

func hotel(t *testing.T) *desk.Pack {
	t.Helper()
	p, err := desk.Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ended are cases of a house whose guests say 摆渡车 and 儿童营, which no word list of
// the pack knows.
func ended() (all []Choice) {
	where := []string{"大堂", "山上", "码头", "东门", "西楼", "湖边"}
	for i := range 60 {
		at := where[i%len(where)]
		all = append(all,
			Choice{fmt.Sprintf("%s的摆渡车第%d趟没来，老人站着干等", at, i), "sec", "slow"},
			Choice{fmt.Sprintf("%s那边儿童营的%d号老师凶孩子", at, i), "rec", "attitude"})
	}
	return all
}

// What is chosen at closing is learned even where the words' meaning cannot be; the
// version holds both, and goes back as one.
func TestLearnClosings(t *testing.T) {
	s, _ := shelf(t)
	p, r := hotel(t), intent.New(intent.Lexicon{})
	rep, err := s.Learn(t.Context(), intent.Shipped(), r, nil, ended(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"只有 0 句", "责任部门", "原因", "一来就派对的", "保安部", "响应慢", "已换上新的"} {
		if !strings.Contains(rep.Text(9), want) {
			t.Errorf("the report lacks %q:\n%s", want, rep.Text(9))
		}
	}
	for _, d := range rep.Sorted {
		if !d.Used || d.New.Accuracy() < 0.95 || d.Held < 10 {
			t.Errorf("%s not learned:\n%s", d.What, rep.Text(0))
		}
	}
	in, changed, err := s.Current(t.Context(), "")
	if err != nil || !changed || in.Model != nil || in.Alien {
		t.Fatalf("in use: %+v %v", in, err)
	}
	var h Habits
	if got := h.Takes(p, "北门的摆渡车等不来"); got != "" {
		t.Errorf("who has learned nothing says %q", got)
	}
	h.Use(in)
	if got := h.Takes(p, "北门的摆渡车等不来"); got != "sec" {
		t.Errorf("taken by %q", got)
	}
	if got := []string{h.Blamed(p, "儿童营老师又凶人"), h.Cause(p, "儿童营老师又凶人"), h.Blamed(p, "ok"), h.Cause(p, "")}; !cmp.Equal(got, []string{"rec", "attitude", "", ""}) {
		t.Errorf("offered %q", got)
	}
	gone := *p
	gone.Departments = nil
	if got := h.Takes(&gone, "北门的摆渡车等不来"); got != "" {
		t.Errorf("given to %q, which is not there", got)
	}
	list, _, err := s.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Closed == 0 || !strings.Contains(Listing(list, false), "办结的选择学") {
		t.Fatalf("list %+v %v", list, err)
	}
	if _, err := s.Back(t.Context()); err != nil {
		t.Fatal(err)
	}
	if in, _, err = s.Current(t.Context(), rep.Version); err != nil {
		t.Fatal(err)
	}
	h.Use(in)
	if got := h.Takes(p, "北门的摆渡车等不来"); got != "" {
		t.Errorf("put back it says %q", got)
	}
}

// Learning intents alone leaves what closing taught in use, and the other way round.
func TestPartsStay(t *testing.T) {
	s, later := shelf(t)
	p, r := hotel(t), intent.New(intent.Lexicon{})
	for i, learn := range []func() (*Report, error){
		func() (*Report, error) { return s.Learn(t.Context(), intent.Shipped(), r, nil, ended(), p) },
		func() (*Report, error) { return s.Learn(t.Context(), intent.Shipped(), r, odd(), nil, nil) },
		func() (*Report, error) { return s.Learn(t.Context(), intent.Shipped(), r, odd(), ended()[:20], p) },
		func() (*Report, error) { return s.Learn(t.Context(), intent.Shipped(), r, nil, ended(), p) },
	} {
		rep, err := learn()
		if err != nil || rep.Version == "" {
			t.Fatalf("%d: %v", i, err)
		}
		in, _, err := s.Current(t.Context(), "")
		if err != nil || in.depts == nil || in.causes == nil || (in.Model != nil) != (i > 0) {
			t.Errorf("%d: %v %v %v %v", i, in.depts != nil, in.causes != nil, in.Model != nil, err)
		}
		if i == 2 && (!rep.Used || !strings.Contains(rep.Text(0), "只有 20 件") || !strings.Contains(rep.Text(0), "没有学")) {
			t.Errorf("too few cases are not told of:\n%s", rep.Text(0))
		}
		later(1e9)
	}
}

// What is chosen without any rule is not better than what the word lists say: they
// stay.
func TestClosingsWorse(t *testing.T) {
	s, _ := shelf(t)
	p := hotel(t)
	var all []Choice
	for i, dept := range []string{"eng", "house", "fb", "fin", "eng", "house", "fb", "fin"} {
		for j := range 12 {
			text := fmt.Sprintf("%s%c%c", map[string]string{"eng": "空调坏了", "house": "床单很脏", "fb": "早餐难吃", "fin": "发票没开"}[dept], '一'+rune(i*40+j), '丁'+rune(j*31))
			if !held(text) {
				dept = []string{"eng", "house", "fb", "fin"}[(i+j)%4]
			}
			all = append(all, Choice{Text: text, Dept: dept})
		}
	}
	rep, err := s.Learn(t.Context(), nil, intent.New(intent.Lexicon{}), nil, all, p)
	if err != nil {
		t.Fatal(err)
	}
	if d := rep.Sorted[0]; d.Used || d.Old.Accuracy() < 0.9 || rep.Version != "" || !strings.Contains(rep.Text(0), "没有换") {
		t.Errorf("what is worse is used:\n%s", rep.Text(0))
	}
	if !strings.Contains(rep.Sorted[1].Refused, "只有 0 件") {
		t.Errorf("causes: %q", rep.Sorted[1].Refused)
	}
}

// A sorter is the same after it was kept, and nothing else is taken for one.
func TestPacked(t *testing.T) {
	texts, of := []string{}, []int{}
	for i, c := range ended() {
		texts, of = append(texts, c.Text), append(of, i%2)
	}
	made := trainSorter(texts, of, []string{"sec", "rec"})
	b, err := json.Marshal(made.pack())
	if err != nil {
		t.Fatal(err)
	}
	var p packed
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	again := p.open()
	for _, text := range append(texts, "老师", "摆渡车的老师", "abc") {
		a, sure := made.Guess(text)
		b, too := again.Guess(text)
		if a != b || sure-too > 0.02 || too-sure > 0.02 {
			t.Errorf("%q: %s %.3f, kept %s %.3f", text, a, sure, b, too)
		}
	}
	for name, spoil := range map[string]func(*packed){
		"another shape": func(p *packed) { p.Shape++ }, "one label": func(p *packed) { p.Labels, p.Bias = p.Labels[:1], p.Bias[:1] },
		"a row less": func(p *packed) { p.Steps = p.Steps[4:] }, "no number": func(p *packed) { p.Steps[3], p.Steps[2] = 0x7f, 0xff },
		"out of order": func(p *packed) { p.Keys[3], p.Keys[7] = 0xff, 0 }, "weights cut": func(p *packed) { p.Weight = p.Weight[1:] },
	} {
		q := *made.pack()
		spoil(&q)
		if q.open() != nil {
			t.Errorf("%s is taken for a sorter", name)
		}
	}
}

// Who is sure is right about so often, also when few cases were seen and a quarter of
// them are chosen by nothing.
func TestSureIsRight(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fill := strings.Fields("我 们 等 了 很久 没 人 管 真是 怎么 回事 昨天 今天 晚上 这边 那边 非常 失望 不行")
	topics := [][]string{{"摆渡车", "接驳", "班车"}, {"儿童营", "老师", "玩具"}, {"树屋", "蚂蚁", "帐篷"}}
	deal := func() (string, int) {
		of, text := rng.IntN(3), ""
		for range 8 {
			text += fill[rng.IntN(len(fill))]
		}
		text += topics[of][rng.IntN(3)] + fill[rng.IntN(len(fill))]
		if rng.IntN(4) == 0 {
			of = rng.IntN(3)
		}
		return text, of
	}
	for _, n := range []int{60, 600} {
		texts, of := make([]string, n), make([]int, n)
		for i := range n {
			texts[i], of[i] = deal()
		}
		s := trainSorter(texts, of, []string{"0", "1", "2"})
		sure, right := 0, 0
		for range 2000 {
			text, of := deal()
			if got, p := s.Guess(text); p >= sureTakes {
				sure++
				if got == strconv.Itoa(of) {
					right++
				}
			}
		}
		t.Logf("%d cases: sure %d times, right %d", n, sure, right)
		if 10*right < 7*sure {
			t.Errorf("of %d cases: sure %d times, right %d", n, sure, right)
		}
	}
}

func BenchmarkGuess(b *testing.B) {
	var texts []string
	var of []int
	for i, c := range ended() {
		texts, of = append(texts, c.Text), append(of, i%2)
	}
	s := trainSorter(texts, of, []string{"sec", "rec"})
	for b.Loop() {
		s.Guess("北门的摆渡车等不来，我们等了二十分钟也没有人管")
	}
}
