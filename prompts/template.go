package prompts

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Template is one text with variables, ready to be filled.
type Template struct {
	nodes []node
	menu  bool // options below the text, WeChat's msgmenu
}

type node struct {
	text  string   // as it stands
	name  string   // a variable
	href  bool     // the variable is the address of a link
	ask   bool     // {name?}: only whether it is there
	label []node   // an option: its label and key
	key   []node   //
	alts  [][]node // 〔…｜…〕
}

// maxTemplate bounds a text, in bytes; nothing we send is longer.
const maxTemplate = 8 << 10

// Parse reads a text in the language of this package's files, at most 8 KiB.
func Parse(s string) (*Template, error) {
	if len(s) > maxTemplate {
		return nil, &fault{0, "太长", "最多 8 KB"}
	}
	p := &parser{rest: s}
	nodes, err := p.until("")
	if err != nil {
		return nil, err
	}
	return &Template{nodes: nodes}, nil
}

// parser reads from the front; line counts the line ends behind it.
type parser struct {
	rest string
	line int
	last string // text just before, to see whether a variable stands in href="
}

// fault is what is wrong with a text, at which of its lines (from 0).
type fault struct {
	line         int
	text, remedy string
}

func (f *fault) Error() string { return f.text + "。" + f.remedy }

func (p *parser) fault(text, remedy string) error { return &fault{p.line, text, remedy} }

func (p *parser) take(n int) string {
	s := p.rest[:n]
	p.rest = p.rest[n:]
	p.line += strings.Count(s, "\n")
	return s
}

const signs = "{}〔〕｜[]|"

// until reads nodes up to one of the ends ("〕｜" or "]]" or "|"), which it leaves.
func (p *parser) until(ends string) ([]node, error) {
	var out []node
	for p.rest != "" {
		switch {
		case strings.HasPrefix(p.rest, "{"):
			n, err := p.variable()
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		case strings.HasPrefix(p.rest, "[["):
			if ends == "|" || ends == "]]" {
				return nil, p.fault("点选里不能再放点选", "先写 ]] 结束前一个")
			}
			n, err := p.option()
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		case strings.HasPrefix(p.rest, "〔"):
			n, err := p.part()
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		case ends == "〕" && (strings.HasPrefix(p.rest, "〕") || strings.HasPrefix(p.rest, "｜")),
			ends == "|" && strings.HasPrefix(p.rest, "|"),
			ends != "" && ends != "〕" && strings.HasPrefix(p.rest, "]]"):
			return out, nil
		case strings.HasPrefix(p.rest, "〕"):
			return nil, p.fault("多了一个〕", "删掉它，或在前面补〔")
		case strings.HasPrefix(p.rest, "}"):
			return nil, p.fault("多了一个 }", "删掉它，或在前面补 {")
		default:
			out = append(out, node{text: p.plain()})
		}
	}
	switch ends {
	case "〕":
		return nil, p.fault("有〔没有〕", "在这一段后面补〕")
	case "|", "]]":
		return nil, p.fault("有 [[ 没有 ]]", "写成 [[字|键]]")
	}
	return out, nil
}

// plain takes at least one character, and on to the next sign.
func (p *parser) plain() string {
	_, first := utf8.DecodeRuneInString(p.rest)
	n := strings.IndexAny(p.rest[first:], signs)
	if n < 0 {
		n = len(p.rest) - first
	}
	p.last = p.take(first + n)
	return p.last
}

func (p *parser) variable() (node, error) {
	end := strings.IndexByte(p.rest, '}')
	if end < 0 {
		return node{}, p.fault("有 { 没有 }", "变量写成 {名字}")
	}
	name, ask := strings.CutSuffix(p.rest[1:end], "?")
	if !isName(name) {
		return node{}, p.fault(fmt.Sprintf("{%.20s} 不是变量", name), "变量名只用小写字母、数字和 _，如 {room}")
	}
	href := strings.HasSuffix(p.last, `href="`)
	p.take(end + 1)
	p.last = ""
	return node{name: name, href: href, ask: ask}, nil
}

func isName(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r == '_' || r >= '0' && r <= '9') {
			return false
		}
	}
	return s != "" && len(s) <= 40
}

func (p *parser) option() (node, error) {
	p.take(2)
	label, err := p.until("|")
	if err != nil {
		return node{}, err
	}
	if !strings.HasPrefix(p.rest, "|") {
		return node{}, p.fault("点选缺少键", "写成 [[字|键]]，键照原来的写")
	}
	p.take(1)
	key, err := p.until("]]")
	if err != nil {
		return node{}, err
	}
	if len(label) == 0 || len(key) == 0 {
		return node{}, p.fault("点选的字或键是空的", "写成 [[字|键]]")
	}
	if w := halfWidths(literal(label)); w > 2*maxLabel {
		return node{}, p.fault("点选“"+literal(label)+"”太长", fmt.Sprintf("最多 %d 个字", maxLabel))
	}
	p.take(2)
	p.last = ""
	return node{label: label, key: key}, nil
}

func (p *parser) part() (node, error) {
	var n node
	for {
		p.take(len("〔")) // 〔 and ｜ are three bytes each
		nodes, err := p.until("〕")
		if err != nil {
			return node{}, err
		}
		n.alts = append(n.alts, nodes)
		if strings.HasPrefix(p.rest, "〕") {
			p.take(len("〕"))
			return n, nil
		}
	}
}

// Names are the variables in the text, without repeats, in their order.
func (t *Template) Names() []string {
	var names []string
	seen := map[string]bool{}
	walk(t.nodes, func(n node) {
		if n.name != "" && !seen[n.name] {
			seen[n.name] = true
			names = append(names, n.name)
		}
	})
	return names
}

func walk(nodes []node, f func(node)) {
	for _, n := range nodes {
		f(n)
		walk(n.label, f)
		walk(n.key, f)
		for _, a := range n.alts {
			walk(a, f)
		}
	}
}

// literal is what stands in the nodes without variables.
func literal(nodes []node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(n.text)
	}
	return b.String()
}

// halfWidths is the width of s with Latin letters and digits as half a character.
func halfWidths(s string) int {
	w := 0
	for _, r := range s {
		w += 2
		if r < unicode.MaxLatin1 {
			w--
		}
	}
	return w
}
