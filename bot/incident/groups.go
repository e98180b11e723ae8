package incident

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Options of Groups; zero fields take the usual.
type Options struct {
	Window time.Duration // how far back items count; usual 2 h
	Alike  float64       // from which similarity (0 to 1) on a text belongs to a group
	Items  int           // bound of items held; usual 120,000. The oldest leave first
	Terms  int           // bound of the terms of all items; usual 8 million, about 200 MB
	Common []string      // sentences as customers write them: what is common in them says little
}

// Groups puts complaints together that are alike, one after the other as they
// come. It is for one goroutine at a time. What it holds is bounded by Options:
// beyond a bound the oldest items leave, as if the window were shorter.
type Groups struct {
	o       Options
	items   []*entry // in order of arrival, from head on
	head    int
	held    int // terms of all items
	byID    map[string]*entry
	posts   map[term]*posting
	count   int // groups
	keyed   map[string]*group
	pins    map[string]*group
	serial  int32
	turn    int      // counts items
	touched []*group // scratch
	base    int      // common sentences
}

// NewGroups begins without any.
func NewGroups(o Options) *Groups {
	o.Window = cmp.Or(o.Window, 2*time.Hour)
	o.Alike = cmp.Or(o.Alike, usualAlike)
	o.Items = cmp.Or(o.Items, 120_000)
	o.Terms = cmp.Or(o.Terms, 8_000_000)
	s := &Groups{
		o: o, byID: map[string]*entry{}, posts: map[term]*posting{},
		keyed: map[string]*group{}, pins: map[string]*group{},
		base: len(o.Common),
	}
	for _, text := range o.Common {
		for _, m := range terms(text) {
			p := s.posts[m.term]
			if p == nil {
				p = &posting{pins: 1} // stays
				s.posts[m.term] = p
			}
			p.df++
		}
	}
	return s
}

// size is how many texts the rarity of a term is reckoned among.
func (s *Groups) size() float64 { return float64(s.base + len(s.items) - s.head) }

const (
	usualAlike = 0.1
	standsOut  = 13    // times as alike as what is alike by chance
	looked     = 8_000 // entries of postings that are looked at for one item
	compared   = 12    // groups that an item is compared with
	bare       = 0.3   // likeness that is needed while there is little to compare with
)

// Add puts an item to the group it is most alike, or begins one, and returns that
// group. An item that is there already changes nothing. Items may come late; one
// that is older than the window is held until it would be the oldest.
func (s *Groups) Add(it Item) Group {
	if e := s.byID[it.ID]; e != nil {
		return e.group.snapshot()
	}
	s.expire(it.At)
	e := &entry{Item: it, terms: terms(it.Text)}
	for _, n := range it.Near {
		e.terms = append(e.terms, mark{named(n), 1})
	}
	slices.SortFunc(e.terms, func(a, b mark) int { return cmp.Compare(a.term, b.term) })
	e.Text = ""
	g := s.place(e)
	s.put(e, g)
	for s.held > s.o.Terms || len(s.items)-s.head > s.o.Items {
		s.drop()
	}
	return g.snapshot()
}

