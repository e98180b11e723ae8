package intent

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// regional puts words of the regions into those of the lists; see words/dialect.txt.
type regional struct {
	first map[rune]bool // with which they begin
	words *strings.Replacer
}

var dialect = sync.OnceValue(func() regional {
	var pairs [][2]string
	r := regional{first: map[rune]bool{}}
	for line := range strings.Lines(content("words/dialect.txt")) {
		word, means, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		p := [2]string{strings.TrimSpace(word), strings.TrimSpace(means)}
		pairs = append(pairs, p)
		r.first[[]rune(p[0])[0]] = true
	}
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return -cmp.Compare(len(a[0]), len(b[0])) })
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	r.words = strings.NewReplacer(flat...)
	return r
})

// standard is what a plain text is in the words of the lists: 咋个没得热水 → 怎么没有热水.
func standard(t []rune) []rune {
	d := dialect()
	if !slices.ContainsFunc(t, func(r rune) bool { return r > 0x7f && d.first[r] }) {
		return t
	}
	return []rune(d.words.Replace(string(t)))
}
