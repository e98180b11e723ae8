package answer

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed words/guard.txt
var guardWords string

// group is what a word does in a sentence.
type group int

const (
	promise group = iota + 1 // a promise, a consent
	act                      // what we do or have done, praise of ourselves, soothing
	benefit                  // something given, money back
	must                     // for whom, when, on what condition
	not                      // denial
	can                      // leave
	when                     // days
	rel                      // before, after, more, less
	pole                     // has an opposite: indoors, dinner, women
	aside                    // nothing new
	whole                    // looks like one of the others and is none
)

var groupNames = map[string]group{
	"promise": promise, "act": act, "benefit": benefit, "must": must, "not": not, "can": can, "when": when, "rel": rel, "pole": pole, "aside": aside, "whole": whole,
}

// entry is one word of the list.
type entry struct {
	runes []rune
	class string // the first word of its line
	group group
}

// lexicon holds the words by their first character, longest first.
type lexicon map[rune][]entry

var words = sync.OnceValue(func() lexicon {
	l, err := readWords(guardWords)
	if err != nil {
		panic(err) // the file is ours and has a test
	}
	return l
})

func readWords(text string) (lexicon, error) {
	l, in, seen := lexicon{}, group(0), map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "== "); ok {
			if in = groupNames[title]; in == 0 {
				return nil, fmt.Errorf("answer: guard.txt:%d: no group %q", i+1, title)
			}
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Fields(line)
		for _, w := range f {
			if in == 0 || seen[w] && in != whole && in != aside {
				return nil, fmt.Errorf("answer: guard.txt:%d: %q stands twice or before the first group", i+1, w)
			}
			if seen[w] {
				continue
			}
			seen[w] = true
			r := normal(w)
			l[r[0]] = insert(l[r[0]], entry{r, f[0], in})
		}
	}
	return l, nil
}

// insert keeps the longest first.
func insert(list []entry, e entry) []entry {
	i := 0
	for i < len(list) && len(list[i].runes) >= len(e.runes) {
		i++
	}
	return append(list[:i], append([]entry{e}, list[i:]...)...)
}

// at is the longest word that begins t.
func (l lexicon) at(t []rune) (entry, bool) {
next:
	for _, e := range l[t[0]] {
		if len(e.runes) > len(t) {
			continue
		}
		for i, r := range e.runes {
			if t[i] != r {
				continue next
			}
		}
		if isLatin(e.runes[0]) && len(t) > len(e.runes) && isLatin(t[len(e.runes)]) {
			continue
		}
		return e, true
	}
	return entry{}, false
}

// marks are the words of the list that a text has, by class, and what remains of
// it when they, and all that is no Han, are blanked.
type marks struct {
	classes map[string]group
	rest    []rune // Han characters with meaning, ' ' between
}

// mark reads a normalised text from which the claims are blanked.
func mark(t []rune) marks {
	m := marks{classes: map[string]group{}, rest: make([]rune, 0, len(t))}
	l := words()
	for i := 0; i < len(t); {
		e, ok := l.at(t[i:])
		if !ok {
			if isHan(t[i]) {
				m.rest = append(m.rest, t[i])
			} else {
				m.rest = append(m.rest, ' ')
			}
			i++
			continue
		}
		switch e.group {
		case whole:
			m.rest = append(m.rest, e.runes...)
		case aside:
			m.rest = append(m.rest, ' ')
		case pole:
			m.classes[e.class] = e.group
			m.rest = append(m.rest, e.runes...)
		default:
			m.classes[e.class] = e.group
			m.rest = append(m.rest, ' ')
		}
		i += len(e.runes)
	}
	return m
}

// has says whether any of these groups is there.
func (m marks) has(groups ...group) bool {
	for _, g := range m.classes {
		for _, want := range groups {
			if g == want {
				return true
			}
		}
	}
	return false
}

// within says whether all classes of these groups are also in the other.
func (m marks) within(other marks, groups ...group) bool {
	for c, g := range m.classes {
		for _, want := range groups {
			if g == want && other.classes[c] == 0 {
				return false
			}
		}
	}
	return true
}
