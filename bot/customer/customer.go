// Package customer is the customer file: who somebody is to us. It begins with
// their first message and grows with what they tell and what staff add.
package customer

import (
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/jobs"
	"kefu/store"
)

// Customer is one person. Its id is a chat.CustomerID.
type Customer struct {
	store.Meta
	Name    string     `json:"name,omitempty"`       // how they want to be addressed: 王女士
	Phone   string     `json:"phone,omitempty"`      // in full: masked wherever it is shown
	Tail    string     `json:"phone_tail,omitempty"` // its last four digits
	UnionID string     `json:"union_id,omitempty"`
	Tier    string     `json:"tier,omitempty"` // of the pack: 普通 when empty
	VIP     bool       `json:"vip,omitempty"`
	Stays   int        `json:"stays,omitempty"`
	Spent   int64      `json:"spent,omitempty"` // 分, within a year
	Room    string     `json:"room,omitempty"`
	Until   store.Time `json:"until,omitzero"`   // the room is theirs until then
	Leaves  string     `json:"leaves,omitempty"` // 2026-11-26
	Likes   string     `json:"likes,omitempty"`
	Last    string     `json:"last,omitempty"`    // the last case in one line
	Butler  string     `json:"butler,omitempty"`  // staff id
	Source  string     `json:"source,omitempty"`  // how they found us
	Left    bool       `json:"left,omitempty"`    // stopped following
	Consent string     `json:"consent,omitempty"` // to promotions: "", yes, no
	AgreedA store.Time `json:"consent_at,omitzero"`
	Quiet   []string   `json:"quiet,omitempty"` // ids of what holds promotions back: incidents
	Created store.Time `json:"created,omitzero"`
	Seen    []string   `json:"seen,omitempty"` // ids of changes that were done here
	Lookup  store.Time `json:"due,omitzero"`   // ask WeChat for the unionid then
	Tries   int        `json:"tries,omitempty"`
}

// Change is something learned of a customer; empty fields stay as they are.
type Change struct {
	Name    string     `json:"name,omitempty"`
	Phone   string     `json:"phone,omitempty"`
	Room    string     `json:"room,omitempty"`
	Until   store.Time `json:"until,omitzero"`
	Source  string     `json:"source,omitempty"`
	Consent string     `json:"consent,omitempty"`
	Left    *bool      `json:"left,omitempty"`
	Last    string     `json:"last,omitempty"`
	Quiet   string     `json:"quiet,omitempty"` // id of what holds promotions back from now on
	Loud    string     `json:"loud,omitempty"`  // id of what does so no more
	At      store.Time `json:"at,omitzero"`
}

// maxQuiet bounds what holds promotions to one customer back at the same time.
const maxQuiet = 20

// File keeps the customers.
type File struct {
	all  *store.Collection[Customer]
	now  func() time.Time
	memo *store.Memo[*Customer] // of those who wrote last; nil: another process may change them
}

// Open opens the file.
func Open(ctx context.Context, e store.Engine, now func() time.Time) (*File, error) {
	all, err := store.Open[Customer](ctx, e, "customers",
		jobs.DueIndex(),
		store.Index{Fields: []string{"phone", "id"}, Where: []store.Cond{store.Where("phone", store.Exists)}},
		store.Index{Fields: []string{"phone_tail", "id"}, Where: []store.Cond{store.Where("phone_tail", store.Exists)}},
		store.Index{Fields: []string{"room", "id"}, Where: []store.Cond{store.Where("room", store.Exists)}},
		store.Index{Fields: []string{"name", "id"}, Where: []store.Cond{store.Where("name", store.Exists)}},
	)
	if err != nil {
		return nil, err
	}
	return &File{all: all, now: now}, nil
}

// remembered is how many files are kept in memory.
const remembered = 4096

// Alone says that no other process writes these files, so that those of customers
// who write again need not be read again. To be called before the first use.
func (f *File) Alone() {
	f.memo = store.NewMemo[*Customer](remembered)
	f.all.Watch(func(c *Customer, err error) { f.memo.Forget(c.ID, err) })
}

// Collection is for the clock that looks for what is due.
func (f *File) Collection() *store.Collection[Customer] { return f.all }

// Get returns the customer; one we have no file of yet is empty, with revision 0.
// It is for reading: a change goes through the methods that make one.
func (f *File) Get(ctx context.Context, id chat.CustomerID) (*Customer, error) {
	if c, ok := f.memo.Get(string(id)); ok {
		mine := *c
		return &mine, nil
	}
	since := f.memo.Ask(string(id))
	c, err := f.all.Get(ctx, string(id))
	if errors.Is(err, store.ErrNotFound) {
		return &Customer{Meta: store.Meta{ID: string(id)}}, nil
	}
	if err == nil {
		kept := *c
		f.memo.Learn(string(id), since, &kept)
	}
	return c, err
}

