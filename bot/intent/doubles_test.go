package intent

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// Floors of testdata/doubles.txt in percent: of the messages with two wishes those
// read with both, of the others those read with one. Raise them when more is; do
// not lower them.
const (
	bothFloor = 93
	oneFloor  = 90
)

// apart are the intents of which each gets an act of its own; two of them in a
// message that has one wish would be one act too many.
var apart = []Intent{
	Inquiry, Complaint, Order, Repair, Request, Proposal, Praise, Progress, Human, Erase, Unsubscribe,
}

// Two wishes in one message are both found, and one told in two clauses stays one.
func TestDoubles(t *testing.T) {
	r, cells := New(hotel), rows(t, "doubles.txt")
	var both, one tally
	for _, line := range slices.Sorted(maps.Keys(cells)) {
		row := cells[line]
		if len(row) != 2 {
			t.Fatalf("doubles.txt:%d: want intents, a tab and a message", line)
		}
		got := r.Read(row[1], Context{})
		cell, single := strings.CutPrefix(row[0], "=")
		want := strings.FieldsFunc(cell, func(c rune) bool { return c == '+' || c == '/' })
		right := true
		if single {
			for _, i := range apart {
				right = right && (!got.Has(i) || slices.Contains(want, string(i)))
			}
			one.add(right)
		} else {
			for _, w := range want {
				right = right && got.Has(Intent(w))
			}
			both.add(right)
		}
		if !right {
			t.Logf("doubles.txt:%d %s, read as %v: %s", line, row[0], got.Intents, row[1])
		}
	}
	t.Logf("two wishes: both in %d of %d, %.1f %%; one wish: alone in %d of %d, %.1f %%",
		both.right, both.all, both.percent(), one.right, one.all, one.percent())
	if both.all < 40 || one.all < 40 {
		t.Errorf("%d with two wishes, %d with one: too few to tell", both.all, one.all)
	}
	if both.percent() < bothFloor || one.percent() < oneFloor {
		t.Errorf("want %d %% and %d %%", bothFloor, oneFloor)
	}
}
