package ephemeral

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"kefu/bot/delivery"
	"kefu/bot/wechat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, url, id string, log *slog.Logger) *Memory {
	t.Helper()
	m, err := Open(t.Context(), Config{URL: url, StoreID: id, Now: time.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// server is a Redis that can be stopped; real ones are tried with jobs.
func server(t *testing.T) *miniredis.Miniredis {
	t.Helper()
	s := miniredis.NewMiniRedis()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// both runs a test embedded and with a server.
func both(t *testing.T, f func(t *testing.T, m *Memory)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { f(t, open(t, "", "s1", nil)) })
	t.Run("server", func(t *testing.T) {
		s := server(t)
		s.ClockTTL(true)
		f(t, open(t, "redis://"+s.Addr(), "s1", nil))
	})
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it never happened: %s", what)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, m *Memory) {
		var c wechat.Cache = m.Tokens()
		ctx := t.Context()
		get := func(want string) {
			t.Helper()
			if v, ok, err := c.Get(ctx, "token/oa"); err != nil || v != want || ok != (want != "") {
				t.Errorf("got %q %v %v, want %q", v, ok, err, want)
			}
		}
		get("")
		if err := c.Set(ctx, "token/oa", "one", time.Second); err != nil {
			t.Fatal(err)
		}
		get("one")
		if err := c.DeleteIf(ctx, "token/oa", "another"); err != nil {
			t.Fatal(err)
		}
		get("one")
		// It expires by itself, in real time.
		await(t, "expiry", func() bool { _, ok, _ := c.Get(ctx, "token/oa"); return !ok })
		if err := c.Set(ctx, "token/oa", "two", time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := c.DeleteIf(ctx, "token/oa", "two"); err != nil {
			t.Fatal(err)
		}
		get("")

		unlock, ok, err := c.Lock(ctx, "l", time.Minute)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		if _, ok, err := c.Lock(ctx, "l", time.Minute); ok || err != nil {
			t.Errorf("taken twice (%v)", err)
		}
		unlock()
		unlock()
		if _, ok, _ := c.Lock(ctx, "l", time.Second); !ok {
			t.Error("not freed")
		}
		await(t, "a dead holder's lock is freed", func() bool { _, ok, _ := c.Lock(ctx, "l", time.Minute); return ok })
	})
}

func TestStoresAreApart(t *testing.T) {
	t.Parallel()
	s := server(t)
	a, b := open(t, "redis://"+s.Addr(), "a", nil), open(t, "redis://"+s.Addr(), "b", nil)
	if err := a.Tokens().Set(t.Context(), "k", "of a", time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := b.Tokens().Get(t.Context(), "k"); ok {
		t.Error("another store's token")
	}
	for _, k := range s.Keys() {
		if !strings.HasPrefix(k, "kefu:a:") {
			t.Errorf("key %q", k)
		}
	}
}

// Two instances share a rate; never more than N in any span, also while Redis is
// emptied under them again and again; half as many more when it is once.
func TestRatesAreShared(t *testing.T) {
	for _, emptied := range []int{0, 40, 300} {
		t.Run(fmt.Sprint("emptied every ", emptied), func(t *testing.T) { share(t, emptied) })
	}
}

func share(t *testing.T, emptied int) {
	t.Parallel()
	s := server(t)
	var now atomic.Int64
	now.Store(time.Now().UnixMilli())
	clock := func() time.Time { return time.UnixMilli(now.Load()) }
	var all []*Memory
	for range 2 {
		m, err := Open(t.Context(), Config{URL: "redis://" + s.Addr(), StoreID: "s", Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		all = append(all, m)
	}
	limit := delivery.Limit{N: 18, Per: time.Minute}
	var taken []int64
	for i := range 4000 {
		if emptied > 0 && i%emptied == emptied-1 {
			s.FlushAll()
		}
		if wait := all[i%2].Take(t.Context(), "robot/staff", limit); wait == 0 {
			taken = append(taken, now.Load())
		} else if wait < 0 || wait > time.Minute {
			t.Fatalf("wait %v", wait)
		}
		now.Add(97)
	}
	most := limit.N
	if emptied > 100 {
		most += limit.N / 2
	}
	for i := most; i < len(taken); i++ {
		if taken[i]-taken[i-most] < 60_000 {
			t.Fatalf("%d within %d ms", most+1, taken[i]-taken[i-most])
		}
	}
	if len(taken) < 18*5 {
		t.Errorf("only %d in %d s", len(taken), 4000*97/1000)
	}
}

func TestNews(t *testing.T) {
	t.Parallel()
	s := server(t)
	a, b := open(t, "redis://"+s.Addr(), "s", nil), open(t, "redis://"+s.Addr(), "s", nil)
	ctx, cancel := context.WithCancel(t.Context())
	here, there, elsewhere := a.Subscribe(ctx, "ticket/1"), b.Subscribe(ctx, "ticket/1"), b.Subscribe(ctx, "ticket/2")
	a.Publish(ctx, "ticket/1")
	<-here
	await(t, "the other instance hears", func() bool {
		select {
		case <-there:
			return true
		default:
			a.Publish(ctx, "ticket/1")
			return false
		}
	})
	select {
	case <-elsewhere:
		t.Error("another topic's news")
	default:
	}
	// Alone, this process still hears itself.
	s.Close()
	await(t, "quiet", func() bool {
		select {
		case <-here:
			return false
		default:
			return true
		}
	})
	a.Publish(ctx, "ticket/1")
	<-here
	cancel()
	await(t, "nobody listens any more", func() bool {
		a.news.mu.Lock()
		defer a.news.mu.Unlock()
		return len(a.news.topics) == 0
	})
}

// Redis goes and comes: everything works on, one line each, by itself.
func TestRedisDown(t *testing.T) {
	t.Parallel()
	s := server(t)
	var lines bytes.Buffer
	var mu sync.Mutex
	m := open(t, "redis://"+s.Addr(), "s", slog.New(slog.NewTextHandler(writer{&mu, &lines}, nil)))
	ctx := t.Context()
	if err := m.Ping(ctx); err != nil {
		t.Fatal(err)
	}
	s.Close()
	start := time.Now()
	limit := delivery.Limit{N: 18, Per: time.Minute}
	through := 0
	for i := range 100 {
		if m.Take(ctx, "robot/staff", limit) == 0 {
			through++
		}
		if _, _, err := m.Tokens().Get(ctx, "k"); err == nil {
			t.Fatal("a cache that is down has an answer")
		}
		m.Publish(ctx, "x")
		unlock, ok := m.Lock(ctx, fmt.Sprint("l", i), time.Minute)
		if !ok {
			t.Fatal("no lock without redis")
		}
		if _, again := m.Lock(ctx, fmt.Sprint("l", i), time.Minute); again {
			t.Fatal("taken twice in one process")
		}
		unlock()
	}
	if through != 18 {
		t.Errorf("%d through without redis", through)
	}
	if d := time.Since(start); d > 4*time.Second {
		t.Errorf("without redis it took %v", d)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	await(t, "back by itself", func() bool { return m.Ping(ctx) == nil })
	if err := m.Tokens().Set(ctx, "k", "v", time.Minute); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(lines.String(), "\n"); n != 2 {
		t.Errorf("%d lines:\n%s", n, lines.String())
	}
}

type writer struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (w writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

// Not there from the start is no different; a URL that cannot be read is an
// error that does not repeat its password.
func TestOpen(t *testing.T) {
	t.Parallel()
	m := open(t, "redis://127.0.0.1:1", "s", nil)
	if m.Take(t.Context(), "k", delivery.Limit{N: 1, Per: time.Minute}) != 0 {
		t.Error("nothing goes without redis")
	}
	if m.Client() == nil || open(t, "", "s", nil).Client() != nil {
		t.Error("only an embedded one has no client for the queue")
	}
	_, err := Open(t.Context(), Config{URL: "redis://u:geheim@host:port", StoreID: "s", Now: time.Now})
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("error %v", err)
	}
}
