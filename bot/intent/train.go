package intent

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Bounds of training.
const (
	// MaxExamples is the most that is learned from; more are refused by who
	// collects them.
	MaxExamples = 20_000
	maxRows     = 100_000   // of a finished model
	maxSeen     = 1_500_000 // different features while it learns
)

// Rates of training; twice or half of each changes little.
const (
	rounds = 3 // each in an order of its own; the mean of them depends less on chance
	epochs = 8
	rate   = 0.5
	lean   = 0.1 // of the bias
	decay  = 1e-4
	smooth = 0.05 // of the ratios
)

// Train fits a model. The same examples in the same order give the same model.
// Two thousand sentences take some 50 ms, five thousand letters a few seconds.
func Train(all []Example) *Model { return train(load(Lexicon{}), all) }

type trainer struct {
	docs   []doc
	keys   []uint32
	brief  []uint8 // 1: at most three characters
	df     []int32
	idf    []float32
	scale  [][classes]float32
	weight [][classes]float32
	bias   [classes]float32
	counts [classes]float64
}

type doc struct {
	points []point
	mask   uint32 // bit k: it may be All[k]
	weight float32
}

func train(w *words, all []Example) *Model {
	tr := &trainer{}
	tr.read(w, all[:min(len(all), MaxExamples)])
	tr.ratios()
	tr.mean()
	return tr.finish()
}

// read turns the examples into points, weighs rare features higher, and brings
// every text to length 1.
func (tr *trainer) read(w *words, all []Example) {
	size := 0
	for _, e := range all {
		size += 2 * min(len(e.Text), 3*readRunes)
	}
	table := newTable(min(size, maxSeen))
	buf := make([]feature, 0, maxFeatures)
	var hits []hit
	for _, e := range all {
		d := doc{weight: float32(e.Weight)}
		if e.Weight == 0 {
			d.weight = 1
		}
		for k, i := range All {
			if slices.Contains(e.Any, i) {
				d.mask |= 1 << k
			}
		}
		if d.mask == 0 {
			continue
		}
		t := plain(e.Text)
		hits = w.find(t, hits[:0])
		buf = features(t, hits, buf)
		d.points = make([]point, 0, len(buf))
		for _, f := range buf {
			row := find(table, f.key)
			if row == 0 {
				if len(tr.keys) >= maxSeen*2/3 {
					continue
				}
				row = place(table, f.key, int32(len(tr.keys)+1))
				tr.keys, tr.df = append(tr.keys, f.key), append(tr.df, 0)
				tr.brief = append(tr.brief, 0)
				if f.short {
					tr.brief[row-1] = 1
				}
				if 2*len(tr.keys) > len(table) {
					table = grown(tr.keys)
				}
			}
			tr.df[row-1]++
			d.points = append(d.points, point{row - 1, f.val})
		}
		tr.docs = append(tr.docs, d)
	}
	tr.idf = make([]float32, len(tr.df))
	for i, c := range tr.df {
		tr.idf[i] = float32(math.Log(1 + float64(len(tr.docs))/float64(c)))
	}
	for _, d := range tr.docs {
		for i := range d.points {
			d.points[i].val *= tr.idf[d.points[i].row]
		}
		length(d.points)
	}
}

func grown(keys []uint32) []slot {
	table := newTable(2 * len(keys))
	for i, k := range keys {
		place(table, k, int32(i+1))
	}
	return table
}

func bits(mask uint32) (n float64) {
	for ; mask != 0; mask &= mask - 1 {
		n++
	}
	return n
}

