package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// App is the WeCom app's address, /wecom/app.
type App struct {
	Cipher *wechat.Cipher
	Parse  func(payload []byte) (chat.Message, error)
	// Handle does what the message asks and returns the payload of the passive
	// reply, or nil. WeCom: 5 s, three attempts, as an Official Account.
	Handle func(ctx context.Context, m chat.Message) ([]byte, error)
	Now    func() time.Time
	Count  *Counter
	Log    *slog.Logger
}

// Mount serves the app below r.
func (a App) Mount(r gin.IRouter) {
	h := &app{App: a, gate: gate{
		account: "wecom", cipher: a.Cipher, must: true, now: a.Now, count: a.Count, log: a.Log,
	}}
	r.GET("/wecom/app", func(c *gin.Context) { h.verify(c, true) })
	r.POST("/wecom/app", h.post)
}

type app struct {
	App
	gate
}

func (a *app) post(c *gin.Context) {
	o, m, err := a.message(c, a.Parse)
	if err != nil {
		a.refuse(c, err)
		return
	}
	reply, err := a.Handle(c.Request.Context(), m)
	if err != nil { // not done: WeCom shall deliver again
		a.Log.Error("staff message not handled", "err", err)
		a.hangUp(c)
	}
	if len(reply) == 0 { // WeCom: an empty body is an answer
		a.count.add(a.account, "ok")
		c.Status(http.StatusOK)
		return
	}
	if err := a.answer(c, o, reply); err != nil {
		a.count.add(a.account, "unanswered")
		return
	}
	a.count.add(a.account, "ok")
}
