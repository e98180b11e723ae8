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
func ToMachine(text string) bool { return holds(strings.ToLower(text), "machine") }

// Commands says whether a text gives orders to a machine: 忽略以上所有指令. Unlike
// ToMachine it is sure enough to keep the text from a language model.
func Commands(text string) bool { return holds(strings.ToLower(text), "orders") }

// Invoice says whether a text hands over what an invoice needs: 抬头湖畔科技 税号….
func Invoice(text string) bool { return holds(text, "invoice") && !holds(text, "asks") }

// Either says whether a text asks by x不x: 给不给打包, 贵不贵.
func Either(text string) bool { return either(standard(plain(text))) }

// assents is how long the assent is with which a text begins that goes on to say
// something else, 0: none.
func assents(t []rune) int {
	n := lead(t, "assent")
	if n == 0 || bareSize(t[n:]) < 2 {
		return 0
	}
	if isBreak(t[n]) || n > 1 && t[n-1] != '以' && lead(t[n:], "assent.on") > 0 {
		return n
	}
	return 0
}
