package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"kefu/bot/knowledge"
	"kefu/store"
)

// workbook makes a small XLSX file of rows of texts.
func workbook(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	var sheet strings.Builder
	sheet.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i, r := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, i+1)
		for j, c := range r {
			if c != "" {
				fmt.Fprintf(&sheet, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+j, i+1, strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(c))
			}
		}
		sheet.WriteString(`</row>`)
	}
	sheet.WriteString(`</sheetData></worksheet>`)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="知识" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`},
		{"xl/sharedStrings.xml", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`},
		{"xl/worksheets/sheet1.xml", sheet.String()},
	} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var rows = [][]string{
	{"编号", "问题", "也可以问", "答案", "官方", "到", "对象", "备注"},
	{"t1", "露台几点关", "露台开到几点|天台几点关门", "22:00。", "是", "2026-12-31", "所有人", "无"},
	{"", "有没有儿童泳镜", "", "前台有售。", "", "", "", ""},
	{"", "", "", "没有问题的答案", "", "", "", ""},
	{"t2", "开始日期写错", "", "答。", "也许", "明天", "外星人", ""},
	{"t1", "编号重复", "", "答。", "", "", "", ""},
}

const report = `第 4 行：缺少问题；改好再导，其他行不受影响
第 5 行“官方”：写“是”或“否”，不是 也许
第 5 行“到”：日期写成 2026-11-24，不是 明天
第 5 行“对象”：写“所有人”“贵宾”或“员工”，不是 外星人
第 6 行：和第 2 行是同一条（编号或问题相同），留一行就行
`

func asCSV(comma string) string {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(strings.Join(r, comma) + "\r\n")
	}
	return b.String()
}

// The same rows come out of every kind of file, and the bad ones are told with row
// and column.
func TestRead(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(asCSV(","))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"a.xlsx": workbook(t, rows...), "a.csv": []byte(asCSV(",")), "bom.csv": []byte("\uFEFF" + asCSV(";")),
		"gbk.csv": []byte(gbk), "tab.txt": []byte(asCSV("\t")),
	} {
		got, err := Read(name, b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Lines) != 2 {
			t.Errorf("%s: %d good rows, want 2", name, len(got.Lines))
			continue
		}
		a := got.Lines[0].Article
		want := knowledge.Article{
			Meta: store.Meta{ID: "t1"}, Question: "露台几点关", Asks: []string{"露台开到几点", "天台几点关门"}, Answer: "22:00。",
			Official: true, Until: store.At(time.Date(2027, 1, 1, 0, 0, 0, 0, china)), Audience: knowledge.Everyone,
		}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if id := got.Lines[1].Article.ID; id != knowledge.IDFor("有没有儿童泳镜") {
			t.Errorf("%s: an article without id is %s", name, id)
		}
		var said strings.Builder
		for _, f := range got.Faults {
			said.WriteString(f.String() + "\n")
		}
		if diff := cmp.Diff(report, said.String()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff([]string{"备注"}, got.Ignored); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMarkdown(t *testing.T) {
	got, err := Read("a.md", []byte("# 大堂\n前言不读\n\n## 露台几点关\n也可以问：露台开到几点 | 天台几点关门\n官方: 是\n\n22:00。\n注意: 雨天不开\n\n## 没有答案的\n\n## 日期错\n到: 明天\n答。\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Lines) != 1 || got.Lines[0].Row != 4 || got.Lines[0].Article.Answer != "22:00。\n注意: 雨天不开" || len(got.Lines[0].Article.Asks) != 2 || !got.Lines[0].Article.Official {
		t.Errorf("read %+v", got.Lines)
	}
	if len(got.Faults) != 2 || got.Faults[0].Row != 11 || got.Faults[1].Row != 14 || got.Faults[1].Column != "到" {
		t.Errorf("faults %+v", got.Faults)
	}
}

func TestRefused(t *testing.T) {
	for name, want := range map[string]string{
		"a.xls": ".xlsx", "a.pdf": "只认", "a.xlsx": "打不开", "a.csv": "没有“答案”这一列", "empty.csv": "空的", "a.md": "## 问题",
	} {
		b := []byte("问题,别的\n甲,乙\n")
		if name == "empty.csv" {
			b = nil
		}
		_, err := Read(name, b)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := Read("a.csv", make([]byte, MaxBytes+1)); err == nil {
		t.Error("a file of any size is taken")
	}
}

// What is written reads back the same, and no cell is a formula or markup.
func TestRoundTrip(t *testing.T) {
	list := []*knowledge.Article{
		{Meta: store.Meta{ID: "a"}, Question: "=HYPERLINK(\"http://x\",\"点我\")", Asks: []string{"+1", "-2"}, Answer: "@SUM(A1)\n## 不是标题\n\\反斜线\n<script>alert(1)</script> &lt;", Category: "'引号", Audience: knowledge.Staff, Link: "https://example.com/a?b=1&c=2", From: store.At(time.Date(2026, 11, 24, 0, 0, 0, 0, china))},
		{Meta: store.Meta{ID: "b"}, Title: "短名", Question: "\"逗号\",换行", Answer: "一\n二", Closing: "好的", Picture: "file:1", Official: true, Until: store.At(time.Date(2027, 1, 1, 0, 0, 0, 0, china))},
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"a.csv": func(b *bytes.Buffer) error { return WriteCSV(b, list) },
		"a.md":  func(b *bytes.Buffer) error { return WriteMarkdown(b, list) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := Read(name, b.Bytes())
		if err != nil || len(got.Faults) > 0 {
			t.Errorf("%s: %v %v", name, err, got)
			continue
		}
		for i, l := range got.Lines {
			if diff := cmp.Diff(*list[i], l.Article); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if s := b.String(); name == "a.csv" && (strings.Contains(s, ",=") || strings.Contains(s, "\"=") || strings.Contains(s, ",@") || strings.Contains(s, ",\"@")) {
			t.Errorf("a formula stands in\n%s", s)
		} else if name == "a.md" && strings.Contains(s, "<script") {
			t.Errorf("markup stands in\n%s", s)
		}
	}
}

// What a small file unpacks to is known before it is unpacked: too much is refused,
// and more than it promises is an error of the archive.
func TestBomb(t *testing.T) {
	for size, want := range map[uint64]string{300 << 20: "展开超过", 10: "读不出里面的表格"} {
		var b, packed bytes.Buffer
		f := must(flate.NewWriter(&packed, flate.BestSpeed))
		must(f.Write(make([]byte, 1<<20)))
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(&b)
		w := must(z.CreateRaw(&zip.FileHeader{
			Name: "xl/workbook.xml", Method: zip.Deflate, UncompressedSize64: size, CompressedSize64: uint64(packed.Len()),
		}))
		must(w.Write(packed.Bytes()))
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Read("a.xlsx", b.Bytes()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a file that promises %d bytes: %v, want %s", size, err, want)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func FuzzRead(f *testing.F) {
	book := workbook(f, rows...)
	for i, b := range [][]byte{book, []byte(asCSV(",")), []byte("## 甲\n官方: 是\n乙\n"), book[:len(book)/2]} {
		f.Add(i, b)
	}
	names := []string{"a.xlsx", "a.csv", "a.md", "a.tsv"}
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		got, err := Read(names[uint(i)%uint(len(names))], b)
		if (got == nil) == (err == nil) {
			t.Fatalf("%v, %v", got, err)
		}
		if got == nil {
			return
		}
		for _, l := range got.Lines {
			if err := l.Article.Check(); err != nil || l.Article.ID == "" {
				t.Fatalf("%+v: %v", l, err)
			}
		}
	})
}
