package incident

import "time"

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
	term   term
	df     uint32
	pins   uint32 // pinned groups that have it
	groups []*group
}

// A place is where a term's posting is.
type place = uint32

// part is a term of an item and what it counts there.
type part struct {
	at     place
	weight float32
}

// weighed is how many items of a group have a term, and what it counts in all.
type weighed struct {
	n uint32
	w float32
}

type entry struct {
	Item
	parts []part // in the order of places
	group *group
}

type group struct {
	serial  int32
	name    string
	entries []*entry          // in the window
	total   int               // items ever counted in terms
	terms   map[place]weighed // nil while it has one item: then that item's
	keys    []string
	pinned  bool
	last    time.Time
	who     map[string]int // customers and how many of their items are in the window; nil as terms
	norm    float64        // of its terms, times total squared; 0: to be reckoned
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
	s.Customers = g.customers()
	if len(g.entries) > 0 {
		s.First = g.entries[0].At
	}
	for _, e := range g.entries[max(0, len(g.entries)-MaxMembers):] {
		s.Members = append(s.Members, e.ID)
	}
	return s
}

func (g *group) customers() int {
	if g.who == nil {
		return len(g.entries)
	}
	return len(g.who)
}

// count counts n items of a customer.
func (g *group) count(who string, n int) {
	if g.who == nil {
		return
	}
	if g.who[who] += n; g.who[who] == 0 {
		delete(g.who, who)
	}
}

// each goes through the group's terms.
func (g *group) each(do func(at place, w weighed)) {
	if g.terms != nil {
		for at, w := range g.terms {
			do(at, w)
		}
		return
	}
	for _, e := range g.entries {
		for _, p := range e.parts {
			do(p.at, weighed{1, p.weight})
		}
	}
}

// open makes the maps of a group that has had one item.
func (g *group) open() {
	if g.terms != nil {
		return
	}
	terms := map[place]weighed{}
	g.each(func(at place, w weighed) { terms[at] = w })
	g.terms = terms
	g.who = map[string]int{}
	for _, e := range g.entries {
		g.count(e.Who, 1)
	}
}
