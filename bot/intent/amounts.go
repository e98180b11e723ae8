package intent

import (
	"strconv"
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
			f.Amount = v + jiao(t, i+n)
			return
		}
	}
}

// jiao is the rest of 三块五, 12块8毛, in 分.
func jiao(t []rune, i int) int64 {
	if !follows(t, i, "块") || i+1 >= len(t) {
		return 0
	}
	v, n := numeral(t[i+1:])
	if n != 1 || v <= 0 || i+2 < len(t) && !isBreak(t[i+2]) && t[i+2] != '毛' && !strings.ContainsRune("角钱的", t[i+2]) {
		return 0
	}
	return v / 10
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
	if ctx.Asked == "" || f.has(ctx.Asked) && ctx.Asked != SlotRoom && ctx.Asked != SlotPhone && ctx.Asked != SlotOrder && ctx.Asked != SlotNumber {
		return
	}
	if ctx.Asked == SlotName {
		f.bareName(t)
		return
	}
	s := strings.Join(strings.Fields(string(t)), "")
	for range 2 {
		for _, cut := range around {
			s = strings.TrimSuffix(strings.TrimPrefix(s, cut), cut)
		}
	}
	d, ok := spoken([]rune(s))
	if !ok {
		d = typed(s)
	}
	if ctx.Asked == SlotSerial && len(s) >= 4 && len(s) <= 40 && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyz-/") == "" {
		f.Serial, f.Room, f.Number, f.Product, f.Order = strings.ToUpper(s), "", "", "", ""
		return
	}
	if v, n := numeral([]rune(s)); n > 0 && n == len([]rune(s)) && v > 0 && v%100 == 0 && v <= 99900 {
		switch ctx.Asked {
		case SlotPeople:
			f.People, f.Room, f.Number = int(v/100), "", ""
			return
		case SlotNights:
			f.Nights, f.Room, f.Number = int(v/100), "", ""
			return
		}
	}
	if ctx.Asked == SlotAmount {
		if v, n := numeral([]rune(s)); n > 0 && n == len([]rune(s)) && v < 1e12 {
			f.Amount, f.Room, f.Number = v, "", ""
		}
		return
	}
	if v, n := numeral([]rune(s)); d == "" && ctx.Asked == SlotRoom && n > 0 && n == len([]rune(s)) && v%100 == 0 && v >= 10000 { // 三百二十
		d = strconv.FormatInt(v/100, 10)
	}
	if d == "" || len(d) > 20 {
		return
	}
	switch {
	case ctx.Asked == SlotRoom && len(d) <= 5 && len(d) >= 2:
		f.Room, f.Number = d, ""
	case ctx.Asked == SlotPhone && len(d) >= 7 && len(d) <= 12:
		f.Phone, f.Order = d, ""
	case ctx.Asked == SlotOrder && len(d) >= 4:
		f.Order, f.Room, f.Number, f.Phone = d, "", "", ""
	case ctx.Asked == SlotNumber && len(d) >= 4 && len(d) <= 12:
		f.Number, f.Room = d, ""
	}
}

// around are words that may stand around a bare answer.
var around = []string{"房间号是", "房号是", "房间号", "房号", "房间", "我住", "我在", "号房", "房", "号码是", "电话是", "电话", "手机号是", "手机号", "手机", "订单号是", "订单号", "单号", "订单", "是",
	"大概", "大约", "一共", "总共", "共", "就", "我们", "位", "个人", "个", "人", "口", "晚上", "晚", "天", "号", "元", "块钱", "块", "钱", "左右", "吧", "的", "哦", "啊", "。", "."}

// bareName takes two to four characters that begin with a surname as a name.
func (f *Fields) bareName(t []rune) {
	s := []rune(strings.Trim(string(t), " ,.!，。！"))
	for _, cut := range []string{"写", "用", "就写", "就", "填", "留"} {
		if follows(s, 0, cut) && len(s) > 2 {
			s = s[len([]rune(cut)):]
			break
		}
	}
	for _, cut := range []string{"吧", "就行", "就好", "就可以"} {
		if ends(s, []string{cut}) && len(s) > 2 {
			s = s[:len(s)-len([]rune(cut))]
		}
	}
	if n := surname(s, 0); n == 0 || len(s) > n+3 || len(s) < n {
		return
	}
	for _, r := range s {
		if !isHan(r) {
			return
		}
	}
	f.Name = string(s)
}
