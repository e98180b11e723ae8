package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kefu/bot/chat"
	"kefu/bot/jobs"
	"kefu/store"
)

const (
	// HardTimeout is the longest a call may take, whatever its client does.
	HardTimeout = 10 * time.Second
	// lease is how long a claim lasts: past twice the hard time-out, and the
	// pause of a 45047 between the two.
	lease = 2*HardTimeout + 30*time.Second
	// begin is how long after its claim a call may still begin.
	begin = 5 * time.Second
)

// Deps are what an outbox works with. Store, Carriers, Ledger and Now are needed.
type Deps struct {
	Store    store.Engine
	Carriers map[chat.Channel]chat.Carrier
	Ledger   Ledger
	Rates    Rates // nil: counted in this process only
	Now      func() time.Time
	Log      *slog.Logger
	Wake     func(ctx context.Context, w jobs.Wake) error // nil: what finds no worker waits for the sweep
	Metrics  prometheus.Registerer
	Workers  int  // first tries at once; 0: 32
	Alone    bool // no other process works on this store

	// OnUndelivered tells whoever is responsible that d was held, failed or died.
	// It is asked for once per delivery and repeated until it returns nil, so it
	// must be safe to repeat: a card's delivery key made of d.ID.
	OnUndelivered func(ctx context.Context, d Delivery) error
	// OnUnreachable notes that d.To can never be reached by that way (unfollowed,
	// refuses). Safe to repeat, as above.
	OnUnreachable func(ctx context.Context, d Delivery, w Way) error
	// Carried says whether the message named by by did say the held text id, when
	// its taker has not confirmed it in time. nil: unknown.
	Carried func(ctx context.Context, c chat.CustomerID, by, id string) (bool, error)
	// Quiet says whether promotions to a customer wait now; nil: never.
	Quiet func(ctx context.Context, c chat.CustomerID) (bool, error)
}

// Outbox sends deliveries. Its methods may be called from many goroutines, and
// by many instances on one store.
type Outbox struct {
	Deps
	all    *store.Collection[Delivery]
	early  *store.Collection[earlyResult]
	lanes  *lanes
	pauses *pauses
	count  *metrics
	// without are the customers for whom nothing is open or held; nil: another
	// process may post for them.
	without *store.Memo[struct{}]

	slots  chan struct{}
	work   sync.WaitGroup
	mu     sync.Mutex
	closed bool
	last   store.Time // latest CreatedAt given
	seq    int        // and Seq
	ctx    context.Context
	stop   context.CancelFunc
}

const collection = "deliveries"

// New opens the outbox. ctx serves the opening only; end with Close.
func New(ctx context.Context, d Deps) (*Outbox, error) {
	if d.Store == nil || d.Ledger == nil || d.Now == nil || len(d.Carriers) == 0 {
		return nil, errors.New("delivery: store, ledger, carriers and clock are needed")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Rates == nil {
		d.Rates = NewLocalRates(d.Now)
	}
	if d.Workers <= 0 {
		d.Workers = 32
	}
	exists := func(f string) []store.Cond { return []store.Cond{store.Where(f, store.Exists)} }
	all, err := store.Open[Delivery](ctx, d.Store, collection,
		store.Index{Fields: []string{"rank", "due", "id"}, Where: exists("due")},
		store.Index{Fields: []string{"lane", "created_at", "seq", "id"}, Where: exists("lane")},
		store.Index{Fields: []string{"shelf", "created_at", "seq", "id"}, Where: exists("shelf")},
		store.Index{Fields: []string{"past", "id"}, Where: exists("past")},
		store.Index{Fields: []string{"lost", "id"}, Where: exists("lost")},
		store.Index{Fields: []string{"ticket", "created_at", "id"}, Where: exists("ticket")},
		store.Index{Fields: []string{"await", "id"}, Where: exists("await")},
		store.Index{Fields: []string{"task", "id"}, Where: exists("task")},
	)
	if err != nil {
		return nil, err
	}
	early, err := store.Open[earlyResult](ctx, d.Store, "delivery_results", jobs.DueIndex())
	if err != nil {
		return nil, err
	}
	count, err := newMetrics(d.Metrics)
	if err != nil {
		return nil, err
	}
	o := &Outbox{
		Deps: d, all: all, early: early, count: count,
		lanes: newLanes(), pauses: newPauses(), slots: make(chan struct{}, d.Workers),
	}
	if d.Alone {
		o.without = store.NewMemo[struct{}](withoutMost)
		all.Watch(o.heard)
	}
	o.ctx, o.stop = context.WithCancel(context.WithoutCancel(ctx))
	return o, nil
}

// Close waits until no call is in hand, at most until ctx ends, and takes no
// more work. What was not finished goes on when its lease has run out.
func (o *Outbox) Close(ctx context.Context) error {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	done := make(chan struct{})
	go func() { o.work.Wait(); close(done) }()
	defer o.stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("delivery: calls in hand: %w", ctx.Err())
	}
}

