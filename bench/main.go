// Command bench measures what the program promises of its speed and prints a
// table: each row with what was measured, what must be reached, and whether it
// was.
//
// It builds the program as it is shipped, starts it against the simulated WeChat
// and WeCom on a real port and a real data folder, and sends it signed, encrypted
// messages over keep-alive connections. Beside it runs what people would write
// instead: a handler that decrypts a message and stores one document. All take
// turns in the same run, in short rounds, because machines are noisy; what is
// printed are medians. The load comes from the same machine.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// options are the command line.
type options struct {
	json    bool
	short   bool
	dir     string // for binaries and data
	binary  string // of the program; "": built
	profile string // folder for profiles; "": none
	rounds  int
	round   time.Duration // about how long a round of each kind takes
	conns   int
	tickets int // in the large store
	skip    string
	mongo   string // URI of a MongoDB that keeps the documents; "": SQLite
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == yardstickArg {
		if err := yardstick(home{dir: os.Args[2], mongo: os.Getenv(yardstickMongo)}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	o := options{conns: 16}
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.BoolVar(&o.json, "json", false, "print the rows as JSON")
	fs.BoolVar(&o.short, "short", false, "5 seconds for each figure, a smaller large store")
	fs.StringVar(&o.dir, "dir", "", "folder for data (default: a temporary one, removed afterwards); its disk is measured")
	fs.StringVar(&o.binary, "binary", "", "the program, stripped (default: build it)")
	fs.StringVar(&o.profile, "profile", "", "write CPU and allocation profiles of each path to this folder")
	fs.IntVar(&o.rounds, "rounds", 5, "rounds of each kind")
	fs.DurationVar(&o.round, "round", 3*time.Second, "about how long a round takes")
	fs.IntVar(&o.tickets, "tickets", 100_000, "cases in the large store; three times as many messages")
	fs.StringVar(&o.mongo, "mongo", os.Getenv("KEFU_TEST_MONGO"), "URI of a MongoDB on which to measure, in databases of its own (default: $KEFU_TEST_MONGO, else SQLite)")
	fs.StringVar(&o.skip, "skip", "", "leave out: large, idle (comma separated)")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if o.short {
		o.round, o.tickets = time.Second, min(o.tickets, 20_000)
	}
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "kefu-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	b, err := newBench(ctx, o, progress)
	if err != nil {
		return err
	}
	t, err := b.measure(ctx)
	err = errors.Join(err, b.close())
	if err != nil {
		return err
	}
	if o.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		err = enc.Encode(t)
	} else {
		t.print(out)
	}
	if missed := t.missed(); err == nil && missed > 0 {
		return fmt.Errorf("%d of the figures are not reached", missed)
	}
	return err
}
