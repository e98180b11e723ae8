package intent

import "strings"

// mistaken are words by which a customer takes back what they wrote.
var mistaken = []string{"打错了", "写错了", "说错了", "发错了", "输错了", "填错了", "报错了", "搞错了", "弄错了", "记错了", "打错", "写错", "说错", "填错", "输错", "记错", "更正", "纠正", "不对", "不是这个", "不是那个", "不是这单", "不是这"}

// instead are words before what is right.
var instead = []string{"应该是", "改成", "改为", "改到", "换成", "换到", "而是", "是", "正确的是", "正确是", "才对"}

// Correction is how a customer takes back or changes what they told before.
type Correction struct {
	Wrong string // what is not right, as written; "" when not named
	Slot  Slot   // which thing is wrong, when it was named: 不是这个订单
	Firm  bool   // said outright: 打错了, 改成, 不是…是…; else the new value alone speaks
}

// Corrects says whether a text takes something back; the right value, if told, is
// among the fields that Read finds.
func Corrects(text string) (c Correction, ok bool) {
	t := plain(text)
	if len(t) > 60 || question(text) {
		return c, false
	}
	s := string(t)
	if from, to := takenBack(t); to > from {
		c.Wrong, c.Firm = strings.TrimSpace(string(t[from:to])), true
	}
	for _, w := range mistaken {
		if strings.Contains(s, w) {
			c.Firm = true
			break
		}
	}
	if c.Firm = c.Firm || strings.Contains(s, "改一下"); !c.Firm {
		for _, w := range instead[:5] {
			if strings.Contains(s, w) && !strings.Contains(s, "能"+w) {
				c.Firm = true
			}
		}
	}
	if !c.Firm {
		return c, false
	}
	for _, n := range slotNames {
		if strings.Contains(s, n.word) {
			c.Slot = n.slot
			break
		}
	}
	switch c.Slot {
	case SlotAmount, SlotWhen, SlotPeople:
		if c.Wrong == "" && strings.Contains(s, "不对") && !strings.Contains(s, "错") {
			return Correction{}, false // 金额不对 is a grievance
		}
	}
	return c, true
}

// slotNames are how customers call the things a case needs.
var slotNames = []struct {
	word string
	slot Slot
}{
	{"订单", SlotOrder}, {"单号", SlotOrder}, {"这单", SlotOrder}, {"房号", SlotRoom}, {"房间号", SlotRoom}, {"电话", SlotPhone}, {"手机", SlotPhone}, {"号码", SlotPhone},
	{"地址", SlotAddress}, {"型号", SlotProduct}, {"机身号", SlotSerial}, {"序列号", SlotSerial}, {"姓名", SlotName}, {"名字", SlotName},
	{"人数", SlotPeople}, {"时间", SlotWhen}, {"日期", SlotWhen}, {"金额", SlotAmount},
}

// takenBack finds what a text says is not so while it says what is: 不是1208，是1218;
// 是1218不是1208; 不是4个人是5个. It holds a figure.
func takenBack(t []rune) (from, to int) {
	for i := 0; i+2 < len(t); i++ {
		if t[i] != '不' || t[i+1] != '是' || i > 0 && t[i-1] == '是' { // 是不是
			continue
		}
		from = i + 2
		for from < len(t) && t[from] == ' ' {
			from++
		}
		to = from
		figure := false
		for to < len(t) && !isBreak(t[to]) && t[to] != '是' && to-from < 24 && !follows(t, to, "应该", "而是", "改成") {
			figure = figure || isNumeral(t[to]) || isAlpha(t[to])
			to++
		}
		if !figure || to == from {
			continue
		}
		rest := string(t[to:])
		if strings.Contains(rest, "是") || strings.Contains(rest, "改") || strings.Contains(string(t[:i]), "是") || strings.TrimLeft(rest, " ,，。.!") == "" && i <= 3 {
			return from, to
		}
		if to < len(t) && isBreak(t[to]) && len(t)-to <= 14 { // 不是1208，1218
			return from, to
		}
	}
	return 0, 0
}

// righted is a text without what it says is not so: 不是1506 是1605 没热水 → 1605 没热水.
func righted(t []rune) []rune {
	from, to := takenBack(t)
	if to == from {
		return t
	}
	for from > 0 && t[from-1] == ' ' {
		from--
	}
	from -= 2 // 不是
	for _, w := range []string{"房间号", "房号", "房间"} {
		if n := len([]rune(w)); from > 0 && ends(t[:from], []string{w}) {
			from -= n
			break
		}
	}
	for to < len(t) && isBreak(t[to]) {
		to++
	}
	for _, w := range []string{"应该是", "而是", "是"} {
		if follows(t, to, w) {
			to += len([]rune(w))
			break
		}
	}
	return blank(t, max(from, 0), to)
}

// refusals are what people write who do not want to answer.
var refusals = []string{"跳过", "不方便", "不说", "不想说", "算了", "不用", "不用了", "不要", "不必", "不了", "没有", "没", "不知道", "不清楚", "忘了", "忘记了", "不记得", "记不清",
	"不想留", "不留", "不给", "不告诉", "不便", "保密", "略", "过", "下一个", "不需要", "不想", "无", "找不到", "看不到", "看不清", "没看到", "没找到", "说不清", "没写", "不提供", "别问了", "不晓得", "没带", "没有了", "先不", "不填", "不写", "pass", "skip", "no"}

// Declines says whether a text is a refusal to answer and nothing else: 不方便,
// 算了吧, 不想告诉你们, 不用了谢谢.
func Declines(text string) bool {
	s := core(text)
	if n := len([]rune(s)); n == 0 || n > longestAnswer || question(text) || strings.ContainsAny(s, "0123456789") {
		return false
	}
	s = strings.TrimPrefix(s, "还是")
	for _, form := range forms(s) {
		for _, w := range refusals {
			if form == w {
				return true
			}
		}
	}
	for _, w := range []string{"不方便", "不想说", "不想告诉", "不想留", "不想给", "不告诉", "不愿意", "不便", "不记得", "记不得", "记不清", "忘记", "不知道", "没法说", "懒得", "找不着", "没记"} {
		if strings.Contains(s, w) && len([]rune(s)) <= 10 {
			return true
		}
	}
	return false
}
