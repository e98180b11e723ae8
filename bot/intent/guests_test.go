package intent

import (
	"slices"
	"strings"
	"testing"
)

// guestsFloor is the share of testdata/guests.txt, in percent, that is read
// rightly at least. Raise it when more is; do not lower it.
const guestsFloor = 88

// besideFloor is how many of the second things wanted there are found at least.
const besideFloor = 13

// tally counts the lines of one intent.
type tally struct{ right, all int }

// percent is the share that is right, rounded down to a tenth.
func (t tally) percent() float64 { return float64(t.right*1000/max(t.all, 1)) / 10 }

func (t *tally) add(right bool) {
	t.all++
	if right {
		t.right++
	}
}

// readAs parses the first cell of guests.txt: the readings that are fine, each
// with its main intent first. It reports an intent that does not exist.
func readAs(t *testing.T, line int, cell string) [][]Intent {
	t.Helper()
	var out [][]Intent
	for _, reading := range strings.Split(cell, "|") {
		var all []Intent
		for _, name := range strings.Split(reading, "+") {
			if !slices.Contains(All, Intent(name)) && Intent(name) != Unknown {
				t.Fatalf("guests.txt:%d: no intent %q", line, name)
			}
			all = append(all, Intent(name))
		}
		out = append(out, all)
	}
	return out
}

// What guests write is read as they mean it; of the sentences, hardly one was
// learned from but the shortest.
func TestGuests(t *testing.T) {
	r, cells := New(hotel), rows(t, "guests.txt")
	lines := make([]int, 0, len(cells))
	for line := range cells {
		lines = append(lines, line)
	}
	slices.Sort(lines)

	learned := map[string]bool{} // 你好 and its like stand in both
	for _, e := range Shipped() {
		learned[e.Text] = true
	}
	var whole, fresh, beside tally
	recall := map[Intent]*tally{}    // of the lines of an intent: read so
	precision := map[Intent]*tally{} // of the lines read so: rightly
	for _, i := range append(slices.Clone(All), Unknown) {
		recall[i], precision[i] = &tally{}, &tally{}
	}
	seen := map[string]int{}
	for _, line := range lines {
		row := cells[line]
		if len(row) != 2 || strings.TrimSpace(row[1]) == "" {
			t.Fatalf("guests.txt:%d: want an intent, a tab and a message", line)
		}
		if before := seen[row[1]]; before > 0 {
			t.Errorf("guests.txt:%d: %q stands in line %d already", line, row[1], before)
		}
		seen[row[1]] = line
		want := readAs(t, line, row[0])
		got := r.Read(row[1], Context{})
		at := slices.IndexFunc(want, func(all []Intent) bool { return all[0] == got.Main })
		whole.add(at >= 0)
		if !learned[row[1]] {
			fresh.add(at >= 0)
		}
		recall[want[0][0]].add(at >= 0)
		precision[got.Main].add(at >= 0)
		if at < 0 {
			t.Logf("guests.txt:%d %s, read as %s %.2f: %s", line, row[0], got.Main, got.Confidence(got.Main), row[1])
			continue
		}
		for _, i := range want[at][1:] {
			beside.add(got.Has(i))
		}
	}

	t.Logf("%-12s %5s %8s %8s %10s", "intent", "lines", "right %", "read so", "rightly %")
	for _, i := range append(slices.Clone(All), Unknown) {
		t.Logf("%-12s %5d %8.1f %8d %10.1f", i, recall[i].all, recall[i].percent(), precision[i].all, precision[i].percent())
	}
	t.Logf("all: %d of %d, %.1f %%; those that are no example: %d of %d, %.1f %%; the second thing wanted: %d of %d",
		whole.right, whole.all, whole.percent(), fresh.right, fresh.all, fresh.percent(), beside.right, beside.all)
	if beside.right < besideFloor {
		t.Errorf("%d second things are found, want %d", beside.right, besideFloor)
	}
	if whole.percent() < guestsFloor {
		t.Errorf("%.1f %% of the guests' sentences are read rightly, want %d %%", whole.percent(), guestsFloor)
	}
}
