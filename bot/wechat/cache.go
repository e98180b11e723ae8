package wechat

import (
	"context"
	"sync"
	"time"
)

// Cache is shared by all instances. It may lose everything at any time. A Redis
// behind it does Set with SET EX (ttl is never 0: that would last for ever),
// DeleteIf with a script that compares first, Lock with SET NX and a random value.
type Cache interface {
	// Get gives ok false when there is nothing.
	Get(ctx context.Context, key string) (value string, ok bool, err error)
	// Set keeps value for ttl, at least a second.
	Set(ctx context.Context, key, value string, ttl time.Duration) error
	// DeleteIf removes key only if it still holds value.
	DeleteIf(ctx context.Context, key, value string) error
	// Lock gives ok false while somebody else holds it. unlock frees it only if it
	// is still ours; ttl frees it when we die.
	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
}

// memoryLimit bounds what a Memory holds; an instance has a few accounts.
const memoryLimit = 4096

// Memory is a Cache for one process.
type Memory struct {
	now   func() time.Time
	mu    sync.Mutex
	items map[string]memoryItem
	locks map[string]*memoryItem
}

type memoryItem struct {
	value string
	until time.Time
}

// NewMemory makes an empty one whose time is now.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, items: map[string]memoryItem{}, locks: map[string]*memoryItem{}}
}

var _ Cache = (*Memory)(nil)

// Get never fails.
func (m *Memory) Get(_ context.Context, key string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	it, ok := m.items[key]
	if !ok || !m.now().Before(it.until) {
		delete(m.items, key)
		return "", false, nil
	}
	return it.value, true, nil
}

// Set never fails. A full cache first drops what is over, then anything.
func (m *Memory) Set(_ context.Context, key, value string, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.items[key]; !known && len(m.items) >= memoryLimit {
		m.makeRoom()
	}
	m.items[key] = memoryItem{value, m.now().Add(max(ttl, time.Second))}
	return nil
}

func (m *Memory) makeRoom() {
	now := m.now()
	for k, it := range m.items {
		if !now.Before(it.until) {
			delete(m.items, k)
		}
	}
	for k := range m.items {
		if len(m.items) < memoryLimit {
			return
		}
		delete(m.items, k)
	}
}

// DeleteIf never fails.
func (m *Memory) DeleteIf(_ context.Context, key, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if it, ok := m.items[key]; ok && it.value == value {
		delete(m.items, key)
	}
	return nil
}

// Lock never fails.
func (m *Memory) Lock(_ context.Context, key string, ttl time.Duration) (func(), bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held := m.locks[key]; held != nil && m.now().Before(held.until) {
		return nil, false, nil
	}
	mine := &memoryItem{until: m.now().Add(ttl)}
	m.locks[key] = mine
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.locks[key] == mine {
			delete(m.locks, key)
		}
	}, true, nil
}
