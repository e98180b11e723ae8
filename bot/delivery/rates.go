package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"kefu/bot/chat"
)

// What the platforms let through. WeCom: 20 a minute to a robot, then 45009 for
// about a minute; 30 a minute to a member from one app, the rest dropped without
// an error, hence the second more.
var (
	robotLimit = Limit{18, time.Minute}
	appLimit   = Limit{30, 61 * time.Second}
)

// rateOf is the limit that holds for an address.
func rateOf(to chat.Address) (key string, l Limit, limited bool) {
	switch to.Channel {
	case chat.Robot:
		return "robot/" + to.User, robotLimit, true
	case chat.WeCom:
		return "app/" + to.User, appLimit, true
	}
	return "", Limit{}, false
}

const maxKeys = 20_000

// LocalRates counts in this process. It keeps the instants of the last N, so
// that no span of Per ever holds more than N: a token bucket would let twice as
// many through.
type LocalRates struct {
	now func() time.Time
	mu  sync.Mutex
	log map[string][]time.Time
}

// NewLocalRates counts by that clock.
func NewLocalRates(now func() time.Time) *LocalRates {
	return &LocalRates{now: now, log: map[string][]time.Time{}}
}

var _ Rates = (*LocalRates)(nil)

// Take takes a slot, or says how long until the next.
func (r *LocalRates) Take(_ context.Context, key string, l Limit) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	log := r.log[key]
	for len(log) > 0 && now.Sub(log[0]) >= l.Per {
		log = log[1:]
	}
	if len(log) >= l.N {
		r.log[key] = log
		return max(l.Per-now.Sub(log[0]), time.Millisecond)
	}
	if len(r.log) >= maxKeys {
		r.forget(now)
	}
	r.log[key] = append(log, now)
	return 0
}

// Taken are the instants of the slots of a key that count, the oldest first.
func (r *LocalRates) Taken(key string) []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.log[key])
}

// Return gives back the slot that was taken last.
func (r *LocalRates) Return(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if log := r.log[key]; len(log) > 0 {
		r.log[key] = log[:len(log)-1]
	}
}

// forget drops keys not used for two minutes; all of them, if that is not enough.
func (r *LocalRates) forget(now time.Time) {
	for k, log := range r.log {
		if len(log) == 0 || now.Sub(log[len(log)-1]) > 2*time.Minute {
			delete(r.log, k)
		}
	}
	if len(r.log) >= maxKeys {
		clear(r.log)
	}
}
