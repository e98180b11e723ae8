package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kefu/bot/chat"
)

// clock is a time that tests move.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC).UnixNano())
	return c
}
func (c *clock) now() time.Time       { return time.Unix(0, c.at.Load()) }
func (c *clock) move(d time.Duration) { c.at.Add(int64(d)) }

// issuer is a platform: it counts, and gives the same token until forced.
type issuer struct {
	mu             sync.Mutex
	n              int
	normal, forced int
	lasts          time.Duration
	err            error
}

func (i *issuer) issue(forced int) Issuer {
	return Issuer{Key: TokenKey(OA, "wx1", "s"), Forced: forced, Fetch: func(_ context.Context, force bool) (string, time.Duration, error) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if force {
			i.forced++
			i.n++
		} else {
			i.normal++
		}
		return fmt.Sprintf("token%d", i.n), i.lasts, i.err
	}}
}

func (i *issuer) calls() (normal, forced int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.normal, i.forced
}

func want(t *testing.T, k *Tokens, token string) {
	t.Helper()
	got, err := k.Token(t.Context())
	if err != nil || got != token {
		t.Helper()
		t.Fatalf("Token = %q, %v, want %q", got, err, token)
	}
}

func TestOneRefreshAtATime(t *testing.T) {
	c, i := newClock(), &issuer{lasts: 2 * time.Hour}
	cache := NewMemory(c.now)
	// Two instances, many callers.
	a, b := NewTokens(cache, i.issue(20), c.now), NewTokens(cache, i.issue(20), c.now)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() { _, _ = a.Token(t.Context()) })
		wg.Go(func() { _, _ = b.Token(t.Context()) })
	}
	wg.Wait()
	if n, _ := i.calls(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	c.move(2*time.Hour - 300*time.Second)
	want(t, a, "token0")
	if n, _ := i.calls(); n != 2 {
		t.Errorf("%d refreshes after its time", n)
	}
}

func TestDiscardOnlyTheOneThatFailed(t *testing.T) {
	c, i := newClock(), &issuer{lasts: 2 * time.Hour}
	cache := NewMemory(c.now)
	a, b := NewTokens(cache, i.issue(20), c.now), NewTokens(cache, i.issue(20), c.now)
	want(t, a, "token0")
	a.Discard(t.Context(), "token0")
	want(t, a, "token1") // the platform still gave token0, so it was forced
	b.Discard(t.Context(), "token0")
	want(t, b, "token1")
	want(t, a, "token1")
	if n, f := i.calls(); n != 2 || f != 1 {
		t.Errorf("%d normal, %d forced", n, f)
	}
}

func TestForcedRefreshes(t *testing.T) {
	c, i := newClock(), &issuer{lasts: 2 * time.Hour}
	k := NewTokens(NewMemory(c.now), i.issue(3), c.now)
	want(t, k, "token0")
	for n := 1; n <= 3; n++ {
		k.Discard(t.Context(), fmt.Sprintf("token%d", n-1))
		want(t, k, fmt.Sprintf("token%d", n))
		// Within 30 s there is no other.
		k.Discard(t.Context(), fmt.Sprintf("token%d", n))
		if _, err := k.Token(t.Context()); chat.Failed(err) == nil || chat.Failed(err).Verdict != chat.Later {
			t.Fatalf("%d: forced again at once: %v", n, err)
		}
		c.move(31 * time.Second)
	}
	if _, err := k.Token(t.Context()); err == nil {
		t.Error("forced beyond the day's number")
	}
	c.move(24 * time.Hour)
	want(t, k, "token4")
}

// WeCom cannot be forced: what it gives is taken.
func TestSameTokenWithoutForce(t *testing.T) {
	c, i := newClock(), &issuer{lasts: 2 * time.Hour}
	k := NewTokens(NewMemory(c.now), i.issue(0), c.now)
	want(t, k, "token0")
	k.Discard(t.Context(), "token0")
	want(t, k, "token0")
	want(t, k, "token0")
	if n, _ := i.calls(); n != 2 {
		t.Errorf("%d refreshes", n)
	}
}

func TestLifetime(t *testing.T) {
	for lasts, want := range map[time.Duration]time.Duration{
		7200 * time.Second: 6900 * time.Second, 400 * time.Second: 200 * time.Second,
		100 * time.Second: 50 * time.Second, 5 * time.Second: 10 * time.Second, 0: 10 * time.Second,
	} {
		if got := lifetime(lasts); got != want {
			t.Errorf("%v: %v", lasts, got)
		}
	}
}

// A wrong secret is asked about once a minute, not once a message.
func TestFailureIsRemembered(t *testing.T) {
	c, i := newClock(), &issuer{err: NewFailure(OA, "stable_token", 40125, "")}
	k := NewTokens(NewMemory(c.now), i.issue(20), c.now)
	for range 10 {
		if _, err := k.Token(t.Context()); chat.Failed(err) == nil || chat.Failed(err).Verdict != chat.Operator {
			t.Fatal(err)
		}
	}
	if n, _ := i.calls(); n != 1 {
		t.Errorf("%d calls", n)
	}
	c.move(time.Minute)
	i.mu.Lock()
	i.err, i.lasts = nil, time.Hour
	i.mu.Unlock()
	want(t, k, "token0")
}

