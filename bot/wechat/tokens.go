package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"kefu/bot/chat"
)

// Issuer gets new tokens for one credential.
type Issuer struct {
	Key    string // in the cache; see TokenKey
	Fetch  func(ctx context.Context, force bool) (token string, lasts time.Duration, err error)
	Forced int // how often a day Fetch may be forced; 0: it cannot be
}

// TokenKey names a credential in the cache without telling the secret. The secret
// is part of it: WeCom has one token for each (corp, secret), and an account's
// new secret must not find the old one's token.
func TokenKey(platform, id, secret string) string {
	sum := sha256.Sum256([]byte(platform + "\n" + id + "\n" + secret))
	return "token/" + platform + "/" + id + "/" + hex.EncodeToString(sum[:8])
}

// StableToken issues tokens of an Official Account. WeChat: stable_token without
// force gives the same token until its last 5 minutes, and never ends the token
// of others; with force 20 times a day, 30 s apart.
func StableToken(c *Client, appID, secret string) Issuer {
	return Issuer{
		Key: TokenKey(OA, appID, secret), Forced: 20,
		Fetch: func(ctx context.Context, force bool) (string, time.Duration, error) {
			body, err := JSON(map[string]any{
				"grant_type": "client_credential", "appid": appID, "secret": secret, "force_refresh": force,
			})
			if err != nil {
				return "", 0, err
			}
			return fetchToken(ctx, c, Request{Call: "stable_token", Path: "/cgi-bin/stable_token", Body: body, Safe: true})
		},
	}
}

// AgentToken issues tokens of one WeCom app. WeCom: repeated calls give the same
// token while it is valid; too many end in an hour's block.
func AgentToken(c *Client, corpID, secret string) Issuer {
	return Issuer{
		Key: TokenKey(WeCom, corpID, secret),
		Fetch: func(ctx context.Context, _ bool) (string, time.Duration, error) {
			q := url.Values{"corpid": {corpID}, "corpsecret": {secret}}
			return fetchToken(ctx, c, Request{Call: "gettoken", Path: "/cgi-bin/gettoken", Query: q})
		},
	}
}

func fetchToken(ctx context.Context, c *Client, r Request) (string, time.Duration, error) {
	a, err := c.Do(ctx, r)
	if err != nil {
		return "", 0, err
	}
	var t struct {
		Token   string `json:"access_token"`
		Expires int64  `json:"expires_in"`
	}
	if err := a.Decode(&t); err != nil || t.Token == "" || len(t.Token) > 4096 {
		return "", 0, c.failure(r.Call, chat.Later, "no token in the answer")
	}
	return t.Token, time.Duration(min(max(t.Expires, 0), 7200)) * time.Second, nil
}

// Tokens holds the access token of one credential, shared by all instances
// through the cache. One refresh runs at a time; a token is thrown away only if
// it is still the one that failed. When the cache is down it goes on with what
// it remembers. Errors are *chat.Failure, or the context's.
type Tokens struct {
	issuer Issuer
	cache  Cache
	now    func() time.Time
	flight singleflight.Group

	mu     sync.Mutex
	last   memoryItem // what this process fetched or saw
	bad    string     // thrown away, for when the cache is down
	failed error      // of the last refresh, until then: no storm of calls
	until  time.Time
}

// NewTokens shares the issuer's token through cache.
func NewTokens(cache Cache, issuer Issuer, now func() time.Time) *Tokens {
	return &Tokens{issuer: issuer, cache: cache, now: now}
}

// Format prints no token and no secret, whatever the verb.
func (t *Tokens) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "wechat.Tokens") }

const (
	refreshTime = 15 * time.Second // of one refresh, with waiting for another instance's
	badMemory   = 2 * time.Hour    // how long a thrown-away token is recognised
)

// lifetime is how long a token of that many seconds is kept. WeChat:
// stable_token gives the remaining seconds, which may be few, so "less five
// minutes" alone can fall below zero.
func lifetime(lasts time.Duration) time.Duration {
	return max(lasts-300*time.Second, lasts/2, 10*time.Second)
}

// Token is the token to use now.
func (t *Tokens) Token(ctx context.Context) (string, error) {
	if token := t.known(ctx); token != "" {
		return token, nil
	}
	if err := t.recentFailure(); err != nil {
		return "", err
	}
	// The refresh outlives a caller who gives up: others wait for it.
	work := context.WithoutCancel(ctx)
	ch := t.flight.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(work, refreshTime)
		defer cancel()
		return t.refresh(ctx)
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-ch:
		if r.Err != nil {
			return "", r.Err
		}
		return r.Val.(string), nil
	}
}

// Discard throws a token away that the platform refused, unless a newer one has
// taken its place.
func (t *Tokens) Discard(ctx context.Context, token string) {
	t.mu.Lock()
	t.bad = token
	if t.last.value == token {
		t.last = memoryItem{}
	}
	t.mu.Unlock()
	// A cache that is down is no reason to fail: the process has its own memory.
	_ = t.cache.DeleteIf(ctx, t.issuer.Key, token)
	_ = t.cache.Set(ctx, t.issuer.Key+"/bad", token, badMemory)
}

