package bot

import (
	"context"
	"strings"
	"sync"
	"time"

	"kefu/bot/chat"
	"kefu/bot/inbox"
	"kefu/bot/intent"
)

// waits lets a half sentence wait for what comes after it.
type waits struct {
	mu   sync.Mutex
	open map[chat.CustomerID]chan struct{} // closed when the customer writes again
}

func newWaits() *waits { return &waits{open: map[chat.CustomerID]chan struct{}{}} }

// arrived tells whoever waits that the customer wrote again.
func (w *waits) arrived(who chat.CustomerID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.open[who]; ok {
		close(c)
		delete(w.open, who)
	}
}

// newer waits up to d for the customer's next message and says whether it came.
func (w *waits) newer(ctx context.Context, who chat.CustomerID, d time.Duration) bool {
	c := make(chan struct{})
	w.mu.Lock()
	if old, ok := w.open[who]; ok {
		close(old)
	}
	w.open[who] = c
	w.mu.Unlock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[who] == c {
		delete(w.open, who)
		return false
	}
	return true
}

// waitsForMore says whether a message alone may be half of one: a greeting, half a
// sentence, a lone picture. A tap, an event, a whole sentence never waits.
func (b *Bot) waitsForMore(m *chat.Message) bool {
	if m.Tapped != "" {
		return false
	}
	switch m.Kind {
	case chat.Image:
		return true
	case chat.Text:
		return m.Text != "" && !short(m.Text) && b.Reader.Half(m.Text)
	}
	return false
}

// expected says whether a short message is what we have just asked for, which
// never waits: the answer to a question, the words of an option, a reason.
func (b *Bot) expected(ctx context.Context, e *inbox.Entry) bool {
	c, err := b.Talks.With(ctx, e.Customer)
	if err != nil || e.Message.Kind != chat.Text {
		return false
	}
	now := b.Now()
	if c.Open(now) != nil || c.Comment != "" || c.Begun != "" {
		return true
	}
	_, ok := intent.MatchOption(e.Message.Text, c.Offered(now))
	return ok
}

// short is an answer to what was offered or asked: an ordinal, a number. It is
// whole although it is short.
func short(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && strings.Trim(text, "0123456789-") == ""
}
