package prompts

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"kefu/bot/spelling"
)

// Problem is a fault in a file of words: where, what, and what to do.
type Problem struct {
	File   string
	Line   int // from 1; 0 when it is the whole file
	Text   string
	Remedy string
}

func (p Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s：%s。%s", p.File, p.Text, p.Remedy)
	}
	return fmt.Sprintf("%s:%d：%s。%s", p.File, p.Line, p.Text, p.Remedy)
}

// entry is one text of the book.
type entry struct {
	text  *Template
	card  *cardTemplate // instead of text
	names []string      // the variables that may be used
}

const (
	maxFile    = 256 << 10 // bytes
	maxFiles   = 64        // in one folder
	maxLiteral = 1200      // bytes of a text with its links, before variables
)

// section is what stands under one "== key".
type section struct {
	key   string
	menu  bool
	line  int // of its first line, from 1
	body  []string
	names []string // from "# 可用：{a} {b}"
}

// split cuts a file into sections.
func split(file, text string) ([]section, []Problem) {
	var all []section
	var bad []Problem
	seen := map[string]int{}
	if !utf8.ValidString(text) {
		return nil, []Problem{{file, 0, "不是 UTF-8 编码", "用 UTF-8 另存一次"}}
	}
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	for i, l := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(l, "=="):
			key, flag, _ := strings.Cut(strings.TrimSpace(strings.Trim(l, "=")), " ")
			if seen[key] != 0 {
				bad = append(bad, Problem{file, i + 1, "“" + key + "”写了两次", fmt.Sprintf("第 %d 行已有，删掉一处", seen[key])})
			}
			seen[key] = i + 1
			all = append(all, section{key: key, menu: strings.TrimSpace(flag) == "菜单", line: i + 2})
		case strings.HasPrefix(l, "#"):
			if len(all) > 0 {
				s := &all[len(all)-1]
				s.body = append(s.body, "")
				if rest, ok := strings.CutPrefix(strings.TrimLeft(l, "# "), "可用："); ok {
					s.names = strings.Fields(strings.NewReplacer("{", " ", "}", " ").Replace(rest))
				}
			}
		case len(all) > 0:
			s := &all[len(all)-1]
			s.body = append(s.body, l)
		case strings.TrimSpace(l) != "":
			bad = append(bad, Problem{file, i + 1, "这一行不属于任何一条", "先写一行：== 键"})
		}
	}
	return all, bad
}

// read makes entries of a file. known are the texts there may be, with the
// variables each may use; nil when the file is one of those that say so.
func read(file, text string, known map[string]*entry) (map[string]*entry, []Problem) {
	sections, bad := split(file, text)
	out := map[string]*entry{}
	for _, s := range sections {
		e, err := s.entry()
		var f *fault
		if errors.As(err, &f) {
			bad = append(bad, Problem{file, s.line + f.line, s.key + "：" + f.text, f.remedy})
			continue
		}
		if known != nil {
			k := known[s.key]
			if k == nil {
				bad = append(bad, s.unknown(file, known))
				continue
			}
			if p, ok := e.strange(s, k); ok {
				bad = append(bad, Problem{file, p.Line, p.Text, p.Remedy})
				continue
			}
			e.names = k.names
		}
		out[s.key] = e
	}
	return out, bad
}

// unknown is the fault of a section whose key nobody knows.
func (s section) unknown(file string, known map[string]*entry) Problem {
	remedy := "删掉这一段"
	if near := spelling.Nearest(s.key, slices.Sorted(maps.Keys(known))); near != "" {
		remedy = "改成 " + near + "，或" + remedy
	}
	return Problem{file, s.line - 1, "没有“" + s.key + "”这一条", remedy}
}

func (s section) entry() (*entry, error) {
	body := strings.Join(s.body, "\n")
	if strings.TrimSpace(body) == "" {
		return nil, &fault{-1, "是空的", "写上文字，或删掉这一段"}
	}
	e := &entry{names: slices.Clone(s.names)}
	if strings.HasPrefix(s.key, "card.") {
		c, err := parseCard(body)
		if err != nil {
			return nil, err
		}
		e.card = c
	} else {
		t, err := Parse(body)
		if err != nil {
			return nil, err
		}
		t.menu = s.menu
		if n := size(t.content(nil, false)); n > maxLiteral {
			return nil, &fault{0, fmt.Sprintf("太长，有 %d 字节", n), fmt.Sprintf("连同点选最多 %d 字节（约 400 字）", maxLiteral)}
		}
		e.text = t
	}
	for _, t := range e.templates() {
		for _, n := range t.Names() {
			if !slices.Contains(e.names, n) {
				e.names = append(e.names, n)
			}
		}
	}
	return e, nil
}

func (e *entry) templates() []*Template {
	if e.card != nil {
		return e.card.templates()
	}
	return []*Template{e.text}
}

// everywhere are the variables that every text may use.
var everywhere = []string{"brand", "bot", "privacy_url", "hotline"}

// strange finds a variable that nobody fills in.
func (e *entry) strange(s section, known *entry) (Problem, bool) {
	for _, t := range e.templates() {
		for _, n := range t.Names() {
			if slices.Contains(known.names, n) || slices.Contains(everywhere, n) {
				continue
			}
			p := Problem{Line: s.line, Text: s.key + "：没有变量 {" + n + "}", Remedy: "这里可用：" + braces(known.names)}
			for i, l := range s.body {
				if strings.Contains(l, "{"+n+"}") {
					p.Line = s.line + i
					break
				}
			}
			return p, true
		}
	}
	return Problem{}, false
}

func braces(names []string) string {
	if len(names) == 0 {
		names = everywhere
	}
	return "{" + strings.Join(names, "} {") + "}"
}
