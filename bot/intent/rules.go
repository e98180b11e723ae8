package intent

import (
	"math"
	"slices"
	"strings"
)

// sheet is the work on one message.
type sheet struct {
	t       []rune
	hits    []hit
	ctx     Context
	size    int // letters, digits and Han
	score   map[Intent]float64
	whole   map[Intent]float64 // what rules and the classifier say of the whole, without its clauses
	settled bool               // a rule has read the whole message
	hurried bool               // a word of urging stands in it
	asks    bool               // it asks whether: 给不给打包
	left    bool               // it tells of a thing that was left behind
	absent  bool               // it says that something is not there: 热水没有哦
	ill     bool               // somebody is ill, and it is short
	out     Reading
}

func (s *sheet) raise(i Intent, v float64) { s.score[i] = max(s.score[i], v) }

func (s *sheet) why(line string) {
	if len(s.out.Why) < 8 && !slices.Contains(s.out.Why, line) {
		s.out.Why = append(s.out.Why, line)
	}
}

// rule raises an intent and says which word did it.
func (s *sheet) rule(i Intent, v float64, h hit) {
	s.raise(i, v)
	s.why(i.Name() + "：" + s.text(h))
}

func (s *sheet) text(h hit) string { return string(s.t[h.from:h.to]) }

func (s *sheet) any(t tag) bool {
	return slices.ContainsFunc(s.hits, func(h hit) bool { return h.tags&t != 0 })
}

// rules finds what must never be missed, and what whole messages say.
func (s *sheet) rules() {
	if s.size == 0 {
		s.wordless()
		return
	}
	s.danger()
	s.claims()
	s.mild()
	s.wholes()
}

// wordless reads a message of pictures and marks only.
func (s *sheet) wordless() {
	s.settled = true
	switch {
	case slices.ContainsFunc(s.t, isAngry):
		s.raise(Abuse, 0.8)
		s.why("生气的表情")
	case slices.ContainsFunc(s.t, isEmoji):
		s.raise(Thanks, 0.8)
		s.why("只有表情")
	case s.ctx.Open && slices.ContainsFunc(s.t, func(r rune) bool { return r == '?' }):
		s.raise(Progress, 0.7)
		s.hurried = true
		s.why("有单未结，只打了问号")
	}
}

// danger reads threats, injury, danger to life.
func (s *sheet) danger() {
	s.out.SafetyWords = s.listed(tSafety)
	s.out.MajorWords = s.listed(tMajor)
	for _, h := range s.hits {
		if h.tags&tHarm != 0 && !s.negated(h) {
			s.out.SelfHarm = true
			s.rule(SelfHarm, 0.97, h)
		}
	}
	s.out.Safety = len(s.out.SafetyWords) > 0
	if s.out.Safety {
		s.raise(Repair, 0.6)
		s.why("安全：" + strings.Join(s.out.SafetyWords, " "))
	}
	if len(s.out.MajorWords) > 0 {
		s.raise(Complaint, short(s.size, 30, 0.85, 0.45))
		s.why("重大：" + strings.Join(s.out.MajorWords, " "))
	}
	s.out.Major = s.out.Safety || s.out.SelfHarm || len(s.out.MajorWords) > 0
}

