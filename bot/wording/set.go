package wording

import (
	"cmp"
	"slices"
	"strings"
)

// Set is a list of words made ready once, to be looked for in many texts with one
// pass over each. Nothing in it changes, so any number of goroutines may use it.
// A nil Set has no words.
type Set struct {
	listed []string
	words  []Text
	sound  bool
	may    firsts
	begin  map[rune][]int32 // words by what they may begin with
}

// NewSet makes words ready. Words longer than 32 characters, or without any, are
// never found.
func NewSet(words []string) *Set { return newSet(words, false) }

func newSet(words []string, sound bool) *Set {
	s := &Set{listed: words, words: make([]Text, len(words)), sound: sound, begin: map[rune][]int32{}}
	for i, listed := range words {
		w := ready(listed)
		if len(w) == 0 {
			continue
		}
		s.words[i] = w
		for _, r := range beginnings(w[0], sound) {
			s.may.add(r)
			if at := s.begin[r]; len(at) == 0 || at[len(at)-1] != int32(i) {
				s.begin[r] = append(at, int32(i))
			}
		}
	}
	return s
}

// In gives the places of the words that the text has, in the order of the list; nil
// when it has none. Each is found as Text.Has finds it.
func (s *Set) In(t Text) []int {
	var out []int
	for _, h := range s.find(t, nil) {
		out = append(out, h.word)
	}
	return out
}

// hit is a word of a set and where it stands first.
type hit struct {
	word int
	found
}

// find appends each word of the set once, in the order of the list.
func (s *Set) find(t Text, hits []hit) []hit {
	if s == nil {
		return nil
	}
	for i, r := range t {
		if !s.may.has(r) {
			continue
		}
		for _, n := range s.begin[r] {
			if slices.ContainsFunc(hits, func(h hit) bool { return h.word == int(n) }) {
				continue
			}
			if f, ok := t.at(i, s.words[n], s.sound); ok {
				hits = append(hits, hit{int(n), f})
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.word, b.word) })
	return hits
}

// Exact is a list of words to be looked for as they are written, in texts whose
// case and width are those of the words. A nil Exact has no words.
type Exact struct {
	may   firsts
	begin map[rune][]exact
}

type exact struct {
	text string
	at   int32
}

// NewExact makes words ready; empty ones are never found.
func NewExact(words []string) *Exact {
	e := &Exact{begin: map[rune][]exact{}}
	for i, w := range words {
		for _, r := range w {
			e.may.add(r)
			e.begin[r] = append(e.begin[r], exact{w, int32(i)})
			break
		}
	}
	return e
}

// Any says whether a text has one of the words.
func (e *Exact) Any(text string) bool {
	any := false
	e.Each(text, func(int) bool { any = true; return false })
	return any
}

// Each calls f with the place in the list of each word where it stands in the text,
// from the text's beginning on, until f returns false.
func (e *Exact) Each(text string, f func(word int) bool) {
	if e == nil {
		return
	}
	for i, r := range text {
		if !e.may.has(r) {
			continue
		}
		for _, w := range e.begin[r] {
			if strings.HasPrefix(text[i:], w.text) && !f(int(w.at)) {
				return
			}
		}
	}
}

// firsts tells quickly with which characters no word begins; those beyond 16 bits
// always may.
type firsts [1 << 10]uint64

func (f *firsts) add(r rune) {
	if r < 1<<16 {
		f[r>>6] |= 1 << (r & 63)
	}
}

func (f *firsts) has(r rune) bool { return r >= 1<<16 || f[r>>6]&(1<<(r&63)) != 0 }
