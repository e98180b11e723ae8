package learn

import (
	"fmt"
	"io"
	"strings"
)

// names are the labels as staff call them.
var names = map[string]string{
	"inquiry": "咨询", "complaint": "投诉", "not": "不是投诉", "order": "订单", "repair": "报修", "suggestion": "建议",
	"proposal": "建议", "praise": "表扬", "human": "人工", "smalltalk": "闲聊", "chat": "闲聊", "other": "闲聊",
	"greeting": "问候", "request": "客需", "progress": "问进度", "rating": "评分", "thanks": "道谢",
	"unsubscribe": "退订", "erase": "删信息", "abuse": "骂人", "selfharm": "危险",
}

// Name is a label as staff call it.
func Name(label string) string {
	if n := names[label]; n != "" {
		return n
	}
	return label
}

// Write prints a table: the figures of each label, then rows of what is true
// against columns of what was told.
func Write(w io.Writer, t *Table) {
	fmt.Fprintf(w, "%s %8s %8s %8s %7s\n", pad("", 12), "精确", "召回", "F1", "条数")
	for _, l := range t.Labels {
		f := t.Of(l)
		fmt.Fprintf(w, "%s %10.3f %10.3f %8.3f %9d\n", pad(Name(l), 12), f.Precision, f.Recall, f.F1, f.Rows)
	}
	fmt.Fprintf(w, "\n%s", pad("实际＼读作", 12))
	for _, l := range t.Labels {
		fmt.Fprint(w, right(Name(l), 9))
	}
	fmt.Fprintln(w)
	for _, a := range t.Labels {
		fmt.Fprint(w, pad(Name(a), 12))
		for _, b := range t.Labels {
			fmt.Fprintf(w, "%9d", t.At(a, b))
		}
		fmt.Fprintln(w)
	}
}

// width counts Han as two columns.
func width(s string) (n int) {
	for _, r := range s {
		n++
		if r > 0x2e80 {
			n++
		}
	}
	return n
}

func pad(s string, n int) string   { return fmt.Sprintf("%s%*s", s, max(0, n-width(s)), "") }
func right(s string, n int) string { return fmt.Sprintf("%*s%s", max(0, n-width(s)), "", s) }

// Text is the report for people. Of the messages that are now told otherwise it
// shows at most show; 0 shows none, only counts.
func (r *Report) Text(show int) string {
	var b strings.Builder
	if r.Refused == nil {
		r.intents(&b, show)
	} else {
		fmt.Fprintf(&b, "意图：%s\n", r.Refused)
	}
	for _, s := range r.Sorted {
		s.write(&b)
	}
	if r.Version != "" {
		fmt.Fprintf(&b, "\n✓ 已换上新的（%s）。运行中的 kefu 一分钟内都用上；不合适就 kefu learn --back\n", r.Version)
	}
	return b.String()
}

// intents tells of what words mean.
func (r *Report) intents(b *strings.Builder, show int) {
	fmt.Fprintf(b, "学了 %d 句，留 %d 句来试", r.Rows, r.Held)
	if len(r.Left) > 0 {
		fmt.Fprintf(b, "；没有用上：%s", strings.Join(r.Left, "，"))
	}
	fmt.Fprintf(b, "\n\n            正在用的    新的\n准确率      %8.4f  %8.4f\n宏平均 F1   %8.4f  %8.4f\n\n",
		r.Old.Accuracy(), r.New.Accuracy(), r.Old.MacroF1(), r.New.MacroF1())
	Write(b, r.New)
	better, worse := 0, 0
	for _, c := range r.Changes {
		switch c.Row.Label {
		case c.New:
			better++
		case c.Old:
			worse++
		}
	}
	fmt.Fprintf(b, "\n读法变了 %d 句：变对 %d，变错 %d\n", len(r.Changes), better, worse)
	for _, c := range r.Changes[:min(show, len(r.Changes))] {
		mark := "·"
		switch c.Row.Label {
		case c.New:
			mark = "✓"
		case c.Old:
			mark = "✗"
		}
		text := []rune(strings.Join(strings.Fields(c.Row.Text), " "))
		fmt.Fprintf(b, "  %s %s → %s（实际 %s）%s\n", mark, Name(c.Old), Name(c.New), Name(c.Row.Label), string(text[:min(len(text), 60)]))
	}
	if !r.Used {
		b.WriteString("\n新的不如正在用的，没有换。\n")
	}
}

// Listing shows the versions, newest first.
func Listing(list []Listed, own bool) string {
	var b strings.Builder
	for _, v := range list {
		mark := "  "
		if v.InUse {
			mark = "✓ "
		}
		fmt.Fprintf(&b, "%s%s  ", mark, v.ID)
		if v.Rows > 0 {
			fmt.Fprintf(&b, "学 %d 句，试 %d 句：准确率 %.4f，宏平均 F1 %.4f（换下的那版 %.4f）", v.Rows, v.Held, v.Accuracy, v.F1, v.Was)
		} else {
			b.WriteString("意图同随程序的那一版")
		}
		if v.Closed > 0 {
			fmt.Fprintf(&b, "；办结的选择学 %d 件", v.Closed)
		}
		b.WriteByte('\n')
	}
	mark := "  "
	if own {
		mark = "✓ "
	}
	fmt.Fprintf(&b, "%s随程序的那一版\n", mark)
	return b.String()
}
