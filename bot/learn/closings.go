package learn

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kefu/bot/desk"
	"kefu/bot/ticket"
)

// Choice is what staff chose when they ended a case that began with Text.
type Choice struct {
	Text  string
	Dept  string // responsible department, id of the pack
	Cause string // id of the pack
}

// Bounds of what is learned from closing.
const (
	fewestClosed = 30 // cases with a choice
	fewestSort   = 3  // cases of one label
)

// fromClosing is what the end of a case teaches: only what a person chose counts, not
// what was guessed at intake.
func fromClosing(t *ticket.Ticket) (Choice, bool) {
	c := Choice{Text: strings.TrimSpace(cmp.Or(t.Words, t.Matter)), Dept: t.Blame, Cause: t.Cause}
	if c.Text == "" || len(c.Text) > maxText || t.IsOpen() || t.Ending != "solved" || t.Into != "" || t.Kind == ticket.Privacy {
		return Choice{}, false
	}
	return c, c.Dept != "" || c.Cause != ""
}

// Sorted says what came of learning one of the two choices at closing.
type Sorted struct {
	What    string // 责任部门, 原因
	Refused string // why nothing was learned; the rest is empty then
	Rows    int
	Held    int
	Left    []string // what was left out, and why
	// Old and New are what is offered first at closing, on the held-out part.
	Old, New *Table
	// Took is, of a department, who would get the case at intake, right before and
	// after, of Held.
	Took [2]int
	Used bool
}

// sorting is one of the two choices: how to read it, how it is told.
type sorting struct {
	what   string
	of     func(Choice) string
	titles map[string]string
	tell   func(*sorters, string) string // what is offered first for a text
	takes  func(*sorters, string) string // who gets it at intake; nil for causes
	put    func(*sorters, *Sorter)
}

func deptsOf(p *desk.Pack) sorting {
	s := sorting{
		what: "责任部门", of: func(c Choice) string { return c.Dept }, titles: map[string]string{},
		tell:  func(in *sorters, text string) string { return in.blamed(p, text) },
		takes: func(in *sorters, text string) string { return in.takes(p, text) },
		put:   func(in *sorters, s *Sorter) { in.depts = s },
	}
	for _, d := range p.Departments {
		s.titles[d.ID] = d.Title
	}
	return s
}

// causesOf knows no word lists: what is most frequent stands in for a cause that
// nothing is known of.
func causesOf(p *desk.Pack, usual string) sorting {
	s := sorting{
		what: "原因", of: func(c Choice) string { return c.Cause }, titles: map[string]string{},
		tell: func(in *sorters, text string) string { return cmp.Or(in.cause(p, text), usual) },
		put:  func(in *sorters, s *Sorter) { in.causes = s },
	}
	for _, c := range p.General.Causes {
		s.titles[c.ID] = c.Title
	}
	return s
}

// choices are the cases in which this was chosen, each text once with the latest
// choice, in an order that does not depend on when they came.
func (s sorting) choices(closed []Choice) (good []Choice, left []string) {
	seen := map[string]bool{}
	same, gone := 0, 0
	for _, c := range closed {
		switch key := Key(c.Text); {
		case s.of(c) == "":
		case s.titles[s.of(c)] == "":
			gone++
		case seen[key]:
			same++
		default:
			seen[key] = true
			good = append(good, c)
		}
	}
	slices.SortFunc(good, func(a, b Choice) int { return cmp.Compare(Key(a.Text), Key(b.Text)) })
	if same > 0 {
		left = append(left, fmt.Sprintf("重复的 %d 件", same))
	}
	if gone > 0 {
		left = append(left, fmt.Sprintf("选的现在没有了 %d 件", gone))
	}
	return good, left
}

