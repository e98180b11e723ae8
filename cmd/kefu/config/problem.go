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
