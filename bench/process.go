package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// build makes the program as it is shipped and returns its path and size.
func build(ctx context.Context, dir string) (string, error) {
	to := filepath.Join(dir, "kefu")
	c := exec.CommandContext(ctx, "go", "build", "-tags", "nomsgpack", "-trimpath", "-ldflags", "-s -w", "-o", to, "./cmd/kefu")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building: %w\n%s", err, out)
	}
	return to, nil
}

// process is one running program.
type process struct {
	cmd    *exec.Cmd
	errOut *bytes.Buffer
	web    string // host:port
	admin  string
	ready  time.Duration // from its start until it was ready
	ended  chan error
}

const startTime = 30 * time.Second

// start runs the program with a configuration and waits until it is ready.
func start(ctx context.Context, binary, config, web, admin string) (*process, error) {
	p := &process{cmd: exec.Command(binary, "serve", "-c", config), errOut: &bytes.Buffer{}, web: web, admin: admin, ended: make(chan error, 1)}
	p.cmd.Stderr = p.errOut
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.cmd.Wait() }()
	for {
		if p.isReady(ctx) {
			p.ready = time.Since(begun)
			return p, nil
		}
		select {
		case err := <-p.ended:
			return nil, fmt.Errorf("the program ended: %w\n%s", err, p.errOut)
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), p.stop())
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(begun) > startTime {
			return nil, errors.Join(fmt.Errorf("not ready in %s\n%s", startTime, p.errOut), p.stop())
		}
	}
}

func (p *process) isReady(ctx context.Context) bool {
	conn, err := net.DialTimeout("tcp", p.admin, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	_, err = get(ctx, "http://"+p.admin+"/readyz", time.Second)
	return err == nil
}

// stop ends the program as an operator would.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err := <-p.ended:
		return err
	case <-time.After(startTime):
		return errors.Join(errors.New("the program does not end"), p.cmd.Process.Kill())
	}
}

func get(ctx context.Context, url string, limit time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", url, res.Status))
	}
	return body, err
}

// memory is what the kernel says of the process, in MB (10⁶ bytes): VmRSS is what
// it holds now, VmHWM the most it has held.
func (p *process) memory(field string) (float64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), field+":"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("no %s in /proc", field)
}

// cpu is how long the process has run on a core so far.
func (p *process) cpu() (time.Duration, error) { return cpuOf(p.cmd.Process.Pid) }

func cpuOf(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		return 0, errors.Join(err, errors.New("no schedstat in /proc"))
	}
	var sum time.Duration
	for _, t := range tasks {
		b, err := os.ReadFile(t)
		if errors.Is(err, os.ErrNotExist) { // a thread that just ended
			continue
		}
		if err != nil {
			return 0, err
		}
		ns, err := strconv.ParseInt(strings.Fields(string(b))[0], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}

// freePort is a port that nobody listens on just now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
