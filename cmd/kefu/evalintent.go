package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"kefu/cmd/kefu/eval"
)

// evalReading measures intents or complaints: one file to measure with, and
// perhaps one to learn from before.
func (p *program) evalReading(use, short string) *cobra.Command {
	var train string
	var o eval.Reading
	c := &cobra.Command{
		Use: use + " 文件", Short: short, Args: one("标好的 JSONL 文件", "kefu eval "+use+" 标好的.jsonl"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := openFile(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			o.Test = f
			if train != "" {
				if o.Folds > 0 {
					return fmt.Errorf("--train 和 --folds 只能用一个")
				}
				t, err := openFile(train)
				if err != nil {
					return err
				}
				defer t.Close()
				o.Train = t
			}
			if o.Times > 1 && o.Folds == 0 {
				return fmt.Errorf("--times 要和 --folds 一起用")
			}
			return eval.Intents(p.out, o)
		},
	}
	c.Flags().StringVar(&train, "train", "", "先从这个标好的 JSONL 文件学")
	c.Flags().IntVar(&o.Folds, "folds", 0, "把文件分成几份，轮流用其余各份学、在这一份上量")
	c.Flags().IntVar(&o.Times, "times", 1, "和 --folds 一起用：换着分几次，看数字稳不稳")
	c.Flags().BoolVar(&o.Alone, "alone", false, "学的时候不用随程序的例句")
	c.Flags().IntVar(&o.Misses, "misses", 20, "最多列出多少条读错的")
	return c
}
