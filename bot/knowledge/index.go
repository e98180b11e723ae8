package knowledge

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

// index finds articles by their terms. It is filled one article at a time; a
// changed article takes a new place and its old one is struck out, until a
// quarter is struck out and all is built anew.
type index struct {
	syn           synonyms
	posts         map[term][]post
	docs          []doc
	byID          map[string]int32
	struck        int
	asks, answers float64   // terms of all articles
	pool          sync.Pool // *tally
	rare          atomic.Pointer[rarities]
}

// post says how often a term stands in an article's questions and in its answer.
type post struct {
	doc          int32
	asks, answer uint16
}

type doc struct {
	art      *Article // nil: struck out
	variants [][]term // question, title, asks: each sorted, without repeats
	all      []weighed
	asks     float32 // how many terms its questions have, and its answer
	answer   float32
}

// weighed is a term of an article and the weight of the best field it is in.
type weighed struct {
	t term
	w float32
}

const (
	k1          = 1.2
	lengthShare = 0.6
	maxQuery    = 48 // the rarest terms of a long message are enough
	candidates  = 24
)

func newIndex(syn synonyms) *index {
	return &index{syn: syn, posts: map[term][]post{}, byID: map[string]int32{}}
}

// put takes an article in, in place of the one of its id.
func (x *index) put(a *Article) {
	x.drop(a.ID)
	d := doc{art: a}
	count := map[term]*post{}
	at := func(t term) *post {
		p := count[t]
		if p == nil {
			p = &post{doc: int32(len(x.docs))}
			count[t] = p
		}
		return p
	}
	for _, q := range append([]string{a.Question, a.Title}, a.Asks...) {
		ts := x.syn.cut(q)
		for _, t := range ts {
			at(t).asks++
		}
		d.asks += float32(len(ts))
		slices.Sort(ts)
		if ts = slices.Compact(ts); len(ts) > 0 {
			d.variants = append(d.variants, ts)
		}
	}
	ts := x.syn.cut(a.Answer)
	for _, t := range ts {
		at(t).answer++
	}
	d.answer = float32(len(ts))
	for t, p := range count {
		x.posts[t] = append(x.posts[t], *p)
		w := float32(answerHit)
		if p.asks > 0 {
			w = 1
		}
		d.all = append(d.all, weighed{t, w})
	}
	slices.SortFunc(d.all, func(a, b weighed) int { return cmp.Compare(a.t, b.t) })
	x.byID[a.ID] = int32(len(x.docs))
	x.docs = append(x.docs, d)
	x.asks += float64(d.asks)
	x.answers += float64(d.answer)
}

func (x *index) drop(id string) {
	n, ok := x.byID[id]
	if !ok {
		return
	}
	x.asks -= float64(x.docs[n].asks)
	x.answers -= float64(x.docs[n].answer)
	x.docs[n] = doc{}
	delete(x.byID, id)
	if x.struck++; x.struck > 64 && x.struck > len(x.docs)/4 {
		x.rebuild()
	}
}

func (x *index) rebuild() {
	old := x.docs
	x.docs, x.posts, x.byID = nil, map[term][]post{}, map[string]int32{}
	x.struck, x.asks, x.answers = 0, 0, 0
	for _, d := range old {
		if d.art != nil {
			x.put(d.art)
		}
	}
}

// rarity is how much a term tells that df articles have. What it is for few is
// kept as long as the number of articles is the same.
func (x *index) rarity(df int) float64 {
	of := func(df int) float64 {
		return math.Log(1 + (float64(len(x.docs)-df)+0.5)/(float64(df)+0.5))
	}
	kept := x.rare.Load()
	if kept == nil || kept.docs != len(x.docs) {
		kept = &rarities{docs: len(x.docs)}
		for i := range kept.of {
			kept.of[i] = of(i)
		}
		x.rare.Store(kept)
	}
	if df < len(kept.of) {
		return kept.of[df]
	}
	return of(df)
}

// rarities are kept for a number of articles.
type rarities struct {
	docs int
	of   [64]float64
}

func (x *index) idf(t term) float64 {
	v := x.rarity(len(x.posts[t]))
	if light(t) {
		v *= lightTimes
	}
	return v
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
	rank  float64 // by which they are ordered
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
	n := float64(max(len(x.byID), 1))
	perAsk, perAnswer := float32(lengthShare*n/max(x.asks, 1)), float32(lengthShare*n/max(x.answers, 1))
	for i, t := range q.terms {
		v := float32(q.idf[i])
		for _, p := range x.posts[t] {
			if c.score[p.doc] == 0 {
				c.seen = append(c.seen, p.doc)
			}
			d := &x.docs[p.doc]
			tf := float32(p.asks)*askTimes/(1-lengthShare+perAsk*d.asks) + float32(p.answer)/(1-lengthShare+perAnswer*d.answer)
			c.score[p.doc] += v * tf * (k1 + 1) / (tf + k1)
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
	if len(best) == 0 {
		return nil
	}
	top := best[0].bm25
	for i := range best {
		like := x.likeness(q, &x.docs[best[i].doc])
		best[i].score = math.Pow(like, curve)
		best[i].rank = like + bm25Share*float64(best[i].bm25/top)
	}
	slices.SortStableFunc(best, func(a, b found) int { return -cmp.Compare(a.rank, b.rank) })
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

// Shares and weights, found by trying on questions of other domains.
const (
	recallShare = 0.6  // of likeness; the rest is precision
	answerHit   = 0.45 // what a term in the answer alone counts for recall
	askTimes    = 2    // a term in a question counts so many times one in the answer
	bm25Share   = 0.5
	lightTimes  = 0.4
	curve       = 0.56 // spreads the low likenesses that whole sentences give
)
