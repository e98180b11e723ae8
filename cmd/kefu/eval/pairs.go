package eval

import (
	"errors"
	"fmt"
	"io"

	"kefu/bot/knowledge"
)

type pair struct {
	A     string `json:"a"`
	B     string `json:"b"`
	Label string `json:"label"` // duplicate or different
}

const duplicate = "duplicate"

// Pairs measures whether two questions are told to be the same one. train may be
// nil; then the weights that come with the program are used.
func Pairs(w io.Writer, test, train io.Reader, misses int) error {
	read := func(r io.Reader) ([]pair, []knowledge.Likeness, []bool, error) {
		all, err := rows(r, func(p *pair) error {
			if p.A == "" || p.B == "" || p.Label != duplicate && p.Label != "different" {
				return errors.New("要有 a、b，label 是 duplicate 或 different")
			}
			return nil
		})
		like, same := make([]knowledge.Likeness, len(all)), make([]bool, len(all))
		for i, p := range all {
			like[i], same[i] = knowledge.Compare(p.A, p.B), p.Label == duplicate
		}
		return all, like, same, err
	}
	all, like, same, err := read(test)
	if err != nil {
		return err
	}
	tell := func(i int) bool { return knowledge.Same(all[i].A, all[i].B) >= 0.5 }
	if train != nil {
		_, l, s, err := read(train)
		if err != nil {
			return fmt.Errorf("训练文件: %w", err)
		}
		fitted := knowledge.Fit(l, s)
		fmt.Fprintf(w, "从 %d 对学到的权重：%.2f\n", len(l), fitted)
		tell = func(i int) bool { return fitted.Same(like[i]) >= 0.5 }
	}
	var right, told, truly, both int
	var wrong []string
	for i, p := range all {
		got := tell(i)
		told, truly, both = told+number(got), truly+number(same[i]), both+number(got && same[i])
		if got == same[i] {
			right++
		} else if len(wrong) < misses {
			wrong = append(wrong, fmt.Sprintf("%s：%s ｜ %s", p.Label, cut(p.A), cut(p.B)))
		}
	}
	fmt.Fprintf(w, "%d 对，判对 %.3f；判为同一问的 %d 对里对 %.3f，真是同一问的找到 %.3f\n",
		len(all), part(right, len(all)), told, part(both, told), part(both, truly))
	for _, s := range wrong {
		fmt.Fprintln(w, s)
	}
	return nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
