package main

import "github.com/spf13/cobra"

// eval measures understanding with labelled texts. Each kind has a file of its
// own in the package cmd/kefu/eval.
func (p *program) eval() *cobra.Command {
	group := grouped(&cobra.Command{Use: "eval", Short: "用标好的文本量一量：意图、投诉、问答、问句、突发"})
	group.AddCommand(p.evalReading("intent", "每条话是什么意图"), p.evalReading("complaint", "每条话是不是投诉"))
	group.AddCommand(p.evalFAQ(), p.evalPairs(), p.evalBurst())
	return group
}
