package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/bot/wechat/oa"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

// longestCall is how long a command waits for the platform.
const longestCall = 20 * time.Second

// accounts are those that a command is for: the one named, or all.
func accounts(cfg *config.Config, id string) ([]config.Account, error) {
	if len(cfg.Accounts) == 0 {
		return nil, errors.New("没有配公众号，在 accounts 里写上")
	}
	if id == "" {
		return cfg.Accounts, nil
	}
	var ids []string
	for _, a := range cfg.Accounts {
		if a.ID == id {
			return []config.Account{a}, nil
		}
		ids = append(ids, a.ID)
	}
	return nil, fmt.Errorf("没有叫 %s 的公众号，有 %s", id, strings.Join(ids, "、"))
}

func open(a config.Account) (*oa.Account, error) {
	return app.Account(a, wechat.NewMemory(time.Now), nil, time.Now)
}

// explain says what to do about a call that failed.
func explain(err error) error {
	if f := chat.Failed(err); f != nil {
		if do := wechat.Advice(f); do != "" {
			return fmt.Errorf("微信没有答应（%d）。%s", f.Code, do)
		}
		return fmt.Errorf("微信没有答应（%d %s），稍后再试；一直这样就运行 kefu doctor", f.Code, f.Why)
	}
	return err
}

func (p *program) menu() *cobra.Command {
	group := grouped(&cobra.Command{Use: "menu", Short: "公众号底部的菜单"})
	var id string
	push := &cobra.Command{
		Use: "push", Short: "把菜单推到公众号：配置里 menu 的文件，没有就用行业包的", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			list, err := accounts(cfg, id)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), longestCall)
			defer cancel()
			var errs []error
			for _, a := range list {
				if err := pushMenu(ctx, cfg, a); err != nil {
					errs = append(errs, fmt.Errorf("✗ %s：%w", a.ID, err))
					continue
				}
				fmt.Fprintf(p.out, "✓ %s 的菜单已换，手机上 5 分钟内看到（重新关注马上看到）\n", a.ID)
			}
			return errors.Join(errs...)
		},
	}
	push.Flags().StringVar(&id, "account", "", "哪个公众号；不写就是全部")
	group.AddCommand(push)
	return group
}

func pushMenu(ctx context.Context, cfg *config.Config, a config.Account) error {
	menu, err := app.Menu(cfg, a)
	if err != nil {
		return err
	}
	b, err := json.Marshal(menu)
	if err != nil {
		return err
	}
	var m oa.Menu
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	out, err := open(a)
	if err != nil {
		return err
	}
	return explain(out.MenuCreate(ctx, m))
}

func (p *program) qr() *cobra.Command {
	group := grouped(&cobra.Command{Use: "qr", Short: "带场景的二维码"})
	var id string
	var lasts time.Duration
	create := &cobra.Command{
		Use: "create 场景", Short: "做一个二维码，例如 kefu qr create room:1208", Args: one("场景", "room:1208"),
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			list, err := accounts(cfg, id)
			if err != nil {
				return err
			}
			if len(list) > 1 {
				return errors.New("有几个公众号，用 --account 说明是哪一个")
			}
			out, err := open(list[0])
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), longestCall)
			defer cancel()
			code, err := out.QRCode(ctx, args[0], lasts)
			if err != nil {
				return explain(err)
			}
			fmt.Fprintf(p.out, "内容 %s\n图片 %s\n", code.URL, code.Image)
			if code.Lasts > 0 {
				fmt.Fprintf(p.out, "有效 %s\n", code.Lasts)
			} else {
				fmt.Fprintln(p.out, "永久有效（一个公众号最多 10 万个）")
			}
			return nil
		},
	}
	create.Flags().StringVar(&id, "account", "", "哪个公众号；只有一个时不用写")
	create.Flags().DurationVar(&lasts, "lasts", 0, "有效多久，最长 720h；不写是永久")
	group.AddCommand(create)
	return group
}
