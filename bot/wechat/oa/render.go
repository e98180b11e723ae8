package oa

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// customMessage is the SDK's body of custom/send with the label it does not know.
type customMessage struct {
	*message.CustomerMessage
	AI *aiContext `json:"aimsgcontext,omitempty"`
}

// aiContext makes WeChat show 内容由第三方AI生成 under the message.
type aiContext struct {
	IsAI int `json:"is_ai_msg"`
}

// Render makes the bytes of a customer-service or template message. A "file:"
// media is uploaded first, so it can fail like Send; then nothing was sent. The
// text is cut at MaxText: Split it before where that loses something.
func (a *Account) Render(ctx context.Context, id string, to chat.Address, c chat.Content) (chat.Call, error) {
	if c.Form == chat.AsTemplate {
		return a.renderTemplate(id, to, c)
	}
	const call = "custom/send"
	m := customMessage{CustomerMessage: &message.CustomerMessage{ToUser: to.User}}
	if c.AI {
		m.AI = &aiContext{IsAI: 1}
	}
	if err := a.fill(ctx, m.CustomerMessage, c); err != nil {
		return chat.Call{}, err
	}
	body, err := wechat.JSON(m)
	if err != nil {
		return chat.Call{}, a.fault(call, chat.OurFault, "encode")
	}
	return chat.Call{Name: call, Body: body}, nil
}

func (a *Account) fill(ctx context.Context, m *message.CustomerMessage, c chat.Content) error {
	const call = "custom/send"
	switch c.Form {
	case chat.AsText:
		return a.fillText(m, c)
	case chat.AsMenu:
		return a.fillMenu(m, c)
	case chat.AsNews:
		m.Msgtype = "news"
		m.News = &message.MediaNews{Articles: []message.MediaArticles{{
			Title: c.Title, Description: c.Note, URL: c.URL, Picurl: c.Picture,
		}}}
		return nil
	case chat.AsImage, chat.AsVoice, chat.AsVideo, chat.AsMusic:
	default:
		return a.fault(call, chat.OurFault, "form "+string(c.Form))
	}
	kind := string(c.Form)
	if c.Form == chat.AsMusic {
		kind = "thumb" // of music, Media is the picture
	}
	media, err := a.mediaID(ctx, kind, c.Media)
	if err != nil {
		return err
	}
	m.Msgtype = message.MsgType(c.Form)
	switch c.Form {
	case chat.AsImage:
		m.Image = &message.MediaResource{MediaID: media}
	case chat.AsVoice:
		m.Voice = &message.MediaResource{MediaID: media}
	case chat.AsVideo:
		m.Video = &message.MediaVideo{MediaID: media, ThumbMediaID: media, Title: c.Title, Description: c.Note}
	case chat.AsMusic:
		m.Music = &message.MediaMusic{Title: c.Title, Description: c.Note, Musicurl: c.URL, Hqmusicurl: c.URL, ThumbMediaID: media}
	}
	return nil
}

func (a *Account) fillText(m *message.CustomerMessage, c chat.Content) error {
	text := chatText(c)
	if text == "" {
		return a.fault("custom/send", chat.OurFault, "empty text")
	}
	m.Msgtype = message.MsgTypeText
	m.Text = &message.MediaText{Content: text}
	return nil
}

// fillMenu makes a msgmenu. WeChat has no limit on its texts in the
// documentation; the bound is that of texts.
func (a *Account) fillMenu(m *message.CustomerMessage, c chat.Content) error {
	if a.config.MenuAsLinks || len(c.Options) == 0 {
		return a.fillText(m, c)
	}
	m.Msgtype = "msgmenu"
	menu := &message.MediaMsgmenu{
		HeadContent: cutText(c.Fill(func(o chat.Option) string { return o.Label }), MaxText),
		TailContent: cutText(c.Tail, MaxText),
	}
	for _, o := range c.Options {
		menu.List = append(menu.List, message.MsgmenuItem{ID: o.Key, Content: o.Label})
	}
	m.Msgmenu = menu
	return nil
}

// chatText is a text whose AI label is a field of its own.
func chatText(c chat.Content) string { return render(c, false) }

// mediaID uploads what is still a file of ours.
func (a *Account) mediaID(ctx context.Context, kind, media string) (string, error) {
	id, file := strings.CutPrefix(media, filePrefix)
	if !file {
		if media == "" {
			return "", a.fault("custom/send", chat.OurFault, "no media")
		}
		return media, nil
	}
	if a.media == nil {
		return "", a.fault("media/upload", chat.OurFault, "no files configured")
	}
	name, r, err := a.media.Open(ctx, id)
	if err != nil {
		return "", a.fault("media/upload", chat.Later, "file cannot be read")
	}
	defer r.Close()
	return a.Upload(ctx, kind, name, r)
}

const filePrefix = "file:"

func isFile(media string) bool { return strings.HasPrefix(media, filePrefix) }

// templateRepeat is how long WeChat recognises a client_msg_id.
const templateRepeat = 10 * time.Minute

// renderTemplate fills the account's own fields. Without a template of that name
// the verdict is OtherWay. WeChat: client_msg_id has at most 32 characters and
// makes a repeat harmless for 10 minutes; a template may carry no marketing.
func (a *Account) renderTemplate(id string, to chat.Address, c chat.Content) (chat.Call, error) {
	const call = "template/send"
	t := a.config.Templates[c.Template]
	if t.ID == "" || len(t.Fields) == 0 {
		return chat.Call{}, a.fault(call, chat.OtherWay, "no template configured")
	}
	sum := sha256.Sum256([]byte(id))
	body, err := wechat.JSON(struct {
		ToUser      string                       `json:"touser"`
		TemplateID  string                       `json:"template_id"`
		URL         string                       `json:"url,omitempty"`
		ClientMsgID string                       `json:"client_msg_id"`
		Data        map[string]map[string]string `json:"data"`
	}{to.User, t.ID, c.URL, hex.EncodeToString(sum[:16]), t.data(c.Values, a.now())})
	if err != nil {
		return chat.Call{}, a.fault(call, chat.OurFault, "encode")
	}
	return chat.Call{Name: call, Body: body, Repeat: templateRepeat}, nil
}
