package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"kefu/bot/incident"
	"kefu/cmd/kefu/eval"
)

// evalBurst looks for events in a stream of complaints.
func (p *program) evalBurst() *cobra.Command {
	o := eval.BurstOptions{Rule: incident.Usually}
	c := &cobra.Command{
		Use: "burst 文件", Short: "一串投诉里有没有突发，报得早不早", Args: one("按时间排好、标好的 JSONL 文件", "kefu eval burst 标好的.jsonl"),
		RunE: func(_ *cobra.Command, args []string) error {
			return withFiles(args[0], "", func(in, _ io.Reader) error {
				_, err := eval.Burst(in, p.out, o)
				return err
			})
		},
	}
	c.Flags().DurationVar(&o.Window, "window", 120*24*time.Hour, "多久以内的算在一起（没报的）")
	c.Flags().IntVar(&o.Rule.Count, "count", incident.Usually.Count, "几件算突发")
	c.Flags().IntVar(&o.Rule.Customers, "customers", incident.Usually.Customers, "至少几位客人")
	return c
}
