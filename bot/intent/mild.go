package intent

import (
	"slices"
	"strings"
)

// mild reads what short texts without a harsh word say of themselves.
func (s *sheet) mild() {
	s.out.Ill = s.size <= 2*story && s.any(tIll) && !s.any(tGood)
	s.ill = s.out.Ill && s.size <= story
	if s.size > story || s.out.Major || s.any(tGrievance|tComplaint|tAngry|tAbuse|tStrongBad|tBroken) {
		return
	}
	if either(s.t) {
		s.asks = true
		s.raise(Inquiry, 0.75)
		s.why("问是不是")
	}
	for _, h := range s.hits {
		if h.tags&tSupply != 0 && s.itself(h) && s.lacks(h.to) {
			s.absent = true
			s.rule(Repair, 0.65, h)
		}
		if h.tags&tLost != 0 && !s.any(tAsk) {
			s.left = true
			s.rule(Request, 0.75, h)
		}
	}
}

// itself says that a word is not the end of a longer thing: 水 in 矿泉水.
func (s *sheet) itself(h hit) bool {
	return !slices.ContainsFunc(s.hits, func(o hit) bool { return o.to == h.to && o.from < h.from && o.tags&tThing != 0 && o.tags&tSupply == 0 })
}

// lacks says that what stands before at is not there, as some regions put it: 热水没有哦.
func (s *sheet) lacks(at int) bool {
	for _, w := range []string{"没有", "没了"} {
		if !follows(s.t, at, w) || isBreak(s.t[at]) {
			continue
		}
		at += 2
		for at < len(s.t) && strings.ContainsRune("了哦啊呀嘛撒喔噢", s.t[at]) {
			at++
		}
		return at == len(s.t) || isBreak(s.t[at]) && s.t[at] != '?'
	}
	return false
}

// eithers are the characters of which x不x asks something of us; 能不能送水 is a wish.
const eithers = "给让带收含包开远贵近早晚吵热冷算用免供卖退换送做办"

// either says that a text asks by x不x: 给不给打包, 贵不贵.
func either(t []rune) bool {
	for i := 0; i+2 < len(t); i++ {
		if t[i+1] == '不' && t[i] == t[i+2] && strings.ContainsRune(eithers, t[i]) {
			return true
		}
	}
	return false
}

// figure says that a message is a number in Chinese, and no more.
func (s *sheet) figure() bool {
	text := strings.TrimRight(bare(s.t), "元块钱")
	for _, w := range []string{"一共", "总共", "大概", "大约", "就是", "是", "共"} {
		text = strings.TrimPrefix(text, w)
	}
	b := []rune(text)
	if len(b) < 2 || s.any(tAbuse|tMajor|tThanks) || strings.ContainsFunc(string(b), isDigit) {
		return false
	}
	_, n := numeral(b)
	return n == len(b)
}
