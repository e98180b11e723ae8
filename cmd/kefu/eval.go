package main

import "github.com/spf13/cobra"

// eval measures understanding with labelled texts. Each kind has a file of its
// own in the package cmd/kefu/eval.
func (p *program) eval() *cobra.Command {
	group := &cobra.Command{Use: "eval", Short: "用标好的文本量一量：意图、投诉、问答、问句、突发"}
	return group
}
