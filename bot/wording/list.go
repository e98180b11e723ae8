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

// Rules are lists made ready once. Any number of goroutines may use them; nil ones
// let everything pass.
type Rules struct {
	set *Set
	do  []Do // by place in set
}

// NewRules makes lists ready.
func NewRules(lists []List) *Rules {
	var words []string
	r := &Rules{}
	for _, l := range lists {
		for _, w := range l.Words {
			words, r.do = append(words, w), append(r.do, l.Do)
		}
	}
	r.set = newSet(words, true)
	return r
}

// Check looks for the words of all lists and returns the gravest: a word to block
// before one to confirm, and of these the first listed. A word of three
// characters or fewer that was only recognised by its sound asks to be confirmed,
// even in a list that blocks: 一定陪您去 is no 一定赔.
func (r *Rules) Check(text string) Verdict {
	if r == nil {
		return Verdict{}
	}
	var out Verdict
	for _, h := range r.set.find(Read(text), nil) {
		v := Verdict{Do: r.do[h.word], Word: r.set.listed[h.word], Found: h.text}
		if h.alike > 0 && h.size < 4 {
			v.Do = Confirm
		}
		if v.Do == Block {
			return v
		}
		if out.OK() {
			out = v
		}
	}
	return out
}

// Check is Rules.Check for lists that are used once.
func Check(text string, lists []List) Verdict { return NewRules(lists).Check(text) }
