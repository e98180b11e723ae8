package casework_test

import (
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/store"
)

// A customer who has no WeChat is told by telephone: every word is a call to make.
func TestRecordedCustomersAreCalled(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	ctx := t.Context()
	r := casework.Recorded{
		Cause: "form/1", Kind: ticket.Complaint, Source: "12345", Name: "张女士", Phone: "13900001234",
		Words: "13900001234 服务员态度很差", ReplyBy: s.now().Add(48 * time.Hour),
	}
	c, err := s.Record(ctx, "chen", r)
	s.must(err)
	again, err := s.Record(ctx, "chen", r) // the form is sent twice
	s.must(err)
	if again.ID != c.ID || again.No != c.No {
		t.Errorf("recorded twice: %s, %s", c.No, again.No)
	}
	x := s.get(c.TicketID())
	if x.Who.Reachable() || x.By != "chen" || x.Source != "12345" || !x.Clocks.Solve.Equal(store.At(r.ReplyBy)) || x.Guest.Name != "张女士" {
		t.Errorf("recorded as %+v", x)
	}
	if strings.Contains(x.Words+x.Matter, "13900001234") {
		t.Errorf("the number stands on every card: %s", x.Words)
	}
	s.news(c)
	out := s.done(s.Claim(ctx, "chen", c.TicketID(), ""))
	s.done(s.Say(ctx, "chen", out.TicketID(), "经理明天登门", false))
	s.done(s.Solve(ctx, "chen", out.TicketID(), "已道歉", "attitude", "house"))
	calls := 0
	for _, n := range s.news(c) {
		if strings.HasPrefix(n, "chen # 请打电话告诉张女士 13900001234：") {
			calls++
		}
		if strings.HasPrefix(n, "张女士") || strings.HasPrefix(n, " ") {
			t.Errorf("sent to nobody: %q", n)
		}
	}
	if calls != 3 { // who has it, the words, the result
		t.Errorf("%d calls to make", calls)
	}
}

// Whom a case is recorded for: never somebody who merely had that room.
func TestRecordedForWhom(t *testing.T) {
	for _, x := range []struct {
		name string
		r    casework.Recorded
		want chat.CustomerID // "": nobody we know
	}{
		{"their number", casework.Recorded{Phone: "13812345620"}, wang},
		{"who is in the room", casework.Recorded{Room: "1208"}, wang},
		{"who is in the room, by name", casework.Recorded{Room: "1208", Name: "王女士"}, wang},
		{"another name in the room", casework.Recorded{Room: "1208", Name: "张女士"}, ""},
		{"another number in the room", casework.Recorded{Room: "1208", Phone: "13900001234"}, ""},
		{"a room that is somebody's last digits", casework.Recorded{Room: "8821"}, ""},
		{"an empty room", casework.Recorded{Room: "1301"}, ""},
	} {
		s := newStage(t, "2026-11-24 14:05")
		x.r.Cause, x.r.Kind, x.r.Words = "f", ticket.Complaint, "水龙头漏"
		c, err := s.Record(t.Context(), "chen", x.r)
		s.must(err)
		if got := s.get(c.TicketID()).Who; got != x.want && (x.want != "" || got.Reachable()) {
			t.Errorf("%s: %s", x.name, got)
		}
	}
}

// Words that could not be sent are kept, and one card says so; 已电话告知 takes them
// back.
func TestUndeliveredIsOneCard(t *testing.T) {
	s := newStage(t, "2026-11-22 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.jump(49 * time.Hour)
	s.news(c)
	out, err := s.Say(ctx, "chen", id, "充电器在前台", false)
	s.must(err)
	if out.Say != "48 小时没来信了，已存着，客人一来信就发。急的话打 138****5620。" {
		t.Errorf("told %q", out.Say)
	}
	x := s.held(c)
	for range 3 { // the outbox asks until it is told that it was done
		s.must(s.Undelivered(ctx, *x))
	}
	cards := 0
	for _, n := range s.news(c) {
		if n == "chen 卡片 没送到 #｜超过 48 小时" || match(n, "chen 卡片 没送到 #…超过 48 小时…") {
			cards++
		}
	}
	if cards != 1 {
		t.Errorf("%d cards", cards)
	}
	// of staff's own things nobody is told, nor of a case that is gone
	s.must(s.Undelivered(ctx, delivery.Delivery{Ticket: "gone", Customer: wang, Class: delivery.Reply}))
	s.must(s.Undelivered(ctx, delivery.Delivery{Meta: store.Meta{ID: "y"}, Ticket: c.ID, Customer: wang, Class: delivery.Staff}))
	s.expect(c)
	s.done(s.Told(ctx, "chen", id))
	if d, err := s.Out.Get(ctx, x.ID); err != nil || d.State != delivery.Cancelled {
		t.Errorf("the words are %s, %v", d.State, err)
	}
}

// held waits until what was said about a case is kept, at most two seconds.
func (s *stage) held(c *ticket.Ticket) *delivery.Delivery {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) { // polling, bounded
		list, err := s.Out.OfTicket(s.t.Context(), c.ID)
		s.must(err)
		for _, d := range list {
			if d.State == delivery.Held && d.From != ticket.ByBot {
				return d
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatal("nothing is held")
		}
	}
}
