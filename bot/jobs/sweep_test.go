package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kefu/store"
	"kefu/store/sqlite"
)

type task struct {
	store.Meta
	Due  store.Time `json:"due,omitzero"`
	Runs int        `json:"runs"`
}

// clock is a time that tests move.
type clock struct{ atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.Store(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC).UnixMilli())
	return c
}
func (c *clock) now() time.Time                { return time.UnixMilli(c.Load()).UTC() }
func (c *clock) move(d time.Duration)          { c.Add(d.Milliseconds()) }
func (c *clock) in(d time.Duration) store.Time { return store.At(c.now().Add(d)) }

func memory(t *testing.T) *sqlite.Engine {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func tasks(t *testing.T, e store.Engine) *store.Collection[task] {
	t.Helper()
	c, err := store.Open[task](t.Context(), e, "tasks", DueIndex())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func logger(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

// Everything due is run once by two instances that sweep the same store, although
// one document can never be done.
func TestTwoSweepersOnePoisoned(t *testing.T) {
	t.Parallel()
	e, c := memory(t), newClock()
	coll := tasks(t, e)
	const n = 500
	for i := range n {
		if err := coll.Insert(t.Context(), &task{Meta: store.Meta{ID: fmt.Sprint(i)}, Due: c.in(-time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	runs := map[string]int{}
	all := make(chan struct{})
	for range 2 {
		var r Registry
		err := r.Register(FromCollection(coll, Replies, func(v *task) *store.Time { return &v.Due },
			func(ctx context.Context, id string) error {
				mu.Lock()
				defer mu.Unlock()
				if runs[id]++; runs[id] == 1 && len(runs) == n {
					close(all)
				}
				if id == "7" {
					return fmt.Errorf("poisoned")
				}
				_, err := coll.Update(ctx, id, func(v *task) error { v.Due = store.Time{}; v.Runs++; return nil })
				return err
			}))
		if err != nil {
			t.Fatal(err)
		}
		l := NewLocal(4, 50, logger(t)) // less room than there is work
		run(t, l, r.Handle)
		s := NewSweeper(&r, l, c.now, logger(t))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Run(ctx) })
		defer wg.Wait()
		defer cancel()
	}
	select {
	case <-all:
	case <-time.After(20 * time.Second):
		mu.Lock()
		defer mu.Unlock()
		t.Fatalf("%d of %d were run", len(runs), n)
	}
	mu.Lock()
	defer mu.Unlock()
	for id, k := range runs {
		if k != 1 {
			t.Errorf("%s was run %d times before its lease ended", id, k)
		}
	}
}

// A jump of the clock is heard at once; without it due work begins within a second.
func TestDueWorkBeginsInTime(t *testing.T) {
	t.Parallel()
	e, c := memory(t), newClock()
	coll := tasks(t, e)
	if err := coll.Insert(t.Context(), &task{Meta: store.Meta{ID: "a"}, Due: c.in(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	ran := make(chan string, 10)
	var r Registry
	if err := r.Register(FromCollection(coll, Replies, func(v *task) *store.Time { return &v.Due },
		func(ctx context.Context, id string) error {
			_, err := coll.Update(ctx, id, func(v *task) error { v.Due = store.Time{}; return nil })
			ran <- id
			return err
		})); err != nil {
		t.Fatal(err)
	}
	l := NewLocal(2, 0, logger(t))
	run(t, l, r.Handle)
	s := NewSweeper(&r, l, c.now, logger(t))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Run(ctx) })
	defer wg.Wait()
	defer cancel()

	expect := func(id string, within time.Duration) {
		t.Helper()
		select {
		case got := <-ran:
			if got != id {
				t.Errorf("ran %s, want %s", got, id)
			}
		case <-time.After(within):
			t.Errorf("%s did not begin within %v", id, within)
		}
	}
	select {
	case id := <-ran:
		t.Errorf("%s ran two days early", id)
	case <-time.After(2 * later): // by now the sweep is at its slowest
	}
	c.move(48 * time.Hour)
	s.Poke()
	expect("a", time.Second/2)
	if err := coll.Insert(t.Context(), &task{Meta: store.Meta{ID: "b"}, Due: c.in(0)}); err != nil {
		t.Fatal(err)
	}
	expect("b", time.Second)
}

// A store that is down is said once, and once that it is back.
func TestSweepFailureIsNoFlood(t *testing.T) {
	t.Parallel()
	var lines atomic.Int32
	var down atomic.Bool
	down.Store(true)
	var r Registry
	if err := r.Register(Source{
		Name: "x",
		Due: func(context.Context, store.Time, int) ([]Ref, error) {
			if down.Load() {
				return nil, store.ErrUnavailable
			}
			return nil, nil
		},
		Claim: func(context.Context, string, store.Time, time.Duration) (bool, error) { return false, nil },
		Run:   func(context.Context, string) error { return nil },
	}); err != nil {
		t.Fatal(err)
	}
	s := NewSweeper(&r, NewLocal(1, 0, nil), time.Now, slog.New(counting{&lines}))
	for range 5 {
		s.Sweep(t.Context())
	}
	down.Store(false)
	for range 5 {
		s.Sweep(t.Context())
	}
	if lines.Load() != 2 {
		t.Errorf("%d lines", lines.Load())
	}
}

type counting struct{ n *atomic.Int32 }

func (counting) Enabled(context.Context, slog.Level) bool    { return true }
func (c counting) Handle(context.Context, slog.Record) error { c.n.Add(1); return nil }
func (c counting) WithAttrs([]slog.Attr) slog.Handler        { return c }
func (c counting) WithGroup(string) slog.Handler             { return c }

func TestRegisterRefuses(t *testing.T) {
	t.Parallel()
	var r Registry
	ok := FromCollection(tasks(t, memory(t)), Replies, func(v *task) *store.Time { return &v.Due },
		func(context.Context, string) error { return nil })
	if err := r.Register(ok); err != nil {
		t.Fatal(err)
	}
	if r.Register(ok) == nil || r.Register(Source{Name: "half"}) == nil {
		t.Error("a mistake was taken")
	}
	if r.Handle(t.Context(), Wake{Coll: "nobody"}) == nil {
		t.Error("a wake-up for nobody is no error")
	}
}

func TestDaily(t *testing.T) {
	t.Parallel()
	e, c := memory(t), newClock() // 8:00 UTC = 16:00 in China
	china := time.FixedZone("CST", 8*3600)
	var runs []store.Time
	fails := 0
	open := func() *Daily {
		d, err := NewDaily(t.Context(), e, c.now, china)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Add(t.Context(), "morning", 8, 30, func(_ context.Context, due store.Time) error {
			if fails > 0 {
				fails--
				return fmt.Errorf("not now")
			}
			runs = append(runs, due)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return d
	}
	sweep := func(d *Daily) {
		t.Helper()
		src := d.Source()
		for range 3 {
			now := store.At(c.now())
			refs, err := src.Due(t.Context(), now, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, ref := range refs {
				if ok, err := src.Claim(t.Context(), ref.ID, now, 20*time.Second); err != nil || !ok {
					t.Fatal(ok, err)
				}
				_ = src.Run(t.Context(), ref.ID)
				_ = src.Run(t.Context(), ref.ID) // a repeated wake-up
			}
		}
	}
	at := func(day, hour, minute int) store.Time {
		return store.At(time.Date(2026, 11, day, hour, minute, 0, 0, china))
	}
	want := func(times ...store.Time) {
		t.Helper()
		if fmt.Sprint(runs) != fmt.Sprint(times) {
			t.Errorf("runs %v, want %v", runs, times)
		}
		runs = nil
	}

	d := open()
	sweep(d)
	want()
	c.move(16*time.Hour + 30*time.Minute) // 25th, 8:30
	fails = 1
	sweep(d)
	want(at(25, 8, 30)) // the repeated wake-up did it
	// Down for three days: what was missed runs once, for the instant it was due.
	c.move(72 * time.Hour)
	d = open()
	sweep(d)
	want(at(26, 8, 30))
	c.move(23 * time.Hour)
	sweep(d)
	want()
	c.move(time.Hour)
	sweep(d)
	want(at(29, 8, 30))
}
