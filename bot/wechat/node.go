package wechat

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of what we read, far above what WeChat sends.
const (
	maxDepth = 16
	maxNodes = 8192 // elements and pieces of text
)

// What reading a payload says.
var (
	ErrMalformed = errors.New("wechat: malformed payload")
	ErrForbidden = errors.New("wechat: payload with DTD, unknown entity or too deep")
)

// Node is an element of what arrived, XML or JSON alike: JSON members are nodes
// by their key, and an array is its items side by side, each with the key of the
// array, as WeChat's XML has it. Names keep their case: MsgId and MsgID differ.
type Node struct {
	Name string
	Text string // of a leaf; of an element with children what stands between them, trimmed
	Kids []Node
}

// Get is the text under the path, the first where there are several, or "".
func (n *Node) Get(path ...string) string {
	if m := n.Find(path...); m != nil {
		return m.Text
	}
	return ""
}

// Find is the first node under the path, or nil.
func (n *Node) Find(path ...string) *Node {
	for _, name := range path {
		var next *Node
		for i := range n.Kids {
			if n.Kids[i].Name == name {
				next = &n.Kids[i]
				break
			}
		}
		if next == nil {
			return nil
		}
		n = next
	}
	return n
}

// ParseNode reads XML or JSON by its first byte that is not blank. It expects
// what Clean made. Errors wrap ErrMalformed or ErrForbidden; nothing of the
// payload is in them.
func ParseNode(body []byte) (Node, error) {
	body = bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(body) > MaxBody:
		return Node{}, fmt.Errorf("%w: %d bytes", ErrMalformed, len(body))
	case len(body) == 0:
		return Node{}, fmt.Errorf("%w: empty", ErrMalformed)
	case body[0] == '{':
		return parseJSON(body)
	case body[0] == '<':
		return parseXML(string(body))
	}
	return Node{}, fmt.Errorf("%w: neither XML nor JSON", ErrMalformed)
}

// parseXML reads the subset of XML that WeChat writes: elements, text, CDATA, the
// five entities and character references. It skips comments and processing
// instructions and refuses a DTD. encoding/xml alone takes three times as
// long for a text message, and refuses a bare "&"; FuzzNode holds the two together.
func parseXML(s string) (Node, error) {
	p := xmlReader{s: s}
	if err := p.misc(); err != nil {
		return Node{}, err
	}
	root, err := p.element(1)
	if err != nil {
		return Node{}, err
	}
	if err := p.misc(); err != nil {
		return Node{}, err
	}
	if p.i != len(p.s) {
		return Node{}, fmt.Errorf("%w: text after the end", ErrMalformed)
	}
	return root, nil
}

type xmlReader struct {
	s     string
	i     int
	nodes int
}

func (p *xmlReader) rest() string { return p.s[p.i:] }

// until moves behind the next mark and gives what stood before it.
func (p *xmlReader) until(mark string) (string, bool) {
	k := strings.Index(p.rest(), mark)
	if k < 0 {
		return "", false
	}
	text := p.s[p.i : p.i+k]
	p.i += k + len(mark)
	return text, true
}

// misc skips blanks, comments and processing instructions.
func (p *xmlReader) misc() error {
	for {
		for p.i < len(p.s) && blank(p.s[p.i]) {
			p.i++
		}
		more, err := p.aside()
		if err != nil || !more {
			return err
		}
	}
}

// aside skips one comment or processing instruction, and refuses a declaration.
func (p *xmlReader) aside() (bool, error) {
	rest := p.rest()
	ok := true
	switch {
	case strings.HasPrefix(rest, "<?"):
		_, ok = p.until("?>")
	case strings.HasPrefix(rest, "<!--"):
		p.i += len("<!--")
		_, ok = p.until("-->")
	case strings.HasPrefix(rest, cdataStart):
		return false, nil
	case strings.HasPrefix(rest, "<!"):
		return false, fmt.Errorf("%w: declaration", ErrForbidden)
	default:
		return false, nil
	}
	if !ok {
		return false, fmt.Errorf("%w: unclosed", ErrMalformed)
	}
	return true, nil
}

const cdataStart = "<![CDATA["

