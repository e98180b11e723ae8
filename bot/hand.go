package bot

import (
	"slices"
	"sync"

	"kefu/bot/chat"
	"kefu/bot/inbox"
)

// hand knows which messages this process holds open, so that a process that is
// alone on its store need not ask the store whether a customer has others.
type hand struct {
	mu  sync.Mutex
	all map[chat.CustomerID]*held
}

// held are a customer's open messages. Sure says that the store has no others:
// it was asked once, and since then every one came through here.
type held struct {
	keys []string
	sure bool
}

// maxHeld bounds what is remembered of customers who have nothing open.
const maxHeld = 50_000

func newHand() *hand { return &hand{all: map[chat.CustomerID]*held{}} }

func (h *hand) of(who chat.CustomerID) *held {
	x := h.all[who]
	if x == nil {
		if len(h.all) >= maxHeld {
			h.forget()
		}
		x = &held{}
		h.all[who] = x
	}
	return x
}

// forget drops what is known of customers with nothing open.
func (h *hand) forget() {
	for who, x := range h.all {
		if len(x.keys) == 0 {
			delete(h.all, who)
		}
	}
}

// take notes a message before it is stored.
func (h *hand) take(who chat.CustomerID, key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.of(who)
	if !slices.Contains(x.keys, key) {
		x.keys = append(x.keys, key)
	}
}

// drop notes that a message was closed.
func (h *hand) drop(who chat.CustomerID, key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if x := h.all[who]; x != nil {
		x.keys = slices.DeleteFunc(x.keys, func(k string) bool { return k == key })
	}
}

// only says that a message is surely the customer's only open one.
func (h *hand) only(who chat.CustomerID, key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.all[who]
	return x != nil && x.sure && len(x.keys) == 1 && x.keys[0] == key
}

// learn takes what the store said to be open.
func (h *hand) learn(who chat.CustomerID, entries []*inbox.Entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	x := h.of(who)
	for _, e := range entries {
		if !slices.Contains(x.keys, e.ID) {
			return // one that another process took, or one from before
		}
	}
	x.sure = true
}
