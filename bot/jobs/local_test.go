package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run starts the runner and gives a function that stops it and waits.
func run(t *testing.T, r Runner, h Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func TestLocalPriorities(t *testing.T) {
	t.Parallel()
	l := NewLocal(1, 10, nil)
	for _, w := range []Wake{
		{ID: "p1", Priority: Promotions}, {ID: "n1", Priority: Notices}, {ID: "r1"},
		{ID: "p2", Priority: Promotions}, {ID: "r2"}, {ID: "r1"}, // r1 waits already
	} {
		if err := l.Enqueue(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	all := make(chan struct{})
	run(t, l, func(_ context.Context, w Wake) error {
		if got = append(got, w.ID); len(got) == 5 {
			close(all)
		}
		return errors.New("its error changes nothing")
	})
	<-all
	if want := []string{"r1", "r2", "n1", "p1", "p2"}; !slices.Equal(got, want) {
		t.Errorf("ran %v, want %v", got, want)
	}
}

func TestLocalFull(t *testing.T) {
	t.Parallel()
	l := NewLocal(1, 3, nil)
	for i := range 5 {
		err := l.Enqueue(t.Context(), Wake{ID: fmt.Sprint(i), Priority: Promotions})
		if full := errors.Is(err, ErrFull); full != (i >= 3) {
			t.Errorf("wake-up %d: %v", i, err)
		}
	}
	if l.Room(Promotions) != 0 || l.Room(Replies) != 3 {
		t.Errorf("room %d %d", l.Room(Promotions), l.Room(Replies))
	}
	if err := l.Enqueue(t.Context(), Wake{ID: "r"}); err != nil {
		t.Errorf("a reply finds no room behind promotions: %v", err)
	}
}

// A document is never run twice at once, and what is asked while it runs is done
// once afterwards; a panic harms nobody else.
func TestLocalOneAtATime(t *testing.T) {
	t.Parallel()
	l := NewLocal(8, 1000, nil)
	var running, runs, others atomic.Int32
	first, release := make(chan struct{}), make(chan struct{})
	end := make(chan struct{})
	run(t, l, func(_ context.Context, w Wake) error {
		if w.ID != "d" {
			if others.Add(1) == 100 {
				close(end)
			}
			panic("on purpose")
		}
		if running.Add(1) > 1 {
			t.Error("twice at once")
		}
		defer running.Add(-1)
		if runs.Add(1) == 1 {
			close(first)
			<-release
		}
		return nil
	})
	enqueue := func(id string) {
		if err := l.Enqueue(t.Context(), Wake{Coll: "c", ID: id}); err != nil {
			t.Error(err)
		}
	}
	enqueue("d")
	<-first
	for i := range 100 {
		enqueue("d")
		enqueue(fmt.Sprint(i))
	}
	<-end
	close(release)
	enqueue("last")
	for runs.Load() < 2 {
		enqueue("d")
	}
}
