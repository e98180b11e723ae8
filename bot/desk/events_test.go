package desk

import (
	"os"
	"strings"
	"testing"
)

// Of what guests say about one event, four in five must be found under its topic:
// by that many an incident is noticed.
func TestGuestsOfOneEventNameOneThing(t *testing.T) {
	b, err := os.ReadFile("testdata/events.txt")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	topic, n, found := "", 0, 0
	end := func() {
		if topic != "" && (n < 5 || 5*found < 4*n) {
			t.Errorf("%s: %d of %d messages are found under it", topic, found, n)
		}
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if title, ok := strings.CutPrefix(line, "== "); ok {
			end()
			topic, n, found = title, 0, 0
			continue
		}
		n++
		if _, got := p.Match(line); got != nil && got.Title == topic {
			found++
		} else {
			t.Logf("%s: %s is %v", topic, line, got)
		}
	}
	end()
}
