package intent

import (
	"slices"
	"strconv"
	"strings"
)

// fields finds what can be found by pattern. t is plain text.
func (r *Reader) fields(t []rune, hits []hit, ctx Context) Fields {
	var f Fields
	given := t
	if from, to := takenBack(t); to > from { // 不是1208，是1218
		t = blank(t, from, to)
	}
	if from, to := f.address(t); to > from {
		t = blank(t, from, to)
	}
	for i := 0; i < len(t); {
		i += max(f.floor(t, i), f.run(t, i), 1)
	}
	f.When = when(t)
	f.amount(t)
	f.quantity(t)
	f.people(t)
	f.nights(t)
	f.name(t)
	f.nameBeside(t, hits)
	f.product(t, hits)
	f.asked(given, ctx)
	return f
}

// blank is t with the runes between from and to taken out of sight.
func blank(t []rune, from, to int) []rune {
	t = slices.Clone(t)
	for i := from; i < to; i++ {
		t[i] = '、'
	}
	return t
}

// has says whether what was asked for is there.
func (f *Fields) has(s Slot) bool {
	switch s {
	case SlotRoom:
		return f.Room != ""
	case SlotPhone:
		return f.Phone != ""
	case SlotOrder:
		return f.Order != ""
	case SlotNumber:
		return f.Number != ""
	case SlotAmount:
		return f.Amount != 0
	case SlotWhen:
		return f.When != ""
	case SlotName:
		return f.Name != ""
	case SlotAddress:
		return f.Address != ""
	case SlotProduct:
		return f.Product != ""
	case SlotSerial:
		return f.Serial != ""
	case SlotPeople:
		return f.People != 0
	case SlotNights:
		return f.Nights != 0
	}
	return false
}

// run reads a run of digits, of letters with digits, or of spoken digits at i
// and says how long it is.
func (f *Fields) run(t []rune, i int) int {
	if t[i] > 0x7f && !isNumeral(t[i]) {
		return 0
	}
	if d, n := phoneAt(t, i); n > 0 && !labelled(t, i, orderLabels) && !labelled(t, i, serialLabels) {
		set(&f.Phone, d)
		return n
	}
	if isNumeral(t[i]) && !isDigit(t[i]) {
		return f.spokenRun(t, i)
	}
	if !isDigit(t[i]) && !isAlpha(t[i]) {
		return 0
	}
	end, nd := i, 0
	for end < len(t) && end-i <= 64 {
		c := t[end]
		switch {
		case isDigit(c):
			nd++
		case isAlpha(c):
		case c == '-' && end+1 < len(t) && (isDigit(t[end+1]) || isAlpha(t[end+1])) && end > i:
		default:
			f.take(t, i, end, nd)
			return max(end-i, 1)
		}
		end++
	}
	f.take(t, i, end, nd)
	return max(end-i, 1)
}

// floor reads a room said by its floor at i: 十二楼零八, 8楼16房.
func (f *Fields) floor(t []rune, i int) int {
	if !numeric(t[i]) || t[i] == '.' || i > 0 && (numeric(t[i-1]) || isAlpha(t[i-1])) {
		return 0
	}
	v, n := numeral(t[i:])
	at := i + n
	if n == 0 || v%100 != 0 || v < 100 || v > 9900 || at >= len(t) || t[at] != '楼' && t[at] != '层' {
		return 0
	}
	at++
	for at < len(t) && (t[at] == ' ' || t[at] == '的') {
		at++
	}
	end := at
	for end < len(t) && (isNumeral(t[end]) || t[end] == '十') {
		end++
	}
	d, ok := spoken(t[at:end])
	if v, n := numeral(t[at:]); !ok && n == end-at && v%100 == 0 && v >= 1000 && v <= 9900 { // 八楼十六号房
		d, ok = strconv.FormatInt(v/100, 10), true
	}
	suffix := follows(t, end, "房", "室", "号")
	if !ok || len(d) != 2 || !suffix && (d[0] != '0' || unit(t, end)) {
		return 0
	}
	set(&f.Room, strconv.FormatInt(v/100, 10)+d)
	return end - i
}

