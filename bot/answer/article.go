package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/llm"
	"kefu/prompts"
)

// Proposal is an article that a lead may approve.
type Proposal struct {
	Title    string // at most 8 characters; "" when there is none
	Question string
	Asks     []string // other ways to ask, at most 5
	Answer   string
}

// maxArticle is how many characters of an answer are proposed.
const maxArticle = 200

// Article makes an article of a question and the reply that staff gave, names
// being those of people in them. The answer holds nothing that the reply has
// not, and nothing that belongs to this one customer. ErrNoSupport: there is
// nothing in it to keep.
func (a *Answerer) Article(ctx context.Context, key, question, reply string, names []string) (Proposal, error) {
	if a.off() {
		return Proposal{}, llm.ErrOff
	}
	question, reply = cut(question, maxQuestion), cut(reply, maxText)
	in := a.prompts.Article(prompts.ArticleData{Question: question, Reply: reply})
	text, err := a.ask(ctx, in, key, names, 600)
	if err != nil {
		return Proposal{}, err
	}
	var p Proposal
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Proposal{}, fmt.Errorf("answer: %w", llm.ErrFormat)
	}
	g := guard{names: a.names, allowed: a.allowed, instructions: in.System}
	return g.article(p, question, reply, names)
}

// personal is what belongs to one customer: a mobile phone, a room, a number of a
// case, what is done for this one.
var personal = regexp.MustCompile(`1[3-9][0-9*]{9}|[0-9]{3,4} ?(?:房|号房|室)|编号|给您换|为您换|帮您换|换到 ?[0-9]{3,4}|我这就|我马上|师傅马上|已经?(?:给|为|帮|替)您|您的(?:房间|订单|手机|电话)`)

func (g guard) article(p Proposal, question, reply string, names []string) (Proposal, error) {
	from := newSource(plainPart(reply), question, true)
	private := func(s string) bool {
		t := string(normal(s))
		for _, n := range names {
			if n = string(normal(n)); n != "" && strings.Contains(t, n) {
				return true
			}
		}
		return personal.MatchString(t) || titled.MatchString(t)
	}
	var kept []sentence
	for _, s := range sentences(chat.Clean(p.Answer)) {
		if len(s.cites) == 0 && g.speakable(s.text) && !private(s.text) && g.borne(s.text, []*source{from}) {
			kept = append(kept, s)
		}
	}
	out := Proposal{Answer: lay(kept, maxArticle, maxLines)}
	if out.Answer == "" {
		return Proposal{}, ErrNoSupport
	}
	asked, answered := newSource(question+"\n"+out.Answer, "", true), merged(newSource(out.Answer, "", true))
	fits := func(s string, most int) string {
		s = strings.Join(strings.Fields(chat.Clean(s)), " ")
		q := readPiece(s)
		share, fresh := asked.all.covered(q.marks.rest)
		if s == "" || utf8.RuneCountInString(s) > most || !g.speakable(s) || private(s) || !asked.knows(q.claims) || share < 0.5 || fresh > 4 ||
			!q.marks.within(answered, promise, benefit) || !g.namesIn(s, asked) {
			return ""
		}
		return s
	}
	if out.Question = fits(p.Question, 40); out.Question == "" && !private(question) && utf8.RuneCountInString(question) <= 40 {
		out.Question = strings.Join(strings.Fields(chat.Clean(question)), " ")
	}
	if out.Question == "" {
		return Proposal{}, ErrNoSupport
	}
	out.Title = fits(p.Title, 8)
	for _, s := range p.Asks {
		if s = fits(s, 20); s != "" && len(out.Asks) < 5 {
			out.Asks = append(out.Asks, s)
		}
	}
	return out, nil
}
