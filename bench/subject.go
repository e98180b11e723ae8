package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// subject is a running program on a filled store, with connections to it.
type subject struct {
	*process
	*client
	probe probe
	world *world
	said  int // messages so far
	cried int // complaints so far

	msgs, griefs figures
}

// figures are what the rounds of one kind came to.
type figures struct{ rate, ratio, p50, p99, cpu []float64 }

// outcome is one round: its rate counts until nothing was left to do, cpu is the
// program's own time on a core for each message, in µs.
type outcome struct {
	*result
	rate, cpu float64
	sent      int // deliveries queued
}

func (w *world) subject(ctx context.Context, binary string, h home, conns int) (*subject, error) {
	file, web, admin, err := w.configure(h)
	if err != nil {
		return nil, err
	}
	s := &subject{world: w}
	if s.process, err = start(ctx, binary, file, web, admin); err != nil {
		return nil, err
	}
	s.client = &client{addr: web, n: conns}
	if s.probe, err = openProbe(ctx, h); err != nil {
		return nil, errors.Join(err, s.process.stop())
	}
	return s, nil
}

func (s *subject) end() error {
	return errors.Join(s.client.close(), s.probe.close(), s.process.stop())
}

// round sends messages and waits until nothing of them is left to do.
func (s *subject) round(ctx context.Context, posts []post) (*outcome, error) {
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	r, err := s.client.send(ctx, posts)
	if err == nil {
		err = settled(ctx, s.probe)
	}
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, tail(s.errOut))
	}
	took := time.Since(start)
	after, err := s.cpu()
	n := float64(len(posts))
	return &outcome{result: r, rate: n / took.Seconds(), cpu: float64((after - before).Microseconds()) / n}, err
}

// talk lets customers ask what we know.
func (s *subject) talk(ctx context.Context, n int) (*outcome, error) {
	posts, err := s.world.posts(s.web, n, func(i int) string { return openid((s.said + i) % talkers) }, inquiries)
	if err != nil {
		return nil, err
	}
	s.said += n
	o, err := s.round(ctx, posts)
	if err == nil && o.replied != n {
		err = fmt.Errorf("of %d questions %d were answered", n, o.replied)
	}
	return o, err
}

// complain lets people complain who have no open case: each opens one.
func (s *subject) complain(ctx context.Context, n int) (*outcome, error) {
	posts, err := s.world.posts(s.web, n, func(i int) string { return griever(s.cried + i) }, complaints)
	if err != nil {
		return nil, err
	}
	s.cried += n
	before, err := s.probe.counts(ctx)
	if err != nil {
		return nil, err
	}
	o, err := s.round(ctx, posts)
	if err != nil {
		return nil, err
	}
	after, err := s.probe.counts(ctx)
	o.sent = after.deliveries - before.deliveries
	switch cases := after.tickets - before.tickets; {
	case err != nil:
	case cases != n || o.replied != n:
		err = fmt.Errorf("of %d complaints %d were answered and %d became a case", n, o.replied, cases)
	case o.sent < n:
		err = fmt.Errorf("%d complaints queued only %d cards", n, o.sent)
	}
	return o, err
}

func (f *figures) add(o *outcome, yard float64) {
	f.rate = append(f.rate, o.rate)
	f.ratio = append(f.ratio, o.rate/yard)
	f.cpu = append(f.cpu, o.cpu)
	f.p50 = append(f.p50, quantile(o.waits, 0.5))
	f.p99 = append(f.p99, quantile(o.waits, 0.99))
}

// tail is the end of what a program said.
func tail(b *bytes.Buffer) string {
	s := b.String()
	return s[max(0, len(s)-2000):]
}

// rival is the yardstick, running.
type rival struct {
	*client
	cmd  *exec.Cmd
	addr string
	n    int
	did  figures
}

func newRival(h home, conns int) (*rival, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	v := &rival{cmd: exec.Command(self, yardstickArg, h.dir)}
	v.cmd.Env = append(os.Environ(), yardstickMongo+"="+h.mongo)
	v.cmd.Stderr = os.Stderr
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := v.cmd.Start(); err != nil {
		return nil, err
	}
	line := make([]byte, 64)
	n, err := out.Read(line)
	if err != nil {
		return nil, errors.Join(err, v.cmd.Process.Kill())
	}
	v.addr = strings.TrimSpace(string(line[:n]))
	v.client = &client{addr: v.addr, n: conns}
	return v, nil
}

func (v *rival) end() error {
	return errors.Join(v.client.close(), v.cmd.Process.Signal(syscall.SIGTERM), v.cmd.Wait())
}

func (v *rival) round(ctx context.Context, w *world, n int) (float64, error) {
	posts := make([]post, n)
	for i := range posts {
		v.n++
		query, body, err := w.sim.Envelope(account, openid(v.n%talkers), inquiries[v.n%len(inquiries)])
		if err != nil {
			return 0, err
		}
		posts[i] = newPost(v.addr, "/hotel", query, body)
	}
	before, err := cpuOf(v.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	r, err := v.client.send(ctx, posts)
	if err != nil {
		return 0, fmt.Errorf("the yardstick: %w", err)
	}
	after, err := cpuOf(v.cmd.Process.Pid)
	o := &outcome{result: r, rate: float64(n) / r.took.Seconds(), cpu: float64((after - before).Microseconds()) / float64(n)}
	v.did.add(o, o.rate)
	return o.rate, err
}

// fsync is how long one write of 8 KiB and its fsync take in dir, the median of
// 200.
func fsync(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var took []float64
	for range 200 {
		start := time.Now()
		if _, err := f.WriteAt(make([]byte, 8<<10), 0); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(start)))
	}
	return time.Duration(median(took)), os.Remove(f.Name())
}
