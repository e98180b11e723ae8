package config

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with the file, in words for the person who wrote it.
// It never holds the value of a secret.
type Problem struct {
	File         string
	Line, Column int    // from 1; 0 when the file itself is the problem
	Key          string // "accounts[0].aes_key"
	Wrong        string // what is wrong
	Remedy       string // what to do about it
}

func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + "：")
	}
	b.WriteString(p.Wrong + "。" + p.Remedy + "。")
	return b.String()
}

// Problems is everything wrong with a file, in the order of its lines.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// nearest is the known key that was probably meant, or "". Two keys are near when
// a third of the longer one, at least one and at most three letters, differ.
func nearest(key string, known []string) string {
	best, bestDistance := "", 4
	for _, k := range known {
		d := distance(strings.ToLower(key), k)
		if d < bestDistance && d <= max(1, max(len(key), len(k))/3) {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace, or swap with a
// neighbour to make b of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range y {
		d[0][j+1] = j + 1
	}
	for i := range x {
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			d[i+1][j+1] = min(d[i][j+1]+1, d[i+1][j]+1, d[i][j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d[i+1][j+1] = min(d[i+1][j+1], d[i-1][j-1]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
