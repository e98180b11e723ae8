package knowledge

import (
	"cmp"
	"math"
	"slices"
)

// What a candidate is judged by. Shares are of the best candidate's value, so
// that a question of six characters and a letter of six hundred are weighed alike.
const (
	byTitle1  = iota // how much of one of its own questions was asked, by characters
	byTitle2         // the same by pairs
	byTitle1s        // both squared: nearly all of it is worth more than twice a half
	byTitle2s
	byLength   // logarithm of characters: long articles hold everything
	byUntitled // a passage without a question has nothing to be asked by
	bySingle   // BM25 over characters, share
	byPair     // BM25 over pairs, share
	byLike     // BM25 of what the first candidates speak of besides, share
	byLate     // BM25 over the characters of the question's later part, share
	byRarest   // the rarest matched pair, of the rarest there is
	byRare     // the four rarest
	byNumber   // a number is asked for, and there is one
	features
)

// weights were fitted on questions of other trades (letters to a city's offices,
// questions on public rules), each with its right article among forty: the
// listwise softmax, five folds, 0.002 × square. See DESIGN.md.
var weights = [features]float64{2.95, 2.04, 2.93, 1.38, -0.95, 1.77, 1.84, 1.44, 0.81, 2.41, 1.82, 1.16, 0.87}

// search gives the best candidates that keep wants, best first.
func (x *index) search(q asked, keep func(*Article) bool) []found {
	if len(q.terms) == 0 {
		return nil
	}
	best := x.match(q, keep)
	if len(best) == 0 {
		return nil
	}
	rows := x.judge(q, best)
	for i := range best {
		for k, w := range weights {
			best[i].rank += w * rows[i][k]
		}
	}
	slices.SortStableFunc(best, func(a, b found) int { return -cmp.Compare(a.rank, b.rank) })
	return best
}

// judge fills in what each candidate is judged by.
func (x *index) judge(q asked, best []found) [][features]float64 {
	views := make([]*view, len(best))
	for i, f := range best {
		views[i] = x.view(f.doc)
	}
	like := x.beside(q, best, views)
	mean := x.length / float64(max(len(x.byID), 1))
	var single, late float64
	for _, t := range q.single {
		single += x.idf1(t)
	}
	for _, t := range q.late {
		late += x.idf1(t)
	}
	rows := make([][features]float64, len(best))
	for i, v := range views {
		r := &rows[i]
		best[i].score = math.Pow(x.likeness(q, v), curve)
		r[byTitle1], r[byTitle2] = x.titles(q, v)
		r[byTitle1s], r[byTitle2s] = r[byTitle1]*r[byTitle1], r[byTitle2]*r[byTitle2]
		r[byLength] = v.runes
		r[byUntitled] = yes(!v.titled)
		r[bySingle] = x.singles(q.single, v, mean)
		r[byPair] = float64(best[i].bm25)
		r[byLike] = like[i]
		r[byLate] = x.singles(q.late, v, mean)
		r[byRarest], r[byRare] = q.rare(v)
		r[byNumber] = yes(q.number && v.digits)
		best[i].sign = signMass*math.Log(0.3+x.mass(q, v)) + signTitle*(r[byTitle1]+r[byTitle2]) + signUntitled*r[byUntitled] - signNone
	}
	for _, k := range []int{bySingle, byPair, byLike, byLate} {
		top := 1e-9
		for i := range rows {
			top = max(top, rows[i][k])
		}
		for i := range rows {
			rows[i][k] /= top
		}
	}
	return rows
}

// Weights of sign, fitted like the others: a logistic over whether the question
// has an answer at all. A letter of forty words that shares thirty rare ones with
// an article is answered by it, although likeness is small.
const (
	signMass     = 1.74
	signTitle    = 2.17
	signUntitled = 2.90
	signNone     = 3.76
)

