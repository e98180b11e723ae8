package prompts

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"kefu/bot/chat"
)

// Vars are the values of variables by name. Text and numbers are shown as they
// are, cleaned; a chat.Content, or a slice of them (one line each), brings its
// options along; a []chat.Option stands as options side by side. Nil and "" are
// empty.
type Vars map[string]any

// MaxBytes is the most a text may have, with its options as links. WeChat: 2,048
// bytes for texts of passive replies and custom/send.
const MaxBytes = 2048

const (
	maxLabel   = 8  // characters of an option
	maxOptions = 10 // in one text; more do not fit in MaxBytes
	gap        = "　"
)

// Text fills the template as plain words for staff: options as their labels.
func (t *Template) Text(v Vars) string {
	return t.content(v, false).Fill(func(o chat.Option) string { return o.Label })
}

// content fills the template and keeps it within MaxBytes by cutting the longest
// of its text variables, at last the end of the text. flat makes one line of what
// each variable brings.
func (t *Template) content(v Vars, flat bool) chat.Content {
	limit := map[string]int{}
	var c chat.Content
	for range 16 {
		f := filler{vars: v, limit: limit, flat: flat, used: map[string]int{}}
		c = f.fill(t.nodes)
		if t.menu {
			c = asMenu(c)
		}
		if sizeAtMost(c) <= MaxBytes {
			return c
		}
		over := size(c) - MaxBytes
		if over <= 0 {
			return c
		}
		name, n := f.longest()
		if n <= len(more) {
			break
		}
		limit[name] = max(len(more), n-over)
	}
	return hardCut(c)
}

// size is how many bytes a channel needs for c, with each option as the link
// WeChat knows: <a href="weixin://bizmsgmenu?msgmenucontent=…&msgmenuid=…">…</a>.
func size(c chat.Content) int {
	n := len(c.Fill(linked)) + len(c.Tail)
	if c.Form == chat.AsMenu {
		for _, o := range c.Options {
			n += len(o.Label) + len(o.Key)
		}
	}
	return n
}

// sizeAtMost is a bound of size that costs nothing.
func sizeAtMost(c chat.Content) int {
	n := len(c.Text) + len(c.Tail)
	for _, o := range c.Options {
		n += 80 + 5*len(o.Label) + 4*len(o.Key) // an escaped byte is three
	}
	return n
}

func linked(o chat.Option) string {
	return `<a href="weixin://bizmsgmenu?msgmenucontent=` + url.QueryEscape(o.Label) +
		`&msgmenuid=` + url.QueryEscape(o.Key) + `">` + o.Label + `</a>`
}

func hardCut(c chat.Content) chat.Content {
	c.Text = cutBytes(c.Text, max(len(more), len(c.Text)-(size(c)-MaxBytes)))
	return c
}

// asMenu takes the options out of the sentence: what stands before the first is
// the head, what stands behind the last the tail.
func asMenu(c chat.Content) chat.Content {
	if len(c.Options) == 0 {
		return c
	}
	c.Form = chat.AsMenu
	first := strings.Index(c.Text, chat.Mark(0))
	mark := chat.Mark(len(c.Options) - 1)
	last := strings.LastIndex(c.Text, mark)
	if first < 0 || last < first {
		return c
	}
	c.Tail = strings.TrimSpace(c.Text[last+len(mark):])
	c.Text = strings.TrimSpace(c.Text[:first])
	return c
}

// filler puts values into nodes. It counts what each text variable took, and
// cuts those that have a limit (bytes).
type filler struct {
	vars    Vars
	limit   map[string]int
	flat    bool
	used    map[string]int
	options []chat.Option
}

func (f *filler) longest() (name string, n int) {
	for k, u := range f.used {
		if u > n || u == n && k < name {
			name, n = k, u
		}
	}
	return name, n
}

func (f *filler) fill(nodes []node) chat.Content {
	text := tidy(f.nodes(nodes))
	return chat.Content{Form: chat.AsText, Text: text, Options: f.options}
}

