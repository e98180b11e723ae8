package storetest

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"kefu/store"
)

// FaultyEngine is an engine that fails when told to. Its knobs may be turned
// while it is used.
type FaultyEngine struct {
	e store.Engine

	mu      sync.Mutex
	down    bool
	lose    int // the answer of the write after this many more is lost
	lost    int
	latency time.Duration
}

var (
	_ store.Engine = (*FaultyEngine)(nil)
	_ store.Files  = (*FaultyEngine)(nil)
)

// Faulty wraps an engine; until a knob is turned it behaves like e.
func Faulty(e store.Engine) *FaultyEngine { return &FaultyEngine{e: e} }

// SetDown makes every call fail with store.ErrUnavailable, without effect,
// until it is turned off.
func (f *FaultyEngine) SetDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = down
}

// LoseAnswer lets the n-th write from now (1: the next) take place and then
// fail with store.ErrUnavailable. 0 turns it off.
func (f *FaultyEngine) LoseAnswer(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose = n
}

// Lost tells how many answers were lost.
func (f *FaultyEngine) Lost() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lost
}

// SetLatency makes every call take at least d before it begins.
func (f *FaultyEngine) SetLatency(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.latency = d
}

// before waits, and fails when the engine is down.
func (f *FaultyEngine) before(ctx context.Context) error {
	f.mu.Lock()
	down, wait := f.down, f.latency
	f.mu.Unlock()
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if down {
		return fmt.Errorf("storetest: down: %w", store.ErrUnavailable)
	}
	return nil
}

// write does a write and loses its answer if that was asked for.
func (f *FaultyEngine) write(ctx context.Context, do func() error) error {
	if err := f.before(ctx); err != nil {
		return err
	}
	err := do()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lose == 0 {
		return err
	}
	if f.lose--; f.lose > 0 {
		return err
	}
	f.lost++
	return fmt.Errorf("storetest: answer lost: %w", store.ErrUnavailable)
}

func (f *FaultyEngine) Insert(ctx context.Context, coll string, d store.Document) error {
	return f.write(ctx, func() error { return f.e.Insert(ctx, coll, d) })
}

func (f *FaultyEngine) Replace(ctx context.Context, coll string, d store.Document) error {
	return f.write(ctx, func() error { return f.e.Replace(ctx, coll, d) })
}

func (f *FaultyEngine) Delete(ctx context.Context, coll, id string) error {
	return f.write(ctx, func() error { return f.e.Delete(ctx, coll, id) })
}

func (f *FaultyEngine) Purge(ctx context.Context, coll string, q store.Query) (n int, err error) {
	err = f.write(ctx, func() error {
		n, err = f.e.Purge(ctx, coll, q)
		return err
	})
	return n, err
}

func (f *FaultyEngine) Get(ctx context.Context, coll, id string) (store.Document, error) {
	if err := f.before(ctx); err != nil {
		return store.Document{}, err
	}
	return f.e.Get(ctx, coll, id)
}

func (f *FaultyEngine) Find(ctx context.Context, coll string, q store.Query) iter.Seq2[store.Document, error] {
	return func(yield func(store.Document, error) bool) {
		if err := f.before(ctx); err != nil {
			yield(store.Document{}, err)
			return
		}
		f.e.Find(ctx, coll, q)(yield)
	}
}

func (f *FaultyEngine) Count(ctx context.Context, coll string, q store.Query) (int64, error) {
	if err := f.before(ctx); err != nil {
		return 0, err
	}
	return f.e.Count(ctx, coll, q)
}

func (f *FaultyEngine) Group(ctx context.Context, coll string, g store.Grouping) ([]store.Row, error) {
	if err := f.before(ctx); err != nil {
		return nil, err
	}
	return f.e.Group(ctx, coll, g)
}

func (f *FaultyEngine) EnsureIndexes(ctx context.Context, coll string, ix ...store.Index) error {
	if err := f.before(ctx); err != nil {
		return err
	}
	return f.e.EnsureIndexes(ctx, coll, ix...)
}

// ID is the wrapped engine's.
func (f *FaultyEngine) ID() string { return f.e.ID() }

// Close closes the wrapped engine, also when it is down.
func (f *FaultyEngine) Close() error { return f.e.Close() }

// files is the wrapped engine's ability, if it is there and the engine is up.
func (f *FaultyEngine) files(ctx context.Context) (store.Files, error) {
	if err := f.before(ctx); err != nil {
		return nil, err
	}
	files, ok := f.e.(store.Files)
	if !ok {
		return nil, fmt.Errorf("storetest: %T keeps no files: %w", f.e, store.ErrRefused)
	}
	return files, nil
}

func (f *FaultyEngine) PutFile(ctx context.Context, id string, content []byte) error {
	files, err := f.files(ctx)
	if err != nil {
		return err
	}
	return files.PutFile(ctx, id, content)
}

func (f *FaultyEngine) GetFile(ctx context.Context, id string) ([]byte, error) {
	files, err := f.files(ctx)
	if err != nil {
		return nil, err
	}
	return files.GetFile(ctx, id)
}

func (f *FaultyEngine) DeleteFile(ctx context.Context, id string) error {
	files, err := f.files(ctx)
	if err != nil {
		return err
	}
	return files.DeleteFile(ctx, id)
}
