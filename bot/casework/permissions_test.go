package casework_test

import (
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/ticket"
)

// Who may do what to a case of 小陈's, ordinary and major. "" means it is done;
// else what they are told, which says what is the case and what can be done.
func TestPermissions(t *testing.T) {
	const (
		notYours = "# 归小陈负责。要帮忙就打：备 # 想说的话"
		leadOnly = "这一步要组长来点。已在单上：#"
	)
	say := func(s *stage, by string, id ticket.ID) error {
		_, err := s.Say(s.t.Context(), by, id, "您好", false)
		return err
	}
	type act func(s *stage, by string, id ticket.ID) error
	wrap := func(f func(s *stage, by string, id ticket.ID) (casework.Outcome, error)) act {
		return func(s *stage, by string, id ticket.ID) error { _, err := f(s, by, id); return err }
	}
	acts := map[string]act{
		"say": say,
		"wait": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.Wait(s.t.Context(), by, id, "")
		}),
		"help": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.Help(s.t.Context(), by, id, "eng", "")
		}),
		"move": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.MoveTo(s.t.Context(), by, id, "小菲", "")
		}),
		"promise": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.Promise(s.t.Context(), by, id, s.now().Add(time.Hour), "等配件")
		}),
		"close": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.Solve(s.t.Context(), by, id, "修好了", "equipment", "eng")
		}),
		"note": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.Note(s.t.Context(), by, id, "看过")
		}),
		"claim": wrap(func(s *stage, by string, id ticket.ID) (casework.Outcome, error) {
			return s.Claim(s.t.Context(), by, id, "")
		}),
	}
	for _, x := range []struct {
		act, by string
		major   bool
		want    string
	}{
		{"say", "chen", false, ""},
		{"say", "fei", false, notYours},
		{"say", "he", false, notYours},
		{"say", "jing", false, ""},
		{"say", "liu", false, ""},
		{"wait", "chen", false, ""},
		{"wait", "fei", false, notYours},
		{"wait", "jing", false, ""},
		{"help", "chen", false, ""},
		{"help", "he", false, notYours},
		{"help", "liu", false, ""},
		{"move", "chen", false, ""},
		{"move", "fei", false, notYours},
		{"move", "jing", false, ""},
		{"promise", "chen", false, ""},
		{"promise", "fei", false, notYours},
		{"close", "chen", false, ""},
		{"close", "fei", false, notYours},
		{"close", "jing", false, ""},
		{"claim", "fei", false, "# 小陈 14:05 接了。要帮忙就打：备 # 想说的话"},
		{"note", "he", false, ""},
		{"note", "nobody", false, "您还不在客服名单里。请经理在配置的 staff 里加上您的企业微信账号。"},
		{"say", "chen", true, ""},
		{"close", "chen", true, "# 是重大投诉，只有经理能办结。要补充就打：备 # 想说的话"},
		{"close", "jing", true, "# 是重大投诉，只有经理能办结。要补充就打：备 # 想说的话"},
		{"close", "liu", true, ""},
		{"close", "gm", true, ""},
	} {
		s := newStage(t, "2026-11-24 14:05")
		c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
		if x.major {
			_, err := s.Book.Update(t.Context(), c.TicketID(), func(c *ticket.Ticket) error { c.Level, c.Sensitive = ticket.Major, true; return nil })
			s.must(err)
		}
		if got := s.refused(c, acts[x.act](s, x.by, c.TicketID())); got != x.want {
			t.Errorf("%s by %s (major %v): %q, want %q", x.act, x.by, x.major, got, x.want)
		}
	}
	// nobody has it yet
	for by, want := range map[string]string{"chen": "", "jing": "", "liu": "", "he": "您不在前厅组，不能接。要看可打：查 #"} {
		s := newStage(t, "2026-11-24 14:05")
		c := s.open()
		if got := s.refused(c, acts["claim"](s, by, c.TicketID())); got != want {
			t.Errorf("claim by %s: %q, want %q", by, got, want)
		}
	}
	for by, want := range map[string]string{"chen": leadOnly, "jing": "", "liu": ""} {
		s := newStage(t, "2026-11-24 14:05")
		c := s.open(func(in *casework.Intake) { in.Alarms = []string{"12315"} })
		if got := s.refused(c, acts["claim"](s, by, c.TicketID())); got != want {
			t.Errorf("claim of a major one by %s: %q, want %q", by, got, want)
		}
	}
}

// What ended says so, whatever is tried.
func TestActsOnWhatEnded(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.done(s.Solve(ctx, "chen", id, "修好了", "equipment", "eng"))
	ended := `# 已在 14:05 办结。客人又有事就点工单页"重开"。`
	for name, err := range map[string]error{
		"claim":   second(s.Claim(ctx, "fei", id, "")),
		"wait":    second(s.Wait(ctx, "chen", id, "")),
		"help":    second(s.Help(ctx, "chen", id, "eng", "")),
		"move":    second(s.MoveTo(ctx, "chen", id, "小菲", "")),
		"promise": second(s.Promise(ctx, "chen", id, s.now().Add(time.Hour), "等配件")),
		"close":   second(s.Solve(ctx, "chen", id, "又好了", "", "")),
		"mine":    second(s.Mine(ctx, "jing", id)),
		"called":  second(s.Called(ctx, "fei", id, "change", "")),
		"later":   second(s.Later(ctx, "chen", id)),
	} {
		if got := s.refused(c, err); got != ended {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func second[T any](_ T, err error) error { return err }
