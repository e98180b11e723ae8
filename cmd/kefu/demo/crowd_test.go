package demo

import (
	"strings"
	"testing"
)

func TestFiveGuestsMakeAnIncident(t *testing.T) {
	d := run(t, t.TempDir())
	// Two of them have another grievance in hand.
	for who, text := range map[person]string{wang: "1208空调不制冷 打了两次前台都没人来", zhao: "我老客户了 这次房间一股烟味 前台说没房换"} {
		if err := d.customerDoes(t.Context(), act{As: who.OpenID, Do: "say", Text: text}); err != nil {
			t.Fatal(err)
		}
		until(t, "the grievance is a case", func() bool { return d.aggrieved(t.Context(), who) })
	}
	if err := d.customerDoes(t.Context(), act{As: wang.OpenID, Do: "crowd"}); err != nil {
		t.Fatal(err)
	}
	until(t, "the manager has the card", func() bool {
		for _, c := range d.sim.Cards("mgr01") {
			if strings.HasPrefix(c.Title, "突发 · 停水 ") {
				return true
			}
		}
		return false
	})
}
