package casework_test

import (
	"fmt"
	"strings"
	"testing"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/intent"
	"kefu/bot/learn"
	"kefu/bot/ticket"
)

// What staff choose when they end cases is offered first for the next one like them,
// and who is responsible hears of it at once where no word of the pack says so. What
// a person chooses stands.
func TestClosingTeaches(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	about := func(text string) func(*casework.Intake) {
		return func(in *casework.Intake) {
			in.Who, in.Words, in.Thing, in.Category, in.Room = li, text, "", "", ""
		}
	}
	const late, rude = "北门的摆渡车等不来", "山上儿童营老师又凶人"
	x := s.open(about(late))
	if x.Dept != "front" || keys(s.Causes(x)) != "equipment slow attitude process guest other" || !strings.HasPrefix(keys(s.Blamable(x)), "front eng house") {
		t.Fatalf("before anything was learned: %s, %s, %s", x.Dept, keys(s.Causes(x)), keys(s.Blamable(x)))
	}
	for i := range 24 {
		at := []string{"大堂", "山上", "码头", "东门"}[i%4]
		a := s.open(about(fmt.Sprintf("%s的摆渡车第%c趟没来，老人干等", at, '一'+rune(3*i))))
		s.done(s.Solve(t.Context(), "liu", a.TicketID(), "已派车接到", "slow", "sec"))
		b := s.open(about(fmt.Sprintf("%s那边儿童营%c班老师凶孩子", at, '一'+rune(5*i))))
		s.done(s.Solve(t.Context(), "liu", b.TicketID(), "老师已道歉", "attitude", "rec"))
	}
	s.teach(t)
	x = s.open(about(late))
	if x.Dept != "sec" || !strings.HasPrefix(keys(s.Causes(x)), "slow equipment") || !strings.HasPrefix(keys(s.Blamable(x)), "sec front eng") {
		t.Errorf("learned: %s, %s, %s", x.Dept, keys(s.Causes(x)), keys(s.Blamable(x)))
	}
	if n := len(s.Blamable(x)); n != len(s.Pack().Departments) {
		t.Errorf("%d departments to choose from", n)
	}
	if y := s.open(about(rude)); y.Dept != "rec" {
		t.Errorf("given to %s", y.Dept)
	}
	if y := s.open(func(in *casework.Intake) { in.Words = "空调坏了，山上儿童营老师又凶人" }); y.Dept != "eng" {
		t.Errorf("what a word of the pack names is given to %s", y.Dept)
	}
	if y := s.open(about("想问一下")); y.Dept != "front" {
		t.Errorf("what nothing is known of is given to %s", y.Dept)
	}
	if y := s.open(about(late), func(in *casework.Intake) { in.Kind = ticket.Privacy }); y.Dept != "front" {
		t.Errorf("a matter of personal data is given to %s", y.Dept)
	}
	got := s.done(s.Solve(t.Context(), "liu", x.TicketID(), "路上树倒了，已清", "other", "eng"))
	if got.Cause != "other" || got.Blame != "eng" {
		t.Errorf("chosen %s, %s", got.Cause, got.Blame)
	}
	again := s.done(s.Reopen(t.Context(), "liu", x.TicketID(), "又来了"))
	if cause, dept := s.Likely(again); cause != "other" || dept != "eng" {
		t.Errorf("what was chosen before is not offered: %s, %s", cause, dept)
	}
}

// teach learns from the cases of the stage.
func (s *stage) teach(t *testing.T) {
	t.Helper()
	own, err := learn.FromCases(t.Context(), s.Book, s.now())
	s.must(err)
	if len(own.Closed) != 48 {
		t.Fatalf("%d choices", len(own.Closed))
	}
	shelf, err := learn.Open(t.Context(), s.engine, s.now)
	s.must(err)
	rep, err := shelf.Learn(t.Context(), nil, intent.New(intent.Lexicon{}), own.Rows, own.Closed, s.Pack())
	s.must(err)
	if rep.Version == "" {
		t.Fatal(rep.Text(0))
	}
	in, _, err := shelf.Current(t.Context(), "")
	s.must(err)
	s.Habits = new(learn.Habits)
	s.Habits.Use(in)
}

func keys(of []chat.Option) string {
	var all []string
	for _, o := range of {
		all = append(all, o.Key)
	}
	return strings.Join(all, " ")
}
