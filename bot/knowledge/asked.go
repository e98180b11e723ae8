package knowledge

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"
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
	idf1   []float64
	late   []term   // characters of the later part, where a short question says what it wants
	number bool     // asks how many or how much
	places placeSet // named
	fit    placeSet // and of which an answer may speak
}

// longQuestion is from how many characters on the later part is not looked at by
// itself: a letter says what it wants anywhere.
const longQuestion = 80

// work is what one question needs while it is answered. It is used again for the
// next one.
type work struct {
	asked
	terms1, terms2 []term // cut, and of the later part
	chars1, chars2 []term

	sums []float32 // by document, all zero between questions
	rank []uint8   // place in best by document, from 1; likewise
	seen []int32   // documents with a sum
	best []found

	rows   [][features]float64
	views  []*view
	terms3 []int32 // where the question's terms stand in a view
	chars3 []int32
	extras []extra
	cover  []tells // what the question has of each variant
	like   []float64
}

func (x *index) begin() *work {
	w, _ := x.pool.Get().(*work)
	if w == nil {
		w = new(work)
	}
	return w
}

// end gives the work back. Nothing of it may be used afterwards.
func (x *index) end(w *work) {
	clear(w.views) // may be of articles that go
	x.pool.Put(w)
}

func (x *index) prepare(w *work, text string) {
	q := &w.asked
	w.terms1, w.chars1 = x.syn.cut(text, w.terms1[:0], w.chars1[:0])
	q.terms, q.single, q.number = x.shorten(unique(w.terms1)), unique(w.chars1), asksNumber(text)
	if q.places = named(text); q.places != (placeSet{}) {
		q.fit = q.places.fitting()
	}
	q.late = q.single
	if n := utf8.RuneCountInString(text); n <= longQuestion {
		w.terms2, w.chars2 = x.syn.cut(behind(text, n*2/5), w.terms2[:0], w.chars2[:0])
		q.late = unique(w.chars2)
	}
	q.idf, q.told, q.rarest, q.known, q.idf1, q.sum = q.idf[:0], q.told[:0], q.rarest[:0], q.known[:0], q.idf1[:0], 0
	for i, t := range q.terms {
		df := len(x.list(t))
		v := x.rarity(df)
		told := lighter(t, v)
		q.idf, q.told = append(q.idf, v), append(q.told, told)
		q.sum += told
		q.rarest = append(q.rarest, i)
		if df > 0 {
			q.known = append(q.known, v)
		}
	}
	for _, t := range q.single {
		q.idf1 = append(q.idf1, x.idf1(t))
	}
	slices.SortStableFunc(q.rarest, func(i, j int) int { return -cmp.Compare(q.idf[i], q.idf[j]) })
	slices.SortFunc(q.known, func(a, b float64) int { return -cmp.Compare(a, b) })
}

// behind is what comes after the first n characters.
func behind(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[i:]
		}
		n--
	}
	return ""
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
	pairsIn       where   // the variants that a pair is in
	singleIn      where   // and a character
	singles       float64 // length in characters
	runes         float64 // of question and answer
	digits        bool
	titled        bool
	places        placeSet // named in question or answer
	inAsks        []bool   // of pairs: stands in a question
	weights       atomic.Pointer[weighed]
}

// variant is one way to ask: its terms, sorted.
type variant struct{ pairs, single []term }

// where says for each term of a list in which variants it is.
type where struct {
	from []int32 // by term, one more than there are
	of   []uint16
}

func (w where) at(term int32) []uint16 { return w.of[w.from[term]:w.from[term+1]] }

func (v *view) where(list []counted, of func(*variant) []term) where {
	w := where{from: make([]int32, 1, len(list)+1)}
	for _, c := range list {
		for k := range v.variants[:min(len(v.variants), math.MaxUint16)] {
			if _, ok := slices.BinarySearch(of(&v.variants[k]), c.t); ok {
				w.of = append(w.of, uint16(k))
			}
		}
		w.from = append(w.from, int32(len(w.of)))
	}
	return w
}

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

// weighed is how much the terms of a view tell in one state of the index.
type weighed struct {
	state    uint64
	idf      []float64 // of pairs
	variants []tells
}

// tells is how much all terms of a variant tell.
type tells struct{ single, pairs, told float64 }

// weigh is made when a view is first needed after a change of the index.
func (x *index) weigh(v *view) *weighed {
	if w := v.weights.Load(); w != nil && w.state == x.state {
		return w
	}
	w := &weighed{state: x.state, idf: make([]float64, len(v.pairs)), variants: make([]tells, len(v.variants))}
	for i, c := range v.pairs {
		w.idf[i] = x.idf(c.t)
	}
	for i, a := range v.variants {
		to := &w.variants[i]
		for _, t := range a.single {
			to.single += x.idf1(t)
		}
		for _, t := range a.pairs {
			j, ok := find(v.pairs, t)
			if !ok {
				continue // every term of a question is one of the article
			}
			to.pairs += w.idf[j]
			to.told += lighter(t, w.idf[j])
		}
	}
	v.weights.Store(w)
	return w
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
	v.places = named(a.Question + "\n" + a.Answer)
	v.runes = math.Log(float64(len([]rune(a.Question)) + len([]rune(a.Answer)) + 1))
	v.pairs, v.single = count(pairs), count(single)
	v.pairsIn = v.where(v.pairs, func(a *variant) []term { return a.pairs })
	v.singleIn = v.where(v.single, func(a *variant) []term { return a.single })
	v.inAsks = make([]bool, len(v.pairs))
	for i, c := range v.pairs {
		v.inAsks[i] = asks[c.t]
	}
	return v
}

// find says where a term stands in a sorted list.
func find(list []counted, t term) (int, bool) {
	from, to := 0, len(list)
	for from < to {
		if mid := (from + to) / 2; list[mid].t < t {
			from = mid + 1
		} else {
			to = mid
		}
	}
	return from, from < len(list) && list[from].t == t
}

// places says of each term where it stands in the list, -1: nowhere. Both are
// sorted.
func places(list []counted, ts []term, into []int32) []int32 {
	into = into[:0]
	if len(list) > 8*len(ts) {
		for _, t := range ts {
			if i, ok := find(list, t); ok {
				into = append(into, int32(i))
			} else {
				into = append(into, -1)
			}
		}
		return into
	}
	i := 0
	for _, t := range ts {
		for i < len(list) && list[i].t < t {
			i++
		}
		if i < len(list) && list[i].t == t {
			into = append(into, int32(i))
		} else {
			into = append(into, -1)
		}
	}
	return into
}
