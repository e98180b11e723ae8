package bot_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/store"
	"kefu/store/sqlite"
)

// BenchmarkMessage: one question of a customer who wrote before, stored, decided,
// answered and closed on a store on disk, 16 at a time. The processor time of one
// holds on a loaded machine too.
func BenchmarkMessage(b *testing.B) {
	for name, alone := range map[string]bool{"alone": true, "shared": false} {
		b.Run(name, func(b *testing.B) { messages(b, alone) })
	}
}

func messages(b *testing.B, alone bool) {
	engine, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	s := stageOn(b, engine, alone)
	const customers = 1000
	questions := []string{"早餐几点到几点，小孩要钱吗", "退房最晚几点", "停车场怎么收费"}
	var n atomic.Int64
	one := func() error {
		i := n.Add(1)
		// In their own order, so that nobody writes twice at once.
		sum := sha256.Sum256(fmt.Append(nil, b.Name(), i))
		m := chat.Message{
			Key: hex.EncodeToString(sum[:]), Account: "hotel", From: fmt.Sprint("guest", i%customers), Kind: chat.Text,
			At: store.At(time.Now().Truncate(time.Second)), Text: questions[i%int64(len(questions))],
		}
		a, err := s.bot.Receive(b.Context(), m)
		if err != nil || a.Content.IsZero() {
			return fmt.Errorf("message %d got no answer: %w", i, err)
		}
		a.Sent()
		return nil
	}
	go func() { // the clock moves with the real one
		t := time.NewTicker(10 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-b.Context().Done():
				return
			case <-t.C:
				s.pass(10 * time.Millisecond)
			}
		}
	}()
	for range 2 * customers {
		if err := one(); err != nil {
			b.Fatal(err)
		}
	}
	b.SetParallelism(16 / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	before := cpu(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := one(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// cpu is the processor time this process has taken.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