func (f *filler) nodes(nodes []node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch {
		case n.alts != nil:
			for _, a := range n.alts {
				if f.complete(a) {
					b.WriteString(f.nodes(a))
					break
				}
			}
		case n.label != nil:
			label, key := f.nodes(n.label), f.nodes(n.key)
			b.WriteString(f.option(label, key))
		case n.ask:
		case n.name != "":
			b.WriteString(f.value(n))
		default:
			b.WriteString(n.text)
		}
	}
	return b.String()
}

// complete says whether no variable in the nodes is empty. A 〔…〕 within is no
// matter: it may fall away by itself.
func (f *filler) complete(nodes []node) bool {
	for _, n := range nodes {
		if n.name != "" && f.empty(n) || !f.complete(n.label) || !f.complete(n.key) {
			return false
		}
	}
	return true
}

func (f *filler) empty(n node) bool {
	switch v := f.vars[n.name].(type) {
	case []chat.Content:
		return len(v) == 0
	case []chat.Option:
		return len(v) == 0
	case chat.Content:
		return v.Text == ""
	default:
		return f.plain(n) == ""
	}
}

func (f *filler) option(label, key string) string {
	if len(f.options) == maxOptions || label == "" {
		return label
	}
	f.options = append(f.options, chat.Option{Label: cutWidth(label, maxLabel), Key: cutBytes(key, 128)})
	return chat.Mark(len(f.options) - 1)
}

func (f *filler) value(n node) string {
	switch v := f.vars[n.name].(type) {
	case []chat.Content:
		var lines []string
		for _, c := range v {
			lines = append(lines, f.embed(c))
		}
		return strings.Join(lines, "\n")
	case chat.Content:
		return f.embed(v)
	case []chat.Option:
		var all []string
		for _, o := range v {
			all = append(all, f.option(chat.Clean(o.Label), o.Key))
		}
		return strings.Join(all, gap)
	}
	s := f.plain(n)
	if lim, ok := f.limit[n.name]; ok {
		s = cutBytes(s, lim)
	}
	if !n.href {
		f.used[n.name] = len(s)
	}
	return s
}

func (f *filler) embed(c chat.Content) string {
	return c.Fill(func(o chat.Option) string { return f.option(o.Label, o.Key) })
}

// plain is a variable's value as harmless text: no control characters, no marks,
// no tag that WeChat would make a link of.
func (f *filler) plain(n node) string {
	v, ok := f.vars[n.name]
	if !ok || v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		s = fmt.Sprint(v)
	}
	s = strings.TrimSpace(chat.Clean(s))
	if n.href {
		return address(s)
	}
	if f.flat {
		s = oneLine(s)
	}
	return noTags(s)
}

// address is s if it may stand in href="…", else empty.
func address(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(s, "\"'<>` \n\t") {
		return ""
	}
	return s
}

var tags = strings.NewReplacer("<", "＜", ">", "＞")

// noTags takes the power from tags; a lone < or > stays.
func noTags(s string) string {
	for i := 0; i+1 < len(s); i++ {
		if c := s[i+1]; s[i] == '<' && (c == '/' || c == '!' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return tags.Replace(s)
		}
	}
	return s
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// tidy drops lines that became empty, and blanks at the ends of lines.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	kept := lines[:0]
	for _, l := range lines {
		if l = strings.Trim(l, " \t　"); l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

const more = "…"

// cutBytes shortens s to at most n bytes on a character boundary, with … at the end.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(0, n-len(more))
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " \n　") + more
}

// cutRunes shortens s to at most n characters, … included.
func cutRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " 　·，、") + more
}

// cutWidth is cutRunes with Latin letters and digits as half a character.
func cutWidth(s string, n int) string {
	if halfWidths(s) <= 2*n {
		return s
	}
	w := 2 // for the …
	for i, r := range s {
		if w += halfWidths(string(r)); w > 2*n {
			return s[:i] + more
		}
	}
	return s
}
