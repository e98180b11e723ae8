package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/prometheus/client_golang/prometheus"
	openai "github.com/sashabaranov/go-openai"

	"kefu/bot/hours"
	"kefu/store"
)

// Config says where the model is and what it may cost.
type Config struct {
	BaseURL string // https://…/v1; "": no model, every call gives ErrOff
	APIKey  string // "" where the server wants none
	Model   string

	Timeout  time.Duration // of one attempt; 0: 20 s. A call has three times as much, or what its context has
	AtOnce   int           // calls under way in this process; 0: 8
	Budget   int64         // millionths of 元 a day, over all instances of the store; 0: no ceiling
	PriceIn  float64       // 元 per million tokens sent
	PriceOut float64       // 元 per million tokens received
	Mask     bool          // telephone numbers, names … are replaced before they leave

	Store store.Engine // of the ledger and the day's money; nil: neither is kept
	Now   func() time.Time
	Zone  *time.Location // whose days; nil: China's
	Log   *slog.Logger
	Meter prometheus.Registerer
	Pause time.Duration // how long a failing model is left alone; 0: 20 s
}

// Client asks a model. A nil Client has none. All methods may be called from many
// goroutines.
type Client struct {
	api     *openai.Client // nil: off
	http    *http.Client
	model   string
	timeout time.Duration
	places  chan struct{}
	breaker circuitbreaker.CircuitBreaker[any]
	speaks  atomic.Pointer[dialect]
	forms   forms
	mask    bool
	prices  [2]float64
	purse   *purse
	ledger  *ledger
	meter   *meter
	keeping sync.WaitGroup // books being written
	now     func() time.Time
	log     *slog.Logger
}

// New makes a client; it asks the model nothing. Errors are the store's.
func New(ctx context.Context, cfg Config) (*Client, error) {
	defaults(&cfg)
	c := &Client{
		model: cfg.Model, timeout: cfg.Timeout, places: make(chan struct{}, cfg.AtOnce), mask: cfg.Mask,
		prices: [2]float64{cfg.PriceIn, cfg.PriceOut}, now: cfg.Now, log: cfg.Log,
		purse: &purse{budget: cfg.Budget, now: cfg.Now, zone: cfg.Zone, log: cfg.Log},
	}
	c.speaks.Store(&dialect{})
	if cfg.Store != nil {
		var errs [2]error
		c.purse.days, errs[0] = store.Open[day](ctx, cfg.Store, "llm_days")
		c.ledger, errs[1] = openLedger(ctx, cfg.Store)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("llm: %w", err)
		}
	}
	c.meter = newMeter(cfg.Meter, c.purse)
	if cfg.BaseURL == "" {
		return c, nil
	}
	c.breaker = circuitbreaker.NewBuilder[any]().
		WithFailureThresholdRatio(5, 10).WithSuccessThreshold(1).WithDelay(cfg.Pause).
		OnStateChanged(c.breakerMoved).Build()
	c.http = newHTTP(cfg.AtOnce)
	conf := openai.DefaultConfig(cfg.APIKey)
	conf.BaseURL, conf.HTTPClient = cfg.BaseURL, wire{c.http}
	c.api = openai.NewClientWithConfig(conf)
	return c, nil
}

func defaults(cfg *Config) {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 20 * time.Second
	}
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = 8
	}
	if cfg.Pause <= 0 {
		cfg.Pause = 20 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Zone == nil {
		cfg.Zone = hours.China()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
}

// On says that there is a model to ask. It may still fail.
func (c *Client) On() bool { return c != nil && c.api != nil }

// Close gives the connections back and writes what was counted and is not in the
// store yet. Nothing may be asked any more.
func (c *Client) Close() error {
	if !c.On() {
		return nil
	}
	c.keeping.Wait() // each at most bookTime
	c.http.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(context.Background(), bookTime)
	defer cancel()
	if err := c.purse.add(ctx, c.purse.date(), 0, false); err != nil {
		return fmt.Errorf("llm: counting calls: %w", err)
	}
	return nil
}

func (c *Client) breakerMoved(e circuitbreaker.StateChangedEvent) {
	switch e.NewState {
	case circuitbreaker.OpenState:
		c.log.Warn("model fails; going on without for a while", "model", c.model)
	case circuitbreaker.ClosedState:
		c.log.Info("model answers again", "model", c.model)
	}
}

// cost is what so many tokens cost, in millionths of 元, rounded up.
func (c *Client) cost(in, out int) int64 {
	return int64(math.Ceil(float64(in)*c.prices[0] + float64(out)*c.prices[1]))
}

// Do asks the model. It ends with ctx, and never later than three times the
// configured time-out. It may be repeated; each time is paid for.
//
// The errors: ErrOff, ErrBudget, ErrBusy, ErrOpen, ErrFormat, the context's,
// *APIError, or the store's when the day's money cannot be counted. None holds
// anything of the texts or of the key. On all of them the caller goes on without
// the model.
func (c *Client) Do(ctx context.Context, r Request) (Reply, error) {
	if !c.On() {
		return Reply{}, ErrOff
	}
	if err := r.check(); err != nil {
		return Reply{}, err
	}
	shape, err := c.forms.of(r.Schema)
	if err != nil {
		return Reply{}, fmt.Errorf("llm: prompt %s: %w", r.Prompt, err)
	}
	select {
	case c.places <- struct{}{}:
	default:
		c.turnAway(r, busy)
		return Reply{}, ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, 3*c.timeout)
	defer cancel()

	began := time.Now() // real time: a latency, nothing is due by it
	t := newTalk(c, r, shape)
	reply, err := t.run(ctx)
	reply.In, reply.Out, reply.Cost, reply.Took = t.in, t.out, t.money.used, time.Since(began)
	c.book(ctx, t, reply, err)
	if err != nil {
		return Reply{}, err
	}
	return reply, nil
}
