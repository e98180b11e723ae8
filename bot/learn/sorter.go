package learn

import (
	"cmp"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"unicode"
)

// Bounds of a sorter and of its training.
const (
	maxSorts  = 24   // labels
	maxGrams  = 6000 // n-grams that are kept, those of the most texts
	sortRunes = 300  // of a text that are looked at
	sortRound = 12
	sortRate  = 0.4
	sortDecay = 2e-4
	shape     = 1 // changes whenever n-grams change their meaning
)

// Sorter tells which of a few labels a text has: a small logistic regression over
// hashed n-grams of one to three characters. Unlike a model of intents its labels
// are whatever it was trained with. It does not change and may be used by any
// number of goroutines.
type Sorter struct {
	labels []string
	keys   []uint32 // in order
	weight []float32
	bias   []float32
}

// packed is a sorter as it is kept: weights as steps of one 127th of the row's
// largest. No text can be read back from it.
type packed struct {
	Shape  int       `json:"shape"`
	Labels []string  `json:"labels"`
	Bias   []float32 `json:"bias"`
	Keys   []byte    `json:"keys"`   // uint32, little endian
	Steps  []byte    `json:"steps"`  // float32, one a key
	Weight []byte    `json:"weight"` // int8, one a key and label
}

// grams are the hashes of a text's n-grams, each once, in order. Marks and blanks
// part them, digits are alike.
func grams(text string) []uint32 {
	var out []uint32
	var last [2]rune
	seen := 0
	for _, r := range text {
		if seen++; seen > sortRunes {
			break
		}
		switch {
		case unicode.IsDigit(r):
			r = '0'
		case unicode.IsLetter(r):
			r = unicode.ToLower(r)
		default:
			last = [2]rune{}
			continue
		}
		out = append(out, hash(r))
		if last[1] != 0 {
			out = append(out, hash(last[1], r))
			if last[0] != 0 {
				out = append(out, hash(last[0], last[1], r))
			}
		}
		last = [2]rune{last[1], r}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func hash(rs ...rune) uint32 {
	h := uint32(2166136261)
	for _, r := range rs {
		for range 3 {
			h = (h ^ uint32(r&0xff)) * 16777619
			r >>= 8
		}
	}
	return h
}

// trainSorter learns that texts[i] has labels[of[i]]. The same texts in the same
// order give the same sorter.
func trainSorter(texts []string, of []int, labels []string) *Sorter {
	s := &Sorter{labels: labels}
	all := make([][]uint32, len(texts))
	df := map[uint32]int{}
	for i, t := range texts {
		all[i] = grams(t)
		for _, k := range all[i] {
			df[k]++
		}
	}
	s.keys = slices.Collect(maps.Keys(df))
	slices.SortFunc(s.keys, func(a, b uint32) int { return cmp.Or(df[b]-df[a], cmp.Compare(a, b)) })
	s.keys = s.keys[:min(len(s.keys), maxGrams)]
	slices.Sort(s.keys)
	docs := make([][]int, len(all))
	for i, keys := range all {
		docs[i] = s.rows(keys)
	}
	calm := s.calm(docs, of)
	s.fit(docs, of, func(int) bool { return true })
	for _, w := range [][]float32{s.weight, s.bias} {
		for i := range w {
			w[i] *= calm
		}
	}
	return s
}

// calm is by how much to take back what the sorter says, so that what it is 80 %
// sure of is right about four times in five: few cases make it surer than it may be.
// It trains without a quarter of them at a time, and looks how sure it is there.
func (s *Sorter) calm(docs [][]int, of []int) float32 {
	const parts = 4
	var loss [20]float64 // of 1/20, 2/20, …
	for part := range parts {
		try := &Sorter{labels: s.labels, keys: s.keys}
		try.fit(docs, of, func(i int) bool { return i%parts != part })
		for i := part; i < len(docs); i += parts {
			odds := try.odds(docs[i])
			for k := range loss {
				var all float64
				for _, p := range odds {
					all += math.Pow(p, float64(k+1)/float64(len(loss)))
				}
				loss[k] -= float64(k+1)/float64(len(loss))*math.Log(max(odds[of[i]], 1e-12)) - math.Log(all)
			}
		}
	}
	best := 0
	for k := range loss {
		if loss[k] < loss[best] {
			best = k
		}
	}
	return float32(best+1) / float32(len(loss))
}

// fit runs over the texts that are to be learned from, in an order that is always the
// same.
func (s *Sorter) fit(docs [][]int, of []int, learns func(int) bool) {
	n := len(s.labels)
	s.weight, s.bias = make([]float32, n*len(s.keys)), make([]float32, n)
	squares := make([]float32, len(s.weight))
	rng := rand.New(rand.NewPCG(20261124, 11))
	order := rng.Perm(len(docs))
	for range sortRound {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, at := range order {
			if learns(at) {
				s.step(docs[at], of[at], squares)
			}
		}
	}
}

func (s *Sorter) step(doc []int, of int, squares []float32) {
	n, val := len(s.labels), scale(doc)
	for k, p := range s.odds(doc) {
		g := float32(p)
		if k == of {
			g--
		}
		s.bias[k] -= sortRate / 4 * g
		for _, row := range doc {
			i := row*n + k
			gr := g*val + sortDecay*s.weight[i]
			squares[i] += gr * gr
			s.weight[i] -= sortRate * gr / (float32(math.Sqrt(float64(squares[i]))) + 1e-3)
		}
	}
}

// rows are where the n-grams stand, without those never seen.
func (s *Sorter) rows(keys []uint32) []int {
	out := make([]int, 0, len(keys))
	for _, k := range keys {
		if i, ok := slices.BinarySearch(s.keys, k); ok {
			out = append(out, i)
		}
	}
	return out
}

// scale brings a text with so many n-grams to length 1.
func scale(rows []int) float32 {
	return float32(1 / math.Sqrt(float64(max(1, len(rows)))))
}

func (s *Sorter) odds(rows []int) []float64 {
	n, val := len(s.labels), scale(rows)
	p := make([]float64, n)
	high := math.Inf(-1)
	for k := range p {
		sum := s.bias[k]
		for _, row := range rows {
			sum += s.weight[row*n+k] * val
		}
		p[k] = float64(sum)
		high = max(high, p[k])
	}
	var all float64
	for k := range p {
		p[k] = math.Exp(p[k] - high)
		all += p[k]
	}
	for k := range p {
		p[k] /= all
	}
	return p
}

// Guess gives the likeliest label and how sure that is, 0 to 1; "" and 0 for a text
// of which less than a quarter of the n-grams were ever seen, and from a nil sorter.
func (s *Sorter) Guess(text string) (label string, sure float64) {
	if s == nil {
		return "", 0
	}
	all := grams(text)
	rows := s.rows(all)
	if len(rows) == 0 || 4*len(rows) < len(all) {
		return "", 0
	}
	for k, p := range s.odds(rows) {
		if p > sure {
			label, sure = s.labels[k], p
		}
	}
	return label, sure
}

// pack makes the sorter ready to be kept; nil from nil.
func (s *Sorter) pack() *packed {
	if s == nil {
		return nil
	}
	n := len(s.labels)
	p := &packed{Shape: shape, Labels: s.labels, Bias: s.bias}
	for i, k := range s.keys {
		var high float32
		row := s.weight[i*n : (i+1)*n]
		for _, w := range row {
			high = max(high, w, -w)
		}
		p.Keys = binary.LittleEndian.AppendUint32(p.Keys, k)
		p.Steps = binary.LittleEndian.AppendUint32(p.Steps, math.Float32bits(high/127))
		for _, w := range row {
			step := 0.0
			if high > 0 {
				step = math.Round(float64(w / high * 127))
			}
			p.Weight = append(p.Weight, byte(int8(step)))
		}
	}
	return p
}

// size in bytes as it is kept, before it becomes text.
func (p *packed) size() int {
	if p == nil {
		return 0
	}
	return len(p.Keys) + len(p.Steps) + len(p.Weight) + 64*len(p.Labels)
}

// open gives the sorter back; nil from nil, and for what another version of the
// program made or what does not fit together.
func (p *packed) open() *Sorter {
	if p == nil || p.Shape != shape || len(p.Labels) < 2 || len(p.Labels) > maxSorts || len(p.Bias) != len(p.Labels) {
		return nil
	}
	n, rows := len(p.Labels), len(p.Keys)/4
	if rows > maxGrams || len(p.Keys) != 4*rows || len(p.Steps) != 4*rows || len(p.Weight) != n*rows {
		return nil
	}
	s := &Sorter{labels: p.Labels, bias: p.Bias, keys: make([]uint32, rows), weight: make([]float32, n*rows)}
	for i := range rows {
		s.keys[i] = binary.LittleEndian.Uint32(p.Keys[4*i:])
		step := math.Float32frombits(binary.LittleEndian.Uint32(p.Steps[4*i:]))
		if !(step >= 0 && step < 100) { // also no number
			return nil
		}
		for k := range n {
			s.weight[i*n+k] = step * float32(int8(p.Weight[i*n+k]))
		}
	}
	if !slices.IsSorted(s.keys) {
		return nil
	}
	return s
}
