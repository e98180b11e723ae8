package intent

import (
	"strings"
)

// amount finds a sum of money: 320元, 三百二十块, 三百二, ¥68.5.
func (f *Fields) amount(t []rune) {
	for i := range t {
		sign := i > 0 && (t[i-1] == '¥' || t[i-1] == '￥')
		if i > 0 && !sign && numeric(t[i-1]) || !numeric(t[i]) {
			continue
		}
		v, n := numeral(t[i:])
		if n == 0 || v == 0 {
			continue
		}
		money := sign || follows(t, i+n, "元", "块", "rmb", "人民币", "圆") && !follows(t, i+n, "块表", "块布", "块毛巾", "块香皂", "块砖")
		if !money && n >= 3 && !isDigit(t[i]) && v >= 10000 && labelled(t, i, []string{"收", "扣", "花", "退", "赔", "付", "要", "交", "押金", "费"}) {
			money = true // 多收了三百二
		}
		if money && v < 1e12 {
			f.Amount = v
			return
		}
	}
}

func numeric(r rune) bool {
	if isDigit(r) || r == '.' {
		return true
	}
	_, digit := hanDigit(r)
	return digit || hanUnit(r) > 0
}

// quantity finds how many are wanted: 两瓶水, 3条毛巾.
func (f *Fields) quantity(t []rune) {
	for i := range t {
		if !numeric(t[i]) || i > 0 && numeric(t[i-1]) {
			continue
		}
		v, n := numeral(t[i:])
		if n > 0 && v >= 100 && v <= 99900 && v%100 == 0 && i+n < len(t) && strings.ContainsRune("瓶条床个双套份包把卷盒杯袋件张副支壶桶", t[i+n]) {
			if follows(t, i+n, "个人", "个小时", "个月", "个星期", "个钟", "次", "个多", "件事", "个事", "个问题", "下", "包政策", "包凭证", "包规定", "包期") {
				continue
			}
			f.Quantity = int(v / 100)
			return
		}
	}
}

// product takes the first product of the lexicon, else what looks like a model:
// two letters or more, then digits.
func (f *Fields) product(t []rune, hits []hit) {
	for _, h := range hits {
		if h.tags&tProduct != 0 {
			f.Product = strings.ToUpper(string(t[h.from:h.to]))
			return
		}
	}
	for i := 0; i < len(t); i++ {
		if !isAlpha(t[i]) || i > 0 && (isAlpha(t[i-1]) || isDigit(t[i-1])) {
			continue
		}
		j := i
		for j < len(t) && isAlpha(t[j]) {
			j++
		}
		k := j
		if k < len(t) && t[k] == '-' {
			k++
		}
		nd := 0
		for k < len(t) && (isDigit(t[k]) || isAlpha(t[k])) {
			if isDigit(t[k]) {
				nd++
			}
			k++
		}
		if j-i >= 2 && j-i <= 5 && nd >= 2 && nd <= 5 && k-i <= 14 {
			f.Product = strings.ToUpper(string(t[i:k]))
			return
		}
		i = k
	}
}

// asked reads a bare number as what we have just asked for.
func (f *Fields) asked(t []rune, ctx Context) {
	if ctx.Asked == "" {
		return
	}
	s := strings.Join(strings.Fields(string(t)), "")
	for _, cut := range []string{"房间号是", "房号是", "房间号", "房号", "房间", "我住", "我在", "号房", "房", "号", "元", "块", "。", "."} {
		s = strings.TrimSuffix(strings.TrimPrefix(s, cut), cut)
	}
	d, ok := spoken([]rune(s))
	if !ok {
		d = typed(s)
	}
	if d == "" || len(d) > 12 {
		return
	}
	switch {
	case ctx.Asked == SlotRoom && len(d) <= 5 && len(d) >= 2:
		f.Room, f.Number = d, ""
	case ctx.Asked == SlotPhone && len(d) >= 7:
		f.Phone, f.Order = d, ""
	case ctx.Asked == SlotOrder && len(d) >= 4:
		f.Order, f.Room, f.Number = d, "", ""
	case ctx.Asked == SlotNumber && len(d) >= 4:
		f.Number, f.Room = d, ""
	case ctx.Asked == SlotAmount && len(d) <= 9:
		if v, n := numeral([]rune(d)); n == len(d) {
			f.Amount, f.Room, f.Number = v, "", ""
		}
	}
}