// mass counts the question's terms that an article has, each by how rare it is:
// one that stands in a single article counts one.
func (x *index) mass(q asked, v *view) float64 {
	s := 0.0
	for i, t := range q.terms {
		if _, ok := find(v.pairs, t); ok {
			s += q.idf[i]
		}
	}
	return s / x.rarity(1)
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// singles is BM25 over characters, which pairs miss when the words differ.
func (x *index) singles(ts []term, v *view, mean float64) float64 {
	s := 0.0
	for _, t := range ts {
		if i, ok := find(v.single, t); ok {
			tf := float64(v.single[i].tf)
			s += x.idf1(t) * tf * (k1 + 1) / (tf + k1*(1-lengthShare+lengthShare*v.singles/(mean+1)))
		}
	}
	return s
}

// titles says how much of the best fitting question of the article was asked.
func (x *index) titles(q asked, v *view) (single, pairs float64) {
	for _, w := range v.variants {
		single = max(single, covered(w.single, q.single, x.idf1))
		pairs = max(pairs, covered(w.pairs, q.terms, x.idf))
	}
	return single, pairs
}

// covered is the part of the list, by what each term tells, that is in by.
func covered(list, by []term, tells func(term) float64) float64 {
	both, all := 0.0, 0.0
	for _, t := range list {
		w := tells(t)
		all += w
		if _, ok := slices.BinarySearch(by, t); ok {
			both += w
		}
	}
	if all == 0 {
		return 0
	}
	return both / all
}

// rare says how rare the rarest matched terms are, of the rarest there are.
func (q asked) rare(v *view) (first, four float64) {
	var got [4]float64
	n := 0
	for _, i := range q.rarest {
		if _, ok := find(v.pairs, q.terms[i]); ok {
			got[n] = q.idf[i]
			if n++; n == len(got) {
				break
			}
		}
	}
	if n == 0 || len(q.known) == 0 {
		return 0, 0
	}
	sum, of := 0.0, 0.0
	for i := range n {
		sum += got[i]
	}
	for _, v := range q.known[:min(len(got), len(q.known))] {
		of += v
	}
	return got[0] / q.known[0], sum / of
}

const (
	besideFirst = 4  // candidates whose words are looked for in the others
	besideTerms = 25 // of them
)

// beside scores each candidate by what the first ones speak of besides the
// question: who asks with other words is often found by those.
func (x *index) beside(q asked, best []found, views []*view) []float64 {
	mean := float32(x.length / float64(max(len(x.byID), 1)))
	type extra struct {
		t      term
		idf, w float64
	}
	weight := map[term]float64{}
	for i := range min(besideFirst, len(best)) {
		share := float64(best[i].bm25 / best[0].bm25)
		norm := float64(k1 * (0.25 + 0.75*x.docs[best[i].doc].length/max(mean, 1)))
		for _, c := range views[i].pairs {
			if _, asked := slices.BinarySearch(q.terms, c.t); !asked {
				weight[c.t] += share * float64(c.tf) / (float64(c.tf) + norm)
			}
		}
	}
	list := make([]extra, 0, len(weight))
	for t, w := range weight {
		v := x.idf(t)
		list = append(list, extra{t, v, w * v})
	}
	slices.SortFunc(list, func(a, b extra) int {
		if c := -cmp.Compare(a.w, b.w); c != 0 {
			return c
		}
		return cmp.Compare(a.t, b.t)
	})
	list = list[:min(len(list), besideTerms)]
	out := make([]float64, len(best))
	for i, v := range views {
		norm := k1 * (1 - lengthShare + lengthShare*float64(x.docs[best[i].doc].length/max(mean, 1)))
		for _, e := range list {
			if j, ok := find(v.pairs, e.t); ok {
				tf := float64(v.pairs[j].tf)
				out[i] += e.idf * tf * (k1 + 1) / (tf + norm)
			}
		}
	}
	return out
}

// likeness says how much of the question the article speaks of, and how much of
// one of its own questions was asked.
func (x *index) likeness(q asked, v *view) float64 {
	if q.sum == 0 {
		return 0
	}
	var in float64
	for i, t := range q.terms {
		if j, ok := find(v.pairs, t); ok {
			if v.inAsks[j] {
				in += q.told[i]
			} else {
				in += q.told[i] * answerHit
			}
		}
	}
	precision := 0.0
	for _, w := range v.variants {
		precision = max(precision, covered(w.pairs, q.terms, x.told))
	}
	return recallShare*in/q.sum + (1-recallShare)*precision
}

// Shares and weights of likeness, found by trying on questions of other domains.
const (
	recallShare = 0.6  // of likeness; the rest is precision
	answerHit   = 0.45 // what a term in the answer alone counts for recall
	lightTimes  = 0.4
	curve       = 0.56 // spreads the low likenesses that whole sentences give
)
