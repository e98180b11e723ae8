package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"accounts", "admin", "data", "hours", "listen", "small.thanks", "small.hello", "停水", "热水器", ""}
	for word, want := range map[string]string{
		"acounts": "accounts", "accuonts": "accounts", "Accounts": "accounts", "lisen": "listen", "dtaa": "data", "dat": "data",
		"smal.thanks": "small.thanks", "small.helo": "small.hello", "停谁": "停水", "热水起": "热水器",
		"": "", "xyz": "", "colour": "", "adze": "", strings.Repeat("accounts", 50): "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%.40q: %q, want %q", word, got, want)
		}
	}
}

// Words of which only the first characters are looked at.
func TestLongWords(t *testing.T) {
	long := strings.Repeat("很长", 5000)
	if got := Nearest(long+"x", []string{long}); got != long {
		t.Errorf("%.20q", got)
	}
}
