package chat

import (
	"strings"
	"unicode"
)

// Form is the shape of what is said to a customer or to staff.
type Form string

// The forms. Menu is WeChat's msgmenu: a head, options one below the other, a
// tail. TextCard is WeCom's linked text for those who cannot see cards. Line is
// one line of a group robot.
const (
	AsText     Form = "text"
	AsImage    Form = "image"
	AsVoice    Form = "voice"
	AsVideo    Form = "video"
	AsMusic    Form = "music"
	AsNews     Form = "news"
	AsMenu     Form = "menu"
	AsTransfer Form = "transfer" // passive only: transfer_customer_service
	AsTemplate Form = "template" // template message
	AsCard     Form = "card"     // WeCom template_card, button_interaction
	AsUpdate   Form = "update"   // change of a card already sent
	AsTextCard Form = "textcard"
	AsLine     Form = "line" // group robot
)

// Option is something that can be tapped: a label of at most 8 characters and the
// key that comes back. Typing the label or its ordinal means the same.
type Option struct {
	Label string `json:"label"`
	Key   string `json:"key"`
}

// Content is what is to be said. Text holds a mark (see Mark) where an option
// stands in the sentence; the channel renders it as a link, a msgmenu item, or
// plain words.
type Content struct {
	Form    Form     `json:"form"`
	Text    string   `json:"text,omitempty"`
	Options []Option `json:"options,omitempty"`
	Tail    string   `json:"tail,omitempty"`  // of a menu
	Media   string   `json:"media,omitempty"` // media_id, or "file:" and an attachment's id that must be uploaded first
	Title   string   `json:"title,omitempty"`
	Note    string   `json:"note,omitempty"`
	URL     string   `json:"url,omitempty"`
	Picture string   `json:"picture,omitempty"`
	AI      bool     `json:"ai,omitempty"` // a model wrote it: WeChat's label is due

	Template string            `json:"template,omitempty"` // our name of it: "ticket_update"
	Values   map[string]string `json:"values,omitempty"`   // no, title, state, time

	Card    *Card  `json:"card,omitempty"`
	Updates string `json:"updates,omitempty"` // id of the delivery whose card changes

	Mentions []string `json:"mentions,omitempty"` // WeCom userids, in a robot's line
}

// Say is a plain text without options.
func Say(text string) Content { return Content{Form: AsText, Text: text} }

// IsZero says that there is nothing to say.
func (c Content) IsZero() bool { return c.Form == "" }

const firstMark = '\uE000'

// Mark stands in a Content's Text where option i (0 to 31) is to be shown.
func Mark(i int) string { return string(firstMark + rune(i)) }

// Fill replaces the marks by what show makes of each option.
func (c Content) Fill(show func(Option) string) string {
	if len(c.Options) == 0 {
		return c.Text
	}
	var b strings.Builder
	b.Grow(len(c.Text) + 128*len(c.Options))
	for _, r := range c.Text {
		if i := int(r - firstMark); i >= 0 && i < len(c.Options) {
			b.WriteString(show(c.Options[i]))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Plain is the text as history shows it: options in brackets.
func (c Content) Plain() string {
	s := c.Fill(func(o Option) string { return "［" + o.Label + "］" })
	if c.Form == AsMenu {
		for _, o := range c.Options {
			s += "\n［" + o.Label + "］"
		}
	}
	switch {
	case s != "":
		return s
	case c.Form == AsImage:
		return "［图片］"
	case c.Form == AsVoice:
		return "［语音］"
	}
	return c.Title
}

// Clean makes text of others fit to be stored and shown: control characters but
// newline and tab go, and so do our own marks.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r >= firstMark && r < firstMark+32, unicode.IsControl(r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// Card is what staff see in WeCom: who, where, what, when, until when. WeCom cuts
// longer texts: title 36, description 44, name 5, value 30, button 10, option 16
// characters; ours are shorter.
type Card struct {
	TaskID  string   `json:"task_id,omitempty"` // at most 128 of [0-9A-Za-z_-@], never used twice
	Title   string   `json:"title"`
	Desc    string   `json:"desc,omitempty"`
	Quote   string   `json:"quote,omitempty"`  // the customer's own words, at most 60 characters
	Quoted  string   `json:"quoted,omitempty"` // whose words, "客人原话"
	Lines   []Line   `json:"lines,omitempty"`
	Select  *Select  `json:"select,omitempty"`
	Buttons []Option `json:"buttons,omitempty"` // none: a grey card
	URL     string   `json:"url,omitempty"`     // opened by a tap anywhere
	Done    string   `json:"done,omitempty"`    // grey line instead of buttons: "小陈 14:06 接单"
}

// Line is one row of a card.
type Line struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Select is the choice on a card; its answer comes with the pressed button.
type Select struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Options []Option `json:"options"` // at most 10
}
