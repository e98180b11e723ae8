package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/ephemeral"
	"kefu/bot/jobs"
	"kefu/store"
	"kefu/store/sqlite"
)

// wire records what arrives and fails now and then, without having taken it.
type wire struct {
	mu      sync.Mutex
	arrived map[string][]string // texts by address
	busy    map[string]bool
	t       *testing.T
}

func (w *wire) Render(_ context.Context, _ string, _ chat.Address, c chat.Content) (chat.Call, error) {
	body, err := json.Marshal(c)
	return chat.Call{Name: "custom/send", Body: body}, err
}

func (w *wire) Send(_ context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	var c chat.Content
	if err := json.Unmarshal(call.Body, &c); err != nil {
		return chat.Receipt{}, err
	}
	key := to.String()
	w.mu.Lock()
	if w.busy[key] {
		w.t.Error("two sends at once to one person")
	}
	w.busy[key] = true
	w.mu.Unlock()
	time.Sleep(time.Duration(rand.IntN(3)) * time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy[key] = false
	if rand.IntN(20) == 0 {
		return chat.Receipt{}, &chat.Failure{Call: call.Name, Code: 45011, Verdict: chat.Later}
	}
	w.arrived[key] = append(w.arrived[key], strings.Split(c.Text, "\n")...)
	return chat.Receipt{}, nil
}

func (w *wire) count() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, texts := range w.arrived {
		n += len(texts)
	}
	return n
}

// Two instances on one store, both posting everything, with a Redis that is
// emptied every few milliseconds: nothing is lost, doubled, or out of order.
func TestEmptiedRedis(t *testing.T) {
	engine, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	server := miniredis.RunT(t)
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	wire := &wire{arrived: map[string][]string{}, busy: map[string]bool{}, t: t}
	books := delivery.NewBooks()

	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	var instances []*delivery.Outbox
	for range 2 {
		memory, err := ephemeral.Open(ctx, ephemeral.Config{URL: "redis://" + server.Addr(), StoreID: engine.ID(), Now: time.Now, Log: log})
		if err != nil {
			t.Fatal(err)
		}
		defer memory.Close()
		queue := jobs.NewQueue(memory.Client(), engine.ID(), 8, log)
		out, err := delivery.New(ctx, delivery.Deps{
			Store: engine, Ledger: books, Now: time.Now, Log: log, Rates: memory, Wake: queue.Enqueue, Workers: 4,
			Carriers: map[chat.Channel]chat.Carrier{chat.OA: wire, chat.WeCom: wire},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close(context.Background())
		var registry jobs.Registry
		if err := registry.Register(out.Sources()...); err != nil {
			t.Fatal(err)
		}
		running.Go(func() { _ = queue.Run(ctx, registry.Handle) })
		running.Go(func() { _ = jobs.NewSweeper(&registry, queue, time.Now, log).Run(ctx) })
		instances = append(instances, out)
	}
	running.Go(func() {
		for ctx.Err() == nil {
			server.FlushAll()
			time.Sleep(5 * time.Millisecond)
		}
	})
	defer running.Wait()
	defer cancel()

	const people, each = 40, 4
	began := time.Now()
	var posting sync.WaitGroup
	for p := range people {
		who := chat.Customer("hotel", fmt.Sprint("o", p))
		delivery.OpenFor(books, who, "m", began.Add(-time.Minute))
		for _, out := range instances {
			posting.Go(func() {
				for i := range each {
					err := out.Post(t.Context(), delivery.Delivery{
						Meta: store.Meta{ID: fmt.Sprintf("r/%d/%d", p, i)}, To: chat.To(who), Class: delivery.Reply,
						Content: chat.Say(fmt.Sprint(i)), CreatedAt: store.At(began.Add(time.Duration(i) * time.Millisecond)),
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	posting.Wait()
	for end := time.Now().Add(60 * time.Second); wire.count() < people*each && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%d arrived in %v", wire.count(), time.Since(began).Round(time.Millisecond))
	time.Sleep(300 * time.Millisecond) // for what should not come
	for p := range people {
		for i := range each {
			d, err := instances[0].Get(t.Context(), fmt.Sprintf("r/%d/%d", p, i))
			if err != nil || d.State != delivery.Sent {
				t.Logf("%+v %v", d, err)
			}
		}
	}
	wire.mu.Lock()
	defer wire.mu.Unlock()
	for p := range people {
		key := chat.To(chat.Customer("hotel", fmt.Sprint("o", p))).String()
		if got := wire.arrived[key]; !slices.Equal(got, []string{"0", "1", "2", "3"}) {
			t.Errorf("person %d got %v", p, got)
		}
	}
}