// Learn adds what was learned, once for each effect id; the file is made when it
// is not there.
func (f *File) Learn(ctx context.Context, id chat.CustomerID, effect string, ch Change) error {
	now := f.now()
	fresh := func() *Customer {
		c := &Customer{Created: store.At(now)}
		if id.Reachable() {
			c.Lookup = store.At(now.Add(lookupAfter(id)))
		}
		return c
	}
	_, err := f.all.Upsert(ctx, string(id), fresh, func(c *Customer) error {
		for _, done := range c.Seen {
			if done == effect {
				return store.ErrUnchanged
			}
		}
		if c.Seen = append(c.Seen, effect); len(c.Seen) > 50 {
			c.Seen = c.Seen[len(c.Seen)-50:]
		}
		c.learn(ch)
		return nil
	})
	return err
}

// lookupAfter is when WeChat is asked who somebody is: minutes after they first
// wrote, at another time for each, so that many who write for the first time at
// once are answered before we ask.
func lookupAfter(id chat.CustomerID) time.Duration {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id))
	return 2*time.Minute + time.Duration(sum.Sum32()%180)*time.Second
}

func (c *Customer) learn(ch Change) {
	set := func(to *string, v string) {
		if v != "" {
			*to = v
		}
	}
	set(&c.Name, ch.Name)
	set(&c.Phone, ch.Phone)
	set(&c.Room, ch.Room)
	set(&c.Source, ch.Source)
	set(&c.Last, ch.Last)
	if !ch.Until.IsZero() {
		c.Until = ch.Until
	}
	if ch.Consent != "" {
		c.Consent, c.AgreedA = ch.Consent, ch.At
	}
	if ch.Left != nil {
		c.Left = *ch.Left
	}
	if ch.Quiet != "" && !slices.Contains(c.Quiet, ch.Quiet) && len(c.Quiet) < maxQuiet {
		c.Quiet = append(c.Quiet, ch.Quiet)
	}
	if ch.Loud != "" {
		c.Quiet = slices.DeleteFunc(c.Quiet, func(id string) bool { return id == ch.Loud })
	}
	c.Tail = tail(c.Phone)
}

// Put writes the whole file of a customer, for staff and import: what was there
// is replaced.
func (f *File) Put(ctx context.Context, c Customer) error {
	_, err := f.all.Upsert(ctx, c.ID, func() *Customer { return &Customer{} }, func(old *Customer) error {
		meta, seen := old.Meta, old.Seen
		*old = c
		old.Meta, old.Seen, old.Tail = meta, seen, tail(c.Phone)
		return nil
	})
	return err
}

// Update changes a customer's file; change may run twice.
func (f *File) Update(ctx context.Context, id chat.CustomerID, change func(*Customer) error) error {
	_, err := f.all.Update(ctx, string(id), change)
	return err
}

// InRoom is the room the customer is in at an instant, "" when unknown or after the
// day they leave (by the calendar of now's zone).
func (c *Customer) InRoom(now time.Time) string {
	switch {
	case !c.Until.IsZero() && !now.Before(c.Until.Time()),
		c.Until.IsZero() && c.Leaves != "" && now.Format(time.DateOnly) > c.Leaves:
		return ""
	}
	return c.Room
}

// Find looks a customer up by room, the phone's last digits, or name; at most limit.
func (f *File) Find(ctx context.Context, word string, limit int) ([]*Customer, error) {
	var found []*Customer
	seen := map[string]bool{}
	for _, q := range []store.Cond{
		store.Where("room", store.Eq, word), store.Where("name", store.Prefix, word), store.Where("phone", store.Eq, word),
		store.Where("phone_tail", store.Eq, word),
	} {
		list, err := f.all.List(ctx, store.Query{Where: []store.Cond{q}, Limit: limit})
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if !seen[c.ID] && len(found) < limit {
				seen[c.ID] = true
				found = append(found, c)
			}
		}
	}
	return found, nil
}

// Mask shows the first three and last four digits of a phone number.
func Mask(phone string) string {
	r := []rune(phone)
	if len(r) < 8 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:3]) + "****" + string(r[len(r)-4:])
}

func tail(phone string) string {
	if len(phone) < 4 {
		return ""
	}
	return phone[len(phone)-4:]
}
