package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// What the pages of a case need besides the acts.

// KindTitle is what sort of case it is: 投诉.
func (d *Desk) KindTitle(t *ticket.Ticket) string { return d.kindTitle(t) }

// StateTitle is where the case stands: 处理中.
func (d *Desk) StateTitle(t *ticket.Ticket) string { return d.stateTitle(t) }

// CategoryTitle is what the case is about: 设施设备.
func (d *Desk) CategoryTitle(t *ticket.Ticket) string { return d.category(t) }

// WhereIs says whether the customer is in the room, "" when unknown.
func (d *Desk) WhereIs(t *ticket.Ticket) string { return d.where(t) }

// Leads says whether somebody is a lead or above: they may let words pass.
func (d *Desk) Leads(id string) bool { return d.leads(id) }

// Within says whether the customer wrote in the last 48 hours.
func (d *Desk) Within(t *ticket.Ticket) bool { return d.inWindow(t) }

// May says whether somebody may make a move now, so that a page does not offer
// what would be refused.
func (d *Desk) May(by string, t *ticket.Ticket, move string) bool {
	p := d.person(by)
	if p.ID == "" {
		return false
	}
	return staffAct{Desk: d, p: p, now: d.Now()}.allow(t, move) == nil
}

// Others are everybody a case can be given to, on duty first: at most 60.
func (d *Desk) Others(except string) []staff.Person {
	on := d.Roster.OnDuty(d.Now(), "", "")
	all := slices.Clone(on)
	for _, p := range d.Roster.All() {
		if !slices.ContainsFunc(on, func(o staff.Person) bool { return o.ID == p.ID }) {
			all = append(all, p)
		}
	}
	all = slices.DeleteFunc(all, func(p staff.Person) bool { return p.ID == except })
	return all[:min(len(all), 60)]
}

// CustomerFile puts a file that the customer gave on their page (id in the store)
// to the case, with words or without, once for each effect id.
func (d *Desk) CustomerFile(ctx context.Context, who chat.CustomerID, effect string, id ticket.ID, file string, kind chat.Kind, text string) error {
	now := d.Now()
	left, err := d.Talks.Left(ctx, who, store.At(now))
	if err != nil {
		return err
	}
	_, err = d.change(ctx, id, func(t *ticket.Ticket) error {
		if t.Who != who {
			return errors.New("casework: case of another customer")
		}
		if !t.Once(effect) {
			return store.ErrUnchanged
		}
		before := len(t.Files)
		label := text
		if t.Attach(ticket.Attachment{ID: file, Kind: kind, From: ticket.ByCustomer, At: store.At(now)}) {
			label = d.word(prompts.StaffPicture) + text
		}
		c := guestAct{d, conversation.Act{Ticket: id, Do: DoAdd, Text: label, At: store.At(now)}, now, left}
		c.add(t)
		if len(t.Files) > before {
			for i := len(t.History) - 1; i >= 0; i-- {
				if t.History[i].What == ticket.Said {
					t.History[i].File = len(t.Files)
					break
				}
			}
		}
		return nil
	})
	return err
}

// PageSize is how many cases a list shows at once.
const PageSize = 30

// OpenCases are the cases that are not closed, newest first, behind the last one
// of the page before (nil begins); at most PageSize. More says that others follow.
func (d *Desk) OpenCases(ctx context.Context, after *ticket.Ticket) (list []*ticket.Ticket, more bool, err error) {
	q := store.Query{
		Where: []store.Cond{store.Where("open_at", store.Exists)},
		Order: []store.Order{{Field: "open_at", Desc: true}},
		Limit: PageSize + 1,
	}
	if after != nil {
		q.After = []any{after.Created, after.ID}
	}
	list, err = d.Book.Collection().List(ctx, q)
	if len(list) > PageSize {
		list, more = list[:PageSize], true
	}
	return list, more, err
}

// MineToDo are the open cases somebody has, the most urgent first: at most limit.
func (d *Desk) MineToDo(ctx context.Context, by string, limit int) ([]*ticket.Ticket, error) {
	list, err := d.Book.OwnedBy(ctx, by, limit)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(t *ticket.Ticket) bool { return !t.IsOpen() })
	slices.SortStableFunc(list, func(a, b *ticket.Ticket) int { return urgent(a).Compare(urgent(b)) })
	return list, nil
}

// urgent is what a list of cases is ordered by: the instant that binds; what waits
// for the customer, or is bound by nothing, comes last.
func urgent(t *ticket.Ticket) time.Time {
	at := t.Bound()
	if at.IsZero() || t.State == ticket.Waiting {
		return t.Created.Time().AddDate(100, 0, 0)
	}
	return at.Time()
}

const findCustomers = 20

// Search finds cases by number, room, last digits of the phone, or name, newest
// first: at most limit.
func (d *Desk) Search(ctx context.Context, word string, limit int) ([]*ticket.Ticket, error) {
	var found []*ticket.Ticket
	add := func(list ...*ticket.Ticket) {
		for _, t := range list {
			if !slices.ContainsFunc(found, func(o *ticket.Ticket) bool { return o.ID == t.ID }) {
				found = append(found, t)
			}
		}
	}
	t, err := d.Book.ByNo(ctx, word)
	switch {
	case err == nil:
		add(t)
	case !errors.Is(err, store.ErrNotFound):
		return nil, err
	}
	inRoom, err := d.Book.AtRoom(ctx, word, limit)
	if err != nil {
		return nil, err
	}
	add(inRoom...)
	people, err := d.People.Find(ctx, word, findCustomers)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		theirs, err := d.Book.Of(ctx, chat.CustomerID(p.ID), 10)
		if err != nil {
			return nil, err
		}
		add(theirs...)
	}
	slices.SortStableFunc(found, func(a, b *ticket.Ticket) int { return b.Created.Time().Compare(a.Created.Time()) })
	return found[:min(len(found), limit)], nil
}
