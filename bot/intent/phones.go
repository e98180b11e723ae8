package intent

import "strings"

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
