package intent

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Reader reads messages. It may be used by any number of goroutines; only Use and
// Adapt change it, while it is used.
type Reader struct {
	vocab atomic.Pointer[vocabulary]
	model atomic.Pointer[Model]
}

// vocabulary is what a reader knows of a company.
type vocabulary struct {
	words *words
	own   *Model // made of the examples that come with us and the company's
	cats  []string
}

// Use reads with another model from now on; nil goes back to the one that New made.
func (r *Reader) Use(m *Model) {
	if m == nil {
		m = r.vocab.Load().own
	}
	r.model.Store(m)
}

// base is what everybody without examples of their own shares: shipped.model,
// trained from examples/*.txt; a test holds the two together. Bytes that came with
// the program and cannot be read are trained from the sentences again.
var base = sync.OnceValue(func() *Model {
	m, err := UnmarshalModel(packed)
	if err != nil {
		return Train(Shipped())
	}
	return m
})

// New makes a reader from the lists and examples that come with the program and
// what the company adds.
func New(lex Lexicon) *Reader {
	r := &Reader{}
	v := lex.vocabulary()
	r.vocab.Store(v)
	r.model.Store(v.own)
	return r
}

// Adapt reads with other words of the company from now on. A model that was put in
// use stays in use.
func (r *Reader) Adapt(lex Lexicon) {
	v := lex.vocabulary()
	before := r.vocab.Swap(v)
	r.model.CompareAndSwap(before.own, v.own)
}

func (l Lexicon) vocabulary() *vocabulary {
	v := &vocabulary{words: load(l), own: base()}
	for _, c := range l.Categories {
		v.cats = append(v.cats, c.ID)
	}
	if len(l.Examples) > 0 {
		v.own = train(v.words, l.Known())
	}
	return v
}

// sure is the confidence from which an intent counts as recognised, faint the
// one below which it is not even listed.
const (
	sure  = 0.42
	faint = 0.30
)

// Read reads one message, or several of one customer joined by newlines.
func (r *Reader) Read(text string, ctx Context) Reading { return r.sheet(text, ctx).out }

func (r *Reader) sheet(text string, ctx Context) *sheet {
	t := standard(plain(text))
	v := r.vocab.Load()
	hits := outside(v.words.together(t, v.words.find(t, make([]hit, 0, 32))), phones(t))
	s := &sheet{t: t, hits: hits, ctx: ctx, size: bareSize(t), score: map[Intent]float64{}}
	s.out.Fields = r.fields(t, hits, ctx)
	if n := assents(t); n > 0 {
		s.t, s.hits, s.size = t[n:], within(hits, span{n, len(t)}), bareSize(t[n:])
	}
	s.rules()
	r.guess(s)
	s.weigh()
	s.reasons()
	s.name(v.cats)
	s.out.Urge = s.urge()
	s.out.Anger = s.anger()
	s.out.Complete = s.size > 0 && !s.half()
	return s
}

// Half says whether a message is only the beginning of one: nothing but a
// greeting, at most 8 characters without a recognised intent, or one that ends
// in a comma or dots.
func (r *Reader) Half(text string) bool { return !r.Read(text, Context{}).Complete }

// guess lets the classifier score the whole and, where it is short enough to be
// several wishes rather than a story, its clauses.
func (r *Reader) guess(s *sheet) {
	if s.size == 0 || s.settled {
		return
	}
	model := r.model.Load()
	whole := s.t
	if s.size <= 2*story { // an order told in one line; in a letter the places are what it is about
		whole = matterOf(s.t, s.out.Fields)
	}
	p, known := model.score(whole, s.hits)
	s.whole = map[Intent]float64{}
	if model == r.vocab.Load().own { // who was taught with labels knows better than our rules what they mean
		s.whole = maps.Clone(s.score)
	}
	for i, v := range p {
		s.whole[All[i]] = max(s.whole[All[i]], v)
	}
	if known < 0.15 {
		s.why("没有见过的说法")
		return
	}
	for i, v := range p {
		if known < 0.35 {
			v *= 0.6 // mostly unheard of: a guess
		}
		s.raise(All[i], s.temper(All[i], v))
	}
	s.besides(model)
}

// temper lowers what the classifier says of intents that words decide: without
// the word it is a hint, against a refusal it is nothing.
func (s *sheet) temper(i Intent, v float64) float64 {
	switch i {
	case Human:
		if s.any(tHumanNot) || s.any(tHuman) && s.score[Human] == 0 {
			return 0
		}
		return v * 0.9
	case Erase, Unsubscribe, SelfHarm:
		if (s.out.Major || s.score[Complaint] >= 0.8) && s.score[i] == 0 {
			return v * 0.3
		}
		return v * 0.85
	}
	switch {
	case (s.out.Major || s.ill) && idle[i]:
		return v * 0.3
	case s.asks && i == Complaint, s.absent && i == Progress, s.left && (i == Complaint || i == Repair || i == Order || i == Progress):
		return v * 0.5
	}
	return v
}

