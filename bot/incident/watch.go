package incident

import (
	"cmp"
	"sync"
	"time"
)

// Watch is Groups for many goroutines.
type Watch struct {
	mu     sync.Mutex
	groups *Groups
}

// NewWatch begins without any.
func NewWatch(o Options) *Watch { return &Watch{groups: NewGroups(o)} }

// Add is [Groups.Add].
func (w *Watch) Add(it Item) Group {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.groups.Add(it)
}

// Adapt goes by another window from now on. What left by a shorter one stays away.
func (w *Watch) Adapt(window time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.groups.o.Window = cmp.Or(window, usualWindow)
}

// Pin is [Groups.Pin].
func (w *Watch) Pin(item string, id ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.groups.Pin(item, string(id))
}

// Drop is [Groups.Drop].
func (w *Watch) Drop(id ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.groups.Drop(string(id))
}

// Knows says whether an item is held.
func (w *Watch) Knows(item string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.groups.byID[item] != nil
}