// open reads a start tag; attributes are skipped, WeChat has none.
func (p *xmlReader) open() (name string, empty bool, err error) {
	if p.i >= len(p.s) || p.s[p.i] != '<' {
		return "", false, fmt.Errorf("%w: element expected", ErrMalformed)
	}
	p.i++
	start := p.i
	for p.i < len(p.s) && !blank(p.s[p.i]) && p.s[p.i] != '>' && p.s[p.i] != '/' && p.s[p.i] != '<' {
		p.i++
	}
	name = p.s[start:p.i]
	if !goodName(name) {
		return "", false, fmt.Errorf("%w: element name", ErrMalformed)
	}
	for p.i < len(p.s) {
		switch c := p.s[p.i]; c {
		case '>':
			p.i++
			return name, p.s[p.i-2] == '/', nil
		case '"', '\'':
			p.i++
			if _, ok := p.until(string(c)); !ok {
				return "", false, fmt.Errorf("%w: unclosed", ErrMalformed)
			}
		case '<':
			return "", false, fmt.Errorf("%w: < in a tag", ErrMalformed)
		default:
			p.i++
		}
	}
	return "", false, fmt.Errorf("%w: unclosed", ErrMalformed)
}

func (p *xmlReader) element(depth int) (Node, error) {
	if p.nodes++; depth > maxDepth || p.nodes > maxNodes {
		return Node{}, fmt.Errorf("%w: too deep or too many elements", ErrForbidden)
	}
	name, empty, err := p.open()
	n := Node{Name: name}
	if err != nil || empty {
		return n, err
	}
	var quoted bool // a CDATA section was seen: blanks around it do not count
	for p.i < len(p.s) {
		// Pieces count too: joining very many of them would take a second.
		if p.nodes++; p.nodes > maxNodes {
			return n, fmt.Errorf("%w: too many pieces", ErrForbidden)
		}
		switch rest := p.rest(); {
		case rest[0] != '<':
			text, err := p.text()
			if err != nil {
				return n, err
			}
			// Blanks count only in a leaf without CDATA.
			if !quoted && n.Kids == nil || strings.Trim(text, blanks) != "" {
				n.Text += text
			}
		case strings.HasPrefix(rest, "</"):
			p.i += 2
			end, ok := p.until(">")
			if !ok || strings.TrimRight(end, blanks) != name {
				return n, fmt.Errorf("%w: end tag", ErrMalformed)
			}
			if n.Kids != nil {
				n.Text = strings.Trim(n.Text, blanks)
			}
			return n, nil
		case strings.HasPrefix(rest, cdataStart):
			p.i += len(cdataStart)
			text, ok := p.until("]]>")
			if !ok {
				return n, fmt.Errorf("%w: unclosed CDATA", ErrMalformed)
			}
			if !quoted && strings.Trim(n.Text, blanks) == "" {
				n.Text = ""
			}
			n.Text, quoted = n.Text+text, true
		case rest[1:] != "" && (rest[1] == '!' || rest[1] == '?'):
			if _, err := p.aside(); err != nil {
				return n, err
			}
		default:
			kid, err := p.element(depth + 1)
			if err != nil {
				return n, err
			}
			if n.Kids == nil {
				n.Kids = make([]Node, 0, 8)
			}
			n.Kids = append(n.Kids, kid)
		}
	}
	return n, fmt.Errorf("%w: unclosed", ErrMalformed)
}

// text reads up to the next tag and resolves references.
func (p *xmlReader) text() (string, error) {
	k := strings.IndexByte(p.rest(), '<')
	if k < 0 {
		return "", fmt.Errorf("%w: unclosed", ErrMalformed)
	}
	s := p.s[p.i : p.i+k]
	p.i += k
	if strings.IndexByte(s, '&') < 0 {
		return s, nil
	}
	var b strings.Builder
	for {
		amp := strings.IndexByte(s, '&')
		if amp < 0 {
			b.WriteString(s)
			return b.String(), nil
		}
		b.WriteString(s[:amp])
		s = s[amp:]
		end := strings.IndexByte(s[:min(len(s), 34)], ';')
		if end < 0 || !entityName(s[1:end]) { // a bare &, as in an address
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		r, ok := entity(s[1:end])
		if !ok {
			return "", fmt.Errorf("%w: entity", ErrForbidden)
		}
		b.WriteRune(r)
		s = s[end+1:]
	}
}

const blanks = " \t\r\n"

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func goodName(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' || s[0] == '-' || s[0] == '.' || !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsAny(s, "&;\"'=!?()[]{}<>,|")
}

func entityName(s string) bool {
	if s == "" || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '#' && i == 0) {
			return false
		}
	}
	return true
}

func entity(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	v, err := strconv.ParseUint(digits, base, 21)
	if !ok || err != nil || !utf8.ValidRune(rune(v)) {
		return 0, false
	}
	return rune(v), true
}
