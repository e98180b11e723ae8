package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/inbox"
	"kefu/bot/intent"
)

const (
	// inTime is how long after its arrival a message may still get a passive
	// reply. WeChat waits 5 s.
	inTime = 3 * time.Second
	// deadline is when the call is answered, whatever happens.
	deadline = 4 * time.Second
	// pause is how long a greeting, half a sentence or a lone picture waits for
	// what comes after it.
	pause = 2500 * time.Millisecond
)

// ErrStoreDown: the message could not be stored. WeChat must not be told that we
// have it.
var ErrStoreDown = errors.New("bot: message not stored")

// Answer is what goes back in WeChat's call. Without content that is "success".
type Answer struct {
	Content chat.Content
	who     chat.CustomerID
	keys    []string // of the messages it decided, the one answered first
	known   *settled // of the first, so that it need not be read again; may be nil
	bot     *Bot
}

// Sent says that the bytes of the answer left; until then the reply stays due and
// goes as a delivery after 20 s. It must be called at most once, also for
// "success".
func (a Answer) Sent() { a.end(sent) }

func (a Answer) end(how ending) {
	if a.bot == nil {
		return
	}
	a.bot.background(func(ctx context.Context) { a.bot.wrapUp(ctx, a.who, a.keys, a.known, how) })
}

// Receive takes one message of a customer and returns what to answer, within 4
// seconds. It may be called again with the same message: the effects happen
// once, and the same passive reply comes back. ErrStoreDown means that nothing
// was stored.
func (b *Bot) Receive(ctx context.Context, m chat.Message) (Answer, error) {
	began := time.Now()
	b.hand.take(m.Customer(), m.Key)
	entry, fresh, err := b.put(ctx, m, began)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrStoreDown, err)
	}
	if !fresh {
		if !entry.Open {
			b.hand.drop(entry.Customer, entry.ID)
		}
		return b.again(ctx, entry)
	}
	select {
	case b.inHand <- struct{}{}:
	default: // overload: stored, and left to the workers
		b.metrics.overload()
		if b.Wake != nil {
			b.Wake(ctx, entry.ID)
		}
		return Answer{}, nil
	}
	done := make(chan Answer, 1)
	b.background(func(ctx context.Context) {
		defer func() { <-b.inHand }()
		done <- b.handle(ctx, entry, began)
	})
	select {
	case a := <-done:
		return a, nil
	case <-time.After(deadline - time.Since(began)):
	case <-ctx.Done():
	}
	b.background(func(context.Context) { (<-done).end(tooLate) })
	return Answer{}, nil
}

// put stores the message, trying until the deadline while the store is down.
func (b *Bot) put(ctx context.Context, m chat.Message, began time.Time) (*inbox.Entry, bool, error) {
	for {
		tryCtx, cancel := context.WithDeadline(ctx, began.Add(deadline))
		e, fresh, err := b.Inbox.Put(tryCtx, m)
		cancel()
		if err == nil {
			return e, fresh, nil
		}
		wait := 250 * time.Millisecond
		if time.Since(began)+wait >= deadline || ctx.Err() != nil {
			return nil, false, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, false, err
		}
	}
}

// call is a call of WeChat's that waits for its answer; the zero one when none does.
type call struct {
	entry *inbox.Entry
	began time.Time
	read  *intent.Reading // of its text alone, when it was read already
	mind  thought         // what a model made of it
	knew  *known          // what the knowledge base is sure of, when it was asked a moment ago
}

func (c call) key() string {
	if c.entry == nil {
		return ""
	}
	return c.entry.ID
}

// half says whether the message waits for more, and keeps what was read.
func (c *call) half(b *Bot) bool {
	m := &c.entry.Message
	if m.Kind != chat.Text || m.Tapped != "" || m.Text == "" || short(m.Text) {
		return b.waitsForMore(m)
	}
	r := b.Reader.Read(m.Text, intent.Context{})
	c.read = &r
	return !r.Complete
}

// handle decides a message that was just stored.
func (b *Bot) handle(ctx context.Context, e *inbox.Entry, began time.Time) Answer {
	who := e.Customer
	b.waits.arrived(who)
	now := call{entry: e, began: began}
	if now.half(b) && !b.expected(ctx, e) && b.waits.newer(ctx, who, pause) {
		return Answer{} // what came after it is answered together with it
	}
	b.minds.wait(ctx, who, mindBy-time.Since(began))
	late, done := b.consider(ctx, &now)
	defer done()
	turn, keys, conv, err := b.settle(ctx, who, now)
	if err != nil {
		b.failed(ctx, e.ID, err)
		return Answer{}
	}
	b.answerLate(turn, conv, late)
	a := Answer{who: who, keys: keys, bot: b}
	if turn.Decided {
		a.known = &settled{e, turn, conv}
	}
	if turn.Mode == conversation.Passive && turn.Reply != nil {
		a.Content = *turn.Reply
	}
	return a
}

// again answers a repeat: the same passive reply if there is one, else "success",
// and from now on the reply goes as a delivery.
func (b *Bot) again(ctx context.Context, e *inbox.Entry) (Answer, error) {
	b.metrics.repeat()
	turn, err := b.Talks.Defer(ctx, e.Customer, e.ID)
	if err != nil {
		return Answer{}, nil // it is stored; the clock finishes it
	}
	// Long after its time the clock posts the reply, or has: not here as well.
	late := e.Later || e.Open && !b.Now().Before(e.Stored.Add(inbox.Finish).Time())
	if turn.Decided && turn.Mode == conversation.Passive && turn.Reply != nil && !late {
		a := Answer{Content: *turn.Reply}
		if e.Open {
			a.who, a.keys, a.bot = e.Customer, []string{e.ID}, b
		}
		return a, nil
	}
	return Answer{}, nil
}

// failed counts an attempt that went wrong; the clock tries again.
func (b *Bot) failed(ctx context.Context, key string, err error) {
	b.log.Error("message not handled", "err", err)
	b.metrics.failed()
	if _, err := b.Inbox.Failed(ctx, key); err != nil {
		b.log.Warn("attempt not counted", "err", err)
	}
}
