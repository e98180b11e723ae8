package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kefu/bot/casework"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/inbox"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/prompts"
	"kefu/store"
)

// Parts are what a bot is made of.
type Parts struct {
	Inbox  *inbox.Box
	Talks  *conversation.Talks
	People *customer.File
	Cases  *casework.Desk
	Out    *delivery.Outbox
	Reader *intent.Reader
	Know   *knowledge.Base
	Mind   Mind // a language model's part; nil without one
	Words  *prompts.Book
	Now    func() time.Time
	Zone   *time.Location
	Log    *slog.Logger
	Meter  prometheus.Registerer                 // may be nil
	Wake   func(ctx context.Context, key string) // hands a stored message to the workers; may be nil
	Alone  bool                                  // no other process works on this store
	InHand int                                   // messages handled at once; beyond, they wait for the workers. 0: 512
}

// Bot answers customers.
type Bot struct {
	Parts
	log     *slog.Logger
	inHand  chan struct{}
	locks   *store.Locks // one customer's messages after each other, in this process
	waits   *waits
	minds   *minds // messages that a model is asked about
	hand    *hand
	metrics *metrics
	wg      sync.WaitGroup
	ctx     context.Context
	stop    context.CancelFunc
}

// New makes a bot.
func New(p Parts) *Bot {
	if p.InHand <= 0 {
		p.InHand = 512
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Bot{
		Parts: p, log: p.Log, inHand: make(chan struct{}, p.InHand), locks: store.NewLocks(1024),
		waits: newWaits(), minds: newMinds(), hand: newHand(), metrics: newMetrics(p.Meter), ctx: ctx, stop: stop,
	}
}

// background runs what need not be waited for; Close waits for it.
func (b *Bot) background(f func(context.Context)) {
	b.wg.Go(func() {
		ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
		defer cancel()
		f(ctx)
	})
}

// Close waits until what was begun is done, at most as long as ctx allows.
func (b *Bot) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() { b.wg.Wait(); close(done) }()
	select {
	case <-done:
		b.stop()
		return nil
	case <-ctx.Done():
		b.stop()
		return ctx.Err()
	}
}
