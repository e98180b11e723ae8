package casework_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/staff"
	"kefu/bot/ticket"
)

// climb lets minutes go by and tells at which of them something was posted.
func (s *stage) climb(t *ticket.Ticket, minutes int) string {
	s.t.Helper()
	var all []string
	note := func(m int) {
		for _, n := range s.news(t) {
			if strings.Contains(n, "灰卡") {
				continue
			}
			if card, _, ok := strings.Cut(n, "｜"); ok {
				n = card
			}
			all = append(all, fmt.Sprintf("%d %s", m, n))
		}
	}
	note(0)
	for m := 1; m <= minutes; m++ {
		s.pass(time.Minute)
		note(m)
	}
	return strings.Join(all, "\n")
}

// Minute by minute, what packs/hotel/escalation.yaml says.
func TestLadders(t *testing.T) {
	vip := func(in *casework.Intake) { in.Who, in.Words, in.Room = li, "房间一股烟味", "0916" }
	for _, x := range []struct {
		name    string
		at      string
		change  func(*casework.Intake)
		minutes int
		want    string
	}{
		{"normal", "2026-11-24 14:05", nil, 75, `
0 chen 卡片 投诉 # · 设施设备
0 fei 卡片 投诉 # · 设施设备
0 staff 【投诉 #】1208 空调不制冷。14:10 前要有人接。
5 chen 卡片 投诉 # · 设施设备
5 jing # 5 分钟没人接，已派给小陈。
10 jing 卡片 没人动 # · 设施设备
10 staff 【没人接 #】1208 空调不制冷，14:05 起没人接。已派给小陈。
15 wang 让您多等了。已改请值班经理刘峰，14:35 前联系您。
15 liu 卡片 没人动 # · 设施设备
30 gm 卡片 没人动 # · 设施设备
45 liu 请打电话给 刘峰 13800000001：# 空调不制冷，14:05 起没人动
45 chen 请打电话给 刘峰 13800000001：# 空调不制冷，14:05 起没人动
45 fei 请打电话给 刘峰 13800000001：# 空调不制冷，14:05 起没人动
45 jing 请打电话给 刘峰 13800000001：# 空调不制冷，14:05 起没人动`},
		{"major", "2026-11-24 19:08", func(in *casework.Intake) { in.Alarms = []string{"12315"} }, 34, `
0 liu 卡片 重大投诉 #
0 jing 卡片 重大投诉 #
0 escalation 【重大 #】王女士 1208 空调不制冷，提到 12315。刘峰 19:20 前致电；其他人先不要单独回复。
12 wang 让您多等了。…
12 liu 卡片 重大投诉 #
12 gm 卡片 重大投诉 #
12 escalation 【重大 #】…
22 liu 卡片 重大投诉 #
22 gm 卡片 重大投诉 #
22 escalation 【重大 #】…
32 liu 卡片 重大投诉 #
32 gm 卡片 重大投诉 #
32 escalation 【重大 #】…`},
		{"vip", "2026-11-24 14:00", vip, 60, `
0 lin 卡片 VIP 投诉 # · 金卡
0 liu 卡片 VIP 投诉 # · 金卡
0 staff 【投诉 #】…
2 lin 卡片 投诉 # · 设施设备
2 jing # 2 分钟没人接，已派给林悦。
10 li 让您多等了。已改请值班经理刘峰，14:20 前联系您。
10 liu 卡片 没人动 # · 设施设备
10 jing 卡片 没人动 # · 设施设备
30 gm 卡片 没人动 # · 设施设备
45 liu 请打电话给 刘峰…
45 chen 请打电话给 刘峰…
45 fei 请打电话给 刘峰…
45 jing 请打电话给 刘峰…`},
		{"human", "2026-11-24 14:00", func(in *casework.Intake) { in.Kind, in.Words = ticket.Human, "转人工" }, 30, `
0 chen 卡片 要人工 #
0 fei 卡片 要人工 #
5 wang 让您多等了。已改请值班经理刘峰，14:15 前联系您。
5 liu 卡片 没人动 # · 设施设备
15 liu 请打电话给…
15 chen 请打电话给…
15 fei 请打电话给…
15 jing 请打电话给…`},
		{"question", "2026-11-24 15:12", func(in *casework.Intake) {
			in.Kind, in.Words, in.Category, in.Thing, in.Room = ticket.Inquiry, "泳池能带火烈鸟吗", "recreation", "", ""
		}, 70, `
0 he 卡片 待答 # · 知识库没有
0 chen 卡片 待答 # · 知识库没有
0 fei 卡片 待答 # · 知识库没有
5 he 卡片 咨询 # · 康乐
5 jing # 5 分钟没人接，已派给小何。
28 wang 让您多等了。已改请组长陈静，16:05 前联系您。
28 jing 卡片 没人动 # · 康乐
60 liu 卡片 没人动 # · 康乐`},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newStage(t, x.at)
			c := s.open(func(in *casework.Intake) {
				if x.change != nil {
					x.change(in)
				}
			})
			got := strings.Split(s.climb(c, x.minutes), "\n")
			want := strings.Split(strings.TrimPrefix(x.want, "\n"), "\n")
			for i := range max(len(got), len(want)) {
				g, w := "", ""
				if i < len(got) {
					g = got[i]
				}
				if i < len(want) {
					w = want[i]
				}
				if !match(g, w) {
					t.Fatalf("line %d: %q, want %q; all:\n%s", i+1, g, w, strings.Join(got, "\n"))
				}
			}
		})
	}
}

