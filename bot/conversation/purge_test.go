package conversation_test

import (
	"fmt"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/jobs"
	"kefu/store"
)

// Conversations long silent go, page by page; one with something left to do stays,
// and a customer who writes again begins anew.
func TestPurge(t *testing.T) {
	talks, _ := open(t)
	talks.Alone()
	const n = jobs.PurgeBatch + 20
	for i := range n {
		who := chat.CustomerID(fmt.Sprintf("hotel/g%03d", i))
		c, err := talks.Take(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		c.Last = store.At(noon.Add(-time.Duration(i%2) * 24 * time.Hour))
		if i == 1 {
			c.Effects = []conversation.Effect{{ID: "e"}}
		}
		if err := talks.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if i != 1 {
			talks.Keep(c)
		}
	}
	gone, from := 0, ""
	for round := range 2 {
		next, some, err := talks.Purge(t.Context(), store.At(noon.Add(-time.Hour)), from)
		if err != nil || (next != "") != (round == 0) {
			t.Fatalf("round %d: %q, %v", round, next, err)
		}
		gone, from = gone+some, next
	}
	if gone != n/2-1 {
		t.Errorf("%d gone, want %d", gone, n/2-1)
	}
	c, err := talks.Take(t.Context(), "hotel/g003")
	if err != nil || c.Rev != 0 {
		t.Errorf("a conversation that is gone: revision %d, %v", c.Rev, err)
	}
	if c, err := talks.Take(t.Context(), "hotel/g001"); err != nil || c.Rev == 0 {
		t.Errorf("one with something left to do: revision %d, %v", c.Rev, err)
	}
}
