package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"kefu/store"
)

const (
	soon    = 200 * time.Millisecond
	later   = 800 * time.Millisecond // longest: due work begins within a second
	batch   = 100                    // of one source in one round
	claimed = 8                      // claims at once, so that one fsync serves many
	asking  = 10 * time.Second       // longest for a source's questions
)

// Sweeper looks for what is due, claims it and hands it to the runner.
type Sweeper struct {
	registry *Registry
	runner   Runner
	now      func() time.Time
	log      *slog.Logger
	poke     chan struct{}
	failing  map[string]bool
}

// NewSweeper sweeps the sources of the registry. What is due is decided by now.
func NewSweeper(r *Registry, runner Runner, now func() time.Time, log *slog.Logger) *Sweeper {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Sweeper{registry: r, runner: runner, now: now, log: log, poke: make(chan struct{}, 1), failing: map[string]bool{}}
}

// Poke makes the next sweep begin now: the clock has jumped.
func (s *Sweeper) Poke() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// Run sweeps until ctx ends, every 200 ms, less often while nothing is due.
func (s *Sweeper) Run(ctx context.Context) error {
	wait := soon
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-s.poke:
		}
		found, more := s.Sweep(ctx)
		switch {
		case more:
			wait = 0
		case found > 0:
			wait = soon
		default:
			wait = min(max(2*wait, soon), later)
		}
		t.Reset(wait)
	}
}

// Sweep goes once over all sources. It returns how many documents were claimed
// and whether there may be more that the runner has room for.
func (s *Sweeper) Sweep(ctx context.Context) (found int, more bool) {
	var failed, works []string // since the sweep before: a store that is down is one line
	var why error
	defer func() {
		if len(failed) > 0 {
			s.log.Error("sweep fails", "sources", failed, "err", why)
		}
		if len(works) > 0 {
			s.log.Info("sweep works again", "sources", works)
		}
	}()
	for _, src := range s.registry.all() {
		if ctx.Err() != nil {
			return found, false
		}
		n, full, err := s.one(ctx, src)
		found += n
		more = more || full && n > 0
		if down := err != nil && ctx.Err() == nil; down != s.failing[src.Name] {
			s.failing[src.Name] = down
			if down {
				failed, why = append(failed, src.Name), err
			} else {
				works = append(works, src.Name)
			}
		}
	}
	return found, more
}

func (s *Sweeper) one(ctx context.Context, src Source) (n int, full bool, err error) {
	limit := min(batch, s.runner.Room(src.Priority))
	if limit <= 0 {
		return 0, false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	now := store.At(s.now())
	refs, err := src.Due(ctx, now, limit)
	if err != nil {
		return 0, false, err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	places := make(chan struct{}, claimed)
	for _, ref := range refs {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			mine, e := src.Claim(ctx, ref.ID, now, src.Lease)
			if e == nil && mine {
				// Dropped: due again when the lease has run out.
				_ = s.runner.Enqueue(ctx, Wake{Coll: src.Name, ID: ref.ID, Rev: ref.Rev, Priority: src.Priority})
			}
			mu.Lock()
			defer mu.Unlock()
			if mine {
				n++
			}
			if e != nil {
				err = e
			}
		})
	}
	wg.Wait()
	return n, len(refs) == limit, err
}