// listed gives the words of a tag that are not denied, longest where they lie
// over each other, at most 8.
func (s *sheet) listed(t tag) []string {
	var out []string
	var last hit
	denied := hit{from: -1, to: -1}
	for _, h := range s.hits {
		if h.tags&t == 0 || h.to <= last.to && last.to > 0 {
			continue
		}
		if s.negated(h) || denied.to > 0 && s.joined(denied.to, h.from) {
			denied = h
			continue
		}
		if len(out) > 0 && h.from == last.from {
			out = out[:len(out)-1]
		}
		last = h
		if w := s.text(h); len(out) < 8 && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// joined says that only "、", "或", "和" lie between: 没有冒烟、漏电.
func (s *sheet) joined(from, to int) bool {
	if from > to || to-from > 2 {
		return false
	}
	for _, r := range s.t[from:to] {
		if !strings.ContainsRune("、或和也及跟", r) {
			return false
		}
	}
	return true
}

// loose may stand between a denial and what it denies: 没有看到冒烟.
const loose = "说有再出现发生看到见闻听什么任何了过那太的想要打算用必需转找叫联系会能去给被地方是在"

// denials end what stands before a denied word.
var denials = []string{"没", "不", "未", "无", "别", "勿", "莫", "没有", "不用", "不要", "不想", "不必", "无需", "并非", "防止", "预防", "避免", "以免", "免得"}

// questions look like a denial and are none: 能不能报警, 有没有冒烟.
var questions = []string{"能不能", "要不要", "可不可以", "是不是", "会不会", "有没有", "想不想", "需不需要", "用不用", "该不该", "不会是", "不是", "不得不", "不能不", "还没", "都没", "无非", "不仅", "不但", "不光", "不只", "忍不住", "差不多", "差点没", "要不是", "怪不得", "不然", "再不", "要不", "不行"}

// negated says whether a word is denied by what stands before it.
func (s *sheet) negated(h hit) bool {
	i := h.from
	low := max(0, i-8)
	for k := 0; i > low && k < 6; k++ {
		if ends(s.t[low:i], questions) {
			return false
		}
		if ends(s.t[low:i], denials) {
			// 不会漏电吧 is a fear, no denial.
			return !(i < h.from && s.t[i] == '会' && follows(s.t, h.to, "吧", "了吧", "的吧"))
		}
		if !strings.ContainsRune(loose, s.t[i-1]) {
			return false
		}
		i--
	}
	return false
}

// story is the length, in letters, from which a word tells of something that
// happened rather than of a wish: 找来经理 in a long review. It still counts; what the
// whole is about leads.
const story = 32

// claims reads the wishes that a word decides: a person, a complaint, a right.
func (s *sheet) claims() {
	for _, h := range s.hits {
		switch {
		case h.tags&tHuman != 0 && !s.refused(h):
			s.rule(Human, short(s.size, story, 0.95, 0.6), h)
		case h.tags&tComplaint != 0 && !s.negated(h) && !ends(s.t[:h.from], notComing):
			s.complaint(h)
		case h.tags&tGrievance != 0 && !s.negated(h):
			s.rule(Complaint, short(s.size, story, 0.8, 0.45), h)
			if s.size <= story && s.any(tBroken) {
				s.raise(Repair, 0.45) // it is to be mended, too
			}
		case h.tags&tErase != 0 && !s.negated(h):
			s.rule(Erase, 0.95, h)
		case h.tags&tUnsubscribe != 0:
			s.rule(Unsubscribe, short(s.size, 14, 0.95, 0.6), h)
		}
		if h.tags&tProgress != 0 {
			s.rule(Progress, short(s.size, 20, 0.75, short(s.size, 40, 0.5, 0.3)), h)
		}
		if h.tags&tUrge != 0 && s.size <= 60 && !s.negated(h) {
			s.hurried = true
			s.rule(Progress, short(s.size, 12, 0.62, 0.35), h)
		}
	}
}

// notComing stand before 投诉 when none is meant: 我不是投诉，是建议.
var notComing = []string{"不是", "不是来", "不是要", "不是想", "不算"}

func short(size, limit int, yes, no float64) float64 {
	if size <= limit {
		return yes
	}
	return no
}

// complaint tells 我要投诉 from 我的投诉怎么样了.
func (s *sheet) complaint(h hit) {
	if s.any(tProgress) && s.size <= 20 {
		s.rule(Progress, 0.9, h)
		return
	}
	s.rule(Complaint, short(s.size, 2*story, 0.93, 0.5), h)
}

// refused says whether a person is not wanted: 不用人工, 先不转人工.
func (s *sheet) refused(h hit) bool {
	return slices.ContainsFunc(s.hits, func(n hit) bool {
		return n.tags&tHumanNeg != 0 && n.to <= h.from && h.from-n.to <= 1 && !(h.from-n.to == 1 && isBreak(s.t[n.to])) &&
			!ends(s.t[:n.to], questions)
	})
}

// wholes reads messages that are a greeting, thanks, a rating, a number, abuse
// from end to end.
func (s *sheet) wholes() {
	switch {
	case s.size > 24:
	case s.out.Fields.Number != "" && bare(s.t) == s.out.Fields.Number:
		s.settle(Progress, 0.85, "只有编号")
	case strings.EqualFold(bare(s.t), "td"):
		s.settle(Unsubscribe, 0.97, "TD")
	case s.any(tPlight) && covered(s.t, s.hits, tPlight|tGreet|tFiller):
		s.settle(Complaint, 0.8, "难受")
	case s.figure():
		s.settled = true // 三百二十: nothing is wanted yet
	case s.any(tUrge) && covered(s.t, s.hits, tUrge|tThanks|tGreet|tFiller):
		s.settle(Progress, 0.85, "只有催")
	case covered(s.t, s.hits, tGreet):
		s.settle(Greeting, 0.95, "只有问候")
	case s.stars() > 0:
		s.settle(Rating, 0.8, "只有评分")
		s.out.Stars = s.stars()
	case covered(s.t, s.hits, tGreet|tFiller) && s.any(tGreet):
		s.settle(Greeting, 0.9, "只有问候")
	case covered(s.t, s.hits, tThanks|tGreet|tFiller) && s.any(tThanks):
		s.settle(Thanks, 0.9, "只有道谢或应答")
	}
	if !s.settled && (covered(s.t, s.hits, tFiller) || s.fieldOnly()) {
		s.settled = true // 那个, 我想, 1208房: nothing is wanted yet
	}
	if s.size <= 25 && s.any(tAbuse) && !s.any(tThing|tGeneral|tCategory|tBroken|tOrderish|tProgress|tComplaint|tHuman|tProduct) {
		s.raise(Abuse, 0.8)
		s.why("骂人，没有说事")
	}
}

func (s *sheet) settle(i Intent, v float64, why string) {
	s.raise(i, v)
	s.why(why)
	s.settled = true
}

// fieldOnly says that a message is a phone, an order number or a room and no more.
func (s *sheet) fieldOnly() bool {
	f, b := s.out.Fields, strings.ToUpper(bare(s.t))
	b = strings.TrimRight(b, "号房间室")
	if f.Phone != "" && f.Name != "" && strings.Replace(strings.Replace(b, f.Phone, "", 1), f.Name, "", 1) == "" { // 王磊 13800138000
		return true
	}
	return b != "" && (b == f.Phone || b == strings.ReplaceAll(f.Order, "-", "") || b == f.Room)
}

// stars reads a message that is nothing but a rating.
func (s *sheet) stars() int {
	for i, t := range []tag{tRate1, tRate2, tRate3, tRate4, tRate5} {
		for _, h := range s.hits {
			if h.tags&t != 0 && bare(s.t) == s.text(h) {
				return i + 1
			}
		}
	}
	return 0
}

// urge says whether the customer wants something under way to go faster: 快点送两瓶水
// wants water, and is no question of how far it is.
func (s *sheet) urge() bool {
	switch s.out.Main {
	case Progress:
		return s.hurried
	case Complaint, Unknown, Other, Abuse:
		return s.hurried && s.ctx.Open
	}
	return false
}

// anger adds up angry words, swearing, exclamation marks, threats.
func (s *sheet) anger() float64 {
	var a float64
	to := -1
	for _, h := range s.hits {
		if h.tags&(tAngry|tAbuse) != 0 && h.from >= to && !s.negated(h) {
			a += 0.45
			to = h.to
		}
	}
	marks, run := 0, 0
	for i, r := range s.t {
		switch {
		case r == '!':
			marks++
		case i > 0 && r == s.t[i-1] && r == '?':
			run++
		}
	}
	a += 0.12*float64(min(marks, 5)) + 0.08*float64(min(run, 4))
	if a > 0 && s.hurried {
		a += 0.2
	}
	if len(s.out.MajorWords) > 0 {
		a += 0.3
	}
	return math.Round((1-math.Exp(-a))*100) / 100
}

// half: see Reader.Half.
func (s *sheet) half() bool {
	main := s.out.Intents[0]
	if s.out.Major || rank(main) < 5 || s.out.Fields.has(s.ctx.Asked) {
		return false
	}
	switch last := lastMark(s.t); last {
	case ',', '，', '、', '…':
		return true
	}
	if main.Intent == Greeting && (s.settled || s.size <= 8) {
		return true
	}
	return s.size <= 8 && (main.Intent == Unknown || main.Intent == Other || main.Confidence < sure)
}

// lastMark is the last rune but blanks; dots in a row count as '…'.
func lastMark(t []rune) rune {
	s := strings.TrimRight(string(t), " ")
	for _, dots := range []string{"..", "。。", "…"} {
		if strings.HasSuffix(s, dots) {
			return '…'
		}
	}
	r := []rune(s)
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}
