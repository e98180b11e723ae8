package oa

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// post and get make a call with the token and read its answer into v.
func (a *Account) post(ctx context.Context, call, path string, safe bool, body, v any) error {
	b, err := wechat.JSON(body)
	if err != nil {
		return a.fault(call, chat.OurFault, "encode")
	}
	return a.do(ctx, wechat.Request{Call: call, Path: path, Body: b, Safe: safe}, v)
}

func (a *Account) get(ctx context.Context, call, path string, q url.Values, v any) error {
	return a.do(ctx, wechat.Request{Call: call, Path: path, Query: q}, v)
}

func (a *Account) do(ctx context.Context, r wechat.Request, v any) error {
	answer, err := a.client.WithToken(ctx, a.tokens, r)
	if err != nil || v == nil {
		return err
	}
	if err := answer.Decode(v); err != nil {
		return a.fault(r.Call, chat.Later, "answer of another shape")
	}
	return nil
}

// Typing shows or ends "对方正在输入…". It is a courtesy: a failure matters to
// nobody. WeChat: only within 30 s of the customer's last message.
func (a *Account) Typing(ctx context.Context, openid string, on bool) error {
	command := "CancelTyping"
	if on {
		command = "Typing"
	}
	return a.post(ctx, "custom/typing", "/cgi-bin/message/custom/typing", true,
		map[string]string{"touser": openid, "command": command}, nil)
}

// User is what WeChat still tells of a follower: no name, no picture.
type User struct {
	Subscribed bool
	OpenID     string
	UnionID    string // "" unless bound to an Open Platform account
	Since      time.Time
	Scene      string // ADD_SCENE_QR_CODE, …
	QRScene    string // of the code the customer followed by
	Remark     string
	Tags       []int64
}

// UserInfo asks for one follower. Of somebody who does not follow only the openid
// is known.
func (a *Account) UserInfo(ctx context.Context, openid string) (User, error) {
	var u struct {
		Subscribe int     `json:"subscribe"`
		OpenID    string  `json:"openid"`
		UnionID   string  `json:"unionid"`
		Time      int64   `json:"subscribe_time"`
		Scene     string  `json:"subscribe_scene"`
		QR        number  `json:"qr_scene"`
		QRText    string  `json:"qr_scene_str"`
		Remark    string  `json:"remark"`
		Tags      []int64 `json:"tagid_list"`
	}
	err := a.get(ctx, "user/info", "/cgi-bin/user/info", url.Values{"openid": {openid}, "lang": {"zh_CN"}}, &u)
	if err != nil {
		return User{}, err
	}
	user := User{
		Subscribed: u.Subscribe == 1, OpenID: u.OpenID, UnionID: u.UnionID,
		Scene: u.Scene, QRScene: u.QRText, Remark: u.Remark, Tags: u.Tags,
	}
	if u.Time > 0 {
		user.Since = time.Unix(u.Time, 0).UTC()
	}
	if user.QRScene == "" && u.QR != "0" {
		user.QRScene = string(u.QR)
	}
	return user, nil
}

// Menu is the account's bottom menu: 3 entries with 5 below each.
type Menu struct {
	Buttons []Button `json:"button"`
}

// Button is an entry: of type click with Key, view with URL, miniprogram, or of
// one of the scancode_, pic_ and location_select types with Key; or a name with
// buttons below it.
type Button struct {
	Type  string   `json:"type,omitempty"`
	Name  string   `json:"name"`
	Key   string   `json:"key,omitempty"`
	URL   string   `json:"url,omitempty"`
	AppID string   `json:"appid,omitempty"`
	Path  string   `json:"pagepath,omitempty"`
	Sub   []Button `json:"sub_button,omitempty"`
}

// Check says what WeChat would refuse. WeChat: 3 entries of 16 bytes, 5 below each
// of 60 bytes, keys of 128 bytes, addresses of 1,024.
func (m Menu) Check() error {
	if len(m.Buttons) == 0 || len(m.Buttons) > 3 {
		return fmt.Errorf("oa: menu has %d entries, 1 to 3 are allowed", len(m.Buttons))
	}
	for _, b := range m.Buttons {
		if len(b.Sub) > 5 {
			return fmt.Errorf("oa: menu %s has %d entries below it, 5 are allowed", b.Name, len(b.Sub))
		}
		if err := b.check(16, len(b.Sub) > 0); err != nil {
			return err
		}
		for _, s := range b.Sub {
			if err := s.check(60, false); err != nil {
				return err
			}
			if len(s.Sub) > 0 {
				return fmt.Errorf("oa: menu %s: only two levels are allowed", s.Name)
			}
		}
	}
	return nil
}

