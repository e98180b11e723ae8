package inbox_test

import (
	"errors"
	"testing"
	"time"

	"kefu/bot/inbox"
	"kefu/store"
)

// What is closed and older than it is kept goes; what is open never does, nor
// what was sent by a clock ahead of ours.
func TestPurge(t *testing.T) {
	b := open(t)
	for _, key := range []string{"old", "ahead", "open"} {
		second := 0
		if key == "ahead" {
			second = 3600
		}
		e := b.put(t, key, "wang", second)
		if key == "open" {
			continue
		}
		if err := b.Close(t.Context(), e, inbox.Answer{}); err != nil {
			t.Fatal(err)
		}
	}
	purge := func(after time.Duration, want int) {
		t.Helper()
		next, n, err := b.Purge(t.Context(), store.At(noon.Add(after)), "")
		if err != nil || n != want || next != "" {
			t.Errorf("after %s: %d, %q, %v; want %d", after, n, next, err, want)
		}
	}
	purge(0, 0)
	purge(time.Minute, 1)
	purge(2*time.Hour, 1)
	if _, err := b.Get(t.Context(), "old"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("old: %v", err)
	}
	if _, err := b.Get(t.Context(), "open"); err != nil {
		t.Errorf("open: %v", err)
	}
}
