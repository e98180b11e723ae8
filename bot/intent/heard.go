package intent

import (
	"slices"
	"strings"
	"unicode"
)

// MaxHeard is the most characters Heard gives.
const MaxHeard = 24

// Heard restates what a customer told in their own words, fit to stand before
// "，让您…": greetings, swearing, asides and marks go, 都没 becomes 还没, at most 24
// characters in whole clauses. It is empty when nothing short remains.
func (r *Reader) Heard(text string) string {
	t := righted(standard(plain(text)))
	t = t[assents(t):]
	if linked(string(t)) || !slices.ContainsFunc(t, isHan) { // another language is not taken apart
		return ""
	}
	for _, s := range namedPhones(t) {
		for i := s.from; i < s.to; i++ {
			t[i] = ',' // a number is repeated masked, if at all
		}
	}
	hits := r.vocab.Load().words.find(t, nil)
	var out []rune
	for _, c := range clauses(t) {
		part := restate(t[c.from:c.to])
		inside := within(hits, c)
		if len(part) < 2 || rude(inside) || unfit(string(part)) || covered(t[c.from:c.to], inside, tGreet|tFiller) {
			continue
		}
		if len(out) > 0 && (allDigits(part) && !allDigits(out) || part[len(part)-1] == '吗') {
			continue // a room, or a question, after the matter
		}
		n := len(out) + len(part)
		if len(out) > 0 {
			n++
		}
		if n > MaxHeard {
			break
		}
		if len(out) > 0 {
			out = append(out, joint(out, part)...)
		}
		out = append(out, part...)
	}
	return string(out)
}

// joint is what stands between two clauses: a blank after a room number.
func joint(out, part []rune) []rune {
	if isDigit(out[len(out)-1]) && isHan(part[0]) && strings.Trim(string(out), "0123456789") == "" {
		return []rune(" ")
	}
	return []rune("，")
}

func rude(hits []hit) bool {
	for _, h := range hits {
		if h.tags&(tAbuse|tHarm|tMajor|tHuman) != 0 {
			return true
		}
	}
	return false
}

// linked holds for texts with links or markup, which are never repeated.
func linked(s string) bool {
	return strings.ContainsAny(s, "<>{}[]@\\\"=&#$^*_`") || strings.Contains(s, "://") || strings.Contains(s, "www.")
}

// unfit holds for what must not be repeated: long numbers, asides.
func unfit(s string) bool {
	run := 0
	for _, r := range s {
		if isDigit(r) {
			if run++; run > 5 {
				return true
			}
		} else {
			run = 0
		}
	}
	if strings.Contains(s, "什么破") {
		return true
	}
	for _, a := range speech("asides") {
		if s == a || len(s) <= len(a)+6 && strings.Contains(s, a) {
			return true
		}
	}
	return false
}

// turned is how the customer's words sound when we say them; family comes first,
// since 您妈 would be rude.
var (
	family = strings.NewReplacer("我妈妈", "您母亲", "我妈", "您母亲", "我爸爸", "您父亲", "我爸", "您父亲", "我老婆", "您爱人", "我老公", "您爱人")
	turned = strings.NewReplacer("都没人", "还没人", "我们", "您", "我", "您", "你们", "", "你", "我们")
)

// restate turns a clause round to be said to the customer.
func restate(clause []rune) []rune {
	s := strings.TrimFunc(string(clause), func(r rune) bool { return !isWord(r) })
	s = family.Replace(s)
	for range 4 {
		s = cutOne(s, speech("openings"), strings.CutPrefix)
	}
	for range 2 {
		s = cutOne(s, speech("closings"), strings.CutSuffix)
	}
	s = turned.Replace(s)
	var out []rune
	for _, r := range s {
		if len(out) > 0 && isHan(r) && isDigit(out[len(out)-1]) && len(out) >= 3 && allDigits(out) {
			out = append(out, ' ')
		}
		if isWord(r) || r == ' ' {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

func allDigits(r []rune) bool { return strings.Trim(string(r), "0123456789") == "" }

func cutOne(s string, list []string, cut func(string, string) (string, bool)) string {
	for _, w := range list {
		if t, ok := cut(s, w); ok && t != "" {
			return t
		}
	}
	return s
}

// Question restates what a customer asked as something one may not know:
// 你们泳池能带火烈鸟吗 → 泳池能不能带火烈鸟. It is empty when the text is long or no
// question of this kind.
func (r *Reader) Question(text string) string {
	t := standard(plain(text))
	if linked(string(t)) {
		return ""
	}
	hits := r.vocab.Load().words.find(t, nil)
	for _, c := range clauses(t) {
		part := t[c.from:c.to]
		if rude(within(hits, c)) && len(part) < 8 {
			continue
		}
		s := string(restate(part))
		if len([]rune(s)) < 4 || len([]rune(s)) > MaxHeard || unfit(s) {
			continue
		}
		if q, ok := whether(s); ok {
			return q
		}
		if holds(s, "open") && !strings.HasSuffix(s, "了") || holds(s, "whether") || either([]rune(s)) {
			return s
		}
	}
	return ""
}

// whether turns 能…吗 into 能不能…, 有…吗 into 有没有….
func whether(s string) (string, bool) {
	body := s
	asked := false
	for _, end := range []string{"吗", "么", "嘛", "不", "没"} {
		if t, ok := strings.CutSuffix(body, end); ok {
			body, asked = t, true
			break
		}
	}
	if !asked {
		return "", false
	}
	for _, w := range [][2]string{{"支持", "支不支持"}, {"需要", "需不需要"}, {"可以", "可不可以"}, {"能", "能不能"}, {"有", "有没有"}, {"会", "会不会"}, {"要", "要不要"}, {"让", "让不让"}, {"是", "是不是"}} {
		if a, b, ok := strings.Cut(body, w[0]); ok && !strings.HasSuffix(a, "没") && !strings.HasSuffix(a, "不") {
			return a + w[1] + b, true
		}
	}
	return "", false
}
