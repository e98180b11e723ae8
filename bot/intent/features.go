package intent

import "math"

// readRunes is how much of a text the classifier looks at: two thirds from its
// beginning, one third from its end, where a long story says what it comes to.
const readRunes = 300

const (
	fnvOffset = 2166136261
	fnvPrime  = 16777619
)

func mix(h uint32, r rune) uint32 {
	for range 3 {
		h = (h ^ uint32(r&0xff)) * fnvPrime
		r >>= 8
	}
	return h
}

// feature is one thing seen in a text and how much it counts.
type feature struct {
	key   uint32
	val   float32
	short bool // an n-gram of at most three characters
}

// Weights of the kinds of features before each text is brought to length 1.
const (
	maxGram    = 4
	toneWeight = 5
	moodWeight = 3
	leadWeight = 2
	edgeWeight = 0.7
)

// Where a key comes from, so that the same characters at the end of a text are
// something else than anywhere in it.
const (
	fromTone = 0x10ffff - iota
	fromTail
	fromHead
	fromGood
	fromBad
	fromShare
	fromTurn
	fromFirst
	fromLast
)

// collector gathers features, each key once, with how often it came.
type collector struct {
	seen  [4096]int16 // index into out, 1-based; twice what out may hold
	out   []feature
	count []uint16
}

// maxFeatures is more than readRunes can give.
const maxFeatures = 2000

func (c *collector) add(key uint32, val float32, short bool) {
	const mask = uint32(len(c.seen) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		at := c.seen[i]
		if at == 0 {
			if len(c.out) >= maxFeatures {
				return
			}
			c.out = append(c.out, feature{key, val, short})
			c.count = append(c.count, 1)
			c.seen[i] = int16(len(c.out))
			return
		}
		if c.out[at-1].key == key {
			c.count[at-1]++
			return
		}
	}
}

var logs = func() (t [64]float32) {
	for i := range t {
		t[i] = 1 + float32(math.Log(float64(max(i, 1))))
	}
	return t
}()

// grams adds all n-grams of s up to n characters.
func (c *collector) grams(s []rune, n int, from rune, val float32) {
	for i := range s {
		h := uint32(fnvOffset)
		if from != 0 {
			h = mix(h, from)
		}
		for k := 1; k <= n && i+k <= len(s); k++ {
			h = mix(h, s[i+k-1])
			if k == 1 && s[i] == 1 {
				continue
			}
			c.add(h+uint32(k)*0x9e3779b9, val, k <= 3)
		}
	}
}

func (c *collector) flag(from, what rune, val float32) {
	c.add(mix(mix(fnvOffset, from), what), val, false)
}

// features gives the text's n-grams of one to four characters, digits and blanks
// folded, those of its first and last clause and of what follows its last "but" once
// more, and what the word lists say of it. A key comes once.
func features(t []rune, hits []hit, out []feature) []feature {
	s := squeeze(t)
	c := collector{out: out[:0], count: make([]uint16, 0, max(cap(out), 64))}
	c.grams(s, maxGram, 0, 1)
	if len(s) > 20 {
		c.grams(tail(s), 2, fromTail, edgeWeight)
		c.grams(s[:15], 2, fromHead, edgeWeight)
	}
	if at := turn(s); at > 0 {
		c.grams(s[at:min(len(s), at+25)], 2, fromTurn, edgeWeight)
	}
	for i, n := range c.count {
		if n > 1 {
			c.out[i].val *= logs[min(int(n), len(logs)-1)]
		}
	}
	c.feelings(t, hits)
	return c.out
}

// tail is the last clause of at least 8 characters, at most 25.
func tail(s []rune) []rune {
	from := len(s) - 1
	for from > 0 && len(s)-from < 25 {
		from--
		if len(s)-from > 8 && s[from] == 1 {
			break
		}
	}
	return s[from:]
}

// turn is where the last word of contrast begins, 0: none.
func turn(s []rune) int {
	for i := len(s) - 3; i > 0; i-- {
		if lead(s[i:], "turns") > 0 {
			return i
		}
	}
	return 0
}

