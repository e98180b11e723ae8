package wecom

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// Names of the calls.
const (
	callSend   = "message/send"
	callUpdate = "message/update_template_card"
	callRobot  = "webhook/send"
)

// ResponseCode is the key of Content.Values that holds, for chat.AsUpdate, the
// response_code of the card that changes: from the Receipt of its sending or from
// a pressed button, used once, within 72 hours.
const ResponseCode = "response_code"

// repeat is how long WeCom is told to recognise the same bytes: 3.5 to 4 hours, by
// the delivery's id. WeCom: duplicate_check_interval, at most 4 hours; a request
// with identical JSON is swallowed in silence. So two deliveries that happen to say
// the same ("4827 王女士：好的", twice) differ in this number, and only a repeat
// of one delivery is recognised. An invisible mark in the text would do so too, but
// staff copy texts.
func repeat(id string) time.Duration {
	h := fnv.New32a()
	h.Write([]byte(id))
	return 4*time.Hour - time.Duration(h.Sum32()%1800)*time.Second
}

// message is the body of message/send.
type message struct {
	To       string        `json:"touser"`
	Type     string        `json:"msgtype"`
	Agent    int64         `json:"agentid"`
	Text     *content      `json:"text,omitempty"`
	Image    *media        `json:"image,omitempty"`
	Voice    *media        `json:"voice,omitempty"`
	TextCard *textCard     `json:"textcard,omitempty"`
	Card     *templateCard `json:"template_card,omitempty"`
	Check    int           `json:"enable_duplicate_check"`
	Interval int           `json:"duplicate_check_interval"` // seconds
}

type content struct {
	Content string `json:"content"`
}

type media struct {
	ID string `json:"media_id"`
}

type textCard struct {
	Title string `json:"title"`
	Desc  string `json:"description"`
	URL   string `json:"url"`
	More  string `json:"btntxt,omitempty"` // at most 4 characters
}

// update is the body of message/update_template_card: the button form makes all
// buttons one grey label, the card form a new card.
type update struct {
	To     []string      `json:"userids"`
	Agent  int64         `json:"agentid"`
	Code   string        `json:"response_code"`
	Button *replaced     `json:"button,omitempty"`
	Card   *templateCard `json:"template_card,omitempty"`
}

// line is the body of a robot's webhook/send.
type line struct {
	Type string `json:"msgtype"`
	Text struct {
		Content  string   `json:"content"`
		Mentions []string `json:"mentioned_list,omitempty"`
	} `json:"text"`
}

var (
	errForm    = errors.New("form is not for this channel")
	errUser    = errors.New("no userid, or one that means everybody")
	errRobot   = errors.New("no robot of that name is configured")
	errEmpty   = errors.New("nothing to say")
	errNoCode  = errors.New("no response_code")
	errNoCard  = errors.New("no card")
	errNoMedia = errors.New("no media")
)

// Render makes the bytes of a call. To a chat.WeCom address (a userid, or several
// joined by "|", at most 1000): AsText, AsCard, AsTextCard, AsUpdate, AsImage,
// AsVoice; to a chat.Robot address (our name of the robot): AsLine and AsText.
// What is too long is cut at a character. An image or voice given as "file:" is
// uploaded first. Errors are a *chat.Failure, mostly chat.OurFault; rendering
// again is harmless, only an upload happens again.
func (a *App) Render(ctx context.Context, id string, to chat.Address, c chat.Content) (chat.Call, error) {
	switch to.Channel {
	case chat.Robot:
		return a.renderLine(to, c)
	case chat.WeCom:
		if c.Form == chat.AsUpdate {
			return a.renderUpdate(id, to, c)
		}
		return a.renderMessage(ctx, id, to, c)
	}
	return chat.Call{}, ours(wechat.WeCom, callSend, errForm)
}

func (a *App) renderMessage(ctx context.Context, id string, to chat.Address, c chat.Content) (chat.Call, error) {
	users, err := recipients(to.User)
	if err != nil {
		return chat.Call{}, ours(wechat.WeCom, callSend, err)
	}
	m := message{
		To: strings.Join(users, "|"), Agent: a.cfg.AgentID,
		Check: 1, Interval: int(repeat(id) / time.Second),
	}
	switch c.Form {
	case chat.AsText:
		m.Type, m.Text = "text", &content{a.said(c)}
		if m.Text.Content == "" {
			err = errEmpty
		}
	case chat.AsCard:
		if m.Type = "template_card"; c.Card == nil {
			err = errNoCard
		} else {
			m.Card, err = a.wire(*c.Card, id)
		}
	case chat.AsTextCard:
		m.Type = "textcard"
		m.TextCard, err = a.textCard(c)
	case chat.AsImage, chat.AsVoice:
		return a.renderMedia(ctx, id, m, c)
	default:
		err = errForm
	}
	if err != nil {
		return chat.Call{}, ours(wechat.WeCom, callSend, err)
	}
	return pack(callSend, repeat(id), m)
}

