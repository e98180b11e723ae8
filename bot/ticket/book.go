package ticket

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"kefu/bot/chat"
	"kefu/bot/jobs"
	"kefu/store"
)

// Book reads and writes tickets and gives out their numbers.
type Book struct {
	all     *store.Collection[Ticket]
	numbers *store.Collection[number]
	now     func() time.Time
	zone    *time.Location
	limits  atomic.Pointer[Limits]
	longer  atomic.Value          // the day on which four digits ran out
	without *store.Memo[struct{}] // customers who have no live ticket; nil: another process may write some
}

// number reserves a short number for a ticket: the document's id is the number.
type number struct {
	store.Meta
	Owner ID     `json:"owner"`
	Day   string `json:"day"`
}

// Open opens the book. zone is where a day begins and ends.
func Open(ctx context.Context, e store.Engine, now func() time.Time, zone *time.Location, limits Limits) (*Book, error) {
	live := []store.Cond{store.Where("live", store.Eq, true)}
	all, err := store.Open[Ticket](ctx, e, "tickets",
		jobs.DueIndex(),
		store.Index{Fields: []string{"customer", "live", "created", "id"}, Where: live},
		store.Index{Fields: []string{"customer", "created", "id"}},
		store.Index{Fields: []string{"no", "created", "id"}},
		store.Index{Fields: []string{"owner", "created", "id"}, Where: live},
		store.Index{Fields: []string{"room", "created", "id"}, Where: live},
		store.Index{Fields: []string{"state", "created", "id"}, Where: live},
		store.Index{Fields: []string{"open_at", "id"}, Where: []store.Cond{store.Where("open_at", store.Exists)}},
		store.Index{Fields: []string{"created", "id"}},
	)
	if err != nil {
		return nil, err
	}
	numbers, err := store.Open[number](ctx, e, "ticket_numbers")
	if err != nil {
		return nil, err
	}
	b := &Book{all: all, numbers: numbers, now: now, zone: zone}
	b.Adapt(limits)
	return b, nil
}

// withoutMost is of how many customers it is remembered that they have no live
// ticket.
const withoutMost = 50_000

// Alone says that no other process writes tickets, so that it need not be asked
// each time whether a customer has any. To be called before the first use.
func (b *Book) Alone() {
	b.without = store.NewMemo[struct{}](withoutMost)
	b.all.Watch(func(t *Ticket, err error) { b.without.Forget(string(t.Who), err) })
}

// Limits are how long a case waits by itself.
func (b *Book) Limits() Limits { return *b.limits.Load() }

// Adapt goes by other limits from now on. When a case is due is reckoned anew with
// its next change, or when it was due by the old ones.
func (b *Book) Adapt(l Limits) { b.limits.Store(&l) }

// Collection is for the clock that looks for what is due.
func (b *Book) Collection() *store.Collection[Ticket] { return b.all }

// Insert stores a new ticket. One that is there already is not an error: its id
// says it is the same.
func (b *Book) Insert(ctx context.Context, t *Ticket) error {
	t.Settle(b.now(), b.Limits())
	if err := b.all.Insert(ctx, t); err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("ticket: insert: %w", err)
	}
	return nil
}

// Get returns the ticket, or store.ErrNotFound.
func (b *Book) Get(ctx context.Context, id ID) (*Ticket, error) { return b.all.Get(ctx, string(id)) }

// Update changes a ticket; change may run twice and must be pure.
func (b *Book) Update(ctx context.Context, id ID, change func(*Ticket) error) (*Ticket, error) {
	now := b.now()
	return b.all.Update(ctx, string(id), func(t *Ticket) error {
		if err := change(t); err != nil {
			return err
		}
		t.Settle(now, b.Limits())
		return nil
	})
}

// Amend is Update for a ticket that was just read or written: see
// store.Collection.Amend.
func (b *Book) Amend(ctx context.Context, t *Ticket, change func(*Ticket) error) (*Ticket, error) {
	now := b.now()
	return b.all.Amend(ctx, t, func(t *Ticket) error {
		if err := change(t); err != nil {
			return err
		}
		t.Settle(now, b.Limits())
		return nil
	})
}

// ByNo is the newest ticket of that short number, or store.ErrNotFound.
func (b *Book) ByNo(ctx context.Context, no string) (*Ticket, error) {
	list, err := b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("no", store.Eq, no)},
		Order: []store.Order{{Field: "created", Desc: true}}, Limit: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("ticket %s: %w", no, store.ErrNotFound)
	}
	return list[0], nil
}

// Of are a customer's tickets, newest first.
func (b *Book) Of(ctx context.Context, who chat.CustomerID, limit int) ([]*Ticket, error) {
	return b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("customer", store.Eq, string(who))},
		Order: []store.Order{{Field: "created", Desc: true}}, Limit: limit,
	})
}

// LiveOf are a customer's tickets that are not closed, newest first.
func (b *Book) LiveOf(ctx context.Context, who chat.CustomerID, limit int) ([]*Ticket, error) {
	if _, none := b.without.Get(string(who)); none {
		return nil, nil
	}
	since := b.without.Ask(string(who))
	list, err := b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("live", store.Eq, true), store.Where("customer", store.Eq, string(who))},
		Order: []store.Order{{Field: "created", Desc: true}}, Limit: limit,
	})
	if err == nil && len(list) == 0 {
		b.without.Learn(string(who), since, struct{}{})
	}
	return list, err
}

