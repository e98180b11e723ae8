package delivery

import (
	"sync"

	"kefu/store"
)

// lanes are the addresses this process is sending to: one goroutine each. They
// only save work; that one delivery at a time leaves to an address is kept by
// what is stored (see Outbox.step).
type lanes struct {
	mu  sync.Mutex
	all map[string]*lane
}

type lane struct {
	busy  bool
	again bool       // somebody came while busy: look once more
	rest  store.Time // nothing can go before
	rank  int        // of the delivery that waits
}

func newLanes() *lanes { return &lanes{all: map[string]*lane{}} }

const maxLanes = 20_000

// enter takes the lane for something of that rank. Not taken: whoever is in it
// will look again, or it rests (until says how long).
func (l *lanes) enter(key string, rank int, now store.Time) (mine bool, until store.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.all[key]
	switch {
	case x == nil:
		if len(l.all) >= maxLanes {
			l.forget(now)
		}
		l.all[key] = &lane{busy: true}
		return true, store.Time{}
	case x.busy:
		x.again = true
		return false, store.Time{}
	case now.Before(x.rest) && rank >= x.rank:
		return false, x.rest
	}
	x.busy, x.again, x.rest = true, false, store.Time{}
	return true, store.Time{}
}

// leave gives the lane back, resting until rest; false: somebody came meanwhile
// and the holder must look again.
func (l *lanes) leave(key string, rest store.Time, rank int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.all[key]
	if x == nil {
		return true
	}
	if x.again {
		x.again = false
		return false
	}
	if rest.IsZero() {
		delete(l.all, key)
		return true
	}
	x.busy, x.rest, x.rank = false, rest, rank
	return true
}

// quit gives the lane back whatever came.
func (l *lanes) quit(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// attended says that somebody in this process comes to a lane by itself: it is
// busy, and will look once more, or rests until the first in it may go.
func (l *lanes) attended(key string, now store.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.all[key]
	if x == nil {
		return false
	}
	x.again = x.again || x.busy
	return x.busy || now.Before(x.rest)
}

// wakeUp ends a lane's rest: what it waited for may have changed.
func (l *lanes) wakeUp(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.all[key]; x != nil {
		x.rest = store.Time{}
	}
}

func (l *lanes) forget(now store.Time) {
	for k, x := range l.all {
		if !x.busy {
			delete(l.all, k)
		}
	}
}
