package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kefu/store"
)

// body is a document about as large as a stored message.
func body(n int64) []byte {
	return fmt.Appendf(nil, `{"account":"hotel","open_id":"o%d","state":"open","due":"2026-11-24T09:00:%02d.000Z","text":%q,"kind":"text"}`,
		n%5000, n%60, strings.Repeat("房间空调不制冷，请尽快派人来看一下。", 4))
}

// fsync tells how long one write and fsync of a file in dir takes here.
func fsync(b *testing.B, dir string) time.Duration {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 8<<10)
	start := time.Now()
	const n = 200
	for range n {
		if _, err := f.WriteAt(block, 0); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start) / n
}

func open(b *testing.B) *Engine {
	dir := b.TempDir()
	e, err := Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	err = e.EnsureIndexes(b.Context(), "entries",
		store.Index{Fields: []string{"due", "id"}, Where: []store.Cond{store.Where("state", store.Eq, "open")}},
		store.Index{Fields: []string{"open_id", "id"}})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// parallel runs the benchmark's body on 16 goroutines.
func parallel(b *testing.B, do func(n int64) error) {
	var n atomic.Int64
	b.SetParallelism(16 / runtime.GOMAXPROCS(0))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := do(n.Add(1)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
	b.ReportMetric(float64(fsync(b, b.TempDir()).Microseconds()), "µs/fsync")
}

// BenchmarkInsert: one durable document each, 16 at a time.
func BenchmarkInsert(b *testing.B) {
	e := open(b)
	parallel(b, func(n int64) error {
		return e.Insert(b.Context(), "entries", store.Document{ID: fmt.Sprintf("%x-%d", n*7919, n), Last: "w", Body: body(n)})
	})
	b.ReportMetric(float64(e.written.Load())/float64(max(1, e.groups.Load())), "ops/group")
}

// BenchmarkComplaint: eight durable writes one after the other, as a complaint
// needs them, 16 complaints at a time.
func BenchmarkComplaint(b *testing.B) {
	e := open(b)
	parallel(b, func(n int64) error {
		id := fmt.Sprintf("%x-%d", n*7919, n)
		for i := range 4 {
			d := store.Document{ID: fmt.Sprintf("%s-%d", id, i), Last: "w", Body: body(n)}
			if err := e.Insert(b.Context(), "entries", d); err != nil {
				return err
			}
			d.Rev, d.Last = 1, "v"
			if err := e.Replace(b.Context(), "entries", d); err != nil {
				return err
			}
		}
		return nil
	})
}

func BenchmarkGet(b *testing.B) {
	e := open(b)
	for n := range int64(1000) {
		if err := e.Insert(b.Context(), "entries", store.Document{ID: fmt.Sprint(n), Body: body(n)}); err != nil {
			b.Fatal(err)
		}
	}
	parallel(b, func(n int64) error {
		_, err := e.Get(b.Context(), "entries", fmt.Sprint(n%1000))
		return err
	})
}
