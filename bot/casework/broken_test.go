package casework_test

import (
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/ticket"
)

// Somebody took the case and then did nothing: it climbs to the lead, and is not
// given to another agent over their head.
func TestTakenAndThenNothing(t *testing.T) {
	for _, x := range []struct {
		name string
		open func(*stage) *ticket.Ticket
	}{
		{"claimed", func(s *stage) *ticket.Ticket {
			c := s.open()
			s.pass(time.Minute)
			return s.done(s.Claim(s.t.Context(), "chen", c.TicketID(), ""))
		}},
		{"theirs from the start", func(s *stage) *ticket.Ticket {
			c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
			s.pass(time.Minute)
			return c
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newStage(t, "2026-11-24 14:05")
			s.open(func(in *casework.Intake) { in.Owner = "chen" }) // fei has less in hand
			c := x.open(s)
			s.news(c)
			s.pass(13 * time.Minute)
			s.expect(c)
			s.pass(time.Minute) // 14:20
			got := strings.Join(s.news(c), "\n")
			for _, want := range []string{"wang 让您多等了。已改请组长陈静，14:35 前联系您。", "jing 卡片 没人动 #"} {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing from\n%s", want, got)
				}
			}
			if strings.Contains(got, "自动派给您") || strings.Contains(got, "卡片 投诉 #") {
				t.Errorf("it was offered again:\n%s", got)
			}
			if o := s.get(c.TicketID()); o.Owner != "chen" || o.Auto {
				t.Errorf("%s has it, given: %v", o.Owner, o.Auto)
			}
			// and then to the manager, and on
			s.pass(15 * time.Minute)
			s.has(c, "liu 卡片 没人动 # · 设施设备｜…")
		})
	}
}

// Opened again, it is the same person's: nobody else is given it, their lead hears
// when they do not act.
func TestReopenedStaysWithTheSamePerson(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open()
	ctx, id := t.Context(), c.TicketID()
	s.done(s.Claim(ctx, "fei", id, ""))
	s.done(s.Solve(ctx, "fei", id, "修好了", "equipment", "eng"))
	s.jump(2 * time.Hour)
	s.news(c)
	s.done(s.Reopen(ctx, "fei", id, "客人说还不行"))
	s.news(c)
	s.pass(9 * time.Minute)
	s.expect(c)
	s.pass(time.Minute)
	s.has(c, "jing 卡片 没人动 # · 设施设备｜…")
	if o := s.get(id); o.Owner != "fei" || o.Auto {
		t.Errorf("%s has it, given: %v", o.Owner, o.Auto)
	}
}

// A promise that breaks at night, of a case that does not climb then, is renewed
// for the morning: nobody hears of it before.
func TestBrokenAtNight(t *testing.T) {
	for _, x := range []struct {
		name, room, want string
	}{
		{"not in the house", "", "wang 让您多等了。已改请组长陈静，明天 8:25 前联系您。"},
		{"in the house", "1208", "wang 让您多等了。已改请组长陈静，22:40 前联系您。"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newStage(t, "2026-11-24 21:50")
			c := s.open(func(in *casework.Intake) {
				in.Kind, in.Words, in.Category, in.Room = ticket.Inquiry, "泳池能带火烈鸟吗", "recreation", x.room
			})
			s.pass(24 * time.Minute)
			s.news(c)
			s.pass(time.Minute) // 22:15
			s.has(c, x.want)
		})
	}
}
