// Package mongotest gives a test a MongoDB: the server KEFU_TEST_MONGO names, or
// else FerretDB from the module beside it.
package mongotest

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Server is where a MongoDB answers.
type Server struct {
	uri string
	// Real is false for FerretDB, which loses updates on parallel connections.
	Real bool
}

// Why is what a test that needs a real server says when it does not run.
const Why = "FerretDB loses updates on parallel connections and keeps no arrays in arrays; set KEFU_TEST_MONGO to the URI of a real MongoDB to run this."

// Start gives a server for the test, ended with it. FerretDB is built from the
// module cache, so after the first time this needs no network.
func Start(t testing.TB) *Server {
	t.Helper()
	if uri := os.Getenv("KEFU_TEST_MONGO"); uri != "" {
		return &Server{uri: uri, Real: true}
	}
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return &Server{uri: start(t, bin)}
}

// Database gives the URI of an empty database, dropped with the test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	u, err := url.Parse(s.uri)
	if err != nil {
		t.Fatal("KEFU_TEST_MONGO is no URI")
	}
	name := "kefu_test_" + strings.ToLower(rand.Text()[:12])
	u.Path = "/" + name
	if s.Real {
		uri := s.uri
		t.Cleanup(func() { drop(t, uri, name) })
	}
	return u.String()
}

func drop(t testing.TB, uri, name string) {
	c, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Error("cannot connect to drop the test's database")
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := c.Database(name).Drop(ctx); err != nil {
		t.Errorf("drop %s: %v", name, err)
	}
	if err := c.Disconnect(ctx); err != nil {
		t.Errorf("disconnect: %v", err)
	}
}

// build compiles the server once in a test process. Go's build cache makes the
// next time short.
var build = sync.OnceValues(func() (string, error) {
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		return "", fmt.Errorf("mongotest: where is the source?")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "kefu-test")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("mongotest: %w", err)
	}
	// Test processes share the file: each puts its own in place at once.
	bin := filepath.Join(dir, "ferrettest")
	fresh := fmt.Sprintf("%s.%d", bin, os.Getpid())
	if old, err := os.ReadFile(bin); err == nil {
		// go build does nothing when it finds what it would make.
		if err := os.WriteFile(fresh, old, 0o755); err != nil {
			return "", fmt.Errorf("mongotest: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "build", "-o", fresh, ".")
	cmd.Dir = filepath.Join(filepath.Dir(here), "..", "ferrettest")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("mongotest: build FerretDB: %w\n%s", err, out)
	}
	if err := os.Rename(fresh, bin); err != nil {
		return "", fmt.Errorf("mongotest: %w", err)
	}
	return bin, nil
})

// start runs the server until the test ends. It also ends by itself when its
// standard input does.
func start(t testing.TB, bin string) string {
	t.Helper()
	cmd := exec.Command(bin)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var noise strings.Builder
	cmd.Stderr = &noise
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("FerretDB: %v\n%s", err, noise.String())
		}
	})
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("FerretDB did not start: %v", err)
	}
	return strings.TrimSpace(line)
}