// ratios says of every feature how much more often it stands in the texts of an
// intent than in others; what tells nothing apart learns slower (naive Bayes
// as a scale, after Wang and Manning 2012).
func (tr *trainer) ratios() {
	seen := make([][classes]float32, len(tr.keys))
	var sums [classes]float64
	for _, d := range tr.docs {
		share := 1 / bits(d.mask)
		for k := range classes {
			if d.mask>>k&1 == 0 {
				continue
			}
			tr.counts[k] += share
			for _, f := range d.points {
				v := f.val * float32(share)
				seen[f.row][k] += v
				sums[k] += float64(v)
			}
		}
	}
	var all float64
	for _, v := range sums {
		all += v
	}
	rest := smooth * float64(len(tr.keys))
	for i := range seen {
		var total float64
		for _, v := range seen[i] {
			total += float64(v)
		}
		for k, v := range seen[i] {
			in := (float64(v) + smooth) / (sums[k] + rest)
			out := (total - float64(v) + smooth) / (all - sums[k] + rest)
			seen[i][k] = float32(math.Sqrt(math.Abs(math.Log(in/out)) + 0.1))
		}
	}
	tr.scale = seen
}

// mean fits several times and takes the mean of the weights.
func (tr *trainer) mean() {
	sum := make([][classes]float32, len(tr.keys))
	var bias [classes]float32
	for round := range rounds {
		tr.bias = [classes]float32{}
		tr.fit(uint64(round))
		for i, w := range tr.weight {
			for k := range w {
				sum[i][k] += w[k] / rounds
			}
		}
		for k := range bias {
			bias[k] += tr.bias[k] / rounds
		}
	}
	tr.weight, tr.bias = sum, bias
}

// fit runs over the examples in an order that is always the same for a round. An example
// pulls towards all intents it may mean, most to the one that is likeliest.
func (tr *trainer) fit(round uint64) {
	tr.weight = make([][classes]float32, len(tr.keys))
	squares := make([][classes]float32, len(tr.keys))
	rng := rand.New(rand.NewPCG(20261124, 7+round))
	order := rng.Perm(len(tr.docs))
	mean := float64(len(tr.docs)) / classes
	for range epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, at := range order {
			d := &tr.docs[at]
			p := tr.guess(d.points)
			var in, size float64
			for k := range p {
				if d.mask>>k&1 == 1 {
					in += p[k]
					size += tr.counts[k]
				}
			}
			boost := float32(math.Sqrt(mean/size)) * d.weight
			for k := range p {
				g := float32(p[k])
				if d.mask>>k&1 == 1 {
					g -= float32(p[k] / max(in, 1e-9))
				}
				if g < 0.003 && g > -0.003 {
					continue
				}
				tr.step(d.points, k, g*boost, squares)
			}
		}
	}
}

func (tr *trainer) step(points []point, k int, g float32, squares [][classes]float32) {
	tr.bias[k] -= lean * g
	for _, f := range points {
		w, q := &tr.weight[f.row][k], &squares[f.row][k]
		gr := g*f.val*tr.scale[f.row][k] + decay**w
		*q += gr * gr
		*w -= rate * gr / (float32(math.Sqrt(float64(*q))) + 1e-3)
	}
}

func (tr *trainer) guess(points []point) (p [classes]float64) {
	q := tr.bias
	for _, f := range points {
		w, s := &tr.weight[f.row], &tr.scale[f.row]
		for k := range q {
			q[k] += w[k] * s[k] * f.val
		}
	}
	for k := range q {
		p[k] = float64(q[k])
	}
	softmax(&p)
	return p
}

// finish keeps what a new text may well say again: short n-grams, and longer ones
// that came more than once. The others helped the rest to learn.
func (tr *trainer) finish() *Model {
	least := [2]int32{2, 1} // of long ones, of short ones
	for tr.kept(least) > maxRows {
		least[1] = least[0]
		if tr.kept(least) > maxRows {
			least[0]++
		}
	}
	m := &Model{bias: tr.bias}
	var keys []uint32
	for i, c := range tr.df {
		if c < least[tr.brief[i]] {
			continue
		}
		w := tr.weight[i]
		for k := range w {
			w[k] *= tr.scale[i][k]
		}
		keys = append(keys, tr.keys[i])
		m.weight, m.idf = append(m.weight, w), append(m.idf, tr.idf[i])
	}
	m.table = grown(keys)
	return m
}

func (tr *trainer) kept(least [2]int32) (n int) {
	for i, c := range tr.df {
		if c >= least[tr.brief[i]] {
			n++
		}
	}
	return n
}
