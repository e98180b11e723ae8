package sqlite

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
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

// fill stores n documents, of which one in a hundred is open.
func fill(b *testing.B, e *Engine, n int) {
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := w; i < n; i += 16 {
				text := body(int64(i))
				if i%100 != 0 {
					text = bytes.Replace(text, []byte(`"open"`), []byte(`"done"`), 1)
				}
				if err := e.Insert(b.Context(), "entries", store.Document{ID: fmt.Sprintf("%x-f%d", i*7919, i), Body: text}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkAmongMany: writes and lists with 100,000 documents in the store.
func BenchmarkAmongMany(b *testing.B) {
	e := open(b)
	fill(b, e, 100_000)
	b.Run("Insert", func(b *testing.B) {
		run := rand.Text()
		parallel(b, func(n int64) error {
			return e.Insert(b.Context(), "entries", store.Document{ID: fmt.Sprintf("%x-%d%s", n*7919, n, run), Last: "w", Body: body(n)})
		})
	})
	list := func(q store.Query) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				n := 0
				for _, err := range e.Find(b.Context(), "entries", q) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != q.Limit {
					b.Fatalf("%d documents", n)
				}
			}
		}
	}
	open := store.Where("state", store.Eq, "open")
	b.Run("ListDue", list(store.Query{Where: []store.Cond{open, store.Where("due", store.Le, "2027")}, Order: []store.Order{{Field: "due"}}, Limit: 50}))
	b.Run("ListCustomer", list(store.Query{Where: []store.Cond{store.Where("open_id", store.Eq, "o77")}, Limit: 20}))
	b.Run("CountOpen", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Count(b.Context(), "entries", store.Query{Where: []store.Cond{open}, Limit: 1000}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("GroupAll", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.Group(b.Context(), "entries", store.Grouping{By: []string{"state"}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
