package desk

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is something wrong in a pack.
type Fault struct {
	File   string
	Line   int    // from 1; 0: the whole file
	Key    string // "categories[3].dept"
	Text   string
	Remedy string
}

func (f Fault) Error() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Key != "" {
		where += " " + f.Key
	}
	return where + "：" + f.Text + "。" + f.Remedy
}

// Faults are all that is wrong, in the order of files and lines.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// maxFaults bounds what is collected; nobody mends more at one sitting.
const maxFaults = 2000

// err is nil when nothing is wrong.
func (fs Faults) err() error {
	if len(fs) == 0 {
		return nil
	}
	slices.SortStableFunc(fs, func(a, b Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return fs
}
