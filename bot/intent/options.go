package intent

import (
	"slices"
	"strings"
	"sync"

	"kefu/bot/chat"
)

// alike holds what options.txt says: label → what means the same, all bare.
var alike = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(content("words/options.txt")) {
		label, rest, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		key := core(label)
		for w := range strings.FieldsSeq(rest) {
			m[key] = append(m[key], core(w))
		}
	}
	return m
})

// core is a text without blanks and marks; emoji stay.
func core(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range plain(s) {
		if isWord(r) || isEmoji(r) || r >= '①' && r <= '⑨' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// wrapping is what people put around an answer that says nothing of its own.
var (
	before = []string{"我选择", "我选", "选择", "我觉得", "选", "那就", "那", "就", "我要", "嗯嗯", "嗯", "哦", "好的", "好", "现在", "已经", "都", "应该", "目前", "人", "我"}
	after  = []string{"谢谢你们", "谢谢您", "谢谢你", "谢谢", "谢了", "麻烦了", "辛苦了", "吧", "啊", "呀", "哦", "呢", "哈", "啦", "的", "了", "哒", "嘞"}
)

const longestAnswer = 12

// MatchOption finds the option that a typed message means: its label, its ordinal
// ("2", "第二个"), words that mean the same. A question, or a message that says
// anything besides, is no option.
func MatchOption(text string, options []chat.Option) (chat.Option, bool) {
	if len(options) == 0 || len(text) > 200 {
		return chat.Option{}, false
	}
	s := core(text)
	if s == "" {
		return chat.Option{}, false
	}
	for _, o := range options {
		if core(o.Label) == s {
			return o, true
		}
	}
	if len([]rune(s)) > longestAnswer || question(text) {
		return chat.Option{}, false
	}
	if n := ordinal(s); n > 0 {
		return byNumber(n, s, options)
	}
	for _, form := range forms(s) {
		if o, ok := byWords(form, options); ok {
			return o, true
		}
	}
	return chat.Option{}, false
}

func question(text string) bool {
	t := strings.TrimSpace(text)
	for _, mark := range []string{"?", "？", "吗", "么", "嘛", "呢？"} {
		if strings.HasSuffix(t, mark) {
			return true
		}
	}
	return false
}

// forms gives a text and what is left of it without wrapping, the least changed
// first.
func forms(s string) []string {
	out := []string{s}
	for _, a := range after {
		if t, ok := strings.CutSuffix(s, a); ok && t != "" {
			out = append(out, t)
		}
	}
	for _, f := range slices.Clone(out) {
		for _, b := range before {
			if t, ok := strings.CutPrefix(f, b); ok && t != "" {
				out = append(out, t)
			}
		}
	}
	return out
}

// byWords finds the one option whose label or whose likes are exactly s; none
// when two are.
func byWords(s string, options []chat.Option) (chat.Option, bool) {
	var found chat.Option
	n := 0
	for _, o := range options {
		label := core(o.Label)
		if label == s {
			return o, true
		}
		if slices.Contains(alike()[label], s) {
			found = o
			n++
		}
	}
	return found, n == 1
}

// ordinal reads "2", "二", "第二个", "选2", "2号", "②"; 0: it is none.
func ordinal(s string) int {
	if r := []rune(s); len(r) == 1 && r[0] >= '①' && r[0] <= '⑨' {
		return int(r[0]-'①') + 1
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "我"), "选")
	rest, nth := strings.CutPrefix(s, "第")
	for _, cut := range []string{"个吧", "项吧", "个", "项", "条", "种", "号", "吧"} {
		if t, ok := strings.CutSuffix(rest, cut); ok && (nth || cut != "种" && cut != "条") {
			rest = t
			break
		}
	}
	r := []rune(rest)
	if len(r) == 2 && r[1] == 0xfe0f { // keycap
		r = r[:1]
	}
	if len(r) != 1 {
		return 0
	}
	if r[0] >= '1' && r[0] <= '9' {
		return int(r[0] - '0')
	}
	if nth || s == rest {
		n, _ := hanDigit(r[0])
		return n
	}
	return 0
}

// byNumber takes the nth option; where the options are a rating, a number is how
// many stars, unless 第 was said.
func byNumber(n int, s string, options []chat.Option) (chat.Option, bool) {
	if rating(options) && !strings.Contains(s, "第") {
		suffix := ":" + string(rune('0'+n))
		for _, o := range options {
			if strings.HasSuffix(o.Key, suffix) {
				return o, true
			}
		}
		return chat.Option{}, false
	}
	if n > len(options) {
		return chat.Option{}, false
	}
	return options[n-1], true
}

func rating(options []chat.Option) bool {
	n := 0
	for _, o := range options {
		if strings.Contains(o.Label, "满意") || strings.HasPrefix(o.Key, "rate:") {
			n++
		}
	}
	return n >= 3
}
