package console

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// void are the elements without an end.
var void = []string{"meta", "link", "input", "br", "img", "hr"}

// rawWords must never be seen: what we call things inside.
var rawWords = regexp.MustCompile(`\b(new|working|waiting|resolved|closed|complaint|inquiry|repair|wechat|pending|held|dead|true|false|nil|front|facility|general|major|fd0\d|eng0\d)\b|t[0-9a-f]{28}|<no value>|%!`)

// wellFormed checks a page: every element closed in order, ids once, labels and
// names where people need them, and nothing of ours in its text.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	var open []string
	ids, fors := map[string]bool{}, []string{}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		attr := map[string]string{}
		for _, a := range tok.Attr {
			if _, twice := attr[a.Key]; twice {
				t.Errorf("<%s> has %s twice", tok.Data, a.Key)
			}
			attr[a.Key] = a.Val
		}
		switch kind {
		case html.StartTagToken:
			if id, ok := attr["id"]; ok {
				if ids[id] {
					t.Errorf("id %q twice", id)
				}
				ids[id] = true
			}
			if tok.Data == "label" && attr["for"] != "" {
				fors = append(fors, attr["for"])
			}
			if tok.Data == "img" && attr["alt"] == "" {
				t.Errorf("picture without alt: %s", attr["src"])
			}
			if tok.Data == "a" && attr["href"] == "" {
				t.Error("link to nowhere")
			}
			for k := range attr {
				if strings.HasPrefix(k, "on") || k == "style" {
					t.Errorf("the policy forbids %s on <%s>", k, tok.Data)
				}
			}
			if !slices.Contains(void, tok.Data) {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> closes %v", tok.Data, open)
			}
			open = open[:len(open)-1]
		case html.TextToken:
			inside := ""
			if len(open) > 0 {
				inside = open[len(open)-1]
			}
			if w := rawWords.FindString(tok.Data); w != "" && inside != "script" {
				t.Errorf("%q is shown in %q", w, strings.TrimSpace(tok.Data))
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("not closed: %v", open)
	}
	for _, f := range fors {
		if !ids[f] {
			t.Errorf("label for %q, which is not there", f)
		}
	}
}

// text is what a page shows, without its markup.
func text(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.WriteString(z.Token().Data + " ")
		}
	}
}
