package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"kefu/store"
)

// A full disk fails writes as unavailable, loses nothing that was acknowledged,
// and is over as soon as there is room again.
func TestDiskFull(t *testing.T) {
	e := openAt(t, t.TempDir())
	if err := e.EnsureIndexes(t.Context(), "things"); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		t.Helper()
		err := e.submit(t.Context(), &op{kind: alter, alone: func(c *conn) error {
			return c.exec(fmt.Sprintf("PRAGMA max_page_count=%d", pages))
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(300)
	body := []byte(`{"t":"` + strings.Repeat("x", 3000) + `"}`)
	var mu sync.Mutex
	acked := map[string]bool{}
	refused := 0
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 100 {
				id := fmt.Sprintf("%d-%d", w, i)
				err := e.Insert(t.Context(), "things", store.Document{ID: id, Last: id, Body: body})
				mu.Lock()
				switch {
				case err == nil:
					acked[id] = true
				case errors.Is(err, store.ErrUnavailable):
					refused++
				default:
					t.Errorf("insert: %v", err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(acked) == 0 || refused == 0 {
		t.Fatalf("%d acknowledged, %d refused", len(acked), refused)
	}
	for id := range acked {
		if _, err := e.Get(t.Context(), "things", id); err != nil {
			t.Errorf("acknowledged %s: %v", id, err)
		}
	}
	limit(1 << 30)
	for w := range 8 {
		for i := range 100 {
			id := fmt.Sprintf("%d-%d", w, i)
			if err := e.Insert(t.Context(), "things", store.Document{ID: id, Last: id, Body: body}); err != nil {
				t.Fatalf("repeated insert of %s: %v", id, err)
			}
		}
	}
}

// One bad write does not fail those that share its commit.
func TestGroupOutcomes(t *testing.T) {
	e := openAt(t, t.TempDir())
	hold, held := make(chan struct{}), make(chan struct{})
	if err := e.EnsureIndexes(t.Context(), "things"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		err := e.submit(context.Background(), &op{kind: alter, alone: func(*conn) error { close(held); <-hold; return nil }})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	table, _ := e.table("things")
	var group []*op
	add := func(o *op) {
		o.table, o.done = table, make(chan error, 1)
		group = append(group, o)
		e.ops <- o
	}
	add(&op{kind: insert, doc: store.Document{ID: "a", Last: "1", Body: []byte(`{}`)}})
	add(&op{kind: insert, doc: store.Document{ID: "a", Last: "2", Body: []byte(`{}`)}})
	add(&op{kind: replace, doc: store.Document{ID: "a", Rev: 1, Last: "3", Body: []byte(`{}`)}})
	add(&op{kind: replace, doc: store.Document{ID: "a", Rev: 1, Last: "4", Body: []byte(`{}`)}})
	add(&op{kind: replace, doc: store.Document{ID: "b", Rev: 1, Last: "5", Body: []byte(`{}`)}})
	add(&op{kind: replace, doc: store.Document{ID: "a", Rev: 1, Last: "3", Body: []byte(`{}`)}})
	add(&op{kind: remove, doc: store.Document{ID: "a"}})
	add(&op{kind: insert, doc: store.Document{ID: "a", Last: "6", Body: []byte(`{}`)}})
	before := e.groups.Load()
	close(hold)
	wg.Wait()
	for i, want := range []error{nil, store.ErrExists, nil, store.ErrConflict, store.ErrNotFound, nil, nil, nil} {
		if err := <-group[i].done; !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("write %d: %v, want %v", i, err, want)
		}
	}
	if d, err := e.Get(t.Context(), "things", "a"); err != nil || d.Last != "6" || d.Rev != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
	if err := e.submit(t.Context(), &op{kind: alter, alone: func(*conn) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if n := e.groups.Load() - before; n > 3 {
		t.Errorf("eight queued writes took %d commits", n)
	}
}
