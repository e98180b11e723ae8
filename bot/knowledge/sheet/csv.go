package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"kefu/bot/knowledge"
)

// plainText brings a file to UTF-8: with or without a mark, UTF-16 as Excel's
// "Unicode text", else GB18030, of which GBK and GB2312 are parts.
func plainText(b []byte) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xEF\xBB\xBF")):
		b = b[3:]
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		return wide(b[2:], b[0] == 0xFF), nil
	}
	if utf8.Valid(b) {
		return string(b), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || strings.Count(string(out), "\uFFFD")*20 > len(out) {
		return "", fmt.Errorf("%w：认不出文字的编码，在 Excel 里另存为“CSV UTF-8”再导", ErrFile)
	}
	return string(out), nil
}

func wide(b []byte, little bool) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if little {
			units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
		} else {
			units = append(units, uint16(b[i+1])|uint16(b[i])<<8)
		}
	}
	return string(utf16.Decode(units))
}

func readCSV(b []byte) (*Result, error) {
	text, err := plainText(b)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, comma(text)
	var t table
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			t.fault(bad.Line, "", "引号没有配对；把这一格整个用双引号括起来，里面的双引号写两个")
			if len(cells) == 0 {
				continue
			}
		} else if err != nil {
			return nil, fmt.Errorf("%w：%w", ErrFile, err)
		}
		line, _ := r.FieldPos(0)
		if err := t.row(line, cells); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return t.result()
}

// comma is what parts the cells: the likeliest of the first line.
func comma(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n "), "\n")
	best := ','
	for _, c := range "\t;" {
		if strings.Count(first, string(c)) > strings.Count(first, string(best)) {
			best = c
		}
	}
	return best
}

func (t *table) result() (*Result, error) {
	if t.at == nil {
		return nil, fmt.Errorf("%w：文件是空的", ErrFile)
	}
	return &t.out, nil
}

// guard keeps a spreadsheet from taking a cell for a formula: it begins with an
// apostrophe then, which reading takes away again.
func guard(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) || strings.HasPrefix(cell, "'") {
		return "'" + cell
	}
	return cell
}

func unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r'", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// WriteCSV writes articles as UTF-8 with the mark that Excel wants. No cell is a
// formula.
func WriteCSV(w io.Writer, list []*knowledge.Article) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	c := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, col := range columns {
		row[i] = col.names[0]
	}
	if err := c.Write(row); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	for _, a := range list {
		for i, col := range columns {
			row[i] = guard(col.get(a))
		}
		if err := c.Write(row); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	return nil
}
