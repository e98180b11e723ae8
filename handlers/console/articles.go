package console

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/store"
)

// articlesPage is a list of what the company knows, or of what it is asked and
// does not know.
type articlesPage struct {
	top
	Tab    string // live, draft, missed, retired
	Word   string // looked for
	Keeper bool   // may approve, change and retire
	Rows   []articleRow
	Missed []missedRow
	Empty  string
	Next   string
	Drafts int // that wait, at most draftsCounted
	Report *importReport
}

type articleRow struct {
	ID, Question, Answer, Category, For, State, By string
	Official, Off                                  bool
}

type missedRow struct {
	ID, Question, Last string
	Samples            []string
	Count              int
}

const (
	articlesShown = 50
	draftsCounted = 99
	missedShown   = 100
	longestSearch = 100
)

var errNoArticles = fault{http.StatusNotFound, "这里没有知识库", "这家店没有打开知识库。", nil}

// keeper says that the person answers for what the articles say.
func keeper(p staff.Person) bool {
	return p.Is(staff.Lead) || p.Is(staff.Manager) || p.Is(staff.Leader)
}

var errNotKeeper = fault{http.StatusForbidden, "要组长来做", "改、批准、停用和导入由组长或经理做。您可以写一条，请组长批准。", nil}

// knowing lets a page through when there is a knowledge base.
func knowing(f func(*visit) error) func(*visit) error {
	return func(v *visit) error {
		if v.Know == nil {
			return errNoArticles
		}
		return f(v)
	}
}

// keeping lets a page through to leads and managers.
func keeping(f func(*visit) error) func(*visit) error {
	return knowing(func(v *visit) error {
		if !keeper(v.me) {
			return errNotKeeper
		}
		return f(v)
	})
}

// articles lists them.
func (v *visit) articles() error {
	p := articlesPage{top: v.top("知识"), Tab: cmp.Or(v.c.Query("tab"), "live"), Keeper: keeper(v.me)}
	p.Word = clip(strings.TrimSpace(strings.ToValidUTF8(v.c.Query("q"), "")), longestSearch)
	drafts, err := v.Know.Drafts(v.ctx, draftsCounted)
	if err != nil {
		return err
	}
	p.Drafts = len(drafts)
	if err := v.fillArticles(&p, drafts); err != nil {
		return err
	}
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "articles", p)
	return nil
}

func (v *visit) fillArticles(p *articlesPage, drafts []*knowledge.Article) error {
	var list []*knowledge.Article
	var err error
	switch {
	case p.Word != "":
		p.Tab, p.Empty = "find", "没找到和“"+p.Word+"”有关的。可以写一条。"
		list = v.Know.Search(p.Word, 30)
	case p.Tab == "missed":
		p.Empty = "没有。客人问过的都答得上。"
		return v.fillMissed(p)
	case p.Tab == "draft":
		p.Empty = "没有等批准的。"
		list = drafts
	case p.Tab == "retired":
		p.Empty = "没有停用的。"
		list, err = v.articlesAfter(p, knowledge.Retired)
	default:
		p.Tab, p.Empty = "live", "还没有文章。写一条，或导入一个表。"
		list, err = v.articlesAfter(p, knowledge.Live)
	}
	for _, a := range list {
		p.Rows = append(p.Rows, v.articleRow(a))
	}
	return err
}

func (v *visit) fillMissed(p *articlesPage) error {
	list, err := v.Know.Unanswered(v.ctx, missedShown, v.Now())
	for _, m := range list {
		p.Missed = append(p.Missed, missedRow{ID: m.ID, Question: m.Question, Last: v.clockOf(m.Last), Samples: m.Samples, Count: m.Count})
	}
	return err
}

// articlesAfter reads the page behind the article named in the address.
func (v *visit) articlesAfter(p *articlesPage, state knowledge.State) ([]*knowledge.Article, error) {
	var after *knowledge.Article
	if id := v.c.Query("after"); id != "" && len(id) <= 64 {
		a, err := v.Know.Get(v.ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		after = a
	}
	list, err := v.Know.List(v.ctx, state, after, articlesShown)
	if len(list) == articlesShown {
		p.Next = "/articles?tab=" + p.Tab + "&after=" + list[len(list)-1].ID
	}
	return list, err
}

func (v *visit) articleRow(a *knowledge.Article) articleRow {
	r := articleRow{ID: a.ID, Question: a.Question, Answer: clip(a.Answer, 80), Category: a.Category, Official: a.Official, For: audienceWords[a.Audience]}
	t := store.At(v.Now())
	switch {
	case a.State == knowledge.Draft:
		r.State, r.By = "等批准", v.colleague(a.ProposedBy)
	case a.State == knowledge.Retired:
		r.State, r.Off = "停用", true
	case !a.Until.IsZero() && !t.Before(a.Until):
		r.State, r.Off = "已过期", true
	case !a.From.IsZero() && t.Before(a.From):
		r.State, r.Off = "还没开始", true
	}
	return r
}

// colleague is how colleagues call somebody; "" for what no person did.
func (v *visit) colleague(id string) string {
	if p, ok := v.Roster.ByID(id); ok {
		return p.ShownAs
	}
	return ""
}

var audienceWords = map[knowledge.Audience]string{knowledge.VIP: "贵宾", knowledge.Staff: "员工"}
