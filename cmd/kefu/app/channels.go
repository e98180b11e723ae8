package app

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/bot/wechat/oa"
	"kefu/bot/wechat/wecom"
	"kefu/cmd/kefu/config"
)

// Account makes the way out to an account's customers. media may be nil when
// nothing is uploaded.
func Account(a config.Account, cache wechat.Cache, media oa.Media, now func() time.Time) (*oa.Account, error) {
	templates := map[string]oa.Template{}
	for name, t := range a.Templates {
		templates[name] = oa.Template{ID: t.ID, Fields: t.Fields}
	}
	out, err := oa.New(oa.Config{
		ID: chat.Account(a.ID), AppID: a.AppID, Secret: a.AppSecret.Reveal(), API: a.API,
		Templates: templates, MenuAsLinks: !a.MsgMenu,
	}, cache, media, now)
	if err != nil {
		return nil, fmt.Errorf("accounts %s: %w", a.ID, err)
	}
	return out, nil
}

// AccountCipher opens and seals an account's messages.
func AccountCipher(a config.Account) (*wechat.Cipher, error) {
	c, err := wechat.NewCipher(a.Token.Reveal(), a.AppID, a.AESKey.Reveal(), a.AESKeyPrevious.Reveal())
	if err != nil {
		return nil, fmt.Errorf("accounts %s: %w", a.ID, err)
	}
	return c, nil
}

// WeCom makes the way out to staff; nil, nil without WeCom in the configuration.
// media may be nil. authorize is where pages send people to sign in, "" WeCom's
// own.
func WeCom(c *config.Config, cache wechat.Cache, media oa.Media, authorize string, now func() time.Time) (*wecom.App, error) {
	if !c.Wecom.On() {
		return nil, nil
	}
	robots := map[string]string{}
	for name, key := range c.Wecom.Robots {
		robots[name] = key.Reveal()
	}
	conf := wecom.Config{
		CorpID: c.Wecom.CorpID, AgentID: c.Wecom.AgentID, Secret: c.Wecom.Secret.Reveal(), API: c.Wecom.API,
		Robots: robots, Authorize: authorize, Name: "客服工单", Home: c.PublicURL,
	}
	if media != nil {
		conf.Media = media.Open
	}
	app, err := wecom.New(conf, cache, now)
	if err != nil {
		return nil, fmt.Errorf("wecom: %w", err)
	}
	return app, nil
}

// WeComCipher opens and seals what WeCom sends us.
func WeComCipher(w config.Wecom) (*wechat.Cipher, error) {
	c, err := wechat.NewCipher(w.Token.Reveal(), w.CorpID, w.AESKey.Reveal(), "")
	if err != nil {
		return nil, fmt.Errorf("wecom: %w", err)
	}
	return c, nil
}

// customers sends by the account that a customer belongs to.
type customers map[chat.Account]*oa.Account

var _ chat.Carrier = customers(nil)

func (c customers) account(to chat.Address, call string) (*oa.Account, error) {
	if a := c[to.Account]; a != nil {
		return a, nil
	}
	return nil, &chat.Failure{
		Platform: wechat.OA, Call: call, Verdict: chat.Operator, Why: "account not in the configuration",
		Reason: wechat.ReasonTrouble,
	}
}

// Render makes the call of the address's account.
func (c customers) Render(ctx context.Context, id string, to chat.Address, content chat.Content) (chat.Call, error) {
	a, err := c.account(to, "render")
	if err != nil {
		return chat.Call{}, err
	}
	return a.Render(ctx, id, to, content)
}

// Send makes the call.
func (c customers) Send(ctx context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	a, err := c.account(to, call.Name)
	if err != nil {
		return chat.Receipt{}, err
	}
	return a.Send(ctx, to, call)
}

// line is a carrier that goes dead with the process (see App.Crash).
type line struct {
	chat.Carrier
	dead *atomic.Bool
}

// Send sends nothing any more once the process is over.
func (l line) Send(ctx context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	if l.dead.Load() {
		return chat.Receipt{}, &chat.Failure{Call: call.Name, Verdict: chat.Later, Why: "ended"}
	}
	return l.Carrier.Send(ctx, to, call)
}
