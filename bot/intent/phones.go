package intent

import (
	"slices"
	"strings"
)

// phoneAt reads a telephone number that begins at i: digits, also Chinese ones,
// with blanks, dashes or brackets between: 138 1234 五六七八, +86-138…, (0571)8800
// 1234. n is how many runes it took, 0: none.
func phoneAt(t []rune, i int) (d string, n int) {
	if i > 0 && (isDigit(t[i-1]) || isAlpha(t[i-1])) {
		return "", 0
	}
	var digits [16]byte
	count, ends := 0, 0
	for k := i; k < len(t) && k-i < 32; k++ {
		c, ok := digitOf(t[k])
		switch {
		case ok:
			if count == len(digits) {
				return d, ends
			}
			digits[count] = c
			count++
			if p := phone(string(digits[:count])); p != "" && (k+1 == len(t) || !isNumeral(t[k+1])) {
				d, ends = p, k+1-i
				if count == 11 && digits[0] == '1' {
					return d, ends
				}
			}
		case t[k] == '+' && k == i, t[k] == '(' && count == 0:
		case strings.ContainsRune(" -)·—_", t[k]) && count > 0 && k+1 < len(t):
			if _, next := digitOf(t[k+1]); !next && !strings.ContainsRune(" -(", t[k+1]) {
				return d, ends
			}
			if count > 2 && digits[0] != '0' && digits[0] != '1' && digits[0] != '8' && digits[0] != '4' {
				return d, ends
			}
		default:
			return d, ends
		}
	}
	return d, ends
}

// isNumeral holds for digits and Chinese digits.
func isNumeral(r rune) bool {
	_, ok := digitOf(r)
	return ok
}

// digitOf is the figure of a digit, Chinese or not; 两 and 俩 count things and
// are none.
func digitOf(r rune) (byte, bool) {
	if isDigit(r) {
		return byte(r), true
	}
	if r == '两' || r == '俩' {
		return 0, false
	}
	n, ok := hanDigit(r)
	return byte('0' + n), ok
}

// phone gives the digits of a mobile or fixed line with area code, else "".
func phone(d string) string {
	if len(d) == 13 && strings.HasPrefix(d, "86") || len(d) == 15 && strings.HasPrefix(d, "0086") {
		d = d[len(d)-11:]
		if d[0] != '1' {
			return ""
		}
	}
	switch {
	case len(d) == 11 && d[0] == '1' && d[1] >= '3':
		return d
	case (len(d) == 11 || len(d) == 12 || len(d) == 10) && d[0] == '0' && d[1] != '0':
		return d
	case len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")):
		return d
	}
	return ""
}

// phones are where telephone numbers stand; the figures in them are no words.
func phones(t []rune) []span {
	n := 0
	for _, r := range t {
		if isNumeral(r) {
			n++
		}
	}
	if n < 10 {
		return nil
	}
	var all []span
	for i := 0; i < len(t); i++ {
		if !isNumeral(t[i]) && t[i] != '+' {
			continue
		}
		if _, n := phoneAt(t, i); n > 0 {
			all = append(all, span{i, i + n})
			i += n - 1
		}
	}
	return all
}

// outside are the hits that lie in none of the spans.
func outside(hits []hit, of []span) []hit {
	if len(of) == 0 {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool {
		return slices.ContainsFunc(of, func(s span) bool { return h.from < s.to && h.to > s.from })
	})
}

// WithoutPhones is a text without its telephone numbers, for whoever looks for
// words such as 12345 in it.
func WithoutPhones(text string) string {
	t := plain(text)
	all := phones(t)
	if len(all) == 0 {
		return text
	}
	for _, s := range all {
		for i := s.from; i < s.to; i++ {
			t[i] = ' '
		}
	}
	return string(t)
}

// namedPhones are the telephone numbers with the words before that only name them.
func namedPhones(t []rune) []span {
	all := phones(t)
	for i, s := range all {
		for _, label := range []string{"我的联系电话", "联系电话", "我的电话", "我电话", "电话", "手机号", "手机", "号码"} {
			if ends(t[:s.from], []string{label}) {
				all[i].from -= len([]rune(label))
				break
			}
		}
	}
	return all
}

// matterOf is a text without telephone numbers, the customer's name and address,
// which say nothing of what is wanted.
func matterOf(t []rune, f Fields) []rune {
	all := namedPhones(t)
	for _, said := range []string{f.Name, f.Address} {
		w := []rune(strings.ToLower(said))
		for i := 0; len(w) > 0 && i+len(w) <= len(t); i++ {
			if !hasAt(t, i, w) {
				continue
			}
			from := i
			for _, c := range calls {
				if ends(t[:i], []string{c}) {
					from -= len([]rune(c))
					break
				}
			}
			all = append(all, span{from, i + len(w)})
			break
		}
	}
	if len(all) == 0 {
		return t
	}
	t = slices.Clone(t)
	for _, s := range all {
		for i := s.from; i < s.to; i++ {
			t[i] = ' '
		}
	}
	return t
}
