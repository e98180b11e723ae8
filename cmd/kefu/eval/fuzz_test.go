package eval

import (
	"errors"
	"strings"
	"testing"
)

// A file of labelled messages is read, or refused with the reason.
func FuzzLabels(f *testing.F) {
	f.Add("{\"text\":\"空调坏了\",\"intent\":\"repair\"}\n{\"text\":\"a\",\"label\":\"not\"}\n")
	f.Add("\ufeff{\"text\":1}")
	f.Add("{\"text\":\"a\",\"label\":\"not\"}{")
	f.Add("[]\n\n\x00")
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := Labels(strings.NewReader(s))
		if err != nil {
			if !errors.Is(err, ErrInput) || err.Error() == "" {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		for _, r := range rows {
			if r.Label == "" {
				t.Fatalf("a row without a label: %+v", r)
			}
		}
	})
}