// learn trains a sorter from what was chosen and tries it beside what is in use on
// the part held out. It is used when it is not less often right, at closing and at
// intake. The sorter is nil when it is not.
func (s sorting) learn(closed []Choice, in sorters) (*Sorted, *Sorter) {
	rep := &Sorted{What: s.what}
	good, left := s.choices(closed)
	rep.Left = left
	if len(good) < fewestClosed {
		rep.Refused = fmt.Sprintf("办结时选过%s的工单只有 %d 件不同的话，至少要 %d 件", s.what, len(good), fewestClosed)
		return rep, nil
	}
	var train, back []Choice
	count := map[string]int{}
	for _, c := range good {
		if held(c.Text) {
			back = append(back, c)
		} else {
			train = append(train, c)
			count[s.of(c)]++
		}
	}
	labels := s.labels(count)
	for _, l := range slices.Sorted(maps.Keys(count)) {
		if !slices.Contains(labels, l) {
			rep.Left = append(rep.Left, fmt.Sprintf("“%s”只有 %d 件", s.titles[l], count[l]))
		}
	}
	switch {
	case len(labels) < 2:
		rep.Refused = fmt.Sprintf("至少要两种%s，每种至少 %d 件", s.what, fewestSort)
		return rep, nil
	case len(back) < fewestOf:
		rep.Refused = fmt.Sprintf("留下来试的只有 %d 件，太少", len(back))
		return rep, nil
	}
	made := s.train(train, labels, rep)
	s.try(rep, back, in, made)
	if rep.New.Accuracy() < rep.Old.Accuracy() || rep.Took[1] < rep.Took[0] {
		return rep, nil
	}
	rep.Used = true
	return rep, made
}

// labels are those of enough cases, the most frequent first.
func (s sorting) labels(count map[string]int) []string {
	var out []string
	for l, n := range count {
		if n >= fewestSort {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(count[b]-count[a], cmp.Compare(a, b)) })
	return out[:min(len(out), maxSorts)]
}

func (s sorting) train(rows []Choice, labels []string, rep *Sorted) *Sorter {
	var texts []string
	var of []int
	for _, c := range rows {
		if k := slices.Index(labels, s.of(c)); k >= 0 {
			texts, of = append(texts, c.Text), append(of, k)
		}
	}
	rep.Rows = len(texts)
	return trainSorter(texts, of, labels)
}

// try fills the tables, under the titles that staff know.
func (s sorting) try(rep *Sorted, back []Choice, old sorters, made *Sorter) {
	now := old
	s.put(&now, made)
	var titles []string
	note := func(id string) string {
		t := cmp.Or(s.titles[id], "？")
		if !slices.Contains(titles, t) {
			titles = append(titles, t)
		}
		return t
	}
	type told struct{ truth, old, now string }
	var all []told
	for _, c := range back {
		all = append(all, told{note(s.of(c)), note(s.tell(&old, c.Text)), note(s.tell(&now, c.Text))})
		if s.takes == nil {
			continue
		}
		for i, in := range []*sorters{&old, &now} {
			if s.takes(in, c.Text) == c.Dept {
				rep.Took[i]++
			}
		}
	}
	slices.Sort(titles)
	rep.Held, rep.Old, rep.New = len(back), NewTable(titles), NewTable(titles)
	for _, a := range all {
		rep.Old.Add(a.truth, a.old)
		rep.New.Add(a.truth, a.now)
	}
}

// usualCause is the cause chosen most.
func usualCause(closed []Choice) string {
	count := map[string]int{}
	for _, c := range closed {
		if !held(c.Text) {
			count[c.Cause]++
		}
	}
	delete(count, "")
	best := ""
	for _, id := range slices.Sorted(maps.Keys(count)) {
		if best == "" || count[id] > count[best] {
			best = id
		}
	}
	return best
}

// write tells of it for people.
func (s *Sorted) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n== %s（办结时选的）\n", s.What)
	if s.Refused != "" {
		fmt.Fprintf(b, "没有学：%s。\n", s.Refused)
		return
	}
	fmt.Fprintf(b, "学了 %d 件，留 %d 件来试", s.Rows, s.Held)
	if len(s.Left) > 0 {
		fmt.Fprintf(b, "；没有用上：%s", strings.Join(s.Left, "，"))
	}
	fmt.Fprintf(b, "\n办结时先给出的那个选对了：正在用的 %.4f，新的 %.4f\n", s.Old.Accuracy(), s.New.Accuracy())
	if s.Took != [2]int{} {
		fmt.Fprintf(b, "一来就派对的：正在用的 %d 件，新的 %d 件\n", s.Took[0], s.Took[1])
	}
	b.WriteByte('\n')
	Write(b, s.New)
	if s.Used {
		b.WriteString("✓ 用新的。\n")
	} else {
		b.WriteString("新的不如正在用的，没有换。\n")
	}
}
