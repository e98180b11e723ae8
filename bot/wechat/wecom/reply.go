package wecom

import (
	"encoding/xml"
	"fmt"

	"kefu/bot/chat"
)

// reply is the passive answer to a callback, before the caller encrypts it.
type reply struct {
	XMLName xml.Name      `xml:"xml"`
	To      words         `xml:"ToUserName"`
	From    words         `xml:"FromUserName"`
	At      int64         `xml:"CreateTime"`
	Type    words         `xml:"MsgType"`
	Content words         `xml:"Content,omitempty"`
	Card    *templateCard `xml:"TemplateCard,omitempty"`
}

type replaced struct {
	Name words `json:"replace_name" xml:"ReplaceName"`
}

// to answers in. Its time is the callback's, so that the answer to a repeat is the
// same bytes.
func to(in chat.Message, typ words) reply {
	r := reply{To: words(in.From), From: words(in.To), Type: typ}
	if !in.At.IsZero() {
		r.At = in.At.Time().Unix()
	}
	return r
}

func (r reply) bytes() ([]byte, error) {
	b, err := xml.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("wecom: passive reply: %w", err)
	}
	return b, nil
}

// PassiveText is the answer to whoever sent in, as XML to be encrypted; at most
// 2048 bytes of text, the rest is cut. What others wrote in it goes through Words
// first. WeCom: within 5 seconds, in at most one of
// the three deliveries.
func PassiveText(in chat.Message, text string) ([]byte, error) {
	r := to(in, "text")
	r.Content = words(shorten(chat.Clean(text), TextBytes))
	return r.bytes()
}

// UpdateCard answers a pressed button: for this person alone the card becomes c.
// It uses up the callback's response_code. A card with buttons needs a TaskID of
// its own, or one is made of the callback's key.
func (a *App) UpdateCard(in chat.Message, c chat.Card) ([]byte, error) {
	w, err := a.wire(c, in.Key)
	if err != nil {
		return nil, fmt.Errorf("wecom: card: %w", err)
	}
	r := to(in, "update_template_card")
	r.Card = w
	return r.bytes()
}
