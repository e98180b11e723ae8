package answer

import (
	"strconv"
	"strings"
)

// hanDigits are the values of Chinese digits, in speech and on cheques.
var hanDigits = map[rune]int64{
	'零': 0, '〇': 0, '○': 0, '一': 1, '壹': 1, '幺': 1, '二': 2, '贰': 2, '两': 2, '俩': 2, '三': 3, '叁': 3, '四': 4, '肆': 4,
	'五': 5, '伍': 5, '六': 6, '陆': 6, '七': 7, '柒': 7, '八': 8, '捌': 8, '九': 9, '玖': 9,
}

var hanUnits = map[rune]int64{'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000, '万': 10000, '萬': 10000, '亿': 100000000}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isLatin(r rune) bool { return r >= 'a' && r <= 'z' }
func isHan(r rune) bool   { return r >= 0x3400 && r <= 0x9fff || r >= 0x20000 && r <= 0x3ffff }

// numeral reads a number at the start of t, which is normalised: "1,280", "1.5万",
// "三百二", "一千两百", "八零八". value is in plain digits without leading zeros or
// trailing ones behind the point; n is how many characters it took, 0: none.
func numeral(t []rune) (value string, n int) {
	if len(t) == 0 {
		return "", 0
	}
	if isDigit(t[0]) {
		return arabic(t)
	}
	return han(t)
}

func arabic(t []rune) (string, int) {
	var b strings.Builder
	n, point := 0, false
	for n < len(t) && n < 40 {
		switch r := t[n]; {
		case isDigit(r):
			b.WriteRune(r)
		case r == ',' && !point && threeDigits(t[n+1:]):
		case r == '.' && !point && n+1 < len(t) && isDigit(t[n+1]):
			point = true
			b.WriteRune(r)
		default:
			return scaled(b.String(), t, n)
		}
		n++
	}
	return scaled(b.String(), t, n)
}

func threeDigits(t []rune) bool {
	return len(t) >= 3 && isDigit(t[0]) && isDigit(t[1]) && isDigit(t[2]) && (len(t) == 3 || !isDigit(t[3]))
}

// scaled takes in 万, 千, 百 behind figures: 1.5万, 3千, 1万2.
func scaled(s string, t []rune, n int) (string, int) {
	if n >= len(t) || hanUnits[t[n]] < 100 {
		return tidy(s), n
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f > 1e9 {
		return tidy(s), n
	}
	u := hanUnits[t[n]]
	v := int64(f*1000+0.5) * u / 1000
	n++
	if n < len(t) && isDigit(t[n]) && (n+1 == len(t) || !isDigit(t[n+1])) {
		v += int64(t[n]-'0') * u / 10
		n++
	}
	return strconv.FormatInt(v, 10), n
}

func tidy(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	s = strings.TrimLeft(s, "0")
	if s == "" || s[0] == '.' {
		s = "0" + s
	}
	return s
}

// han reads Chinese numerals. Digits said one by one become figures: 一三八 is 138.
func han(t []rune) (string, int) {
	n, units := 0, 0
	for n < len(t) && n < 20 {
		if _, ok := hanDigits[t[n]]; !ok {
			if hanUnits[t[n]] == 0 {
				break
			}
			units++
		}
		n++
	}
	if n == 0 {
		return "", 0
	}
	if units == 0 {
		var b strings.Builder
		for _, r := range t[:n] {
			b.WriteByte(byte('0' + hanDigits[r]))
		}
		return tidy(b.String()), n
	}
	return strconv.FormatInt(sum(t[:n]), 10), n
}

// sum adds up 一千两百零五, 三百二, 十二, 两万三.
func sum(t []rune) int64 {
	var total, section, digit int64
	last, zero, open := int64(1), false, false
	for i, r := range t {
		if d, ok := hanDigits[r]; ok {
			digit, zero, open = d, zero || d == 0, d != 0
			continue
		}
		u := hanUnits[r]
		if !open && digit == 0 && (i == 0 || u == 10 && section%100 == 0) { // 十二, 千元
			digit = 1
		}
		if u >= 10000 {
			total = (total + section + digit) * u
			section = 0
		} else {
			section += digit * u
		}
		digit, last, zero, open = 0, u, false, false
	}
	if open && last > 10 && !zero {
		digit *= last / 10 // 三百二
	}
	return total + section + digit
}