// idle intents are not believed of a message that tells of danger.
var idle = map[Intent]bool{Greeting: true, Thanks: true, Rating: true, Other: true, Praise: true}

func top(p [classes]float64) int {
	best := 0
	for i := range p {
		if p[i] > p[best] {
			best = i
		}
	}
	return best
}

type span struct{ from, to int }

func clauses(t []rune) []span {
	var out []span
	from := 0
	for i := 0; i <= len(t); i++ {
		if i < len(t) && !isBreak(t[i]) {
			continue
		}
		if i > from {
			out = append(out, span{from, i})
		}
		from = i + 1
	}
	return out
}

func within(hits []hit, c span) []hit {
	var out []hit
	for _, h := range hits {
		if h.from >= c.from && h.to <= c.to {
			h.from, h.to = h.from-c.from, h.to-c.from
			out = append(out, h)
		}
	}
	return out
}

// weigh orders what was found and picks the main one.
func (s *sheet) weigh() {
	for i, v := range s.score {
		if v >= faint {
			s.out.Intents = append(s.out.Intents, Scored{i, min(v, 1)})
		}
	}
	if len(s.out.Intents) == 0 {
		best := 0.0
		for _, v := range s.score {
			best = max(best, v)
		}
		s.out.Intents = []Scored{{Unknown, 1 - best}}
	}
	slices.SortFunc(s.out.Intents, func(a, b Scored) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), -cmp.Compare(weight(a), weight(b)), cmp.Compare(a.Intent, b.Intent))
	})
	s.out.Main = s.out.Intents[0].Intent
}

// weight is the confidence by which intents are ordered: where several are about
// as sure, a grievance leads, then what is broken or wanted, then what is asked.
func weight(s Scored) float64 {
	if s.Confidence < 0.5 {
		return s.Confidence
	}
	switch s.Intent {
	case Complaint:
		return s.Confidence + 0.1
	case Repair:
		return s.Confidence + 0.05
	case Request, Order:
		return s.Confidence + 0.03
	}
	return s.Confidence
}

// rank puts what a rule is certain of before what merely scores high: a person
// in danger, a person wanted, a right claimed.
func rank(s Scored) int {
	if s.Confidence < 0.9 {
		return 5
	}
	switch s.Intent {
	case SelfHarm:
		return 0
	case Erase:
		return 1
	case Unsubscribe:
		return 2
	case Human:
		return 3
	case Complaint:
		return 4
	}
	return 5
}

// name finds the category and the thing.
func (s *sheet) name(cats []string) {
	count := make([]int, len(cats)+1)
	var thing, general hit
	for _, h := range s.hits {
		if h.tags&tCategory != 0 {
			count[h.cat] += h.to - h.from
		}
		if h.tags&(tThing|tProduct) != 0 && (thing.to == 0 || h.from == thing.from) {
			thing = h
		}
		if h.tags&tGeneral != 0 && (general.to == 0 || h.from == general.from) {
			general = h
		}
	}
	if thing.to == 0 {
		thing = general
	}
	s.out.Thing = string(s.t[thing.from:thing.to])
	best := 0
	for i := 1; i < len(count); i++ {
		if count[i] > count[best] {
			best = i
		}
	}
	if best > 0 {
		s.out.Category = cats[best-1]
	}
}

// Spread says what a message mostly is: how strongly each intent speaks from the
// whole of it. Read says what to act on first, which may be the one grievance in a
// friendly letter.
func (r *Reader) Spread(text string) map[Intent]float64 {
	s := r.sheet(text, Context{})
	if s.whole == nil {
		return s.score
	}
	return s.whole
}

// Names is the first thing that a text names, "" when it names none: 温泉 in 就是你们
// 那个温泉. 房间 and the like, which stand in almost any text, do not count.
func (r *Reader) Names(text string) string {
	t := standard(plain(text))
	var first hit
	for _, h := range r.vocab.Load().words.find(t, nil) {
		if h.tags&(tThing|tProduct) != 0 && (first.to == 0 || h.from == first.from) {
			first = h
		}
	}
	return string(t[first.from:first.to])
}

// With is a reader of the same words with another model; nil is the one that New
// made.
func (r *Reader) With(m *Model) *Reader {
	o := &Reader{}
	o.vocab.Store(r.vocab.Load())
	o.Use(m)
	return o
}
