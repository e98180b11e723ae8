package oa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// callTime is the hard time-out of one call, below the 10 s a Carrier may take.
const callTime = 8 * time.Second

// DefaultAPI is where calls go unless the configuration says otherwise.
const DefaultAPI = "https://api.weixin.qq.com"

// Config is what an account needs to be written to.
type Config struct {
	ID          chat.Account
	AppID       string
	Secret      string
	API         string              // "" is DefaultAPI; may have a path in front
	Templates   map[string]Template // by our name: "ticket_update"
	MenuAsLinks bool                // msgmenu as text with links: test accounts have no msgmenu
}

// Format prints the account's id and no secret, whatever the verb.
func (c Config) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "oa.Config("+string(c.ID)+")") }

// Media reads what we keep, to be uploaded: a Content's Media "file:" + id.
type Media interface {
	// Open gives name and bytes; the caller closes. At most 20 MiB are read.
	Open(ctx context.Context, id string) (name string, r io.ReadCloser, err error)
}

// Account is the way out to the customers of one Official Account. It is safe
// for concurrent use.
type Account struct {
	config Config
	client *wechat.Client
	tokens *wechat.Tokens
	media  Media
	now    func() time.Time
}

var _ chat.Carrier = (*Account)(nil)

// New makes the carrier of an account. Its token lives in cache, shared by all
// instances. media may be nil when nothing is ever uploaded.
func New(c Config, cache wechat.Cache, media Media, now func() time.Time) (*Account, error) {
	if c.ID == "" || c.AppID == "" || c.Secret == "" {
		return nil, errors.New("oa: an account needs id, app_id and app_secret")
	}
	if c.API == "" {
		c.API = DefaultAPI
	}
	client, err := wechat.NewClient(wechat.OA, c.API, callTime)
	if err != nil {
		return nil, fmt.Errorf("oa: account %s: %w", c.ID, err)
	}
	return &Account{
		config: c, client: client, media: media, now: now,
		tokens: wechat.NewTokens(cache, wechat.StableToken(client, c.AppID, c.Secret), now),
	}, nil
}

// Format prints the account's id and no secret, whatever the verb.
func (a *Account) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "oa.Account("+string(a.config.ID)+")")
}

// ID is the account's id in our configuration.
func (a *Account) ID() chat.Account { return a.config.ID }

// HasTemplate says whether a notice of that name can be sent at all.
func (a *Account) HasTemplate(name string) bool {
	t, ok := a.config.Templates[name]
	return ok && t.ID != "" && len(t.Fields) > 0
}

// paths are the calls that Send makes, by chat.Call's Name.
var paths = map[string]string{
	"custom/send":   "/cgi-bin/message/custom/send",
	"template/send": "/cgi-bin/message/template/send",
}

// Send makes a rendered call once, with a new token and once more if WeChat
// refused the token. The error is a *chat.Failure. custom/send has no key
// against repeats: after an Unsure it may have arrived.
func (a *Account) Send(ctx context.Context, _ chat.Address, call chat.Call) (chat.Receipt, error) {
	path, ok := paths[call.Name]
	if !ok {
		return chat.Receipt{}, a.fault(call.Name, chat.OurFault, "unknown call")
	}
	// Both tries and a new token together stay within the Carrier's 10 s.
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := a.client.WithToken(ctx, a.tokens, wechat.Request{Call: call.Name, Path: path, Body: call.Body})
	if err != nil {
		return chat.Receipt{}, err
	}
	var r struct {
		MsgID number `json:"msgid"`
	}
	// What we cannot read of an accepted call does not make it a failed one.
	_ = answer.Decode(&r)
	return chat.Receipt{MsgID: string(r.MsgID)}, nil
}

// TemplateFailure is what a TemplateResult says later about a template message
// that was accepted; nil for success.
func TemplateFailure(status string) *chat.Failure {
	f := &chat.Failure{Platform: wechat.OA, Call: "template/send"}
	switch templateStatus(status) {
	case StatusSuccess:
		return nil
	case StatusBlocked:
		f.Verdict, f.Reason, f.Why = chat.NeverThem, wechat.ReasonNotice, "user block"
	default:
		f.Verdict, f.Reason, f.Why = chat.OtherWay, wechat.ReasonTrouble, "system failed"
	}
	return f
}

// CheckToken asks for a token and uses it once, for doctor. The error is a
// *chat.Failure; wechat.Advice says what to do about it.
func (a *Account) CheckToken(ctx context.Context) error {
	_, err := a.CallbackIPs(ctx)
	return err
}

func (a *Account) fault(call string, v chat.Verdict, why string) *chat.Failure {
	return &chat.Failure{Platform: wechat.OA, Call: call, Verdict: v, Why: why}
}

// number is a 64-bit id that WeChat writes as a number or as text.
type number string

// UnmarshalJSON keeps the digits.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	if *n == "null" {
		*n = ""
	}
	return nil
}
