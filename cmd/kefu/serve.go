package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/cmd/kefu/doctor"
)

// gcPercent keeps the heap small: most of it is short-lived, and collecting it more
// often costs little. GOGC in the environment goes before.
const gcPercent = 60

// lastWish is how long what was begun may take to end.
const lastWish = 20 * time.Second

func (p *program) serve() *cobra.Command {
	return &cobra.Command{
		Use: "serve", Short: "开始接待", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			if os.Getenv("GOGC") == "" {
				debug.SetGCPercent(gcPercent)
			}
			a, err := app.New(c.Context(), cfg, app.Options{Log: p.log()})
			if err != nil {
				return err
			}
			if err := a.Start(c.Context()); err != nil {
				return errors.Join(err, stop(a))
			}
			announce(p.out, cfg, a)
			debug.FreeOSMemory() // what only the start needed: word lists, templates, pages
			ended := context.AfterFunc(c.Context(), func() { _ = stop(a) })
			defer ended()
			err = a.Wait()
			return errors.Join(err, stop(a))
		},
	}
}

func stop(a *app.App) error {
	ctx, cancel := context.WithTimeout(context.Background(), lastWish)
	defer cancel()
	return a.Stop(ctx)
}

// announce says where everything is.
func announce(w io.Writer, cfg *config.Config, a *app.App) {
	base := cfg.PublicURL
	if base == "" {
		base = a.URL()
	}
	fmt.Fprintf(w, "kefu %s 开始接待\n", versionText())
	row := func(name, text string) { fmt.Fprintf(w, "  %-9s %s\n", name, text) }
	row("listen", a.URL())
	row("admin", a.AdminURL()+"/readyz")
	if cfg.Store.Mongo != "" {
		row("store", "MongoDB")
	} else {
		row("store", "SQLite，"+cfg.Data)
	}
	if cfg.Redis.URL != "" {
		row("redis", "外置")
	} else {
		row("redis", "内置")
	}
	for _, acc := range cfg.Accounts {
		row("公众号", acc.ID+"，回调 "+base+"/wechat/oa/"+acc.ID)
	}
	if len(cfg.Accounts) == 0 {
		row("公众号", "没有配，收不到客人的信")
	}
	if cfg.Wecom.On() {
		row("企业微信", "回调 "+base+"/wecom/app")
	} else {
		row("企业微信", "没有配，员工收不到单")
	}
	if cfg.LLM.On() {
		row("大模型", cfg.LLM.Model)
	}
	for _, n := range cfg.Notes {
		fmt.Fprintln(w, "  提醒 "+n.Error())
	}
}

func (p *program) doctor() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "看连得通不通：数据库、Redis、令牌、白名单、回调、时钟、模板、员工、模型", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			if !doctor.New(cfg, nil, func(l doctor.Line) { fmt.Fprintln(p.out, l) }).Run(c.Context()) {
				return errSaid
			}
			return nil
		},
	}
}

func (p *program) check() *cobra.Command {
	group := grouped(&cobra.Command{Use: "config", Short: "配置"})
	group.AddCommand(&cobra.Command{
		Use: "check", Short: "看写得对不对：哪一行、错在哪、怎么改", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			if _, err := app.ReadDepartment(cfg, p.log()); err != nil {
				return err
			}
			for _, n := range cfg.Notes {
				fmt.Fprintln(p.out, "提醒 "+n.Error())
			}
			fmt.Fprintln(p.out, cfg.File+" 没有问题")
			return nil
		},
	})
	return group
}
