package learn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"kefu/bot/desk"
	"kefu/bot/intent"
)

// ErrRefused: nothing was learned and the old classifier stays; the text says why,
// for people.
var ErrRefused = errors.New("没有学")

// Bounds of what is learned from.
const (
	fewest    = 60 // rows, without those that say the same
	fewestOf  = 3  // of one label
	maxText   = 4000
	oneIn     = 5 // is held out
	conflicts = 100
)

// Report says what came of learning.
type Report struct {
	Rows, Held int
	Left       []string // what was left out, and why
	Old, New   *Table   // on the held-out part
	Changes    []Change
	Refused    error // why no intents were learned although choices at closing were
	Used       bool  // the new classifier of intents
	Sorted     []*Sorted
	Version    string // that holds what was learned; "" when nothing is better
}

// Change is a held-out message that the new version tells otherwise.
type Change struct {
	Row      Row
	Old, New string
}

// Check refuses what cannot be learned from, and gives the rows that can: each
// text once, without those that carry two labels.
func Check(rows []Row) (good []Row, left []string, err error) {
	if len(rows) > intent.MaxExamples {
		return nil, nil, fmt.Errorf("%w：有 %d 条，最多 %d 条", ErrRefused, len(rows), intent.MaxExamples)
	}
	if _, unknown := SchemeOf(rows); len(unknown) > 0 {
		return nil, nil, fmt.Errorf("%w：不认识的标签 %s", ErrRefused, strings.Join(unknown[:min(8, len(unknown))], "、"))
	}
	first := map[string]int{}
	double := map[string]bool{}
	var same, empty int
	for _, r := range rows {
		key := Key(r.Text)
		switch at, seen := first[key]; {
		case strings.TrimSpace(r.Text) == "" || len(r.Text) > maxText:
			empty++
		case !seen:
			first[key] = len(good)
			good = append(good, r)
		case good[at].Label == r.Label:
			good[at].Weight = max(good[at].Weight, r.Weight)
			same++
		default:
			double[key] = true
		}
	}
	if n := len(double); n*conflicts > len(good) {
		return nil, nil, fmt.Errorf("%w：%d 句话标了两种，先改成一致（如 %s）", ErrRefused, n, double1(good, double))
	}
	good = slices.DeleteFunc(good, func(r Row) bool { return double[Key(r.Text)] })
	if err := enough(good); err != nil {
		return nil, nil, err
	}
	for _, l := range []struct {
		n    int
		what string
	}{{empty, "空的或太长的"}, {same, "重复的"}, {len(double), "标了两种的"}} {
		if l.n > 0 {
			left = append(left, fmt.Sprintf("%s %d 条", l.what, l.n))
		}
	}
	return good, left, nil
}

// double1 is the first of the texts that carry two labels.
func double1(rows []Row, double map[string]bool) string {
	for i, r := range rows {
		if double[Key(r.Text)] {
			t := []rune(r.Text)
			return fmt.Sprintf("第 %d 句「%s」", i+1, string(t[:min(len(t), 20)]))
		}
	}
	return ""
}

func enough(rows []Row) error {
	count := map[string]int{}
	for _, r := range rows {
		count[r.Label]++
	}
	switch {
	case len(rows) < fewest:
		return fmt.Errorf("%w：只有 %d 句不同的话，至少要 %d 句才学得出东西", ErrRefused, len(rows), fewest)
	case len(count) < 2:
		return fmt.Errorf("%w：只有一种标签（%s），至少要两种", ErrRefused, Name(rows[0].Label))
	}
	for _, l := range slices.Sorted(maps.Keys(count)) {
		if count[l] < fewestOf {
			return fmt.Errorf("%w：“%s”只有 %d 句，每种至少 %d 句", ErrRefused, Name(l), count[l], fewestOf)
		}
	}
	return nil
}

// held says whether a text is kept back for trying. It depends on the text alone,
// so that no version has ever learned from what the next one is tried on.
func held(text string) bool {
	h := fnv.New64a()
	h.Write([]byte(Key(text)))
	return h.Sum64()%1009%oneIn == 0
}

