package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
)

// Local runs wake-ups in this process.
type Local struct {
	log     *slog.Logger
	workers int
	limit   int // waiting, per priority

	mu      sync.Mutex
	waiting [priorities][]Wake
	known   map[key]bool // those waiting
	ready   chan struct{}
	busy    int // workers at work
	guard   guard
}

var _ Runner = (*Local)(nil)

type key struct{ coll, id string }

func (w Wake) key() key { return key{w.Coll, w.ID} }

// NewLocal makes a runner with so many workers (0: 16) and room for limit
// wake-ups of each priority (0: 4096).
func NewLocal(workers, limit int, log *slog.Logger) *Local {
	if workers <= 0 {
		workers = 16
	}
	if limit <= 0 {
		limit = 4096
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Local{
		log: log, workers: workers, limit: limit,
		known: map[key]bool{}, ready: make(chan struct{}, limit*priorities),
	}
}

// Enqueue returns ErrFull when there is no room.
func (l *Local) Enqueue(_ context.Context, w Wake) error {
	p := min(w.Priority, priorities-1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[w.key()] {
		return nil
	}
	if len(l.waiting[p]) >= l.limit {
		return ErrFull
	}
	l.known[w.key()] = true
	l.waiting[p] = append(l.waiting[p], w)
	l.ready <- struct{}{} // never blocks: as many places as wake-ups
	return nil
}

// Room counts the free places.
func (l *Local) Room(p Priority) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limit - len(l.waiting[min(p, priorities-1)])
}

// take is the next wake-up, the most urgent first.
func (l *Local) take() Wake {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.waiting {
		if q := l.waiting[p]; len(q) > 0 {
			w := q[0]
			if l.waiting[p] = q[1:]; len(q) == 1 {
				l.waiting[p] = nil
			}
			delete(l.known, w.key())
			l.busy++
			return w
		}
	}
	return Wake{}
}

func (l *Local) done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
}

// spare says that a worker is free and nothing waits for it; for a reply, that
// few wait.
func (l *Local) spare(p Priority) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p == Replies {
		return len(l.waiting[Replies]) < 4*l.workers
	}
	return l.busy+len(l.known) < l.workers
}

// Run works until ctx ends.
func (l *Local) Run(ctx context.Context, handle Handler) error {
	var workers sync.WaitGroup
	for range l.workers {
		workers.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-l.ready:
				}
				l.guard.run(ctx, l.take(), handle, l.log)
				l.done()
			}
		})
	}
	workers.Wait()
	return nil
}

// guard keeps a document from being run twice at once in this process. A
// wake-up for one that is running makes it run once more afterwards, because
// what it asks for may have come after that run looked.
type guard struct {
	mu      sync.Mutex
	running map[key]*bool // again
}

func (g *guard) run(ctx context.Context, w Wake, handle Handler, log *slog.Logger) {
	g.mu.Lock()
	if again := g.running[w.key()]; again != nil {
		*again = true
		g.mu.Unlock()
		return
	}
	if g.running == nil {
		g.running = map[key]*bool{}
	}
	again := new(bool)
	g.running[w.key()] = again
	g.mu.Unlock()
	for {
		if err := call(ctx, w, handle); err != nil && ctx.Err() == nil {
			log.Warn("job failed; it stays due", "coll", w.Coll, "err", err)
		}
		g.mu.Lock()
		if !*again || ctx.Err() != nil {
			delete(g.running, w.key())
			g.mu.Unlock()
			return
		}
		*again = false
		g.mu.Unlock()
	}
}

// call runs one document; a panic ends the run, not the process.
func call(ctx context.Context, w Wake, handle Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jobs: panic: %v", p)
		}
	}()
	return handle(ctx, w)
}
