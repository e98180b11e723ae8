package incident

import (
	"slices"
	"time"
)

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
	a.open()
	b.open()
	a.entries = append(a.entries, b.entries...)
	slices.SortStableFunc(a.entries, func(x, y *entry) int { return x.At.Compare(y.At) })
	a.total += b.total
	a.norm = 0
	for who, n := range b.who {
		a.count(who, n)
	}
	for at, w := range b.terms {
		v, had := a.terms[at]
		if !had {
			s.post(at, a)
		}
		a.terms[at] = weighed{w.n + v.n, w.w + v.w}
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
	s.held += len(e.parts)
	if len(g.entries) > 0 || g.pinned {
		g.open()
	}
	g.entries = append(g.entries, e)
	for i := len(g.entries) - 1; i > 0 && g.entries[i].At.Before(g.entries[i-1].At); i-- {
		g.entries[i], g.entries[i-1] = g.entries[i-1], g.entries[i]
	}
	g.total++
	g.count(e.Who, 1)
	g.last = later(g.last, e.At)
	for _, t := range e.parts {
		s.posts[t.at].df++
		if g.terms == nil { // its only item
			s.post(t.at, g)
			continue
		}
		w, had := g.terms[t.at]
		if !had {
			s.post(t.at, g)
		}
		more := weighed{w.n + 1, w.w + t.weight}
		g.terms[t.at] = more
		if g.norm > 0 {
			g.norm += s.rare(t.at, more.n) * (square(more.w) - square(w.w))
		}
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
func (s *Groups) post(at place, g *group) {
	p := &s.posts[at]
	if g.pinned {
		p.pins++
	}
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
	g.norm = 0
	least := counts[len(counts)-maxGroupTerms]
	for t, w := range g.terms {
		if w.n < least || w.n == least && len(g.terms) > maxGroupTerms {
			delete(g.terms, t)
			if g.pinned {
				s.unpin(t)
			}
		}
	}
}