func (b Button) check(nameBytes int, parent bool) error {
	switch {
	case b.Name == "" || !utf8.ValidString(b.Name):
		return fmt.Errorf("oa: a menu entry has no name")
	case len(b.Name) > nameBytes:
		return fmt.Errorf("oa: menu %s: name has %d bytes, %d are allowed", b.Name, len(b.Name), nameBytes)
	case len(b.Key) > 128 || len(b.URL) > 1024:
		return fmt.Errorf("oa: menu %s: key or url too long", b.Name)
	case parent:
		return nil
	case b.Type == "":
		return fmt.Errorf("oa: menu %s has no type", b.Name)
	case (b.Type == "view" || b.Type == "miniprogram") && b.URL == "":
		return fmt.Errorf("oa: menu %s has no url", b.Name)
	case b.Type != "view" && b.Type != "miniprogram" && b.Key == "":
		return fmt.Errorf("oa: menu %s has no key", b.Name)
	}
	return nil
}

// MenuCreate replaces the account's menu. WeChat: phones show it within 5 minutes
// or after following again. May be repeated.
func (a *Account) MenuCreate(ctx context.Context, m Menu) error {
	if err := m.Check(); err != nil {
		return err
	}
	return a.post(ctx, "menu/create", "/cgi-bin/menu/create", true, m, nil)
}

// QR is a code with a scene.
type QR struct {
	URL    string        // what the code says
	Image  string        // address of its picture, without any token
	Lasts  time.Duration // 0: for ever
	Ticket string
}

// QRCode makes a code that gives scene (1 to 64 characters, "room:1208") in the
// events subscribe and scan. lasts is at most 30 days; 0 makes a permanent one, of
// which an account has 100,000. May be repeated.
func (a *Account) QRCode(ctx context.Context, scene string, lasts time.Duration) (QR, error) {
	if n := utf8.RuneCountInString(scene); n < 1 || n > 64 {
		return QR{}, fmt.Errorf("oa: a scene has 1 to 64 characters, not %d", n)
	}
	body := map[string]any{
		"action_name": "QR_LIMIT_STR_SCENE",
		"action_info": map[string]any{"scene": map[string]string{"scene_str": scene}},
	}
	if lasts > 0 {
		body["action_name"] = "QR_STR_SCENE"
		body["expire_seconds"] = int64(max(min(lasts, 30*24*time.Hour), time.Minute) / time.Second)
	}
	var r struct {
		Ticket  string `json:"ticket"`
		URL     string `json:"url"`
		Expires int64  `json:"expire_seconds"`
	}
	if err := a.post(ctx, "qrcode/create", "/cgi-bin/qrcode/create", true, body, &r); err != nil {
		return QR{}, err
	}
	return QR{
		URL: r.URL, Ticket: r.Ticket, Lasts: time.Duration(r.Expires) * time.Second,
		Image: "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=" + url.QueryEscape(r.Ticket),
	}, nil
}

// CallbackIPs are the addresses WeChat calls us from, IPs and ranges.
func (a *Account) CallbackIPs(ctx context.Context) ([]string, error) {
	var r struct {
		List []string `json:"ip_list"`
	}
	err := a.get(ctx, "getcallbackip", "/cgi-bin/getcallbackip", nil, &r)
	return r.List, err
}

// TemplateInfo is a template as the account has it.
type TemplateInfo struct {
	ID      string `json:"template_id"`
	Title   string `json:"title"`
	Content string `json:"content"`
	Example string `json:"example"`
}

// FieldNames are the fields of a template, in its order: thing1, number2.
func (t TemplateInfo) FieldNames() []string {
	var names []string
	for _, part := range strings.Split(t.Content, "{{")[1:] {
		if name, _, ok := strings.Cut(part, ".DATA}}"); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// TemplateList asks for the account's templates.
func (a *Account) TemplateList(ctx context.Context) ([]TemplateInfo, error) {
	var r struct {
		List []TemplateInfo `json:"template_list"`
	}
	err := a.get(ctx, "template/list", "/cgi-bin/template/get_all_private_template", nil, &r)
	return r.List, err
}

// TemplateFaults holds the configured templates against the account's list; each
// fault is a Chinese sentence that says what to do.
func (a *Account) TemplateFaults(list []TemplateInfo) []string {
	var faults []string
	for name, t := range a.config.Templates {
		k := slices.IndexFunc(list, func(i TemplateInfo) bool { return i.ID == t.ID })
		if k < 0 {
			faults = append(faults, fmt.Sprintf("模板 %s：公众号里没有编号 %s，到公众平台 → 模板消息核对。", name, t.ID))
			continue
		}
		have := list[k].FieldNames()
		for f := range t.Fields {
			if !slices.Contains(have, f) {
				faults = append(faults, fmt.Sprintf("模板 %s：没有字段 %s，它的字段是 %s。", name, f, strings.Join(have, "、")))
			}
		}
		for _, f := range have {
			if _, ok := t.Fields[f]; !ok {
				faults = append(faults, fmt.Sprintf("模板 %s：字段 %s 没有写对照，微信会拒收。", name, f))
			}
		}
	}
	slices.Sort(faults)
	return faults
}
