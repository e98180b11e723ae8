package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"kefu/bot/knowledge"
	"kefu/bot/knowledge/sheet"
)

// importReport is what came of a file.
type importReport struct {
	Name                               string
	New, Changed, Same, Retired, Wrong int
	Dry                                bool
	Lines                              []string
	Beyond                             int // faults not shown
	Ignored                            []string
}

// Bounds of a file taken in by a page, which must be done while somebody waits;
// longer ones are for the command line.
const (
	maxPageRows   = 2000
	maxPageFaults = 200
)

// importArticles takes a file in, or tells what it would do.
func (v *visit) importArticles() error {
	if err := v.parse(); err != nil {
		return err
	}
	p := articlesPage{top: v.top("知识"), Tab: "file", Keeper: true}
	name, read, err := v.sheetSent()
	switch {
	case errors.Is(err, sheet.ErrFile):
		p.Report = &importReport{Name: name, Lines: []string{err.Error()[len(sheet.ErrFile.Error())+len("："):]}, Wrong: 1}
	case err != nil:
		return err
	case len(read.Lines) > maxPageRows:
		p.Report = &importReport{Name: name, Wrong: 1, Lines: []string{fmt.Sprintf("有 %d 条，网页一次最多 %d 条；分成几个，或在服务器上用 kefu knowledge import", len(read.Lines), maxPageRows)}}
	default:
		if p.Report, err = v.takeIn(name, read, v.field("dry") != ""); err != nil {
			return err
		}
	}
	v.page(http.StatusOK, "articles", p)
	return nil
}

func (v *visit) sheetSent() (string, *sheet.Result, error) {
	f, head, err := v.c.Request.FormFile("file")
	if err != nil {
		return "", nil, fmt.Errorf("%w：选一个 .xlsx、.csv 或 .md 文件", sheet.ErrFile)
	}
	defer f.Close() //nolint:errcheck // only read
	name := clip(head.Filename, 60)
	b, err := io.ReadAll(io.LimitReader(f, sheet.MaxBytes+1))
	if err != nil {
		return name, nil, err
	}
	read, err := sheet.Read(head.Filename, b)
	return name, read, err
}

func (v *visit) takeIn(name string, read *sheet.Result, dry bool) (*importReport, error) {
	r := &importReport{Name: name, Dry: dry, Wrong: len(read.Faults), Ignored: read.Ignored}
	for _, l := range read.Lines {
		what, err := v.Know.Import(v.ctx, l.Article, v.me.ID, v.Now(), dry)
		if err != nil {
			return nil, err
		}
		switch what {
		case knowledge.Added:
			r.New++
		case knowledge.Changed:
			r.Changed++
		case knowledge.Unchanged:
			r.Same++
		case knowledge.Left:
			r.Retired++
		}
	}
	for _, f := range read.Faults[:min(len(read.Faults), maxPageFaults)] {
		r.Lines = append(r.Lines, f.String())
	}
	r.Beyond = len(read.Faults) - len(r.Lines)
	return r, nil
}

// exportArticles gives the live ones as a CSV file.
func (v *visit) exportArticles() error {
	var b bytes.Buffer
	if err := sheet.WriteCSV(&b, v.Know.All()); err != nil {
		return err
	}
	v.c.Header("Content-Disposition", `attachment; filename="knowledge.csv"`)
	v.c.Data(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
	return nil
}

// mountArticles puts the pages of the knowledge base under r.
func (s *Site) mountArticles(r gin.IRouter) {
	r.GET("/articles", s.staff(knowing((*visit).articles)))
	r.GET("/articles/new", s.staff(knowing((*visit).blankArticle)))
	r.POST("/articles/new", s.staff(knowing((*visit).writeArticle)))
	r.GET("/articles/a/:id", s.staff(knowing((*visit).article)))
	r.POST("/articles/a/:id/do/:act", s.staff(knowing((*visit).articleDo)))
	r.POST("/articles/import", s.staff(keeping((*visit).importArticles)))
	r.GET("/articles/export.csv", s.staff(keeping((*visit).exportArticles)))
}
