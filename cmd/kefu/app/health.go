package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"kefu/store"
)

// pulse is the document that shows the store can be written to.
type pulse struct {
	store.Meta
	At store.Time `json:"at"`
}

// health answers whether this instance can take messages: whether what it stores
// is kept. Redis does not decide that, for everything goes on without it.
type health struct {
	app    *App
	pulses *store.Collection[pulse]

	mu   sync.Mutex
	at   time.Time // of the last look
	last error
}

func openHealth(ctx context.Context, a *App) (*health, error) {
	pulses, err := store.Open[pulse](ctx, a.Store, "health")
	return &health{app: a, pulses: pulses}, err
}

const (
	fresh  = time.Second     // as old as an answer about the store may be
	tryFor = 2 * time.Second // to write to it
)

// store says whether the store takes writes, asking at most once a second.
func (h *health) store(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < fresh {
		return h.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tryFor)
	defer cancel()
	_, h.last = h.pulses.Upsert(ctx, "ready", func() *pulse { return &pulse{} }, func(p *pulse) error {
		p.At = store.At(h.app.now())
		return nil
	})
	h.at = time.Now()
	return h.last
}

// ready answers 200 when this instance can take messages, else 503, and says in
// words why.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	status := map[string]string{"store": "ok", "redis": "embedded", "state": "serving"}
	code := http.StatusOK
	if err := h.store(r.Context()); err != nil {
		status["store"], code = "cannot be written to", http.StatusServiceUnavailable
	}
	if m := h.app.Memory; !m.Embedded() {
		status["redis"] = "ok"
		if m.Ping(r.Context()) != nil {
			status["redis"] = "out of reach; going on without"
		}
	}
	if faults := h.app.Live.Faults(); len(faults) > 0 { // an earlier state of its files is in use
		status["pack"] = fmt.Sprintf("%d faults in its files; the last good one is in use: %s", len(faults), faults[0])
	}
	if h.app.stopping.Load() {
		status["state"], code = "stopping", http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(status)
}
