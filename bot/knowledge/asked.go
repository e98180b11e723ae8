package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// asked is a question made ready: its terms without repeats, each with how much
// it tells.
type asked struct {
	terms  []term // sorted
	idf    []float64
	told   []float64 // as idf, light words less
	sum    float64   // of told
	rarest []int     // places in terms, rarest first
	known  []float64 // idf of the terms that some article has, highest first

	single []term // sorted
	late   []term // characters of the later part, where a short question says what it wants
	number bool   // asks how many or how much
	runes  int
}

// longQuestion is from how many characters on the later part is not looked at by
// itself: a letter says what it wants anywhere.
const longQuestion = 80

func (x *index) prepare(text string) asked {
	pairs, single := x.syn.cut(text, nil, nil)
	q := asked{terms: x.shorten(unique(pairs)), single: unique(single), runes: len([]rune(text)), number: asksNumber(text)}
	q.late = q.single
	if r := []rune(text); len(r) <= longQuestion {
		_, late := x.syn.cut(string(r[len(r)*2/5:]), nil, nil)
		q.late = unique(late)
	}
	for i, t := range q.terms {
		v := x.idf(t)
		told := x.told(t)
		q.idf, q.told = append(q.idf, v), append(q.told, told)
		q.sum += told
		q.rarest = append(q.rarest, i)
		if len(x.list(t)) > 0 {
			q.known = append(q.known, v)
		}
	}
	slices.SortStableFunc(q.rarest, func(i, j int) int { return -cmp.Compare(q.idf[i], q.idf[j]) })
	slices.SortFunc(q.known, func(a, b float64) int { return -cmp.Compare(a, b) })
	return q
}

func unique(ts []term) []term {
	slices.Sort(ts)
	return slices.Compact(ts)
}

// shorten keeps of many terms the rarest that articles have, and few that none
// has: these tell nothing of which article it is, only that it may be none.
func (x *index) shorten(ts []term) []term {
	if len(ts) <= maxQuery {
		return ts
	}
	slices.SortStableFunc(ts, func(a, b term) int { return cmp.Compare(len(x.list(a)), len(x.list(b))) })
	unknown := 0
	for unknown < len(ts) && len(x.list(ts[unknown])) == 0 {
		unknown++
	}
	ts = ts[max(0, min(unknown-maxQuery/4, len(ts)-maxQuery)):]
	ts = ts[:min(len(ts), maxQuery)]
	slices.Sort(ts)
	return ts
}

var numberWords = strings.Fields("多少 几 比例 标准 金额 数")

func asksNumber(s string) bool {
	for _, w := range numberWords {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// view is an article as its candidates are compared: made when it is first one,
// and kept for some thousands of articles.
type view struct {
	pairs, single []counted // askTimes as in posts
	variants      []variant
	singles       float64 // length in characters
	runes         float64 // of question and answer
	digits        bool
	titled        bool
	inAsks        []bool // of pairs: stands in a question
}

// variant is one way to ask: its terms, sorted.
type variant struct{ pairs, single []term }

const maxViews = 5000

func (x *index) view(n int32) *view {
	d := &x.docs[n]
	if v := d.view.Load(); v != nil {
		return v
	}
	v := x.syn.view(d.art)
	if x.kept.Load() < maxViews && d.view.CompareAndSwap(nil, v) {
		x.kept.Add(1)
	}
	return v
}

func (s synonyms) view(a *Article) *view {
	v := &view{digits: strings.ContainsAny(a.Answer, "0123456789%"), titled: a.Question != ""}
	var pairs, single []term
	asks := map[term]bool{}
	for _, q := range a.questions() {
		p, c := s.cut(q, nil, nil)
		pairs, single = append(append(pairs, p...), p...), append(append(single, c...), c...)
		for _, t := range p {
			asks[t] = true
		}
		if len(c) > 0 || len(p) > 0 {
			v.variants = append(v.variants, variant{unique(p), unique(c)})
		}
	}
	pairs, single = s.cut(a.Answer, pairs, single)
	v.singles = float64(len(single))
	v.runes = math.Log(float64(len([]rune(a.Question)) + len([]rune(a.Answer)) + 1))
	v.pairs, v.single = count(pairs), count(single)
	v.inAsks = make([]bool, len(v.pairs))
	for i, c := range v.pairs {
		v.inAsks[i] = asks[c.t]
	}
	return v
}

// find says where a term stands in a sorted list.
func find(list []counted, t term) (int, bool) {
	return slices.BinarySearchFunc(list, t, func(c counted, t term) int { return cmp.Compare(c.t, t) })
}
