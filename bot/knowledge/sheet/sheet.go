// Package sheet reads articles from the files that people keep them in: XLSX, CSV
// and Markdown. Good rows are given, bad ones come with row, column, reason and
// what to do; nothing of a file is executed. It writes CSV and Markdown that reads
// back as the same articles.
package sheet

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"kefu/bot/knowledge"
)

// Bounds of a file.
const (
	MaxBytes    = 32 << 20
	MaxRows     = 100_000
	maxUnzipped = 256 << 20
	maxCell     = 32 << 10 // bytes; Excel's own bound is 32,767 characters
)

// ErrFile: nothing of the file can be read; the text says why and what to do.
var ErrFile = errors.New("这个文件用不了")

// Fault is what is wrong with one cell, for a person.
type Fault struct {
	Row    int    // as the file counts, from 1
	Column string // its heading; "" for the whole row
	Why    string // and what to do
}

// String is the line of a report.
func (f Fault) String() string {
	if f.Column == "" {
		return fmt.Sprintf("第 %d 行：%s", f.Row, f.Why)
	}
	return fmt.Sprintf("第 %d 行“%s”：%s", f.Row, f.Column, f.Why)
}

// Line is a good row.
type Line struct {
	Row     int
	Article knowledge.Article // without state and version
}

// Result is what a file holds.
type Result struct {
	Lines   []Line
	Faults  []Fault
	Ignored []string // headings that mean nothing here
}

// Read reads a file by the end of its name: .xlsx, .csv, .txt, .md.
func Read(name string, b []byte) (*Result, error) {
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("%w：文件超过 %d MB，分成几个再导", ErrFile, MaxBytes>>20)
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx", ".xlsm":
		return readXLSX(b)
	case ".csv", ".txt", ".tsv":
		return readCSV(b)
	case ".md", ".markdown":
		return readMarkdown(b)
	case ".xls":
		return nil, fmt.Errorf("%w：旧的 .xls 读不了，在 Excel 里另存为 .xlsx 再导", ErrFile)
	}
	return nil, fmt.Errorf("%w：只认 .xlsx、.csv、.md，不认 %s", ErrFile, clip(filepath.Base(name)))
}

// table turns rows of cells into articles: the first row that is not empty holds
// the headings.
type table struct {
	out   Result
	at    []*column // by place
	names []string
	seen  map[string]int // id → row
	rows  int
}

// errEnough ends the reading of a file that is too long.
var errEnough = errors.New("enough")

// row takes one row in. The error is ErrFile or errEnough.
func (t *table) row(n int, cells []string) error {
	if strings.TrimSpace(strings.Join(cells, "")) == "" {
		return nil
	}
	if t.at == nil {
		return t.headings(cells)
	}
	if t.rows++; t.rows > MaxRows {
		t.fault(n, "", fmt.Sprintf("超过 %d 行，从这里起没有读；分成几个文件再导", MaxRows))
		return errEnough
	}
	e := entry{}
	bad := false
	for i, cell := range cells {
		if i >= len(t.at) || t.at[i] == nil {
			continue
		}
		cell = strings.TrimSpace(unguard(cell))
		if cell == "" {
			continue
		}
		if why := broken(cell); why != "" {
			t.fault(n, t.names[i], why)
			bad = true
			continue
		}
		if why := t.at[i].set(&e, cell); why != "" {
			t.fault(n, t.names[i], why)
			bad = true
		}
	}
	if !bad {
		t.take(n, e)
	}
	return nil
}

func broken(cell string) string {
	switch {
	case len(cell) > maxCell:
		return fmt.Sprintf("这一格有 %d 个字节，太长；写短一些", len(cell))
	case strings.ContainsRune(cell, '\uFFFD') || strings.ContainsRune(cell, 0):
		return "有认不出的字；把文件另存为 UTF-8 再导"
	}
	return ""
}

func (t *table) headings(cells []string) error {
	have := map[*column]bool{}
	for _, name := range cells {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\uFEFF"))
		c := columnNamed(name)
		switch {
		case c != nil && have[c]:
			return fmt.Errorf("%w：“%s”有两列，去掉一列", ErrFile, clip(name))
		case c == nil && name != "" && len(t.out.Ignored) < 50:
			t.out.Ignored = append(t.out.Ignored, clip(name))
		}
		have[c] = c != nil
		t.at, t.names = append(t.at, c), append(t.names, clip(name))
	}
	for _, must := range []string{"问题", "答案"} {
		if !have[columnNamed(must)] {
			t.at = nil
			return fmt.Errorf("%w：第一行要是列名，没有“%s”这一列。列名：%s", ErrFile, must, headingNames())
		}
	}
	return nil
}

// take keeps the article of a row when it can be one.
func (t *table) take(n int, e entry) {
	a := e.Article
	if a.ID == "" {
		a.ID = knowledge.IDFor(a.Question)
	}
	if err := a.Check(); err != nil {
		t.fault(n, "", reason(err))
		return
	}
	if was, twice := t.seen[a.ID]; twice {
		t.fault(n, "", fmt.Sprintf("和第 %d 行是同一条（编号或问题相同），留一行就行", was))
		return
	}
	if t.seen == nil {
		t.seen = map[string]int{}
	}
	t.seen[a.ID] = n
	t.out.Lines = append(t.out.Lines, Line{n, a})
}

// reason is what Check says, without what it is called inside.
func reason(err error) string {
	return strings.TrimPrefix(err.Error(), knowledge.ErrInvalid.Error()+": ") + "；改好再导，其他行不受影响"
}

const maxFaults = 10_000

func (t *table) fault(row int, column, why string) {
	if len(t.out.Faults) < maxFaults {
		t.out.Faults = append(t.out.Faults, Fault{row, column, why})
	}
}

func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
