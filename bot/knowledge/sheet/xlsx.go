package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"

	"github.com/thedatashed/xlsxreader"
)

// maxColumns of a sheet are looked at.
const maxColumns = 64

// readXLSX reads the first sheet. What the file unpacks to is bounded before
// anything is unpacked; archive/zip gives no more than the sizes it promises.
func readXLSX(b []byte) (*Result, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fmt.Errorf("%w：打不开，不是 .xlsx，或者下载得不完整；有密码的先去掉密码", ErrFile)
	}
	var size uint64
	for _, f := range z.File {
		if size += f.UncompressedSize64; f.UncompressedSize64 > maxUnzipped || size > maxUnzipped {
			return nil, fmt.Errorf("%w：展开超过 %d MB，分成几个再导", ErrFile, maxUnzipped>>20)
		}
	}
	x, err := open(b)
	if err != nil || len(x.Sheets) == 0 {
		return nil, fmt.Errorf("%w：读不出里面的表格，在 Excel 或 WPS 里打开、另存一次再导", ErrFile)
	}
	var t table
	var enough error
	for row := range x.ReadRows(x.Sheets[0]) {
		if enough != nil {
			continue // to its end, so that nothing waits for us
		}
		if row.Error != nil {
			t.fault(max(row.Index, 1), "", "这一行读不了，在 Excel 里重新输入")
			continue
		}
		cells := make([]string, 0, len(row.Cells))
		for _, c := range row.Cells {
			i := c.ColumnIndex()
			if i < 0 || i >= maxColumns {
				continue
			}
			for len(cells) <= i {
				cells = append(cells, "")
			}
			cells[i] = c.Value
		}
		enough = t.row(row.Index, cells)
	}
	if enough != nil && !errors.Is(enough, errEnough) {
		return nil, enough
	}
	return t.result()
}

// open keeps a broken file from bringing the program down: the reader trusts some
// of what it finds.
func open(b []byte) (x *xlsxreader.XlsxFile, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w：文件坏了", ErrFile)
		}
	}()
	return xlsxreader.NewReader(b)
}