// Learn trains a version from rows, the sentences known before and, with a pack, the
// choices of ended cases. It tries each part and the one in use on what is held out,
// and takes into use what is not worse there: of intents by macro-F1, of choices by
// how often they are right. The parts that are not replaced stay. The same rows give
// the same version. It gives ErrRefused when nothing can be learned from. Doing it
// twice makes two versions alike.
func (s *Shelf) Learn(ctx context.Context, known []intent.Example, r *intent.Reader, rows []Row, closed []Choice, p *desk.Pack) (*Report, error) {
	old, _, err := s.Current(ctx, "\x00")
	if err != nil {
		return nil, err
	}
	was, err := s.inUse(ctx)
	if err != nil {
		return nil, err
	}
	v := *was
	rep, model, err := intents(known, r.With(old.Model), rows)
	switch {
	case errors.Is(err, ErrRefused) && p != nil:
		rep = &Report{Refused: err}
	case err != nil:
		return nil, err
	case rep.Used:
		if v.Model, err = model.MarshalBinary(); err != nil {
			return nil, err
		}
		v.Rows, v.Held, v.Accuracy, v.F1, v.Was = rep.Rows, rep.Held, rep.New.Accuracy(), rep.New.MacroF1(), rep.Old.MacroF1()
	}
	better := rep.Used
	if p != nil {
		better = rep.choices(&v, old.sorters, closed, p) || better
	}
	if rep.Refused != nil && !slices.ContainsFunc(rep.Sorted, func(s *Sorted) bool { return s.Refused == "" }) {
		return nil, rep.nothing()
	}
	if !better {
		return rep, nil
	}
	if err := s.put(ctx, &v); err != nil {
		return nil, err
	}
	rep.Version = v.ID
	return rep, nil
}

// intents learns what words mean; before reads with what is in use.
func intents(known []intent.Example, before *intent.Reader, rows []Row) (*Report, *intent.Model, error) {
	good, left, err := Check(rows)
	if err != nil {
		return nil, nil, err
	}
	scheme, _ := SchemeOf(good)
	slices.SortStableFunc(good, func(a, b Row) int { return cmp.Compare(Key(a.Text), Key(b.Text)) })
	var train, back []Row
	for _, row := range good {
		if held(row.Text) {
			back = append(back, row)
		} else {
			train = append(train, row)
		}
	}
	if len(back) < fewestOf {
		return nil, nil, fmt.Errorf("%w：留下来试的只有 %d 句，太少", ErrRefused, len(back))
	}
	rep := &Report{Rows: len(train), Held: len(back), Left: left, Old: NewTable(scheme.Labels), New: NewTable(scheme.Labels)}
	model := scheme.Train(known, train)
	after := before.With(model)
	for _, row := range back {
		a, b := scheme.Tell(before, row.Text), scheme.Tell(after, row.Text)
		rep.Old.Add(row.Label, a)
		rep.New.Add(row.Label, b)
		if a != b {
			rep.Changes = append(rep.Changes, Change{row, a, b})
		}
	}
	rep.Used = rep.New.MacroF1() >= rep.Old.MacroF1()
	return rep, model, nil
}

// choices learns what is chosen when cases end, into v, and says whether something
// there is used. What does not fit beside the intents is not.
func (rep *Report) choices(v *Version, old sorters, closed []Choice, p *desk.Pack) (better bool) {
	depts, d := deptsOf(p).learn(closed, old)
	causes, c := causesOf(p, usualCause(closed)).learn(closed, old)
	rep.Sorted = []*Sorted{depts, causes}
	for _, x := range []struct {
		of   *Sorted
		made *Sorter
		to   **packed
	}{{depts, d, &v.Depts}, {causes, c, &v.Causes}} {
		if x.made == nil {
			continue
		}
		was := *x.to
		if *x.to = x.made.pack(); v.size() > maxModel {
			*x.to, x.of.Used, x.of.Refused = was, false, "和意图放不进一份文档"
			continue
		}
		v.Closed, better = max(v.Closed, x.of.Rows), true
	}
	return better
}

// nothing says why none of it could be learned from.
func (rep *Report) nothing() error {
	err := rep.Refused
	for _, s := range rep.Sorted {
		err = fmt.Errorf("%w\n%s：%s", err, s.What, s.Refused)
	}
	return err
}
