package bot

import (
	"context"
	"sync"
	"time"

	"kefu/bot/chat"
)

// minds keeps what a customer writes while a model is asked about the message
// before it: that one is decided first, with what the model says.
type minds struct {
	mu   sync.Mutex
	busy map[chat.CustomerID]chan struct{}
}

func newMinds() *minds { return &minds{busy: map[chat.CustomerID]chan struct{}{}} }

// begin says that a model is being asked about a customer's message, until the
// returned function is called.
func (m *minds) begin(who chat.CustomerID) (end func()) {
	done := make(chan struct{})
	m.mu.Lock()
	m.busy[who] = done
	m.mu.Unlock()
	return func() {
		m.mu.Lock()
		if m.busy[who] == done {
			delete(m.busy, who)
		}
		m.mu.Unlock()
		close(done)
	}
}

// wait waits until no message of the customer's is being asked about, at most as
// long as told.
func (m *minds) wait(ctx context.Context, who chat.CustomerID, most time.Duration) {
	m.mu.Lock()
	busy := m.busy[who]
	m.mu.Unlock()
	if busy == nil || most <= 0 {
		return
	}
	select {
	case <-busy:
	case <-time.After(most):
	case <-ctx.Done():
	}
}
