package wording

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Text is a text made ready to be searched many times: without what does not show,
// in half width and lower case.
type Text []rune

// found is where a word stands.
type found struct {
	text  string
	size  int // characters of the word
	alike int // of them recognised by sound only
}

// Read makes a text ready.
func Read(s string) Text {
	if t, ok := usual(s); ok {
		return t
	}
	return whole(s)
}

// whole reads any text.
func whole(s string) Text {
	s = norm.NFKC.String(strings.ToValidUTF8(s, ""))
	out := make(Text, 0, len(s)/2)
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = '\n'
		case Hidden(r):
			continue
		}
		out = append(out, unicode.ToLower(r))
	}
	return out
}

// usual reads a text of Chinese characters, ASCII, their full-width forms and the
// commonest marks, in which nothing is hidden and nothing composes.
func usual(s string) (Text, bool) {
	out := make(Text, 0, len(s)/2)
	for _, r := range s {
		switch {
		case r >= 0x4e00 && r <= 0x9fff, r == '、', r == '。':
		case r >= '！' && r <= '～':
			r = lower(r - ('！' - '!'))
		case r >= ' ' && r <= '~':
			r = lower(r)
		case r == '\u3000':
			r = ' '
		case r == '\n', r == '\t':
			r = '\n'
		default:
			return nil, false
		}
		out = append(out, r)
	}
	return out, true
}

func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		r += 'a' - 'A'
	}
	return r
}

// Hidden says that a character does not show: control characters, zero-width and
// direction marks, variation selectors, tags, soft hyphens, fillers.
func Hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef, r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x2800:
		return true
	}
	return unicode.Is(unicode.Mn, r)
}

const (
	maxWord = 32 // characters of a listed word
	maxGap  = 3  // marks in a row between two characters of a word
)

// ready makes a word ready; nil when it has no characters or too many.
func ready(word string) Text {
	w := Read(strings.TrimSpace(string(Read(word)))) // what does not show goes before the blanks
	if len(w) > maxWord {
		return nil
	}
	return w
}

// at says whether a word stands at i, which has one of its beginnings. sound lets
// characters of the same sound, and pinyin, stand for one another.
func (t Text) at(i int, w Text, sound bool) (found, bool) {
	if !t.starts(i, w) {
		return found{}, false
	}
	m := matcher{t: t, w: w, sound: sound}
	end := m.from(i, 0, trail{})
	if end < 0 || t.denied(i, w) {
		return found{}, false
	}
	return found{text: string(t[i:end]), size: len(w), alike: m.best.alike}, true
}

// beginnings are the characters a word may begin with in a text.
func beginnings(r rune, sound bool) string {
	c := classOf(r)
	switch {
	case c == nil:
		return string(r)
	case !sound:
		return string(r) + c.same
	}
	return string(r) + c.same + c.alike + c.pinyin[:min(1, len(c.pinyin))]
}

// Has says whether a word stands in the text, with whatever between its characters,
// in any width and in traditional characters, but not by sound. A number counts
// only as a whole: 12315 is not in 2412315000.
func (t Text) Has(word string) bool {
	w := ready(word)
	if len(w) == 0 {
		return false
	}
	first := beginnings(w[0], false)
	for i := range t {
		if strings.ContainsRune(first, t[i]) {
			if _, ok := t.at(i, w, false); ok {
				return true
			}
		}
	}
	return false
}

// starts says whether a word may begin at i: a number or Latin word not within a
// longer one.
func (t Text) starts(i int, w Text) bool {
	if i == 0 {
		return true
	}
	a, b := t[i-1], t[i]
	return !(digit(a) && digit(b) && digit(w[0])) && !(latin(a) && latin(b))
}

// denials before a word turn it round: 不能保证退款 promises nothing.
var denials = []string{"不能", "无法", "没法", "不敢", "没办法"}

func (t Text) denied(i int, w Text) bool {
	if w[0] == '不' {
		return false
	}
	before := string(t[max(0, i-4):i])
	for _, d := range denials {
		if strings.HasSuffix(before, d) {
			return true
		}
	}
	return false
}

// trail is how a match has gone so far.
type trail struct {
	gaps   int  // places between characters where marks stand
	hard   bool // one of them ends a clause
	alike  int
	pinyin bool // the character before was matched by its pinyin
}

type matcher struct {
	t, w  Text
	sound bool
	best  trail
}

// from matches the word from its k-th character at i and returns where it ends,
// or -1.
func (m *matcher) from(i, k int, tr trail) int {
	if k == len(m.w) {
		return m.end(i, tr)
	}
	gap, hard := 0, false
	for at := i; at < len(m.t); at++ {
		next := tr
		if gap > 0 {
			next.gaps++
			next.hard = next.hard || hard
		}
		if end := m.one(at, k, next, gap); end >= 0 {
			return end
		}
		if k == 0 || gap == maxGap || !mark(m.t[at]) {
			return -1
		}
		gap++
		hard = hard || clauseEnd(m.t[at])
	}
	return -1
}

// one matches the k-th character at exactly i.
func (m *matcher) one(i, k int, tr trail, gap int) int {
	a, b := m.t[i], m.w[k]
	class := classOf(b)
	switch {
	case a == b || class != nil && strings.ContainsRune(class.same, a):
		tr.pinyin = false
		return m.from(i+1, k+1, tr)
	case !m.sound || class == nil:
		return -1
	case strings.ContainsRune(class.alike, a):
		tr.pinyin = false
		tr.alike++
		return m.from(i+1, k+1, tr)
	}
	if i > 0 && latin(m.t[i-1]) && !(tr.pinyin && gap == 0) {
		return -1 // within a Latin word
	}
	if p := []rune(class.pinyin); hasPrefix(m.t[i:], p) {
		tr.pinyin = true
		tr.alike++
		return m.from(i+len(p), k+1, tr)
	}
	return -1
}

// end judges a whole match.
func (m *matcher) end(i int, tr trail) int {
	n := len(m.w)
	last := m.w[n-1]
	if i < len(m.t) && (digit(last) && digit(m.t[i]) || (latin(last) || tr.pinyin) && latin(m.t[i])) {
		return -1
	}
	everywhere := n >= 3 && tr.gaps == n-1
	if (tr.hard || digits(m.w)) && tr.gaps > 0 && !everywhere {
		return -1 // 不能保证，退款请找财务; 房间 1231 5 个人
	}
	if tr.alike > 0 && !m.credible(tr, n) {
		return -1
	}
	m.best = tr
	return i
}

// credible says whether a match by sound is more than chance: half of the
// characters as listed, or, where all are pinyin, two at least.
func (m *matcher) credible(tr trail, n int) bool {
	return n >= 3 && tr.alike <= (n+1)/2 || n >= 2 && tr.alike == n && tr.pinyin
}

func hasPrefix(t, p []rune) bool {
	return len(p) > 0 && len(t) >= len(p) && slices.Equal(t[:len(p)], p)
}

func digit(r rune) bool { return r >= '0' && r <= '9' }
func latin(r rune) bool { return r >= 'a' && r <= 'z' }

func digits(w Text) bool {
	for _, r := range w {
		if !digit(r) {
			return false
		}
	}
	return true
}

// mark says that a character may stand between those of a word without changing
// how it is read.
func mark(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// clauseEnd holds for marks that end a clause: what stands on both sides is
// usually not one word.
func clauseEnd(r rune) bool { return strings.ContainsRune(",，。.!！?？;；、:：\n", r) }
