package knowledge

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// index finds articles by their terms. It is filled one article at a time; a
// changed article takes a new place and its old one is struck out, until a
// quarter is struck out and all is built anew.
type index struct {
	syn    synonyms
	posts  [shards]map[term][]post // by the term's last bits, so that several can be filled at once
	chars  [1 << 16]int32          // how many articles have a character
	words  map[term]int32          // and a word
	docs   []doc
	byID   map[string]int32
	struck int
	length float64 // of all articles
	kept   atomic.Int32
	pool   sync.Pool // *work
	state  uint64    // another one after each change of what terms tell
	rare   atomic.Pointer[rarities]
}

// post says how often a term stands in an article, once in a question counting
// askTimes.
type post struct {
	doc int32
	tf  uint16
}

type doc struct {
	art    *Article // nil: struck out
	length float32
	view   atomic.Pointer[view]
}

const (
	k1          = 1.5
	lengthShare = 0.75
	askTimes    = 2   // a term in a question counts so many times one in the answer
	maxQuery    = 128 // the rarest terms of a long message are enough
	candidates  = 40
	maxScan     = 150_000 // posts looked at for a question, rarest terms first
)

// shards is how many parts the posts are in.
const shards = 8

func newIndex(syn synonyms) *index {
	x := &index{syn: syn}
	x.clear()
	return x
}

func (x *index) clear() {
	for i := range x.posts {
		x.posts[i] = map[term][]post{}
	}
	x.chars, x.words = [1 << 16]int32{}, map[term]int32{}
	x.docs, x.byID, x.struck, x.length = nil, map[string]int32{}, 0, 0
	x.kept.Store(0)
	x.state++
}

func (x *index) list(t term) []post { return x.posts[t%shards][t] }

// parts are the terms of an article, cut before it is taken in: the slow half,
// which several goroutines may do at once.
type parts struct {
	art    *Article
	pairs  []counted // sorted by term
	single []term    // sorted, without repeats
	length float32
}

type counted struct {
	t  term
	tf uint16
}

func (s synonyms) parts(a *Article) parts {
	p := parts{art: a}
	var pairs, single []term
	for _, q := range a.questions() {
		from := len(pairs)
		pairs, single = s.cut(q, pairs, single)
		pairs = append(pairs, pairs[from:]...) // askTimes
	}
	pairs, single = s.cut(a.Answer, pairs, single)
	p.length = float32(len(pairs))
	slices.Sort(single)
	p.single = slices.Compact(single)
	p.pairs = count(pairs)
	return p
}

// questions are all the ways an article is asked for.
func (a *Article) questions() []string {
	return append([]string{a.Question, a.Title}, a.Asks...)
}

// count sorts terms and counts the repeats.
func count(ts []term) []counted {
	slices.Sort(ts)
	var out []counted
	for i := 0; i < len(ts); {
		j := i
		for j < len(ts) && ts[j] == ts[i] {
			j++
		}
		out = append(out, counted{ts[i], uint16(min(j-i, math.MaxUint16))})
		i = j
	}
	return out
}

// put takes an article in, in place of the one of its id.
func (x *index) put(a *Article) { x.add([]parts{x.syn.parts(a)}) }

// add takes articles in, on all cores when they are many. No two may have one id.
func (x *index) add(list []parts) {
	for _, p := range list {
		x.drop(p.art.ID) // which may build all anew
	}
	x.state++
	first := int32(len(x.docs))
	for i, p := range list {
		x.byID[p.art.ID] = first + int32(i)
		x.docs = append(x.docs, doc{art: p.art, length: p.length})
		x.length += float64(p.length)
		for _, t := range p.single {
			if c, word := t.char(); word {
				x.words[t]++
			} else {
				x.chars[c]++
			}
		}
	}
	each(shards, len(list) > 16, func(shard int) {
		posts := x.posts[shard]
		for i, p := range list {
			for _, c := range p.pairs {
				if c.t%shards == term(shard) {
					posts[c.t] = append(posts[c.t], post{first + int32(i), c.tf})
				}
			}
		}
	})
}

// each runs f for 0 to n-1, on all cores if many, and waits.
func each(n int, many bool, f func(int)) {
	if !many {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				f(int(i))
			}
		})
	}
	all.Wait()
}

func (x *index) drop(id string) {
	n, ok := x.byID[id]
	if !ok {
		return
	}
	d := &x.docs[n]
	x.length -= float64(d.length)
	if d.view.Load() != nil {
		x.kept.Add(-1)
	}
	d.art, d.length = nil, 0
	d.view.Store(nil)
	delete(x.byID, id)
	if x.struck++; x.struck > 64 && x.struck > len(x.docs)/4 {
		x.rebuild()
	}
}

func (x *index) rebuild() {
	var live []*Article
	for i := range x.docs {
		if a := x.docs[i].art; a != nil {
			live = append(live, a)
		}
	}
	x.clear()
	x.putAll(live)
}

// putAll is put for articles of which no two have one id.
func (x *index) putAll(list []*Article) {
	cut := make([]parts, len(list))
	each(len(list), len(list) > 16, func(i int) { cut[i] = x.syn.parts(list[i]) })
	x.add(cut)
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
	return of(min(df, len(x.docs)))
}

// rarities are kept for a number of articles.
type rarities struct {
	docs int
	of   [64]float64
}

// idf is how much a pair or word tells; idf1 how much a character does.
func (x *index) idf(t term) float64 { return x.rarity(len(x.list(t))) }
func (x *index) idf1(t term) float64 {
	if c, word := t.char(); !word {
		return x.rarity(int(x.chars[c]))
	}
	return x.rarity(int(x.words[t]))
}

// lighter is idf for likeness, where light words count little.
func lighter(t term, idf float64) float64 {
	if light(t) {
		return idf * lightTimes
	}
	return idf
}

// found is a candidate: by BM25 first, then by how well question and article
// cover each other, 0 to 1.
type found struct {
	doc   int32
	bm25  float32
	score float64 // likeness, 0 to 1
	rank  float64 // by which they are ordered
	sign  float64 // how much is known of the question, for long ones
}

// match puts the best candidates by BM25 that keep wants into w.best, best first.
func (x *index) match(w *work, keep func(*Article) bool) {
	q := &w.asked
	if len(w.sums) < len(x.docs) {
		n := len(x.docs) + len(x.docs)/4
		w.sums, w.rank = make([]float32, n), make([]uint8, n)
	}
	norm := float32(lengthShare * float64(max(len(x.byID), 1)) / max(x.length, 1))
	left := maxScan
	for _, i := range q.rarest {
		t, v := q.terms[i], float32(q.idf[i])*(k1+1)
		list := x.list(t)
		if left -= len(list); left < 0 {
			break
		}
		for _, p := range list {
			if w.sums[p.doc] == 0 {
				w.seen = append(w.seen, p.doc)
			}
			tf := float32(p.tf)
			w.sums[p.doc] += v * tf / (tf + k1*(1-lengthShare+norm*x.docs[p.doc].length))
		}
	}
	best := w.best[:0]
	for _, n := range w.seen {
		s := w.sums[n]
		w.sums[n] = 0
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
	w.seen = w.seen[:0]
	w.best = best
}
