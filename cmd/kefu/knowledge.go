package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kefu/bot/desk"
	"kefu/bot/knowledge"
	"kefu/bot/knowledge/sheet"
	"kefu/cmd/kefu/app"
)

// knowledge takes articles in, gives them out and lists what is asked in vain.
func (p *program) knowledge() *cobra.Command {
	group := grouped(&cobra.Command{Use: "knowledge", Short: "知识库：导入、导出、列出，没答上的问题"})
	group.AddCommand(p.knowledgeImport(), p.knowledgeExport(), p.knowledgeList(), p.knowledgeUnanswered())
	return group
}

// withBase opens the store for one command and closes it again.
func (p *program) withBase(ctx context.Context, do func(context.Context, *knowledge.Base) error) error {
	cfg, err := p.load()
	if err != nil {
		return err
	}
	pack, err := desk.Load(cfg.Pack)
	if err != nil {
		return err
	}
	engine, err := app.OpenStore(ctx, cfg)
	if err != nil {
		return fmt.Errorf("%w\nkefu 正在运行时，请在网页“知识”里导入和导出", err)
	}
	defer engine.Close() //nolint:errcheck // what was written is durable
	base, err := knowledge.Open(ctx, engine, app.Synonyms(pack))
	if err != nil {
		return err
	}
	return do(ctx, base)
}

func (p *program) knowledgeImport() *cobra.Command {
	var dry bool
	var by string
	c := &cobra.Command{
		Use: "import 文件", Short: "从 .xlsx、.csv 或 .md 导入；好的行收下，不好的一行行列出来",
		Args: one("文件", "kefu knowledge import 知识.xlsx"),
		RunE: func(c *cobra.Command, args []string) error {
			read, err := readSheet(args[0])
			if err != nil {
				return err
			}
			return p.withBase(c.Context(), func(ctx context.Context, base *knowledge.Base) error {
				return takeIn(ctx, p.out, base, read, by, time.Now(), dry)
			})
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "只看会怎样，什么都不改")
	c.Flags().StringVar(&by, "by", "import", "谁批准的，记在每一条上")
	return c
}

func readSheet(path string) (*sheet.Result, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, sheet.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("读不了文件: %w", err)
	}
	return sheet.Read(filepath.Base(path), b)
}

// takeIn stores what was read and reports line by line. Some faults are an error,
// so that a script notices; the good lines are stored all the same.
func takeIn(ctx context.Context, w io.Writer, base *knowledge.Base, read *sheet.Result, by string, now time.Time, dry bool) error {
	count := map[knowledge.Taken]int{}
	for _, l := range read.Lines {
		what, err := base.Import(ctx, l.Article, by, now, dry)
		if err != nil {
			return fmt.Errorf("第 %d 行存不下去，前面的已存好，改好再导一次不会重复: %w", l.Row, err)
		}
		if count[what]++; what != knowledge.Unchanged {
			fmt.Fprintf(w, "第 %d 行 %s %s %s\n", l.Row, takenWords[what], l.Article.ID, oneLine(l.Article.Question))
		}
	}
	for _, f := range read.Faults {
		fmt.Fprintln(w, "✗ "+f.String())
	}
	if len(read.Ignored) > 0 {
		fmt.Fprintf(w, "没有用到的列：%s\n", strings.Join(read.Ignored, "、"))
	}
	said := "导入"
	if dry {
		said = "试导，没有改动。真导会有"
	}
	fmt.Fprintf(w, "%s：新的 %d 条，改了 %d 条，没变 %d 条，停用不动 %d 条，不能用 %d 处\n", said,
		count[knowledge.Added], count[knowledge.Changed], count[knowledge.Unchanged], count[knowledge.Left], len(read.Faults))
	if len(read.Faults) > 0 {
		return errSaid
	}
	return nil
}

var takenWords = map[knowledge.Taken]string{
	knowledge.Added: "新的", knowledge.Changed: "改了", knowledge.Unchanged: "没变", knowledge.Left: "已停用，没有动",
}

func oneLine(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}

func (p *program) knowledgeExport() *cobra.Command {
	return &cobra.Command{
		Use: "export 文件", Short: "把在用的文章写成 .csv 或 .md，改好可以再导入；不写文件就打印 CSV", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name := strings.Join(args, "")
			write := sheet.WriteCSV
			switch strings.ToLower(filepath.Ext(name)) {
			case "", ".csv":
			case ".md":
				write = sheet.WriteMarkdown
			default:
				return fmt.Errorf("只写 .csv 和 .md；.csv 用 Excel 打开")
			}
			return p.withBase(c.Context(), func(_ context.Context, base *knowledge.Base) error {
				var b bytes.Buffer
				if err := write(&b, base.All()); err != nil {
					return err
				}
				if name == "" {
					_, err := p.out.Write(b.Bytes())
					return err
				}
				if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
					return fmt.Errorf("写不了文件: %w", err)
				}
				fmt.Fprintf(p.out, "✓ %d 条写在 %s\n", base.Len(), name)
				return nil
			})
		},
	}
}

// audiences are who may read an article, in words.
var audiences = map[knowledge.Audience]string{"": "所有人", knowledge.Everyone: "所有人", knowledge.VIP: "只给贵宾", knowledge.Staff: "只给员工"}

func (p *program) knowledgeList() *cobra.Command {
	var state string
	c := &cobra.Command{
		Use: "list", Short: "列出文章：在用的、等批准的、停用的", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			s, ok := map[string]knowledge.State{"live": knowledge.Live, "draft": knowledge.Draft, "retired": knowledge.Retired}[state]
			if !ok {
				return fmt.Errorf("--state 写 live（在用）、draft（等批准）或 retired（停用）")
			}
			return p.withBase(c.Context(), func(ctx context.Context, base *knowledge.Base) error {
				list, err := base.List(ctx, s, nil, maxListed)
				if err != nil {
					return err
				}
				if len(list) == 0 {
					fmt.Fprintln(p.out, "没有。导入：kefu knowledge import 知识.xlsx")
				}
				for _, a := range list {
					mark := map[bool]string{true: "官方"}[a.Official]
					fmt.Fprintf(p.out, "%s\t第 %d 版\t%s\t%s\t%s\t%s\n", a.ID, a.Version, cmp.Or(mark, "-"), audiences[a.Audience], cmp.Or(a.Category, "-"), oneLine(a.Question))
				}
				if len(list) == maxListed {
					fmt.Fprintf(p.out, "只列最近改的 %d 条；全部用 kefu knowledge export\n", maxListed)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&state, "state", "live", "live、draft 或 retired")
	return c
}

const maxListed = 1000

func (p *program) knowledgeUnanswered() *cobra.Command {
	return &cobra.Command{
		Use: "unanswered", Short: "没答上的问题，问得最多的在前", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withBase(c.Context(), func(ctx context.Context, base *knowledge.Base) error {
				list, err := base.Unanswered(ctx, 100, time.Now())
				if err != nil {
					return err
				}
				if len(list) == 0 {
					fmt.Fprintln(p.out, "没有。问过的都答得上。")
				}
				for _, m := range list {
					fmt.Fprintf(p.out, "%d 次\t%s 起，最近 %s\t%s\n", m.Count, m.First.Time().Local().Format(time.DateOnly), m.Last.Time().Local().Format(time.DateOnly), oneLine(m.Question))
				}
				return nil
			})
		},
	}
}
