package answer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kefu/bot/wording"
)

// claim is something exact that a sentence says and that must not be invented: a
// number with its unit, a time, a date, an address, a Latin word.
type claim struct {
	kind  string // "time", "date", "元", "%", "小时", "" for a bare number, "digits", "link", "word"
	value string
}

func (c claim) String() string { return c.value + c.kind }

// The kinds of claim that are no units.
const (
	kindTime   = "time"   // minutes of the day
	kindDate   = "date"   // month-day
	kindYear   = "年"      // of a date
	kindDigits = "digits" // seven figures or more: a phone, an order, a card
	kindLink   = "link"
	kindWord   = "word"
)

// claims is a set of them.
type claims map[claim]bool

// have says whether one is among them. A bare number is, when any unit has it.
func (cs claims) have(c claim) bool {
	if cs[c] {
		return true
	}
	if c.kind != "" {
		return false
	}
	for k := range cs {
		if k.value == c.value && k.kind != kindWord && k.kind != kindTime && k.kind != kindDate {
			return true
		}
	}
	return false
}

// holds says whether all of other are among them.
func (cs claims) holds(other claims) bool {
	for c := range other {
		if !cs.have(c) {
			return false
		}
	}
	return true
}

func (cs claims) add(other claims) {
	for c := range other {
		cs[c] = true
	}
}

// normal brings a text to the form that everything here compares: half width,
// lower case, one kind of dash, nothing that does not show.
func normal(s string) []rune {
	s = norm.NFKC.String(strings.ToValidUTF8(s, ""))
	out := make([]rune, 0, len(s)/2)
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || unicode.IsSpace(r):
			r = ' '
		case wording.Hidden(r):
			continue
		case strings.ContainsRune("–—−―‐‑‒~〜～﹣", r):
			r = '-'
		}
		out = append(out, unicode.ToLower(r))
	}
	for i := 1; i+1 < len(out); i++ {
		if out[i] == '。' && isLatin(out[i+1]) && (isLatin(out[i-1]) || isDigit(out[i-1])) {
			out[i] = '.' // www。example。com
		}
	}
	return out
}

var (
	linkForm  = regexp.MustCompile(`(?i)(?:[a-z][a-z0-9+.-]*://|www\.)[^\s\p{Han},;"'<>()\[\]]+|[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|top|xyz|vip|info|io|cc|me|co|app|link|site|shop|club|tv|ai|ru|gov|edu)(?:/[^\s\p{Han},;"'<>()\[\]]*)?`)
	longForm  = regexp.MustCompile(`\+?[0-9*](?:[0-9*]|[- ][0-9*]){5,}[0-9*]`)
	dateForm  = regexp.MustCompile(`(?:([0-9]{4})[年/.-])?([0-9]{1,2})[月/]([0-9]{1,2})[日号]?`)
	isoForm   = regexp.MustCompile(`([0-9]{4})[./-]([0-9]{1,2})[./-]([0-9]{1,2})`)
	clockForm = regexp.MustCompile(`([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?`)
	wordForm  = regexp.MustCompile(`[a-z][a-z0-9_+.'-]*`)
)

// scan is the work on one text: what was read is blanked, so that nothing is read
// twice.
type scan struct {
	t   []rune
	out claims
}

// read finds the claims of a normalised text. rest is the text with blanks where
// they stood.
func read(t []rune) (found claims, rest []rune) {
	s := &scan{t: append([]rune(nil), t...), out: claims{}}
	s.pattern(linkForm, func(m []string) bool {
		s.say(kindLink, strings.TrimRight(m[0], "/.:"))
		return true
	})
	s.pattern(longForm, s.long)
	s.hanDates()
	s.pattern(isoForm, func(m []string) bool { return s.date(m[1], m[2], m[3]) })
	s.pattern(dateForm, func(m []string) bool { return s.date(m[1], m[2], m[3]) })
	s.clocks()
	s.numbers()
	s.pattern(wordForm, func(m []string) bool {
		s.say(kindWord, strings.Trim(m[0], ".'-_"))
		return true
	})
	return s.out, s.t
}

func (s *scan) say(kind, value string) { s.out[claim{kind, value}] = true }

// pattern blanks what matches and what take accepts.
func (s *scan) pattern(form *regexp.Regexp, take func([]string) bool) {
	text := string(s.t)
	var b strings.Builder
	at := 0
	for _, m := range form.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, len(m)/2)
		for i := range groups {
			if m[2*i] >= 0 {
				groups[i] = text[m[2*i]:m[2*i+1]]
			}
		}
		b.WriteString(text[at:m[0]])
		if take(groups) {
			b.WriteByte(' ')
		} else {
			b.WriteString(groups[0])
		}
		at = m[1]
	}
	if at > 0 {
		b.WriteString(text[at:])
		s.t = []rune(b.String())
	}
}

