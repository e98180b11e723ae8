package e2e_test

import (
	"regexp"
	"testing"
)

var number = regexp.MustCompile(`编号 (\d{4,})`)

// The thin path through the whole program: a customer complains, a colleague
// takes it, answers, closes it, and the customer rates it.
func TestComplaintIsTakenAnsweredClosedAndRated(t *testing.T) { complaint(newRig(t)) }

func complaint(r *rig) {
	t := r.t
	t.Helper()
	ctx := t.Context()
	guest := r.sim.Customer("hotel", wang)
	r.ok(guest.Follow(ctx, "room:1208"))
	r.until("a greeting", func() bool { return len(r.sim.Phone("hotel", wang).Words()) > 0 })

	r.ok(guest.Say(ctx, "空调不制冷，房间热得没法睡，我要投诉"))
	last := r.sim.Phone("hotel", wang).Last()
	m := number.FindStringSubmatch(last.Text)
	if m == nil || !last.Passive {
		t.Fatalf("no passive reply with a number: %+v\n%s", last, r.picture())
	}
	no := m[1]

	r.until("a card for who is on duty", func() bool { return r.card("fd01", no) != nil })
	r.until("a line in the group", func() bool { return len(r.sim.Group("staff")) > 0 })
	r.press("fd01", r.card("fd01", no), "接单", nil)
	r.until("the customer hears who has it", func() bool { return r.said(wang, "小陈") != "" })
	r.until("the other card is grey", func() bool { c := r.card("fd02", no); return c == nil || c.Grey })

	r.ok(r.sim.Member("fd01").Type(ctx, "回复 "+no+" 师傅十分钟内到，先给您送台风扇"))
	r.until("the answer", func() bool { return r.said(wang, "先给您送台风扇") != "" })

	r.ok(r.sim.Member("fd01").Type(ctx, "办结 "+no+" 空调已修好"))
	r.until("the question for the cause", func() bool { return r.card("fd01", "原因") != nil })
	r.press("fd01", r.card("fd01", "原因"), "下一步", map[string]string{"cause": "equipment"})
	r.until("the question for the department", func() bool { return r.card("fd01", "责任部门") != nil })
	r.press("fd01", r.card("fd01", "责任部门"), "办结", map[string]string{"blame": "eng"})
	r.until("the question whether it is done", func() bool { return r.said(wang, "空调已修好") != "" })
	r.ok(guest.TapOption(ctx, "可以了"))
	r.until("the question for a rating", func() bool { return len(r.sim.Phone("hotel", wang).Last().Options) > 0 })
	r.ok(guest.Say(ctx, "5"))
	r.until("thanks", func() bool { return r.said(wang, "谢谢") != "" })
}

func TestHalfSentenceIsAnsweredInItsOwnCall(t *testing.T) {
	r := newRig(t)
	guest := r.sim.Customer("hotel", wang)
	r.ok(guest.Say(t.Context(), "你好"))
	if last := r.sim.Phone("hotel", wang).Last(); !last.Passive {
		t.Errorf("the greeting was not answered in the call: %+v\n%s", last, r.picture())
	}
}
