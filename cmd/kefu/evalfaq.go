package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"kefu/cmd/kefu/eval"
)

// evalFAQ measures whether the knowledge base finds the right article.
func (p *program) evalFAQ() *cobra.Command {
	var articles string
	var o eval.FAQ
	c := &cobra.Command{
		Use: "faq 问题文件 --articles 文章文件", Short: "问题找不找得到对的文章，没有答案时知不知道",
		Args: one("标好的 JSONL 文件", "kefu eval faq 问题.jsonl --articles 文章.jsonl"),
		RunE: func(_ *cobra.Command, args []string) error {
			return withFiles(args[0], articles, func(queries, with io.Reader) error {
				if with == nil {
					return fmt.Errorf("还要用 --articles 给出文章文件")
				}
				o.Queries, o.Articles = queries, with
				return eval.Answers(p.out, o)
			})
		},
	}
	c.Flags().StringVar(&articles, "articles", "", "文章的 JSONL 文件")
	c.Flags().IntVar(&o.Misses, "misses", 20, "最多列出多少条不对的")
	return c
}

// evalPairs measures whether two questions are told to be the same.
func (p *program) evalPairs() *cobra.Command {
	var train string
	var misses int
	c := &cobra.Command{
		Use: "pairs 文件", Short: "两个问句是不是同一个问题", Args: one("标好的 JSONL 文件", "kefu eval pairs 标好的.jsonl"),
		RunE: func(_ *cobra.Command, args []string) error {
			return withFiles(args[0], train, func(test, from io.Reader) error { return eval.Pairs(p.out, test, from, misses) })
		},
	}
	c.Flags().StringVar(&train, "train", "", "先从这个标好的 JSONL 文件学")
	c.Flags().IntVar(&misses, "misses", 20, "最多列出多少对判错的")
	return c
}

// withFiles opens a file, and a second one unless its name is empty.
func withFiles(first, second string, do func(first, second io.Reader) error) error {
	f, err := openFile(first)
	if err != nil {
		return err
	}
	defer f.Close()
	if second == "" {
		return do(f, nil)
	}
	s, err := openFile(second)
	if err != nil {
		return err
	}
	defer s.Close()
	return do(f, s)
}
