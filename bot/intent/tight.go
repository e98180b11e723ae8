package intent

import (
	"cmp"
	"slices"
)

// never is what must not be missed because somebody parts the characters: 1 2 3 1 5,
// 投 诉, 报.警.
const never = tHuman | tHumanNot | tComplaint | tComplaintNot | tMajor | tMajorNot | tSafety | tSafetyNot | tHarm | tHarmNot

// tightRunes is how long a text may be for its characters to be put together.
const tightRunes = 200

// parts holds for what people put between the characters of a word.
func parts(r rune) bool {
	switch r {
	case ' ', '.', '-', '*', '_', '/', '|', '+', '~', '·', '•', '、', '\'', '"', '^', '=', '#':
		return true
	}
	return false
}

// together finds words whose characters are parted, and adds them to hits.
func (w *words) together(t []rune, hits []hit) []hit {
	if len(t) > tightRunes {
		return hits
	}
	tight, at, gaps := make([]rune, 0, len(t)), make([]int, 0, len(t)), 0
	for i, r := range t {
		if parts(r) {
			gaps++
			continue
		}
		tight, at = append(tight, r), append(at, i)
	}
	if gaps == 0 || len(tight) < 2 {
		return hits
	}
	n := len(hits)
	for _, h := range w.find(tight, nil) {
		from, to := at[h.from], at[h.to-1]+1
		h.tags &= never
		if h.tags == 0 || to-from == h.to-h.from || !parted(tight, at, h) || h.tags&tHuman != 0 && !alone(t, from, to) {
			continue
		}
		hits = append(hits, hit{from, to, h.tags, 0})
	}
	if len(hits) > n {
		slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	}
	return hits
}

// parted says that a word is written with something between all its characters, or,
// where it is of digits, between some. 客人 工程 is not 人工 with a blank.
func parted(tight []rune, at []int, h hit) bool {
	digits, gaps := true, 0
	for i := h.from; i < h.to; i++ {
		digits = digits && isDigit(tight[i])
		if i > h.from {
			d := at[i] - at[i-1]
			if d > 3 {
				return false
			}
			if d > 1 {
				gaps++
			}
		}
	}
	return gaps == h.to-h.from-1 || digits && gaps > 0
}

// alone says that what stands before and behind is the edge of a clause or a word
// of wanting: 转 人 工.
func alone(t []rune, from, to int) bool {
	for from > 0 && parts(t[from-1]) {
		from--
	}
	before := from == 0 || isBreak(t[from-1]) || slices.Contains([]rune("转找要叫请接"), t[from-1])
	return before && (to == len(t) || isBreak(t[to]) || parts(t[to]) || !isHan(t[to]) || slices.Contains([]rune("客服吧啊呢在"), t[to]))
}
