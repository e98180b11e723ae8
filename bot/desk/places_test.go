package desk

import (
	"slices"
	"testing"
)

// The places of the house stand in one list; questions name it.
func TestPlaces(t *testing.T) {
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Place("健身房的跑步机坏了"); got != "健身房" {
		t.Errorf("the place is %q", got)
	}
	if got := p.Place("1208的灯坏了"); got != "" {
		t.Errorf("a room is the place %q", got)
	}
	for kind, slot := range map[string]string{"repair": "room", "complaint": "stay"} {
		a := p.kinds[kind].Question(slot)
		if a == nil || !slices.Contains(a.Unsaid, p.Words.Places[0]) || slices.Contains(a.Unsaid, allPlaces) {
			t.Errorf("%s asks for %s by words other than the places: %v", kind, slot, a)
		}
	}
}
