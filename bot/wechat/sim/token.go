package sim

import (
	"slices"
	"time"
)

// tokenFamily is one kind of access_token of one owner. WeChat keeps /token and
// /stable_token apart: calling one never invalidates the other.
type tokenFamily struct {
	Now    issued      `json:"now"`
	Before issued      `json:"before"` // still valid during a hand-over
	Dead   []issued    `json:"dead,omitempty"`
	Forced []time.Time `json:"forced,omitempty"` // force_refresh of the last 24 hours
}

type issued struct {
	Token string    `json:"token,omitempty"`
	Until time.Time `json:"until"`
}

const (
	tokenLife = 7200 * time.Second
	overlap   = 5 * time.Minute // WeChat: old and new are both valid during the hand-over
)

func (i issued) valid(now time.Time) bool { return i.Token != "" && now.Before(i.Until) }

// current is the token and how long it lives on, as stable_token in normal mode
// and WeCom's gettoken give it: the same one with what is left, a new one when
// within margin of its end.
func (f *tokenFamily) current(now time.Time, margin time.Duration) (string, int) {
	if !f.Now.valid(now.Add(margin)) {
		f.renew(now, overlap)
	}
	return f.Now.Token, int(f.Now.Until.Sub(now) / time.Second)
}

// renew issues a new token; the old one lives on for at most grace.
func (f *tokenFamily) renew(now time.Time, grace time.Duration) {
	f.bury(f.Before)
	f.Before = f.Now
	if end := now.Add(grace); f.Before.Until.After(end) {
		f.Before.Until = end
	}
	f.Now = issued{Token: secret(40), Until: now.Add(tokenLife)}
}

// bury remembers an expired token, so that it is called expired and not unknown.
func (f *tokenFamily) bury(i issued) {
	if i.Token != "" {
		f.Dead = keep(f.Dead, i, 20)
	}
}

// revoke makes every token unknown, as WeChat may at any time.
func (f *tokenFamily) revoke() { f.Now, f.Before, f.Dead = issued{}, issued{}, nil }

// check says whether a token is valid now, and if not whether it once was.
func (f *tokenFamily) check(token string, now time.Time) (valid, expired bool) {
	for _, i := range []issued{f.Now, f.Before} {
		if i.Token == token && token != "" {
			return now.Before(i.Until), true
		}
	}
	for _, i := range f.Dead {
		if i.Token == token {
			return false, true
		}
	}
	return false, false
}

// InvalidateTokens makes every access_token of the account ("wecom" for WeCom's)
// unknown: the next call answers 40001, or 40014 at WeCom.
func (s *Sim) InvalidateTokens(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if account == "wecom" {
		s.st.Corp.Tokens.revoke()
	} else if a := s.st.Accounts[account]; a != nil {
		a.Stable.revoke()
		a.Classic.revoke()
	}
	s.touch()
}

func (s *Sim) oaToken(r *request) answer {
	q := r.query
	a := s.byAppID(q.Get("appid"))
	switch {
	case q.Get("grant_type") != "client_credential":
		return fault(40002)
	case a == nil:
		return fault(40013)
	case q.Get("secret") != a.Secret:
		return fault(40125)
	}
	r.account = a
	f := &s.st.Accounts[a.ID].Classic
	f.renew(s.now(), overlap)
	return answer{fields: map[string]any{"access_token": f.Now.Token, "expires_in": int(tokenLife / time.Second)}, bare: true}
}

func (s *Sim) oaStableToken(r *request) answer {
	var in struct {
		Grant  string `json:"grant_type"`
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	a := s.byAppID(in.AppID)
	switch {
	case in.Grant != "client_credential":
		return fault(40002)
	case a == nil:
		return fault(40013)
	case in.Secret != a.Secret:
		return fault(40125)
	}
	r.account = a
	now := s.now()
	f := &s.st.Accounts[a.ID].Stable
	if in.Force {
		// WeChat: force_refresh at most 20 a day and at least 30 s apart.
		f.Forced = within(f.Forced, now, 24*time.Hour)
		if n := len(f.Forced); n > 0 && now.Sub(f.Forced[n-1]) < 30*time.Second {
			return fault(45011)
		} else if n >= 20 {
			return fault(45009)
		}
		f.Forced = append(f.Forced, now)
		f.renew(now, 0)
	}
	token, left := f.current(now, overlap)
	return answer{fields: map[string]any{"access_token": token, "expires_in": left}, bare: true}
}

func (s *Sim) wecomToken(r *request) answer {
	switch {
	case r.query.Get("corpid") != s.corp.CorpID:
		return fault(40013)
	case r.query.Get("corpsecret") != s.corp.Secret:
		return fault(40001)
	}
	token, left := s.st.Corp.Tokens.current(s.now(), 0)
	return answer{fields: map[string]any{"access_token": token, "expires_in": left}}
}

// within keeps the times of the span that ends now. Later ones go too: the clock
// may have been set back between two runs.
func within(times []time.Time, now time.Time, span time.Duration) []time.Time {
	return slices.DeleteFunc(slices.Clone(times), func(t time.Time) bool { return !t.After(now.Add(-span)) || t.After(now) })
}

func (s *Sim) byAppID(appid string) *account {
	for _, a := range s.accounts {
		if a.AppID == appid {
			return a
		}
	}
	return nil
}
