// Package spelling finds what was probably meant by a word that somebody misspelt in a
// file they wrote: a key of the configuration, of a pack, of the words.
package spelling

import "strings"

// longest is how many characters of a word are looked at.
const longest = 64

// Nearest is the known word that was probably meant, the first of several; "" when
// none is like it. Two words are alike when a third of the longer one, at least one
// and at most three characters, differ.
func Nearest(word string, known []string) string {
	best, least := "", 4
	a := runes(strings.ToLower(word))
	for _, k := range known {
		b := runes(k)
		if d := distance(a, b); d < least && d <= max(1, max(len(a), len(b))/3) {
			best, least = k, d
		}
	}
	return best
}

func runes(s string) []rune {
	r := []rune(s)
	return r[:min(len(r), longest)]
}

// distance counts the characters to insert, delete, replace, or swap with a
// neighbour to make b of a.
func distance(a, b []rune) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
