package workbench

import (
	"slices"
	"testing"

	"kefu/bot/ticket"
)

// Words that the house does not like to write come back on a card, also when they
// were typed with a number; pressed, they go. Words that nobody may say do not.
func TestDoubtfulWordsAreShownOnceMore(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.type_("小陈", "接 4827")
	said := func(text string) bool { return slices.Contains(s.customer("4827"), "小陈："+text) }
	s.type_("小陈", "回 4827 我们尽 快处理")
	if said("我们尽 快处理") {
		t.Fatal("sent without asking")
	}
	s.press("小陈", "发送")
	if !said("我们尽 快处理") {
		t.Errorf("pressed and not sent: %q", s.customer("4827"))
	}
	s.type_("小陈", "回 4827 师傅 14:20 前到")
	if !said("师傅 14:20 前到") {
		t.Errorf("plain words are asked about: %q", s.customer("4827"))
	}
	if got := s.type_("小陈", "回 4827 保 证 退 款"); said("保 证 退 款") || got == "" {
		t.Errorf("sent what must not be said; reply %q", got)
	}
}
