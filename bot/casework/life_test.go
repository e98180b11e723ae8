package casework_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/store"
)

// did lets the customer do something to a case, as the bot records it.
func (s *stage) did(c *ticket.Ticket, effect, do, value, text string) {
	s.t.Helper()
	s.must(s.Customer(s.t.Context(), c.Who, effect, conversation.Act{
		Ticket: c.TicketID(), Do: do, Value: value, Text: text, At: store.At(s.now()),
	}))
}

// Waiting for the customer: clocks stop, one reminder at 24 hours while it can be
// sent, the end at 72, outside the satisfaction rate.
func TestWaitingForTheCustomer(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.news(c)
	s.done(s.Wait(ctx, "chen", id, "定换不换房"))
	s.has(c, "wang 小陈：定换不换房")
	s.jump(24*time.Hour - time.Minute)
	s.expect(c)
	s.pass(time.Minute)
	s.expect(c, "wang # 等您定换不换房，回一句就行", "chen # 客人 24 小时没回。窗口还能发 1 条，已提醒一次。")
	s.jump(48*time.Hour - time.Minute)
	s.expect(c)
	s.pass(time.Minute)
	s.expect(c) // the end is silent
	x := s.get(id)
	if x.State != ticket.Closed || x.Ending != "no_answer" || x.Result != "客人未再联系" || x.Rating != nil {
		t.Errorf("%s, ended as %s: %s", x.State, x.Ending, x.Result)
	}
	if len(x.Clocks.Late) != 0 {
		t.Errorf("late: %v, though it waited for the customer", x.Clocks.Late)
	}
}

// Outside the window nobody is reminded by us; who has the case hears that they
// must call.
func TestNoReminderOutsideTheWindow(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.jump(30 * time.Hour)
	s.done(s.Wait(ctx, "chen", id, ""))
	s.news(c)
	s.jump(24 * time.Hour)
	s.expect(c, "chen # 客人 24 小时没回。窗口不在，客人一来信会接着办。")
}

func TestTheCustomerAnswersWhileWeWait(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.done(s.Wait(ctx, "chen", id, ""))
	before := s.get(id).Clocks
	s.news(c)
	s.jump(10 * time.Hour)
	s.did(c, "e1", casework.DoAdd, "", "换吧")
	s.did(c, "e1", casework.DoAdd, "", "换吧") // the effect is carried twice
	x := s.get(id)
	if x.State != ticket.Working || !x.Clocks.Stopped.IsZero() || x.Clocks.Solve.Sub(before.Solve) != 10*time.Hour {
		t.Errorf("%s, clocks %+v, were %+v", x.State, x.Clocks, before)
	}
	s.expect(c, "chen …处理中 # · 设施设备…", "chen # 王女士：换吧")
	if strings.Count(events(x), "customer:said") != 2 { // the first words, and these
		t.Errorf("history: %s", events(x))
	}
}

// The pack may wait longer, or shorter, while cases do.
func TestThePackWaitsLonger(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	solved := func() ticket.ID {
		c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
		return s.done(s.Solve(t.Context(), "chen", c.TicketID(), "已换到 1506", "equipment", "eng")).TicketID()
	}
	id := solved()
	longer := s.Book.Limits()
	longer.Close = 96 * time.Hour
	s.Book.Adapt(longer)
	s.jump(72 * time.Hour)
	if x := s.get(id); x.State != ticket.Resolved || x.Due.Before(store.At(s.now().Add(23*time.Hour))) {
		t.Errorf("after 72 hours it is %s, due at %s", x.State, x.Due)
	}
	s.jump(24 * time.Hour)
	if x := s.get(id); x.State != ticket.Closed {
		t.Errorf("after 96 hours it is %s", x.State)
	}
	longer.Close = time.Hour
	s.Book.Adapt(longer)
	id = solved()
	s.jump(time.Hour)
	if x := s.get(id); x.State != ticket.Closed {
		t.Errorf("after the hour it waits now it is %s", x.State)
	}
}

