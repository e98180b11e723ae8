package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"kefu/cmd/kefu/config"
)

// program is what all commands share.
type program struct {
	config string // path of kefu.yaml
	json   bool   // log as JSON
	debug  bool
	out    io.Writer
	err    io.Writer
}

// errSaid ends a command that has said itself what is wrong.
var errSaid = errors.New("said")

// run runs one command line and returns the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	p := &program{out: out, err: errOut}
	root := p.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	if err := root.ExecuteContext(ctx); err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(errOut, err)
		}
		return 1
	}
	return 0
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use: "kefu", Short: "微信里的客服部：客人写信，员工在企业微信里接单",
		SilenceErrors: true, SilenceUsage: true, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("没有 %.40q 这个命令，用 kefu --help 看有哪些", args[0])
			}
			return c.Help()
		},
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.PersistentFlags().StringVarP(&p.config, "config", "c", "kefu.yaml", "配置文件")
	root.PersistentFlags().BoolVar(&p.json, "log-json", false, "日志写成 JSON")
	root.PersistentFlags().BoolVar(&p.debug, "debug", false, "日志写得细一些")
	root.PersistentFlags().BoolP("help", "h", false, "怎么用")
	root.SetUsageTemplate(usage)
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w\n用法见 %s --help", err, c.CommandPath())
	})
	root.AddCommand(p.demo(), p.serve(), p.doctor(), p.check(), p.menu(), p.qr(), p.deliveries(), p.eval(), p.knowledge(), p.learn(), p.llm(), p.healthcheck(), p.version())
	return root
}

// grouped makes a command of commands say when it has none of that name.
func grouped(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("%s 没有 %.40q 这个命令，用 %s --help 看有哪些", c.CommandPath(), args[0], c.CommandPath())
		}
		return c.Help()
	}
	return c
}

// one wants exactly one argument.
func one(what, example string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("要写一个%s，例如 %s", what, example)
		}
		return nil
	}
}

// none wants no arguments.
func none(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s 后面多了 %.40q", c.CommandPath(), args[0])
	}
	return nil
}

const usage = `用法：{{if .HasAvailableSubCommands}}
  {{.CommandPath}} 命令{{else}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name 12}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableFlags}}

选项：
{{.Flags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`

// load reads the configuration; everything wrong with it is the error.
func (p *program) load() (*config.Config, error) { return config.Load(p.config, os.LookupEnv) }

func (p *program) log() *slog.Logger {
	o := &slog.HandlerOptions{}
	if p.debug {
		o.Level = slog.LevelDebug
	}
	if p.json {
		return slog.New(slog.NewJSONHandler(p.err, o))
	}
	return slog.New(slog.NewTextHandler(p.err, o))
}

func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "是哪一版", Args: none,
		Run: func(*cobra.Command, []string) { fmt.Fprintln(p.out, "kefu "+versionText()) },
	}
}

// versionText is what the linker says, else what Go noted when it built.
func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "-dirty"
		}
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return cmp.Or(revision, "dev") + dirty
}