func (a *App) renderMedia(ctx context.Context, id string, m message, c chat.Content) (chat.Call, error) {
	m.Type = string(c.Form) // chat's names of both are WeCom's
	mediaID := c.Media
	if mediaID == "" {
		return chat.Call{}, ours(wechat.WeCom, callSend, errNoMedia)
	}
	if file, ok := strings.CutPrefix(mediaID, "file:"); ok {
		var err error
		if mediaID, err = a.uploadFile(ctx, m.Type, file); err != nil {
			return chat.Call{}, err
		}
	}
	if c.Form == chat.AsImage {
		m.Image = &media{mediaID}
	} else {
		m.Voice = &media{mediaID}
	}
	return pack(callSend, repeat(id), m)
}

func (a *App) renderUpdate(id string, to chat.Address, c chat.Content) (chat.Call, error) {
	users, err := recipients(to.User)
	u := update{To: users, Agent: a.cfg.AgentID, Code: c.Values[ResponseCode]}
	switch {
	case err != nil:
	case u.Code == "":
		err = errNoCode
	case c.Card != nil:
		u.Card, err = a.wire(*c.Card, id)
	case row(c.Text) == "":
		err = errEmpty
	default:
		u.Button = &replaced{words(clip(row(c.Text), ValueChars))}
	}
	if err != nil {
		return chat.Call{}, ours(wechat.WeCom, callUpdate, err)
	}
	return pack(callUpdate, 0, u)
}

func (a *App) renderLine(to chat.Address, c chat.Content) (chat.Call, error) {
	if _, ok := a.cfg.Robots[to.User]; !ok {
		return chat.Call{}, noRobot()
	}
	l := line{Type: "text"}
	l.Text.Content = a.said(c)
	for _, u := range c.Mentions[:min(len(c.Mentions), Recipients)] {
		if u != "" {
			l.Text.Mentions = append(l.Text.Mentions, u)
		}
	}
	switch {
	case c.Form != chat.AsLine && c.Form != chat.AsText:
		return chat.Call{}, ours(wechat.Robot, callRobot, errForm)
	case l.Text.Content == "":
		return chat.Call{}, ours(wechat.Robot, callRobot, errEmpty)
	}
	return pack(callRobot, 0, l)
}

// said is the text with its options as plain words: nothing in WeCom's texts can
// be tapped but a link, and only links to our own pages stay links. A link of the
// content that the text does not hold yet follows it and is never what is cut.
func (a *App) said(c chat.Content) string {
	s := strings.TrimSpace(c.Fill(func(o chat.Option) string { return "「" + o.Label + "」" }))
	s = a.ownLinks(s, c.URL)
	if c.URL == "" || strings.Contains(s, c.URL) || len(c.URL) > TextBytes/2 {
		return shorten(s, TextBytes)
	}
	return strings.TrimSpace(shorten(s, TextBytes-len(c.URL)-1) + " " + c.URL)
}

// textCard is the card for who reads WeCom in WeChat and cannot see cards: the
// same lines as text, the whole opens the page. What comes last in a card's fixed
// order is what is promised, and is highlighted.
func (a *App) textCard(c chat.Content) (*textCard, error) {
	if c.Card == nil {
		if c.Title == "" || c.URL == "" {
			return nil, errNoCard
		}
		return &textCard{clip(row(c.Title), TextCardTitle), div("normal", c.Text), c.URL, "打开"}, nil
	}
	k := c.Card
	t := &textCard{Title: clip(row(k.Title), TextCardTitle), URL: k.URL, More: "打开"}
	if t.URL == "" {
		t.URL = a.cfg.Home
	}
	switch {
	case t.Title == "":
		return nil, errName
	case t.URL == "" || len(t.URL) > URLBytes:
		return nil, errLink // WeCom: a textcard must open something
	}
	head := div("gray", clip(row(k.Desc), DescChars))
	var tail strings.Builder
	lines := k.Lines[:min(len(k.Lines), Lines)]
	for i, l := range lines {
		class := "normal"
		if i == len(lines)-1 && k.Done == "" {
			class = "highlight"
		}
		tail.WriteString(div(class, clip(row(l.Name), NameChars)+"："+clip(row(l.Value), ValueChars)))
	}
	tail.WriteString(div("gray", clip(row(k.Done), DescChars)))
	// All that always fits into 512; the customer's words get what is left.
	room := TextCardDesc - utf8.RuneCountInString(head+tail.String()+div("normal", "“”"))
	quote := ""
	if k.Quote != "" && room >= NameChars {
		quote = div("normal", "“"+clip(row(k.Quote), min(room, 60))+"”")
	}
	t.Desc = head + quote + tail.String()
	return t, nil
}

// recipients splits userids. WeCom: "@all" is everybody the app can see; nothing
// of ours is for everybody.
func recipients(user string) ([]string, error) {
	users := slices.DeleteFunc(strings.Split(user, "|"), func(u string) bool { return strings.TrimSpace(u) == "" })
	if len(users) == 0 || len(users) > Recipients || slices.Contains(users, "@all") {
		return nil, errUser
	}
	return users, nil
}

func pack(name string, repeat time.Duration, body any) (chat.Call, error) {
	b, err := wechat.JSON(body)
	if err != nil {
		return chat.Call{}, ours(wechat.WeCom, name, err)
	}
	return chat.Call{Name: name, Body: b, Repeat: repeat}, nil
}

// ours is the failure of what should not have been asked.
func ours(platform, call string, err error) error {
	return &chat.Failure{Platform: platform, Call: call, Verdict: chat.OurFault, Why: err.Error()}
}
