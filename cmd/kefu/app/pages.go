package app

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"kefu/bot/casework"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/bot/workbench"
	"kefu/handlers/console"
	"kefu/handlers/h5"
)

// caseLink is the address of a case's page for staff, "" without a public URL.
func (a *App) caseLink(id ticket.ID) string { return a.public("/t/" + string(id)) }

// pages are the console's lists by the bench's names of them.
var pages = map[string]string{workbench.PageMine: "/in?tab=mine", workbench.PageOpen: "/in?tab=free", workbench.PageAll: "/in?tab=all"}

// pageLink is the address of a list for staff, "" when there is none.
func (a *App) pageLink(page string) string {
	if path := pages[page]; path != "" {
		return a.public(path)
	}
	return ""
}

func (a *App) public(path string) string {
	if a.Config.PublicURL == "" {
		return ""
	}
	return a.Config.PublicURL + path
}

// changed tells open pages that a case is not as it was.
func (a *App) changed(id ticket.ID) { a.Memory.Publish(a.work, console.Topic(id)) }

// mountPages puts the customers' page and, when staff can sign in, theirs.
func (a *App) mountPages(r gin.IRouter) error {
	ctx := context.WithoutCancel(a.work)
	guests, err := h5.New(ctx, h5.Deps{
		Cases: a.Cases, Book: a.Book, Pack: a.Pack, Words: a.Words, Calendar: a.Calendar, Store: a.Store, Files: a.plug,
		Now: a.now, Log: a.log, PublicURL: a.Config.PublicURL, Brand: a.Config.Brand.Name,
	})
	if err != nil {
		return err
	}
	guests.Mount(r)
	a.Cases.GuestLink = guests.Link
	if a.WeCom == nil {
		return nil
	}
	site, err := console.New(ctx, console.Deps{
		Cases: a.Cases, Book: a.Book, Out: a.Out, Talks: a.Talks, Roster: a.Roster, States: a.States, Pack: a.Pack,
		Words: a.Words, Calendar: a.Calendar, Store: a.Store, Files: a.plug, Changes: a.Memory, Shared: a.Memory.Tokens(),
		Know: a.Know, SignIn: a.WeCom, Now: a.now, Log: a.log, PublicURL: a.Config.PublicURL,
		Learned: func(ctx context.Context, by string, out casework.Outcome) {
			if err := a.Bench.Learned(ctx, by, out); err != nil {
				a.log.Warn("nobody was asked whether an answer is worth keeping", "err", err)
			}
		},
	})
	if err != nil {
		return err
	}
	site.Mount(r)
	return nil
}

// streams lets live pages, which never end by themselves, end with a.streaming, so
// that stopping does not wait for them. The browser comes again.
func (a *App) streams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(a.streaming, cancel)()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

// notAgain says that a delivery is not one that can be sent again.
func notAgain(err error) bool { return errors.Is(err, delivery.ErrNotAgain) }
