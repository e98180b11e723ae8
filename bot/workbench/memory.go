package workbench

import (
	"context"
	"errors"
	"time"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// held is something said that waits for what belongs to it. Its id is what it is,
// the person, and for a closing or a lesson the case:
//
//	ask/fd01          a question put to the person: what they type next answers it
//	close/fd01/t…     words of a closing, until cause and department are chosen
//	learn/fd01/t…     an answer that may be worth keeping
type held struct {
	store.Meta
	Do       string        `json:"do,omitempty"`       // key of the button that the answer stands for
	Question string        `json:"question,omitempty"` // key of the choice; of a lesson, the customer's question
	Options  []chat.Option `json:"options,omitempty"`
	Ticket   string        `json:"ticket,omitempty"`
	Text     string        `json:"text,omitempty"`
	Cause    string        `json:"cause,omitempty"`
	At       store.Time    `json:"at,omitzero"`
	Due      store.Time    `json:"due,omitzero"`
}

const (
	askFor     = 30 * time.Minute
	closingFor = 24 * time.Hour
	lessonFor  = 7 * 24 * time.Hour
)

// keep writes h in place of what was there under its id.
func (t *turn) keep(ctx context.Context, id string, h held, span time.Duration) error {
	_, err := t.held.Upsert(ctx, id, func() *held { return new(held) }, func(x *held) error {
		meta := x.Meta
		*x = h
		x.Meta, x.At, x.Due = meta, store.At(t.now), store.At(t.now.Add(span))
		return nil
	})
	return err
}

// recall reads what was kept; nil when it is gone or too old.
func (t *turn) recall(ctx context.Context, id string) (*held, error) {
	h, err := t.held.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !store.At(t.now).Before(h.Due) {
		return nil, nil
	}
	return h, err
}

func (t *turn) drop(ctx context.Context, id string) error { return t.held.Delete(ctx, id) }

// forget deletes what was claimed as due, unless it was written again meanwhile.
func (b *Bench) forget(ctx context.Context, id string) error {
	h, err := b.held.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || b.Now().Sub(h.At.Time()) < askFor {
		return err
	}
	return b.held.Delete(ctx, id)
}

func (t *turn) askID() string { return "ask/" + t.p.ID }

func (t *turn) closingID(on *ticket.Ticket) string { return "close/" + t.p.ID + "/" + on.ID }

func (t *turn) lessonID(id string) string { return "learn/" + t.p.ID + "/" + id }

// ask puts a question whose answer is what the person types next.
func (t *turn) ask(ctx context.Context, do string, on *ticket.Ticket, question string) (string, error) {
	return question, t.keep(ctx, t.askID(), held{Do: do, Ticket: on.ID}, askFor)
}

// choose lets the person pick one of a card's options. Typing its label or its
// number means the same; who cannot see cards gets the options as words.
func (t *turn) choose(ctx context.Context, what string, on *ticket.Ticket, card chat.Card) (string, error) {
	if card.Select == nil || len(card.Buttons) == 0 {
		return t.line(prompts.StaffNobody, nil), nil
	}
	ask := held{Do: card.Buttons[0].Key, Question: card.Select.Key, Options: card.Select.Options}
	if on != nil {
		ask.Ticket = on.ID
	}
	if err := t.keep(ctx, t.askID(), ask, askFor); err != nil {
		return "", err
	}
	if !t.p.NoCard {
		return "", t.post(ctx, t.p, what, on, card)
	}
	return t.listed(card.Title, card.Select.Options), nil
}

// show gives the person a card with buttons only; who sees no cards may type what
// stands on the buttons.
func (t *turn) show(ctx context.Context, what string, on *ticket.Ticket, card chat.Card) (string, error) {
	if !t.p.NoCard {
		return "", t.post(ctx, t.p, what, on, card)
	}
	return t.listed(card.Title, card.Buttons), t.keep(ctx, t.askID(), held{Options: card.Buttons, Ticket: on.ID}, askFor)
}