// long reads phones, order and card numbers: seven figures or more in a row.
func (s *scan) long(m []string) bool {
	d := strings.Map(func(r rune) rune {
		if isDigit(r) || r == '*' {
			return r
		}
		return -1
	}, m[0])
	if len(d) < 7 || strings.Trim(d, "*") == "" || isoForm.MatchString(m[0]) {
		return false
	}
	if parts := strings.FieldsFunc(m[0], func(r rune) bool { return r == '-' || r == ' ' }); len(parts) == 2 && len(parts[0]) <= 4 && len(parts[1]) <= 5 && len(parts[0])+1 >= len(parts[1]) {
		return false // 800-3000: from, to
	}
	if len(d) == 13 && strings.HasPrefix(d, "86") {
		d = d[2:]
	}
	s.say(kindDigits, d)
	return true
}

// hanDates turns the numerals before 月, 日 and 号 into figures: 十一月二十四日.
func (s *scan) hanDates() {
	for i := 0; i < len(s.t); i++ {
		if _, ok := hanDigits[s.t[i]]; !ok && hanUnits[s.t[i]] == 0 {
			continue
		}
		v, n := han(s.t[i:])
		if end := i + n; n > 0 && end < len(s.t) && strings.ContainsRune("月日号年", s.t[end]) && (s.t[end] != '年' || n >= 4) {
			s.t = append(append(append([]rune(nil), s.t[:i]...), []rune(v)...), s.t[end:]...)
		} else {
			i += max(n-1, 0)
		}
	}
}

func (s *scan) date(year, month, day string) bool {
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	if year != "" {
		s.say(kindYear, year)
	}
	s.say(kindDate, fmt.Sprintf("%d-%d", m, d))
	return true
}

// clocks reads 14:05, 下午2:05, 两点半, 晚上八点一刻.
func (s *scan) clocks() {
	s.pattern(clockForm, func(m []string) bool {
		h, _ := strconv.Atoi(m[1])
		min, _ := strconv.Atoi(m[2])
		if h > 24 || min > 59 {
			return false
		}
		s.say(kindTime, strconv.Itoa(60*s.afternoon(m[0], h)+min))
		return true
	})
	for i := 0; i < len(s.t); i++ {
		h, n := numeral(s.t[i:])
		if n == 0 {
			continue
		}
		end := i + n
		hour, err := strconv.Atoi(h)
		if err != nil || hour > 24 || end >= len(s.t) || s.t[end] != '点' {
			i = end - 1
			continue
		}
		past, more, clock := minutes(s.t[end+1:])
		of := s.partOfDay(i, hour)
		if !clock || more == 0 && of == hour && !isDigit(s.t[i]) && n == 1 && s.t[i] == '一' {
			i = end // 快一点
			continue
		}
		s.say(kindTime, strconv.Itoa(60*of+past))
		for j := i; j < end+1+more; j++ {
			s.t[j] = ' '
		}
	}
}

// minutes reads what stands behind 点; it is no clock where a decimal goes on: 一点五米.
func minutes(t []rune) (past, n int, ok bool) {
	text := string(t[:min(len(t), 8)])
	for _, w := range []struct {
		word string
		min  int
	}{{"半", 30}, {"一刻", 15}, {"三刻", 45}, {"整", 0}, {"钟", 0}} {
		if strings.HasPrefix(text, w.word) {
			return w.min, len([]rune(w.word)), true
		}
	}
	v, n := numeral(t)
	if n == 0 {
		return 0, 0, true
	}
	m, err := strconv.Atoi(v)
	if err != nil || m > 59 {
		return 0, 0, true
	}
	if n < len(t) && t[n] == '分' {
		return m, n + 1, true
	}
	if n >= 2 && !(n < len(t) && strings.ContainsRune("米公倍万元折", t[n])) {
		return m, n, true
	}
	return 0, 0, false
}

// afternoon moves an hour said with 下午 or 晚上 before it, wherever the match
// stands first.
func (s *scan) afternoon(match string, h int) int {
	text := string(s.t)
	i := strings.Index(text, match)
	return s.partOfDay(len([]rune(text[:max(i, 0)])), h)
}

// partOfDay reads the words before position i.
func (s *scan) partOfDay(i, h int) int {
	before := strings.TrimRight(string(s.t[max(0, i-4):i]), " ")
	for _, w := range []string{"下午", "傍晚", "晚上", "今晚", "明晚", "夜里", "pm"} {
		if strings.HasSuffix(before, w) && h < 12 {
			return h + 12
		}
	}
	if strings.HasSuffix(before, "中午") && h < 3 {
		return h + 12
	}
	return h
}
