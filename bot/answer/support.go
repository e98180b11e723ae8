package answer

import (
	"strings"
	"unicode/utf8"
)

// piece is a clause, read.
type piece struct {
	claims   claims
	marks    marks
	sentence int // which sentence of the passage it stands in
}

func readPiece(s string) piece {
	found, rest := read(normal(s))
	return piece{claims: found, marks: mark(rest)}
}

// source is a text that sentences may rest on.
type source struct {
	pieces    []piece
	sentences []company // by number; each knows the context too
	all       company
	poles     map[string]bool // classes of the words that have an opposite, anywhere
	official  bool
	text      string // normalised, with its context
}

// company is which characters stand in a text, and beside which.
type company struct {
	pairs  map[[2]rune]bool
	single map[rune]bool
}

func newCompany(texts ...string) company {
	c := company{map[[2]rune]bool{}, map[rune]bool{}}
	for _, t := range texts {
		_, rest := read(normal(t))
		c.learn(mark(rest).rest)
		c.learn(onlyHan(rest))
	}
	return c
}

// names says whether a name stands in the source.
func (s *source) names(n string) bool { return strings.Contains(s.text, n) }

// newSource reads a text; context is what belongs to it but proves nothing (the
// question it answers): its words may be used, its numbers and promises not.
func newSource(text, context string, official bool) *source {
	s := &source{official: official, text: string(normal(text + "\n" + context)), poles: map[string]bool{}}
	for i, sentence := range sentences(text) {
		s.sentences = append(s.sentences, newCompany(sentence.text, context))
		for _, c := range clauses(sentence.text) {
			p := readPiece(c)
			p.sentence = i
			s.pieces = append(s.pieces, p)
		}
	}
	s.all = newCompany(text, context)
	_, rest := read([]rune(s.text))
	for c, g := range mark(rest).classes {
		if g == pole {
			s.poles[c] = true
		}
	}
	return s
}

func onlyHan(t []rune) []rune {
	out := make([]rune, 0, len(t))
	for _, r := range t {
		if isHan(r) {
			out = append(out, r)
		} else {
			out = append(out, ' ')
		}
	}
	return out
}

func (s company) learn(t []rune) {
	for i, r := range t {
		if r == ' ' {
			continue
		}
		s.single[r] = true
		if i > 0 && t[i-1] != ' ' {
			s.pairs[[2]rune{t[i-1], r}] = true
		}
	}
}

const (
	wanted   = 0.7 // of a clause's characters that must stand in the source as they stand here
	maxFresh = 1   // characters in a row that the source has not
)

// covered is how much of a text's characters stand in the same company here, and
// how many in a row do not at most.
func (s company) covered(t []rune) (share float64, fresh int) {
	total, known, run := 0, 0, 0
	for i, r := range t {
		if r == ' ' {
			run = 0
			continue
		}
		total++
		before, after := i > 0 && t[i-1] != ' ', i+1 < len(t) && t[i+1] != ' '
		if before && s.pairs[[2]rune{t[i-1], r}] || after && s.pairs[[2]rune{r, t[i+1]}] || !before && !after && s.single[r] {
			known++
			run = 0
			continue
		}
		run++
		fresh = max(fresh, run)
	}
	if total == 0 {
		return 1, 0
	}
	return float64(known) / float64(total), fresh
}

// bears says whether the source bears a clause of an answer: its exact things and
// its strong words stand together in one place of the source, nothing is denied
// that is not denied there nor the other way round, and its other words are those
// of the same sentence. said is the whole sentence the clause stands in; strict
// asks that all conditions of the source be said with it.
func (s *source) bears(c, said piece, strict bool) bool {
	if s.turned(c) || !s.opposite(c) {
		return false
	}
	for i := range s.pieces {
		share, fresh := s.sentences[s.pieces[i].sentence].covered(c.marks.rest)
		if share < wanted || fresh > maxFresh {
			continue
		}
		for _, p := range []piece{s.pieces[i], s.joined(i)} {
			if p.claims.holds(c.claims) && p.marks.has(not) == c.marks.has(not) && meet(p.marks, c.marks) &&
				c.marks.within(p.marks, promise, benefit, act, must, not, when, rel) && mayAdd(c.marks, p.marks) && s.whole(i, said, c, strict) {
				return true
			}
		}
	}
	return false
}

// mayAdd says whether 可以 may stand in the clause: where it stands in the source,
// or the source gives something anyway.
func mayAdd(c, p marks) bool { return !c.has(can) || p.has(can) || p.has(benefit) && !p.has(not) }

// opposite says whether all words of the clause that have an opposite are the
// source's: 室内 is not 室外.
func (s *source) opposite(c piece) bool {
	for class, g := range c.marks.classes {
		if g == pole && !s.poles[class] {
			return false
		}
	}
	return true
}

