package oa

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// MaxText is the most a text to a customer may have, in bytes of UTF-8. WeChat
// cuts or refuses longer ones (45002).
const MaxText = 2048

// aiMark is WeChat's label in words, where the channel has no field for it.
const aiMark = "（智能生成，仅供参考）"

// optionLink shows an option as a link whose tap sends its label back, with the key in
// bizmsgmenuid. It works in passive replies and costs no credit.
func optionLink(o chat.Option) string {
	return `<a href="weixin://bizmsgmenu?msgmenucontent=` + linkValue(o.Label) +
		`&msgmenuid=` + linkValue(o.Key) + `">` + plainLabel(o.Label) + `</a>`
}

// linkValue escapes what would end the address or the attribute. Chinese stays as
// it is: clients show the content of the link as the customer's own message.
func linkValue(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0x7F && r != utf8.RuneError || unreserved(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.ReplaceAll(url.QueryEscape(string(r)), "+", "%20"))
	}
	return b.String()
}

// unreserved stands in an address as it is; the keys of options are made of it.
func unreserved(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == ':' || r == '-' || r == '_' || r == '.' || r == '~'
}

var brackets = strings.NewReplacer("<", "＜", ">", "＞")

func plainLabel(s string) string {
	return brackets.Replace(s)
}

// render is a content's text with its options as links, at most MaxText bytes,
// the AI mark at its end where one is due. What does not fit is taken from the
// words before the options: an option that cannot be tapped is worse.
func render(c chat.Content, aiInText bool) string {
	limit, mark := MaxText, ""
	if aiInText && c.AI {
		limit, mark = MaxText-len(aiMark)-1, aiMark
		c.Text = strings.TrimRight(strings.TrimSuffix(c.Text, aiMark), "\n")
	}
	text := assemble(c)
	if over := len(text) - limit; over > 0 && len(c.Options) > 0 {
		c.Text = shorten(c.Text, over)
		text = assemble(c)
	}
	return joinLines(cutText(text, limit), mark)
}

// assemble shows options where they are marked, and below the text where they
// are not: a menu shown as text, or a forgotten mark.
func assemble(c chat.Content) string {
	text := c.Fill(optionLink)
	var loose []string
	for i, o := range c.Options {
		if !strings.Contains(c.Text, chat.Mark(i)) {
			loose = append(loose, optionLink(o))
		}
	}
	if len(loose) > 0 {
		sep := "　"
		if c.Form == chat.AsMenu {
			sep = "\n"
		}
		text = joinLines(text, strings.Join(loose, sep))
	}
	return joinLines(text, c.Tail)
}

// shorten takes at least over bytes from the words before the first mark.
func shorten(text string, over int) string {
	const more = "…\n"
	k := strings.IndexAny(text, marks)
	if k < 0 {
		k = len(text)
	}
	head := text[:k]
	return cutText(head, max(len(head)-over-len(more), 0)) + more + text[k:]
}

var marks = func() string {
	var s string
	for i := range 32 {
		s += chat.Mark(i)
	}
	return s
}()

func joinLines(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// cutText ends a text after at most n bytes, never inside a character or a link.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = wechat.Cut(s, n)
	if open := strings.LastIndex(s, "<a "); open >= 0 && !strings.Contains(s[open:], "</a>") {
		s = s[:open]
	} else if open := strings.LastIndexByte(s, '<'); open >= 0 && len(s)-open < 4 {
		s = s[:open] // "<", "<a", "</a" cut in two
	}
	return strings.TrimRight(s, " \n")
}
