package intent

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed words/*.txt examples/*.txt
var files embed.FS

// tag says what a word of the lists means. A word may have several.
type tag uint64

const (
	tHuman tag = 1 << iota
	tHumanNot
	tHumanNeg
	tComplaint
	tComplaintNot
	tGrievance
	tMajor
	tMajorNot
	tSafety
	tSafetyNot
	tHarm
	tHarmNot
	tUnsubscribe
	tUnsubscribeNot
	tErase
	tEraseNot
	tProgress
	tProgressNot
	tUrge
	tUrgeNot
	tGreet
	tThanks
	tFiller
	tRate5
	tRate4
	tRate3
	tRate2
	tRate1
	tAbuse
	tAbuseNot
	tGood
	tBad
	tBadNot
	tStrongBad
	tStrongBadNot
	tAngry
	tNeg
	tAsk
	tSuggest
	tWant
	tBroken
	tOrderish
	tThing
	tGeneral // a thing, but said of almost anything: 房间
	tProduct
	tCategory
	tIll
	tPlight
	tLost
	tSupply
)

// sections gives each heading of the word files its tag.
var sections = map[string]tag{
	"human": tHuman, "human.not": tHumanNot, "human.neg": tHumanNeg,
	"complaint": tComplaint, "complaint.not": tComplaintNot,
	"grievance": tGrievance,
	"major":     tMajor, "major.not": tMajorNot, "safety": tSafety, "safety.not": tSafetyNot,
	"harm": tHarm, "harm.not": tHarmNot, "unsubscribe": tUnsubscribe, "unsubscribe.not": tUnsubscribeNot,
	"erase": tErase, "erase.not": tEraseNot, "progress": tProgress, "progress.not": tProgressNot,
	"urge": tUrge, "urge.not": tUrgeNot, "greet": tGreet, "thanks": tThanks, "filler": tFiller,
	"rate5": tRate5, "rate4": tRate4, "rate3": tRate3, "rate2": tRate2, "rate1": tRate1,
	"abuse": tAbuse, "abuse.not": tAbuseNot, "good": tGood, "bad": tBad, "bad.not": tBadNot,
	"strongbad": tStrongBad, "strongbad.not": tStrongBadNot, "angry": tAngry, "neg": tNeg,
	"ask": tAsk, "suggest": tSuggest, "want": tWant, "broken": tBroken, "orderish": tOrderish,
	"ill": tIll, "plight": tPlight, "lost": tLost, "supply": tSupply,
	"thing": tThing, "general": tGeneral,
}

// excuses names, for a tag, the one whose words take a hit back when they lie
// over it: 人工智能 over 人工.
var excuses = []struct{ of, not tag }{
	{tHuman, tHumanNot}, {tComplaint, tComplaintNot}, {tMajor, tMajorNot}, {tSafety, tSafetyNot}, {tHarm, tHarmNot},
	{tUnsubscribe, tUnsubscribeNot}, {tErase, tEraseNot}, {tProgress, tProgressNot}, {tUrge, tUrgeNot},
	{tAbuse, tAbuseNot}, {tBad, tBadNot}, {tStrongBad, tStrongBadNot},
}

// gap is how many characters may lie between the parts of "a*b".
const gap = 8

type word struct {
	tags tag
	cat  int      // index of the lexicon's category, where tCategory
	then []second // parts that may follow at a distance
}

type second struct {
	text []rune
	tags tag
}

// words is a trie over all lists.
type words struct {
	next  map[uint64]int32 // node<<32 | rune → node
	first [1 << 16 / 64]uint64
	ends  []int32 // node → index into list, -1: none
	list  []word
}

func newWords() *words {
	return &words{next: map[uint64]int32{}, ends: []int32{-1}}
}

func (w *words) add(s string, t tag, cat int) {
	a, b, far := strings.Cut(s, "*")
	r := plain(a)
	if len(r) == 0 {
		return
	}
	if r[0] < 1<<16 {
		w.first[r[0]>>6] |= 1 << (r[0] & 63)
	}
	var n int32
	for _, c := range r {
		k := uint64(n)<<32 | uint64(c)
		m, ok := w.next[k]
		if !ok {
			m = int32(len(w.ends))
			w.ends = append(w.ends, -1)
			w.next[k] = m
		}
		n = m
	}
	if w.ends[n] < 0 {
		w.ends[n] = int32(len(w.list))
		w.list = append(w.list, word{})
	}
	e := &w.list[w.ends[n]]
	if far {
		e.then = append(e.then, second{plain(b), t})
		return
	}
	e.tags |= t
	if t == tCategory && e.cat == 0 {
		e.cat = cat
	}
}

// read adds a file of sections.
func (w *words) read(text string) {
	var t tag
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			t = sections[strings.Trim(line, "[]")]
		default:
			for _, s := range strings.Fields(line) {
				w.add(s, t, 0)
			}
		}
	}
}

// load reads the lists that come with the package and those of a lexicon.
func load(lex Lexicon) *words {
	w := newWords()
	for _, name := range []string{"words/rules.txt", "words/feeling.txt", "words/things.txt"} {
		w.read(content(name))
	}
	for _, s := range lex.Things {
		w.add(s, tThing, 0)
	}
	for _, s := range lex.Products {
		w.add(s, tProduct, 0)
	}
	for _, s := range lex.Major {
		w.add(s, tMajor, 0)
	}
	for _, s := range lex.Safety {
		w.add(s, tSafety, 0)
	}
	for i, c := range lex.Categories {
		for _, s := range c.Words {
			w.add(s, tCategory, i+1)
		}
	}
	return w
}

// content is an embedded file; the embed directive makes sure that it is there.
func content(name string) string {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		panic("intent: embedded " + name + " is missing")
	}
	return string(b)
}

type hit struct {
	from, to int
	tags     tag
	cat      int
}

// find gives every word of the lists in t, by where it begins; all lengths.
func (w *words) find(t []rune, hits []hit) []hit {
	for i, c := range t {
		if c < 1<<16 && w.first[c>>6]&(1<<(c&63)) == 0 {
			continue
		}
		var n int32
		for j := i; j < len(t); j++ {
			m, ok := w.next[uint64(n)<<32|uint64(t[j])]
			if !ok {
				break
			}
			n = m
			if e := w.ends[n]; e >= 0 {
				hits = w.hit(t, i, j+1, &w.list[e], hits)
			}
		}
	}
	return w.excuse(hits)
}

func (w *words) hit(t []rune, from, to int, e *word, hits []hit) []hit {
	if e.tags != 0 && !split(t, from, to) {
		hits = append(hits, hit{from, to, e.tags, e.cat})
	}
	for _, s := range e.then {
		for k := to; k <= to+gap && k+len(s.text) <= len(t); k++ {
			if slices.Equal(t[k:k+len(s.text)], s.text) {
				hits = append(hits, hit{from, k + len(s.text), s.tags, 0})
				break
			}
			if t[k] != ' ' && isBreak(t[k]) {
				break
			}
		}
	}
	return hits
}

// split says whether a Latin word or a number is cut out of a longer one: hi in
// this, 12315 in an order number.
func split(t []rune, from, to int) bool {
	same := func(a, b rune) bool { return isAlpha(a) && isAlpha(b) || isDigit(a) && isDigit(b) }
	return from > 0 && same(t[from-1], t[from]) || to < len(t) && same(t[to-1], t[to])
}

// excuse takes back the hits over which a longer word of the "not" list lies.
func (w *words) excuse(hits []hit) []hit {
	var nots tag
	for _, x := range excuses {
		nots |= x.not
	}
	var over []hit
	for _, h := range hits {
		if h.tags&nots != 0 {
			over = append(over, h)
		}
	}
	for _, o := range over {
		for i := range hits {
			h := &hits[i]
			if h.from > o.to {
				break
			}
			if o.from > h.from || o.to < h.to {
				continue
			}
			for _, x := range excuses {
				if o.tags&x.not != 0 {
					h.tags &^= x.of
				}
			}
		}
	}
	return hits
}

// covered says whether words of these tags cover all of t but punctuation.
func covered(t []rune, hits []hit, tags tag) bool {
	reach := make([]bool, len(t)+1)
	reach[0] = true
	byStart := hits
	any := false
	for i := range t {
		if !reach[i] {
			continue
		}
		if !isWord(t[i]) {
			reach[i+1] = true
		}
		for len(byStart) > 0 && byStart[0].from < i {
			byStart = byStart[1:]
		}
		for _, h := range byStart {
			if h.from != i {
				break
			}
			if h.tags&tags != 0 {
				reach[h.to], any = true, true
			}
		}
	}
	return any && reach[len(t)]
}