// down is a cache that has gone.
type down struct{}

var errDown = errors.New("down")

func (down) Get(context.Context, string) (string, bool, error)        { return "", false, errDown }
func (down) Set(context.Context, string, string, time.Duration) error { return errDown }
func (down) DeleteIf(context.Context, string, string) error           { return errDown }
func (down) Lock(context.Context, string, time.Duration) (func(), bool, error) {
	return nil, false, errDown
}

func TestCacheDown(t *testing.T) {
	c, i := newClock(), &issuer{lasts: 2 * time.Hour}
	k := NewTokens(down{}, i.issue(20), c.now)
	want(t, k, "token0")
	want(t, k, "token0")
	if n, _ := i.calls(); n != 1 {
		t.Errorf("%d refreshes", n)
	}
	c.move(2 * time.Hour)
	want(t, k, "token0")
	if n, _ := i.calls(); n != 2 {
		t.Errorf("%d refreshes", n)
	}
}

func TestCallerGivesUp(t *testing.T) {
	c := newClock()
	started, release := make(chan struct{}), make(chan struct{})
	k := NewTokens(NewMemory(c.now), Issuer{Key: "k", Fetch: func(context.Context, bool) (string, time.Duration, error) {
		close(started)
		<-release
		return "t", time.Hour, nil
	}}, c.now)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { _, err := k.Token(ctx); done <- err }()
	<-started
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	want(t, k, "t")
}

func TestTokenKey(t *testing.T) {
	a, b := TokenKey(WeCom, "ww1", "secretA"), TokenKey(WeCom, "ww1", "secretB")
	if a == b || strings.Contains(a, "secret") {
		t.Error(a, b)
	}
}

// The first try with a token that has expired, the second with a new one.
func TestWithToken(t *testing.T) {
	var sends, issued atomic.Int64
	client := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cgi-bin/stable_token") {
			b, _ := io.ReadAll(r.Body)
			n := issued.Add(1)
			if !strings.Contains(string(b), `"appid":"wx1"`) || !strings.Contains(string(b), `"force_refresh":false`) {
				t.Errorf("%s", b)
			}
			_, _ = fmt.Fprintf(w, `{"access_token":"T%d","expires_in":7200}`, n)
			return
		}
		sends.Add(1)
		if r.URL.Query().Get("access_token") == "T1" {
			_, _ = io.WriteString(w, `{"errcode":42001,"errmsg":"expired"}`)
			return
		}
		_, _ = io.WriteString(w, `{"errcode":0}`)
	})
	k := NewTokens(NewMemory(newClock().now), StableToken(client, "wx1", "s"), newClock().now)
	r := Request{Call: "custom/send", Path: "/cgi-bin/x", Body: []byte("{}")}
	if _, err := client.WithToken(t.Context(), k, r); err != nil || sends.Load() != 2 || issued.Load() != 2 {
		t.Errorf("%v, %d sends, %d tokens", err, sends.Load(), issued.Load())
	}
}

// Refused again with a new token: it stops, and it is tried later.
func TestWithTokenGivesUp(t *testing.T) {
	var sends atomic.Int64
	client := testClient(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cgi-bin/gettoken") {
			if r.URL.Query().Get("corpsecret") != "s" {
				t.Error("no secret")
			}
			_, _ = io.WriteString(w, `{"errcode":0,"access_token":"T","expires_in":7200}`)
			return
		}
		sends.Add(1)
		_, _ = io.WriteString(w, `{"errcode":40014,"errmsg":"invalid"}`)
	})
	k := NewTokens(NewMemory(newClock().now), AgentToken(client, "ww1", "s"), newClock().now)
	_, err := client.WithToken(t.Context(), k, Request{Call: "message/send", Path: "/x", Body: []byte("{}")})
	if f := chat.Failed(err); f == nil || f.Verdict != chat.Later || sends.Load() != 2 {
		t.Errorf("%v after %d", err, sends.Load())
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := newClock()
	m := NewMemory(c.now)
	for i := range memoryLimit + 100 {
		_ = m.Set(t.Context(), fmt.Sprint(i), "v", time.Hour)
	}
	if len(m.items) > memoryLimit {
		t.Errorf("%d items", len(m.items))
	}
	unlock, ok, _ := m.Lock(t.Context(), "l", time.Second)
	if _, again, _ := m.Lock(t.Context(), "l", time.Second); !ok || again {
		t.Error("locked twice")
	}
	c.move(2 * time.Second)
	_, ok, _ = m.Lock(t.Context(), "l", time.Second)
	unlock() // the first holder is late: it must not free the second's
	if _, again, _ := m.Lock(t.Context(), "l", time.Second); !ok || again {
		t.Error("freed another's lock")
	}
}
