package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// ErrOutsider is someone who opened a staff page without being staff: a WeChat
// user, a member of another company.
var ErrOutsider = errors.New("wecom: not a member of this company")

// AuthorizeURL is where a page opened inside WeCom sends the browser, to come back
// to redirect with a code and the state. It asks for the userid only
// (snsapi_base), without a question to the person. state binds the answer to the
// browser's session; at most 128 bytes of [a-zA-Z0-9].
func (a *App) AuthorizeURL(redirect, state string) string {
	q := "appid=" + url.QueryEscape(a.cfg.CorpID) +
		"&redirect_uri=" + url.QueryEscape(redirect) +
		"&response_type=code&scope=snsapi_base" +
		"&state=" + url.QueryEscape(state) +
		"&agentid=" + strconv.FormatInt(a.cfg.AgentID, 10)
	return a.cfg.Authorize + "?" + q + "#wechat_redirect" // WeCom: in this order
}

// UserByCode is the userid behind the code of a sign-in: at most 512 bytes, 5
// minutes, used once, so the call must not be repeated. ErrOutsider for who is no
// member; a *chat.Failure with code 40029 or 42003 when the sign-in must begin
// again.
func (a *App) UserByCode(ctx context.Context, code string) (string, error) {
	if code == "" || len(code) > 512 {
		return "", ours(wechat.WeCom, callUserInfo, errors.New("no code"))
	}
	ans, err := a.call(ctx, wechat.Request{
		Call: callUserInfo, Path: "/cgi-bin/auth/getuserinfo", Query: url.Values{"code": {code}},
	})
	if err != nil {
		return "", err
	}
	var who struct {
		User string `json:"userid"`
		// Older answers of the same call.
		Old string `json:"UserId"`
	}
	if err := ans.Decode(&who); err != nil {
		return "", broken(callUserInfo)
	}
	if who.User == "" {
		who.User = who.Old
	}
	if who.User == "" {
		return "", ErrOutsider
	}
	return who.User, nil
}

// UserActive says whether the member exists, has joined and is not disabled, and
// stands in the app's visible range. WeCom: status 1 active, 2 disabled, 4 not
// joined, 5 left. Ask at every sign-in.
func (a *App) UserActive(ctx context.Context, userid string) (bool, error) {
	ans, err := a.call(ctx, wechat.Request{
		Call: callUser, Path: "/cgi-bin/user/get", Query: url.Values{"userid": {userid}},
	})
	if f := chat.Failed(err); f != nil && (f.Code == 60111 || f.Code == 40003) {
		return false, nil // no such member
	}
	if err != nil {
		return false, err
	}
	var u struct {
		Status json.Number `json:"status"`
	}
	if err := ans.Decode(&u); err != nil {
		return false, broken(callUser)
	}
	return u.Status == "1", nil
}

// Recall takes a message back from everybody who got it. WeCom: within 24 hours,
// by the msgid of its Receipt; recalling again changes nothing.
func (a *App) Recall(ctx context.Context, msgID string) error {
	body, err := wechat.JSON(map[string]string{"msgid": msgID})
	if err != nil {
		return ours(wechat.WeCom, callRecall, err)
	}
	_, err = a.call(ctx, wechat.Request{Call: callRecall, Path: "/cgi-bin/message/recall", Body: body, Safe: true})
	return err
}

// CheckToken gets an access token and makes one harmless call with it, so that a
// wrong secret, a wrong agent id, and an address missing from the app's trusted
// IPs are found: a *chat.Failure whose Why names the IP; wechat.Advice says what
// to do.
func (a *App) CheckToken(ctx context.Context) error {
	ans, err := a.call(ctx, wechat.Request{
		Call: callAgent, Path: "/cgi-bin/agent/get", Query: url.Values{"agentid": {strconv.FormatInt(a.cfg.AgentID, 10)}},
	})
	if err != nil {
		return fmt.Errorf("wecom: check: %w", err)
	}
	var agent struct {
		Closed int `json:"close"`
	}
	if err := ans.Decode(&agent); err != nil {
		return broken(callAgent)
	}
	if agent.Closed == 1 {
		return &chat.Failure{Platform: wechat.WeCom, Call: callAgent, Code: 50003, Verdict: chat.Operator, Why: "the app is disabled"}
	}
	return nil
}

func broken(call string) error {
	return &chat.Failure{Platform: wechat.WeCom, Call: call, Verdict: chat.Later, Why: "answer cannot be read"}
}
