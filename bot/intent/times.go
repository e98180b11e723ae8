package intent

import "strings"

// when finds the words that say a time: a day, a part of it, an hour, next to
// each other.
func when(t []rune) string {
	if m, ok := findTime(t); ok {
		return strings.TrimSpace(string(t[m.from:m.to]))
	}
	return ""
}

// mention is a time as it was said: which day, which part of it, which hour.
type mention struct {
	from, to int // runes

	day     dayKind
	offset  int // days, weeks or months from now
	weekday int // 1 Monday to 7 Sunday
	year    int
	month   int
	date    int

	part     part
	clock    bool // an hour was said
	colon    bool // as 9:30
	hour     int
	minute   int
	until    bool // 到五点
	hour2    int
	minute2  int
	part2    part
	after    bool // 以后
	before   bool // 以前
	relative int  // minutes from now, when minutes or hours were counted
}

type dayKind int

const (
	noDay     dayKind = iota
	dayOffset         // offset days from today
	weekDay           // weekday of the week offset from this one
	anyWeek           // a weekday, no week named
	wholeWeek         // the week offset from this one
	weekend           // Saturday and Sunday of the week offset
	aMonth            // the month offset from this one
	aYear             // the year offset from this one
	yearMonth         // a month of that year
	monthDay          // month and date, perhaps with a year
	bareDate          // 26号
	lately            // 前几天
	counted           // relative minutes
)

type part int

const (
	noPart part = iota
	dawn
	early
	morning
	noon
	afternoon
	dusk
	evening
	night
)

// timeWord is one word of time and what it means.
type timeWord struct {
	text []rune
	set  func(*mention)
}

var dayWords, partWords = func() (days, parts map[rune][]timeWord) {
	days, parts = map[rune][]timeWord{}, map[rune][]timeWord{}
	add := func(to map[rune][]timeWord, list string, set func(*mention)) {
		for s := range strings.FieldsSeq(list) {
			r := []rune(s)
			to[r[0]] = append(to[r[0]], timeWord{r, set})
		}
	}
	for n, list := range map[int]string{-3: "大前天", -2: "前天 前日", -1: "昨天 昨日 昨儿", 0: "今天 今日 今儿 当天", 1: "明天 明日 明儿 次日 第二天", 2: "后天 后日", 3: "大后天"} {
		add(days, list, func(m *mention) { m.day, m.offset = dayOffset, n })
	}
	for n, short := range map[int]string{-1: "昨", 0: "今", 1: "明", -2: "前", 2: "后"} {
		for p, suffix := range map[part]string{evening: "晚", early: "早", night: "夜"} {
			if (short == "前" || short == "后") && p != evening {
				continue
			}
			add(days, short+suffix, func(m *mention) { m.day, m.offset, m.part = dayOffset, n, p })
		}
	}
	for _, week := range []string{"周", "星期", "礼拜"} {
		for i, d := range []string{"一", "二", "三", "四", "五", "六", "日", "天"} {
			wd := min(i+1, 7)
			name := week + d
			if week == "周" && d == "天" {
				continue
			}
			add(days, name, func(m *mention) { m.day, m.weekday = anyWeek, wd })
			for prefix, off := range weeks {
				add(days, prefix+name+" "+prefix+"个"+name, func(m *mention) { m.day, m.weekday, m.offset = weekDay, wd, off })
			}
		}
		for prefix, off := range weeks {
			list := prefix + week + " " + prefix + "个" + week
			if week == "周" {
				list = prefix + week
				add(days, prefix+"周末", func(m *mention) { m.day, m.offset = weekend, off })
			}
			add(days, list, func(m *mention) { m.day, m.offset = wholeWeek, off })
		}
	}
	add(days, "周末", func(m *mention) { m.day = weekend })
	for prefix, off := range map[string]int{"上": -1, "这": 0, "本": 0, "下": 1} {
		list := prefix + "个月"
		if prefix == "本" {
			list = "本月"
		}
		add(days, list, func(m *mention) { m.day, m.offset = aMonth, off })
	}
	add(days, "前几天 前两天 前些天 前阵子 这几天 这两天", func(m *mention) { m.day = lately })
	add(days, "刚才 刚刚 刚 现在 马上 立刻", func(m *mention) { m.day = counted })
	for p, list := range map[part]string{
		dawn: "凌晨", early: "清晨 早上 早晨 一早 一大早", morning: "上午", noon: "中午", afternoon: "下午 午后",
		dusk: "傍晚", evening: "晚上 晚间 晚", night: "夜里 半夜 夜间 深夜 大半夜",
	} {
		add(parts, list, func(m *mention) { m.part = p })
	}
	return days, parts
}()

var weeks = map[string]int{"上": -1, "上上": -2, "这": 0, "本": 0, "下": 1, "下下": 2}

// firsts are the characters with which the words of a time begin.
var firsts = func() *[1 << 16]bool {
	set := new([1 << 16]bool)
	for _, words := range []map[rune][]timeWord{dayWords, partWords} {
		for r := range words {
			set[r] = true
		}
	}
	set['半'], set['去'] = true, true
	return set
}()

func beginsTime(r rune) bool { return numeric(r) || r < 1<<16 && firsts[r] }