// OwnedBy are the live tickets a person has, oldest first.
func (b *Book) OwnedBy(ctx context.Context, staff string, limit int) ([]*Ticket, error) {
	return b.live(ctx, limit, store.Where("owner", store.Eq, staff))
}

// In are the live tickets in a state, oldest first.
func (b *Book) In(ctx context.Context, s State, limit int) ([]*Ticket, error) {
	return b.live(ctx, limit, store.Where("state", store.Eq, string(s)))
}

// AtRoom are the live tickets of a room, oldest first.
func (b *Book) AtRoom(ctx context.Context, room string, limit int) ([]*Ticket, error) {
	return b.live(ctx, limit, store.Where("room", store.Eq, room))
}

// Live are all tickets that are not closed, oldest first.
func (b *Book) Live(ctx context.Context, limit int) ([]*Ticket, error) {
	return b.all.List(ctx, store.Query{Where: []store.Cond{store.Where("open_at", store.Exists)}, Order: []store.Order{{Field: "open_at"}}, Limit: limit})
}

func (b *Book) live(ctx context.Context, limit int, c ...store.Cond) ([]*Ticket, error) {
	return b.all.List(ctx, store.Query{
		Where: append([]store.Cond{store.Where("live", store.Eq, true)}, c...),
		Order: []store.Order{{Field: "created"}}, Limit: limit,
	})
}

// Between are the tickets opened in [from, to), newest first, behind the key
// (created, id) of the last one seen; nil begins.
func (b *Book) Between(ctx context.Context, from, to time.Time, after []any, limit int) ([]*Ticket, error) {
	return b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("created", store.Ge, store.At(from)), store.Where("created", store.Lt, store.At(to))},
		Order: []store.Order{{Field: "created", Desc: true}}, After: after, Limit: limit,
	})
}

// Load is how many open cases a person has in hand, counted up to 100.
func (b *Book) Load(ctx context.Context, staff string) (int, error) {
	n, err := b.all.Count(ctx, store.Query{Where: []store.Cond{
		store.Where("live", store.Eq, true), store.Where("owner", store.Eq, staff),
		store.Where("state", store.In, []string{string(New), string(Working)}),
	}, Limit: 100})
	return int(n), err
}

// Ahead is how many cases wait unclaimed, counted up to 100.
func (b *Book) Ahead(ctx context.Context) (int, error) {
	n, err := b.all.Count(ctx, store.Query{Where: []store.Cond{
		store.Where("live", store.Eq, true), store.Where("state", store.Eq, string(New)),
	}, Limit: 100})
	return int(n), err
}

// ErrNumbers: no free number was found, which needs some hundred thousand open cases.
var ErrNumbers = errors.New("ticket: no free number")

// Number reserves a short number for the ticket: four digits from 4000 on (below
// are room numbers), unique among the cases that are open or can be opened again
// and those of the day; longer ones when many are taken. Called again for the same ticket it gives the same
// number, or another that is as good.
func (b *Book) Number(ctx context.Context, id ID) (no, full string, err error) {
	day := b.now().In(b.zone).Format("060102")
	from := 0
	if b.longer.Load() == day {
		from = shortTries
	}
	for try := from; try < 60; try++ {
		if try == shortTries {
			b.longer.Store(day)
		}
		no = candidate(id, try)
		ok, err := b.reserve(ctx, no, id, day)
		if err != nil {
			return "", "", err
		}
		if ok {
			return no, "TS-" + day + "-" + no, nil
		}
	}
	return "", "", ErrNumbers
}

// shortTries is how many numbers of four digits are asked for.
const shortTries = 24

// candidate is the try-th number to ask for: 24 of four digits, then longer ones.
func candidate(id ID, try int) string {
	sum := sha256.Sum256([]byte(string(id) + "#" + strconv.Itoa(try)))
	n := binary.BigEndian.Uint64(sum[:8])
	switch {
	case try < shortTries:
		return strconv.FormatUint(4000+n%6000, 10)
	case try < 44:
		return strconv.FormatUint(10000+n%90000, 10)
	}
	return strconv.FormatUint(100000+n%900000, 10)
}

func (b *Book) reserve(ctx context.Context, no string, id ID, day string) (bool, error) {
	err := b.numbers.Insert(ctx, &number{Meta: store.Meta{ID: no}, Owner: id, Day: day})
	if err == nil || !errors.Is(err, store.ErrExists) {
		return err == nil, err
	}
	held, err := b.numbers.Get(ctx, no)
	if err != nil {
		return false, err
	}
	if held.Owner == id {
		return true, nil
	}
	if held.Day == day {
		return false, nil
	}
	if free, err := b.free(ctx, held); err != nil || !free {
		return false, err
	}
	held.Owner, held.Day = id, day
	if err := b.numbers.Replace(ctx, held); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return false, nil
		}
		return false, err
	}
	return true, nil
}

// free says whether a number of an earlier day may be given again: its case has
// ended and cannot be opened again any more, or was never stored.
func (b *Book) free(ctx context.Context, held *number) (bool, error) {
	old, err := b.Get(ctx, held.Owner)
	if errors.Is(err, store.ErrNotFound) { // reserved before midnight, perhaps, and just being stored
		return held.Day < b.now().In(b.zone).AddDate(0, 0, -1).Format("060102"), nil
	}
	if err != nil {
		return false, err
	}
	return old.State == Closed && b.now().After(old.Solved.Add(b.Limits().Reopen).Time()), nil
}
