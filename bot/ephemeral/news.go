package ephemeral

import (
	"context"
	"strings"
	"sync"
	"time"
)

// news tells subscribers of this process.
type news struct {
	mu     sync.Mutex
	topics map[string]map[chan struct{}]bool
}

func newNews() *news { return &news{topics: map[string]map[chan struct{}]bool{}} }

func (n *news) tell(topic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for ch := range n.topics[topic] {
		select {
		case ch <- struct{}{}:
		default: // it has not looked yet at what came before
		}
	}
}

const channel = "news"

// Publish says that something about topic has changed, to the subscribers of all
// instances; while Redis is out of reach, to those of this one. It carries no
// content: whoever hears it reads the store.
func (m *Memory) Publish(ctx context.Context, topic string) {
	m.news.tell(topic)
	if m.embedded != nil {
		return
	}
	_ = m.ask(ctx, func(ctx context.Context) error {
		return m.client.Publish(ctx, m.prefix+channel, topic).Err()
	})
}

// Subscribe gives a channel that has something to receive whenever topic changed
// since the last time; several changes may be one. News can be lost, so look at
// the store now and then all the same. It ends with ctx, which it needs.
func (m *Memory) Subscribe(ctx context.Context, topic string) <-chan struct{} {
	ch := make(chan struct{}, 1)
	n := m.news
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.topics[topic] == nil {
		n.topics[topic] = map[chan struct{}]bool{}
	}
	n.topics[topic][ch] = true
	context.AfterFunc(ctx, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.topics[topic], ch)
		if len(n.topics[topic]) == 0 {
			delete(n.topics, topic)
		}
	})
	return ch
}

// listen brings what other instances publish; one connection for all topics.
func (m *Memory) listen(ctx context.Context) {
	for ctx.Err() == nil {
		sub := m.client.Subscribe(ctx, m.prefix+channel)
		// Reading hears neither of ctx nor, when it just connected, of the client's end.
		stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
		for {
			msg, err := sub.ReceiveMessage(ctx)
			if err != nil {
				break
			}
			m.news.tell(strings.Clone(msg.Payload))
		}
		stop()
		_ = sub.Close()
		select {
		case <-ctx.Done():
		case <-time.After(respite):
		}
	}
}
