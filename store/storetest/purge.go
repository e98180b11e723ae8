package storetest

import (
	"fmt"
	"strings"
	"testing"

	"kefu/store"
)

// testPurge: the first so many in the order go, nothing else.
func testPurge(t *testing.T, e store.Engine) {
	ctx := t.Context()
	if err := e.EnsureIndexes(ctx, "old", store.Index{Fields: []string{"at"}}); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		open := ""
		if i%5 == 0 {
			open = `,"open":true`
		}
		put(t, e, "old", doc(fmt.Sprintf("d%02d", (i*7)%20), fmt.Sprintf(`{"at":"2026-11-%02d","n":%d%s}`, i+1, i, open)))
	}
	closed := store.Query{
		Where: []store.Cond{store.Where("at", store.Lt, "2026-11-11"), store.Where("open", store.Missing)},
		Order: []store.Order{{Field: "at"}}, Limit: 3,
	}
	// Of the ten before the 11th, two are open: eight in rounds of three.
	for round, want := range []int{3, 3, 2, 0} {
		if n, err := e.Purge(ctx, "old", closed); err != nil || n != want {
			t.Fatalf("round %d: %d, %v; want %d", round, n, err, want)
		}
		if round == 0 { // the oldest went first
			left := ids(ctx, t, e, "old", store.Query{Order: []store.Order{{Field: "at"}}, Limit: 2})
			if got := strings.Join(left, " "); got != "d00 d08" {
				t.Errorf("after one round the oldest are %s", got)
			}
		}
	}
	left := ids(ctx, t, e, "old", store.Query{})
	if len(left) != 12 {
		t.Errorf("%d are left, want 12", len(left))
	}
	if n, err := e.Purge(ctx, "never", closed); err != nil || n != 0 {
		t.Errorf("purge of an unknown collection: %d, %v", n, err)
	}
	for name, q := range map[string]store.Query{
		"without a bound":      {Where: closed.Where},
		"with too large a one": {Where: closed.Where, Limit: store.MaxPurge + 1},
		"of everything":        {Limit: 5},
		"behind a key":         {Where: closed.Where, Limit: 5, After: []any{"a"}},
		"by a bad field":       {Where: []store.Cond{store.Where("a'b", store.Eq, "x")}, Limit: 5},
	} {
		if n, err := e.Purge(ctx, "old", q); err == nil || n != 0 {
			t.Errorf("purge %s: %d, %v", name, n, err)
		}
	}
}
