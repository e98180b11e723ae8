// Package console is the pages for staff: a case on a phone, as it opens from a
// WeCom card, and on a wide screen; lists; what could not be delivered; the form
// for what customers tell us by telephone or at the desk. Who opens one is signed
// in by WeCom and must stand in the roster.
//
// It holds no rule: every button calls the function of package casework that the
// card's button and the typed command call, and shows its sentence.
package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"kefu/bot/casework"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// SignIn is WeCom's: where to send a browser, and whose code came back. An
// outsider is an error or "".
type SignIn interface {
	AuthorizeURL(redirect, state string) string
	UserByCode(ctx context.Context, code string) (string, error)
}

// Changes tells of changes by topic (see Topic), across all instances.
type Changes interface {
	Publish(ctx context.Context, topic string)
	Subscribe(ctx context.Context, topic string) <-chan struct{}
}

// Shared is a small memory that all instances have in common and that may vanish.
type Shared interface {
	Get(ctx context.Context, key string) (value string, ok bool, err error)
	Set(ctx context.Context, key, value string, ttl time.Duration) error
	// Lock gives ok false while somebody holds key; ttl frees it.
	Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error)
}

// Topic is what is published when a case has changed.
func Topic(id ticket.ID) string { return "case/" + string(id) }

// Deps are what the pages work with. All are needed but Files, Know, Changes, Shared,
// Learned and Log.
type Deps struct {
	Cases    *casework.Desk
	Book     *ticket.Book
	Out      *delivery.Outbox
	Talks    *conversation.Talks
	Roster   *staff.Roster
	States   *staff.States
	Pack     func() *desk.Pack // as it is now
	Words    *prompts.Book
	Calendar *hours.Calendar
	Store    store.Engine    // sessions are kept in it
	Files    store.Files     // nil: no attachments
	Changes  Changes         // nil: pages look by themselves
	Shared   Shared          // nil: known to this process only
	Know     *knowledge.Base // nil: no pages of articles
	SignIn   SignIn
	Now      func() time.Time
	Log      *slog.Logger

	PublicURL string // "" takes the address the browser used
	// Learned is told of a first answer to an open question that is worth keeping.
	Learned func(ctx context.Context, by string, o casework.Outcome)
}

// Site is the pages.
type Site struct {
	Deps
	sessions *scs.SessionManager
	origin   *http.CrossOriginProtection
	views    *views
	lines    *lines
	ctx      context.Context // until Close
	stop     context.CancelFunc
}

// New makes the pages. ctx serves the opening of the sessions only.
func New(ctx context.Context, d Deps) (*Site, error) {
	if d.Cases == nil || d.States == nil || d.Store == nil || d.SignIn == nil || d.Now == nil {
		return nil, errors.New("console: cases, store, sign-in and clock are needed")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Shared == nil {
		d.Shared = newLocal(d.Now)
	}
	s := &Site{Deps: d, origin: http.NewCrossOriginProtection(), lines: newLines()}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	secure := false
	if u, err := url.Parse(d.PublicURL); err == nil && u.Host != "" {
		secure = u.Scheme == "https"
		if err := s.origin.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	var err error
	if s.sessions, err = newSessions(ctx, d.Store, secure); err != nil {
		return nil, err
	}
	if s.views, err = newViews(); err != nil {
		return nil, err
	}
	return s, nil
}

// Link is the address of a case's page, "" without a public URL (casework.Desk.Link).
func (s *Site) Link(id ticket.ID) string {
	if s.PublicURL == "" {
		return ""
	}
	return strings.TrimRight(s.PublicURL, "/") + "/t/" + string(id)
}

// Close ends the pages that listen, so that a server can shut down; give it to
// http.Server.RegisterOnShutdown.
func (s *Site) Close() { s.stop() }

// Mount puts the pages under r: /in, /dead, /incidents, /articles, /new, /t/{case}, /auth/wecom.
func (s *Site) Mount(r gin.IRouter) {
	s.views.mount(r)
	r.GET("/auth/wecom", s.open((*visit).comeBack))
	r.GET("/in", s.staff((*visit).list))
	r.GET("/dead", s.staff((*visit).dead))
	r.POST("/dead/again", s.staff((*visit).deadAgain))
	r.GET("/incidents", s.staff((*visit).incidents))
	r.GET("/incidents/:id", s.staff((*visit).incident))
	r.POST("/incidents/:id/do/:act", s.staff((*visit).incidentDo))
	s.mountArticles(r)
	r.GET("/new", s.staff((*visit).blank))
	r.POST("/new", s.staff((*visit).record))
	r.GET("/t/:id", s.staff((*visit).show))
	r.POST("/t/:id/do/:act", s.staff((*visit).do))
	r.POST("/t/:id/phone", s.staff((*visit).reveal))
	r.POST("/t/:id/typing", s.staff((*visit).types))
	r.GET("/t/:id/suggest", s.staff((*visit).suggest))
	r.GET("/t/:id/events", s.staff((*visit).events))
	r.GET("/t/:id/file/:n", s.staff((*visit).file))
	r.GET("/t/:id/sent/:n", s.staff((*visit).sentFile))
	r.GET("/t/:id/print", s.staff((*visit).print))
}
