package intent

import "slices"

// besides looks for a second wish: where a message is short enough to be several
// wishes rather than a story, each part of it is read alone, and one that clearly
// wants something of its own adds it.
func (s *sheet) besides(m *Model) {
	parts, joined := wishes(s.t)
	if len(parts) < 2 || len(parts) > 7 {
		return
	}
	whole := All[top(s.probabilities())]
	for n, c := range parts {
		part := s.t[c.from:c.to]
		if bareSize(part) < 3 {
			continue
		}
		inside := within(s.hits, c)
		q, known := m.score(part, inside)
		w := wish{Intent: All[top(q)], p: q[top(q)], hits: inside, joined: joined[n], first: n == 0, last: n == len(parts)-1}
		w.retold(whole, s.ctx)
		if known < 0.3 || w.p < w.least() || !w.own(whole) {
			continue
		}
		v := s.temper(w.Intent, w.p) * aside[w.Intent]
		if n > 0 {
			v -= 0.01 // what comes first leads
		}
		s.raise(w.Intent, v)
	}
}

// probabilities is what the classifier and the rules say of the whole, in the
// order of All.
func (s *sheet) probabilities() (p [classes]float64) {
	for k, i := range All {
		p[k] = s.whole[i]
	}
	return p
}

// aside holds the intents that a part of its own may add to a message, and how
// much less it counts than the whole.
var aside = map[Intent]float64{
	Inquiry: 0.85, Complaint: 0.85, Order: 0.85, Repair: 0.85, Request: 0.85, Proposal: 0.85, Human: 0.85, Praise: 0.6,
}

// wish is what one part of a message says by itself.
type wish struct {
	Intent
	p           float64
	hits        []hit
	joined      bool // 另外, 顺便, 对了 stand before it
	first, last bool
}

func (w wish) any(t tag) bool {
	return slices.ContainsFunc(w.hits, func(h hit) bool { return h.tags&t != 0 })
}

// least is how sure one must be: less where a word says that something else comes,
// or one of the intent itself stands there.
func (w wish) least() float64 {
	if w.joined || w.any(signs[w.Intent]) {
		return 0.45
	}
	return 0.6
}

// retold reads a question how far something is, in a message that only now tells of
// it: what is broken is to be mended, and when is a question.
func (w *wish) retold(whole Intent, ctx Context) {
	switch {
	case w.Intent != Progress || whole == Progress || ctx.Open:
	case !w.first && w.any(tAsk) && !w.any(tUrge):
		w.Intent = Inquiry
	case w.any(tBroken):
		w.Intent = Repair
	}
}

// own says whether a part is a wish by itself in a message that is mostly whole,
// and not more about it: the reason why somebody is to come, the customer's words
// to somebody else.
func (w wish) own(whole Intent) bool {
	if _, ok := aside[w.Intent]; !ok {
		return false
	}
	switch w.Intent {
	case Inquiry:
		return whole != Proposal || w.joined // 能不能装个, 大家都需要 belong to what is proposed
	case Complaint:
		because := whole == Repair || whole == Request || whole == Order || whole == Inquiry || whole == Progress
		return !because || w.first && whole != Progress || w.joined || w.any(tGrievance|tStrongBad|tAngry|tComplaint)
	case Repair:
		return w.any(tBroken) || w.p >= 0.8 && whole != Praise
	case Order:
		return w.any(tOrderish) || w.p >= 0.8
	case Human:
		return w.last || w.joined
	case Praise:
		return w.any(tGood) && w.p >= 0.8
	}
	return true
}

// opens says whether another matter begins at i, and how long the word is.
func opens(t []rune, i int) int {
	if lead(t[i:], "besides.not") > 0 { // 还有没有房
		return 0
	}
	return lead(t[i:], "besides")
}

// wishes are the clauses of a text, cut also where a word begins another matter;
// joined says of each whether such a word stands before it.
func wishes(t []rune) (parts []span, joined []bool) {
	word := false
	for _, c := range clauses(t) {
		from := c.from
		for i := c.from; i < c.to; i++ {
			n := opens(t, i)
			if n == 0 {
				continue
			}
			if i-from >= 2 {
				parts, joined = append(parts, span{from, i}), append(joined, word)
			}
			from, word = i+n, true
			i += n - 1
		}
		if c.to > from {
			parts, joined, word = append(parts, span{from, c.to}), append(joined, word), false
		}
	}
	return parts, joined
}
