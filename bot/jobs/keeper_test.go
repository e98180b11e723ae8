package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"kefu/store"
)

// A keeper goes through everything, some at a time, and asks to go on until the
// last is done; then it begins anew.
func TestKeeper(t *testing.T) {
	now := time.Date(2026, 11, 24, 3, 40, 0, 0, time.UTC)
	var asked []string
	left := map[string]int{"messages": 50 * PurgeBatch, "deliveries": 30}
	purge := func(name string) func(context.Context, store.Time, string) (string, int, error) {
		return func(_ context.Context, before store.Time, from string) (string, int, error) {
			asked = append(asked, fmt.Sprint(name, " ", before))
			n := min(left[name], PurgeBatch)
			if left[name] -= n; left[name] > 0 {
				return from + ".", n, nil
			}
			return "", n, nil
		}
	}
	k := NewKeeper(func() time.Time { return now }, slog.New(slog.NewTextHandler(t.Output(), nil)),
		Old{"messages", 30 * 24 * time.Hour, purge("messages")}, Old{"deliveries", 180 * 24 * time.Hour, purge("deliveries")})
	k.pause = 0
	if err := k.Run(t.Context(), store.Time{}); !errors.Is(err, ErrMore) || len(asked) != keeperSteps {
		t.Fatalf("%d steps, %v; want %d and more to do", len(asked), err, keeperSteps)
	}
	if err := k.Run(t.Context(), store.Time{}); err != nil {
		t.Fatal(err)
	}
	if left["messages"] != 0 || left["deliveries"] != 0 {
		t.Errorf("left: %v", left)
	}
	for i, want := range map[int]string{0: "messages 2026-10-25T03:40:00.000Z", len(asked) - 1: "deliveries 2026-05-28T03:40:00.000Z"} {
		if asked[i] != want {
			t.Errorf("step %d asked %s, want %s", i, asked[i], want)
		}
	}
	before := len(asked)
	if err := k.Run(t.Context(), store.Time{}); err != nil || len(asked) != before+2 {
		t.Errorf("the next day %d steps, %v; want 2", len(asked)-before, err)
	}
}
