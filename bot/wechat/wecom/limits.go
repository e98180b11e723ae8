package wecom

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kefu/bot/wechat"
)

// WeCom's limits. Characters are Unicode code points; what is longer is cut here,
// at a character, because WeCom cuts in silence or refuses.
const (
	TextBytes      = 2048 // of a text, to a person or by a robot
	TitleChars     = 36   // of a card
	DescChars      = 44
	NameChars      = 5
	ValueChars     = 30
	ButtonChars    = 10
	OptionChars    = 16
	QuoteChars     = 160 // WeCom names none; beyond this a phone folds it
	SubTitleChars  = 112
	SourceChars    = 13
	Lines          = 6
	Buttons        = 6
	Options        = 10 // of a selection, one of them "no choice"
	TaskIDBytes    = 128
	URLBytes       = 2048
	TextCardTitle  = 128 // characters
	TextCardDesc   = 512 // characters, tags included
	RobotPerMinute = 20  // lines of one robot; beyond, 45009 for about 65 s
	RobotOurs      = 18  // what we use of them
	PersonPerMin   = 30  // app messages to one person; beyond, dropped in silence
	PersonPerHour  = 1000
	Recipients     = 1000 // of one call
	RecallHours    = 24
	ResponseHours  = 72 // life of an unused response_code
)

// shorten cuts s to at most n bytes; what was cut ends in "…".
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return tidy(wechat.Cut(s, n-len("…"))) + "…"
}

// clip cuts s to at most n characters; what was cut ends in "…".
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return tidy(string([]rune(s)[:n-1])) + "…"
}

// tidy takes off an end that is no whole sign: a joiner waiting for its other
// half, space before the dots.
func tidy(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool { return r == '\u200D' || unicode.IsSpace(r) })
}

// row is s on one line.
func row(s string) string { return strings.Join(strings.Fields(s), " ") }
