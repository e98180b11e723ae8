package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"kefu/bot/learn"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/cmd/kefu/eval"
)

// learn trains the classifier of intents.
func (p *program) learn() *cobra.Command {
	var back, list, cases bool
	c := &cobra.Command{
		Use:   "learn [文件…]",
		Short: "从标好的话和本部门的工单学会认意图、原因和部门，好了才换上",
		Long: `从标好的 JSONL 文件（每行 {"text":…,"intent":…}）学；不写文件就从本部门的工单学：
员工改过的意图、已解决的工单，还有办结时选的原因和责任部门（办结时先给出最像的，词表
认不出的工单先派给最像的部门）。留一部分不学，用来和正在用的比，不比它差才换上。`,
		RunE: func(c *cobra.Command, files []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			switch {
			case back && list || (back || list) && len(files) > 0:
				return errors.New("--back、--list 和文件一次只能写一样")
			case back:
				return p.school(c.Context(), cfg, http.MethodPost, "/learn/back", nil, (*app.School).Back)
			case list:
				return p.school(c.Context(), cfg, http.MethodGet, "/learn", nil, (*app.School).List)
			}
			l := app.Lesson{Cases: cases || len(files) == 0}
			for _, name := range files {
				rows, err := labelled(name)
				if err != nil {
					return err
				}
				l.Rows = append(l.Rows, rows...)
			}
			return p.school(c.Context(), cfg, http.MethodPost, "/learn", l, func(s *app.School, ctx context.Context) (app.Learned, error) {
				return s.Learn(ctx, l)
			})
		},
	}
	c.Flags().BoolVar(&back, "back", false, "换回前一版")
	c.Flags().BoolVar(&list, "list", false, "列出学过的各版")
	c.Flags().BoolVar(&cases, "cases", false, "除了文件，也从本部门的工单学")
	return c
}

func labelled(name string) ([]learn.Row, error) {
	f, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := eval.Labels(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rows, nil
}

// lessonPatience is longer than the running kefu takes.
const lessonPatience = 4 * time.Minute

// school asks the running kefu, which has the store, or learns itself when none
// runs.
func (p *program) school(ctx context.Context, cfg *config.Config, method, path string, body any, own func(*app.School, context.Context) (app.Learned, error)) error {
	ctx, cancel := context.WithTimeout(ctx, lessonPatience)
	defer cancel()
	out, running, err := askSchool(ctx, cfg, method, path, body)
	if !running {
		out, err = p.ownSchool(ctx, cfg, own)
	}
	if err != nil {
		return err
	}
	if out.Refused {
		return errors.New(out.Text)
	}
	fmt.Fprint(p.out, out.Text)
	if n := len(out.Text); n > 0 && out.Text[n-1] != '\n' {
		fmt.Fprintln(p.out)
	}
	return nil
}

func askSchool(ctx context.Context, cfg *config.Config, method, path string, body any) (out app.Learned, running bool, err error) {
	var b bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			return out, true, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+reach(cfg.Admin)+path, &b)
	if err != nil {
		return out, false, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return out, false, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<20)).Decode(&out) != nil {
		return out, true, fmt.Errorf("没有办成（HTTP %d），看看 kefu serve 的日志", res.StatusCode)
	}
	return out, true, nil
}

func (p *program) ownSchool(ctx context.Context, cfg *config.Config, own func(*app.School, context.Context) (app.Learned, error)) (app.Learned, error) {
	e, err := app.OpenStore(ctx, cfg)
	if err != nil {
		return app.Learned{}, err
	}
	defer e.Close() //nolint:errcheck // what was written is durable
	s, err := app.OpenSchool(ctx, cfg, e)
	if err != nil {
		return app.Learned{}, err
	}
	return own(s, ctx)
}
