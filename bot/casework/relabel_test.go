package casework_test

import (
	"strings"
	"testing"

	"kefu/bot/casework"
	"kefu/bot/ticket"
)

// A lead says that a complaint was a question: the case is one from now on, who
// and when is kept for learning, the promise stays.
func TestRelabel(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	x := s.open()
	if x.Kind != ticket.Complaint {
		t.Fatalf("opened as %s", x.Kind)
	}
	until := x.Clocks.Answer
	if say := s.refused(x, denied(s.Relabel(t.Context(), "chen", x.TicketID(), "inquiry"))); !strings.Contains(say, "组长") {
		t.Errorf("who has no lead is told %q", say)
	}
	out, err := s.Relabel(t.Context(), "jing", x.TicketID(), "inquiry")
	got := s.done(out, err)
	if got.Kind != ticket.Inquiry || got.Label == nil || got.Label.Was != ticket.Complaint || got.Label.By != "jing" || got.Label.At.IsZero() {
		t.Fatalf("%s, label %+v", got.Kind, got.Label)
	}
	if got.Clocks.Answer != until || !strings.Contains(out.Say, "咨询") {
		t.Errorf("answer by %v, was %v; said %q", got.Clocks.Answer, until, out.Say)
	}
	if e := got.History[len(got.History)-1]; e.What != ticket.Relabeled || e.Who != "jing" {
		t.Errorf("history ends with %+v", e)
	}
	for _, o := range s.Kinds(got) {
		if o.Key == "inquiry" || o.Key == "privacy" {
			t.Errorf("%s is offered", o.Key)
		}
	}
	major := s.open(func(in *casework.Intake) { in.Level = ticket.Major })
	if s.MayRelabel("liu", major) {
		t.Error("a major case can be made a question")
	}
}

func denied(_ casework.Outcome, err error) error { return err }
