package sim

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Who a bubble is from.
const (
	FromCustomer = "customer"
	FromAccount  = "account"
	FromSystem   = "system" // WeChat itself
)

// Bubble is one message as the customer's phone shows it.
type Bubble struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	From     string    `json:"from"`
	Kind     string    `json:"kind"` // text, image, voice, video, location, news, msgmenu, template, music, event, notice
	Text     string    `json:"text,omitempty"`
	Parts    []Part    `json:"parts,omitempty"`   // of a text with links, in order
	Options  []Option  `json:"options,omitempty"` // what can be tapped for an answer
	Title    string    `json:"title,omitempty"`
	Note     string    `json:"note,omitempty"`
	URL      string    `json:"url,omitempty"`
	MediaID  string    `json:"media_id,omitempty"`
	Picture  string    `json:"picture,omitempty"` // path below Base
	Lines    []Line    `json:"lines,omitempty"`   // of a template message
	Articles []Article `json:"articles,omitempty"`
	Passive  bool      `json:"passive,omitempty"` // came as the answer to a push
	AI       bool      `json:"ai,omitempty"`      // 内容由第三方AI生成
	Agent    string    `json:"agent,omitempty"`   // kf_account
}

// Part is a piece of text; with Key it is an option, with URL a link.
type Part struct {
	Text string `json:"text"`
	Key  string `json:"key,omitempty"`
	URL  string `json:"url,omitempty"`
}

// Option can be tapped: the label is what then appears as the customer's words.
type Option struct {
	Label string `json:"label"`
	Key   string `json:"key"`
}

// Line is a row of a template message or a card.
type Line struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Article is a card with a picture and a link.
type Article struct {
	Title   string `json:"title"`
	Note    string `json:"note,omitempty"`
	URL     string `json:"url,omitempty"`
	Picture string `json:"picture,omitempty"`
}

var anchor = regexp.MustCompile(`(?s)<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)</a>`)

// say fills a bubble with text as WeChat shows it: links, and taps written as
// weixin://bizmsgmenu?msgmenucontent=…&msgmenuid=….
func (b *Bubble) say(content string) {
	b.Parts = nil
	at := 0
	for _, m := range anchor.FindAllStringSubmatchIndex(content, -1) {
		if m[0] > at {
			b.Parts = append(b.Parts, Part{Text: content[at:m[0]]})
		}
		at = m[1]
		p := Part{Text: content[m[6]:m[7]]}
		href := ""
		for _, i := range []int{2, 4} {
			if m[i] >= 0 {
				href = html.UnescapeString(content[m[i]:m[i+1]])
			}
		}
		if query, ok := strings.CutPrefix(href, "weixin://bizmsgmenu?"); ok {
			label := queryValue(query, "msgmenucontent")
			p.Key = queryValue(query, "msgmenuid")
			b.Options = append(b.Options, Option{Label: label, Key: p.Key})
		} else {
			p.URL = href
		}
		b.Parts = append(b.Parts, p)
	}
	if at < len(content) {
		b.Parts = append(b.Parts, Part{Text: content[at:]})
	}
	b.Text = clearText(b.Parts)
	if at == 0 {
		b.Parts = nil
	}
}

// queryValue reads a value that may be percent-encoded or plain Chinese.
func queryValue(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		if k, v, _ := strings.Cut(pair, "="); k == name {
			if u, err := url.PathUnescape(v); err == nil {
				return u
			}
			return v
		}
	}
	return ""
}
