package incident

import (
	"cmp"
	"math"
	"slices"
)

const (
	usualAlike = 0.1   // likeness that is always needed
	standsOut  = 1.7   // times the root of the likeness that comes by chance
	looked     = 8_000 // entries of postings that are looked at for one item
	compared   = 24    // groups that an item is compared with
	bare       = 0.3   // likeness that is needed while there is little to compare with
)

// alike are the groups that the item's words belong to, the most alike first.
func (s *Groups) alike(e *entry) []*group {
	rare := make([]part, 0, len(e.parts)) // with groups, those of few first
	for _, t := range e.parts {
		if len(s.posts[t.at].groups) > 0 {
			rare = append(rare, t)
		}
	}
	slices.SortFunc(rare, func(a, b part) int {
		return cmp.Or(len(s.posts[a.at].groups)-len(s.posts[b.at].groups), cmp.Compare(s.posts[a.at].term, s.posts[b.at].term))
	})
	s.turn++
	s.touched = s.touched[:0]
	left := looked
	for _, t := range rare {
		groups := s.posts[t.at].groups
		if left -= len(groups); left < 0 {
			break
		}
		w := s.rare(t.at, 0)
		for _, g := range groups {
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
	text := s.text(e.parts)
	for i := range best {
		best[i].score = s.likeness(text, best[i].g)
	}
	slices.SortFunc(best, candidate.compare)
	need := bare
	if len(best) == compared {
		need = max(s.o.Alike, standsOut*math.Sqrt(chance(best)))
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

// chance is how alike the words are to groups that they do not belong to: to the
// second half of the best. A text of everyday words must be more like a group than
// one of rare words; by the root, so that an event whose parts have not yet found
// each other does not raise its own bar.
func chance(best []candidate) (mean float64) {
	half := best[len(best)/2:]
	for _, c := range half {
		mean += c.score / float64(len(half))
	}
	return mean
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

// text is an item's terms as they are compared.
type text struct {
	parts []part
	rare  []float64 // by part, as if no group compared with had it
	norm  float64
}

func (s *Groups) text(parts []part) text {
	t := text{parts: parts, rare: make([]float64, len(parts))}
	for i, p := range parts {
		t.rare[i] = s.rare(p.at, 0)
		t.norm += t.rare[i] * square(p.weight)
	}
	return t
}

// likeness is how alike a text is to a group: the cosine of their rare terms, a
// term being rare that stands in few items besides the group's own.
func (s *Groups) likeness(t text, g *group) float64 {
	var both float64
	norm := t.norm
	shared := func(i int, w weighed) {
		p := t.parts[i]
		r := s.rare(p.at, w.n)
		norm += (r - t.rare[i]) * square(p.weight)
		both += r * float64(p.weight) * float64(w.w) / float64(g.total)
	}
	if g.terms == nil {
		theirs := g.entries[0].parts
		for i, p := range t.parts {
			for len(theirs) > 0 && theirs[0].at < p.at {
				theirs = theirs[1:]
			}
			if len(theirs) > 0 && theirs[0].at == p.at {
				shared(i, weighed{1, theirs[0].weight})
			}
		}
	} else {
		for i, p := range t.parts {
			if w, ok := g.terms[p.at]; ok {
				shared(i, w)
			}
		}
	}
	if both == 0 {
		return 0
	}
	return both / math.Sqrt(norm*s.norm(g))
}

// rare is how much it says to share a term: the more, the fewer items have it
// besides n.
func (s *Groups) rare(at place, n uint32) float64 {
	df := max(0, float64(s.posts[at].df)-float64(n))
	w := math.Log((s.size() + 2) / (df + 1))
	return w * w * w
}

func square(w float32) float64 { return float64(w) * float64(w) }

// norm is the length of a group's terms. While there are about as many items, it
// is kept by what joins and leaves.
func (s *Groups) norm(g *group) float64 {
	n := s.size()
	if g.norm <= 0 || math.Abs(n-g.normAt) > g.normAt/50 {
		g.norm, g.normAt = 0, n
		g.each(func(at place, w weighed) { g.norm += s.rare(at, w.n) * square(w.w) })
	}
	return g.norm / float64(g.total) / float64(g.total)
}

// same says whether two groups are one event: by the same measure.
func (s *Groups) same(a, b *group) bool {
	a.open()
	b.open()
	var both, as, bs float64
	for at, w := range a.terms {
		v := b.terms[at]
		r := s.rare(at, w.n+v.n)
		x, y := float64(w.w)/float64(a.total), float64(v.w)/float64(b.total)
		as, both = as+r*x*x, both+r*x*y
	}
	for at, v := range b.terms {
		r := s.rare(at, a.terms[at].n+v.n)
		y := float64(v.w) / float64(b.total)
		bs += r * y * y
	}
	return both > 0 && both/math.Sqrt(as*bs) >= s.o.Alike
}
