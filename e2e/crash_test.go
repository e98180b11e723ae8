package e2e_test

import (
	"testing"
	"time"
)

// The process dies in the middle of the work, again and again; on the same folder
// the next one goes on: one case, and everything that was to be said is said.
func TestCrashesLoseNothing(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	guest := r.sim.Customer("hotel", wang)
	crash := func() { r.app.Crash(); r.start() }

	r.ok(guest.Say(ctx, "1208的空调不制冷，房间热得没法睡，我要投诉"))
	crash()
	m := number.FindStringSubmatch(r.said(wang, "编号"))
	if m == nil {
		t.Fatal(r.picture())
	}
	no := m[1]
	r.clock.add(90 * time.Second) // beyond the lease of what was claimed
	r.until("a card", func() bool { return r.card("fd01", no) != nil })
	r.press("fd01", r.card("fd01", no), "接单", nil)
	crash()
	r.clock.add(90 * time.Second)
	r.until("the customer hears who has it", func() bool { return r.said(wang, "小陈") != "" })
	r.ok(r.sim.Member("fd01").Type(ctx, "回复 "+no+" 师傅十分钟内到"))
	crash()
	r.clock.add(90 * time.Second)
	r.until("the answer", func() bool { return r.said(wang, "十分钟内到") != "" })
	cases, err := r.app.Book.Live(ctx, 10)
	if err != nil || len(cases) != 1 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
}
