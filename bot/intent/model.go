package intent

import (
	"math"
	"strings"
)

// classes is how many intents the classifier tells apart; All names them.
const classes = 17

// Example is a text and what it may mean: one intent, or any of several where a
// label is wider than ours.
type Example struct {
	Text string
	Any  []Intent
	// Weight is how much it counts beside the others; 0 means 1.
	Weight float64
}

// Shipped are the sentences of examples/*.txt, one a line.
func Shipped() []Example {
	var out []Example
	for _, i := range All {
		for line := range strings.Lines(content("examples/" + string(i) + ".txt")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				out = append(out, Example{Text: line, Any: []Intent{i}})
			}
		}
	}
	return out
}

// Known are the sentences everybody learns from and those of the lexicon.
func (l Lexicon) Known() []Example {
	all := Shipped()
	for _, i := range All {
		for _, s := range l.Examples[i] {
			all = append(all, Example{Text: s, Any: []Intent{i}})
		}
	}
	return all
}

// Model is a trained classifier: a logistic regression over hashed n-grams and a
// few counts of words with a known feeling. Features it has not seen in training
// weigh nothing. It does not change and may be used by any number of goroutines.
type Model struct {
	table  []slot // open addressing, a power of two
	weight [][classes]float32
	idf    []float32
	bias   [classes]float32
}

type slot struct {
	key uint32
	row int32 // 1-based; 0: free
}

// newTable has room for n rows.
func newTable(n int) []slot {
	size := 1 << 10
	for size < 2*n {
		size <<= 1
	}
	return make([]slot, size)
}

func find(table []slot, key uint32) int32 {
	mask := uint32(len(table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		s := table[i]
		if s.row == 0 || s.key == key {
			return s.row
		}
	}
}

// place gives the key's row, which is next when it is new.
func place(table []slot, key uint32, next int32) int32 {
	mask := uint32(len(table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		s := &table[i]
		if s.row == 0 {
			*s = slot{key, next}
		}
		if s.key == key {
			return s.row
		}
	}
}

type point struct {
	row int32
	val float32
}

// length brings a document's points to length 1.
func length(d []point) {
	var sum float32
	for _, f := range d {
		sum += f.val * f.val
	}
	if sum == 0 {
		return
	}
	k := 1 / float32(math.Sqrt(float64(sum)))
	for i := range d {
		d[i].val *= k
	}
}

func softmax(p *[classes]float64) {
	high := p[0]
	for _, v := range p {
		high = max(high, v)
	}
	var sum float64
	for k := range p {
		p[k] = math.Exp(p[k] - high)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
}

// score gives the probability of each intent, and how many of the text's n-grams
// up to three characters were seen in training, 0 to 1.
func (m *Model) score(t []rune, hits []hit) (p [classes]float64, known float64) {
	fs := features(t, hits, make([]feature, 0, 256))
	d := make([]point, 0, len(fs))
	all, seen := 0, 0
	for _, f := range fs {
		if f.short {
			all++
		}
		if row := find(m.table, f.key); row > 0 {
			d = append(d, point{row - 1, f.val * m.idf[row-1]})
			if f.short {
				seen++
			}
		}
	}
	length(d)
	q := m.bias
	for _, f := range d {
		w := &m.weight[f.row]
		for k := range q {
			q[k] += w[k] * f.val
		}
	}
	for k := range q {
		p[k] = float64(q[k])
	}
	softmax(&p)
	if all > 0 {
		known = float64(seen) / float64(all)
	}
	return p, known
}