func named(key string) term {
	h := uint64(1469598103934665603)
	for _, r := range key {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return term(h ^ h>>31)
}

// place finds or makes the group of an item.
func (s *Groups) place(e *entry) *group {
	found := s.alike(e)
	for _, k := range e.Keys {
		if g := s.keyed[k]; g != nil && !slices.Contains(found, g) {
			found = append([]*group{g}, found...)
		}
	}
	if len(found) == 0 {
		s.serial++
		g := &group{serial: s.serial, name: e.ID, who: map[string]int{}}
		s.count++
		return g
	}
	g := found[0]
	for _, other := range found[1:] { // the item shows that these are one
		if s.same(g, other) {
			g = s.merge(g, other)
		}
	}
	return g
}

// alike are the groups that the item's words belong to, the most alike first.
func (s *Groups) alike(e *entry) []*group {
	posts := make([]*posting, 0, len(e.terms))
	for _, t := range e.terms {
		if p := s.posts[t.term]; p != nil {
			posts = append(posts, p)
		}
	}
	slices.SortFunc(posts, func(a, b *posting) int { return len(a.groups) - len(b.groups) })
	s.turn++
	s.touched = s.touched[:0]
	n := s.size()
	left := looked
	for _, p := range posts {
		if left -= len(p.groups); left < 0 {
			break
		}
		w := rarity(n, float64(p.df))
		for _, g := range p.groups {
			switch {
			case g.gone:
				continue
			case g.turn != s.turn:
				g.turn, g.score = s.turn, 0
				s.touched = append(s.touched, g)
			}
			g.score += w
		}
	}
	best := make([]candidate, 0, compared+1)
	for _, g := range s.touched {
		c := candidate{g, g.score}
		if len(best) == compared && !c.before(best[compared-1]) {
			continue
		}
		i, _ := slices.BinarySearchFunc(best, c, candidate.compare)
		best = slices.Insert(best, i, c)
		best = best[:min(len(best), compared)]
	}
	for i := range best {
		best[i].score = s.likeness(e.terms, best[i].g)
	}
	slices.SortFunc(best, candidate.compare)
	need := bare
	if len(best) == compared { // to stand out, against what is like it by chance
		chance := 0.0
		for _, c := range best[compared/2:] {
			chance += c.score / (compared / 2)
		}
		need = max(s.o.Alike, standsOut*chance)
	}
	kept := best[:0]
	for _, c := range best {
		if c.score >= need {
			kept = append(kept, c)
		}
	}
	found := make([]*group, len(kept))
	for i, c := range kept {
		found[i] = c.g
	}
	return found
}

// candidate is a group that an item may belong to.
type candidate struct {
	g     *group
	score float64
}

// compare orders by score, the highest first, then by age.
func (c candidate) compare(d candidate) int {
	return cmp.Or(cmp.Compare(d.score, c.score), cmp.Compare(c.g.serial, d.g.serial))
}

func (c candidate) before(d candidate) bool { return c.compare(d) < 0 }

// likeness is how alike words are to a group's: the cosine of their rare terms,
// a term being rare that stands in few items besides the group's own.
func (s *Groups) likeness(words []mark, g *group) float64 {
	n := s.size() - float64(len(g.entries))
	var both, mine float64
	var single []mark
	if g.terms == nil {
		single = g.entries[0].terms
	}
	for _, t := range words {
		w := g.terms[t.term]
		for len(single) > 0 && single[0].term < t.term {
			single = single[1:]
		}
		if len(single) > 0 && single[0].term == t.term {
			w = weighed{s.posts[t.term], 1, single[0].weight}
		}
		p := w.p
		if p == nil {
			p = s.posts[t.term]
		}
		f := float64(t.weight)
		if p == nil {
			mine += rarity(n, 0) * f * f
			continue
		}
		r := rarity(n, max(0, float64(p.df)-float64(w.n)))
		mine += r * f * f
		both += r * f * float64(w.w) / float64(g.total)
	}
	if both == 0 {
		return 0
	}
	return both / math.Sqrt(mine*s.norm(g, n))
}

// norm is the length of a group's terms among n others; an old one serves while
// the group is the same and n about so.
func (s *Groups) norm(g *group, n float64) float64 {
	if g.norm != 0 && math.Abs(n-g.normAt) <= g.normAt/50 {
		return g.norm
	}
	g.norm, g.normAt = 0, n
	s.each(g, func(_ term, w weighed) {
		share := float64(w.w) / float64(g.total)
		g.norm += rarity(n, max(0, float64(w.p.df)-float64(w.n))) * share * share
	})
	return g.norm
}

// same says whether two groups are one event: by the same measure.
func (s *Groups) same(a, b *group) bool {
	s.open(a)
	s.open(b)
	n := s.size() - float64(len(a.entries)+len(b.entries))
	var both, as, bs float64
	for t, w := range a.terms {
		v := b.terms[t]
		r := rarity(n, max(0, float64(w.p.df)-float64(w.n)-float64(v.n)))
		x, y := float64(w.w)/float64(a.total), float64(v.w)/float64(b.total)
		as, both = as+r*x*x, both+r*x*y
	}
	for t, v := range b.terms {
		w := a.terms[t]
		r := rarity(n, max(0, float64(v.p.df)-float64(w.n)-float64(v.n)))
		y := float64(v.w) / float64(b.total)
		bs += r * y * y
	}
	return both > 0 && both/math.Sqrt(as*bs) >= s.o.Alike
}

// merge makes one of two groups; the older keeps its name, a pinned one always.
func (s *Groups) merge(a, b *group) *group {
	if b.pinned && a.pinned {
		return a // two incidents; people decide
	}
	if b.pinned || !a.pinned && b.serial < a.serial {
		a, b = b, a
	}
	for _, e := range b.entries {
		e.group = a
	}
	s.open(a)
	s.open(b)
	a.entries = append(a.entries, b.entries...)
	slices.SortStableFunc(a.entries, func(x, y *entry) int { return x.At.Compare(y.At) })
	a.total += b.total
	a.norm = 0
	for who, n := range b.who {
		a.who[who] += n
	}
	for t, w := range b.terms {
		v := a.terms[t]
		if v.p == nil {
			s.post(w.p, a)
			if a.pinned {
				w.p.pins++
			}
		}
		a.terms[t] = weighed{w.p, w.n + v.n, w.w + v.w}
	}
	for _, k := range b.keys {
		s.key(k, a)
	}
	a.last = later(a.last, b.last)
	b.gone, b.terms, b.entries = true, nil, nil
	s.count--
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// put counts the item into the group.
func (s *Groups) put(e *entry, g *group) {
	e.group = g
	s.byID[e.ID] = e
	s.items = append(s.items, e)
	s.held += len(e.terms)
	if len(g.entries) > 0 || g.pinned {
		s.open(g)
	}
	g.entries = append(g.entries, e)
	for i := len(g.entries) - 1; i > 0 && g.entries[i].At.Before(g.entries[i-1].At); i-- {
		g.entries[i], g.entries[i-1] = g.entries[i-1], g.entries[i]
	}
	g.total++
	g.norm = 0
	g.who[e.Who]++
	g.last = later(g.last, e.At)
	for _, t := range e.terms {
		p := s.posts[t.term]
		if p == nil {
			p = &posting{}
			s.posts[t.term] = p
		}
		p.df++
		if g.terms == nil { // its only item
			s.post(p, g)
			continue
		}
		w := g.terms[t.term]
		if w.p == nil {
			s.post(p, g)
			if g.pinned {
				p.pins++
			}
		}
		g.terms[t.term] = weighed{p, w.n + 1, w.w + t.weight}
	}
	for _, k := range e.Keys {
		s.key(k, g)
	}
	if len(g.terms) > 2*maxGroupTerms {
		s.forget(g)
	}
}

func (s *Groups) key(k string, g *group) {
	s.keyed[k] = g
	if !slices.Contains(g.keys, k) {
		g.keys = append(g.keys, k)
	}
}

// post notes that a group has a term.
func (s *Groups) post(p *posting, g *group) {
	if len(p.groups) > 2*int(p.df)+8 {
		p.groups = slices.DeleteFunc(p.groups, func(g *group) bool { return g.gone })
	}
	p.groups = append(p.groups, g)
}

// forget drops the terms that the fewest items of the group have.
func (s *Groups) forget(g *group) {
	counts := make([]uint32, 0, len(g.terms))
	for _, w := range g.terms {
		counts = append(counts, w.n)
	}
	slices.Sort(counts)
	least := counts[len(counts)-maxGroupTerms]
	for t, w := range g.terms {
		if w.n < least || w.n == least && len(g.terms) > maxGroupTerms {
			delete(g.terms, t)
			if g.pinned {
				s.unpin(t, w.p)
			}
		}
	}
}

// expire lets go what is older than the window.
func (s *Groups) expire(now time.Time) {
	for s.head < len(s.items) && now.Sub(s.items[s.head].At) > s.o.Window {
		s.drop()
	}
}

// drop lets the oldest item go.
func (s *Groups) drop() {
	e := s.items[s.head]
	s.items[s.head] = nil
	if s.head++; s.head > 1024 && s.head > len(s.items)/2 {
		s.items = slices.Clone(s.items[s.head:])
		s.head = 0
	}
	s.held -= len(e.terms)
	delete(s.byID, e.ID)
	g := e.group
	g.entries = slices.DeleteFunc(g.entries, func(x *entry) bool { return x == e })
	if g.who[e.Who]--; g.who[e.Who] == 0 {
		delete(g.who, e.Who)
	}
	if !g.pinned {
		g.norm = 0
	}
	for _, t := range e.terms {
		p := s.posts[t.term]
		p.df--
		if p.df == 0 && p.pins == 0 {
			delete(s.posts, t.term)
		}
		if w, ok := g.terms[t.term]; ok && !g.pinned {
			w.w -= t.weight
			if w.n--; w.n == 0 {
				delete(g.terms, t.term)
			} else {
				g.terms[t.term] = w
			}
		}
	}
	if g.pinned {
		return
	}
	if g.total--; len(g.entries) == 0 {
		s.remove(g)
	}
}

func (s *Groups) remove(g *group) {
	if g.gone {
		return
	}
	g.gone, g.terms, g.entries = true, nil, nil
	s.count--
	for _, k := range g.keys {
		if s.keyed[k] == g {
			delete(s.keyed, k)
		}
	}
}

// Pin names the group of an item after its incident. Its words are kept as they
// are, though items leave the window, until [Groups.Drop]: later complaints find it.
// Nothing happens when the item is not held, or its group is another incident's.
func (s *Groups) Pin(item, name string) {
	e := s.byID[item]
	if e == nil || e.group.pinned {
		return
	}
	g := e.group
	if have := s.pins[name]; have != nil && have != g { // it has a group: this one belongs to it
		s.merge(have, g)
		return
	}
	s.open(g)
	g.name, g.pinned = name, true
	s.pins[name] = g
	for _, w := range g.terms {
		w.p.pins++
	}
}

// Drop forgets an incident's group and its items: what comes now is counted anew.
func (s *Groups) Drop(name string) {
	g := s.pins[name]
	if g == nil {
		return
	}
	delete(s.pins, name)
	for t, w := range g.terms {
		s.unpin(t, w.p)
	}
	g.pinned = false
	for _, e := range g.entries { // they go with the window; nothing is alike them any more
		delete(s.byID, e.ID)
	}
	s.remove(g)
}

func (s *Groups) unpin(t term, p *posting) {
	if p.pins--; p.pins == 0 && p.df == 0 {
		delete(s.posts, t)
	}
}
