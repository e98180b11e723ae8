package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kefu/bot/llm"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

// llm shows and tries the language model.
func (p *program) llm() *cobra.Command {
	group := grouped(&cobra.Command{Use: "llm", Short: "大模型：花了多少，试一句"})
	group.AddCommand(p.llmStats(), p.llmTry())
	return group
}

func (p *program) llmStats() *cobra.Command {
	var days int
	c := &cobra.Command{
		Use: "stats", Short: "每种问法问了几次、对几次、多快、花了多少，今天还剩多少", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			if days < 1 || days > 30 {
				return fmt.Errorf("--days 要在 1 到 30 之间：台账留 30 天")
			}
			cfg, err := p.load()
			if err != nil {
				return err
			}
			var s llm.Stats
			err = p.model(c.Context(), cfg, http.MethodGet, "/llm/stats", url.Values{"days": {strconv.Itoa(days)}}, &s,
				func(ctx context.Context, m *llm.Client) (err error) { s, err = m.Stats(ctx, days); return err })
			if err != nil {
				return err
			}
			printStats(p.out, s)
			return nil
		},
	}
	c.Flags().IntVar(&days, "days", 7, "最近几天，1 到 30")
	return c
}

func (p *program) llmTry() *cobra.Command {
	return &cobra.Command{
		Use: "try [一句话]", Short: "向模型说一句，看它答不答、多快、花多少，会不会按格式答", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			text := strings.Join(args, "")
			if len(text) > app.LongestTry {
				return fmt.Errorf("这句话太长，不超过 %d 个字节", app.LongestTry)
			}
			cfg, err := p.load()
			if err != nil {
				return err
			}
			var t app.Tried
			err = p.model(c.Context(), cfg, http.MethodPost, "/llm/try", url.Values{"text": {text}}, &t,
				func(ctx context.Context, m *llm.Client) error { t = app.TryModel(ctx, m, text); return nil })
			if err != nil {
				return err
			}
			return printTried(p.out, t)
		},
	}
}

// modelPatience is for a trial without a kefu running.
const modelPatience = time.Minute

// model asks the running kefu, which has the store, or does it itself when none
// runs.
func (p *program) model(ctx context.Context, cfg *config.Config, method, path string, q url.Values, into any, own func(context.Context, *llm.Client) error) error {
	code, body, err := ask(ctx, cfg, method, path, q)
	if err == nil {
		if code != http.StatusOK || json.Unmarshal(body, into) != nil {
			return fmt.Errorf("没有办成（HTTP %d），看看 kefu serve 的日志", code)
		}
		return nil
	}
	engine, err := app.OpenStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer engine.Close() //nolint:errcheck // what was written is durable
	ctx, cancel := context.WithTimeout(ctx, modelPatience)
	defer cancel()
	m, err := app.Model(ctx, cfg, engine, nil, p.log(), nil)
	if err != nil {
		return err
	}
	defer m.Close() //nolint:errcheck // the store says so itself
	return own(ctx, m)
}

// outcomes are how they are called, in the order in which they are told.
var outcomes = []struct {
	o    llm.Outcome
	name string
}{
	{"ok", "对"}, {"repaired", "改一次才对"}, {"format", "格式不对"}, {"timeout", "超时"}, {"failed", "出错"}, {"refused", "被拒"}, {"canceled", "中途不要了"},
	{"busy", "同时太多"}, {"budget", "钱用完"}, {"open", "模型停一会儿"},
}

func printStats(w io.Writer, s llm.Stats) {
	if !s.On {
		fmt.Fprintln(w, "没有配模型，见 kefu.example.yaml 的 llm")
	} else {
		fmt.Fprintf(w, "%s，最近 %d 天\n", s.Model, s.Days)
	}
	if len(s.Rows) == 0 && s.On {
		fmt.Fprintln(w, "  还没有问过")
	}
	for _, r := range s.Rows {
		fmt.Fprintf(w, "\n%s %s（%s）\n", r.Prompt, r.Version, r.Model)
		counts := []string{fmt.Sprintf("问了 %d 次", r.Calls)}
		for _, o := range outcomes {
			if n := r.Outcomes[o.o]; n > 0 {
				counts = append(counts, fmt.Sprintf("%s %d", o.name, n))
			}
		}
		fmt.Fprintln(w, "  "+strings.Join(counts, " · "))
		fmt.Fprintf(w, "  一半在 %s内，95%% 在 %s内 · 发出 %d、收回 %d token · %s\n", seconds(r.P50), seconds(r.P95), r.In, r.Out, yuan(r.Cost))
	}
	if s.Cut {
		fmt.Fprintln(w, "\n次数太多，只算了最新的")
	}
	var away []string
	for _, o := range outcomes {
		if n := s.Away[o.o]; n > 0 {
			away = append(away, fmt.Sprintf("%s %d", o.name, n))
		}
	}
	if len(away) > 0 {
		fmt.Fprintln(w, "\n没有去问的："+strings.Join(away, " · "))
	}
	switch {
	case s.Budget > 0:
		fmt.Fprintf(w, "\n今天花了 %s，还剩 %s（每天 %s）\n", yuan(s.Spent), yuan(max(0, s.Budget-s.Spent)), yuan(s.Budget))
	case s.On:
		fmt.Fprintf(w, "\n今天花了 %s，没有设上限\n", yuan(s.Spent))
	}
}

func seconds(ms int64) string { return fmt.Sprintf("%.1f 秒", float64(ms)/1000) }

// yuan is an amount in 元, with as many digits as it needs.
func yuan(micro int64) string {
	s := strings.TrimRight(fmt.Sprintf("%.4f", float64(micro)/1e6), "0")
	if i := strings.IndexByte(s, '.'); len(s)-i < 3 {
		s += strings.Repeat("0", 3-len(s)+i)
	}
	return s + " 元"
}

func printTried(w io.Writer, t app.Tried) error {
	if t.Text != "" {
		fmt.Fprintln(w, t.Text)
		fmt.Fprintf(w, "\n✓ %s · 发出 %d、收回 %d token · %s\n", seconds(t.Took), t.In, t.Out, yuan(t.Cost))
	}
	if t.Form {
		fmt.Fprintln(w, "✓ 会按格式答（JSON）")
	}
	if t.Found == "" {
		return nil
	}
	fmt.Fprintln(w, strings.TrimSpace("✗ "+t.Found+"\n    "+t.Do))
	return errSaid
}
