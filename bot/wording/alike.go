package wording

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed alike.txt
var alikeText string

// class is what may be written for a character.
type class struct {
	pinyin string
	same   string // other forms of the same character
	alike  string // other characters of the same or nearly the same sound or shape
}

var classes = sync.OnceValue(func() map[rune]*class {
	m, err := readAlike(alikeText)
	if err != nil {
		panic(err) // the file is ours and has a test
	}
	return m
})

func classOf(r rune) *class { return classes()[r] }

// readAlike reads lines "证 zheng 證証 正政": the character, its pinyin, other forms,
// others of its sound; "-" stands for none.
func readAlike(text string) (map[rune]*class, error) {
	m := map[rune]*class{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Fields(line)
		head := []rune(f[0])
		if len(f) != 4 || len(head) != 1 || m[head[0]] != nil {
			return nil, fmt.Errorf("wording: alike.txt:%d: want a new character, pinyin, other forms, others of its sound", i+1)
		}
		for j := range f {
			if f[j] == "-" {
				f[j] = ""
			}
		}
		m[head[0]] = &class{pinyin: f[1], same: f[2], alike: f[3]}
	}
	return m, nil
}
