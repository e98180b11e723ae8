package store

import (
	"hash/maphash"
	"sync"
)

// Locks is a fixed set of mutexes shared by ids, so that writers of one document
// in this process wait for each other instead of fighting by retry. Two ids may
// share a mutex: never hold two at once.
type Locks struct {
	seed maphash.Seed
	mu   []sync.Mutex
}

// NewLocks makes n mutexes.
func NewLocks(n int) *Locks { return &Locks{maphash.MakeSeed(), make([]sync.Mutex, n)} }

// Lock locks the id's mutex and returns its unlock.
func (l *Locks) Lock(id string) (unlock func()) {
	m := &l.mu[maphash.String(l.seed, id)%uint64(len(l.mu))]
	m.Lock()
	return m.Unlock
}
