package jobs

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// realRedis starts a redis-server of our own, or skips the test.
func realRedis(t *testing.T) (client *redis.Client, stop, start func()) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed (Debian: apt-get install redis-server)")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	client = redis.NewClient(&redis.Options{
		Addr: "127.0.0.1:" + port, DialTimeout: 300 * time.Millisecond, MaxRetries: -1,
	})
	var cmd *exec.Cmd
	dir := t.TempDir()
	start = func() {
		cmd = exec.Command(path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			if client.Ping(context.Background()).Err() == nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal("redis-server does not answer")
	}
	stop = func() {
		if cmd != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			cmd = nil
		}
	}
	start()
	t.Cleanup(func() { _ = client.Close(); stop() })
	return client, stop, start
}

// await polls until ok, for at most ten seconds.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it never happened: %s", what)
}

func TestQueue(t *testing.T) {
	rdb, stop, start := realRedis(t)
	var mu sync.Mutex
	runs := map[string]int{}
	release := make(chan struct{})
	letGo := sync.OnceFunc(func() { close(release) })
	handle := func(_ context.Context, w Wake) error {
		if w.Coll == "hold" {
			<-release
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		runs[w.ID]++
		return fmt.Errorf("a failed run must not end in the archive")
	}
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(runs) }

	// One store, two instances; another store's queue in the same Redis.
	a, b := NewQueue(rdb, "store-a", 4, logger(t)), NewQueue(rdb, "store-a", 4, logger(t))
	other := NewQueue(rdb, "store-b", 4, logger(t))
	run(t, a, handle)
	run(t, b, handle)
	t.Cleanup(letGo)
	run(t, other, func(_ context.Context, w Wake) error {
		t.Errorf("another store's wake-up: %s", w.ID)
		return nil
	})
	enqueue := func(id string, rev int64) {
		t.Helper()
		if err := a.Enqueue(t.Context(), Wake{Coll: "c", ID: id, Rev: rev, Priority: Priority(rev % 3)}); err != nil {
			t.Fatal(err)
		}
	}
	// The workers beside the queue are kept busy and their line full, so that all
	// else goes over Redis.
	hold := func(id int) {
		if err := a.Enqueue(t.Context(), Wake{Coll: "hold", ID: fmt.Sprint(id)}); err != nil {
			t.Fatal(err)
		}
	}
	n := a.local.workers
	for i := range n {
		hold(i)
	}
	await(t, "busy", func() bool { a.local.mu.Lock(); defer a.local.mu.Unlock(); return a.local.busy == n })
	for i := range 4 * n {
		hold(n + i)
	}
	for i := range 200 {
		enqueue(fmt.Sprint(i), int64(i))
	}
	await(t, "200 run", func() bool { return count() == 200 })

	// The same document, the same revision, again: the id is free once it was run.
	enqueue("0", 0)
	await(t, "run again", func() bool { mu.Lock(); defer mu.Unlock(); return runs["0"] == 2 })
	archived, err := a.inspect.ListArchivedTasks(a.names[0])
	if err != nil || len(archived) != 0 {
		t.Errorf("archive: %d tasks, %v", len(archived), err)
	}
	if r := a.Room(Replies); r <= 0 || r > queueLimit {
		t.Errorf("room for %d", r)
	}

	// Emptied: nothing of the queue's own state is needed to go on.
	if err := rdb.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	enqueue("after the flush", 1)
	await(t, "run after the flush", func() bool { return count() == 201 })

	letGo()
	// Gone: wake-ups are run in this process.
	stop()
	for !a.down.Load() { // as long as it is not known, a wake-up may be lost
		enqueue("without redis", 1)
		time.Sleep(10 * time.Millisecond)
	}
	enqueue("without redis", 1)
	await(t, "run without redis", func() bool { return count() == 202 })
	start()
	await(t, "back by itself", func() bool { return !a.down.Load() && !b.down.Load() })
	enqueue("back", 1)
	await(t, "run when back", func() bool { return count() == 203 })
	if n, err := rdb.Keys(t.Context(), "asynq:{kefu-store-a-*").Result(); err != nil || len(n) > 12 {
		t.Errorf("%d keys are left in redis (%v): %v", len(n), err, n)
	}
}
