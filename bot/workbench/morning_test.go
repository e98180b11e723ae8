package workbench

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
)

func TestMorning(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.open(4829, ticket.Complaint, "李先生", "", "1210", "1210空调不冷")
	s.type_("小陈", "接 4827")
	s.pass(6 * time.Minute)
	s.type_("小陈", "接 4829")
	s.type_("小陈", "改承诺 4829 明天 10:00 等配件")
	s.pass(18*time.Hour + 20*time.Minute) // 8:31 the next day
	s.settle()
	for range 2 { // the clock may call twice
		s.ok(s.RunMorning(t.Context()))
	}
	s.settle()
	var cards []string
	for _, d := range s.sentTo("") {
		if !strings.HasPrefix(d.ID, "morning/") {
			continue
		}
		if d.Class != delivery.Staff || d.To.Channel != chat.WeCom {
			t.Errorf("%s goes out as %s by %s", d.ID, d.Class, d.To.Channel)
		}
		text := d.ID + " " + d.Content.Text
		if c := d.Content.Card; c != nil {
			text += c.Title + "｜" + c.Desc
			for _, l := range c.Lines {
				text += "｜" + l.Name + " " + l.Value
			}
		}
		cards = append(cards, text)
	}
	want := []string{
		"morning/2026-11-25/fd01 早，小陈 · 今天 2 件｜11 月 25 日 周三｜超时 1 件：4827 空调｜快到 1 件：4829｜承诺 10:00 前回 李先生",
		"morning/2026-11-25/mgr01/report 昨天 2 件：投诉 2。最多：空调 2 件（1208、1210）。没人接最久 6 分钟。",
	}
	if diff := cmp.Diff(want, cards); diff != "" {
		t.Error(diff)
	}
	if got := s.press("小陈", "先看超时"); !strings.HasPrefix(got, "您 1 件：4827 超时") {
		t.Error(got)
	}
	if got := s.press("小陈", "打开清单"); !strings.HasPrefix(got, "您 2 件：") {
		t.Error(got)
	}
	if got := s.press("小陈", "知道了"); !strings.HasPrefix(got, "好。 ｜ 灰：小陈 8:3") {
		t.Error(got)
	}
}
