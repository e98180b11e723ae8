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
	probe *probe
	world *world
	said  int // messages so far
	cried int // complaints so far

	msgs, griefs figures
}

// figures are what the rounds of one kind came to.
type figures struct{ rate, ratio, p50, p99, answered []float64 }

func (w *world) subject(ctx context.Context, binary, dir string, conns int) (*subject, error) {
	file, web, admin, err := w.configure(dir)
	if err != nil {
		return nil, err
	}
	s := &subject{world: w}
	if s.process, err = start(ctx, binary, file, web, admin); err != nil {
		return nil, err
	}
	if s.client, err = dial(ctx, web, conns); err == nil {
		s.probe, err = openProbe(dir)
	}
	if err != nil {
		return nil, errors.Join(err, s.process.stop())
	}
	return s, nil
}

func (s *subject) end() error {
	return errors.Join(s.client.close(), s.probe.db.Close(), s.process.stop())
}

// round sends n messages and waits until nothing of them is left to do. Its rate
// counts until then.
func (s *subject) round(ctx context.Context, posts []post) (*result, float64, error) {
	start := time.Now()
	r, err := s.client.send(ctx, posts)
	if err == nil {
		err = s.probe.settled(ctx)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%w\n%s", err, tail(s.errOut))
	}
	return r, float64(len(posts)) / time.Since(start).Seconds(), nil
}

// talk lets customers ask what we know.
func (s *subject) talk(ctx context.Context, n int) (*result, float64, error) {
	posts, err := s.world.posts(s.web, n, func(i int) string { return openid((s.said + i) % talkers) }, inquiries)
	if err != nil {
		return nil, 0, err
	}
	s.said += n
	r, rate, err := s.round(ctx, posts)
	if err == nil && r.replied != n {
		err = fmt.Errorf("of %d questions %d were answered", n, r.replied)
	}
	return r, rate, err
}

// complain lets people complain who have no open case: each opens one.
func (s *subject) complain(ctx context.Context, n int) (*result, float64, int, error) {
	posts, err := s.world.posts(s.web, n, func(i int) string { return griever(s.cried + i) }, complaints)
	if err != nil {
		return nil, 0, 0, err
	}
	s.cried += n
	before, err := s.probe.counts(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	r, rate, err := s.round(ctx, posts)
	if err != nil {
		return nil, 0, 0, err
	}
	after, err := s.probe.counts(ctx)
	switch cases, sent := after.tickets-before.tickets, after.deliveries-before.deliveries; {
	case err != nil:
	case cases != n || r.replied != n:
		err = fmt.Errorf("of %d complaints %d were answered and %d became a case", n, r.replied, cases)
	case sent < n:
		err = fmt.Errorf("%d complaints queued only %d cards", n, sent)
	}
	return r, rate, after.deliveries - before.deliveries, err
}

func (f *figures) add(r *result, rate, yard float64) {
	f.rate = append(f.rate, rate)
	f.ratio = append(f.ratio, rate/yard)
	f.answered = append(f.answered, r.rate())
	f.p50 = append(f.p50, quantile(r.waits, 0.5))
	f.p99 = append(f.p99, quantile(r.waits, 0.99))
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
	rate []float64
	p99  []float64
}

func newRival(ctx context.Context, dir string, conns int) (*rival, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	v := &rival{cmd: exec.Command(self, yardstickArg, dir)}
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
	v.addr = strings.TrimSpace(string(line[:n]))
	if err == nil {
		v.client, err = dial(ctx, v.addr, conns)
	}
	if err != nil {
		return nil, errors.Join(err, v.cmd.Process.Kill())
	}
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
	r, err := v.client.send(ctx, posts)
	if err != nil {
		return 0, fmt.Errorf("the yardstick: %w", err)
	}
	v.rate, v.p99 = append(v.rate, r.rate()), append(v.p99, quantile(r.waits, 0.99))
	return r.rate(), nil
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
