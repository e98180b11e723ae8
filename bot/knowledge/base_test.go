package knowledge

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"kefu/store"
	"kefu/store/sqlite"
)

var now = time.Date(2026, 11, 24, 14, 5, 0, 0, china)

func open(t testing.TB) (*Base, store.Engine) {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	b, err := Open(t.Context(), e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b, e
}

func seeded(t testing.TB) (*Base, store.Engine) {
	t.Helper()
	b, e := open(t)
	if _, err := b.Seed(t.Context(), Hotel, now); err != nil {
		t.Fatal(err)
	}
	return b, e
}

func TestAsks(t *testing.T) {
	b, _ := seeded(t)
	text, err := os.ReadFile("testdata/asks.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		who := Everyone
		if len(cells) > 2 {
			who = Audience(cells[2])
		}
		a := b.Ask(cells[0], who, now)
		if got := ids(a); got != cells[1] {
			t.Errorf("asks.txt:%d %q is answered by %s (%.2f), want %s; near %s", i+1, cells[0], got, a.Score, cells[1], a.Near)
		}
		n++
	}
	if n < 50 {
		t.Errorf("only %d questions", n)
	}
}

// What comes closest is shown to staff, with how close it is.
func TestNear(t *testing.T) {
	b, _ := seeded(t)
	a := b.Ask("你们泳池能带那种很大的充气火烈鸟吗", Everyone, now)
	if got := a.Near.String(); got != "泳池开放时间（0.41）" {
		t.Errorf("near is %q", got)
	}
	if got := (Near{}).String(); got != "" {
		t.Errorf("nothing near is %q", got)
	}
}

func ids(a Answer) string {
	switch {
	case a.Sure:
		return a.Best.ID
	case len(a.Several) > 0:
		var s []string
		for _, x := range a.Several {
			s = append(s, x.ID)
		}
		return strings.Join(s, ",")
	}
	return "-"
}

// The shipped articles keep to what fits into one reply.
func TestHotel(t *testing.T) {
	all, err := Read(Hotel)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Errorf("%d articles, want 30", len(all))
	}
	for _, a := range all {
		if n := utf8.RuneCountInString(a.Answer); n > 120 || strings.Count(a.Answer, "\n") > 3 {
			t.Errorf("%s: %d characters, %d lines", a.ID, n, strings.Count(a.Answer, "\n")+1)
		}
		if a.Title == "" {
			t.Errorf("%s has no title", a.ID)
		}
	}
}

// An article answers its own question and each other way to ask it, or is among
// those to choose from.
func TestOwnQuestions(t *testing.T) {
	b, _ := seeded(t)
	all, err := Read(Hotel)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		for _, q := range append([]string{a.Question}, a.Asks...) {
			got := b.Ask(q, a.Audience, now)
			if !strings.Contains(ids(got), a.ID) {
				t.Errorf("%s %q is answered by %s (near %s)", a.ID, q, ids(got), got.Near)
			}
		}
	}
}

func TestOfficialOnly(t *testing.T) {
	b, _ := open(t)
	put := func(id, q, answer string, official bool) {
		t.Helper()
		if _, err := b.Put(t.Context(), Article{Meta: store.Meta{ID: id}, Question: q, Answer: answer, Official: official}, "lead", now); err != nil {
			t.Fatal(err)
		}
	}
	put("1", "损坏物品怎么赔偿？", "问一下前台。", false)
	a := b.Ask("损坏物品怎么赔偿", Everyone, now)
	if a.Known() || !a.Binding || a.Near.Article == nil {
		t.Errorf("answered from what is not official: %+v", a)
	}
	put("1", "损坏物品怎么赔偿？", "按房内价目单。", true)
	if a := b.Ask("损坏物品怎么赔偿", Everyone, now); !a.Sure || a.Best.Version != 2 || a.Best.Answer != "按房内价目单。" {
		t.Errorf("not answered from the official one: %+v", a)
	}
}

func TestValidity(t *testing.T) {
	b, _ := open(t)
	_, err := b.Seed(t.Context(), fstest.MapFS{"a.yaml": {Data: []byte(`
articles:
  - {id: "1", question: 圣诞晚餐几点开始, answer: 十八点。, from: 2026-12-01, until: 2026-12-25}
  - {id: "2", question: 贵宾厅在哪里, answer: 二楼。, audience: vip}
  - {id: "3", question: 内线总机号码, answer: 八八零零。, audience: staff}
`)}}, now)
	if err != nil {
		t.Fatal(err)
	}
	day := func(m time.Month, d, h int) time.Time { return time.Date(2026, m, d, h, 0, 0, 0, china) }
	for _, c := range []struct {
		q    string
		who  Audience
		at   time.Time
		want string
	}{
		{"圣诞晚餐几点开始", Everyone, day(11, 30, 23), "-"},
		{"圣诞晚餐几点开始", Everyone, day(12, 1, 0), "1"},
		{"圣诞晚餐几点开始", Everyone, day(12, 25, 23), "1"},
		{"圣诞晚餐几点开始", Everyone, day(12, 26, 0), "-"},
		{"贵宾厅在哪里", Everyone, now, "-"},
		{"贵宾厅在哪里", VIP, now, "2"},
		{"贵宾厅在哪里", Staff, now, "2"},
		{"内线总机号码", VIP, now, "-"},
		{"内线总机号码", Staff, now, "3"},
	} {
		a := b.Ask(c.q, c.who, c.at)
		if got := ids(a); got != c.want {
			t.Errorf("%s, %s, %s: %s, want %s", c.q, c.who, c.at, got, c.want)
		}
		if c.want == "-" && a.Near.Article != nil {
			t.Errorf("%s, %s: %s is shown as near", c.q, c.who, a.Near)
		}
	}
	if b.Live("2", Everyone, now) != nil || b.Live("2", VIP, now) == nil {
		t.Error("a tap shows an article to whom it is not meant for")
	}
}

