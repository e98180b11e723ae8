package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/store"
)

func openAt(t *testing.T, dir string) *Engine {
	t.Helper()
	e, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

func TestReopen(t *testing.T) {
	dir := t.TempDir()
	e := openAt(t, dir)
	id := e.ID()
	if err := e.Insert(t.Context(), "things", store.Document{ID: "a", Body: []byte(`{"n":1}`)}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Insert(t.Context(), "things", store.Document{ID: "b", Body: []byte(`{}`)}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("insert after close: %v", err)
	}
	if _, err := e.Get(t.Context(), "things", "a"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("get after close: %v", err)
	}
	again := openAt(t, dir)
	if again.ID() != id {
		t.Errorf("the store's id was %s and is %s", id, again.ID())
	}
	if d, err := again.Get(t.Context(), "things", "a"); err != nil || string(d.Body) != `{"n":1}` || d.Rev != 1 {
		t.Errorf("got %+v, %v", d, err)
	}
}

// A second process is told who has the folder.
func TestFolderLock(t *testing.T) {
	dir := t.TempDir()
	openAt(t, dir)
	_, err := Open(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "in use by process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("second open: %v", err)
	}
}

// writerVar makes this test binary a process that writes until it is killed.
const writerVar = "KEFU_SQLITE_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerVar); dir != "" {
		writeForever(dir)
	}
	os.Exit(m.Run())
}

// writeForever prints the id of each document after it is said to be durable.
func writeForever(dir string) {
	ctx := context.Background()
	e, err := Open(ctx, dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 1_000_000 {
				id := fmt.Sprintf("%d-%d", w, i)
				if err := e.Insert(ctx, "things", store.Document{ID: id, Last: id, Body: []byte(`{"text":"在吗"}`)}); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				mu.Lock()
				fmt.Println(id)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	os.Exit(0)
}

// What was acknowledged before a kill -9 is there after it.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), writerVar+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acked []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		acked = append(acked, lines.Text())
		if len(acked) == 2000 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the writer was not killed")
	}
	if len(acked) < 2000 {
		t.Fatalf("only %d writes", len(acked))
	}
	e := openAt(t, dir)
	for i, id := range acked {
		if i == len(acked)-1 && !strings.Contains(id, "-") {
			break // half a line
		}
		if _, err := e.Get(t.Context(), "things", id); err != nil {
			t.Fatalf("acknowledged write %s: %v", id, err)
		}
	}
}

// A caller in the middle of a Find does not make the log grow.
func TestLogStaysSmall(t *testing.T) {
	dir := t.TempDir()
	e := openAt(t, dir)
	body := []byte(`{"t":"` + strings.Repeat("x", 64<<10) + `"}`)
	put := func(from, n int) {
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range n / 8 {
					id := fmt.Sprint(from + w*n/8 + i)
					if err := e.Insert(t.Context(), "things", store.Document{ID: id, Body: body}); err != nil {
						t.Errorf("insert: %v", err)
						return
					}
				}
			})
		}
		wg.Wait()
	}
	put(0, 400)
	n := 0
	for _, err := range e.Find(t.Context(), "things", store.Query{Limit: 300}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 10 {
			put(1000, 1600) // 100 MiB while the caller looks at a document
		}
	}
	if n != 300 {
		t.Errorf("found %d", n)
	}
	info, err := os.Stat(filepath.Join(dir, "kefu.db-wal"))
	if err != nil || info.Size() > walLarge+2*groupBytes {
		t.Errorf("the log has %d bytes, %v", info.Size(), err)
	}
}

// A write whose caller has gone runs to its end.
func TestCallerGone(t *testing.T) {
	e := openAt(t, t.TempDir())
	if err := e.EnsureIndexes(t.Context(), "things"); err != nil {
		t.Fatal(err)
	}
	hold := make(chan struct{})
	held := make(chan struct{})
	go func() {
		_ = e.submit(context.Background(), &op{kind: alter, alone: func(*conn) error { close(held); <-hold; return nil }})
	}()
	<-held
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	d := store.Document{ID: "a", Last: "w", Body: []byte(`{}`)}
	go func() { answer <- e.Insert(ctx, "things", d) }()
	for len(e.ops) == 0 {
		time.Sleep(time.Millisecond) // the queue has no signal to wait for
	}
	cancel()
	if err := <-answer; !errors.Is(err, store.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("the caller hears %v", err)
	}
	close(hold)
	if err := e.submit(t.Context(), &op{kind: alter, alone: func(*conn) error { return nil }}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Get(t.Context(), "things", "a"); err != nil {
		t.Errorf("the write did not take place: %v", err)
	}
}

// Names on disk say nothing, and what a crash left half-written is removed.
func TestFilesOnDisk(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "files", "new", "half")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := openAt(t, dir)
	if err := e.PutFile(t.Context(), "../o客户", []byte("x")); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := filepath.WalkDir(filepath.Join(dir, "files"), func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil || len(names) != 1 || len(names[0]) != 64 {
		t.Errorf("files: %v, %v", names, err)
	}
}

func BenchmarkOpenMemory(b *testing.B) {
	for b.Loop() {
		e, err := OpenMemory(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := e.EnsureIndexes(b.Context(), "things", store.Index{Fields: []string{"a", "id"}}); err != nil {
			b.Fatal(err)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
