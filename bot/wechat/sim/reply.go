package sim

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"

	"kefu/bot/wechat"
)

// reply is what the program answered to a push. kind "" is "success" or nothing;
// wrong says what is not right about it.
type reply struct {
	kind  string
	wrong string
	body  replyBody
}

// replyBody is every passive reply of both platforms, in XML and in JSON alike.
type replyBody struct {
	XMLName      xml.Name `xml:"xml" json:"-"`
	ToUserName   string
	FromUserName string
	CreateTime   int64
	MsgType      string
	Content      string
	Image        struct{ MediaId string }
	Voice        struct{ MediaId string }
	Video        struct{ MediaId, Title, Description string }
	Music        struct{ Title, Description, MusicUrl string }
	ArticleCount int
	Articles     []replyArticle `xml:"Articles>item"`
	TransInfo    struct{ KfAccount string }
	Button       struct{ ReplaceName string }
	TemplateCard *cardBody
}

type replyArticle struct{ Title, Description, PicUrl, Url string }

// read opens an answer. WeChat: "success" and an empty body need no encryption;
// anything else must be, in safe mode, with a right MsgSignature over its own
// TimeStamp and Nonce.
func (s *Sim) read(m *outgoing, body []byte) reply {
	trimmed := bytes.TrimSpace(body)
	if len(body) == 0 || string(trimmed) == "success" {
		return reply{}
	}
	cipher, must := s.cipherOf(m)
	plain := trimmed
	if cipher != nil {
		env, err := wechat.ParseEnvelope(trimmed)
		switch {
		case err != nil:
			return wrong("not a reply")
		case env.Encrypt != "":
			if !cipher.Verify(env.Signature, env.TimeStamp, env.Nonce, env.Encrypt) {
				return wrong("signature of the reply")
			}
			if plain, _, err = cipher.Decrypt(env.Encrypt); err != nil {
				return wrong("encryption of the reply")
			}
		case must:
			return wrong("reply not encrypted")
		}
	}
	var b replyBody
	if bytes.HasPrefix(bytes.TrimSpace(plain), []byte("{")) {
		if json.Unmarshal(plain, &b) != nil {
			return wrong("not a reply")
		}
	} else if xml.Unmarshal(plain, &b) != nil {
		return wrong("not a reply")
	}
	if b.MsgType == "" {
		return wrong("reply without MsgType")
	}
	return reply{kind: b.MsgType, body: b}
}

func wrong(what string) reply { return reply{kind: "?", wrong: what} }

// cipherOf is what replies to a push are encrypted with, and whether they must be.
func (s *Sim) cipherOf(m *outgoing) (*wechat.Cipher, bool) {
	if m.platform == "wecom" {
		return s.corp.cipher, true
	}
	a := s.accounts[m.account]
	if a.Mode == Plain {
		return nil, false
	}
	return a.cipher, a.Mode == Safe
}

// bubble makes a passive reply what the customer sees. spoken says that it
// answers a message and not an event. The second result says what is wrong.
//
// WeChat: to and from are swapped, at most one article in answer to a message
// and eight to an event. Texts above 2048 bytes are refused here too, as in
// custom/send; the page gives no figure.
func (r reply) bubble(a *account, openid string, spoken bool, media func(string) bool) (Bubble, string) {
	b := r.body
	switch {
	case r.wrong != "":
		return Bubble{}, r.wrong
	case b.ToUserName != openid || b.FromUserName != a.GhID:
		return Bubble{}, "reply to or from somebody else"
	}
	out := Bubble{From: FromAccount, Kind: r.kind, Passive: true}
	switch r.kind {
	case "text":
		if b.Content == "" || len(b.Content) > maxText {
			return Bubble{}, "text of the reply is empty or above 2048 bytes"
		}
		out.say(b.Content)
	case "image", "voice", "video":
		out.MediaID = b.Image.MediaId + b.Voice.MediaId + b.Video.MediaId
		out.Title, out.Note = b.Video.Title, b.Video.Description
		if !media(out.MediaID) {
			return Bubble{}, "unknown media in the reply"
		}
		out.Picture = picturePath(out.MediaID)
	case "music":
		out.Title, out.Note, out.URL = b.Music.Title, b.Music.Description, b.Music.MusicUrl
	case "news":
		limit := 8
		if spoken {
			limit = 1
		}
		if len(b.Articles) == 0 || len(b.Articles) > limit || b.ArticleCount != len(b.Articles) {
			return Bubble{}, "number of articles in the reply"
		}
		for _, x := range b.Articles {
			out.Articles = append(out.Articles, Article{x.Title, x.Description, x.Url, x.PicUrl})
		}
	case "transfer_customer_service", "transfer_biz_ai_ivr":
		out.From, out.Text = FromSystem, "已转接"
	default:
		return Bubble{}, "unknown MsgType of the reply"
	}
	return out, ""
}

const maxText = 2048 // bytes

// clearText is content without its links, for the eye.
func clearText(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}
