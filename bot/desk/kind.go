package desk

import (
	"slices"
	"strings"
	"time"
)

// The levels of a case, as packs write them.
const (
	Ordinary = "general"
	Serious  = "serious"
	Major    = "major"
)

// Kind is one kind of request (requests/*.yaml): a thing that moves.
type Kind struct {
	ID       string           `yaml:"request"`
	Title    string           `yaml:"name"`
	Base     string           `yaml:"base"`  // the flow it starts from: case
	No       string           `yaml:"no"`    // letters of the full number: TS
	Duty     []string         `yaml:"duty"`  // duties it carries
	Team     string           `yaml:"team"`  // department whose people get it; "": that of its category
	Mute     bool             `yaml:"mute"`  // no card, no clocks (praise)
	Rated    bool             `yaml:"rated"` // the customer is asked for a rating
	States   map[string]State `yaml:"states"`
	Moves    map[string]Move  `yaml:"moves"`
	ClockSet []ClockRow       `yaml:"clocks"`
	Climb    []LadderRow      `yaml:"ladders"`
	Ask      []Ask            `yaml:"ask"`
	Asks     int              `yaml:"asks"`    // how many may be put in one case; 0: limits.asks
	Confirm  string           `yaml:"confirm"` // key of the words that repeat what was told; "": they are not repeated
	Takes    []string         `yaml:"takes"`   // words with which something wanted in the room is of this kind
	Fields   []Field          `yaml:"fields"`
}

// State is where a request may stand.
type State struct {
	Title        string        `yaml:"title"`
	CustomerLine string        `yaml:"customer_line"` // what the customer reads; "": nothing
	Stop         bool          `yaml:"stop"`          // clocks stand still
	End          bool          `yaml:"end"`           // nothing is owed any more
	After        time.Duration `yaml:"after"`         // by itself, when nobody does anything
	Then         string        `yaml:"then"`          // the move that is then made
}

// Move is what may be done to a request.
type Move struct {
	Title        string        `yaml:"title"`
	From         []string      `yaml:"from"`
	To           string        `yaml:"to"`            // "": the state stays
	By           []string      `yaml:"by"`            // team, owner, helper, lead, manager, leader, customer, clock
	ByMajor      []string      `yaml:"by_major"`      // instead of By when it is major
	Fill         []string      `yaml:"fill"`          // what must be given: result, cause, dept, reason, promise
	Within       time.Duration `yaml:"within"`        // since the last move
	CustomerLine string        `yaml:"customer_line"` // with {who} {dept} {helper} {text} {room}
	Notify       string        `yaml:"notify"`        // key of the words the customer gets
}

// ClockRow are the clocks of cases of which all its conditions hold.
type ClockRow struct {
	Level   string        `yaml:"level"` // "": any
	Stay    string        `yaml:"stay"`  // in, left; "": any
	Claim   time.Duration `yaml:"claim"`
	Answer  time.Duration `yaml:"answer"`
	Solve   time.Duration `yaml:"solve"`
	Working bool          `yaml:"working"` // working hours instead of the clock on the wall
}

// Facts are what clocks and ladders go by.
type Facts struct {
	Level   string // general, serious, major; "" is general
	InHouse bool   // the customer is in the house
	VIP     bool
	Safety  bool
}

// Clocks are the times allowed; 0: no such clock.
type Clocks struct {
	Claim, Answer, Solve time.Duration
	Working              bool // count working hours only
}

// LadderRow picks a ladder by conditions.
type LadderRow struct {
	Level string `yaml:"level"`
	VIP   bool   `yaml:"vip"`
	Use   string `yaml:"use"`
}

// Ladder is who hears of a case that nobody acts on.
type Ladder struct {
	Name  string `yaml:"-"`
	Steps []Step `yaml:"steps"`
	Night bool   `yaml:"night"` // climbs at night whatever it is
}

// Step is one rung.
type Step struct {
	After  time.Duration `yaml:"after"`  // since the case came or somebody last acted
	On     string        `yaml:"on"`     // instead of After: when this clock runs out: claim, answer
	Do     string        `yaml:"do"`     // card, assign (to the least loaded on duty), call (ask to telephone)
	To     []string      `yaml:"to"`     // team, owner, lead, manager, leader
	Tell   []string      `yaml:"tell"`   // who else gets a line
	Group  string        `yaml:"group"`  // robot that gets a line: staff, escalation
	Repeat time.Duration `yaml:"repeat"` // again until somebody acts; last step only
}

// Field is a thing a request keeps.
type Field struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"name"`
	Type     string   `yaml:"type"` // text, long, choice, department, room, phone, money, date, file
	Required bool     `yaml:"required"`
	Of       []string `yaml:"of"`
	Masked   bool     `yaml:"masked"`
	Internal bool     `yaml:"internal"`
}

// Kind is the kind of that id, nil when the pack has none.
func (p *Pack) Kind(id string) *Kind { return p.kinds[id] }

// Takes is the kind that takes what is wanted in a text by its words: dishes are
// ordered, not brought from the store room; "" when none does.
func (p *Pack) Takes(text string) string {
	for i := range p.Kinds {
		if slices.ContainsFunc(p.Kinds[i].Takes, func(w string) bool { return strings.Contains(text, w) }) {
			return p.Kinds[i].ID
		}
	}
	return ""
}

// Clocks are the times allowed for a case; half of them for VIPs, in whole
// minutes. A kind that the pack has not, or that is mute, has none.
func (p *Pack) Clocks(kind string, f Facts) Clocks {
	k := p.Kind(kind)
	if k == nil || k.Mute {
		return Clocks{}
	}
	for _, r := range k.ClockSet {
		if r.Level != "" && r.Level != f.level() || r.Stay == "in" && !f.InHouse || r.Stay == "left" && f.InHouse {
			continue
		}
		c := Clocks{r.Claim, r.Answer, r.Solve, r.Working}
		if f.VIP {
			c.Claim, c.Answer, c.Solve = half(c.Claim), half(c.Answer), half(c.Solve)
		}
		return c
	}
	return Clocks{}
}

func half(d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	return max(time.Minute, (d / 2).Truncate(time.Minute))
}

func (f Facts) level() string {
	if f.Level == "" {
		return Ordinary
	}
	return f.Level
}

// Ladder is who hears next of a case of that kind; without steps when nobody does.
func (p *Pack) Ladder(kind string, f Facts) Ladder {
	k := p.Kind(kind)
	if k == nil {
		return Ladder{}
	}
	for _, r := range k.Climb {
		if r.Level != "" && r.Level != f.level() || r.VIP && !f.VIP {
			continue
		}
		return p.Ladders[r.Use]
	}
	return Ladder{}
}

// May says whether someone in one of the roles (team, owner, helper, lead, …) may
// make the move from a state.
func (k *Kind) May(move, state string, major bool, roles ...string) bool {
	m, ok := k.Moves[move]
	if !ok || !slices.Contains(m.From, state) {
		return false
	}
	by := m.By
	if major && len(m.ByMajor) > 0 {
		by = m.ByMajor
	}
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(by, r) })
}