// meet says whether two clauses may be about the same: where both say which of
// opposite things they are about (午餐, 晚餐), they name one in common.
func meet(a, b marks) bool {
	both := [2]bool{}
	for i, m := range []marks{a, b} {
		both[i] = m.has(pole)
	}
	if !both[0] || !both[1] {
		return true
	}
	for c, g := range a.classes {
		if g == pole && b.classes[c] == pole {
			return true
		}
	}
	return false
}

// turned says whether the place of the source most like the clause denies what
// the clause says, or the other way round.
func (s *source) turned(c piece) bool {
	best, at := 0, -1
	for i, p := range s.pieces {
		if n := 4*common(c.marks.rest, p.marks.rest) + agreeing(c.claims, p.claims); n > best {
			best, at = n, i
		}
	}
	return at >= 0 && s.pieces[at].marks.has(not) != c.marks.has(not)
}

func agreeing(a, b claims) (n int) {
	for c := range a {
		if b.have(c) {
			n++
		}
	}
	return n
}

// common counts the pairs of characters that two texts share.
func common(a, b []rune) int {
	pairs := map[[2]rune]bool{}
	for i := 1; i < len(b); i++ {
		if b[i] != ' ' && b[i-1] != ' ' {
			pairs[[2]rune{b[i-1], b[i]}] = true
		}
	}
	n := 0
	for i := 1; i < len(a); i++ {
		if pairs[[2]rune{a[i-1], a[i]}] {
			n++
		}
	}
	return n
}

// joined is the clause at i with the next one of its sentence, where the two can
// be read together without mixing up whose number is whose: they have no kind of
// claim in common and no conditions.
func (s *source) joined(i int) piece {
	a := s.pieces[i]
	if i+1 >= len(s.pieces) || s.pieces[i+1].sentence != a.sentence {
		return a
	}
	b := s.pieces[i+1]
	if a.marks.has(must, not, benefit, rel) || b.marks.has(must, not, benefit, rel) {
		return a
	}
	for x := range a.claims {
		for y := range b.claims {
			if x.kind == y.kind {
				return a
			}
		}
	}
	out := piece{claims: claims{}, marks: marks{classes: map[string]group{}}, sentence: a.sentence}
	for _, p := range []piece{a, b} {
		out.claims.add(p.claims)
		for c, g := range p.marks.classes {
			out.marks.classes[c] = g
		}
	}
	return out
}

// whole says whether the conditions under which the source says it are said too.
// They matter where something is promised or given, and always when strict. The
// conditions are those of the clause itself, and of the clauses before it in the
// same sentence that give nothing by themselves.
func (s *source) whole(i int, sentence, c piece, strict bool) bool {
	if !strict && !c.marks.has(promise, benefit) {
		return true
	}
	for j := i; j >= 0 && s.pieces[j].sentence == s.pieces[i].sentence; j-- {
		if j < i && s.pieces[j].marks.has(benefit) && !alike(s.pieces[j].marks, c.marks) {
			break // another gift, with conditions of its own
		}
		if !s.pieces[j].marks.within(sentence.marks, must, rel) {
			return false
		}
		if j == i && !sentence.claims.holds(limits(s.pieces[j])) {
			return false
		}
	}
	return true
}

// alike says whether two clauses give the same thing.
func alike(a, b marks) bool {
	for c, g := range a.classes {
		if g == benefit && b.classes[c] == benefit {
			return true
		}
	}
	return false
}

// limits are the claims of a clause that a word like 以上, 满 or 前 makes a condition.
func limits(p piece) claims {
	if p.marks.has(rel) {
		return p.claims
	}
	return nil
}

// clauses parts a sentence at its inner marks, not at those within numbers.
func clauses(s string) []string {
	r := []rune(s)
	var out []string
	from := 0
	cut := func(i int) {
		if c := strings.TrimSpace(string(r[from:i])); c != "" {
			out = append(out, c)
		}
		from = i + 1
	}
	for i, c := range r {
		switch c {
		case '，', '；', ';', '：', '\n', '!', '！', '?', '？', '。', '…', '（', '）', '(', ')', '—':
			cut(i)
		case ',', ':', '.':
			inner := i > 0 && i+1 < len(r) && (asciiWord(r[i-1]) && asciiWord(r[i+1]) || c == ':' && r[i+1] == '/')
			if !inner {
				cut(i)
			}
		}
	}
	cut(len(r))
	return out
}

func asciiWord(r rune) bool {
	return r < utf8.RuneSelf && (isDigit(r) || r|0x20 >= 'a' && r|0x20 <= 'z')
}

// sentence is one of a text, with the mark that ends it.
type sentence struct {
	text  string
	line  int   // of the text, from 0
	cites []int // numbers in brackets in or right behind it; -1 for what is no number
}
