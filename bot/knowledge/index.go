package knowledge

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// index finds articles by their terms. It is filled one article at a time; a
// changed article takes a new place and its old one is struck out, until a
// quarter is struck out and all is built anew.
type index struct {
	syn    synonyms
	posts  map[term][]post
	docs   []doc
	byID   map[string]int32
	struck int
	pool   sync.Pool // *tally
}

type post struct {
	doc int32
	tf  float32 // weighted by field and brought to its length
}

type doc struct {
	art      *Article // nil: struck out
	variants [][]term // question, title, asks: each sorted, without repeats
	all      []weighed
}

// weighed is a term of an article and the weight of the best field it is in.
type weighed struct {
	t term
	w float32
}

// Weights of the fields, and the lengths in terms that count as usual.
const (
	askWeight    = 1.0
	answerWeight = 0.45
	askUsual     = 8
	answerUsual  = 45
	k1           = 1.2
	lengthShare  = 0.6
	maxQuery     = 48 // the rarest terms of a long message are enough
	candidates   = 24
)

func newIndex(syn synonyms) *index {
	return &index{syn: syn, posts: map[term][]post{}, byID: map[string]int32{}}
}

// put takes an article in, in place of the one of its id.
func (x *index) put(a *Article) {
	x.drop(a.ID)
	n := int32(len(x.docs))
	d := doc{art: a}
	tf := map[term]float32{}
	best := map[term]float32{}
	field := func(text string, weight float32, usual float64) []term {
		ts := x.syn.cut(text)
		norm := float32(1 - lengthShare + lengthShare*float64(len(ts))/usual)
		for _, t := range ts {
			tf[t] += weight / norm
			best[t] = max(best[t], weight)
		}
		slices.Sort(ts)
		return slices.Compact(ts)
	}
	for _, q := range append([]string{a.Question, a.Title}, a.Asks...) {
		if ts := field(q, askWeight, askUsual); len(ts) > 0 {
			d.variants = append(d.variants, ts)
		}
	}
	field(a.Answer, answerWeight, answerUsual)
	for t, f := range tf {
		x.posts[t] = append(x.posts[t], post{n, f})
		d.all = append(d.all, weighed{t, best[t]})
	}
	slices.SortFunc(d.all, func(a, b weighed) int { return cmp.Compare(a.t, b.t) })
	x.docs = append(x.docs, d)
	x.byID[a.ID] = n
}

func (x *index) drop(id string) {
	n, ok := x.byID[id]
	if !ok {
		return
	}
	x.docs[n] = doc{}
	delete(x.byID, id)
	if x.struck++; x.struck > 64 && x.struck > len(x.docs)/4 {
		x.rebuild()
	}
}

func (x *index) rebuild() {
	old := x.docs
	x.docs, x.posts, x.byID, x.struck = nil, map[term][]post{}, map[string]int32{}, 0
	for _, d := range old {
		if d.art != nil {
			x.put(d.art)
		}
	}
}

func (x *index) idf(t term) float64 {
	df := float64(len(x.posts[t]))
	n := float64(len(x.docs))
	return math.Log(1 + (n-df+0.5)/(df+0.5))
}

// asked is a question made ready: its terms without repeats, each with how much
// it tells.
type asked struct {
	terms []term
	idf   []float64
	sum   float64
}

func (x *index) prepare(text string) asked {
	ts := x.syn.cut(text)
	slices.Sort(ts)
	ts = slices.Compact(ts)
	if len(ts) > maxQuery {
		slices.SortStableFunc(ts, func(a, b term) int { return cmp.Compare(len(x.posts[a]), len(x.posts[b])) })
		// Terms no article has tell nothing of which one it is; keep few.
		unknown := 0
		for unknown < len(ts) && len(x.posts[ts[unknown]]) == 0 {
			unknown++
		}
		ts = ts[max(0, min(unknown-maxQuery/4, len(ts)-maxQuery)):]
		ts = ts[:min(len(ts), maxQuery)]
		slices.Sort(ts)
	}
	q := asked{terms: ts}
	for _, t := range ts {
		v := x.idf(t)
		if t&singleBit != 0 && t&wordBit == 0 {
			v *= 0.5
		}
		q.idf = append(q.idf, v)
		q.sum += v
	}
	return q
}

// tally collects scores by document and knows which it touched.
type tally struct {
	score []float32
	seen  []int32
}

// found is a candidate: by BM25 first, then by how well question and article
// cover each other, 0 to 1.
type found struct {
	doc   int32
	bm25  float32
	score float64
}

// search gives the best candidates that keep wants, best first.
func (x *index) search(q asked, keep func(*Article) bool) []found {
	if len(q.terms) == 0 {
		return nil
	}
	c, _ := x.pool.Get().(*tally)
	if c == nil {
		c = &tally{}
	}
	if len(c.score) < len(x.docs) {
		c.score = make([]float32, len(x.docs)+len(x.docs)/4)
	}
	for i, t := range q.terms {
		v := float32(q.idf[i])
		for _, p := range x.posts[t] {
			if c.score[p.doc] == 0 {
				c.seen = append(c.seen, p.doc)
			}
			c.score[p.doc] += v * p.tf * (k1 + 1) / (p.tf + k1)
		}
	}
	var best []found
	for _, n := range c.seen {
		s := c.score[n]
		c.score[n] = 0
		a := x.docs[n].art
		if len(best) == candidates && s <= best[len(best)-1].bm25 || a == nil || !keep(a) {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, s, func(f found, s float32) int { return cmp.Compare(s, f.bm25) })
		if len(best) == candidates {
			best = best[:candidates-1]
		}
		best = slices.Insert(best, i, found{doc: n, bm25: s})
	}
	c.seen = c.seen[:0]
	x.pool.Put(c)
	for i := range best {
		best[i].score = x.likeness(q, &x.docs[best[i].doc])
	}
	slices.SortStableFunc(best, func(a, b found) int {
		return cmp.Or(-cmp.Compare(a.score, b.score), -cmp.Compare(a.bm25, b.bm25))
	})
	return best
}

// likeness says how much of the question the article speaks of, and how much of
// one of its own questions was asked.
func (x *index) likeness(q asked, d *doc) float64 {
	var in float64
	for i, t := range q.terms {
		if j, ok := slices.BinarySearchFunc(d.all, t, func(w weighed, t term) int { return cmp.Compare(w.t, t) }); ok {
			in += q.idf[i] * float64(d.all[j].w)
		}
	}
	recall := in / q.sum
	precision := 0.0
	for _, v := range d.variants {
		var both, all float64
		for _, t := range v {
			w := x.idf(t)
			all += w
			if _, ok := slices.BinarySearch(q.terms, t); ok {
				both += w
			}
		}
		if all > 0 {
			precision = max(precision, both/all)
		}
	}
	return recallShare*recall + (1-recallShare)*precision
}

const recallShare = 0.6
