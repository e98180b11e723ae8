package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"kefu/bot/knowledge"
)

// A Markdown file holds an article for each heading of the second level:
//
//	## 早餐几点？
//	也可以问: 早饭几点 | 早餐时间
//	类别: 早餐餐厅
//	官方: 是
//
//	早餐 6:30–10:00，一楼湖畔餐厅。
//
// Lines "name: text" right under the heading are the columns, by the names that
// tables use; the rest is the answer. What stands before the first heading is
// passed over. A backslash at the beginning of a line of the answer is taken away,
// so that it may begin with # or \.
func readMarkdown(b []byte) (*Result, error) {
	text, err := plainText(b)
	if err != nil {
		return nil, err
	}
	t := table{at: []*column{}}
	var head string
	var body []string
	from := 0
	for n, line := range strings.Split(text+"\n## ", "\n") {
		title, isHead := strings.CutPrefix(strings.TrimSuffix(line, "\r"), "## ")
		if !isHead {
			body = append(body, strings.TrimSuffix(line, "\r"))
			continue
		}
		if from > 0 {
			if t.rows++; t.rows > MaxRows {
				t.fault(from, "", fmt.Sprintf("超过 %d 条，从这里起没有读；分成几个文件再导", MaxRows))
				break
			}
			t.section(from, head, body)
		}
		head, body, from = strings.TrimSpace(title), nil, n+1
	}
	if t.rows == 0 {
		return nil, fmt.Errorf("%w：没有一条。每条以“## 问题”开头，下面写答案", ErrFile)
	}
	return &t.out, nil
}

// section takes the article under one heading.
func (t *table) section(from int, head string, body []string) {
	e := entry{}
	e.Question = unescape(head)
	bad := false
	i := 0
	for ; i < len(body); i++ {
		name, cell, ok := cutField(body[i])
		if !ok {
			break
		}
		c := columnNamed(name)
		if c == nil || cell == "" {
			if c == nil {
				break
			}
			continue
		}
		why := broken(cell)
		if why == "" {
			why = c.set(&e, unescape(cell))
		}
		if why != "" {
			t.fault(from+1+i, name, why)
			bad = true
		}
	}
	lines := body[min(i, len(body)):]
	for j, l := range lines {
		lines[j] = unescape(strings.TrimPrefix(l, `\`))
	}
	if answer := strings.TrimSpace(strings.Join(lines, "\n")); answer != "" {
		e.Answer = answer
	}
	if why := broken(e.Answer); why != "" {
		t.fault(from, "", why)
		bad = true
	}
	if !bad {
		t.take(from, e)
	}
}

func cutField(line string) (name, cell string, ok bool) {
	i := strings.IndexAny(line, ":：")
	if i <= 0 || i > 30 {
		return "", "", false
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(line[i:], ":"), "：")
	return strings.TrimSpace(line[:i]), strings.TrimSpace(rest), true
}

var (
	escapes   = strings.NewReplacer("&", "&amp;", "<", "&lt;")
	unescapes = strings.NewReplacer("&lt;", "<", "&amp;", "&")
)

func unescape(s string) string { return unescapes.Replace(s) }

// WriteMarkdown writes articles so that readMarkdown reads the same. No text of
// theirs is markup.
func WriteMarkdown(w io.Writer, list []*knowledge.Article) error {
	var errs []error
	line := func(format string, a ...any) {
		if _, err := fmt.Fprintf(w, format, a...); err != nil && len(errs) == 0 {
			errs = append(errs, fmt.Errorf("sheet: %w", err))
		}
	}
	for _, a := range list {
		line("## %s\n", escapes.Replace(strings.Join(strings.Fields(a.Question), " ")))
		for _, c := range columns {
			if c == columnNamed("问题") || c == columnNamed("答案") {
				continue
			}
			if s := strings.ReplaceAll(c.get(a), "\n", " | "); s != "" {
				line("%s: %s\n", c.names[0], escapes.Replace(s))
			}
		}
		line("\n")
		for l := range strings.SplitSeq(a.Answer, "\n") {
			if l = escapes.Replace(l); strings.HasPrefix(l, "#") || strings.HasPrefix(l, `\`) {
				l = `\` + l
			}
			line("%s\n", l)
		}
		line("\n")
	}
	return errors.Join(errs...)
}
