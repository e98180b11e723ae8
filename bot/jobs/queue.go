package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// Queue carries wake-ups over Redis, so that more instances are more workers. A
// wake-up for which a worker of this process is free does not take that way: it
// is faster, and a Redis that is emptied cannot keep it from being run. While
// Redis is out of reach everything is run in this process.
//
// asynq's own retries, delays and retention are not used: an archived id refuses
// the same id for 90 days, and what is only in Redis is gone with it.
type Queue struct {
	client  *asynq.Client
	inspect *asynq.Inspector
	redis   redis.UniversalClient
	names   [priorities]string
	workers int
	local   *Local
	guard   guard
	log     *slog.Logger
	down    atomic.Bool

	mu    sync.Mutex
	sizes [priorities]size
}

type size struct {
	n  int
	at time.Time
}

var _ Runner = (*Queue)(nil)

const (
	taskType   = "wake"
	taskTime   = 5 * time.Minute
	queueLimit = 5000
	sizeAge    = 500 * time.Millisecond
)

// NewQueue makes a runner over Redis for the store of that id (Engine.ID), with
// so many workers in this process (0: 16). The client stays the caller's.
func NewQueue(rdb redis.UniversalClient, storeID string, workers int, log *slog.Logger) *Queue {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if workers <= 0 {
		workers = 16
	}
	q := &Queue{
		client: asynq.NewClientFromRedisClient(rdb), inspect: asynq.NewInspectorFromRedisClient(rdb),
		redis: rdb, workers: workers, log: log, local: NewLocal(max(workers/2, 2), 0, log),
	}
	for p, name := range [priorities]string{"replies", "notices", "promotions"} {
		q.names[p] = "kefu-" + storeID + "-" + name
	}
	return q
}

// Enqueue hands the wake-up to a free worker here, else to whichever instance is
// first.
func (q *Queue) Enqueue(ctx context.Context, w Wake) error {
	if q.down.Load() || q.local.spare(w.Priority) {
		return q.local.Enqueue(ctx, w)
	}
	payload, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("jobs: encode: %w", err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d", w.Coll, w.ID, w.Rev))
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_, err = q.client.EnqueueContext(ctx, asynq.NewTask(taskType, payload),
		asynq.TaskID(hex.EncodeToString(sum[:16])), asynq.Queue(q.names[min(w.Priority, priorities-1)]),
		asynq.MaxRetry(0), asynq.Timeout(taskTime))
	switch {
	case err == nil, errors.Is(err, asynq.ErrTaskIDConflict), errors.Is(err, asynq.ErrDuplicateTask):
		return nil
	}
	q.lost(err)
	return q.local.Enqueue(context.WithoutCancel(ctx), w)
}

// Room is about how many more may wait.
func (q *Queue) Room(p Priority) int {
	p = min(p, priorities-1)
	if q.down.Load() {
		return q.local.Room(p)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if s := &q.sizes[p]; time.Since(s.at) > sizeAge {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n, err := q.redis.LLen(ctx, "asynq:{"+q.names[p]+"}:pending").Result()
		if err != nil {
			n = 0 // Enqueue finds out
		}
		*s = size{int(n), time.Now()}
	}
	return max(queueLimit-q.sizes[p].n, 0)
}

// Run works until ctx ends.
func (q *Queue) Run(ctx context.Context, handle Handler) error {
	queues := map[string]int{}
	for p, name := range q.names {
		queues[name] = priorities - p
	}
	server := asynq.NewServerFromRedisClient(q.redis, asynq.Config{
		Concurrency: q.workers, Queues: queues, StrictPriority: true,
		TaskCheckInterval: 100 * time.Millisecond,
		BaseContext:       func() context.Context { return context.WithoutCancel(ctx) },
		ShutdownTimeout:   30 * time.Second,
		Logger:            quiet{}, LogLevel: asynq.FatalLevel,
		HealthCheckInterval: time.Second,
		HealthCheckFunc: func(err error) {
			if err != nil {
				q.lost(err)
			} else if q.down.CompareAndSwap(true, false) {
				q.log.Info("queue works again")
			}
		},
	})
	err := server.Start(asynq.HandlerFunc(func(ctx context.Context, t *asynq.Task) error {
		var w Wake
		if err := json.Unmarshal(t.Payload(), &w); err != nil {
			q.log.Warn("queue holds what is not a wake-up", "err", err)
			return nil
		}
		// An error would put the task into the archive, and its id out of use.
		q.guard.run(ctx, w, handle, q.log)
		return nil
	}))
	if err != nil {
		return fmt.Errorf("jobs: queue: %w", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = q.local.Run(ctx, handle) })
	wg.Go(func() { q.tidy(ctx) })
	<-ctx.Done()
	server.Shutdown()
	wg.Wait()
	return nil
}

// tidy empties the archive: tasks of a process that died end there.
func (q *Queue) tidy(ctx context.Context) {
	t := time.NewTicker(30 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if q.down.Load() {
			continue
		}
		for _, name := range q.names {
			// asynq registers a queue once per process; an emptied Redis forgets it.
			if err := q.redis.SAdd(ctx, "asynq:queues", name).Err(); err != nil {
				break
			}
			if _, err := q.inspect.DeleteAllArchivedTasks(name); err != nil && !errors.Is(err, asynq.ErrQueueNotFound) {
				break
			}
		}
	}
}

func (q *Queue) lost(err error) {
	if q.down.CompareAndSwap(false, true) {
		q.log.Warn("queue out of reach; wake-ups stay in this process", "err", err)
	}
}

// quiet drops asynq's log: one line for each poll of a Redis that is down. What
// matters is said by lost.
type quiet struct{}

func (quiet) Debug(...any) {}
func (quiet) Info(...any)  {}
func (quiet) Warn(...any)  {}
func (quiet) Error(...any) {}
func (quiet) Fatal(...any) {}
