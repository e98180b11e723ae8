package answer

import (
	"slices"
	"strings"
)

// units by what is written; the longest first where one begins another.
var units = []struct{ written, unit string }{
	{"个工作日", "工作日"}, {"工作日", "工作日"}, {"个小时", "小时"}, {"小时", "小时"}, {"个钟头", "小时"}, {"钟头", "小时"}, {"分钟", "分钟"},
	{"min", "分钟"}, {"秒", "秒"}, {"个星期", "周"}, {"星期", "周"}, {"周岁", "岁"}, {"周年", "周年"}, {"周", "周"}, {"个月", "月"}, {"月", "月"}, {"天", "天"}, {"日", "天"}, {"晚", "晚"}, {"夜", "晚"},
	{"年", "年"}, {"季", "季"}, {"岁", "岁"}, {"公里", "公里"}, {"千米", "公里"}, {"km", "公里"}, {"厘米", "厘米"}, {"公分", "厘米"}, {"cm", "厘米"}, {"平方米", "平米"}, {"平米", "平米"}, {"m2", "平米"}, {"平", "平米"}, {"米", "米"},
	{"公斤", "公斤"}, {"千克", "公斤"}, {"kg", "公斤"}, {"斤", "斤"}, {"毫升", "毫升"}, {"ml", "毫升"}, {"升", "升"}, {"元", "元"}, {"块钱", "元"}, {"块", "元"}, {"圆", "元"}, {"人民币", "元"}, {"rmb", "元"}, {"cny", "元"}, {"yuan", "元"}, {"角", "角"}, {"毛", "角"},
	{"美元", "美元"}, {"usd", "美元"}, {"折", "折"}, {"%", "%"}, {"成", "成"}, {"倍", "倍"}, {"积分", "分"}, {"分", "分"}, {"人", "人"}, {"位", "人"}, {"名", "人"}, {"楼", "楼"}, {"层", "楼"}, {"f", "楼"},
	{"号", "号"}, {"间", "间"}, {"套", "套"}, {"张", "张"}, {"份", "份"}, {"瓶", "瓶"}, {"杯", "杯"}, {"条", "条"}, {"件", "件"}, {"辆", "辆"}, {"次", "次"}, {"桌", "桌"}, {"台", "台"}, {"袋", "袋"}, {"盒", "盒"},
	{"只", "只"}, {"双", "双"}, {"趟", "趟"}, {"班", "班"}, {"档", "档"}, {"星", "星"}, {"度", "度"}, {"°c", "度"}, {"房", "房"}, {"室", "房"}, {"级", "级"}, {"页", "页"}, {"家", "家"}, {"处", "处"}, {"种", "种"}, {"项", "项"}, {"个", "个"},
	{"h", "小时"}, {"m", "米"},
}

func unitAt(t []rune) (unit string, n int) {
	for n < len(t) && t[n] == ' ' {
		n++
	}
	text := string(t[n:min(len(t), n+6)])
	for _, u := range units {
		if strings.HasPrefix(text, u.written) {
			w := []rune(u.written)
			if isLatin(w[len(w)-1]) && n+len(w) < len(t) && isLatin(t[n+len(w)]) {
				continue // m of mini
			}
			return u.unit, n + len(w)
		}
	}
	return "", 0
}

// number is one that was read, until its unit is known.
type number struct {
	value    string
	from, to int
	unit     string
	han      bool // written in Chinese
}

// numbers reads what is left: figures and numerals with their units. Those of a
// range or a list share the last one's: 1.2-1.5米, 2,588、3,288元.
func (s *scan) numbers() {
	var all []number
	done := 0
	for i := 0; i < len(s.t); i++ {
		if i > done && isLatin(s.t[i-1]) && isDigit(s.t[i]) {
			for i < len(s.t) && (isDigit(s.t[i]) || isLatin(s.t[i])) {
				i++ // xqg100 is a word
			}
			continue
		}
		if n := notNumber(s.t[i:]); n > 0 {
			i += n - 1
			continue
		}
		n, ok := s.number(i)
		if !ok {
			continue
		}
		all = append(all, n)
		done = n.to
		i = n.to - 1
	}
	for i := len(all) - 2; i >= 0; i-- {
		if gap := strings.TrimSpace(string(s.t[all[i].to:all[i+1].from])); all[i].unit == "" && (gap == "-" || gap == "、" || gap == "至" || gap == "到" || gap == "或" || gap == "/") {
			all[i].unit = all[i+1].unit
		}
	}
	for _, n := range all {
		if n.han && n.unit == "" && n.to-n.from < 2 {
			continue // 两 or 一 by itself
		}
		s.say(n.unit, n.value)
		for j := n.from; j < n.to; j++ {
			s.t[j] = ' '
		}
	}
}

// notNumbers begin like a numeral and are none.
var notNumbers = strings.Fields("一下 一起 一样 一些 一直 一定 一般 一切 一旦 一律 一共 一站式 一会儿 一会 一路 一流 一次性 一致 一方面 一边 一辈子 十分满意 十分抱歉 十足 千万别 千万不 万一 百货 万物 两边 双人 三方 五星级酒店 半价 半天没")

func notNumber(t []rune) int {
	for _, w := range notNumbers {
		if hasRunes(t, w) {
			return len([]rune(w))
		}
	}
	return 0
}

// number reads one at i with its unit, percentages in words and halves too.
func (s *scan) number(i int) (number, bool) {
	t := s.t[i:]
	if hasRunes(t, "百分之") {
		if v, n := numeral(t[3:]); n > 0 {
			return number{v, i, i + 3 + n, "%", false}, true
		}
	}
	if t[0] == '半' {
		if u, n := unitAt(t[1:]); n > 0 {
			return number{"0.5", i, i + 1 + n, u, true}, true
		}
	}
	v, n := numeral(t)
	if n == 0 {
		return number{}, false
	}
	out := number{value: v, from: i, to: i + n, han: !isDigit(t[0])}
	if n+1 < len(t) && t[n] == '点' {
		if d, m := numeral(t[n+1:]); m > 0 && len(d) <= 2 { // 一点五米
			out.value, out.to = tidy(v+"."+d), i+n+1+m
			n += 1 + m
		}
	}
	if i > 0 && strings.ContainsRune("¥￥$", s.t[i-1]) {
		out.unit = map[bool]string{true: "美元", false: "元"}[s.t[i-1] == '$']
		return out, true
	}
	if u, m := unitAt(t[n:]); m > 0 {
		out.unit, out.to = u, i+n+m
		if u == "折" && len(v) == 2 && !strings.Contains(v, ".") {
			out.value = tidy(v[:1] + "." + v[1:]) // 八五折
		}
	}
	return out, true
}

func hasRunes(t []rune, prefix string) bool {
	p := []rune(prefix)
	return len(t) >= len(p) && slices.Equal(t[:len(p)], p)
}
