package demo

import (
	"strings"
	"testing"
)

func TestFiveGuestsMakeAnIncident(t *testing.T) {
	d := run(t, t.TempDir())
	// One of them has another grievance in hand.
	if err := d.customerDoes(t.Context(), act{As: wang.OpenID, Do: "say", Text: "1208空调不制冷 打了两次前台都没人来"}); err != nil {
		t.Fatal(err)
	}
	until(t, "the grievance is a case", func() bool { return d.aggrieved(t.Context(), wang) })
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
