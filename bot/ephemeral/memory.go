package ephemeral

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/bsm/redislock"
	"github.com/redis/go-redis/v9"

	"kefu/bot/delivery"
)

// Config says where Redis is.
type Config struct {
	URL     string // redis://…, rediss://…; "" embeds one
	StoreID string // Engine.ID: keys carry it, so that two stores can share a Redis
	Now     func() time.Time
	Log     *slog.Logger
}

// Memory is the common memory. All methods may be called from many goroutines.
type Memory struct {
	client   *redis.Client
	embedded *miniredis.Miniredis
	prefix   string
	now      func() time.Time
	log      *slog.Logger
	locker   *redislock.Client
	rates    *delivery.LocalRates
	self     string // begins the names of slots that this process took
	taking   sync.Mutex
	news     *news

	mu    sync.Mutex
	held  map[string]time.Time // locks of this process, for when Redis is down
	retry atomic.Int64         // unix ms: not asked before, while down
	down  atomic.Bool
	stop  context.CancelFunc
	work  sync.WaitGroup
}

const (
	patience = 500 * time.Millisecond // for one question
	respite  = time.Second            // while down, one question in so long
)

// Open connects, or embeds. A Redis that does not answer is no error: everything
// works without it, and it is used as soon as it answers. A bad URL is one.
func Open(ctx context.Context, c Config) (*Memory, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.StoreID == "" || c.Now == nil {
		return nil, errors.New("ephemeral: store id and clock are needed")
	}
	m := &Memory{
		prefix: "kefu:" + c.StoreID + ":", now: c.Now, log: c.Log,
		rates: delivery.NewLocalRates(c.Now), self: rand.Text()[:12] + "-", held: map[string]time.Time{},
	}
	opt := &redis.Options{}
	if c.URL != "" {
		var err error
		if opt, err = redis.ParseURL(c.URL); err != nil {
			return nil, errors.New("ephemeral: redis.url cannot be read") // it may hold a password
		}
	} else {
		m.embedded = miniredis.NewMiniRedis()
		m.embedded.ClockTTL(true) // else nothing would ever expire
		opt.Dialer = func(context.Context, string, string) (net.Conn, error) { return m.embedded.Dial() }
	}
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = patience, patience, patience
	opt.PoolTimeout, opt.MaxRetries = patience, 1
	opt.ContextTimeoutEnabled, opt.DisableIdentity = true, true
	quieten.Do(func() { redis.SetLogger(silent{}) })
	m.client = redis.NewClient(opt)
	m.locker = redislock.New(m.client)
	ctx, m.stop = context.WithCancel(context.WithoutCancel(ctx))
	m.news = newNews()
	if m.embedded == nil {
		m.work.Go(func() { m.listen(ctx) })
	}
	return m, nil
}

// Close ends it. Subscriptions end with their own contexts.
func (m *Memory) Close() error {
	m.stop()
	err := m.client.Close()
	m.work.Wait()
	if m.embedded != nil {
		m.embedded.Close()
	}
	return err
}

// Client is for the queue of jobs; nil when embedded, for that must not carry it.
func (m *Memory) Client() redis.UniversalClient {
	if m.embedded != nil {
		return nil
	}
	return m.client
}

// Embedded says that this process has a Redis of its own.
func (m *Memory) Embedded() bool { return m.embedded != nil }

// Ping asks Redis, for doctor and the health page.
func (m *Memory) Ping(ctx context.Context) error {
	return m.ask(ctx, func(ctx context.Context) error { return m.client.Ping(ctx).Err() })
}

var errDown = errors.New("ephemeral: redis is out of reach")

// ask does something with Redis, within half a second; while it is down only one
// caller a second tries. redis.Nil and redislock.ErrNotObtained are answers.
func (m *Memory) ask(ctx context.Context, f func(context.Context) error) error {
	if m.down.Load() {
		at := m.retry.Load()
		now := time.Now().UnixMilli()
		if now < at || !m.retry.CompareAndSwap(at, now+respite.Milliseconds()) {
			return errDown
		}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := f(ctx)
	if err == nil || errors.Is(err, redis.Nil) || errors.Is(err, redislock.ErrNotObtained) || errors.Is(err, redislock.ErrLockNotHeld) {
		if m.down.CompareAndSwap(true, false) {
			m.log.Info("redis is back")
		}
		return err
	}
	if errors.Is(err, context.Canceled) {
		return err // the caller's affair
	}
	m.retry.Store(time.Now().Add(respite).UnixMilli())
	if m.down.CompareAndSwap(false, true) {
		m.log.Warn("redis is out of reach; going on without", "err", err)
	}
	return fmt.Errorf("ephemeral: %w", err)
}

var quieten sync.Once

// silent drops go-redis's own log: a line for each failed dial.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
