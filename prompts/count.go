package prompts

import "strconv"

var digits = []string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// HowMany is n as it stands before 件: 一, 两, … 十, then figures.
func HowMany(n int) string {
	if n == 2 {
		return "两"
	}
	return Nth(n)
}

// Nth is n as it stands behind 第: 一, 二, … 十, then figures.
func Nth(n int) string {
	if n >= 0 && n < len(digits) {
		return digits[n]
	}
	return strconv.Itoa(n)
}

// They is the pronoun for a person as they are called (王女士, 李先生); empty when
// the name does not tell.
func They(called string) string {
	r := []rune(called)
	if len(r) < 2 {
		return ""
	}
	switch string(r[len(r)-2:]) {
	case "女士", "小姐", "太太", "阿姨":
		return "她"
	case "先生", "大爷", "叔叔":
		return "他"
	}
	return ""
}