// Resolved: closed in silence after 72 hours; opened again within 7 days to the
// same person, their lead told; not after.
func TestResolvedClosedReopened(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.news(c)
	out, err := s.Solve(ctx, "chen", id, "已换到 1506", "equipment", "eng")
	s.must(err)
	if out.Say != c.No+" 已办结，已告诉客人。" {
		t.Errorf("told %q", out.Say)
	}
	s.has(c, "wang 小陈：已换到 1506／这件事可以了吗？…", "chen 灰卡 小陈 14:05 办结")
	if x := s.get(id); x.State != ticket.Resolved || x.Cause != "equipment" || x.Blame != "eng" {
		t.Errorf("%s, %s, %s", x.State, x.Cause, x.Blame)
	}
	s.jump(72*time.Hour - time.Minute)
	if s.get(id).State != ticket.Resolved {
		t.Error("closed too early")
	}
	s.pass(time.Minute)
	s.expect(c)
	if x := s.get(id); x.State != ticket.Closed || x.Live {
		t.Errorf("after 72 hours it is %s", x.State)
	}
	s.jump(95 * time.Hour) // a week, less an hour
	s.did(c, "e1", casework.DoNotOK, "", "还没好")
	x := s.get(id)
	if x.State != ticket.Working || x.Owner != "chen" || x.Reopened != 1 || !x.Clocks.Answer.After(store.At(s.now())) {
		t.Errorf("%s of %s, reopened %d times, answer by %s", x.State, x.Owner, x.Reopened, x.Clocks.Answer)
	}
	s.has(c, "chen # 王女士说还没好，已重开，归小陈。还没好", "jing # 王女士说还没好，已重开，归小陈。还没好")
	s.wrote(wang)
	s.done(s.Solve(ctx, "chen", id, "真好了", "equipment", "eng"))
	s.jump(7*24*time.Hour + time.Second)
	s.news(c)
	s.did(c, "e2", casework.DoNotOK, "", "还没好")
	if x := s.get(id); x.State != ticket.Closed {
		t.Errorf("after more than a week it is %s again", x.State)
	}
	if got := s.refused(c, second(s.Reopen(ctx, "chen", id, ""))); got == "" {
		t.Error("staff open it after more than a week")
	}
	s.expect(c)
}

func TestRatings(t *testing.T) {
	for _, x := range []struct {
		who   chat.CustomerID
		score string
		want  string
	}{
		{wang, "5", "chen # 王女士打了“很满意”。"},
		{wang, "3", ""},
		{wang, "2", "jing 卡片 低分 # · 不满意｜请在明天 10:00 前回访"},
		{wang, "1", "jing 卡片 低分 # · 很不满意｜请在明天 10:00 前回访"},
		// all of a VIP's up to 3 go to the manager
		{li, "3", "liu 卡片 低分 # · 一般｜请在明天 10:00 前回访"},
		{li, "1", "liu 卡片 低分 # · 很不满意｜请在明天 10:00 前回访"},
	} {
		s := newStage(t, "2026-11-24 14:05")
		c := s.open(func(in *casework.Intake) { in.Owner, in.Who = "chen", x.who })
		s.done(s.Solve(t.Context(), "chen", c.TicketID(), "好了", "equipment", "eng"))
		s.did(c, "e1", casework.DoOK, "", "可以了")
		s.news(c)
		s.did(c, "e2", casework.DoRate, x.score, "")
		want := []string{x.want}
		if x.want == "" {
			want = nil
		}
		s.expect(c, want...)
		if got := s.get(c.TicketID()); got.State != ticket.Closed || got.Rating == nil {
			t.Errorf("rated %s: %s, %+v", x.score, got.State, got.Rating)
		}
	}
}

// An alarm makes the case major whoever has it; manager and lead hear at once.
func TestAlarm(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.jump(5 * time.Hour)
	s.news(c)
	s.must(s.Customer(t.Context(), wang, "e1", conversation.Act{
		Ticket: c.TicketID(), Do: casework.DoAlarm, Text: "再不处理我打12315", Alarms: []string{"12315"}, At: store.At(s.now()),
	}))
	x := s.get(c.TicketID())
	if x.Level != ticket.Major || x.Owner != "chen" || x.Asked != "liu" || !x.Sensitive || x.Times != 2 {
		t.Errorf("%s of %s, asked %s, times %d", x.Level, x.Owner, x.Asked, x.Times)
	}
	s.has(c, "liu 卡片 重大投诉 # · 第 2 次｜提到 12315", "jing 卡片 重大投诉 # · 第 2 次｜…", "chen # 王女士：再不处理我打12315", "escalation 【重大 #】…")
	s.done(s.Mine(t.Context(), "liu", c.TicketID()))
	if x := s.get(c.TicketID()); x.Owner != "liu" {
		t.Errorf("%s has it", x.Owner)
	}
}

