package eval

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"kefu/bot/knowledge"
	"kefu/store"
)

// FAQ says what to measure the finding of answers with.
type FAQ struct {
	Queries  io.Reader // {"text", "domain", "gold_ids", "answerable"} a line
	Articles io.Reader // {"kb_id", "domain", "question", "alt_questions", "answer"} a line
	Misses   int       // how many wrong ones to list, at most
}

type article struct {
	ID       string   `json:"kb_id"`
	Domain   string   `json:"domain"`
	Question string   `json:"question"`
	Asks     []string `json:"alt_questions"`
	Answer   string   `json:"answer"`
}

type query struct {
	Text       string   `json:"text"`
	Domain     string   `json:"domain"`
	Right      []string `json:"gold_ids"`
	Answerable bool     `json:"answerable"`
	Kind       string   `json:"oos_type"` // of one without an answer
}

// Answers measures whether the right article is found among those of all
// domains, and whether kefu knows when there is none. It asks the index that
// serves customers.
func Answers(w io.Writer, o FAQ) error {
	articles, err := rows(o.Articles, func(a *article) error {
		if a.ID == "" || a.Question+a.Answer == "" {
			return errors.New("要有 kb_id，还要有 question 或 answer")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("文章: %w", err)
	}
	queries, err := rows(o.Queries, func(q *query) error {
		if q.Text == "" || q.Answerable != (len(q.Right) > 0) {
			return errors.New("要有 text；answerable 为 true 的要有 gold_ids，为 false 的不能有")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("问题: %w", err)
	}
	list := make([]*knowledge.Article, len(articles))
	for i, a := range articles {
		list[i] = &knowledge.Article{
			Meta: store.Meta{ID: a.ID, Rev: 1}, Question: a.Question, Asks: a.Asks, Answer: a.Answer,
			Category: a.Domain, Official: true, State: knowledge.Live,
		}
	}
	from := time.Now()
	base := knowledge.Memory(knowledge.Options{}, list)
	fmt.Fprintf(w, "%d 篇文章，读入 %s\n", base.Len(), time.Since(from).Round(time.Millisecond))
	t := newTally(o.Misses)
	for _, q := range queries {
		t.count(base, q)
	}
	t.print(w)
	return nil
}

// tally counts by domain; "" is all of them.
type tally struct {
	found   map[string]*hits
	none    map[string]*hits // of questions without an answer, by kind
	took    []time.Duration
	misses  []string
	missed  int
	longest int
}

type hits struct{ n, first, three, refused int }

func newTally(misses int) *tally {
	return &tally{found: map[string]*hits{}, none: map[string]*hits{}, longest: max(misses, 0)}
}

func at(m map[string]*hits, key string) *hits {
	if m[key] == nil {
		m[key] = &hits{}
	}
	return m[key]
}

func (t *tally) count(base *knowledge.Base, q query) {
	now := time.Now()
	a := base.Ask(q.Text, knowledge.Everyone, now)
	t.took = append(t.took, time.Since(now))
	if !q.Answerable {
		for _, h := range []*hits{at(t.none, ""), at(t.none, cmp.Or(q.Kind, q.Domain))} {
			h.n++
			if !a.Known() {
				h.refused++
			}
		}
		if a.Known() {
			t.miss("不该答：%s\n    答了 %s", q.Text, name(first(a)))
		}
		return
	}
	best := base.Best(q.Text, knowledge.Everyone, now, 3)
	place := -1
	for i, x := range best {
		if place < 0 && slices.Contains(q.Right, x.ID) {
			place = i
		}
	}
	for _, h := range []*hits{at(t.found, ""), at(t.found, q.Domain)} {
		h.n++
		if place == 0 {
			h.first++
		}
		if place >= 0 {
			h.three++
		}
		if !a.Known() {
			h.refused++
		}
	}
	switch {
	case place != 0 && len(best) > 0:
		t.miss("找错：%s\n    找到 %s，应是 %s", q.Text, name(best[0]), strings.Join(q.Right, "、"))
	case !a.Known():
		t.miss("没敢答：%s\n    是 %s", q.Text, strings.Join(q.Right, "、"))
	}
}

func first(a knowledge.Answer) *knowledge.Article {
	if a.Sure {
		return a.Best
	}
	return a.Several[0]
}

func name(a *knowledge.Article) string { return a.ID + " " + cut(a.Question+" "+a.Answer) }

// cut keeps a line of a list readable.
func cut(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return string(r)
}

func (t *tally) miss(format, text string, rest ...any) {
	if t.missed++; len(t.misses) < t.longest {
		t.misses = append(t.misses, fmt.Sprintf(format, append([]any{cut(text)}, rest...)...))
	}
}

func (t *tally) print(w io.Writer) {
	fmt.Fprintf(w, "%-14s %6s %7s %7s %7s\n", "有答案的", "条", "第一个", "前三个", "没敢答")
	for _, d := range slices.Sorted(maps.Keys(t.found)) {
		h := t.found[d]
		fmt.Fprintf(w, "%-18s %6d %9.3f %9.3f %9.3f\n", cmp.Or(d, "全部"), h.n, part(h.first, h.n), part(h.three, h.n), part(h.refused, h.n))
	}
	if len(t.none) > 0 {
		fmt.Fprintf(w, "%-14s %6s %7s\n", "没有答案的", "条", "没答")
	}
	for _, d := range slices.Sorted(maps.Keys(t.none)) {
		h := t.none[d]
		fmt.Fprintf(w, "%-18s %6d %9.3f\n", cmp.Or(d, "全部"), h.n, part(h.refused, h.n))
	}
	slices.Sort(t.took)
	n := len(t.took)
	fmt.Fprintf(w, "每问 p50 %s，p99 %s\n", t.took[n/2].Round(time.Microsecond), t.took[n*99/100].Round(time.Microsecond))
	if len(t.misses) > 0 {
		fmt.Fprintf(w, "不对的 %d 条，列出 %d 条：\n%s\n", t.missed, len(t.misses), strings.Join(t.misses, "\n"))
	}
}

func part(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
