package learn

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
)

// Table is what was true against what was told.
type Table struct {
	Labels []string
	n      map[[2]string]int
}

// NewTable makes an empty table.
func NewTable(labels []string) *Table { return &Table{Labels: labels, n: map[[2]string]int{}} }

// Add counts one message.
func (t *Table) Add(truth, told string) { t.n[[2]string{truth, told}]++ }

// At is how many messages of the label truth were told as told.
func (t *Table) At(truth, told string) int { return t.n[[2]string{truth, told}] }

// Figures of one label, 0 to 1.
type Figures struct {
	Precision, Recall, F1 float64
	Rows                  int // that truly carry it
}

// Of gives the figures of a label.
func (t *Table) Of(label string) (f Figures) {
	hit, told := 0, 0
	for k, n := range t.n {
		switch {
		case k[0] == label && k[1] == label:
			hit, told, f.Rows = hit+n, told+n, f.Rows+n
		case k[0] == label:
			f.Rows += n
		case k[1] == label:
			told += n
		}
	}
	if hit > 0 {
		f.Precision, f.Recall = float64(hit)/float64(told), float64(hit)/float64(f.Rows)
		f.F1 = 2 * f.Precision * f.Recall / (f.Precision + f.Recall)
	}
	return f
}

// Accuracy is the share of messages told right.
func (t *Table) Accuracy() float64 {
	all, hit := 0, 0
	for k, n := range t.n {
		all += n
		if k[0] == k[1] {
			hit += n
		}
	}
	if all == 0 {
		return 0
	}
	return float64(hit) / float64(all)
}

// MacroF1 is the mean of the labels' F1, each counting the same.
func (t *Table) MacroF1() float64 {
	var sum float64
	for _, l := range t.Labels {
		sum += t.Of(l).F1
	}
	return sum / float64(max(1, len(t.Labels)))
}

// Folds deals rows into k parts of alike mix, the same ones each time for a number of
// deal; texts that differ only in marks and blanks stay together.
func Folds(rows []Row, k, deal int) []int {
	type group struct {
		label string
		hash  uint64
		rows  []int
	}
	by := map[string]*group{}
	var all []*group
	for i, r := range rows {
		key := Key(r.Text)
		g := by[key]
		if g == nil {
			h := fnv.New64a()
			if deal > 0 {
				fmt.Fprintf(h, "%d ", deal)
			}
			h.Write([]byte(key))
			g = &group{label: r.Label, hash: h.Sum64()}
			by[key] = g
			all = append(all, g)
		}
		g.rows = append(g.rows, i)
	}
	slices.SortFunc(all, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.label, b.label), cmp.Compare(a.hash, b.hash))
	})
	fold := make([]int, len(rows))
	for n, g := range all {
		for _, i := range g.rows {
			fold[i] = n % k
		}
	}
	return fold
}

// Key is a text without marks, blanks and case: two texts with one key say the
// same.
func Key(text string) string {
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
	if key == "" {
		return text
	}
	return key
}
