package app

import (
	"errors"

	"github.com/gin-gonic/gin"

	"kefu/bot/delivery"
	"kefu/bot/ticket"
)

// caseLink is the address of a case's page for staff, "" without a public URL.
func (a *App) caseLink(id ticket.ID) string { return a.public("/t/" + string(id)) }

// pageLink is the address of a list for staff.
func (a *App) pageLink(page string) string { return a.public("/in?list=" + page) }

func (a *App) public(path string) string {
	if a.Config.PublicURL == "" {
		return ""
	}
	return a.Config.PublicURL + path
}

// changed tells open pages that a case is not as it was.
func (a *App) changed(id ticket.ID) { a.Memory.Publish(a.work, "case/"+string(id)) }

func (a *App) mountPages(gin.IRouter) error { return nil }

// notAgain says that a delivery is not one that can be sent again.
func notAgain(err error) bool { return errors.Is(err, delivery.ErrNotAgain) }
