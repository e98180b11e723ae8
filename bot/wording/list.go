package wording

import (
	"fmt"
	"strings"
)

// Do is what becomes of a text that holds a listed word.
type Do string

// What a list may ask for. A bot never asks: it drops both.
const (
	Block   Do = "block"   // not sent, unless somebody with the right to do so lets it pass
	Confirm Do = "confirm" // sent when the writer says so once more
)

// UnmarshalText reads "block" or "confirm".
func (d *Do) UnmarshalText(b []byte) error {
	switch v := Do(strings.TrimSpace(string(b))); v {
	case Block, Confirm:
		*d = v
		return nil
	}
	return fmt.Errorf("写 block（不能发）或 confirm（再点一次才发）")
}

// List is words with the same consequence.
type List struct {
	Do    Do       `yaml:"do"`
	Words []string `yaml:"words"`
}

// Verdict is what a check found. The zero Verdict lets the text pass.
type Verdict struct {
	Do    Do
	Word  string // as listed
	Found string // as written in the text
}

// OK says that nothing was found.
func (v Verdict) OK() bool { return v.Do == "" }

// Check looks for the words of all lists and returns the gravest: a word to block
// before one to confirm, and of these the first listed. A word of three
// characters or fewer that was only recognised by its sound asks to be confirmed,
// even in a list that blocks: 一定陪您去 is no 一定赔.
func Check(text string, lists []List) Verdict {
	t := Read(text)
	var out Verdict
	for _, l := range lists {
		for _, w := range l.Words {
			f, ok := t.find(w, true)
			if !ok {
				continue
			}
			v := Verdict{Do: l.Do, Word: w, Found: f.text}
			if f.alike > 0 && f.size < 4 {
				v.Do = Confirm
			}
			if v.Do == Block {
				return v
			}
			if out.OK() {
				out = v
			}
		}
	}
	return out
}

// First is the first of the words that the text has, or "".
func First(text string, words []string) string {
	t := Read(text)
	for _, w := range words {
		if t.Has(w) {
			return w
		}
	}
	return ""
}
