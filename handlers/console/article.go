package console

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/knowledge"
	"kefu/store"
)

// articlePage is one article as a form, or an empty form.
type articlePage struct {
	top
	ID       string // "" for a new one
	Typed    map[string]string
	Official bool
	Keeper   bool
	State    knowledge.State
	Facts    string // version, who approved, where it came from
	Ticket   string
	Rev      string
	Miss     *missedRow
	For      []chat.Option
	Failed   string
}

var articleFor = []chat.Option{{Key: "", Label: "所有客人"}, {Key: string(knowledge.VIP), Label: "只给贵宾"}, {Key: string(knowledge.Staff), Label: "只给员工"}}

// blankArticle is the form for a new one, begun with a question asked in vain.
func (v *visit) blankArticle() error {
	p := articlePage{top: v.top("写一条"), Typed: map[string]string{"question": clip(v.c.Query("q"), knowledge.MaxQuestion)}, Keeper: keeper(v.me), For: articleFor}
	if id := v.c.Query("miss"); id != "" && len(id) <= 64 {
		m, err := v.Know.Miss(v.ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if m != nil {
			p.Typed["question"], p.Typed["asks"] = m.Question, strings.Join(m.Samples, "\n")
			p.Miss = &missedRow{Question: m.Question, Count: m.Count, Last: v.clockOf(m.Last)}
		}
	}
	v.page(http.StatusOK, "article", p)
	return nil
}

// article shows one.
func (v *visit) article() error {
	a, err := v.articleNamed()
	if err != nil {
		return err
	}
	p := v.articlePage(a)
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "article", p)
	return nil
}

func (v *visit) articleNamed() (*knowledge.Article, error) {
	id := v.c.Param("id")
	if len(id) > 64 {
		return nil, errGone
	}
	a, err := v.Know.Get(v.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault{http.StatusNotFound, "没有这一条", "可能打错了地址。从“知识”里找找看。", nil}
	}
	return a, err
}

func (v *visit) articlePage(a *knowledge.Article) articlePage {
	p := articlePage{
		top: v.top("知识"), ID: a.ID, Official: a.Official, Keeper: keeper(v.me), State: a.State, Ticket: a.Ticket, Rev: fmt.Sprint(a.Rev), For: articleFor,
		Typed: map[string]string{
			"question": a.Question, "asks": strings.Join(a.Asks, "\n"), "answer": a.Answer, "title": a.Title, "category": a.Category,
			"for": string(a.Audience), "from": v.dayOf(a.From, 0), "until": v.dayOf(a.Until, -24*time.Hour), "link": a.Link, "closing": a.Closing,
		},
	}
	if a.Audience == knowledge.Everyone {
		p.Typed["for"] = ""
	}
	var facts []string
	switch a.State {
	case knowledge.Draft:
		facts = append(facts, "等批准")
	case knowledge.Retired:
		facts = append(facts, "停用了，不再答客人")
	}
	if a.Version > 0 {
		facts = append(facts, fmt.Sprintf("第 %d 版", a.Version))
	}
	if by := v.colleague(a.ProposedBy); by != "" {
		facts = append(facts, by+"写的")
	}
	if by := v.colleague(a.ApprovedBy); by != "" {
		facts = append(facts, by+" "+v.clockOf(a.ApprovedAt)+" 批准")
	}
	p.Facts = strings.Join(facts, " · ")
	return p
}

func (v *visit) dayOf(t store.Time, plus time.Duration) string {
	if t.IsZero() {
		return ""
	}
	return t.Add(plus).In(v.Calendar.Location()).Format(time.DateOnly)
}

// articleTyped reads the form into an article; say is what is wrong with it.
func (v *visit) articleTyped(a *knowledge.Article) (say string) {
	a.Question, a.Answer, a.Title, a.Category = v.line("question"), v.text("answer"), v.line("title"), v.line("category")
	a.Official, a.Audience, a.Link, a.Closing = v.field("official") != "", knowledge.Audience(v.field("for")), v.line("link"), v.line("closing")
	a.Asks = nil
	for line := range strings.SplitSeq(v.text("asks"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			a.Asks = append(a.Asks, line)
		}
	}
	from, errFrom := v.dayTyped("from", 0)
	until, errUntil := v.dayTyped("until", 24*time.Hour)
	a.From, a.Until = from, until
	switch err := a.Check(); {
	case errFrom != nil || errUntil != nil:
		return "日期写成 2026-11-24，或者空着。"
	case a.Link != "" && !strings.HasPrefix(a.Link, "https://") && !strings.HasPrefix(a.Link, "http://"):
		return "链接要以 https:// 开头。"
	case err != nil:
		return strings.TrimPrefix(err.Error(), knowledge.ErrInvalid.Error()+": ") + "。"
	}
	return ""
}

