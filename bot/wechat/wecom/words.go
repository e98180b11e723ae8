package wecom

import (
	"fmt"
	"regexp"
	"strings"
)

// Words makes others' words harmless in a text of ours: WeCom shows <a> in a text as
// a link and decodes no entities, so angle brackets become full-width ones.
// Render does it by itself; a passive text that quotes a customer needs it.
func Words(s string) string { return brackets.Replace(s) }

var brackets = strings.NewReplacer("<", "＜", ">", "＞")

var link = regexp.MustCompile(`<a href="([^"<>]*)">([^<>]*)</a>`)

// ownLinks leaves links to our own pages, and to the given address, as they are,
// and makes words of every other tag: a customer's message that is passed on to
// staff must not hold "sign in here".
func (a *App) ownLinks(s, url string) string {
	if !strings.ContainsAny(s, "<>") {
		return s
	}
	var b strings.Builder
	for {
		at := link.FindStringSubmatchIndex(s)
		if at == nil {
			return b.String() + Words(s)
		}
		b.WriteString(Words(s[:at[0]]))
		if href := s[at[2]:at[3]]; href == url || a.own(href) {
			b.WriteString(s[at[0]:at[1]])
		} else {
			b.WriteString(Words(s[at[0]:at[1]]))
		}
		s = s[at[1]:]
	}
}

// own says whether an address is of our own pages, by Config.Home.
func (a *App) own(href string) bool {
	rest, ok := strings.CutPrefix(href, strings.TrimRight(a.cfg.Home, "/"))
	return ok && a.cfg.Home != "" && (rest == "" || strings.ContainsAny(rest[:1], "/?#"))
}

// div is one row of a textcard.
func div(class, s string) string {
	if s = clip(row(s), QuoteChars); s == "" {
		return ""
	}
	return fmt.Sprintf(`<div class="%s">%s</div>`, class, Words(s))
}