// when finds the words that say a time: a day, a part of it, an hour, in this
// order and next to each other.
func when(t []rune) string {
	for i, r := range t {
		if !beginsTime(r) {
			continue
		}
		n := longest(t[i:], days)
		if n == 0 {
			n = date(t[i:])
		}
		day := n
		m := longest(t[i+n:], parts)
		n += m
		h := hour(t[i+n:])
		if day == 0 && m == 0 && (h == 0 || i > 0 && numeric(t[i-1])) {
			continue
		}
		return string(t[i : i+n+h])
	}
	return ""
}

var (
	days = wordsOf("大前天 前天 昨天 昨日 今天 今日 明天 明日 后天 大后天 今晚 昨晚 明晚 今早 明早 昨夜 今夜 刚才 刚刚 " +
		"上周 这周 本周 下周 上个月 这个月 下个月 上周一 上周二 上周三 上周四 上周五 上周六 上周日 下周一 下周二 下周三 下周四 下周五 下周六 下周日 " +
		"周一 周二 周三 周四 周五 周六 周日 周末 星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 礼拜一 礼拜二 礼拜三 礼拜四 礼拜五 礼拜六 礼拜天 前几天 前两天")
	parts = wordsOf("凌晨 清晨 早上 早晨 上午 中午 下午 傍晚 晚上 夜里 半夜 夜间 晚")
)

// firsts are the characters with which the words of a time begin.
var firsts = func() (set [1 << 16]bool) {
	for _, w := range append(append([][]rune{}, days...), parts...) {
		set[w[0]] = true
	}
	return set
}()

func beginsTime(r rune) bool { return numeric(r) || r < 1<<16 && firsts[r] }

func wordsOf(s string) [][]rune {
	var out [][]rune
	for w := range strings.FieldsSeq(s) {
		out = append(out, []rune(w))
	}
	return out
}

func longest(t []rune, list [][]rune) int {
	best := 0
	for _, w := range list {
		if len(w) > best && len(w) <= len(t) && w[0] == t[0] && string(t[:len(w)]) == string(w) {
			best = len(w)
		}
	}
	return best
}

// date reads 11月26日, 十一月二十六号, 26号 and the like.
func date(t []rune) int {
	v, n := numeral(t)
	if n == 0 || n > 3 || v%100 != 0 {
		return 0
	}
	v /= 100
	if n < len(t) && t[n] == '月' && v >= 1 && v <= 12 {
		d, m := numeral(t[n+1:])
		if m > 0 && d <= 3100 && follows(t, n+1+m, "日", "号") {
			return n + m + 2
		}
		return 0
	}
	if n < len(t) && t[n] == '号' && v >= 1 && v <= 31 && !follows(t, n, "号楼", "号房", "号线", "号码", "号桌", "号门", "号机") {
		return n + 1
	}
	return 0
}

// hour reads 3点, 三点半, 15:30, 3点20分.
func hour(t []rune) int {
	v, n := numeral(t)
	if n == 0 || v > 2400 || v%100 != 0 || n >= len(t) {
		return 0
	}
	switch {
	case t[n] == '点' && !follows(t, n, "点儿", "点了", "点多份"):
		n++
		if n < len(t) && t[n] == '半' {
			return n + 1
		}
		if n < len(t) && t[n] == '钟' {
			return n + 1
		}
		if m, k := numeral(t[n:]); k > 0 && m < 6000 {
			n += k
			if n < len(t) && t[n] == '分' {
				n++
			}
		}
		return n
	case (t[n] == ':' || t[n] == '：') && n+2 < len(t) && isDigit(t[n+1]) && isDigit(t[n+2]):
		return n + 3
	}
	return 0
}