// line is a text without line breaks.
func (v *visit) line(name string) string { return strings.Join(strings.Fields(v.text(name)), " ") }

func (v *visit) dayTyped(name string, plus time.Duration) (store.Time, error) {
	s := v.field(name)
	if s == "" {
		return store.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, v.Calendar.Location())
	return store.At(t.Add(plus)), err
}

// writeArticle keeps a new one: live at once from a lead, else as a draft.
func (v *visit) writeArticle() error {
	if err := v.parse(); err != nil {
		return err
	}
	var a knowledge.Article
	if say := v.articleTyped(&a); say != "" {
		return v.articleRefused(articlePage{top: v.top("写一条"), Keeper: keeper(v.me), For: articleFor}, say)
	}
	if !keeper(v.me) {
		if _, err := v.Know.Draft(v.ctx, a, v.me.ID, v.Now()); err != nil {
			return err
		}
		return v.backTo("/articles?tab=draft", "已写好，等组长批准。")
	}
	a.ID = knowledge.IDFor(a.Question)
	if old, err := v.Know.Get(v.ctx, a.ID); err == nil && old.State == knowledge.Live {
		return v.articleRefused(articlePage{top: v.top("写一条"), Keeper: true, For: articleFor}, "已经有一条问的是同一句话，去改那一条。")
	} else if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if _, err := v.Know.Put(v.ctx, a, v.me.ID, v.Now()); err != nil {
		return err
	}
	return v.backTo("/articles", "已在用。客人再问就这样答。")
}

// articleRefused shows the form again with what was typed.
func (v *visit) articleRefused(p articlePage, say string) error {
	p.Failed, p.Official = say, v.field("official") != ""
	p.Typed = map[string]string{"answer": v.text("answer"), "asks": v.text("asks")}
	for _, k := range []string{"question", "title", "category", "for", "from", "until", "link", "closing"} {
		p.Typed[k] = v.line(k)
	}
	v.page(http.StatusUnprocessableEntity, "article", p)
	return nil
}

func (v *visit) backTo(path, said string) error {
	v.sessions.Put(v.ctx, sessionSaid, said)
	return v.redirect(path)
}

// articleDo carries out a form of an article's page: save, approve, retire.
func (v *visit) articleDo() error {
	if err := v.parse(); err != nil {
		return err
	}
	a, err := v.articleNamed()
	if err != nil {
		return err
	}
	act := v.c.Param("act")
	own := a.State == knowledge.Draft && a.ProposedBy == v.me.ID
	if !keeper(v.me) && !(act == "save" && own) {
		return errNotKeeper
	}
	switch act {
	case "retire":
		if _, err := v.Know.Retire(v.ctx, a.ID, v.Now()); err != nil {
			return err
		}
		return v.backTo("/articles", "已停用，不再答客人。要用时在“停用”里恢复。")
	case "save", "approve":
		return v.articleSave(a, act == "approve")
	}
	return errGone
}

func (v *visit) articleSave(a *knowledge.Article, approve bool) error {
	page := v.articlePage(a)
	if v.field("rev") != page.Rev {
		return v.articleRefused(page, "刚才有人改过这一条。打开看看现在是什么样，再改。")
	}
	state := a.State
	typed := *a
	if say := v.articleTyped(&typed); say != "" {
		return v.articleRefused(page, say)
	}
	if state == knowledge.Draft && !approve {
		if _, err := v.Know.Rewrite(v.ctx, typed, v.Now()); err != nil {
			return err
		}
		return v.backTo("/articles/a/"+a.ID, "改好了，等批准。")
	}
	if _, err := v.Know.Put(v.ctx, typed, v.me.ID, v.Now()); err != nil {
		return err
	}
	return v.backTo("/articles", "已在用。客人再问就这样答。")
}
