package eval

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"kefu/bot/intent"
	"kefu/bot/learn"
)

// Reading is how intents and complaints are measured.
type Reading struct {
	Test   io.Reader // what is measured
	Train  io.Reader // learned from before; nil: only what comes with the program
	Folds  int       // 2 to 20: learn from the other parts of Test itself, each in turn
	Times  int       // with Folds: deal the parts so many times, 1 to 50, each time otherwise; 0 is once
	Alone  bool      // learn from Train or the folds without what comes with the program
	Misses int       // at most so many are shown
}

type labelled struct {
	Text   string `json:"text"`
	Intent string `json:"intent"`
	Label  string `json:"label"`
}

// Labels reads a file of labelled messages: text with intent or label.
func Labels(r io.Reader) ([]learn.Row, error) {
	read, err := rows(r, func(l *labelled) error {
		if cmp.Or(l.Intent, l.Label) == "" {
			return errors.New("没有 intent 或 label")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]learn.Row, len(read))
	for i, l := range read {
		out[i] = learn.Row{Text: l.Text, Label: cmp.Or(l.Intent, l.Label)}
	}
	return out, nil
}

// miss is one message told wrong.
type miss struct{ truth, told, text string }

// Intents measures which intent the reader tells of each message of a file, and
// writes figures, confusion table and misses to w. It gives ErrInput for a file
// that cannot be measured with.
func Intents(w io.Writer, o Reading) error {
	test, err := Labels(o.Test)
	if err != nil {
		return err
	}
	scheme, unknown := learn.SchemeOf(test)
	if len(unknown) > 0 {
		return fmt.Errorf("%w: 不认识的标签 %s", ErrInput, strings.Join(unknown[:min(len(unknown), 8)], "、"))
	}
	if len(scheme.Labels) < 2 {
		return fmt.Errorf("%w: 只有一种标签，量不出什么", ErrInput)
	}
	m := measured{table: learn.NewTable(scheme.Labels)}
	switch {
	case o.Folds > 0:
		err = m.folds(scheme, test, o)
	case o.Train != nil:
		err = m.trained(scheme, test, o)
	default:
		m.how = "只用随程序的例句"
		m.read(scheme, intent.New(intent.Lexicon{}), test)
	}
	if err != nil {
		return err
	}
	m.write(w, o.Misses)
	return nil
}

type measured struct {
	how    string
	table  *learn.Table
	misses []miss
	rows   int
	deals  []*learn.Table // each deal of the folds by itself, where there are several
	spent  time.Duration
	memory uint64 // bytes of the model in use
}

func known(o Reading) []intent.Example {
	if o.Alone {
		return nil
	}
	return intent.Shipped()
}

func (m *measured) trained(s learn.Scheme, test []learn.Row, o Reading) error {
	train, err := Labels(o.Train)
	if err != nil {
		return err
	}
	ts, unknown := learn.SchemeOf(train)
	if len(unknown) > 0 {
		return fmt.Errorf("%w: 训练文件里有不认识的标签 %s", ErrInput, strings.Join(unknown[:min(len(unknown), 8)], "、"))
	}
	from := time.Now()
	model := ts.Train(known(o), train)
	m.how = fmt.Sprintf("学了 %d 条，用时 %.1f 秒", len(train), time.Since(from).Seconds())
	r := intent.New(intent.Lexicon{})
	r.Use(model)
	m.read(s, r, test)
	return nil
}

func (m *measured) folds(s learn.Scheme, test []learn.Row, o Reading) error {
	if o.Folds < 2 || o.Folds > 20 {
		return fmt.Errorf("%w: 份数要在 2 到 20 之间", ErrInput)
	}
	if o.Times < 0 || o.Times > 50 {
		return fmt.Errorf("%w: 最多分 50 次", ErrInput)
	}
	m.how = fmt.Sprintf("%d 份交叉，相同的话不分到两份", o.Folds)
	if o.Times > 1 {
		m.how += fmt.Sprintf("，换着分了 %d 次", o.Times)
	}
	r := intent.New(intent.Lexicon{})
	for deal := range max(1, o.Times) {
		fold := learn.Folds(test, o.Folds, deal)
		one := measured{table: learn.NewTable(s.Labels)}
		for k := range o.Folds {
			var train, held []learn.Row
			for i, row := range test {
				if fold[i] == k {
					held = append(held, row)
				} else {
					train = append(train, row)
				}
			}
			r.Use(s.Train(known(o), train))
			one.read(s, r, held)
		}
		m.add(one)
	}
	return nil
}

// add takes in what one deal gave.
func (m *measured) add(one measured) {
	for _, truth := range m.table.Labels {
		for _, told := range m.table.Labels {
			for range one.table.At(truth, told) {
				m.table.Add(truth, told)
			}
		}
	}
	m.deals = append(m.deals, one.table)
	m.misses = append(m.misses, one.misses...)
	m.rows, m.spent, m.memory = m.rows+one.rows, m.spent+one.spent, max(m.memory, one.memory)
}

// read tells each row and keeps the time that took.
func (m *measured) read(s learn.Scheme, r *intent.Reader, test []learn.Row) {
	told := make([]string, len(test))
	from := time.Now()
	for i, row := range test {
		told[i] = s.Tell(r, row.Text)
	}
	m.spent += time.Since(from)
	m.rows += len(test)
	for i, row := range test {
		m.table.Add(row.Label, told[i])
		if told[i] != row.Label {
			m.misses = append(m.misses, miss{row.Label, told[i], row.Text})
		}
	}
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	m.memory = max(m.memory, mem.HeapAlloc)
	runtime.KeepAlive(r)
}

func (m *measured) write(w io.Writer, misses int) {
	fmt.Fprintf(w, "%d 条，%s\n准确率 %.4f  宏平均 F1 %.4f\n每条 %.1f 微秒  内存 %.1f MB（读者和数据一起）\n\n",
		m.rows, m.how, m.table.Accuracy(), m.table.MacroF1(),
		float64(m.spent.Nanoseconds())/1e3/float64(max(1, m.rows)), float64(m.memory)/(1<<20))
	if len(m.deals) > 1 {
		for i, t := range m.deals {
			fmt.Fprintf(w, "第 %d 次  准确率 %.4f  宏平均 F1 %.4f\n", i+1, t.Accuracy(), t.MacroF1())
		}
		fmt.Fprintln(w)
	}
	learn.Write(w, m.table)
	if misses <= 0 || len(m.misses) == 0 {
		return
	}
	fmt.Fprintf(w, "\n读错 %d 条：\n", len(m.misses))
	for _, x := range spread(m.misses, misses) {
		fmt.Fprintf(w, "  %s → %s  %s\n", x.truth, x.told, clip(x.text, 120))
	}
}

// spread takes n misses, from each kind of mistake in turn, the commonest first.
func spread(all []miss, n int) []miss {
	kinds := map[[2]string][]miss{}
	for _, x := range all {
		k := [2]string{x.truth, x.told}
		kinds[k] = append(kinds[k], x)
	}
	order := slices.SortedFunc(maps.Keys(kinds), func(a, b [2]string) int {
		return cmp.Or(len(kinds[b])-len(kinds[a]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	var out []miss
	for i := 0; len(out) < min(n, len(all)); i++ {
		for _, k := range order {
			if i < len(kinds[k]) && len(out) < n {
				out = append(out, kinds[k][i])
			}
		}
	}
	return out
}

// clip is one line of at most n characters.
func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n]) + "…"
}