// findTime finds the first time in a text.
func findTime(t []rune) (m mention, ok bool) {
	for i, r := range t {
		if !beginsTime(r) {
			continue
		}
		if m, ok := timeAt(t, i); ok {
			return m, true
		}
	}
	return mention{}, false
}

// timeAt reads a time that begins at i.
func timeAt(t []rune, i int) (m mention, ok bool) {
	m.from = i
	after := i > 0 && numeric(t[i-1]) // inside a longer number
	n := i
	switch {
	case !after && m.distance(t, &n):
		m.to = n
		return m, true
	case m.yearly(t, &n):
	case m.word(t, &n, dayWords):
		if m.day == counted && n-i == 1 { // 刚 alone is no time
			return m, false
		}
	case !after && m.calendar(t, &n):
	}
	mark := n
	skipJoint(t, &n)
	if m.part == noPart || m.day == dayOffset {
		if comparative(t[n:]) || !m.word(t, &n, partWords) {
			n = mark
		}
	}
	mark = n
	skipJoint(t, &n)
	if (n == i && after) || !m.clockAt(t, &n) {
		n = mark
	}
	if n == i {
		return m, false
	}
	if m.day == noDay && m.part == evening && !m.clock && n-i == 1 { // 晚 alone: 太晚了, 晚饭
		return m, false
	}
	if m.day == noDay && m.part == noPart && n-i == 2 && (t[i] == '一' || t[i] == '1') { // 差一点, 一点也不
		return m, false
	}
	m.limits(t, &n)
	m.to = n
	return m, true
}

// comparative holds for 晚一点, 早点: sooner or later than something, no hour.
func comparative(t []rune) bool {
	if len(t) < 2 || t[0] != '晚' && t[0] != '早' {
		return false
	}
	return t[1] == '点' || len(t) > 2 && strings.ContainsRune("一1", t[1]) && t[2] == '点'
}

// yearly reads 去年, 去年12月3号, 明年1月.
func (m *mention) yearly(t []rune, n *int) bool {
	off, ok := 0, false
	for i, w := range []string{"前年", "去年", "今年", "明年", "后年"} {
		if t[*n] == []rune(w)[0] && *n+1 < len(t) && t[*n+1] == '年' {
			off, ok = i-2, true
		}
	}
	if !ok {
		return false
	}
	*n += 2
	if *n < len(t) && t[*n] == '的' {
		*n++
	}
	if !m.calendar(t, n) || m.day != monthDay {
		*m = mention{from: m.from, day: aYear}
		if v, k := whole(t, *n); k > 0 && v >= 1 && v <= 12 && *n+k < len(t) && t[*n+k] == '月' {
			m.day, m.month = yearMonth, v
			*n += k + 1
			if *n < len(t) && t[*n] == '份' {
				*n++
			}
		}
	}
	m.offset = off
	return true
}

func skipJoint(t []rune, n *int) {
	if *n < len(t) && (t[*n] == ' ' || t[*n] == '的') {
		*n++
	}
}

// word takes the longest word of a list that begins here.
func (m *mention) word(t []rune, n *int, list map[rune][]timeWord) bool {
	if *n >= len(t) {
		return false
	}
	var best *timeWord
	words := list[t[*n]]
	for i := range words {
		w := &words[i]
		if (best == nil || len(w.text) > len(best.text)) && hasAt(t, *n, w.text) {
			best = w
		}
	}
	if best == nil {
		return false
	}
	best.set(m)
	*n += len(best.text)
	return true
}

func hasAt(t []rune, i int, w []rune) bool {
	if len(w) > len(t)-i {
		return false
	}
	for k, r := range w {
		if t[i+k] != r {
			return false
		}
	}
	return true
}

// distance reads 半小时后, 两个小时前, 3天后, 一周前.
func (m *mention) distance(t []rune, n *int) bool {
	i := *n
	half := t[i] == '半'
	v, k := int64(0), 1
	if !half {
		v, k = numeral(t[i:])
		if k == 0 || v > 36500*100 {
			return false
		}
	}
	i += k
	if i < len(t) && t[i] == '个' {
		i++
	}
	if !half && i < len(t) && t[i] == '半' { // 两个半小时
		v += 50
		i++
	}
	if half {
		v = 50
	}
	for _, u := range units {
		if !hasAt(t, i, u.text) {
			continue
		}
		i += len(u.text)
		sign := 0
		switch {
		case follows(t, i, "以前", "之前", "前"):
			sign = -1
		case follows(t, i, "以后", "之后", "后", "内"):
			sign = 1
		default:
			return false
		}
		i += 1
		if t[i-1] == '以' || t[i-1] == '之' {
			i++
		}
		if u.minutes > 0 {
			m.day, m.relative = counted, sign*int(v)*u.minutes/100
		} else {
			m.day, m.offset = dayOffset, sign*int(v)*u.days/100
		}
		*n = i
		return true
	}
	return false
}

var units = []struct {
	text          []rune
	minutes, days int
}{
	{[]rune("分钟"), 1, 0}, {[]rune("小时"), 60, 0}, {[]rune("钟头"), 60, 0}, {[]rune("天"), 0, 1}, {[]rune("星期"), 0, 7},
	{[]rune("周"), 0, 7}, {[]rune("礼拜"), 0, 7}, {[]rune("月"), 0, 30}, {[]rune("年"), 0, 365},
}
