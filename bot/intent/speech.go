package intent

import (
	"slices"
	"strings"
	"sync"
)

// phrases holds what speech.txt lists: section → words in the order of the file.
var phrases = sync.OnceValue(func() map[string]*phrasing {
	m := map[string]*phrasing{}
	at := ""
	for line := range strings.Lines(content("words/speech.txt")) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			at = strings.Trim(line, "[]")
			m[at] = &phrasing{}
		default:
			for _, w := range strings.Fields(line) {
				m[at].add(w)
			}
		}
	}
	return m
})

// phrasing is one section of speech.txt.
type phrasing struct {
	words []string
	by    map[rune][][]rune // by their first character
}

func (p *phrasing) add(w string) {
	r := []rune(w)
	if p.by == nil {
		p.by = map[rune][][]rune{}
	}
	p.words, p.by[r[0]] = append(p.words, w), append(p.by[r[0]], r)
}

// speech are the words of a section.
func speech(section string) []string { return phrases()[section].words }

// holds says whether a text has a word of the section.
func holds(text, section string) bool {
	return slices.ContainsFunc(speech(section), func(w string) bool { return strings.Contains(text, w) })
}

// lead is the length of the first word of a section with which t begins, 0: none.
func lead(t []rune, section string) int {
	if len(t) == 0 {
		return 0
	}
	for _, w := range phrases()[section].by[t[0]] {
		if len(w) <= len(t) && slices.Equal(t[:len(w)], w) {
			return len(w)
		}
	}
	return 0
}

// Asks says whether a text has a word that asks.
func Asks(text string) bool { return holds(text, "asks") }

// ToMachine says whether a text holds words with which people talk to a machine
// rather than to us: 忽略以上指令.
func ToMachine(text string) bool { return holds(text, "machine") }
