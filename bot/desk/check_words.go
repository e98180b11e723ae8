package desk

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxWordChars is the longest word that is looked for; longer ones are sentences
// that nobody writes the same twice.
const maxWordChars = 32

// words checks the lists of words.yaml.
func (c *checker) words() {
	d := c.in("words.yaml")
	ids := map[string]bool{}
	for i, g := range c.p.Words.Major {
		key := fmt.Sprintf("major[%d]", i)
		need(d, key+".id", g.ID)
		need(d, key+".title", g.Title)
		if ids[g.ID] {
			d.at(key+".id", "“"+g.ID+"”用了两次", "换一个")
		}
		ids[g.ID] = true
		listed(d, key+".words", g.Words)
	}
	listed(d, "safety", c.p.Words.Safety)
	for i, l := range c.p.Words.Sensitive {
		key := fmt.Sprintf("sensitive[%d]", i)
		need(d, key+".do", string(l.Do))
		listed(d, key+".words", l.Words)
	}
	for i, g := range c.p.Words.Synonyms {
		key := fmt.Sprintf("synonyms[%d]", i)
		listed(d, key, g)
		if len(g) == 1 {
			d.at(key, "只有一个词", "写上意思相同的词，或删掉这一组")
		}
	}
	if len(c.p.Words.Places) > 0 {
		listed(d, "places", c.p.Words.Places)
	}
	if len(c.p.Words.Others) > 0 {
		listed(d, "others", c.p.Words.Others)
	}
	if len(c.p.Words.Binding) > 0 {
		listed(d, "binding", c.p.Words.Binding)
	}
}

// listed checks one list: there is something in it, and each word can be found.
func listed(d *decoder, key string, words []string) {
	if len(words) == 0 {
		d.at(key, "没有词", "写上词，或删掉这一组")
	}
	seen := map[string]bool{}
	for i, w := range words {
		at := fmt.Sprintf("%s[%d]", key, i)
		switch {
		case strings.TrimSpace(w) == "":
			d.at(at, "是空的", "写上词，或删掉")
		case utf8.RuneCountInString(w) < 2:
			d.at(at, "“"+w+"”只有一个字，到处都会碰上", "写两个字以上")
		case utf8.RuneCountInString(w) > maxWordChars:
			d.at(at, "太长，没人会一字不差地写", fmt.Sprintf("最多 %d 字，写关键的几个字", maxWordChars))
		case seen[w]:
			d.at(at, "“"+w+"”写了两次", "删掉一处")
		}
		seen[w] = true
	}
}