// An urge is always taken; staff are reminded once in half an hour.
func TestUrge(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.news(c)
	s.did(c, "e1", casework.DoUrge, "", "催一下")
	s.expect(c, "chen 卡片 催办 # · 第 1 次｜离承诺还有 15 分钟", "jing 卡片 催办 # · 第 1 次｜离承诺还有 15 分钟")
	s.jump(10 * time.Minute)
	s.did(c, "e2", casework.DoUrge, "", "好了吗")
	s.expect(c)
	s.done(s.Say(t.Context(), "chen", c.TicketID(), "马上", false))
	s.news(c)
	s.jump(20 * time.Minute)
	s.did(c, "e3", casework.DoUrge, "", "好了吗")
	s.has(c, "chen 卡片 催办 # · 第 3 次｜…")
	if x := s.get(c.TicketID()); x.Urges != 3 {
		t.Errorf("%d urges", x.Urges)
	}
}

// Pictures are fetched, with retries, and given up in the end; the case goes on.
func TestAttachments(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	tries := map[string]int{}
	s.Fetch = func(_ context.Context, account chat.Account, media string) (string, error) {
		tries[media]++
		if account != "hotel" {
			t.Errorf("fetched for %s", account)
		}
		if media == "gone" || media == "flaky" && tries[media] < 3 {
			return "", errors.New("40007")
		}
		return "file/" + media, nil
	}
	c := s.open(func(in *casework.Intake) {
		in.Owner = "chen"
		for _, m := range []string{"good", "flaky", "gone"} {
			in.Files = append(in.Files, ticket.Attachment{Kind: chat.Image, Media: m, From: ticket.ByCustomer})
		}
	})
	s.done(s.Say(t.Context(), "chen", c.TicketID(), "收到", false))
	for range 120 {
		s.jump(time.Second)
	}
	x := s.get(c.TicketID())
	if x.Files[0].ID != "file/good" || x.Files[1].ID != "file/flaky" || x.Files[2].ID != "" || x.Files[2].Lost == "" {
		t.Errorf("files: %+v", x.Files)
	}
	if tries["good"] != 1 || tries["flaky"] != 3 || tries["gone"] != 6 {
		t.Errorf("tries: %v", tries)
	}
	if x.Due.Before(store.At(s.now())) {
		t.Errorf("still due at %s", x.Due)
	}
}

// Words of the same breath are one time, coming again is another.
func TestComingAgainCounts(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.did(c, "e1", casework.DoAdd, "", "热死了")
	s.did(c, "e2", casework.DoAdd, casework.Again, "还是不行")
	if x := s.get(c.TicketID()); x.Times != 2 {
		t.Errorf("came %d times", x.Times)
	}
}

// Too many pictures: those beyond the bound are said, and none is shown for another.
func TestTooManyPictures(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	for i := range 62 {
		s.must(s.Customer(t.Context(), wang, "p"+string(rune('A'+i)), conversation.Act{
			Ticket: c.TicketID(), Do: casework.DoAdd, Media: "m", Kind: chat.Image, At: store.At(s.now()),
		}))
	}
	x := s.get(c.TicketID())
	last := x.History[len(x.History)-1]
	if len(x.Files) != 60 || last.File != 0 || last.Text == "" {
		t.Errorf("%d files; the last line is %+v", len(x.Files), last)
	}
}

// A crash between the change and what follows: the clock carries it out, once.
func TestEffectsAfterACrash(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.news(c)
	// the change was written, and then the process died
	_, err := s.Book.Update(ctx, id, func(x *ticket.Ticket) error {
		for _, text := range []string{"一", "二"} {
			x.Post(delivery.Delivery{
				Meta: store.Meta{ID: x.Next("say")}, To: chat.To(wang), Class: delivery.Reply, Customer: wang, From: "chen", Content: chat.Say(text),
			})
		}
		return nil
	})
	s.must(err)
	if x := s.get(id); len(x.Effects) != 2 || x.Due.After(store.At(s.now().Add(15*time.Second))) {
		t.Fatalf("%d effects, due %s", len(x.Effects), x.Due)
	}
	stale := s.get(id) // another instance read it before it was carried out
	s.jump(15 * time.Second)
	s.expect(c, "wang 一", "wang 二")
	s.must(s.Carry(ctx, stale))
	for range 2 {
		s.must(s.Run(ctx, c.ID))
	}
	s.expect(c)
	if x := s.get(id); len(x.Effects) != 0 {
		t.Errorf("left: %+v", x.Effects)
	}
}

// A customer's act is not done to another's case.
func TestAnothersCase(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	err := s.Customer(t.Context(), li, "e1", conversation.Act{Ticket: c.TicketID(), Do: casework.DoAdd, Text: "x", At: store.At(s.now())})
	if err == nil {
		t.Error("it was")
	}
}
