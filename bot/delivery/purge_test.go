package delivery

import (
	"context"
	"errors"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// What was sent goes when it is old, unless its case is open; what did not arrive
// stays.
func TestPurge(t *testing.T) {
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0())
	closed := reply("closed", "好的")
	closed.Ticket = "t2"
	none := line("none", "新投诉")
	open := reply("open", "您好")
	w.post(closed)
	w.post(none)
	w.post(open)
	w.settle()
	w.carrier.next(fail(chat.OurFault, 40008))
	w.post(reply("dead", "坏的"))
	w.later(time.Minute)
	w.want("dead", Dead)
	before := store.At(w.now0())
	isOpen := func(_ context.Context, ticket string) (bool, error) { return ticket == "t1", nil }
	if _, n, err := w.Purge(t.Context(), before.Add(-time.Hour), "", isOpen); n != 0 || err != nil {
		t.Errorf("purged %d young ones, %v", n, err)
	}
	next, n, err := w.Purge(t.Context(), before, "", isOpen)
	if next != "" || n != 2 || err != nil {
		t.Errorf("purged %d, %q, %v; want 2", n, next, err)
	}
	for id, kept := range map[string]bool{"closed": false, "none": false, "open": true, "dead": true} {
		if _, err := w.Get(t.Context(), id); kept != (err == nil) || !kept && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, kept should be %t", id, err, kept)
		}
	}
}