func onlyDigits(run []rune) string {
	var b strings.Builder
	for _, c := range run {
		if isDigit(c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func (f *Fields) take(t []rune, from, to, nd int) {
	if nd == 0 {
		return
	}
	run := t[from:to]
	text := string(run)
	d := onlyDigits(run)
	letters := len(strings.Trim(text, "0123456789-+ ")) > 0
	switch {
	case strings.HasPrefix(text, "ts-") && len(d) >= 10:
		set(&f.Number, d[6:])
	case nd >= 3 && len(text) >= 5 && len(text) <= 40 && labelled(t, from, serialLabels):
		set(&f.Serial, strings.ToUpper(text))
	case letters && nd >= 8 && phone(typed(text)) != "" && len(typed(text)) == 11 && !labelled(t, from, orderLabels):
		set(&f.Phone, typed(text))
	case !letters && (len(d) == 7 || len(d) == 8) && labelled(t, from, []string{"电话", "座机", "手机", "打"}):
		set(&f.Phone, d)
	case identity(text) || labelled(t, from, []string{"身份证", "证件", "银行卡", "卡号", "密码", "尾号", "wifi"}):
	case nd >= 6 && labelled(t, from, orderLabels):
		set(&f.Order, strings.ToUpper(text))
	case labelled(t, from, []string{"编号", "工单", "单号", "工单号"}) && !letters && len(d) >= 4 && len(d) <= 6:
		set(&f.Number, d)
	case !letters && (len(d) == 10 || len(d) == 12) && d[0] == '1' && d[1] >= '3' && text == bare(t): // a mobile number, mistyped
	case !letters && len(d) >= 9 && len(d) <= 32:
		set(&f.Order, d)
	case letters && nd >= 6 && len(text) >= 10:
		set(&f.Order, strings.ToUpper(text))
	default:
		f.short(t, from, to, text, d)
	}
}

var serialLabels = []string{"机身号", "机身编号", "序列号", "机号", "机器号", "产品编号", "条码", "条形码", "sn", "s/n", "编码"}

var orderLabels = []string{"订单", "订单号", "运单", "运单号", "快递单号", "单号", "预订号", "确认号", "券号"}

// short reads runs of a few characters: rooms and ticket numbers.
func (f *Fields) short(t []rune, from, to int, text, d string) {
	room := typed(text)
	suffix := follows(t, to, "房", "室", "号房", "号间", "房间", "包间", "包厢")
	if len(room) < 3 || len(room) > 4 && !(suffix && len(room) == 5) {
		return
	}
	bareNumber := bare(t) == text
	if !suffix && (unit(t, to) || from > 0 && (t[from-1] == '¥' || t[from-1] == '￥' || t[from-1] == '.' || t[from-1] == ':') ||
		notRoom(text) || labelled(t, from, sums) || len(room) == 3 && len(d) == 3 && !bareNumber && !placed(t, from, to) && !last(t, from, to)) {
		return
	}
	if len(d) != len(room) && !suffix && strings.ContainsAny(text, "abcdefghjkmnpqrstuvwxyz") {
		return
	}
	if strings.TrimLeft(room, "0") == "" || strings.HasPrefix(room, "00") {
		return
	}
	set(&f.Room, room)
	if len(d) == 4 && bareNumber && f.Number == "" {
		f.Number = d
	}
}

// placed says that words around a three-digit number make it a room.
func placed(t []rune, from, to int) bool {
	return follows(t, to, "房", "室", "空调", "电视", "热水", "马桶", "没", "的", "要", "送", "打扫", "漏", "灯", "门", "网", "住") ||
		labelled(t, from, []string{"在", "住", "房间", "房号", "我是", "到", "去", "房"}) || to < len(t) && t[to] == ' '
}

// last says that a number stands alone at the end of a text in which there is no
// money and no measure: 没热水 806.
func last(t []rune, from, to int) bool {
	return to == len(t) && from > 0 && t[from-1] == ' ' && !strings.ContainsAny(string(t), "元块费钱价金额高重尺码") && !labelled(t, from, []string{"编号", "号码"})
}

// typed mends what is mistyped in a room number: 1l8 → 118, 12o8 → 1208; "" when
// letters remain.
func typed(s string) string {
	s = strings.NewReplacer("l", "1", "i", "1", "o", "0").Replace(s)
	if strings.Trim(s, "0123456789") != "" || s == "" {
		return ""
	}
	return s
}

// sums stand before an amount, not before a room.
var sums = []string{"共", "花", "交", "付", "充值", "收", "消费", "价", "扣", "退", "赔", "便宜", "验证码", "积分"}

// notRoom holds for numbers that are hardly ever a room: emergency calls and
// round sums.
func notRoom(s string) bool {
	return slices.Contains([]string{"110", "119", "120", "122", "114", "315", "100", "200", "300", "500", "1000", "2000", "3000", "5000"}, s)
}

// unit says that what stands behind a number makes it an amount, a time, a size.
func unit(t []rune, to int) bool {
	if to >= len(t) {
		return false
	}
	if strings.ContainsRune("元块度点分秒天年月日个次人位平米多余来毫斤克升寸万千百折级层楼名份张件条瓶杯桌间号%.:岁w页集公克°", t[to]) {
		return true
	}
	return follows(t, to, "kg", "ml", "小时", "rmb", "㎡")
}

// identity recognises an identity card's number, which we never keep.
func identity(s string) bool {
	if len(s) != 18 {
		return false
	}
	y := s[6:8]
	return (y == "19" || y == "20") && strings.Trim(s[:17], "0123456789") == ""
}

// spokenRun reads digits said one by one: 八零八, 幺二零八, a telephone number.
func (f *Fields) spokenRun(t []rune, i int) int {
	end := i
	for end < len(t) && end-i < 20 && isNumeral(t[end]) {
		end++
	}
	d, ok := spoken(t[i:end])
	if !ok {
		return 0
	}
	suffix := follows(t, end, "房", "室", "号房", "包间", "包厢")
	switch {
	case (len(d) == 3 || len(d) == 4) && d[0] != '0' && (suffix || strings.ContainsAny(string(t[i:end]), "零〇○幺") && !unit(t, end)):
		set(&f.Room, d)
	}
	return end - i
}

func set(p *string, v string) {
	if *p == "" {
		*p = v
	}
}

// labelled says whether one of the labels stands before position i, with at most
// a few joining characters between: 订单号是：
func labelled(t []rune, i int, labels []string) bool {
	for k := 0; k < 4 && i > 0 && strings.ContainsRune(":： 是为号#了", t[i-1]); k++ {
		if ends(t[:i], labels) {
			return true
		}
		i--
	}
	return ends(t[:i], labels)
}

func ends(t []rune, labels []string) bool {
	for _, l := range labels {
		r := []rune(l)
		if len(t) >= len(r) && slices.Equal(t[len(t)-len(r):], r) {
			return true
		}
	}
	return false
}

func follows(t []rune, i int, what ...string) bool {
	for i < len(t) && t[i] == ' ' {
		i++
	}
	for _, s := range what {
		r := []rune(s)
		if i+len(r) <= len(t) && slices.Equal(t[i:i+len(r)], r) {
			return true
		}
	}
	return false
}
