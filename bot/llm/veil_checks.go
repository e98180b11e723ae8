package llm

import (
	"strings"
	"unicode/utf8"
)

// hints are what one pass over a text sees: most texts hold nothing to look for.
type hints struct {
	at, marks, ways bool // an at-sign; 〔; a word that a house number may follow
	run             int  // most digits in a row, single other characters between
	word            int  // longest run of Latin letters, digits, _ and -
}

func glance(text string) hints {
	var h hints
	run, word, gap := 0, 0, 0
	for _, r := range text {
		switch {
		case isDigit(r):
			run, gap = run+1, 0
			h.run = max(h.run, run)
		default:
			if gap++; gap > 2 { // ") " at most stands between a number's parts
				run = 0
			}
		}
		if r < utf8.RuneSelf && (r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			word++
			h.word = max(h.word, word)
		} else {
			word = 0
		}
		switch r {
		case '@', '＠':
			h.at = true
		case '〔':
			h.marks = true
		case '路', '街', '道', '巷', '弄', '同', '村', '区', '园', '苑':
			h.ways = true
		}
	}
	return h
}

// digits is s with wide digits made narrow and separators dropped; an X stays.
func digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case strings.ContainsRune("xXｘＸ", r):
			b.WriteByte('X')
		}
	}
	return b.String()
}

// bounded says that no digit stands directly before or behind a stretch: a longer
// number is an order's.
func bounded(text string, s span) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:s.from])
	behind, _ := utf8.DecodeRuneInString(text[s.to:])
	return !isDigit(before) && !isDigit(behind)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }

// idCard wants a date of birth in the right place. The check digit may be
// mistyped; it is somebody's number all the same.
func idCard(s string) bool {
	d := digits(s)
	if len(d) != 18 {
		return false
	}
	year, month, day := d[6:10], d[10:12], d[12:14]
	return year >= "1900" && year <= "2099" && month >= "01" && month <= "12" && day >= "01" && day <= "31" && d[0] != '0'
}

// luhn is the check digit of bank cards.
func luhn(s string) bool {
	d := digits(s)
	if len(d) < 15 || len(d) > 19 || d[0] < '3' || d[0] > '6' { // 1, 2: dates and orders
		return false
	}
	sum := 0
	for i := range len(d) {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// alone takes every match; only its neighbours are looked at.
func alone(string) bool { return true }

// plate wants digits: 新iPhone is no car.
func plate(s string) bool {
	n := 0
	for _, r := range s {
		if isDigit(r) {
			n++
		}
	}
	return n >= 3
}
