package incident

import (
	"math"
	"time"
)

// Item is a complaint as [Groups] looks at it.
type Item struct {
	ID   string // of the ticket: seen twice is seen once
	At   time.Time
	Who  string // the customer
	Text string
	Keys []string // same one, same event: thing:空调, product:…, order:…
	Near []string // speak for the same event, not alone: 3 号楼
}

// Group is what Groups knows of items that are alike.
type Group struct {
	ID        string // of its first item; of the incident once it is pinned
	Pinned    bool
	Size      int      // items in the window
	Customers int      // different ones among them
	Members   []string // item ids, oldest first; at most MaxMembers, the newest
	First     time.Time
	Last      time.Time
}

// MaxMembers bounds the ids that a Group names.
const MaxMembers = 500

// posting is what is known of one term: in how many items it stands, and in
// which groups (the oldest first; some of them gone).
type posting struct {
	df     uint32
	pins   uint32 // pinned groups that have it
	groups []*group
}

// weighed is a term of a group and how many of its items have it.
type weighed struct {
	p *posting
	n uint32
	w float32
}

type entry struct {
	Item
	terms []mark
	group *group
}

type group struct {
	serial  int32
	name    string
	entries []*entry         // in the window
	total   int              // items ever counted in terms
	terms   map[term]weighed // nil while it has one item: then that item's
	keys    []string
	pinned  bool
	last    time.Time
	who     map[string]int // customers and how many of their items are in the window
	norm    float64        // of its terms; 0: to be reckoned
	normAt  float64        // with so many items
	gone    bool
	score   float64 // of the item in hand, when turn is the item's
	turn    int
}

// maxGroupTerms bounds what a group remembers of its words; what few of its items
// have is forgotten first.
const maxGroupTerms = 2048

func (g *group) snapshot() Group {
	s := Group{ID: g.name, Pinned: g.pinned, Size: len(g.entries), Last: g.last}
	s.Customers = len(g.who)
	if len(g.entries) > 0 {
		s.First = g.entries[0].At
	}
	for _, e := range g.entries[max(0, len(g.entries)-MaxMembers):] {
		s.Members = append(s.Members, e.ID)
	}
	return s
}

// rarity is how much it says that two texts share a term which df of n others have.
func rarity(n, df float64) float64 {
	w := math.Log((n + 2) / (df + 1))
	return w * w * w
}

// each goes through the group's terms.
func (s *Groups) each(g *group, do func(t term, w weighed)) {
	if g.terms != nil {
		for t, w := range g.terms {
			do(t, w)
		}
		return
	}
	for _, e := range g.entries {
		for _, m := range e.terms {
			do(m.term, weighed{s.posts[m.term], 1, m.weight})
		}
	}
}

// open makes the map of terms of a group that has had one item.
func (s *Groups) open(g *group) {
	if g.terms != nil {
		return
	}
	terms := map[term]weighed{}
	s.each(g, func(t term, w weighed) { terms[t] = w })
	g.terms = terms
}
