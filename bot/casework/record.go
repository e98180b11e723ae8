package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Recorded is a case that staff take down for a customer (代客登记): by telephone,
// at the desk, from a letter, a review, an authority, another department.
type Recorded struct {
	Cause   string // key of the message or form, so that twice is once
	Kind    ticket.Kind
	Source  string
	Room    string
	Name    string
	Phone   string
	Words   string
	ReplyBy time.Time
	Who     chat.CustomerID // when the customer is known
}

// Record opens such a case. A customer we cannot write to gets a file of their
// own; telling them something is then a call to make.
func (d *Desk) Record(ctx context.Context, by string, r Recorded) (*ticket.Ticket, error) {
	text := chat.Clean(r.Words)
	if r.Phone != "" { // it is in the file, and must not stand on every card
		text = strings.Trim(strings.ReplaceAll(text, r.Phone, ""), " ，,：:、")
	}
	if text == "" {
		return nil, d.refusal(prompts.StaffErrNoText, prompts.Vars{"example": d.word(prompts.StaffExRecord)})
	}
	who, err := d.whoIs(ctx, r)
	if err != nil {
		return nil, err
	}
	guest, err := d.Guest(ctx, who)
	if err != nil {
		return nil, err
	}
	if guest.Name == "" {
		guest.Name = r.Name
	}
	if guest.Phone == "" {
		guest.Phone = r.Phone
	}
	in := Intake{
		Cause: r.Cause, Kind: r.Kind, Who: who, Guest: guest, Source: r.Source, By: by, ReplyBy: store.At(r.ReplyBy),
		Words: text, Room: r.Room,
	}
	d.judge(&in)
	t, err := d.Draft(ctx, in)
	if err != nil {
		return nil, err
	}
	return t, d.Open(ctx, t)
}

// judge fills in what the pack's words say of a text.
func (d *Desk) judge(in *Intake) {
	if cat, topic := d.Pack().Match(in.Words); cat != nil {
		in.Category = cat.ID
		if topic != nil {
			in.Thing = topic.Title
		}
		if cat.Level != "" {
			in.Level = ticket.Level(cat.Level)
		}
	}
	shown, major := d.Pack().Major(in.Words)
	if major {
		in.Level, in.Alarms = ticket.Major, shown
	}
	in.Safety = d.Pack().Danger(in.Words)
}

func (d *Desk) whoIs(ctx context.Context, r Recorded) (chat.CustomerID, error) {
	if r.Who != "" {
		return r.Who, nil
	}
	for _, word := range []string{r.Phone, r.Room} {
		if word == "" {
			continue
		}
		found, err := d.People.Find(ctx, word, 10)
		if err != nil {
			return "", err
		}
		found = slices.DeleteFunc(found, func(c *customer.Customer) bool { return !d.isThem(c, r) })
		if len(found) == 1 {
			return chat.CustomerID(found[0].ID), nil
		}
	}
	sum := sha256.Sum256([]byte("recorded\n" + r.Cause))
	who := chat.CustomerID("desk/" + hex.EncodeToString(sum[:12]))
	err := d.People.Learn(ctx, who, r.Cause, customer.Change{Name: r.Name, Phone: r.Phone, Room: r.Room, Source: r.Source, At: store.At(d.Now())})
	return who, err
}

// isThem says whether a file is of whom a case is recorded for: their number, or
// who is in that room now and is not called otherwise. In doubt it is not, for
// what we say would reach somebody else.
func (d *Desk) isThem(c *customer.Customer, r Recorded) bool {
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	switch {
	case r.Phone != "" && c.Phone == r.Phone:
		return true
	case r.Room == "" || c.InRoom(d.Now().In(d.Calendar.Location())) != r.Room:
		return false
	}
	return !differ(c.Phone, r.Phone) && !differ(c.Name, r.Name)
}

// SetSource says where a recorded case came from, when that was not known.
func (d *Desk) SetSource(ctx context.Context, by string, id ticket.ID, source string) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		t.Source = source
		return nil
	})
	return Outcome{Ticket: t}, err
}

// Guest is what staff see of a customer on a case.
func (d *Desk) Guest(ctx context.Context, who chat.CustomerID) (ticket.Guest, error) {
	c, err := d.People.Get(ctx, who)
	if err != nil {
		return ticket.Guest{}, err
	}
	return d.GuestOf(c), nil
}

// GuestOf is Guest of a file already read.
func (d *Desk) GuestOf(c *customer.Customer) ticket.Guest {
	tier := d.Pack().Tier(c.Tier)
	return ticket.Guest{
		Name: c.Name, Tier: tier.Title, VIP: tier.VIP || c.VIP, Phone: c.Phone, Stays: c.Stays, Spent: c.Spent,
		Until: c.Leaves, Likes: c.Likes, Last: c.Last, Butler: c.Butler,
	}
}

// Undelivered tells who is responsible that words did not reach the customer: a
// card with the reason, so that somebody sees to it. It may be repeated.
func (d *Desk) Undelivered(ctx context.Context, x delivery.Delivery) error {
	if x.Ticket == "" || x.Customer == "" || x.Class == delivery.Staff {
		return nil
	}
	now := d.Now()
	unsure := ""
	if x.State == delivery.Unknown {
		x.Reason, unsure = d.word(prompts.ReasonUnknown), "1"
	}
	_, err := d.change(ctx, ticket.ID(x.Ticket), func(t *ticket.Ticket) error {
		if !t.Once("lost/" + x.ID) {
			return store.ErrUnchanged
		}
		p := d.responsible(t)
		t.Log(ticket.Event{At: store.At(now), Who: ticket.BySystem, What: ticket.Undeliver, Text: x.Reason, Delivery: x.ID})
		if x.From == ticket.ByBot {
			return nil // a reminder of ours; a person's words are what somebody must bring
		}
		by := now.Add(d.Pack().Clocks(string(t.Kind), d.facts(t)).Answer)
		if by.Equal(now) {
			by = now.Add(2 * time.Hour)
		}
		d.card(t, p, "lost", prompts.CardUndelivered, with(d.Vars(t), "short", d.shortReason(x.Reason), "unsure", unsure, "reason", x.Reason,
			"quote", x.Content.Plain(), "tried", d.tried(x), "at", d.Calendar.Stamp(t.Wrote.Time()), "by", d.until(store.At(by))))
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (d *Desk) shortReason(reason string) string {
	switch reason {
	case delivery.NoWindow:
		return d.word(prompts.StaffShortWindow)
	case delivery.NoCredits:
		return d.word(prompts.StaffShortCredits)
	}
	return clip(reason, 8)
}

// tried says what became of the service notice.
func (d *Desk) tried(x delivery.Delivery) string {
	for _, w := range x.Ways {
		if w.By == delivery.Template && w.Tried {
			return d.Words.Line(prompts.TriedFailed, nil)
		}
	}
	return d.Words.Line(prompts.TriedNone, nil)
}
