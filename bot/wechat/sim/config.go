package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// Mode is how the platform sends messages to the program.
type Mode string

// WeChat's three modes of pushing: 明文, 兼容, 安全.
const (
	Plain  Mode = "plain"
	Compat Mode = "compat" // clear fields and <Encrypt> in one body
	Safe   Mode = "safe"
)

// Format is how a push is written.
type Format string

// The two data formats.
const (
	XML  Format = "xml"
	JSON Format = "json"
)

// Config says which accounts, staff and robots there are. What is left out gets
// a default; New names everything that is wrong at once.
type Config struct {
	Base  string // URL under which Handler is reached, for links to pictures: "http://127.0.0.1:8080/sim"
	OA    []Account
	WeCom WeCom

	Now           func() time.Time                           // default time.Now
	Wait          func(context.Context, time.Duration) error // pause between two deliveries; default real time
	ReplyTimeout  time.Duration                              // how long a push may take, real time; default 5 s
	MarkFailAfter int                                        // messages undelivered in a row before pushing stops for a minute; default 5, below 0 never

	HTTP   *http.Client // for pushes; default one without redirects
	Logger *slog.Logger // default discards
}

// Account is an Official Account with its settings in the console.
type Account struct {
	ID      string // our name of it: "hotel"
	Name    string // shown on the phone
	AppID   string
	Secret  string
	Token   string
	AESKey  string // 43 characters; may be left out in plain mode
	Mode    Mode   // default Safe
	Format  Format // default XML
	Webhook string // where pushes go; may be set later by SetWebhook
	GhID    string // default gh_ and the appid's tail

	TestAccount bool // 测试号: no msgmenu, and a tap comes without bizmsgmenuid
	OneWindow   bool // a tap or scan replaces the 48-hour window; else both count side by side
	SameQuery   bool // repeats carry the same timestamp, nonce and cipher text; else fresh ones

	Templates []Template
	Customers []Person // followers from before
}

// Template is a template message of the account's list. Content is the text
// with its fields: "编号:{{character_string1.DATA}}\n事项:{{thing2.DATA}}".
type Template struct {
	ID      string `json:"template_id"`
	Title   string `json:"title"`
	Content string `json:"content"`
	Example string `json:"example"`
}

// Person is somebody with WeChat.
type Person struct {
	OpenID  string `json:"openid"`
	UnionID string `json:"unionid,omitempty"`
	Name    string `json:"name,omitempty"` // for the demo's page only; no API gives it away
}

// WeCom is the company with its one self-built app. CorpID "" means no WeCom.
type WeCom struct {
	CorpID   string
	AgentID  int64
	Secret   string
	Token    string
	AESKey   string
	Format   Format // default XML
	Callback string // where pushes go; may be set later by SetCallback

	Robots  map[string]string // our name → key of a group's robot
	Members []Member
	Parties map[string][]string // department id → userids
	Trusted []string            // hosts a sign-in may return to (可信域名); none: every host
}

// Member is one of the staff.
type Member struct {
	UserID     string `json:"userid"`
	Name       string `json:"name"`
	PluginOnly bool   `json:"plugin_only,omitempty"` // reads WeCom inside WeChat: sees no cards and no markdown
	Outside    bool   `json:"outside,omitempty"`     // not in the app's visible range
	Left       bool   `json:"left,omitempty"`        // has left the company
}

func (c *Config) prepare() error {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Wait == nil {
		c.Wait = pause
	}
	if c.ReplyTimeout <= 0 {
		c.ReplyTimeout = 5 * time.Second
	}
	if c.MarkFailAfter == 0 {
		c.MarkFailAfter = 5
	}
	if c.HTTP == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 32
		c.HTTP = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	var bad []error
	for i := range c.OA {
		bad = append(bad, c.OA[i].prepare())
	}
	if c.WeCom.CorpID != "" {
		bad = append(bad, c.WeCom.prepare())
	}
	return errors.Join(bad...)
}

func (a *Account) prepare() error {
	if a.Mode == "" {
		a.Mode = Safe
	}
	if a.Format == "" {
		a.Format = XML
	}
	if a.Name == "" {
		a.Name = a.ID
	}
	if a.GhID == "" && len(a.AppID) >= 12 {
		a.GhID = "gh_" + a.AppID[len(a.AppID)-12:]
	}
	switch {
	case a.ID == "", a.AppID == "", a.Secret == "", a.Token == "", a.GhID == "":
		return fmt.Errorf("sim: account %q: id, app id (12 characters or more), secret and token are needed", a.ID)
	case a.Mode != Plain && a.AESKey == "":
		return fmt.Errorf("sim: account %q: mode %s needs an aes key", a.ID, a.Mode)
	case a.Mode != Plain && a.Mode != Compat && a.Mode != Safe:
		return fmt.Errorf("sim: account %q: mode %q is none of plain, compat, safe", a.ID, a.Mode)
	case a.Format != XML && a.Format != JSON:
		return fmt.Errorf("sim: account %q: format %q is neither xml nor json", a.ID, a.Format)
	}
	return nil
}

func (w *WeCom) prepare() error {
	if w.Format == "" {
		w.Format = XML
	}
	if w.AgentID == 0 || w.Secret == "" || w.Token == "" || w.AESKey == "" {
		return errors.New("sim: wecom: agent id, secret, token and aes key are needed")
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
