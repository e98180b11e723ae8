package desk

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in 分. Files and people write it in 元: 300, 12.50, 1,240.
type Money int64

// MaxMoney bounds what one amount may be: ten million 元.
const MaxMoney Money = 1_000_000_000

var errMoney = errors.New("金额写成 200 或 12.50，单位是元，最多两位小数")

// ParseMoney reads an amount in 元 as people type it: 200, 12.5, 1,240 元, 200块.
func ParseMoney(s string) (Money, error) {
	s = strings.TrimSpace(s)
	for _, unit := range []string{"元", "块钱", "块", "¥", "￥"} {
		s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSuffix(s, unit), unit))
	}
	whole, part, dotted := strings.Cut(strings.NewReplacer(",", "", "，", "").Replace(s), ".")
	if whole == "" || len(part) > 2 || dotted && part == "" {
		return 0, errMoney
	}
	for _, r := range whole + part {
		if r < '0' || r > '9' {
			return 0, errMoney
		}
	}
	fen, err := strconv.ParseInt(whole+part+strings.Repeat("0", 2-len(part)), 10, 64)
	if err != nil || fen > math.MaxInt64/2 || Money(fen) > MaxMoney {
		return 0, errMoney
	}
	return Money(fen), nil
}

// String is the amount in 元 as it is read: 1,240 or 12.50.
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	digits := strconv.FormatInt(int64(m/100), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if fen := int64(m % 100); fen > 0 {
		digits += "." + string(rune('0'+fen/10)) + string(rune('0'+fen%10))
	}
	return sign + digits
}

// UnmarshalText reads an amount of a pack's file.
func (m *Money) UnmarshalText(b []byte) (err error) {
	*m, err = ParseMoney(string(b))
	return err
}

// UnmarshalJSON reads 分, as documents hold them.
func (m *Money) UnmarshalJSON(b []byte) error {
	fen, err := strconv.ParseInt(string(b), 10, 64)
	*m = Money(fen)
	return err
}
