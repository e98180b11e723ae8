package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// Where WeCom lives, unless the configuration says otherwise.
const (
	DefaultAPI       = "https://qyapi.weixin.qq.com"
	DefaultAuthorize = "https://open.weixin.qq.com/connect/oauth2/authorize"
)

// Hard time-outs: of one HTTP call, and of a Send with all it needs, a new token
// included. Reading and sending a file takes longer.
const (
	callTime  = 8 * time.Second
	sendTime  = 10 * time.Second
	mediaTime = 30 * time.Second
)

// Names of the other calls, in failures.
const (
	callUserInfo = "auth/getuserinfo"
	callUser     = "user/get"
	callAgent    = "agent/get"
	callRecall   = "message/recall"
	callUpload   = "media/upload"
	callMedia    = "media/get"
)

// Config says which app of which company speaks.
type Config struct {
	CorpID  string
	AgentID int64
	Secret  string
	API     string            // "" is DefaultAPI; may have a path in front
	Robots  map[string]string // our name of a group's robot → its key

	Authorize string // "" is DefaultAuthorize; where AuthorizeURL points
	Name      string // stands small above a card: "客服工单"
	Icon      string // beside it, an address
	Home      string // address of our pages: opened by a card without a link; links in texts go there or nowhere

	// Media opens an attachment of ours by its id, for content whose Media is
	// "file:" and that id. Left out: such content is refused.
	Media func(ctx context.Context, id string) (name string, data io.ReadCloser, err error)
}

// App sends as one WeCom app, and by the robots of groups. It is safe for
// concurrent use. It never prints its secret or a key.
type App struct {
	cfg    Config
	tokens *wechat.Tokens
	client *wechat.Client // short calls
	files  *wechat.Client // media
	robot  *wechat.Client
}

var _ chat.Carrier = (*App)(nil)

// New makes the app. The cache is where all instances share its token. Nothing is
// called yet. Without CorpID only robots work.
func New(cfg Config, cache wechat.Cache, now func() time.Time) (*App, error) {
	if cfg.CorpID != "" && (cfg.Secret == "" || cfg.AgentID <= 0) {
		return nil, errors.New("wecom: secret and agent_id belong to a corp_id")
	}
	for name, key := range cfg.Robots {
		if name == "" || key == "" || strings.ContainsAny(key, " \t\r\n/?&=") {
			return nil, fmt.Errorf("wecom: robot %q needs a key: the part after key= of its webhook address", name)
		}
	}
	if cfg.API == "" {
		cfg.API = DefaultAPI
	}
	if cfg.Authorize == "" {
		cfg.Authorize = DefaultAuthorize
	}
	a := &App{cfg: cfg}
	for _, c := range []struct {
		to       **wechat.Client
		platform string
		timeout  time.Duration
	}{{&a.client, wechat.WeCom, callTime}, {&a.files, wechat.WeCom, mediaTime}, {&a.robot, wechat.Robot, callTime}} {
		client, err := wechat.NewClient(c.platform, cfg.API, c.timeout)
		if err != nil {
			return nil, fmt.Errorf("wecom: %w", err)
		}
		*c.to = client
	}
	a.tokens = wechat.NewTokens(cache, wechat.AgentToken(a.client, cfg.CorpID, cfg.Secret), now)
	return a, nil
}

func (a *App) call(ctx context.Context, r wechat.Request) (wechat.Answer, error) {
	if a.cfg.CorpID == "" {
		return wechat.Answer{}, noApp(r.Call)
	}
	client := a.client
	if r.Call == callUpload {
		client = a.files
	}
	return client.WithToken(ctx, a.tokens, r)
}

func noApp(call string) error {
	return &chat.Failure{Platform: wechat.WeCom, Call: call, Verdict: chat.Operator, Why: "no WeCom app is configured"}
}

// Send makes the call once, within 10 seconds; a token that was refused is
// replaced and the call made again, since the first did nothing. The error is a
// *chat.Failure. Receipt.Missing are the userids that WeCom left out although it
// took the call; whoever sends to one person looks there.
func (a *App) Send(ctx context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	if to.Channel == chat.Robot {
		return chat.Receipt{}, a.sendLine(ctx, to, call)
	}
	r := wechat.Request{Call: call.Name, Path: "/cgi-bin/" + call.Name, Body: call.Body}
	switch {
	case to.Channel != chat.WeCom, call.Name != callSend && call.Name != callUpdate, len(call.Body) == 0:
		return chat.Receipt{}, ours(wechat.WeCom, call.Name, errForm)
	case call.Name == callUpdate:
		r.Safe = true // the code is used once: a repeat finds it used
	}
	ans, err := a.call(ctx, r)
	if err != nil {
		return chat.Receipt{}, err
	}
	return receipt(ans, to, call.Name), nil
}

func (a *App) sendLine(ctx context.Context, to chat.Address, call chat.Call) error {
	key, ok := a.cfg.Robots[to.User]
	switch {
	case !ok:
		return noRobot()
	case call.Name != callRobot || len(call.Body) == 0:
		return ours(wechat.Robot, callRobot, errForm)
	}
	_, err := a.robot.Do(ctx, wechat.Request{
		Call: callRobot, Path: "/cgi-bin/webhook/send", Query: url.Values{"key": {key}}, Body: call.Body,
	})
	return err
}

func noRobot() error {
	return &chat.Failure{Platform: wechat.Robot, Call: callRobot, Verdict: chat.Operator, Why: errRobot.Error()}
}

// receipt reads what WeCom says beside errcode 0. The call is made; an answer
// that cannot be read further does not undo it.
func receipt(ans wechat.Answer, to chat.Address, call string) chat.Receipt {
	var sent struct {
		MsgID      string `json:"msgid"`
		Code       string `json:"response_code"`
		Invalid    names  `json:"invaliduser"`
		Unlicensed names  `json:"unlicenseduser"`
	}
	if ans.Decode(&sent) != nil {
		return chat.Receipt{}
	}
	r := chat.Receipt{MsgID: sent.MsgID, Response: sent.Code}
	asked, _ := recipients(to.User)
	for _, lower := range slices.Concat(sent.Invalid, sent.Unlicensed) {
		// WeCom writes userids in lower case here.
		for _, u := range asked {
			if strings.EqualFold(u, lower) && !slices.Contains(r.Missing, u) {
				r.Missing = append(r.Missing, u)
			}
		}
	}
	return r
}

// names is a list of userids: joined by "|" in the answer of message/send, an
// array in that of an update.
type names []string

func (n *names) UnmarshalJSON(b []byte) error {
	for _, s := range strings.FieldsFunc(string(b), func(r rune) bool { return strings.ContainsRune("[]\",| \n", r) }) {
		if s != "null" && len(*n) < Recipients {
			*n = append(*n, s)
		}
	}
	return nil
}
