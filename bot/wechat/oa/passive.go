package oa

import (
	"fmt"
	"strconv"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// Passive is the reply to a message as XML, which the webhook answers with or
// seals first. WeChat: one reply to a message, within 5 s; it costs no credit.
// A menu becomes text with links, and the AI label a last line. A form that no
// passive reply has is an error.
func Passive(in chat.Message, c chat.Content, at time.Time) ([]byte, error) {
	b := make([]byte, 0, 512+len(c.Text))
	b = append(b, "<xml>"...)
	b = element(b, "ToUserName", in.From)
	b = element(b, "FromUserName", in.To)
	b = append(b, "<CreateTime>"...)
	b = strconv.AppendInt(b, at.Unix(), 10)
	b = append(b, "</CreateTime>"...)
	b, err := passiveBody(b, in, c)
	if err != nil {
		return nil, err
	}
	return append(b, "</xml>"...), nil
}

func passiveBody(b []byte, in chat.Message, c chat.Content) ([]byte, error) {
	switch c.Form {
	case chat.AsText, chat.AsMenu:
		text := render(c, true)
		if text == "" {
			return nil, fmt.Errorf("oa: passive reply without text")
		}
		b = element(b, "MsgType", "text")
		return element(b, "Content", text), nil
	case chat.AsImage:
		return media(b, "image", "Image", c)
	case chat.AsVoice:
		return media(b, "voice", "Voice", c)
	case chat.AsVideo:
		return media(b, "video", "Video", c)
	case chat.AsMusic:
		b = element(b, "MsgType", "music")
		b = append(b, "<Music>"...)
		b = element(b, "Title", c.Title)
		b = element(b, "Description", c.Note)
		b = element(b, "MusicUrl", c.URL)
		b = element(b, "HQMusicUrl", c.URL)
		if c.Media != "" {
			b = element(b, "ThumbMediaId", c.Media)
		}
		return append(b, "</Music>"...), nil
	case chat.AsNews:
		b = element(b, "MsgType", "news")
		b = append(b, "<ArticleCount>1</ArticleCount><Articles><item>"...)
		b = element(b, "Title", c.Title)
		b = element(b, "Description", newsNote(c))
		b = element(b, "PicUrl", c.Picture)
		b = element(b, "Url", c.URL)
		return append(b, "</item></Articles>"...), nil
	case chat.AsTransfer:
		return transfer(b, in, c)
	}
	return nil, fmt.Errorf("oa: no passive reply has the form %q", c.Form)
}

// transfer hands over to WeChat's own desk; Values["kf_account"] names an agent.
// WeChat: only messages, not events, are forwarded.
func transfer(b []byte, in chat.Message, c chat.Content) ([]byte, error) {
	if in.Kind == chat.Event {
		return nil, fmt.Errorf("oa: an event cannot be transferred")
	}
	b = element(b, "MsgType", "transfer_customer_service")
	if kf := c.Values["kf_account"]; kf != "" {
		b = append(b, "<TransInfo>"...)
		b = element(b, "KfAccount", kf)
		b = append(b, "</TransInfo>"...)
	}
	return b, nil
}

func media(b []byte, kind, wrapper string, c chat.Content) ([]byte, error) {
	if c.Media == "" || isFile(c.Media) {
		return nil, fmt.Errorf("oa: passive %s needs a media_id", kind)
	}
	b = element(b, "MsgType", kind)
	b = append(b, '<')
	b = append(b, wrapper...)
	b = append(b, '>')
	b = element(b, "MediaId", c.Media)
	if c.Form == chat.AsVideo {
		b = element(b, "Title", c.Title)
		b = element(b, "Description", c.Note)
	}
	b = append(b, "</"...)
	b = append(b, wrapper...)
	return append(b, '>'), nil
}

// newsNote is an article's description, with the AI label where one is due.
func newsNote(c chat.Content) string {
	if c.AI {
		return joinLines(c.Note, aiMark)
	}
	return c.Note
}

func element(b []byte, name, value string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	b = append(b, '>')
	b = wechat.AppendCDATA(b, value)
	b = append(b, "</"...)
	b = append(b, name...)
	return append(b, '>')
}