// squeeze folds digits into one 0, breaks into one mark, and puts a mark at both
// ends.
func squeeze(t []rune) []rune {
	s := make([]rune, 0, min(len(t), readRunes)+2)
	s = append(s, 1)
	for i := 0; i < len(t); i++ {
		if len(t) > readRunes && i == readRunes*2/3 {
			i = len(t) - readRunes/3
		}
		r := t[i]
		switch {
		case isDigit(r):
			r = '0'
		case r == '?' || r == '!':
		case isBreak(r):
			r = 1
		}
		if last := s[len(s)-1]; last == r && (r == 1 || r == '0' || r == '?' || r == '!') {
			continue
		}
		s = append(s, r)
	}
	if s[len(s)-1] != 1 {
		s = append(s, 1)
	}
	return s
}

// feelings says in a few flags how a text sounds: more good or more bad words,
// in how many of its clauses, whether it asks, suggests, wants, tells of something
// broken, how long it is.
func (c *collector) feelings(t []rune, hits []hit) {
	var n, to [8]int
	no := make([]bool, len(t)+1) // where a word of denial ends
	for _, h := range hits {
		if h.tags&tNeg != 0 {
			no[h.to] = true
		}
	}
	var in clauseCount
	for _, h := range hits {
		for i, tg := range [...]tag{tGood, tBad, tAsk, tSuggest, tWant, tBroken, tOrderish, tStrongBad} {
			if h.tags&tg == 0 || h.to <= to[i] {
				continue
			}
			if h.from >= to[i] {
				k := i
				if i < 2 && denied(t, no, h.from) {
					k = 1 - i
				}
				n[k]++
				if k < 2 {
					in.count(t, h.from, k)
				}
			}
			to[i] = h.to
		}
	}
	for i, k := range n[2:] {
		if k > 0 {
			c.flag(fromTone, rune(100+10*i+min(k, 2)), toneWeight)
		}
	}
	c.flag(fromTone, rune(200+step(len(t))), toneWeight)
	for _, k := range leaning(n[0], n[1]) {
		c.flag(fromTone, k, toneWeight)
	}
	in.close()
	if in.last != 0 {
		c.flag(fromFirst, in.first, leadWeight)
		c.flag(fromLast, in.last, leadWeight)
	}
	c.flag(fromGood, rune(min(in.good, 6)), moodWeight)
	c.flag(fromBad, rune(min(in.bad, 6)), moodWeight)
	if all := in.good + in.bad; all > 0 {
		c.flag(fromShare, rune(in.bad*5/all), moodWeight)
	}
}

// leaning is one flag for a text without feeling, a step more for each word by
// which good or bad is ahead.
func leaning(good, bad int) []rune {
	switch d := good - bad; {
	case good+bad == 0:
		return []rune{300}
	case d >= 2:
		return []rune{301, 302}
	case d == 1:
		return []rune{301}
	case d == 0:
		return []rune{303}
	case d == -1:
		return []rune{304}
	}
	return []rune{304, 305}
}

// clauseCount counts clauses by which kind of word is ahead in them. Words come
// in the order of the text.
type clauseCount struct {
	at, lead    int
	good, bad   int
	first, last rune // what leads in the first and in the last of them: 1 good, 2 bad
}

func (c *clauseCount) count(t []rune, i, kind int) {
	for ; c.at < i; c.at++ {
		if isBreak(t[c.at]) {
			c.close()
		}
	}
	c.lead += 1 - 2*kind
}

func (c *clauseCount) close() {
	switch {
	case c.lead > 0:
		c.good++
		c.last = 1
	case c.lead < 0:
		c.bad++
		c.last = 2
	}
	if c.first == 0 {
		c.first = c.last
	}
	c.lead = 0
}

func step(n int) int {
	for i, limit := range [...]int{3, 6, 12, 25, 60} {
		if n <= limit {
			return i
		}
	}
	return 5
}

// denied says whether a word of denial ends right before i, or one character
// before it in the same clause.
func denied(t []rune, no []bool, i int) bool {
	return no[i] || i > 0 && no[i-1] && !isBreak(t[i-1])
}
