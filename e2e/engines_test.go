package e2e_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/store/mongo/mongotest"
)

// realRedis gives the URL of a Redis of our own: KEFU_TEST_REDIS, or a server
// started for the test.
func realRedis(t *testing.T) config.Secret {
	t.Helper()
	if url := os.Getenv("KEFU_TEST_REDIS"); url != "" {
		return config.Secret(url)
	}
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed (Debian: apt-get install redis-server)")
	}
	l := listen(t)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	url := "redis://127.0.0.1:" + port + "/0"
	opt, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opt)
	defer c.Close()
	for began := time.Now(); c.Ping(t.Context()).Err() != nil; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 5*time.Second {
			t.Fatal("redis-server does not answer")
		}
	}
	return config.Secret(url)
}

func TestComplaintWithRedis(t *testing.T) {
	url := realRedis(t)
	complaint(newRig(t, func(r *rig) { r.cfg.Redis.URL = url }))
}

func TestComplaintOnMongoDB(t *testing.T) {
	server := mongotest.Start(t)
	complaint(newRig(t, func(r *rig) { r.cfg.Store.Mongo = config.Secret(server.Database(t)) }))
}

// Without a Redis of their own two instances would know neither of the other's
// tokens nor rates: the second is told who has the database.
func TestSecondInstanceOnMongoDBNeedsRedis(t *testing.T) {
	server := mongotest.Start(t)
	r := newRig(t, func(r *rig) { r.cfg.Store.Mongo = config.Secret(server.Database(t)) })
	open := func() error {
		a, err := app.New(t.Context(), r.cfg, app.Options{Now: r.clock.now, Listener: listen(t), Admin: listen(t)})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		return a.Stop(ctx)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), "先配 redis.url") {
		t.Errorf("the second instance: %v", err)
	}
	r.stop()
	if err := open(); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}
