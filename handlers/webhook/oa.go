package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot"
	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// thirdDelivery is how old a message is, by its CreateTime, when WeChat will not
// deliver it again.
const thirdDelivery = 9 * time.Second

// Account is one Official Account's address, /wechat/oa/{account}.
type Account struct {
	ID      chat.Account
	Cipher  *wechat.Cipher
	PlainOK bool // mode plain or compat: unencrypted bodies are taken
	Parse   func(account chat.Account, payload []byte) (chat.Message, error)
	Passive func(in chat.Message, c chat.Content, at time.Time) ([]byte, error)
	Receive func(ctx context.Context, m chat.Message) (bot.Answer, error)
	Busy    chat.Content // said on the third delivery while nothing can be stored
	Now     func() time.Time
	Count   *Counter
	Log     *slog.Logger
}

// Mount serves the account below r.
func (a Account) Mount(r gin.IRouter) {
	h := &account{Account: a, gate: gate{
		account: string(a.ID), cipher: a.Cipher, plainOK: a.PlainOK, now: a.Now, count: a.Count, log: a.Log,
	}}
	r.GET("/wechat/oa/"+string(a.ID), func(c *gin.Context) { h.verify(c, false) })
	r.POST("/wechat/oa/"+string(a.ID), h.post)
}

type account struct {
	Account
	gate
}

func (a *account) post(c *gin.Context) {
	o, m, err := a.message(c, func(payload []byte) (chat.Message, error) { return a.Parse(a.ID, payload) })
	if err != nil {
		a.refuse(c, err)
		return
	}
	answer, err := a.Receive(c.Request.Context(), m)
	if errors.Is(err, bot.ErrStoreDown) {
		a.down(c, o, m)
		return
	}
	if err != nil {
		a.Log.Error("message not taken", "account", a.ID, "err", err)
	}
	if err := a.reply(c, o, m, answer.Content); err != nil {
		a.Log.Warn("answer not given", "account", a.ID, "err", err)
		a.count.add(a.account, "unanswered")
		return // the reply stays due and goes as a delivery
	}
	a.count.add(a.account, "ok")
	answer.Sent()
}

// down answers while the store is: WeChat shall deliver again, and after the last
// time the customer is asked to.
func (a *account) down(c *gin.Context, o opened, m chat.Message) {
	if a.now().Sub(m.At.Time()) < thirdDelivery || m.Kind == chat.Event {
		a.hangUp(c)
	}
	a.count.add(a.account, "store_down")
	if err := a.reply(c, o, m, a.Busy); err != nil {
		a.Log.Warn("could not ask to write again", "account", a.ID)
	}
}

func (a *account) reply(c *gin.Context, o opened, m chat.Message, content chat.Content) error {
	if content.IsZero() {
		return a.answer(c, o, nil)
	}
	body, err := a.Passive(m, content, a.now())
	if err != nil {
		return errors.Join(fmt.Errorf("webhook: passive reply: %w", err), a.answer(c, o, nil))
	}
	return a.answer(c, o, body)
}