// known looks into the cache, or into memory when the cache is down.
func (t *Tokens) known(ctx context.Context) string {
	token, ok, err := t.cache.Get(ctx, t.issuer.Key)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		if t.now().Before(t.last.until) {
			return t.last.value
		}
		return ""
	}
	if ok && token != t.bad {
		return token
	}
	return ""
}

func (t *Tokens) recentFailure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed != nil && t.now().Before(t.until) {
		return t.failed
	}
	return nil
}

// refresh waits for its turn among all instances, looks again, then fetches.
func (t *Tokens) refresh(ctx context.Context) (string, error) {
	for {
		unlock, ok, err := t.cache.Lock(ctx, t.issuer.Key+"/lock", refreshTime)
		if err != nil { // the cache is down: better two refreshes than none
			break
		}
		if ok {
			defer unlock()
			break
		}
		if token := t.known(ctx); token != "" {
			return token, nil
		}
		select {
		case <-ctx.Done():
			return "", t.failure(chat.Later, "another refresh takes too long")
		case <-time.After(50 * time.Millisecond):
		}
	}
	if token := t.known(ctx); token != "" {
		return token, nil
	}
	token, lasts, err := t.fetch(ctx)
	if err != nil {
		t.remember(err)
		return "", err
	}
	ttl := lifetime(lasts)
	t.mu.Lock()
	t.last, t.failed = memoryItem{token, t.now().Add(ttl)}, nil
	if t.bad == token {
		t.bad = ""
	}
	t.mu.Unlock()
	_ = t.cache.Set(ctx, t.issuer.Key, token, ttl)
	return token, nil
}

// fetch asks for a token; if that is again the one the platform refused, it
// forces a new one, as often as the platform allows.
func (t *Tokens) fetch(ctx context.Context) (string, time.Duration, error) {
	token, lasts, err := t.issuer.Fetch(ctx, false)
	if err != nil || token != t.refused(ctx) || t.issuer.Forced == 0 {
		return token, lasts, err
	}
	if !t.mayForce(ctx) {
		return "", 0, t.failure(chat.Later, "token refused, no forced refresh left now")
	}
	return t.issuer.Fetch(ctx, true)
}

func (t *Tokens) refused(ctx context.Context) string {
	if bad, ok, err := t.cache.Get(ctx, t.issuer.Key+"/bad"); err == nil && ok {
		return bad
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bad
}

// mayForce counts forced refreshes of the day (Beijing) in the cache and keeps
// them 30 s apart. It runs under the lock. Without a cache nothing is forced,
// since nobody could count.
func (t *Tokens) mayForce(ctx context.Context) bool {
	now := t.now()
	key := t.issuer.Key + "/forced/" + now.In(beijing).Format("20060102")
	text, _, err := t.cache.Get(ctx, key)
	if err != nil {
		return false
	}
	count, last, _ := strings.Cut(text, " ")
	n, _ := strconv.Atoi(count)
	sec, _ := strconv.ParseInt(last, 10, 64)
	if n >= t.issuer.Forced || now.Unix()-sec < 30 {
		return false
	}
	return t.cache.Set(ctx, key, fmt.Sprintf("%d %d", n+1, now.Unix()), 25*time.Hour) == nil
}

var beijing = time.FixedZone("CST", 8*3600)

// remember keeps a failure for a while, so that many senders with a wrong secret
// do not become many calls.
func (t *Tokens) remember(err error) {
	wait := 2 * time.Second
	if f := chat.Failed(err); f != nil {
		if f.Verdict == chat.Operator {
			wait = time.Minute
		} else if f.Code != 0 {
			wait = max(wait, min(time.Duration(f.After)*time.Second, 30*time.Second))
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed, t.until = err, t.now().Add(wait)
}

func (t *Tokens) failure(v chat.Verdict, why string) error {
	platform := OA
	if strings.HasPrefix(t.issuer.Key, "token/"+WeCom+"/") {
		platform = WeCom
	}
	return &chat.Failure{Platform: platform, Call: "token", Verdict: v, Why: why, Reason: ReasonTrouble, After: 30}
}

// WithToken makes a call with the token. When the platform says the token is bad
// (it did not do what was asked), it takes a new one and calls once more.
func (c *Client) WithToken(ctx context.Context, t *Tokens, r Request) (Answer, error) {
	return c.withToken(ctx, t, r, c.Do)
}

// FetchWithToken is WithToken for a file.
func (c *Client) FetchWithToken(ctx context.Context, t *Tokens, r Request) (Answer, error) {
	return c.withToken(ctx, t, r, c.Fetch)
}

func (c *Client) withToken(ctx context.Context, t *Tokens, r Request, do func(context.Context, Request) (Answer, error)) (Answer, error) {
	for again := true; ; again = false {
		token, err := t.Token(ctx)
		if err != nil {
			if chat.Failed(err) == nil { // the caller gave up; nothing was sent
				err = c.failure(r.Call, chat.Later, "given up")
			}
			return Answer{}, err
		}
		q := url.Values{"access_token": {token}}
		for k, v := range r.Query {
			q[k] = v
		}
		call := r
		call.Query = q
		a, err := do(ctx, call)
		f := chat.Failed(err)
		if f == nil || !BadToken(c.platform, r.Call, f.Code) {
			return a, err
		}
		t.Discard(ctx, token)
		if !again {
			return a, err
		}
	}
}
