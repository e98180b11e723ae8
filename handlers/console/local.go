package console

import (
	"context"
	"sync"
	"time"
)

// local is a Shared of one process.
type local struct {
	mu   sync.Mutex
	now  func() time.Time
	vals map[string]kept
}

type kept struct {
	value string
	until time.Time
}

const maxKept = 10000

func newLocal(now func() time.Time) *local { return &local{now: now, vals: map[string]kept{}} }

// Get gives what is still kept.
func (l *local) Get(_ context.Context, key string) (string, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k, ok := l.vals[key]
	if !ok || !l.now().Before(k.until) {
		return "", false, nil
	}
	return k.value, true, nil
}

// Set keeps value for ttl.
func (l *local) Set(_ context.Context, key, value string, ttl time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(key, value, ttl)
	return nil
}

func (l *local) put(key, value string, ttl time.Duration) {
	now := l.now()
	if len(l.vals) >= maxKept {
		for k, v := range l.vals { // what is over first, and if that is nothing, whatever comes
			if !now.Before(v.until) || len(l.vals) >= maxKept {
				delete(l.vals, k)
			}
		}
	}
	l.vals[key] = kept{value, now.Add(ttl)}
}

// Lock holds key for ttl.
func (l *local) Lock(_ context.Context, key string, ttl time.Duration) (func(), bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k, ok := l.vals["lock:"+key]; ok && l.now().Before(k.until) {
		return func() {}, false, nil
	}
	l.put("lock:"+key, "", ttl)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.vals, "lock:"+key)
	}, true, nil
}
