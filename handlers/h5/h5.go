// Package h5 is the customer's page of a case, opened from a service notice: how far
// it is, what was promised until when, and three things to do: 催一下, 补充, and at
// the end 可以了 or 还没好. There is no sign-in; the link is signed, and the page
// shows nothing of the customer but what they wrote themselves and what we told
// them. What is written here goes to the case; it does not open WeChat's 48 hours,
// and the page says so.
package h5

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/casework"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

//go:embed page.html page.css page.js
var embedded embed.FS

// Deps are what the page works with. Files, Log and PublicURL may be left out.
type Deps struct {
	Cases     *casework.Desk
	Book      *ticket.Book
	Pack      func() *desk.Pack // as it is now
	Words     *prompts.Book
	Calendar  *hours.Calendar
	Store     store.Engine // keeps the key of the links
	Files     store.Files  // nil: no pictures
	Now       func() time.Time
	Log       *slog.Logger
	PublicURL string
	Brand     string // whose page it is
}

// Site is the page.
type Site struct {
	Deps
	key    []byte
	origin *http.CrossOriginProtection
	page   *template.Template
	flood  *flood
	stamp  string
}

// secret is the key that links are signed with, made once for a store.
type secret struct {
	store.Meta
	Key []byte `json:"key"`
}

const keyID = "links"

// New opens the page; ctx serves the reading of the key only.
func New(ctx context.Context, d Deps) (*Site, error) {
	if d.Cases == nil || d.Store == nil || d.Now == nil {
		return nil, errors.New("h5: cases, store and clock are needed")
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	s := &Site{Deps: d, origin: http.NewCrossOriginProtection(), flood: newFlood(d.Now)}
	if u, err := url.Parse(d.PublicURL); err == nil && u.Host != "" {
		if err := s.origin.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	var err error
	if s.key, err = readKey(ctx, d.Store); err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, name := range []string{"page.css", "page.js"} {
		b, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("h5: %w", err)
		}
		sum.Write(b)
	}
	s.stamp = base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:6])
	if s.page, err = template.ParseFS(embedded, "page.html"); err != nil {
		return nil, fmt.Errorf("h5: %w", err)
	}
	return s, nil
}

// readKey gives the store's key; the first instance makes it.
func readKey(ctx context.Context, e store.Engine) ([]byte, error) {
	all, err := store.Open[secret](ctx, e, "page_keys")
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("h5: %w", err)
	}
	err = all.Insert(ctx, &secret{Meta: store.Meta{ID: keyID}, Key: key})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return nil, fmt.Errorf("h5: key: %w", err)
	}
	kept, err := all.Get(ctx, keyID)
	if err != nil {
		return nil, fmt.Errorf("h5: key: %w", err)
	}
	return kept.Key, nil
}

func (s *Site) sign(id ticket.ID) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte("case page\n" + string(id)))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:18])
}

// Link is the address of a case's page, "" without a public URL. Who has it sees
// the case: it belongs into messages to the customer only.
func (s *Site) Link(id ticket.ID) string {
	if s.PublicURL == "" {
		return ""
	}
	return strings.TrimRight(s.PublicURL, "/") + s.path(id)
}

func (s *Site) path(id ticket.ID) string { return "/c/" + string(id) + "/" + s.sign(id) }

// Mount puts the page under r: /c/{case}/{signature}.
func (s *Site) Mount(r gin.IRouter) {
	r.GET("/c/:id/:sig", s.handle(s.show))
	r.POST("/c/:id/:sig/:do", s.handle(s.do))
	r.GET("/c/:id/:sig/file/:n", s.handle(s.file))
	for name, mime := range map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"} {
		body, err := embedded.ReadFile(name)
		if err != nil {
			continue // New has read it
		}
		r.GET("/c-"+name, func(c *gin.Context) {
			c.Header("Cache-Control", "public, max-age=31536000, immutable")
			c.Header("X-Content-Type-Options", "nosniff")
			c.Data(http.StatusOK, mime, body)
		})
	}
}

const (
	patience = 10 * time.Second
	policy   = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)

// fault is an error with words for the customer.
type fault struct {
	status int
	say    string
	err    error
}

func (f fault) Error() string { return "h5: " + f.say }
func (f fault) Unwrap() error { return f.err }

var errLink = fault{http.StatusNotFound, "这个链接打不开了。请回到公众号，直接发一句话给我们。", nil}

// handle checks the link and turns errors into status, log line and words.
func (s *Site) handle(f func(*gin.Context, *ticket.Ticket) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // the address is the key
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		ctx, cancel := context.WithTimeout(c.Request.Context(), patience)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		err := s.origin.Check(c.Request)
		if err != nil {
			err = fault{http.StatusForbidden, "请回到这一页再点一次。", nil}
		} else {
			var t *ticket.Ticket
			if t, err = s.find(ctx, ticket.ID(c.Param("id")), c.Param("sig")); err == nil {
				err = f(c, t)
			}
		}
		if err != nil {
			s.fail(c, err)
		}
	}
}

func (s *Site) find(ctx context.Context, id ticket.ID, sig string) (*ticket.Ticket, error) {
	if !hmac.Equal([]byte(sig), []byte(s.sign(id))) {
		return nil, errLink
	}
	t, err := s.Book.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errLink
	}
	return t, err
}

func (s *Site) fail(c *gin.Context, err error) {
	var f fault
	if !errors.As(err, &f) {
		f = fault{http.StatusServiceUnavailable, "刚才没存上，请稍等一下再点一次。", err}
	}
	if f.err != nil {
		s.Log.Error("customer page failed", "page", c.FullPath(), "status", f.status, "err", f.err)
	}
	if c.GetHeader("X-Kefu") != "" {
		c.JSON(f.status, gin.H{"ok": false, "say": f.say})
		return
	}
	s.render(c, f.status, page{Title: "没有办成", Say: f.say, Stamp: s.stamp})
}

func (s *Site) render(c *gin.Context, status int, p page) {
	var b bytes.Buffer
	if err := s.page.ExecuteTemplate(&b, "page", p); err != nil {
		s.Log.Error("customer page not shown", "err", err)
		c.String(http.StatusInternalServerError, "页面出错了，请稍后再打开。")
		return
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}
