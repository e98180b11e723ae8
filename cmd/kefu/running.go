package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"kefu/bot/hours"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

// ask calls the admin address of the running kefu; the body is at most 1 MiB.
func ask(ctx context.Context, cfg *config.Config, method, path string, q url.Values) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+reach(cfg.Admin)+path+"?"+q.Encode(), nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("%s 上没有 kefu 在运行，先 kefu serve", cfg.Admin)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, body, err
}

// reach is how this machine calls an address that listens on all of them.
func reach(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

func (p *program) deliveries() *cobra.Command {
	group := grouped(&cobra.Command{Use: "deliveries", Short: "没送到的消息"})
	group.AddCommand(p.dead(), &cobra.Command{
		Use: "again 编号", Short: "再发一次", Args: one("编号", "kefu deliveries dead 列出来的"),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			code, _, err := ask(c.Context(), cfg, http.MethodPost, "/deliveries/again", url.Values{"id": args})
			switch {
			case err != nil:
				return err
			case code == http.StatusNotFound:
				return errors.New("没有这个编号，用 kefu deliveries dead 看有哪些")
			case code == http.StatusConflict:
				return errors.New("它已经送到，或正在送，不用再发")
			case code != http.StatusNoContent:
				return fmt.Errorf("没有办成（HTTP %d），看看 kefu serve 的日志", code)
			}
			fmt.Fprintln(p.out, "✓ 又排上了，马上再发")
			return nil
		},
	})
	return group
}

func (p *program) dead() *cobra.Command {
	var limit int
	var after string
	c := &cobra.Command{
		Use: "dead", Short: "列出放弃了的，新的在前", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			code, body, err := ask(c.Context(), cfg, http.MethodGet, "/deliveries/dead",
				url.Values{"limit": {fmt.Sprint(limit)}, "after": {after}})
			if err != nil {
				return err
			}
			var list []app.Dead
			if code != http.StatusOK || json.Unmarshal(body, &list) != nil {
				return fmt.Errorf("没有列出来（HTTP %d），看看 kefu serve 的日志", code)
			}
			if len(list) == 0 {
				fmt.Fprintln(p.out, "没有放弃了的消息")
			}
			for _, d := range list {
				fmt.Fprintf(p.out, "%s  %-5s %-7s %-6d %s  %s\n",
					d.At.In(hours.China()).Format("01-02 15:04"), d.Channel, d.State, d.Code, d.ID, d.Reason)
			}
			if len(list) == limit {
				fmt.Fprintf(p.out, "后面还有：kefu deliveries dead --after '%s'\n", list[len(list)-1].ID)
			}
			return nil
		},
	}
	c.Flags().IntVar(&limit, "limit", 50, "最多几条，不超过 200")
	c.Flags().StringVar(&after, "after", "", "从这个编号后面接着列")
	return c
}

// healthcheck is for containers: it needs no shell and no other program.
func (p *program) healthcheck() *cobra.Command {
	return &cobra.Command{
		Use: "healthcheck", Short: "问运行中的 kefu 好不好（给容器用）", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			code, body, err := ask(c.Context(), p.healthConfig(c), http.MethodGet, "/readyz", nil)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "%s", body)
			if code != http.StatusOK {
				return errSaid
			}
			return nil
		},
	}
}

// healthConfig is the configuration that says where the admin address is: the
// one named, else where a container has it, else the defaults.
func (p *program) healthConfig(c *cobra.Command) *config.Config {
	paths := []string{p.config}
	if !c.Flags().Changed("config") {
		paths = append(paths, "/etc/kefu/kefu.yaml")
	}
	for _, path := range paths {
		if cfg, err := config.Load(path, os.LookupEnv); err == nil {
			return cfg
		}
	}
	return config.Default()
}