// The card of who did not act turns grey at every step, and the history has it.
func TestEveryStepGreysTheOneBefore(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open()
	s.pass(5 * time.Minute)
	s.has(c, "chen 灰卡 已由 小陈 接手", "fei 灰卡 已由 小陈 接手")
	s.pass(5 * time.Minute)
	s.has(c, "chen 灰卡 已由 陈静 接手")
	s.pass(5 * time.Minute)
	s.has(c, "jing 灰卡 已由 刘峰 接手")
	got := events(s.get(c.TicketID()))
	if want := "bot:opened customer:said system:given system:climbed system:climbed system:broke system:promises system:climbed"; got != want {
		t.Errorf("history: %s\nwant: %s", got, want)
	}
}

// Whoever acts stops the climbing; nobody hears of it any more.
func TestActingStopsTheLadder(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open()
	s.pass(10 * time.Minute)
	s.news(c)
	s.done(s.Mine(t.Context(), "jing", c.TicketID()))
	s.has(c, "chen # 归陈静负责。…", "jing 换卡 处理中 # · 设施设备")
	_, err := s.Say(t.Context(), "jing", c.TicketID(), "师傅马上到", false)
	s.must(err)
	s.news(c)
	s.pass(3 * time.Hour)
	s.expect(c)
}

// Who has least in hand gets it; who is busy or out is left out.
func TestAssignedToTheLeastLoaded(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	for range 2 {
		c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
		s.done(s.Say(t.Context(), "chen", c.TicketID(), "好", false))
	}
	c := s.open()
	s.pass(5 * time.Minute)
	if got := s.get(c.TicketID()); got.Owner != "fei" || !got.Auto || got.State != ticket.New {
		t.Errorf("given to %s (%v), %s", got.Owner, got.Auto, got.State)
	}
	for who, p := range map[string]staff.Presence{"fei": staff.Out, "chen": staff.Busy} {
		_, err := s.States.Change(t.Context(), who, func(x *staff.State) error { x.Set(p, s.now().Add(time.Hour), s.now()); return nil })
		s.must(err)
	}
	s.Look()
	s.jump(20 * time.Minute)
	d := s.open()
	s.pass(6 * time.Minute)
	if got := s.get(d.TicketID()); got.Owner != "" {
		t.Errorf("given to %s, who is not free", got.Owner)
	}
	s.pass(5 * time.Minute)
	s.has(d, "jing 卡片 没人动 #…") // and it climbs all the same
}

// 22:00 to 8:00: only in-house, danger and major climb; the rest begins at 8:00.
func TestNight(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(*casework.Intake)
		climbs bool
	}{
		{"in the house", nil, true},
		{"not in the house", func(in *casework.Intake) { in.Room = "" }, false},
		{"left already", func(in *casework.Intake) { in.Stay = "left" }, false},
		{"danger", func(in *casework.Intake) { in.Room, in.Safety = "", true }, true},
		{"major", func(in *casework.Intake) { in.Room, in.Alarms = "", []string{"12315"} }, true},
		{"a question", func(in *casework.Intake) { in.Kind, in.Room = ticket.Inquiry, "" }, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newStage(t, "2026-11-24 22:30")
			c := s.open(func(in *casework.Intake) {
				if x.change != nil {
					x.change(in)
				}
			})
			s.news(c)
			s.pass(2 * time.Hour)
			climbed := strings.Contains(events(s.get(c.TicketID())), "climbed")
			if climbed != x.climbs {
				t.Errorf("at night it climbed: %v; %s", climbed, events(s.get(c.TicketID())))
			}
			if x.climbs {
				return
			}
			s.expect(c)
			if at := s.get(c.TicketID()).Ladder.Since; at.In(s.now().Location()).Format("01-02 15:04") != "11-25 08:00" {
				t.Errorf("counted from %s", at)
			}
			s.jump(7*time.Hour + 30*time.Minute + time.Second) // 8:00
			s.pass(5 * time.Minute)
			if got := s.get(c.TicketID()); got.Owner == "" {
				t.Errorf("at 8:05 nobody has it: %s, ladder %+v", events(got), got.Ladder)
			}
		})
	}
}

// A case that was being climbed when the night began rests until 8:00.
func TestNightFalls(t *testing.T) {
	s := newStage(t, "2026-11-24 21:56")
	c := s.open(func(in *casework.Intake) { in.Room = "" })
	s.news(c)
	s.pass(2 * time.Hour)
	if got := events(s.get(c.TicketID())); strings.Contains(got, "given") || strings.Contains(got, "climbed") {
		t.Errorf("at night: %s", got)
	}
	s.jump(8*time.Hour + 4*time.Minute)
	s.pass(2 * time.Minute)
	if got := events(s.get(c.TicketID())); !strings.Contains(got, "given") {
		t.Errorf("in the morning: %s", got)
	}
}
