package store

import (
	"hash/maphash"
	"sync"
	"time"
)

// Memo remembers what a question was answered with, by key, so that a process
// that is alone on its store need not ask again. Whoever changes the answer says
// so with Forget after the write; [Collection.Watch] tells of every write.
//
// A nil Memo knows nothing and learns nothing: that of a process that is not alone.
type Memo[T any] struct {
	seed   maphash.Seed
	most   int
	shards [memoShards]memoShard[T]
}

type memoShard[T any] struct {
	mu    sync.Mutex
	known map[string]T
	wrote uint64    // how often something was forgotten
	doubt time.Time // until then nothing is learned: a write may still come
}

const (
	memoShards = 64
	// memoDoubt is how long a write of unknown outcome may take to happen.
	memoDoubt = time.Minute
)

// NewMemo makes one for about so many keys; beyond, others are forgotten.
func NewMemo[T any](most int) *Memo[T] {
	m := &Memo[T]{seed: maphash.MakeSeed(), most: max(most/memoShards, 1)}
	for i := range m.shards {
		m.shards[i].known = map[string]T{}
	}
	return m
}

func (m *Memo[T]) shard(key string) *memoShard[T] {
	return &m.shards[maphash.String(m.seed, key)%memoShards]
}

// Get returns what is known. It is shared: do not change it.
func (m *Memo[T]) Get(key string) (v T, ok bool) {
	if m == nil {
		return v, false
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok = s.known[key]
	return v, ok
}

// Take returns what is known and forgets it: it is the caller's now.
func (m *Memo[T]) Take(key string) (v T, ok bool) {
	if m == nil {
		return v, false
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok = s.known[key]
	delete(s.known, key)
	return v, ok
}

// Ask is called before the question is put to the store; Learn wants what it
// returns.
func (m *Memo[T]) Ask(key string) (since uint64) {
	if m == nil {
		return 0
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrote
}

// Learn takes an answer, unless something was written since the question.
func (m *Memo[T]) Learn(key string, since uint64, v T) {
	if m == nil {
		return
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wrote == since && !time.Now().Before(s.doubt) {
		s.put(key, v, m.most)
	}
}

// Put takes what its owner knows without a question.
func (m *Memo[T]) Put(key string, v T) {
	if m == nil {
		return
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(key, v, m.most)
}

func (s *memoShard[T]) put(key string, v T, most int) {
	if _, had := s.known[key]; !had && len(s.known) >= most {
		for other := range s.known { // any
			delete(s.known, other)
			break
		}
	}
	s.known[key] = v
}

// Forget is called after a write that changes the answer, with what the write
// returned: one of unknown outcome may happen yet.
func (m *Memo[T]) Forget(key string, err error) {
	if m == nil {
		return
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, key)
	s.wrote++
	if err != nil && !settled(err) {
		s.doubt = time.Now().Add(memoDoubt)
	}
}
