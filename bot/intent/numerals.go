package intent

import "strings"

// hanDigit is the value of one Chinese digit.
func hanDigit(r rune) (int, bool) {
	switch r {
	case '零', '〇', '○':
		return 0, true
	case '一', '幺':
		return 1, true
	case '二', '两', '俩':
		return 2, true
	case '三':
		return 3, true
	case '四':
		return 4, true
	case '五':
		return 5, true
	case '六':
		return 6, true
	case '七':
		return 7, true
	case '八':
		return 8, true
	case '九':
		return 9, true
	}
	return 0, false
}

// hanUnit is 10, 100, 1,000 or 10,000; 0 for what is no unit.
func hanUnit(r rune) int {
	switch r {
	case '十':
		return 10
	case '百':
		return 100
	case '千':
		return 1000
	case '万':
		return 10000
	}
	return 0
}

// numeral reads a number at the start of t, in digits or in Chinese: "320",
// "1.5万", "三百二", "两千零五十", "十二". n is how many runes it took, 0: none.
// hundredths is the value times 100.
func numeral(t []rune) (hundredths int64, n int) {
	if len(t) == 0 {
		return 0, 0
	}
	if isDigit(t[0]) {
		return digits(t)
	}
	return han(t)
}

func digits(t []rune) (v int64, n int) {
	for n < len(t) && isDigit(t[n]) {
		if n >= 12 {
			return 0, 0
		}
		v = v*10 + int64(t[n]-'0')
		n++
		if n+3 < len(t) && t[n] == ',' && isDigit(t[n+1]) && isDigit(t[n+2]) && isDigit(t[n+3]) {
			n++ // 1,280
			if n >= 12 {
				return 0, 0
			}
		}
	}
	v *= 100
	if n+1 < len(t) && t[n] == '.' && isDigit(t[n+1]) {
		v += int64(t[n+1]-'0') * 10
		n += 2
		if n < len(t) && isDigit(t[n]) {
			v += int64(t[n] - '0')
			n++
		}
	}
	if n < len(t) {
		switch u := hanUnit(t[n]); {
		case u >= 100:
			v, n = v*int64(u), n+1
			for k := int64(u); n < len(t) && isDigit(t[n]) && (n+1 == len(t) || !isDigit(t[n+1])); { // 1万2, 3千2百
				if n+1 < len(t) && int64(hanUnit(t[n+1])) >= 10 && int64(hanUnit(t[n+1])) < k {
					k = int64(hanUnit(t[n+1]))
					v, n = v+int64(t[n]-'0')*k*100, n+2
					continue
				}
				v, n = v+int64(t[n]-'0')*k*10, n+1
				break
			}
		case t[n] == 'w' || t[n] == 'k':
			if n+1 == len(t) || !isAlpha(t[n+1]) {
				v, n = v*map[rune]int64{'w': 10000, 'k': 1000}[t[n]], n+1
			}
		}
	}
	return v, n
}

func han(t []rune) (v int64, n int) {
	var total, section, digit int64
	digit = -1
	last := int64(10) // the unit said last: 三百二 is 320
	units, zero := 0, false
	for n < len(t) && n < 16 {
		if d, ok := hanDigit(t[n]); ok {
			if digit > 0 && units == 0 || digit >= 0 && d != 0 && digit != 0 {
				return 0, 0 // 一二三: said digit by digit
			}
			digit, zero = int64(d), zero || d == 0 && units > 0
			n++
			continue
		}
		u := hanUnit(t[n])
		if u == 0 {
			break
		}
		if u == 10000 {
			section += max(digit, 0)
			if section == 0 {
				return 0, 0
			}
			total, section = section*10000, 0
		} else {
			if digit < 0 {
				if u != 10 {
					return 0, 0
				}
				digit = 1
			}
			section += digit * int64(u)
		}
		digit, last, zero = -1, int64(u), false
		units++
		n++
	}
	if digit > 0 {
		if units > 0 && last > 10 && !zero {
			section += digit * last / 10
		} else {
			section += digit
		}
	}
	if n == 0 || units == 0 && n > 1 {
		return 0, 0
	}
	return (total + section) * 100, n
}

// spoken turns digits said one by one into figures: 八零八 → 808, 幺三八… ; ok
// is false where t holds anything else.
func spoken(t []rune) (string, bool) {
	var b strings.Builder
	for _, r := range t {
		d, ok := hanDigit(r)
		switch {
		case isDigit(r):
			b.WriteRune(r)
		case ok && r != '两' && r != '俩':
			b.WriteByte(byte('0' + d))
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}
