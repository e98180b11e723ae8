package answer

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/knowledge"
	"kefu/bot/llm"
	"kefu/prompts"
)

// Question is what a customer asks, and what may be said to it.
type Question struct {
	Key      string // of the message, for the ledger
	Text     string
	Articles []*knowledge.Article // found for it, best first; at most 5 are used
	Who      knowledge.Audience   // who asks: an article for others is not used
	Binding  bool                 // of money or policy: only official articles are used
	Now      time.Time
}

// Answer is what may be sent, written by a model from articles.
type Answer struct {
	Text string   // at most 120 characters in 4 lines
	Used []string // ids of the articles it rests on
}

// Content is the answer as it is sent: marked as written by a model.
func (a Answer) Content() chat.Content {
	c := chat.Say(a.Text)
	c.AI = true
	return c
}

// Limits of what is shown to a model and of what goes out.
const (
	MaxPassages = 5
	maxQuestion = 500 // characters
	maxChars    = 120
	maxLines    = 4
)

// FromPassages answers a question from the articles given, and from nothing else.
// ErrNoSupport: they do not answer it, or the model wrote nothing that they bear;
// other errors are the model's. In all of these a person answers.
func (a *Answerer) FromPassages(ctx context.Context, q Question) (Answer, error) {
	if a.off() {
		return Answer{}, llm.ErrOff
	}
	given := passages(q)
	if len(given) == 0 {
		return Answer{}, ErrNoSupport
	}
	data := prompts.AnswerData{Question: cut(q.Text, maxQuestion)}
	for i, p := range given {
		data.Passages = append(data.Passages, prompts.Passage{N: i + 1, Title: p.title, Text: p.text})
	}
	in := a.prompts.Answer(data)
	text, err := a.ask(ctx, in, q.Key, nil, 400)
	if err != nil {
		return Answer{}, err
	}
	g := guard{names: a.names, allowed: a.allowed, instructions: in.System, strict: q.Binding}
	return g.answer(text, given)
}

// passage is an article as it is shown and cited.
type passage struct {
	id          string
	title, text string
	source      *source
}

// passages are the articles that may be used: valid for who asks, official where
// the question is binding, about what is asked, and without sentences that speak
// to a model instead of a customer.
func passages(q Question) []passage {
	asked := pairsOf(q.Text)
	var out []passage
	for _, art := range q.Articles {
		if len(out) == MaxPassages {
			break
		}
		if art == nil || !art.Valid(q.Who, q.Now) || q.Binding && !art.Official {
			continue
		}
		title, text := plainPart(art.Question), plainPart(art.Answer)
		about := strings.Join(append([]string{art.Question, art.Category, art.Title}, art.Asks...), "\n")
		if text == "" || len(asked) > 0 && !shares(asked, pairsOf(about+"\n"+text)) {
			continue
		}
		if art.Link != "" && !strings.Contains(text, art.Link) && linkForm.MatchString(string(normal(art.Link))) {
			text += "\n" + art.Link
		}
		out = append(out, passage{art.ID, title, text, newSource(text, about, art.Official)})
	}
	return out
}

// plainPart is a text without the sentences that address a model.
func plainPart(s string) string {
	var lines []string
	for line := range strings.SplitSeq(chat.Clean(s), "\n") {
		var b strings.Builder
		for _, part := range split(line) {
			if !addressed(withoutLinks(part)) {
				b.WriteString(part)
			}
		}
		if t := strings.TrimSpace(b.String()); t != "" {
			lines = append(lines, t)
		}
	}
	return strings.Join(lines, "\n")
}

// pairsOf are the pairs of characters, and the Latin words, by which a question
// and an article are about the same.
func pairsOf(s string) map[string]bool {
	found, rest := read(normal(cut(s, maxReply)))
	t := mark(rest).rest
	out := map[string]bool{}
	for i := 1; i < len(t); i++ {
		if t[i] != ' ' && t[i-1] != ' ' {
			out[string(t[i-1:i+1])] = true
		}
	}
	for c := range found {
		if c.kind == kindWord {
			out[c.value] = true
		}
	}
	for c, g := range mark(rest).classes {
		if g == benefit || g == must {
			out[c] = true
		}
	}
	return out
}

func shares(a, b map[string]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// answer keeps of a model's text the sentences that the passages bear.
func (g guard) answer(text string, given []passage) (Answer, error) {
	var kept []sentence
	var used []string
	for _, s := range sentences(chat.Clean(text)) {
		ids, ok := g.cited(s, given)
		switch {
		case ok:
			kept = append(kept, s)
			for _, id := range ids {
				if !slices.Contains(used, id) {
					used = append(used, id)
				}
			}
		case limitsWhatWent(s.text) && len(kept) > 0:
			kept = kept[:len(kept)-1] // 可以。但是…: half of it would mislead
		}
	}
	out := lay(kept, maxChars, maxLines)
	if content(out) < leastContent || !g.allowed(out).OK() {
		return Answer{}, ErrNoSupport
	}
	return Answer{Text: out, Used: used}, nil
}

// leastContent is how many letters and figures an answer has at least: 可以 alone
// says yes to whatever was asked.
const leastContent = 5

func content(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// cited says whether a sentence may stay: each of its citations is a passage, and
// together they bear it.
func (g guard) cited(s sentence, given []passage) (ids []string, ok bool) {
	if len(s.cites) == 0 || !g.speakable(s.text) {
		return nil, false
	}
	var from []*source
	for _, n := range s.cites {
		if n < 1 || n > len(given) {
			return nil, false
		}
		p := given[n-1]
		if !slices.Contains(ids, p.id) {
			ids, from = append(ids, p.id), append(from, p.source)
		}
	}
	return ids, g.borne(s.text, from)
}

// limitsWhatWent says whether a sentence takes back part of the one before.
func limitsWhatWent(s string) bool {
	s = strings.TrimSpace(s)
	for _, w := range []string{"但", "不过", "只是", "除非", "除了", "仅", "只限", "前提", "需", "须", "其中", "However", "But", "Except", "Only"} {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// lay puts sentences together again, as many as fit.
func lay(kept []sentence, chars, lines int) string {
	var b strings.Builder
	n, used, line := 0, 1, -1
	said := map[string]bool{}
	for _, s := range kept {
		if said[s.text] {
			continue
		}
		said[s.text] = true
		sep := ""
		if line >= 0 && s.line != line {
			sep = "\n"
		}
		size := utf8.RuneCountInString(s.text) + len(sep)
		if n+size > chars || used+len(sep) > lines {
			break
		}
		b.WriteString(sep)
		b.WriteString(closed(s.text))
		n, used, line = n+utf8.RuneCountInString(closed(s.text))+len(sep), used+len(sep), s.line
	}
	return b.String()
}

// closed is a sentence with a mark at its end.
func closed(s string) string {
	s = strings.TrimSpace(s)
	r, _ := utf8.DecodeLastRuneInString(s)
	if strings.ContainsRune("。！？!?；;…", r) || linkForm.MatchString(lastWord(s)) {
		return s
	}
	return strings.TrimRight(s, "，,、：:. ") + "。"
}

func lastWord(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return ""
	}
	return string(normal(f[len(f)-1]))
}
