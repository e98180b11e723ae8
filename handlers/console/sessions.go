package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"kefu/store"
)

// session is a signed-in browser. Its id is the hash of the cookie's token.
type session struct {
	store.Meta
	Data    []byte     `json:"data"`
	Expires store.Time `json:"expires"`
}

// shelf keeps sessions in the store, so that they survive a restart and are the
// same for every instance (scs.CtxStore).
type shelf struct{ all *store.Collection[session] }

var _ scs.CtxStore = shelf{}

const (
	cookieName  = "kefu_staff"
	sessionUser = "user" // staff id
	sessionSaid = "said" // shown once on the next page
	lifetime    = 7 * 24 * time.Hour
	sweepEach   = 20 // expired sessions removed with each new one
)

func newSessions(ctx context.Context, e store.Engine, secure bool) (*scs.SessionManager, error) {
	all, err := store.Open[session](ctx, e, "sessions", store.Index{Fields: []string{"expires", "id"}})
	if err != nil {
		return nil, err
	}
	m := scs.New()
	m.Store, m.Lifetime, m.HashTokenInStore = shelf{all}, lifetime, true
	m.Cookie.Name, m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Secure = cookieName, true, http.SameSiteLaxMode, secure
	return m, nil
}

// FindCtx gives found false for a session that is unknown or over.
func (s shelf) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	v, err := s.all.Get(ctx, token)
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil || !time.Now().Before(v.Expires.Time()) {
		return nil, false, err
	}
	return v.Data, true, nil
}

// CommitCtx writes a session and removes some that are over.
func (s shelf) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	_, err := s.all.Upsert(ctx, token, func() *session { return &session{} }, func(v *session) error {
		v.Data, v.Expires = b, store.At(expiry)
		return nil
	})
	if err != nil {
		return err
	}
	old, err := s.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("expires", store.Lt, store.At(time.Now()))},
		Order: []store.Order{{Field: "expires"}}, Limit: sweepEach,
	})
	for _, o := range old {
		err = errors.Join(err, s.all.Delete(ctx, o.ID))
	}
	return err
}

// DeleteCtx forgets a session.
func (s shelf) DeleteCtx(ctx context.Context, token string) error { return s.all.Delete(ctx, token) }

// Find, Commit and Delete complete the interface; scs calls those with a context.
func (s shelf) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s shelf) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

// Delete is DeleteCtx.
func (s shelf) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// load reads the session of the cookie; an unknown one is empty.
func (v *visit) load() error {
	token := ""
	if c, err := v.c.Request.Cookie(cookieName); err == nil && len(c.Value) <= 100 {
		token = c.Value
	}
	ctx, err := v.sessions.Load(v.ctx, token)
	if err != nil {
		return err
	}
	v.ctx, v.loaded = ctx, true
	return nil
}

// save writes the session if it changed. It must come before the answer.
func (v *visit) save() error {
	if !v.loaded {
		return nil
	}
	switch v.sessions.Status(v.ctx) {
	case scs.Modified:
		token, expiry, err := v.sessions.Commit(v.ctx)
		if err != nil {
			return err
		}
		v.sessions.WriteSessionCookie(v.ctx, v.c.Writer, token, expiry)
	case scs.Destroyed:
		v.sessions.WriteSessionCookie(v.ctx, v.c.Writer, "", time.Time{})
	}
	return nil
}
