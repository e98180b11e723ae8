package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// row is one figure.
type row struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	Goal  string  `json:"goal,omitempty"` // "≥ 2000"; "" for what is only to be known
	OK    *bool   `json:"ok,omitempty"`   // nil without a goal
	Note  string  `json:"note,omitempty"`
}

// table is what was found, in order.
type table struct {
	Machine string `json:"machine"`
	Rows    []row  `json:"rows"`
}

func (t *table) add(what string, value float64, unit, note string) {
	t.Rows = append(t.Rows, row{What: what, Value: value, Unit: unit, Note: note})
}

// least adds a figure that must not be below goal; most one that must not be above.
func (t *table) least(what string, value, goal float64, unit, note string) {
	t.goal(what, value, goal, unit, note, "≥ ", value >= goal)
}

func (t *table) most(what string, value, goal float64, unit, note string) {
	t.goal(what, value, goal, unit, note, "≤ ", value <= goal)
}

func (t *table) goal(what string, value, goal float64, unit, note, sign string, ok bool) {
	ok = ok && !math.IsNaN(value)
	t.Rows = append(t.Rows, row{What: what, Value: value, Unit: unit, Goal: sign + number(goal), OK: &ok, Note: note})
}

func (t *table) missed() int {
	n := 0
	for _, r := range t.Rows {
		if r.OK != nil && !*r.OK {
			n++
		}
	}
	return n
}

func (t *table) print(w io.Writer) {
	fmt.Fprintln(w, t.Machine)
	cells := [][]string{{"", "measured", "goal", "", ""}}
	for _, r := range t.Rows {
		mark := ""
		if r.OK != nil {
			mark = "✗"
			if *r.OK {
				mark = "ok"
			}
		}
		cells = append(cells, []string{r.What, strings.TrimSpace(number(r.Value) + " " + r.Unit), r.Goal, mark, r.Note})
	}
	var width [5]int
	for _, c := range cells {
		for i, s := range c {
			width[i] = max(width[i], utf8.RuneCountInString(s))
		}
	}
	for _, c := range cells {
		var line strings.Builder
		for i, s := range c {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(s))
			if i == 1 || i == 2 {
				line.WriteString(pad + s + "  ")
				continue
			}
			line.WriteString(s + pad + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// number shows three digits that count, and whole thousands apart.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "—"
	case a >= 100:
		s := fmt.Sprintf("%.0f", v)
		for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		return s
	case a >= 10:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	}
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

// median of what was measured; NaN of nothing.
func median(v []float64) float64 { return quantile(v, 0.5) }

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(v))
	at := q * float64(len(s)-1)
	i := int(at)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (at-float64(i))*(s[i+1]-s[i])
}

// spread says how far apart the rounds were.
func spread(v []float64) string {
	if len(v) < 2 {
		return ""
	}
	return number(slices.Min(v)) + "…" + number(slices.Max(v)) + " in " + fmt.Sprint(len(v)) + " rounds"
}
