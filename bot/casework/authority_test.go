package casework_test

import (
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/ticket"
	"kefu/store"
)

// An authority's date is told the day before at nine and when it comes, to lead and
// manager and who has the case, also while it waits for the customer.
func TestAuthorityDateIsToldWhileWaiting(t *testing.T) {
	s := newStage(t, "2026-11-20 14:05")
	c := s.open(func(in *casework.Intake) {
		in.Owner, in.Source = "chen", "12345"
		in.ReplyBy = store.At(s.now().Add(51 * time.Hour)) // the 22nd at 17:05
	})
	if want := "2026-11-21 09:00"; c.Alert.In(s.Calendar.Location()).Format("2006-01-02 15:04") != want {
		t.Fatalf("first told at %s", c.Alert)
	}
	s.done(s.Wait(t.Context(), "chen", c.TicketID(), "您看哪天方便"))
	s.left()
	s.news(c)
	s.jump(18 * time.Hour) // 08:05
	s.expect(c)
	s.jump(56 * time.Minute)
	const due = " # 12345要求明天 17:05 前回复，还没办结，小陈负责，现在是“待客户”。"
	s.posts(c, "jing"+due, "liu"+due, "chen"+due)
	s.jump(32 * time.Hour)
	s.news(c) // the reminder of the one who waits
	s.jump(5 * time.Minute)
	const over = " # 12345要求的回复时间到了，还没办结，小陈负责，现在是“待客户”。请马上回复并办结。"
	s.posts(c, "jing"+over, "liu"+over, "chen"+over)
	s.jump(24 * time.Hour)
	for _, line := range s.news(c) {
		if match(line, "…12345…") {
			t.Errorf("told again: %s", line)
		}
	}
}

func TestAuthorityDateWithinADayIsToldAtOnce(t *testing.T) {
	s := newStage(t, "2026-11-20 14:05")
	c := s.open(func(in *casework.Intake) {
		in.Kind, in.Source, in.ReplyBy = ticket.Complaint, "12315", store.At(s.now().Add(20*time.Hour))
	})
	s.news(c)
	s.jump(0)
	s.has(c, "liu # 12315要求明天 10:05 前回复，还没办结。")
	if got := s.get(c.TicketID()); !got.Alert.Equal(got.Reply) {
		t.Errorf("next told at %s", got.Alert)
	}
}

// Who was asked to call back after a low rating records the call, though the case
// is closed; then nobody need call any more.
func TestCallBackOfAClosedCase(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.done(s.Solve(ctx, "chen", id, "修好了", "equipment", "eng"))
	_, err := s.Book.Update(ctx, id, func(t *ticket.Ticket) error {
		t.Asked = "jing"
		t.Close(s.now())
		return nil
	})
	s.must(err)
	if got := s.refused(c, second(s.Called(ctx, "fei", id, "other", ""))); got == "" {
		t.Error("somebody who has nothing to do with it recorded a call")
	}
	s.done(s.Called(ctx, "jing", id, "missed", ""))
	if got := s.get(id); got.Asked != "jing" {
		t.Error("nobody calls any more, though nobody was reached")
	}
	s.done(s.Called(ctx, "jing", id, "other", "已道歉，客人接受"))
	got := s.get(id)
	if got.Asked != "" || got.State != ticket.Closed {
		t.Errorf("asked %q, %s", got.Asked, got.State)
	}
	if e := got.History[len(got.History)-1]; e.What != ticket.Called || e.Text != "其他 已道歉，客人接受" {
		t.Errorf("%+v", e)
	}
}
