package intent

import (
	"math"
	"math/rand/v2"
	"strings"
)

// classes is how many intents the classifier tells apart; All names them.
const classes = 17

type example struct {
	intent Intent
	text   string
}

// shipped are the sentences of examples/*.txt, one a line.
func shipped() []example {
	var out []example
	for _, i := range All {
		for line := range strings.Lines(content("examples/" + string(i) + ".txt")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				out = append(out, example{i, line})
			}
		}
	}
	return out
}

// model is a logistic regression over hashed n-grams and a few counts of words
// with a known feeling. Features it has not seen in training weigh nothing.
type model struct {
	table  []slot // open addressing, a power of two
	weight [][classes]float32
	idf    []float32
	bias   [classes]float32
}

type slot struct {
	key uint32
	row int32 // 1-based; 0: free
}

func (m *model) find(key uint32) int32 {
	mask := uint32(len(m.table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		s := m.table[i]
		if s.row == 0 || s.key == key {
			return s.row
		}
	}
}

func (m *model) put(key uint32) int32 {
	mask := uint32(len(m.table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		s := &m.table[i]
		if s.row == 0 {
			m.weight = append(m.weight, [classes]float32{})
			*s = slot{key, int32(len(m.weight))}
		}
		if s.key == key {
			return s.row
		}
	}
}

// feature is one thing seen in a text and how much it counts.
type feature struct {
	key uint32
	val float32
}

type point struct {
	row int32
	val float32
}

// Rates of training; twice or half of each changes little.
const (
	epochs = 8
	rate   = 0.5
	decay  = 1e-4
)

// train fits a model. It takes some 20 ms for two thousand
// sentences, and gives the same model for the same sentences.
func train(w *words, all []example) *model {
	size := 1 << 10
	for _, e := range all {
		size += 4 * len(e.text)
	}
	n := 1
	for n < size {
		n <<= 1
	}
	m := &model{table: make([]slot, n)}
	label := map[Intent]int{}
	for i, x := range All {
		label[x] = i
	}
	docs := make([][]point, len(all))
	var df []int
	counts := [classes]int{}
	for d, e := range all {
		t := plain(e.text)
		for _, f := range features(t, w.find(t, nil), nil) {
			row := m.put(f.key)
			for len(df) < int(row) {
				df = append(df, 0)
			}
			df[row-1]++
			docs[d] = append(docs[d], point{row - 1, f.val})
		}
		counts[label[e.intent]]++
	}
	m.idf = make([]float32, len(df))
	for i, c := range df {
		m.idf[i] = float32(math.Log(1 + float64(len(all))/float64(c)))
	}
	for _, d := range docs {
		m.scale(d)
	}
	m.fit(docs, all, label, counts)
	return m
}

// scale weighs a document's points and brings it to length 1.
func (m *model) scale(d []point) {
	var sum float32
	for i := range d {
		d[i].val *= m.idf[d[i].row]
		sum += d[i].val * d[i].val
	}
	if sum == 0 {
		return
	}
	k := 1 / float32(math.Sqrt(float64(sum)))
	for i := range d {
		d[i].val *= k
	}
}

func (m *model) fit(docs [][]point, all []example, label map[Intent]int, counts [classes]int) {
	squares := make([][classes]float32, len(m.weight))
	rng := rand.New(rand.NewPCG(20261124, 7))
	order := rng.Perm(len(docs))
	mean := float64(len(docs)) / classes
	var p [classes]float64
	for range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, d := range order {
			y := label[all[d].intent]
			m.dot(docs[d], &p)
			softmax(&p)
			boost := float32(math.Sqrt(mean / float64(counts[y])))
			for k := range p {
				g := float32(p[k])
				if k == y {
					g--
				}
				if g < 0.003 && g > -0.003 {
					continue
				}
				g *= boost
				m.bias[k] -= 0.02 * g
				for _, f := range docs[d] {
					w, q := &m.weight[f.row][k], &squares[f.row][k]
					gr := g*f.val + decay**w
					*q += gr * gr
					*w -= rate * gr / (float32(math.Sqrt(float64(*q))) + 1e-3)
				}
			}
		}
	}
}

func (m *model) dot(d []point, p *[classes]float64) {
	for k := range p {
		p[k] = float64(m.bias[k])
	}
	for _, f := range d {
		w := &m.weight[f.row]
		for k := range p {
			p[k] += float64(w[k] * f.val)
		}
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

// score gives the probability of each intent, and how much of the text is made
// of features seen in training, 0 to 1.
func (m *model) score(t []rune, hits []hit) (p [classes]float64, known float64) {
	fs := features(t, hits, make([]feature, 0, 256))
	d := make([]point, 0, len(fs))
	for _, f := range fs {
		if row := m.find(f.key); row > 0 {
			d = append(d, point{row - 1, f.val})
		}
	}
	m.scale(d)
	m.dot(d, &p)
	softmax(&p)
	if len(fs) > 0 {
		known = float64(len(d)) / float64(len(fs))
	}
	return p, known
}