func TestProposeApprove(t *testing.T) {
	b, e := seeded(t)
	q, key := "泳池能带充气玩具吗", "k1"
	if err := b.Missed(t.Context(), q, key, now); err != nil {
		t.Fatal(err)
	}
	p := Proposal{Ticket: "t1", Question: q, Answer: "一米以内的可以，火烈鸟太大，请放在池边。", By: "rec01"}
	a, err := b.Propose(t.Context(), p, now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.Propose(t.Context(), p, now)
	if err != nil || again.ID != a.ID {
		t.Fatalf("proposed twice: %v %v", again, err)
	}
	if ids(b.Ask(q, Everyone, now)) == a.ID {
		t.Error("a draft answers")
	}
	drafts, err := b.Drafts(t.Context(), 10)
	if err != nil || len(drafts) != 1 {
		t.Fatalf("drafts: %v %v", drafts, err)
	}
	if _, err := b.Approve(t.Context(), a.ID, "lead01", now); err != nil {
		t.Fatal(err)
	}
	got := b.Ask(q, Everyone, now)
	if ids(got) != a.ID || got.Best.ApprovedBy != "lead01" || got.Best.ProposedBy != "rec01" {
		t.Errorf("approved, but answered by %s", ids(got))
	}
	left, err := b.Unanswered(t.Context(), 10, now)
	if err != nil || len(left) != 0 {
		t.Errorf("still unanswered: %v %v", left, err)
	}
	if _, err := b.Retire(t.Context(), a.ID, now); err != nil {
		t.Fatal(err)
	}
	if ids(b.Ask(q, Everyone, now)) == a.ID {
		t.Error("a retired article answers")
	}
	if _, err := b.Approve(t.Context(), a.ID, "lead01", now); !errors.Is(err, ErrNotDraft) {
		t.Errorf("approving what was retired: %v", err)
	}
	other, err := Open(t.Context(), e, Options{})
	if err != nil || other.Len() != b.Len() {
		t.Errorf("opened anew: %d articles, want %d; %v", other.Len(), b.Len(), err)
	}
}

// What one instance changes, another finds after Refresh.
func TestRefresh(t *testing.T) {
	b, e := seeded(t)
	other, err := Open(t.Context(), e, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(t.Context(), Article{Meta: store.Meta{ID: "900"}, Question: "有没有直升机停机坪", Answer: "没有。"}, "lead", now); err != nil {
		t.Fatal(err)
	}
	if other.Ask("有没有直升机停机坪", Everyone, now).Sure {
		t.Error("known before it was read")
	}
	if err := other.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := other.Ask("有没有直升机停机坪", Everyone, now); !a.Sure || a.Best.ID != "900" {
		t.Errorf("not found after Refresh: %+v", a)
	}
}

func TestMissedGroups(t *testing.T) {
	b, _ := seeded(t)
	for i, q := range []string{"泳池能带充气火烈鸟吗", "请问泳池可以带充气火烈鸟么", "你们有没有直升机停机坪", "？？"} {
		for range 2 { // a repeat counts once
			if err := b.Missed(t.Context(), q, fmt.Sprint("m", i), now); err != nil {
				t.Fatal(err)
			}
		}
	}
	list, err := b.Unanswered(t.Context(), 10, now)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, m := range list {
		got[m.Question] = m.Count
	}
	if diff := cmp.Diff(map[string]int{"泳池能带充气火烈鸟吗": 2, "你们有没有直升机停机坪": 1}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadComplains(t *testing.T) {
	_, err := Read(fstest.MapFS{
		"a.yaml": {Data: []byte("articles:\n  - {id: x, question: 甲, answer: 乙}\n  - {id: x, question: 甲, answer: 乙}\n  - {id: y, question: '', answer: ''}\n  - {id: z, question: 甲, answer: 乙, from: 明天}\n")},
		"b.yaml": {Data: []byte("articles:\n  - {id: q, colour: red}\n")},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"第 2 条", "已在 a.yaml 用过", "第 3 条", "缺少问题", "缺少答案", "第 4 条", "2026-11-24", "b.yaml", "colour"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %s:\n%v", want, err)
		}
	}
}

func FuzzAsk(f *testing.F) {
	b, _ := seeded(f)
	for _, s := range []string{"早餐几点", "", "\xff", "wifi", strings.Repeat("早餐", 2000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := b.Ask(s, Everyone, now)
		if a.Sure == (a.Best == nil) || a.Sure && a.Several != nil || len(a.Several) > 3 {
			t.Fatalf("%+v", a)
		}
		if a.Best != nil && a.Best.Audience == Staff {
			t.Fatal("a staff article for a customer")
		}
	})
}
