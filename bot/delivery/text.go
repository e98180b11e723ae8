package delivery

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kefu/bot/chat"
)

// MaxText is the longest text of one send, in bytes (WeChat: 2,048 in custom/send,
// app text and a robot's text).
const MaxText = 2048

const (
	// linkBytes is what an option adds to its label when it becomes a link.
	linkBytes = 160
	maxParts  = 9
	maxMerge  = 20
)

// size is the most bytes that c's text can need when rendered.
func size(c chat.Content) int {
	n := len(c.Fill(func(o chat.Option) string { return o.Label + o.Label }))
	for _, o := range c.Options {
		n += linkBytes + len(o.Key)
	}
	return n
}

// Split cuts a text that one send cannot carry into numbered parts, at the ends
// of lines or sentences where there are any, never inside a character. Nine
// parts are the most; what is longer ends in "…".
func Split(text string, limit int) []string {
	if len(text) <= limit {
		return []string{text}
	}
	room := limit - len("（9/9）")
	var parts []string
	for text != "" && len(parts) < maxParts {
		if len(text) <= room {
			parts = append(parts, text)
			text = ""
			break
		}
		at := cut(text, room)
		parts = append(parts, strings.TrimRight(text[:at], " \n"))
		text = strings.TrimLeft(text[at:], " \n")
	}
	if text != "" {
		last := parts[maxParts-1]
		parts[maxParts-1] = last[:cut(last, min(len(last), room-len("…")))] + "…"
	}
	for i := range parts {
		parts[i] += fmt.Sprintf("（%d/%d）", i+1, len(parts))
	}
	return parts
}

// cut is where to end the first room bytes of text.
func cut(text string, room int) int {
	for room > 0 && room < len(text) && !utf8.RuneStart(text[room]) {
		room--
	}
	for _, end := range []string{"\n", "。", "！", "？", "；", "，"} {
		if i := strings.LastIndex(text[:room], end); i > room/2 {
			return i + len(end)
		}
	}
	return room
}

// joins says whether texts of a and b may leave as one.
func joins(a, b *Delivery) bool {
	plain := func(c chat.Content) bool {
		return (c.Form == chat.AsText || c.Form == chat.AsLine) && len(c.Options) == 0 && c.Media == ""
	}
	return plain(a.Content) && plain(b.Content) && a.Content.Form == b.Content.Form &&
		a.Class == b.Class && a.From == b.From && a.Closing == b.Closing &&
		a.Content.AI == b.Content.AI && a.Content.URL == b.Content.URL &&
		a.way().By == b.way().By && a.way().By != Template
}

// join adds b's text to a's; false: it does not fit.
func join(a, b chat.Content) (chat.Content, bool) {
	if len(a.Text)+1+len(b.Text) > MaxText {
		return a, false
	}
	a.Text += "\n" + b.Text
	for _, m := range b.Mentions {
		if !slices.Contains(a.Mentions, m) {
			a.Mentions = append(slices.Clone(a.Mentions), m)
		}
	}
	return a, true
}
