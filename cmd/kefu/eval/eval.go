// Package eval measures how well kefu understands: it reads files of labelled
// texts, asks the same code that serves customers, and writes figures with the
// misses to read.
package eval

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrInput: a file cannot be measured with; the text says which line and why.
var ErrInput = errors.New("这个文件用不了")

// Bounds of a file.
const (
	maxLine = 1 << 20
	maxRows = 1_000_000
)

// rows reads one JSON value a line; empty lines are passed over. check says what
// is wrong with a row.
func rows[T any](r io.Reader, check func(*T) error) ([]T, error) {
	var all []T
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		if len(all) == maxRows {
			return nil, fmt.Errorf("%w: 多于 %d 行", ErrInput, maxRows)
		}
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%w: 第 %d 行不是一行 JSON，看看引号和括号齐不齐（%w）", ErrInput, n, err)
		}
		if err := check(&row); err != nil {
			return nil, fmt.Errorf("%w: 第 %d 行%w", ErrInput, n, err)
		}
		all = append(all, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: 一行也没有", ErrInput)
	}
	return all, nil
}
