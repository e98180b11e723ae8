package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"kefu/store"
)

// Old says how long things of one sort are kept and how what is older is thrown
// away.
type Old struct {
	Name string
	Keep time.Duration
	// Purge throws away some of what is older than before, looking at no more than
	// PurgeBatch documents, and goes on behind from; next is "" at the end. It may
	// be repeated.
	Purge func(ctx context.Context, before store.Time, from string) (next string, gone int, err error)
}

const (
	// PurgeBatch is how many documents one step looks at: few enough that
	// messages do not wait for them.
	PurgeBatch = 100
	// keeperSteps is how many steps one run takes; the sweep comes again soon.
	keeperSteps = 40
	keeperPause = 100 * time.Millisecond
)

// Keeper throws away what is older than it is kept, a little at a time, with
// pauses. Run is a daily thing (Daily.Add).
type Keeper struct {
	all   []Old
	now   func() time.Time
	log   *slog.Logger
	pause time.Duration

	mu   sync.Mutex
	on   int    // which of all is in hand
	from string // where it goes on
	gone int
}

// NewKeeper makes one.
func NewKeeper(now func() time.Time, log *slog.Logger, all ...Old) *Keeper {
	return &Keeper{all: all, now: now, log: log, pause: keeperPause}
}

// Run takes some steps; ErrMore when there is more to do.
func (k *Keeper) Run(ctx context.Context, _ store.Time) error {
	if !k.mu.TryLock() {
		return ErrMore // a run before is still at it
	}
	defer k.mu.Unlock()
	for range keeperSteps {
		if k.on == len(k.all) {
			k.on = 0
			return nil
		}
		if err := k.step(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ErrMore, ctx.Err())
		case <-time.After(k.pause):
		}
	}
	return ErrMore
}

func (k *Keeper) step(ctx context.Context) error {
	old := k.all[k.on]
	next, gone, err := old.Purge(ctx, store.At(k.now().Add(-old.Keep)), k.from)
	k.gone += gone
	if err != nil {
		return fmt.Errorf("jobs: throwing away old %s: %w", old.Name, err)
	}
	if k.from = next; next != "" {
		return nil
	}
	if k.gone > 0 {
		k.log.Info("old documents thrown away", "what", old.Name, "count", k.gone)
	}
	k.on, k.gone = k.on+1, 0
	return nil
}
