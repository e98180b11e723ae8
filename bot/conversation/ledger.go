package conversation

import (
	"context"
	"errors"
	"time"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/store"
)

// credits changes a customer's ledger; a customer who never wrote has none.
func (t *Talks) credits(ctx context.Context, who chat.CustomerID, change func(*delivery.Credits)) error {
	now := t.now()
	_, err := t.all.Update(ctx, string(who), func(c *Conversation) error {
		change(&c.Credits)
		c.settle(now)
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// Reserve takes a credit for one call.
func (t *Talks) Reserve(ctx context.Context, who chat.CustomerID, id string, now store.Time, closing bool) (delivery.Grant, error) {
	grant := delivery.Grant{Reason: delivery.NoWindow}
	err := t.credits(ctx, who, func(c *delivery.Credits) { grant = c.Reserve(id, now, closing) })
	return grant, err
}

// Settle says how the call ended.
func (t *Talks) Settle(ctx context.Context, who chat.CustomerID, id string, now store.Time, counted bool) error {
	return t.credits(ctx, who, func(c *delivery.Credits) { c.Settle(id, now, counted) })
}

// Left is what can still be sent.
func (t *Talks) Left(ctx context.Context, who chat.CustomerID, now store.Time) (delivery.Allowance, error) {
	c, err := t.With(ctx, who)
	if err != nil {
		return delivery.Allowance{}, err
	}
	return c.Credits.Left(now), nil
}

// Recall is Left in one write, so that a decision on older grounds is made anew.
func (t *Talks) Recall(ctx context.Context, who chat.CustomerID, now store.Time) (a delivery.Allowance, err error) {
	err = t.credits(ctx, who, func(c *delivery.Credits) { a = c.Left(now) })
	return a, err
}

// Correct tells of the platform's word.
func (t *Talks) Correct(ctx context.Context, who chat.CustomerID, window string, code int) error {
	return t.credits(ctx, who, func(c *delivery.Credits) { c.Correct(window, code) })
}

// Opens notes in the ledger what a message allows us to send.
func (c *Conversation) Opens(m *chat.Message) {
	switch {
	case m.Speaks():
		c.Credits.Open(delivery.ByMessage, m.Key, m.At)
	case m.Tapped != "", m.Kind == chat.Event && opens[m.Event]:
		c.Credits.Open(delivery.ByTap, m.Key, m.At)
	}
}

var opens = map[chat.EventKind]bool{
	chat.Subscribe: true, chat.Scan: true, chat.Click: true, chat.ScanCode: true,
	chat.MenuPicture: true, chat.MenuLocation: true,
}

// Quiet is how long since the customer last wrote.
func (c *Conversation) Quiet(now time.Time) time.Duration { return store.At(now).Sub(c.Last) }
