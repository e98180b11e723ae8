package intent

// readRunes is how much of a text the classifier looks at; a long story says at
// its beginning and in its feeling what it is about.
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

// features gives the text's n-grams of one to three characters, digits and blanks
// folded, and what the word lists say of it. A key comes once.
func features(t []rune, hits []hit, out []feature) []feature {
	s := squeeze(t)
	var seen [2048]uint32 // more than twice what readRunes can give
	add := func(key uint32, val float32) {
		if key == 0 {
			return
		}
		for i := key % uint32(len(seen)); ; i = (i + 1) % uint32(len(seen)) {
			if seen[i] == key {
				return
			}
			if seen[i] == 0 {
				seen[i] = key
				out = append(out, feature{key, val})
				return
			}
		}
	}
	for i := range s {
		h := uint32(fnvOffset)
		for n := 1; n <= 3 && i+n <= len(s); n++ {
			h = mix(h, s[i+n-1])
			if n == 1 && s[i] == 1 {
				continue
			}
			add(h+uint32(n)*0x9e3779b9, gramWeight[n])
		}
	}
	for _, k := range tone(t, hits) {
		add(mix(mix(fnvOffset, 0x10ffff), k), toneWeight)
	}
	return out
}

var gramWeight = [4]float32{0, 0.6, 1, 0.8}

const toneWeight = 2.2

// squeeze folds digits into one 0, breaks into one mark, and puts a mark at both
// ends.
func squeeze(t []rune) []rune {
	s := make([]rune, 0, min(len(t), readRunes)+2)
	s = append(s, 1)
	for _, r := range t {
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
		if len(s) > readRunes {
			break
		}
		s = append(s, r)
	}
	if s[len(s)-1] != 1 {
		s = append(s, 1)
	}
	return s
}

// tone says in a few numbers how a text sounds: more good or more bad words,
// whether it asks, suggests, wants, tells of something broken, how long it is.
func tone(t []rune, hits []hit) []rune {
	var n, to [8]int
	no := make([]bool, len(t)+1) // where a word of denial ends
	for _, h := range hits {
		if h.tags&tNeg != 0 {
			no[h.to] = true
		}
	}
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
			}
			to[i] = h.to
		}
	}
	out := make([]rune, 0, 12)
	for i, c := range n[2:] {
		if c > 0 {
			out = append(out, rune(100+10*i+min(c, 2)))
		}
	}
	out = append(out, rune(200+step(len(t))))
	switch d := n[0] - n[1]; {
	case n[0]+n[1] == 0:
		out = append(out, 300)
	case d >= 2:
		out = append(out, 301, 302)
	case d == 1:
		out = append(out, 301)
	case d == 0:
		out = append(out, 303)
	case d == -1:
		out = append(out, 304)
	default:
		out = append(out, 304, 305)
	}
	return out
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
