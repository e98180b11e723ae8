package intent

import (
	"slices"
	"strings"
)

// calendar reads 11月26日, 十一月二十六号, 2026-12-03, 2026年12月3号, 12/3, 26号.
func (m *mention) calendar(t []rune, n *int) bool {
	v, k := whole(t, *n)
	if k == 0 {
		return false
	}
	i := *n + k
	at := func(r ...rune) bool {
		for _, c := range r {
			if i < len(t) && t[i] == c {
				return true
			}
		}
		return false
	}
	year := 0
	switch {
	case v >= 2000 && v < 2100 && at('年', '-', '/', '.'):
		year = v
		i++
		if v, k = whole(t, i); k == 0 {
			return false
		}
		i += k
	case at('号') && v >= 1 && v <= 31 && !follows(t, i, "号楼", "号房", "号线", "号码", "号桌", "号门", "号机", "号院", "号店", "号厅", "号间", "号车", "号柜", "号电"):
		m.day, m.date = bareDate, v
		*n = i + 1
		return true
	}
	slash := at('/') || year > 0 && at('-', '.')
	if v < 1 || v > 12 || !at('月') && !slash {
		return false
	}
	d, k2 := whole(t, i+1)
	if k2 == 0 || d < 1 || d > 31 {
		return false
	}
	j := i + 1 + k2
	if follows(t, j, "日", "号") && j < len(t) && t[j] != ' ' {
		j++
	} else if !slash || j < len(t) && (isDigit(t[j]) || t[j] == '/') {
		if !(at('月') && (j == len(t) || !unit(t, j) && !isDigit(t[j]))) {
			return false
		}
	}
	m.day, m.year, m.month, m.date = monthDay, year, v, d
	*n = j
	return true
}

// whole reads a number below 10,000 that is whole.
func whole(t []rune, i int) (v, n int) {
	if i >= len(t) {
		return 0, 0
	}
	// 12.3 is a date here, not a fraction
	for i+n < len(t) && n < 4 && isDigit(t[i+n]) {
		v = v*10 + int(t[i+n]-'0')
		n++
	}
	if n > 0 {
		return v, n
	}
	h, n := han(t[i:])
	if n == 0 || h > 999900 || h%100 != 0 {
		return 0, 0
	}
	return int(h / 100), n
}

// clockAt reads 3点, 三点半, 15:30, 3点20分, 三点一刻, and the end of 3点到5点.
func (m *mention) clockAt(t []rune, n *int) bool {
	h, mi, k := clock(t, *n)
	if k == 0 {
		return m.bareRange(t, n)
	}
	m.clock, m.hour, m.minute = true, h, mi
	m.colon = slices.Contains(t[*n:*n+k], ':')
	*n += k
	i := *n
	if !dash(t, &i) {
		return true
	}
	probe := mention{}
	probe.word(t, &i, partWords)
	if h, mi, k := clock(t, i); k > 0 {
		m.until, m.hour2, m.minute2, m.part2 = true, h, mi, probe.part
		*n = i + k
	}
	return true
}

// bareRange reads 2到4点: the first hour has no 点 of its own.
func (m *mention) bareRange(t []rune, n *int) bool {
	h, k := whole(t, *n)
	i := *n + k
	if k == 0 || k > 2 || h > 24 || !dash(t, &i) {
		return false
	}
	h2, mi, k2 := clock(t, i)
	if k2 == 0 {
		return false
	}
	m.clock, m.hour, m.until, m.hour2, m.minute2 = true, h, true, h2, mi
	*n = i + k2
	return true
}

func dash(t []rune, i *int) bool {
	j := *i
	for j < len(t) && t[j] == ' ' {
		j++
	}
	if j < len(t) && strings.ContainsRune("到至-~–—～", t[j]) {
		j++
		for j < len(t) && (t[j] == ' ' || t[j] == '-' || t[j] == '—') {
			j++
		}
		*i = j
		return true
	}
	return false
}

// clock reads one hour; n is 0 when there is none.
func clock(t []rune, at int) (h, minute, n int) {
	h, k := whole(t, at)
	i := at + k
	if k == 0 || h > 24 || i >= len(t) {
		return 0, 0, 0
	}
	switch {
	case t[i] == '点' && !follows(t, i, "点儿", "点了", "点多份", "点半价", "点建议", "点意见", "点问题", "点要求", "点疑问", "点想法"):
		i++
		switch {
		case i < len(t) && t[i] == '半':
			return h, 30, i + 1 - at
		case i < len(t) && t[i] == '钟', follows(t, i, "整") && i < len(t) && t[i] == '整':
			return h, 0, i + 1 - at
		case i+1 < len(t) && t[i+1] == '刻' && (t[i] == '一' || t[i] == '1'):
			return h, 15, i + 2 - at
		case i+1 < len(t) && t[i+1] == '刻' && (t[i] == '三' || t[i] == '3'):
			return h, 45, i + 2 - at
		}
		if i < len(t) && (t[i] == '零' || t[i] == '〇') { // 三点零五
			if m, k := whole(t, i+1); k == 1 {
				i += 1 + k
				if i < len(t) && t[i] == '分' {
					i++
				}
				return h, m, i - at
			}
		}
		if m, k := whole(t, i); k > 0 && m < 60 && (k < 3 || !isDigit(t[i])) && !(i+k < len(t) && unit(t, i+k) && t[i+k] != '分') {
			i += k
			if i < len(t) && t[i] == '分' {
				i++
			}
			return h, m, i - at
		}
		return h, 0, i - at
	case t[i] == ':' && i+2 < len(t) && isDigit(t[i+1]) && isDigit(t[i+2]) && t[i+1] < '6' && (i+3 == len(t) || !isDigit(t[i+3])):
		return h, int(t[i+1]-'0')*10 + int(t[i+2]-'0'), i + 3 - at
	}
	return 0, 0, 0
}

// limits reads what follows an hour or a part: 以后, 之前, 左右.
func (m *mention) limits(t []rune, n *int) {
	if !m.clock && m.part == noPart {
		return
	}
	for _, w := range [...]struct {
		text          string
		after, before bool
	}{{"以后", true, false}, {"之后", true, false}, {"以前", false, true}, {"之前", false, true}, {"左右", false, false}} {
		if *n < len(t) && t[*n] != ' ' && follows(t, *n, w.text) {
			*n += 2
			m.after, m.before = w.after, w.before
			return
		}
	}
	if m.clock && *n < len(t) {
		switch {
		case t[*n] == '后' && !follows(t, *n, "后天", "后门", "后面", "后来"):
			m.after = true
			*n++
		case t[*n] == '前' && !follows(t, *n, "前台", "前天", "前厅", "前面", "前后"):
			m.before = true
			*n++
		}
	}
}
