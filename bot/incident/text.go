package incident

import (
	"unicode"
)

// maxTerms bounds the terms of one text: what stands at its beginning counts.
const (
	maxTerms = 768
	leading  = 40 // characters at the beginning
	leads    = 2  // times as much they weigh
)

// A term is a hash of two or three characters that follow each other.
type term = uint32

// mark is a term of a text and what it counts there: people say first what it is
// about.
type mark struct {
	term
	weight float32
}

// terms are the different pairs and triples of characters of a text, in no order
// that means anything. Case, width, spaces and the marks that stand for hidden
// names do not matter; punctuation parts the text.
func terms(text string) []mark {
	all := make([]mark, 0, 128)
	var a, b rune // the two before
	n := 0
	for _, r := range text {
		if len(all) >= 2*maxTerms {
			break
		}
		r = plain(r)
		n++
		w := float32(1)
		if n <= leading {
			w = leads
		}
		switch {
		case r == ' ':
			continue
		case r == 0:
			a, b = 0, 0
			continue
		}
		if b != 0 {
			all = append(all, mark{hash(0, b, r), w})
		}
		if a != 0 {
			all = append(all, mark{hash(a, b, r), w})
		}
		a, b = b, r
	}
	seen := make(map[term]struct{}, len(all))
	kept := all[:0]
	for _, t := range all {
		if _, twice := seen[t.term]; !twice && len(kept) < maxTerms {
			seen[t.term] = struct{}{}
			kept = append(kept, t)
		}
	}
	return kept
}

// plain is the character as it is compared; ' ' is passed over, 0 parts the text.
func plain(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E: // full width
		r -= 0xFEE0
	case r == 0x3000:
		return ' '
	}
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 0x4E00 && r <= 0x9FFF:
		return r
	case r == ' ', r == '\t', r == '.', r == '·', unicode.Is(unicode.Cf, r): // 湖畔·三期, 18.5 万, marks that nobody sees
		return ' '
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return unicode.ToLower(r)
	}
	return 0
}

// hash mixes up to three characters (FNV-1a over them, then a finishing shift).
func hash(a, b, c rune) term {
	h := uint64(14695981039346656037)
	for _, r := range [3]rune{a, b, c} {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return term(h ^ h>>29)
}
