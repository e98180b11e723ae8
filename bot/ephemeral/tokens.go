package ephemeral

import (
	"context"
	"errors"
	"time"

	"github.com/bsm/redislock"
	"github.com/redis/go-redis/v9"

	"kefu/bot/wechat"
)

// Tokens is the cache that all instances share (wechat.Cache).
type Tokens struct{ m *Memory }

var _ wechat.Cache = Tokens{}

// Tokens is the token cache.
func (m *Memory) Tokens() Tokens { return Tokens{m} }

// Get gives ok false when there is nothing.
func (t Tokens) Get(ctx context.Context, key string) (value string, ok bool, err error) {
	err = t.m.ask(ctx, func(ctx context.Context) (err error) {
		value, err = t.m.client.Get(ctx, t.m.prefix+key).Result()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return value, err == nil, err
}

// Set keeps value for ttl, at least a second.
func (t Tokens) Set(ctx context.Context, key, value string, ttl time.Duration) error {
	return t.m.ask(ctx, func(ctx context.Context) error {
		return t.m.client.Set(ctx, t.m.prefix+key, value, max(ttl, time.Second)).Err()
	})
}

var deleteIf = redis.NewScript(`if redis.call("get",KEYS[1])==ARGV[1] then return redis.call("del",KEYS[1]) end return 0`)

// DeleteIf removes key only if it still holds value.
func (t Tokens) DeleteIf(ctx context.Context, key, value string) error {
	return t.m.ask(ctx, func(ctx context.Context) error {
		return deleteIf.Run(ctx, t.m.client, []string{t.m.prefix + key}, value).Err()
	})
}

// Lock gives ok false while somebody else holds it; ttl frees it when we die.
func (t Tokens) Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	return t.m.lock(ctx, key, ttl)
}

func (m *Memory) lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	var l *redislock.Lock
	err = m.ask(ctx, func(ctx context.Context) (err error) {
		l, err = m.locker.Obtain(ctx, m.prefix+"lock:"+key, ttl, nil)
		return err
	})
	if errors.Is(err, redislock.ErrNotObtained) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	ctx = context.WithoutCancel(ctx)
	return func() {
		// Not ours any more, or Redis gone: the ttl frees it.
		_ = m.ask(ctx, func(ctx context.Context) error { return l.Release(ctx) })
	}, true, nil
}

// Lock takes a lock among all instances, or only in this process while Redis is
// out of reach: locks save work, they keep nothing safe. ok false: taken.
func (m *Memory) Lock(ctx context.Context, name string, ttl time.Duration) (unlock func(), ok bool) {
	now := time.Now()
	m.mu.Lock()
	if now.Before(m.held[name]) {
		m.mu.Unlock()
		return nil, false
	}
	for n, until := range m.held {
		if !now.Before(until) {
			delete(m.held, n)
		}
	}
	until := now.Add(ttl)
	m.held[name] = until
	m.mu.Unlock()
	free := func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.held[name].Equal(until) {
			delete(m.held, name)
		}
	}
	unlock, ok, err := m.lock(ctx, name, ttl)
	switch {
	case err != nil:
		return free, true
	case !ok:
		free()
		return nil, false
	}
	return func() { unlock(); free() }, true
}