// enter counts a piece of work that Close waits for; false: closed.
func (o *Outbox) enter() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.work.Add(1)
	}
	return !o.closed
}

// stamp gives the place in order of what is posted now: within one millisecond
// Seq counts, in steps that leave room for the parts of a text.
func (o *Outbox) stamp(now store.Time) (at store.Time, seq int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Equal(o.last) {
		o.seq += maxParts + 1
	} else {
		o.last, o.seq = now, 0
	}
	return now, o.seq
}

func (o *Outbox) now() store.Time { return store.At(o.Now()) }

// Get returns a delivery, or store.ErrNotFound.
func (o *Outbox) Get(ctx context.Context, id string) (*Delivery, error) { return o.all.Get(ctx, id) }

// Sources are the collections whose documents come due, for jobs.Registry.
// Deliveries are three of them, so that a million promotions cannot stand before
// a reply.
func (o *Outbox) Sources() []jobs.Source {
	all := []jobs.Source{jobs.FromCollection(o.early, jobs.Promotions,
		func(r *earlyResult) *store.Time { return &r.Due }, o.dropEarly)}
	for rank, name := range sourceNames {
		s := jobs.FromCollection(o.all, jobs.Priority(rank), func(d *Delivery) *store.Time { return &d.Due }, o.Run)
		s.Name = name
		s.Due = func(ctx context.Context, now store.Time, limit int) ([]jobs.Ref, error) {
			list, err := o.all.List(ctx, store.Query{
				Where: []store.Cond{store.Where("rank", store.Eq, rank), store.Where("due", store.Le, now)},
				Order: []store.Order{{Field: "due"}},
				Limit: limit,
			})
			refs := make([]jobs.Ref, len(list))
			for i, d := range list {
				refs[i] = jobs.Ref{ID: d.ID, Rev: d.Rev}
			}
			return refs, err
		}
		s.Claim = o.claimDue
		all = append(all, s)
	}
	return all
}

// unattended is when a delivery behind others is looked at, should whoever
// attends its lane have died.
const unattended = time.Minute

// claimDue moves due on. What stands in a lane that this process attends needs
// no wake-up: thousands behind one robot would keep the sweep from all else.
func (o *Outbox) claimDue(ctx context.Context, id string, now store.Time, lease time.Duration) (bool, error) {
	mine := false
	_, err := o.all.Update(ctx, id, func(d *Delivery) error {
		if mine = !d.Due.IsZero() && !d.Due.After(now); !mine {
			return store.ErrUnchanged
		}
		d.Due = now.Add(lease)
		if d.State == Queued && len(d.Effects) == 0 && d.Lane != "" && o.lanes.attended(d.Lane, now) {
			mine = false
			d.Due = now.Add(unattended)
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return mine && err == nil, err
}

var sourceNames = [3]string{collection, collection + "_notice", collection + "_promotion"}

func rank(c Class) int {
	switch c {
	case Reply, Staff:
		return 0
	case Notice:
		return 1
	}
	return 2
}

// wake asks for d to be run by a worker; if none can take it, the sweep will.
func (o *Outbox) wake(ctx context.Context, d *Delivery) {
	if o.Wake != nil {
		_ = o.Wake(ctx, jobs.Wake{Coll: sourceNames[d.Rank], ID: d.ID, Rev: d.Rev, Priority: jobs.Priority(d.Rank)})
	}
}
