// Package casework is what it means for everybody when somebody acts on a case:
// who gets a card, whose card turns grey, what the customer hears, which clock
// stops. Buttons, commands, the ticket page, the customer's taps and the clock
// all come through here, so that one thing is done in one way.
//
// Every act is one change of the ticket; what follows from it is written into the
// ticket by the same change and carried out by [Desk.Carry], which may run twice.
package casework

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kefu/bot/approval"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/knowledge"
	"kefu/bot/learn"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Desk works on cases.
type Desk struct {
	Book     *ticket.Book
	People   *customer.File
	Talks    *conversation.Talks
	Out      *delivery.Outbox
	Roster   *staff.Roster
	Pack     func() *desk.Pack // as it is now
	States   *staff.States
	Grants   *approval.Book // compensations
	Calendar *hours.Calendar
	Office   *hours.Schedule // the department's working hours
	Words    *prompts.Book
	Now      func() time.Time
	Log      *slog.Logger

	// Link is the address of a case's page for staff, "" without a public URL.
	Link func(ticket.ID) string
	// GuestLink is the address of a case's page for the customer, "" without one.
	GuestLink func(ticket.ID) string
	// Robots are the names of the group robots there are: staff, escalation.
	Robots []string
	// Fetch downloads a media_id and keeps it; it returns the attachment's id.
	Fetch func(ctx context.Context, account chat.Account, media string) (string, error)
	// Template says whether an account has a template message of that name.
	Template  func(account chat.Account, name string) bool
	presences presences

	// Assistant is what a language model may add for staff; nil without one.
	Assistant Assistant
	// Passages are articles that may help to answer a text; may be nil.
	Passages func(text string) []*knowledge.Article

	// Habits are what the choices at closing taught; may be nil.
	Habits *learn.Habits

	// Events notices that many complaints are one event; may be nil.
	Events *Events

	// Changed tells whoever looks at a case that it changed; may be nil.
	Changed func(ticket.ID)
}

// Refusal is why something cannot be done, as a sentence for staff that says what
// is the case and what can be done.
type Refusal struct{ Say string }

func (r Refusal) Error() string { return "casework: " + r.Say }

// Outcome is what an act came to.
type Outcome struct {
	Ticket *ticket.Ticket
	Say    string // to who acted
	Learn  string // the first answer to an unanswered question: worth keeping?
}

// change changes a case and carries out what follows. f may run twice.
func (d *Desk) change(ctx context.Context, id ticket.ID, f func(*ticket.Ticket) error) (*ticket.Ticket, error) {
	t, err := d.Book.Update(ctx, id, f)
	if err != nil {
		return t, err
	}
	if err := d.Carry(ctx, t); err != nil {
		d.Log.Warn("effects of a case not carried out; the clock will", "err", err)
	}
	if d.Changed != nil {
		d.Changed(t.TicketID())
	}
	return t, nil
}

// Carry does what must follow from changes of a case, each effect once, and then
// drops it. It may run twice.
func (d *Desk) Carry(ctx context.Context, t *ticket.Ticket) error {
	if len(t.Effects) == 0 {
		return nil
	}
	left, err := carryOut(ctx, d, t.Effects, ofTicket, func(e ticket.Effect) error { return d.effect(ctx, t, e) })
	if left == nil {
		return err
	}
	mine := *t
	_, dropErr := d.Book.Amend(ctx, &mine, func(t *ticket.Ticket) error {
		t.Effects = left(t.Effects)
		return nil
	})
	return errors.Join(err, dropErr)
}

func (d *Desk) effect(ctx context.Context, t *ticket.Ticket, e ticket.Effect) error {
	switch {
	case e.Deliver != nil:
		e.Deliver.ID = e.ID // a document's id is not in its body
		return d.Out.Post(ctx, *e.Deliver)
	case e.Grey != nil:
		return d.Out.Post(ctx, delivery.Delivery{
			Meta: store.Meta{ID: e.ID}, To: chat.Address{Channel: chat.WeCom, User: d.wecom(e.Grey.Staff)},
			Class: delivery.Staff, Ticket: t.ID, From: "bot",
			Content: chat.Content{Form: chat.AsUpdate, Updates: e.Grey.Card, Card: e.Grey.Show},
		})
	case e.Talk != nil:
		return d.talk(ctx, t, e)
	case e.Learn != nil:
		return d.People.Learn(ctx, t.Who, e.ID, *e.Learn)
	}
	return nil
}

// talk lets the customer's conversation know what they may answer to.
func (d *Desk) talk(ctx context.Context, t *ticket.Ticket, e ticket.Effect) error {
	_, err := d.Talks.Change(ctx, t.Who, func(c *conversation.Conversation) error {
		if len(e.Talk.Options) > 0 {
			c.Offer = conversation.Offer{Options: e.Talk.Options, At: e.Talk.At}
		}
		if e.Talk.Case != "" {
			c.Case = e.Talk.Case
		}
		return nil
	})
	return err
}

// Open stores a new case and lets it begin. It may be repeated.
func (d *Desk) Open(ctx context.Context, t *ticket.Ticket) error {
	if err := d.Book.Insert(ctx, t); err != nil {
		return err
	}
	if d.Changed != nil {
		d.Changed(t.TicketID())
	}
	if t.Rev == 0 { // stored before; just stored by us, it is as it was written
		stored, err := d.Book.Get(ctx, t.TicketID())
		if err != nil {
			return err
		}
		t = stored
	}
	if err := d.Carry(ctx, t); err != nil {
		return err
	}
	d.opened(ctx, t)
	return nil
}
