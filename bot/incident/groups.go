package incident

import (
	"cmp"
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
	places  map[term]place
	posts   []posting
	free    []place // that hold no term
	count   int     // groups
	keyed   map[string]*group
	pins    map[string]*group
	serial  int32
	turn    int      // counts items
	touched []*group // scratch
	base    int      // common sentences
}

const usualWindow = 2 * time.Hour

// NewGroups begins without any.
func NewGroups(o Options) *Groups {
	o.Window = cmp.Or(o.Window, usualWindow)
	o.Alike = cmp.Or(o.Alike, usualAlike)
	o.Items = cmp.Or(o.Items, 120_000)
	o.Terms = cmp.Or(o.Terms, 8_000_000)
	s := &Groups{
		o: o, byID: map[string]*entry{}, places: map[term]place{},
		keyed: map[string]*group{}, pins: map[string]*group{},
		base: len(o.Common),
	}
	for _, text := range o.Common {
		for _, m := range terms(text) {
			p := &s.posts[s.at(m.term)]
			p.df++
			p.pins = 1 // it stays
		}
	}
	return s
}

// size is how many texts the rarity of a term is reckoned among.
func (s *Groups) size() float64 { return float64(s.base + len(s.items) - s.head) }

// Add puts an item to the group it is most alike, or begins one, and returns that
// group. An item that is there already changes nothing. Items may come late; one
// that is older than the window is held until it would be the oldest.
func (s *Groups) Add(it Item) Group {
	if e := s.byID[it.ID]; e != nil {
		return e.group.snapshot()
	}
	s.expire(it.At)
	e := &entry{Item: it}
	e.Text = ""
	marks := terms(it.Text)
	for _, n := range it.Near {
		marks = append(marks, mark{named(n), 1})
	}
	e.parts = make([]part, len(marks))
	for i, m := range marks {
		e.parts[i] = part{s.at(m.term), m.weight}
	}
	slices.SortFunc(e.parts, func(a, b part) int { return cmp.Compare(a.at, b.at) })
	g := s.place(e)
	s.put(e, g)
	for s.held > s.o.Terms || len(s.items)-s.head > s.o.Items {
		s.drop()
	}
	return g.snapshot()
}

// at is where a term's posting is; one that is new gets one.
func (s *Groups) at(t term) place {
	if at, ok := s.places[t]; ok {
		return at
	}
	at := place(len(s.posts))
	if n := len(s.free); n > 0 {
		at, s.free = s.free[n-1], s.free[:n-1]
		s.posts[at] = posting{term: t}
	} else {
		s.posts = append(s.posts, posting{term: t})
	}
	s.places[t] = at
	return at
}

// spare gives a place back that nothing needs any more.
func (s *Groups) spare(at place) {
	if p := &s.posts[at]; p.df == 0 && p.pins == 0 {
		delete(s.places, p.term)
		*p = posting{}
		s.free = append(s.free, at)
	}
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
		g := &group{serial: s.serial, name: e.ID}
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
	s.held -= len(e.parts)
	delete(s.byID, e.ID)
	g := e.group
	switch i := slices.Index(g.entries, e); i {
	case -1: // an incident that ended took them
	case 0: // as a rule
		g.entries[0] = nil
		g.entries = g.entries[1:]
	default:
		g.entries = slices.Delete(g.entries, i, i+1)
	}
	g.count(e.Who, -1)
	if !g.pinned {
		g.norm = 0
	}
	for _, t := range e.parts {
		if w, ok := g.terms[t.at]; ok && !g.pinned {
			w.w -= t.weight
			if w.n--; w.n == 0 {
				delete(g.terms, t.at)
			} else {
				g.terms[t.at] = w
			}
		}
		s.posts[t.at].df--
		s.spare(t.at)
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
