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
	byPlace    // it speaks of another place than the question
	features
)

// weights were fitted on questions of other trades (letters to a city's offices,
// questions on public rules), each with its right article among forty: the
// listwise softmax, 0.001 × square. See DESIGN.md.
var weights = [features]float64{4.28, 1.96, 3.76, 0.79, -0.71, 2.80, 1.83, 1.37, 0.82, 2.51, 2.76, 0.68, 1.32, -2.17}

// search gives the best candidates for a prepared question that keep wants, best
// first. They belong to w.
func (x *index) search(w *work, keep func(*Article) bool) []found {
	if len(w.terms) == 0 {
		return nil
	}
	x.match(w, keep)
	best := w.best
	if len(best) == 0 {
		return nil
	}
	x.judge(w)
	for i := range best {
		for k, v := range weights {
			best[i].rank += v * w.rows[i][k]
		}
	}
	slices.SortStableFunc(best, func(a, b found) int { return -cmp.Compare(a.rank, b.rank) })
	return best
}

// judge fills in what each candidate is judged by.
func (x *index) judge(w *work) {
	q, best := &w.asked, w.best
	w.views = w.views[:0]
	for _, f := range best {
		w.views = append(w.views, x.view(f.doc))
	}
	x.beside(w)
	mean := x.length / float64(max(len(x.byID), 1))
	w.rows = slices.Grow(w.rows[:0], len(best))[:len(best)]
	for i, v := range w.views {
		r := &w.rows[i]
		w.terms3, w.chars3 = places(v.pairs, q.terms, w.terms3), places(v.single, q.single, w.chars3)
		title := w.covers(v, x.weigh(v))
		best[i].score = math.Pow(q.likeness(v, w.terms3, title.told), curve)
		r[byTitle1], r[byTitle2] = title.single, title.pairs
		r[byTitle1s], r[byTitle2s] = title.single*title.single, title.pairs*title.pairs
		r[byLength] = v.runes
		r[byUntitled] = yes(!v.titled)
		norm := k1 * (1 - lengthShare + lengthShare*v.singles/(mean+1))
		r[bySingle] = q.singles(v, w.chars3, norm)
		r[byPair] = float64(best[i].bm25)
		r[byLike] = w.like[i]
		r[byLate] = x.lates(q, v, norm)
		r[byRarest], r[byRare] = q.rare(w.terms3)
		r[byNumber] = yes(q.number && v.digits)
		r[byPlace] = yes(q.elsewhere(v))
		best[i].sign = signMass*math.Log(0.3+q.mass(w.terms3)/x.rarity(1)) + signTitle*(title.single+title.pairs) + signUntitled*r[byUntitled] - signNone
	}
	for _, k := range [...]int{bySingle, byPair, byLike, byLate} {
		top := 1e-9
		for i := range w.rows {
			top = max(top, w.rows[i][k])
		}
		for i := range w.rows {
			w.rows[i][k] /= top
		}
	}
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

// mass counts the question's terms that an article has, each by how rare it is.
// at are their places in it.
func (q *asked) mass(at []int32) float64 {
	s := 0.0
	for i, j := range at {
		if j >= 0 {
			s += q.idf[i]
		}
	}
	return s
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// singles is BM25 over characters, which pairs miss when the words differ.
func (q *asked) singles(v *view, at []int32, norm float64) float64 {
	s := 0.0
	for i, j := range at {
		if j >= 0 {
			tf := float64(v.single[j].tf)
			s += q.idf1[i] * tf * (k1 + 1) / (tf + norm)
		}
	}
	return s
}

// lates is singles of the question's later part.
func (x *index) lates(q *asked, v *view, norm float64) float64 {
	s, i := 0.0, 0
	for _, t := range q.late {
		for i < len(v.single) && v.single[i].t < t {
			i++
		}
		if i < len(v.single) && v.single[i].t == t {
			tf := float64(v.single[i].tf)
			s += x.idf1(t) * tf * (k1 + 1) / (tf + norm)
		}
	}
	return s
}

// covers says how much of the best fitting question of the article was asked: by
// characters, by pairs, and by pairs of which light words count little.
func (w *work) covers(v *view, of *weighed) (best tells) {
	w.cover = slices.Grow(w.cover[:0], len(v.variants))[:len(v.variants)]
	clear(w.cover)
	for i, j := range w.chars3 {
		if j >= 0 {
			for _, k := range v.singleIn.at(j) {
				w.cover[k].single += w.idf1[i]
			}
		}
	}
	for i, j := range w.terms3 {
		if j >= 0 {
			for _, k := range v.pairsIn.at(j) {
				w.cover[k].pairs += w.idf[i]
				w.cover[k].told += w.told[i]
			}
		}
	}
	for k, got := range w.cover {
		all := &of.variants[k]
		best.single, best.pairs = max(best.single, part(got.single, all.single)), max(best.pairs, part(got.pairs, all.pairs))
		best.told = max(best.told, part(got.told, all.told))
	}
	return best
}

func part(of, all float64) float64 {
	if all == 0 {
		return 0
	}
	return of / all
}

// rare says how rare the rarest matched terms are, of the rarest there are.
func (q *asked) rare(at []int32) (first, four float64) {
	var got [4]float64
	n := 0
	for _, i := range q.rarest {
		if at[i] >= 0 {
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

// extra is a term that the question has not.
type extra struct {
	t      term
	idf, w float64
}

// beside scores each candidate by what the first ones speak of besides the
// question, into w.like: who asks with other words is often found by those.
func (x *index) beside(w *work) {
	best := w.best
	mean := float32(x.length / float64(max(len(x.byID), 1)))
	x.elsewise(w, mean)
	w.like = slices.Grow(w.like[:0], len(best))[:len(best)]
	clear(w.like)
	for i := range best {
		w.rank[best[i].doc] = uint8(i + 1) // candidates are few
	}
	for i := range w.extras {
		e := &w.extras[i]
		add := func(i int, tf float64) {
			norm := k1 * (1 - lengthShare + lengthShare*float64(x.docs[best[i].doc].length/max(mean, 1)))
			w.like[i] += e.idf * tf * (k1 + 1) / (tf + norm)
		}
		if list := x.list(e.t); len(list) <= 8*len(best) {
			for _, p := range list {
				if i := w.rank[p.doc]; i > 0 {
					add(int(i-1), float64(p.tf))
				}
			}
			continue
		}
		for i, v := range w.views {
			if j, ok := find(v.pairs, e.t); ok {
				add(i, float64(v.pairs[j].tf))
			}
		}
	}
	for i := range best {
		w.rank[best[i].doc] = 0
	}
}

// elsewise puts into w.extras the terms that the first candidates speak of most
// besides the question, the most telling first.
func (x *index) elsewise(w *work, mean float32) {
	type cursor struct {
		pairs []counted
		idf   []float64
		share float64
		norm  float64
	}
	var first [besideFirst]cursor
	for i, f := range w.best[:min(besideFirst, len(w.best))] {
		v := w.views[i]
		first[i] = cursor{v.pairs, x.weigh(v).idf, float64(f.bm25 / w.best[0].bm25), float64(k1 * (0.25 + 0.75*x.docs[f.doc].length/max(mean, 1)))}
	}
	list := w.extras[:0]
	for asked := w.terms; ; {
		t := ^term(0)
		for i := range first {
			if c := &first[i]; len(c.pairs) > 0 {
				t = min(t, c.pairs[0].t)
			}
		}
		if t == ^term(0) {
			break
		}
		for len(asked) > 0 && asked[0] < t {
			asked = asked[1:]
		}
		e := extra{t: t}
		for i := range first {
			if c := &first[i]; len(c.pairs) > 0 && c.pairs[0].t == t {
				tf := float64(c.pairs[0].tf)
				e.w += c.share * tf / (tf + c.norm)
				e.idf = c.idf[0]
				c.pairs, c.idf = c.pairs[1:], c.idf[1:]
			}
		}
		if len(asked) > 0 && asked[0] == t {
			continue
		}
		e.w *= e.idf
		list = e.into(list)
	}
	w.extras = list
}

// into keeps the most telling ones in order; of equals the one that came first.
func (e extra) into(list []extra) []extra {
	i := len(list)
	for i > 0 && e.w > list[i-1].w {
		i--
	}
	if i == besideTerms {
		return list
	}
	if len(list) == besideTerms {
		list = list[:besideTerms-1]
	}
	return slices.Insert(list, i, e)
}

// likeness says how much of the question the article speaks of, and how much of
// one of its own questions was asked (precision). at are the places of the
// question's terms in the article.
func (q *asked) likeness(v *view, at []int32, precision float64) float64 {
	if q.sum == 0 {
		return 0
	}
	var in float64
	for i, j := range at {
		switch {
		case j < 0:
		case v.inAsks[j]:
			in += q.told[i]
		default:
			in += q.told[i] * answerHit
		}
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
