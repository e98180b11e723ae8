// Package redistest gives a test a real Redis of its own, which it may empty, stop
// and start again without disturbing another test.
package redistest

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// Server is a redis-server that ends with the test.
type Server struct {
	dir    string
	port   int
	secret string // so that another test's server on our port is not taken for ours
	cmd    *exec.Cmd
	output *bytes.Buffer
	shared string
}

// Start starts a Redis that keeps nothing on disk and evicts nothing. Where
// redis-server is not installed it is the one KEFU_TEST_REDIS names, which other
// tests use too; without either the test is skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		shared := os.Getenv("KEFU_TEST_REDIS")
		if shared == "" {
			t.Skip("no Redis: install redis-server or set KEFU_TEST_REDIS to the URL of one that may be emptied")
		}
		return &Server{shared: shared}
	}
	s := &Server{dir: t.TempDir(), secret: rand.Text()}
	// The port is free when it is looked for and can be gone when it is used.
	var err error
	for range 5 {
		if s.port, err = freePort(); err != nil {
			t.Fatal(err)
		}
		if err = s.up(); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.down)
	return s
}

// URL is where it answers, in the form of kefu.yaml's redis.url.
func (s *Server) URL() string {
	if s.shared != "" {
		return s.shared
	}
	return fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", s.secret, s.port)
}

// Stop takes it down at once, as when its machine dies: what it held is gone.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if s.shared != "" {
		t.Skip("KEFU_TEST_REDIS cannot be stopped: install redis-server")
	}
	s.down()
}

// Restart brings it back, empty, at the same address.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.down()
	if err := s.up(); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) up() error {
	s.output = &bytes.Buffer{}
	s.cmd = exec.Command("redis-server", "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir,
		"--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--requirepass", s.secret)
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("redistest: %w", err)
	}
	until := time.Now().Add(10 * time.Second)
	for time.Now().Before(until) {
		if s.answers() {
			return nil
		}
	}
	s.down()
	return fmt.Errorf("redistest: redis-server did not start on port %d:\n%s", s.port, s.output)
}

// answers waits up to 50 ms for the answer to our password.
func (s *Server) answers() bool {
	at := time.Now()
	c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", s.port), 50*time.Millisecond)
	if err != nil {
		time.Sleep(time.Until(at.Add(20 * time.Millisecond))) // refused: it is not there yet
		return false
	}
	defer c.Close()
	answer := make([]byte, 5)
	_ = c.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := c.Write([]byte("AUTH " + s.secret + "\r\n")); err != nil {
		return false
	}
	n, _ := c.Read(answer)
	return string(answer[:n]) == "+OK\r\n"
}

func (s *Server) down() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed; that is what it says
	s.cmd = nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("redistest: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
