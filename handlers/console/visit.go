package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/casework"
	"kefu/bot/staff"
	"kefu/prompts"
	"kefu/store"
)

const patience = 10 * time.Second // for one page

// visit is one request of somebody.
type visit struct {
	*Site
	c   *gin.Context
	ctx context.Context
	me  staff.Person // zero before the sign-in

	loaded bool // the session is in ctx
}

// policy lets a page use what comes from here and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; media-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// open is a handler for anybody: it loads the session, and turns an error into
// status, log line and words, in this one place.
func (s *Site) open(f func(*visit) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		ctx, cancel := context.WithTimeout(c.Request.Context(), patience)
		defer cancel()
		v := &visit{Site: s, c: c, ctx: ctx}
		if err := s.origin.Check(c.Request); err != nil {
			v.fail(fault{http.StatusForbidden, "这一下不是从我们的页面点的", "请回到工单页再点一次。", nil})
			return
		}
		if err := v.load(); err != nil {
			v.fail(err)
			return
		}
		if err := f(v); err != nil {
			v.fail(err)
		}
	}
}

// staff is a handler for who is signed in and still in the roster.
func (s *Site) staff(f func(*visit) error) gin.HandlerFunc {
	return s.open(func(v *visit) error {
		if v.c.Query("fresh") != "" && v.c.Request.Method == http.MethodGet {
			return v.signInAgain()
		}
		user := v.sessions.GetString(v.ctx, sessionUser)
		if user == "" {
			return v.signIn()
		}
		p, ok := v.Roster.ByID(user)
		if !ok {
			return v.outsider()
		}
		v.me = p
		return f(v)
	})
}

// fault is an error with words for people.
type fault struct {
	status     int
	title, say string
	err        error // for the log; nil when it is not ours
}

func (f fault) Error() string { return "console: " + f.title }
func (f fault) Unwrap() error { return f.err }

var errGone = fault{http.StatusNotFound, "没有这一页", "可能打错了地址。从清单里找找看。", nil}

// faultOf makes words of any error.
func (s *Site) faultOf(err error) fault {
	var f fault
	var no casework.Refusal
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &no):
		return fault{http.StatusUnprocessableEntity, "没有办成", no.Say, nil}
	case errors.Is(err, store.ErrNotFound):
		return fault{http.StatusNotFound, "没有这件单", "可能已经清掉了，或地址不全。从清单里找找看。", nil}
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrConflict), errors.Is(err, context.DeadlineExceeded):
		return fault{http.StatusServiceUnavailable, "刚才没存上", s.Words.Line(prompts.StaffErrBusy, nil), err}
	}
	return fault{http.StatusInternalServerError, "页面出错了", "我们已经记下。请再点一次；还不行就先用企业微信里的卡片。", err}
}

func (v *visit) fail(err error) {
	f := v.faultOf(err)
	if f.err != nil && v.ctx.Err() == nil {
		v.Log.Error("page failed", "page", v.c.FullPath(), "status", f.status, "err", f.err)
	}
	if v.scripted() {
		v.json(f.status, answer{Say: f.say})
		return
	}
	v.page(f.status, "say", sayPage{top: v.top(f.title), Say: f.say})
}

// scripted says that our script asks, and wants JSON.
func (v *visit) scripted() bool { return v.c.GetHeader("X-Kefu") != "" }

// page renders to a buffer, saves the session, and only then answers.
func (v *visit) page(status int, name string, data any) {
	body, err := v.views.render(name, data)
	if err == nil {
		err = v.save()
	}
	if err != nil {
		v.Log.Error("page not shown", "page", name, "err", err)
		v.c.String(http.StatusInternalServerError, "页面出错了，请再点一次。")
		return
	}
	v.c.Data(status, "text/html; charset=utf-8", body)
}

func (v *visit) json(status int, a answer) {
	if err := v.save(); err != nil {
		v.Log.Error("session not kept", "err", err)
		status, a = http.StatusServiceUnavailable, answer{Say: v.Words.Line(prompts.StaffErrBusy, nil)}
	}
	v.c.JSON(status, a)
}

// redirect goes to a page of ours after a form was done.
func (v *visit) redirect(to string) error {
	if err := v.save(); err != nil {
		return err
	}
	v.c.Redirect(http.StatusSeeOther, to)
	return nil
}

// answer is what the script gets.
type answer struct {
	OK    bool              `json:"ok"`
	Say   string            `json:"say,omitempty"`
	Act   string            `json:"act,omitempty"`
	Phone string            `json:"phone,omitempty"`
	Force bool              `json:"force,omitempty"` // a lead may let it pass
	Parts map[string]string `json:"parts,omitempty"`
}

// top is what every page has.
type top struct {
	Title string
	Me    string
	Said  string // what came of the last form
}

func (v *visit) top(title string) top { return top{Title: title, Me: v.me.ShownAs} }

type sayPage struct {
	top
	Say string
}
