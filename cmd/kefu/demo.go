package main

import (
	"github.com/spf13/cobra"

	"kefu/cmd/kefu/demo"
)

func (p *program) demo() *cobra.Command {
	o := demo.Options{}
	c := &cobra.Command{
		Use: "demo", Short: "试一试：客人的手机、员工的企业微信，都在一页上", Args: none,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Out, o.Began = p.out, began
			if p.debug {
				o.Log = p.log()
			}
			return demo.Run(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "在哪里打开")
	f.StringVar(&o.Data, "data", "./kefu-data", "数据放在哪里")
	f.StringVar(&o.Pack, "pack", "hotel", "行业包的名字或文件夹")
	f.StringVar(&o.Prompts, "prompts", "", "改过的话术放在哪里；不写是数据文件夹里的 prompts")
	f.BoolVar(&o.Fresh, "fresh", false, "从头来，忘掉以前的")
	return c
}
