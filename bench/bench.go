package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"kefu/bot/intent"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
)

// bench is one run.
type bench struct {
	options
	say    io.Writer // what is going on
	world  *world
	binary string
	end    []func() error

	databases []string // made in a MongoDB, to be dropped
}

func newBench(ctx context.Context, o options, say io.Writer) (*bench, error) {
	// The load generator's own collecting of garbage would show in the figures.
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(1 << 30)
	b := &bench{options: o, say: say, binary: o.binary}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	if b.binary == "" {
		b.tell("building the program")
		var err error
		if b.binary, err = build(ctx, o.dir); err != nil {
			return nil, err
		}
	}
	var err error
	b.world, err = newWorld()
	return b, err
}

func (b *bench) tell(format string, args ...any) { fmt.Fprintf(b.say, "· "+format+"\n", args...) }

func (b *bench) skips(what string) bool { return strings.Contains(b.skip, what) }

func (b *bench) close() error {
	var errs []error
	for _, f := range b.end {
		errs = append(errs, f())
	}
	return errors.Join(append(errs, b.drop(), b.world.close())...)
}

func (b *bench) measure(ctx context.Context) (*table, error) {
	t := &table{Machine: machine()}
	if b.mongo != "" {
		t.Machine += "; the documents are in MongoDB"
	}
	sync, err := fsync(b.dir)
	if err != nil {
		return nil, err
	}
	t.add("one fsync", float64(sync)/1e3, "µs", "")
	info, err := os.Stat(b.binary)
	if err != nil {
		return nil, err
	}
	if err := b.understanding(t); err != nil {
		return nil, err
	}
	if !b.skips("idle") {
		if err := b.idle(ctx, t); err != nil {
			return nil, err
		}
	}
	t.most("binary, stripped", float64(info.Size())/1e6, 45, "MB", "")
	return t, b.load(ctx, t)
}

// machine says on what this was measured, and what else ran there.
func machine() string {
	s := fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		s += ", load before " + strings.Fields(string(b))[0]
	}
	return s + "; the load comes from the same machine; WeChat and WeCom are the simulator, over loopback"
}

// understanding is how long the words of one message take.
func (b *bench) understanding(t *table) error {
	d, err := app.ReadDepartment(config.Default(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	texts := append(append([]string{}, inquiries...), complaints...)
	r := testing.Benchmark(func(tb *testing.B) {
		for i := 0; tb.Loop(); i++ {
			d.Reader.Read(texts[i%len(texts)], intent.Context{})
		}
	})
	t.most("understanding a message", float64(r.NsPerOp())/1e3, 100, "µs", "without a model")
	return nil
}

// idle starts the program on a fresh folder and again on the same, and lets it be.
func (b *bench) idle(ctx context.Context, t *table) error {
	b.tell("starting and doing nothing")
	h, err := b.home("idle")
	if err != nil {
		return err
	}
	file, web, admin, err := b.world.configure(h)
	if err != nil {
		return err
	}
	var first float64
	var ready []float64
	for i := range 6 {
		p, err := start(ctx, b.binary, file, web, admin)
		if err != nil {
			return err
		}
		if i == 0 {
			first = p.ready.Seconds()
		} else {
			ready = append(ready, p.ready.Seconds())
		}
		if i == 5 {
			err = b.rest(ctx, p, t)
		}
		if err := errors.Join(err, p.stop()); err != nil {
			return err
		}
	}
	t.most("start to ready", median(ready), 0.3, "s", "the first time, on an empty folder: "+number(first)+" s")
	return nil
}

func (b *bench) rest(ctx context.Context, p *process, t *table) error {
	span := 20 * time.Second
	if b.short {
		span = 5 * time.Second
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	before, err := p.cpu()
	if err != nil {
		return err
	}
	if err := pause(ctx, span); err != nil {
		return err
	}
	after, err := p.cpu()
	if err != nil {
		return err
	}
	mem, err := p.memory("VmRSS")
	if err != nil {
		return err
	}
	t.most("memory idle", mem, 60, "MB", "resident")
	t.most("CPU idle", 100*(after-before).Seconds()/span.Seconds(), 0.5, "% of a core", "over "+span.String())
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
