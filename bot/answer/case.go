package answer

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/knowledge"
	"kefu/bot/llm"
	"kefu/prompts"
)

// Speaker is who said a line.
type Speaker string

// The speakers.
const (
	Guest Speaker = "客人"
	Staff Speaker = "员工"
	Bot   Speaker = "小栖"
)

// Line is one thing said in a case, to or by the customer. What staff say among
// themselves (备注) is no line: it could end in a draft.
type Line struct {
	Who  Speaker
	Text string
}

// Case is a case as far as a model may know it: what was said, and what holds.
type Case struct {
	Key      string   // ticket id, for the ledger
	Kind     string   // 投诉
	State    string   // 处理中
	Matter   string   // 空调不制冷，两次电话未到
	Place    string   // 1208
	Promised string   // the clock that the customer was told, "16:00 前"; "": none
	Done     []string // steps that the customer may see, with what was decided: "14:25 师傅到房", "补偿：果盘一份"
	Lines    []Line   // oldest first; the last 30 are used
	Names    []string // of people, to be masked

	Articles []*knowledge.Article // that may help a draft; at most 5
	Now      time.Time
}

// Limits of what is shown of a case.
const (
	maxCaseLines = 30
	maxLineChars = 300
	maxDone      = 20
)

func (c Case) data(given []passage) prompts.CaseData {
	d := prompts.CaseData{
		Kind: cut(c.Kind, 20), State: cut(c.State, 20), Matter: cut(c.Matter, maxLineChars), Place: cut(c.Place, 40), Promised: cut(c.Promised, 40),
	}
	for _, s := range c.Done[max(0, len(c.Done)-maxDone):] {
		d.Done = append(d.Done, cut(s, maxLineChars))
	}
	for _, l := range c.lines() {
		d.Lines = append(d.Lines, prompts.Said{Who: string(l.Who), Text: cut(l.Text, maxLineChars)})
	}
	for i, p := range given {
		d.Passages = append(d.Passages, prompts.Passage{N: i + 1, Title: p.title, Text: p.text})
	}
	return d
}

func (c Case) lines() []Line { return c.Lines[max(0, len(c.Lines)-maxCaseLines):] }

// said are the words of one speaker.
func (c Case) said(who ...Speaker) string {
	var all []string
	for _, l := range c.lines() {
		if slices.Contains(who, l.Who) {
			all = append(all, l.Text)
		}
	}
	return strings.Join(all, "\n")
}

// decided is what staff did or said, which a draft may say again.
func (c Case) decided() string { return strings.Join(c.Done, "\n") }

// all is everything that is known of the case.
func (c Case) all() string {
	return strings.Join([]string{c.Kind, c.State, c.Matter, c.Place, c.Promised, c.decided(), c.said(Guest, Staff, Bot)}, "\n")
}

// Summary tells staff what a case is about, in at most four lines. Each line rests
// on the case: its numbers and times stand there, and that something was agreed
// only where staff said so. ErrNoSupport: nothing of it holds.
func (a *Answerer) Summary(ctx context.Context, c Case) (string, error) {
	if a.off() {
		return "", llm.ErrOff
	}
	in := a.prompts.Summary(c.data(nil))
	text, err := a.ask(ctx, in, c.Key, c.Names, 400)
	if err != nil {
		return "", err
	}
	g := guard{names: a.names, allowed: func(string) (v verdict) { return }, instructions: in.System}
	return g.summary(text, c)
}

const (
	summaryChars = 200
	summaryShare = 0.5 // a summary uses words of its own
	summaryFresh = 5
)

func (g guard) summary(text string, c Case) (string, error) {
	known := newSource(c.all(), summaryWords, true)
	ours := newSource(strings.Join([]string{c.State, c.decided(), c.said(Staff, Bot)}, "\n"), summaryWords, true)
	theirs := newSource(c.Matter+"\n"+c.said(Guest), summaryWords, true)
	var kept []sentence
	for _, s := range sentences(chat.Clean(text)) {
		if len(s.cites) > 0 || !g.speakable(s.text) {
			continue
		}
		if g.told(s.text, known, ours, theirs) {
			kept = append(kept, s)
		}
	}
	out := lay(kept, summaryChars, maxLines)
	if out == "" {
		return "", ErrNoSupport
	}
	return out, nil
}

// summaryWords are those of which summaries are made.
const summaryWords = "员工客人要求希望想要反映投诉表示说称问等待答复回复处理联系确认安排已经还未没有到房检查维修更换卡在下一步原因情况需要继续跟进目前正在同一件事再次第几次"

// told says whether a sentence of a summary holds: what it says exactly is known;
// what it says was agreed or given, staff said, unless it tells what the customer
// wants.
func (g guard) told(text string, known, ours, theirs *source) bool {
	wish := asWish(text)
	for _, part := range clauses(text) {
		p := readPiece(part)
		if !known.knows(p.claims) || !g.namesIn(part, known) || hasDigits(p.claims) {
			return false
		}
		if share, fresh := known.all.covered(p.marks.rest); share < summaryShare || fresh > summaryFresh {
			return false
		}
		from := ours
		if wish && !oursActs.MatchString(part) {
			from = theirs
		}
		if p.marks.has(promise, benefit) && !from.marked(p.marks, promise, benefit) {
			return false
		}
	}
	return true
}

// oursActs are clauses that tell what we did, whoever the sentence begins with.
var oursActs = regexp.MustCompile(`经理|主管|员工|前台|酒店|我们|领导|总台|老板|已|同意|批准|答应`)

// asWish says whether a sentence tells what the customer says or wants.
func asWish(s string) bool {
	for _, w := range []string{"客人要", "客人说", "客人称", "客人问", "客人希望", "客人想", "客人反映", "客人要求", "客人表示", "客人投诉", "要求", "希望", "诉求"} {
		if strings.HasPrefix(s, w) {
			return !strings.Contains(s, "已") || strings.Index(s, "已") < strings.Index(s, w)
		}
	}
	return false
}

func hasDigits(cs claims) bool {
	for c := range cs {
		if c.kind == kindDigits {
			return true
		}
	}
	return false
}

// Draft proposes a reply that staff may send. It names no time but the promised
// one, gives and promises nothing that was not decided, and holds none of the
// words the company does not say. ErrNoSupport: there is none to propose.
func (a *Answerer) Draft(ctx context.Context, c Case) (string, error) {
	if a.off() {
		return "", llm.ErrOff
	}
	given := passages(Question{Text: c.Matter + "\n" + c.said(Guest), Articles: c.Articles, Now: c.Now})
	in := a.prompts.Draft(c.data(given))
	text, err := a.ask(ctx, in, c.Key, c.Names, 400)
	if err != nil {
		return "", err
	}
	g := guard{names: a.names, allowed: a.allowed, instructions: in.System}
	return g.draft(text, c, given)
}

func (g guard) draft(text string, c Case, given []passage) (string, error) {
	d := newGround(c, given)
	var kept []sentence
	asked := false
	for _, s := range sentences(chat.Clean(text)) {
		question := strings.ContainsAny(s.text, "？?")
		if question && asked || !g.speakable(s.text) || !g.written(s.text, d) {
			continue
		}
		asked = asked || question
		kept = append(kept, s)
	}
	out := lay(kept, maxChars, maxLines)
	if utf8.RuneCountInString(out) < 4 || !g.allowed(out).OK() {
		return "", ErrNoSupport
	}
	return out, nil
}
