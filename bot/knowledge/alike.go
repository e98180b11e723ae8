package knowledge

import (
	"math"
	"slices"
	"strings"
)

// Likeness is by what two questions are compared, each from 0 to 1.
type Likeness [9]float64

// Compare says how alike two questions are.
func Compare(a, b string) Likeness {
	a, b = plain.cutless(a), plain.cutless(b)
	pa, sa := plain.cut(a, nil, nil)
	pb, sb := plain.cut(b, nil, nil)
	pa, sa, pb, sb = unique(pa), unique(sa), unique(pb), unique(sb)
	ra, rb := []rune(a), []rune(b)
	short, long := float64(min(len(ra), len(rb))), float64(max(len(ra), len(rb), 1))
	return Likeness{
		share(pa, pb), share(sa, sb), inside(sa, sb), inside(pa, pb), short / long,
		1 - float64(edits(ra, rb))/long, same(digits(a), digits(b)), same(marks(a, denials), marks(b, denials)),
		same(marks(a, asking), marks(b, asking)),
	}
}

// plain has the words that everybody uses for the same.
var plain = newSynonyms(nil)

// cutless folds a text and keeps of a very long one the beginning.
func (s synonyms) cutless(text string) string {
	r := []rune(s.r.Replace(fold(text)))
	return string(r[:min(len(r), 200)])
}

// Same is the probability that two questions are one.
func Same(a, b string) float64 { return usual.Same(Compare(a, b)) }

// Alike weighs likenesses; the last weight stands alone.
type Alike [len(Likeness{}) + 1]float64

// usual was fitted on pairs of questions to a payment service.
var usual = Alike{0.71, 2.10, 0.34, -0.44, -0.05, 1.05, 0.02, 0.25, 0.29, -1.37}

// Same is the probability that two questions so alike are one.
func (w Alike) Same(l Likeness) float64 {
	s := w[len(l)]
	for i, v := range l {
		s += w[i] * v
	}
	return 1 / (1 + math.Exp(-s))
}

// Fit finds the weights under which the likenesses tell best which pairs are one.
// It takes some milliseconds for a thousand pairs and always comes out the same.
func Fit(pairs []Likeness, same []bool) Alike {
	var w, mean, square Alike
	const rate, keep, keepSquare, pull = 0.05, 0.9, 0.99, 0.001
	for step := 1; step <= 400; step++ {
		var g Alike
		for i, l := range pairs {
			d := w.Same(l) - yes(same[i])
			for k, v := range l {
				g[k] += d * v
			}
			g[len(l)] += d
		}
		for k := range w {
			gk := g[k]/float64(max(len(pairs), 1)) + pull*w[k]
			mean[k] = keep*mean[k] + (1-keep)*gk
			square[k] = keepSquare*square[k] + (1-keepSquare)*gk*gk
			m, v := mean[k]/(1-math.Pow(keep, float64(step))), square[k]/(1-math.Pow(keepSquare, float64(step)))
			w[k] -= rate * m / (math.Sqrt(v) + 1e-8)
		}
	}
	return w
}

// inside is the part of the shorter list that is in the other.
func inside(a, b []term) float64 {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return 0
	}
	n := 0
	for _, t := range a {
		if _, ok := slices.BinarySearch(b, t); ok {
			n++
		}
	}
	return float64(n) / float64(len(a))
}

// edits is how many characters must be changed, put in or taken out.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		before := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := before
			if x != y {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}

var (
	denials = strings.Fields("不 没 未 无法 别 拒绝 失败 取消 关闭 不能")
	asking  = strings.Fields("为什么 怎么 如何 多少 几 什么时候 多久 哪里 能不能 可以 能 吗 是不是 有没有")
)

// marks are those of the words that stand in a text.
func marks(s string, words []string) string {
	var out []string
	for _, w := range words {
		if strings.Contains(s, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func digits(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }), " ")
}

func same(a, b string) float64 { return yes(a == b) }
