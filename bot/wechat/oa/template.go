package oa

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Template is one of the account's template messages: its id there, and for each
// of its fields what goes in: plain words and "{no}", "{title}", which stand for
// a Content's Values. Field names differ from account to account.
type Template struct {
	ID     string            // template_id
	Fields map[string]string // "thing2": "{title}"
}

var placeholder = regexp.MustCompile(`\{([a-z_0-9]+)\}`)

// data fills the fields and cuts each to what its type allows.
func (t Template) data(values map[string]string, now time.Time) map[string]map[string]string {
	out := make(map[string]map[string]string, len(t.Fields))
	for name, pattern := range t.Fields {
		text := placeholder.ReplaceAllStringFunc(pattern, func(p string) string {
			return values[p[1:len(p)-1]]
		})
		out[name] = map[string]string{"value": fieldValue(fieldType(name), text, now)}
	}
	return out
}

// fieldType is a field's name without its number: "character_string".
func fieldType(name string) string { return strings.TrimRight(name, "0123456789") }

// fieldValue makes a text fit a type of field. WeChat: a value that does not fit,
// is empty or holds a line end fails the whole message (47003).
func fieldValue(kind, text string, now time.Time) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	var out string
	switch kind {
	case "thing":
		out = cutWords(text, 20, "…")
	case "phrase":
		out = cutWords(keep(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }), 5, "")
	case "character_string":
		out = cutWords(keep(text, func(r rune) bool { return r > ' ' && r < 0x7F }), 32, "")
	case "letter":
		out = cutWords(keep(text, asciiLetter), 32, "")
	case "number":
		out = cutWords(keep(text, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == '-' }), 32, "")
	case "symbol":
		out = cutWords(keep(text, func(r rune) bool { return r < 0x7F && !asciiLetter(r) && r > ' ' }), 5, "")
	case "phone_number":
		out = cutWords(keep(text, func(r rune) bool { return r < 0x7F && r > ' ' && !asciiLetter(r) }), 17, "")
	case "car_number":
		out = cutWords(text, 8, "")
	case "name":
		out = personName(text)
	case "amount":
		out = amount(text)
	case "time", "date":
		out = text
		if out == "" {
			out = now.In(beijing).Format("2006年01月02日 15:04")
		}
	default: // keyword1 and other fields of old templates
		out = cutWords(text, 200, "…")
	}
	if out == "" {
		out = fallback[kind]
	}
	if out == "" {
		return "无"
	}
	return out
}

// fallback stands where a value would be empty, by type of field; else 无.
var fallback = map[string]string{
	"character_string": "-", "letter": "NA", "number": "0", "symbol": "-",
	"phone_number": "0", "name": "客人", "amount": "0元",
}

var beijing = time.FixedZone("CST", 8*3600)

func asciiLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func keep(s string, ok func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, s)
}

// personName: 10 Chinese characters, or 20 letters and signs.
func personName(s string) string {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return cutWords(s, 10, "")
		}
	}
	return cutWords(s, 20, "")
}

// amount is a currency sign, at most ten digits with a point, and 元. WeChat takes
// "¥100" and "100元".
func amount(s string) string {
	digits := cutWords(keep(s, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' }), 10, "")
	switch {
	case digits == "":
		return ""
	case strings.ContainsAny(s, "¥￥"):
		return "¥" + digits
	}
	return digits + "元"
}

// cutWords ends s after at most n characters, the mark counted, and rather
// earlier than inside a word: a run of letters and digits, or, in Chinese, what
// stands between signs, if the sign is near.
func cutWords(s string, n int, mark string) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	end := n - utf8.RuneCountInString(mark)
	k := end
	for k > 0 && word(runes[k-1]) && word(runes[k]) {
		k--
	}
	for back := end; k == end && back > end-4 && back > 1; back-- {
		if sign(runes[back-1]) {
			k = back - 1
		}
	}
	if k == 0 { // one long word: cut it after all
		k = end
	}
	return strings.TrimRightFunc(string(runes[:k]), sign) + mark
}

func word(r rune) bool {
	return r < utf8.RuneSelf && (asciiLetter(r) || r >= '0' && r <= '9' || r == '-' || r == '.' || r == ':')
}

func sign(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) && r != '）' && r != ')' }
