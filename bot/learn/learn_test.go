package learn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kefu/bot/intent"
	"kefu/store/sqlite"
)

func shelf(t *testing.T) (*Shelf, func(time.Duration)) {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	now := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	s, err := Open(t.Context(), e, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return s, func(d time.Duration) { now = now.Add(d) }
}

// odd are messages of a company that says things its own way: 下线 is a repair,
// 加单 an order.
func odd() (rows []Row) {
	for i := range 40 {
		rows = append(rows,
			Row{Text: fmt.Sprintf("设备%d号下线了没反馈", i), Label: "repair"},
			Row{Text: fmt.Sprintf("加单%d箱走老地方", i), Label: "order"})
	}
	return rows
}

func TestLearn(t *testing.T) {
	s, later := shelf(t)
	r := intent.New(intent.Lexicon{})
	rep, err := s.Learn(t.Context(), intent.Shipped(), r, odd(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !rep.Used || rep.New.MacroF1() < 0.95 || rep.New.MacroF1() <= rep.Old.MacroF1() {
		t.Fatalf("not learned: %s", rep.Text(5))
	}
	for _, want := range []string{"已换上新的", "变对", "报修"} {
		if !strings.Contains(rep.Text(3), want) {
			t.Errorf("the report lacks %q:\n%s", want, rep.Text(3))
		}
	}
	in, changed, err := s.Current(t.Context(), "")
	id, m := in.ID, in.Model
	if err != nil || id != rep.Version || m == nil || !changed {
		t.Fatalf("in use: %q %v %v %v", id, m != nil, changed, err)
	}
	if _, changed, _ := s.Current(t.Context(), id); changed {
		t.Error("it is said to have changed although it has not")
	}
	r.Use(m)
	if got := r.Read("设备99号下线了没反馈", intent.Context{}).Main; got != intent.Repair {
		t.Errorf("read as %s", got)
	}
	for i := range 7 {
		later(time.Minute)
		if _, err := s.Learn(t.Context(), intent.Shipped(), r, odd(), nil, nil); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	list, own, err := s.List(t.Context())
	if err != nil || own || len(list) != kept || !list[0].InUse {
		t.Fatalf("list: %v %v %v", list, own, err)
	}
	for i := 1; i < kept; i++ {
		id, err := s.Back(t.Context())
		if err != nil {
			t.Fatalf("back %d: %v", i, err)
		}
		if id != list[i].ID {
			t.Errorf("back to %q, want %q", id, list[i].ID)
		}
	}
}

func TestBack(t *testing.T) {
	s, _ := shelf(t)
	if _, err := s.Back(t.Context()); !errors.Is(err, ErrRefused) {
		t.Fatalf("back from nothing: %v", err)
	}
	rep, err := s.Learn(t.Context(), intent.Shipped(), intent.New(intent.Lexicon{}), odd(), nil, nil)
	if err != nil || !rep.Used {
		t.Fatal(err)
	}
	if id, err := s.Back(t.Context()); err != nil || id != "" {
		t.Fatalf("back to %q, %v", id, err)
	}
	if in, changed, err := s.Current(t.Context(), rep.Version); in.ID != "" || in.Model != nil || !changed || err != nil {
		t.Fatalf("in use: %q %v", in.ID, err)
	}
	if _, err := s.Back(t.Context()); !errors.Is(err, ErrRefused) {
		t.Fatalf("back beyond the first: %v", err)
	}
}

// The same rows, in whatever order, give the same weights.
func TestLearnTwice(t *testing.T) {
	rows := odd()
	s, _ := SchemeOf(rows)
	a, err := s.Train(intent.Shipped(), rows).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	b, _ := s.Train(intent.Shipped(), rows).MarshalBinary()
	if string(a) != string(b) {
		t.Error("two models of the same rows differ")
	}
}

// A worse one is not put in use.
func TestWorse(t *testing.T) {
	s, later := shelf(t)
	r := intent.New(intent.Lexicon{})
	if rep, err := s.Learn(t.Context(), intent.Shipped(), r, odd(), nil, nil); err != nil || !rep.Used {
		t.Fatal(err)
	}
	later(time.Minute)
	// What is learned from now says nothing of 加单; what is held out still does.
	var rows []Row
	for _, x := range odd() {
		if held(x.Text) || x.Label == "repair" {
			rows = append(rows, x)
		}
	}
	for i := range 60 {
		if x := (Row{Text: fmt.Sprintf("加单%d箱走老地方吗好", i), Label: "repair"}); !held(x.Text) {
			rows = append(rows, x)
		}
	}
	rep, err := s.Learn(t.Context(), intent.Shipped(), r, rows, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Used || !strings.Contains(rep.Text(0), "没有换") {
		t.Errorf("a worse one is in use:\n%s", rep.Text(9))
	}
	if list, _, _ := s.List(t.Context()); len(list) != 1 {
		t.Errorf("%d versions", len(list))
	}
}

func TestRefused(t *testing.T) {
	one, two := odd(), odd()
	for i := range one {
		one[i].Label = "repair"
	}
	for i := range 10 {
		two = append(two, Row{Text: two[i].Text + "。", Label: "praise"})
	}
	few := append(odd(), Row{Text: "唯一的一句", Label: "praise"})
	for name, c := range map[string]struct {
		rows []Row
		say  string
	}{
		"five rows":      {odd()[:5], "只有 5 句"},
		"one class":      {one, "只有一种标签"},
		"contradictions": {two, "标了两种"},
		"a label of one": {few, "只有 1 句"},
		"unknown label":  {append(odd(), Row{Text: "啊", Label: "weather"}), "不认识的标签 weather"},
		"nothing":        {nil, "只有 0 句"},
	} {
		s, _ := shelf(t)
		_, err := s.Learn(context.Background(), nil, intent.New(intent.Lexicon{}), c.rows, nil, nil)
		if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %q", name, err, c.say)
		}
		if _, own, _ := s.List(context.Background()); !own {
			t.Errorf("%s: the old one does not stay", name)
		}
	}
}
