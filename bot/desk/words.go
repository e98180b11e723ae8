package desk

import (
	"slices"
	"strings"

	"kefu/bot/wording"
)

// Words are words that decide something (words.yaml).
type Words struct {
	Major     []Group        `yaml:"major"`     // raise what a customer writes to a major complaint
	Safety    []string       `yaml:"safety"`    // danger now, whatever the hour
	Sensitive []wording.List `yaml:"sensitive"` // what nobody, person or bot, is to send to customers as it is
	Synonyms  [][]string     `yaml:"synonyms"`  // groups of words that mean the first, for finding articles
	Places    []string       `yaml:"places"`    // of the house besides rooms; a question's words name them all by @places
	Others    []string       `yaml:"others"`    // companies whose matters are none of ours
	Binding   []string       `yaml:"binding"`   // make a question one of money or policy, besides those everybody knows
}

// Group is words of one meaning.
type Group struct {
	ID    string   `yaml:"id"`
	Title string   `yaml:"title"`
	Shown bool     `yaml:"shown"` // named on the card: 提到 12315、抖音
	Words []string `yaml:"words"`
	First string   `yaml:"first"` // said to the customer before all else
}

// lists are the words of a pack made ready to be looked for.
type lists struct {
	major     *wording.Set
	groups    []grouped // by place in major
	safety    *wording.Set
	sensitive *wording.Rules
	matters   *wording.Exact // of categories and topics
	of        []matter       // by place in matters
}

type grouped struct {
	group *Group
	word  string
}

// matter is a word of a category, or of one of its topics.
type matter struct {
	size  int // of the word as listed, bytes
	cat   *Category
	topic *Topic // nil for the category's own words
}

// ready makes the words ready, once all files are read.
func (p *Pack) ready() {
	var major, matters []string
	for i := range p.Words.Major {
		g := &p.Words.Major[i]
		for _, w := range g.Words {
			major, p.lists.groups = append(major, w), append(p.lists.groups, grouped{g, w})
		}
	}
	add := func(words []string, c *Category, t *Topic) {
		for _, w := range words {
			matters, p.lists.of = append(matters, strings.ToLower(w)), append(p.lists.of, matter{len(w), c, t})
		}
	}
	for i := range p.Categories {
		c := &p.Categories[i]
		for j := range c.Topics {
			add(c.Topics[j].Words, c, &c.Topics[j])
		}
		add(c.Words, c, nil)
	}
	for i := range p.Kinds {
		for j := range p.Kinds[i].Ask {
			a := &p.Kinds[i].Ask[j]
			a.Said, a.Unsaid = p.Words.spelled(a.Said), p.Words.spelled(a.Unsaid)
		}
	}
	p.lists.major, p.lists.safety = wording.NewSet(major), wording.NewSet(p.Words.Safety)
	p.lists.sensitive, p.lists.matters = wording.NewRules(p.Words.Sensitive), wording.NewExact(matters)
}

// allPlaces stands, among a question's words, for those of Places.
const allPlaces = "@places"

// spelled puts the places where their name stands.
func (w *Words) spelled(words []string) []string {
	i := slices.Index(words, allPlaces)
	if i < 0 {
		return words
	}
	return slices.Concat(words[:i], w.Places, words[i+1:])
}

// Place is the place of the house, besides its rooms, that a text names first in the
// order of the pack; "" when none.
func (p *Pack) Place(text string) string {
	for _, w := range p.Words.Places {
		if strings.Contains(text, w) {
			return w
		}
	}
	return ""
}

// Other is the company of which a text speaks and whose matters are none of ours; ""
// when none.
func (p *Pack) Other(text string) string {
	for _, w := range p.Words.Others {
		if strings.Contains(text, w) {
			return w
		}
	}
	return ""
}

// Tap is what a tapped menu key or option means (taps.yaml). One of the fields
// Kind, Ask, Do is set.
type Tap struct {
	Kind  string `yaml:"kind"`  // begins a case of this kind
	Item  string `yaml:"item"`  // what it is about: 两瓶水
	Text  string `yaml:"text"`  // counts as having typed this
	Reply string `yaml:"reply"` // key of the words that answer the tap
	Do    string `yaml:"do"`    // progress, human
}

// Major finds the words that make a complaint major; shown are those a card
// names, in the order of the pack.
func (p *Pack) Major(text string) (shown []string, is bool) {
	for _, i := range p.lists.major.In(wording.Read(text)) {
		is = true
		if m := p.lists.groups[i]; m.group.Shown {
			shown = append(shown, m.word)
		}
	}
	return shown, is
}

// First is what the customer is told before all else, for the first group whose
// words the text has; "" for most.
func (p *Pack) First(text string) string {
	for _, i := range p.lists.major.In(wording.Read(text)) {
		if first := p.lists.groups[i].group.First; first != "" {
			return first
		}
	}
	return ""
}

// Danger says whether the text speaks of danger now.
func (p *Pack) Danger(text string) bool { return len(p.lists.safety.In(wording.Read(text))) > 0 }

// Allowed says whether a text may go to a customer: as it is, after the writer has
// confirmed it, or not at all. The bot sends only what is OK. Words are found
// with blanks between, by sound and in pinyin too.
func (p *Pack) Allowed(text string) wording.Verdict { return p.lists.sensitive.Check(text) }

// Sensitive is the word in the text that staff must not send, or "". Words that
// only ask to be confirmed are not among them: see Allowed.
func (p *Pack) Sensitive(text string) string {
	if v := p.Allowed(text); v.Do == wording.Block {
		return v.Word
	}
	return ""
}

// Phrase is a sentence that staff call up by name (常用语): "/赔礼". Its text may have
// the variables {guest} {who} {room} {subject} {by}.
type Phrase struct {
	Name string `yaml:"name"`
	Team string `yaml:"team"` // only for this department's people; "": everybody
	Text string `yaml:"text"`
}

// PhraseVars are the variables that a phrase may have.
var PhraseVars = []string{"guest", "who", "room", "subject", "by"}
