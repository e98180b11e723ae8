package incident

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"kefu/bot/jobs"
	"kefu/store"
)

// Book reads and writes incidents.
type Book struct {
	all     *store.Collection[Incident]
	numbers *store.Collection[number]
	now     func() time.Time
}

// number reserves a number: the document's id is the number.
type number struct {
	store.Meta
	Owner ID `json:"owner"`
}

// OpenBook opens the collections.
func OpenBook(ctx context.Context, e store.Engine, now func() time.Time) (*Book, error) {
	all, err := store.Open[Incident](ctx, e, "incidents", jobs.DueIndex(),
		store.Index{Fields: []string{"live", "opened", "id"}, Where: []store.Cond{store.Where("live", store.Eq, true)}},
		store.Index{Fields: []string{"opened", "id"}},
		store.Index{Fields: []string{"no", "id"}},
	)
	if err != nil {
		return nil, err
	}
	numbers, err := store.Open[number](ctx, e, "incident_numbers")
	if err != nil {
		return nil, err
	}
	return &Book{all, numbers, now}, nil
}

// Collection is for the clock that looks for what is due.
func (b *Book) Collection() *store.Collection[Incident] { return b.all }

// Insert stores a new incident. store.ErrExists: another instance was first.
func (b *Book) Insert(ctx context.Context, in *Incident) error {
	in.Settle(b.now())
	return b.all.Insert(ctx, in)
}

// Get returns the incident, or store.ErrNotFound.
func (b *Book) Get(ctx context.Context, id ID) (*Incident, error) { return b.all.Get(ctx, string(id)) }

// Update changes an incident; change may run twice and must be pure.
func (b *Book) Update(ctx context.Context, id ID, change func(*Incident) error) (*Incident, error) {
	now := b.now()
	return b.all.Update(ctx, string(id), func(in *Incident) error {
		if err := change(in); err != nil {
			return err
		}
		in.Settle(now)
		return nil
	})
}

// ByNo is the incident of that number, or store.ErrNotFound.
func (b *Book) ByNo(ctx context.Context, no string) (*Incident, error) {
	list, err := b.all.List(ctx, store.Query{Where: []store.Cond{store.Where("no", store.Eq, no)}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("incident %.10q: %w", no, store.ErrNotFound)
	}
	return list[0], nil
}

// Live are those not ended, newest first: at most limit.
func (b *Book) Live(ctx context.Context, limit int) ([]*Incident, error) {
	return b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("live", store.Eq, true)},
		Order: []store.Order{{Field: "opened", Desc: true}}, Limit: limit,
	})
}

// All are all of them, newest first, behind the last one of the page before (nil
// begins): at most limit.
func (b *Book) All(ctx context.Context, after *Incident, limit int) ([]*Incident, error) {
	q := store.Query{Order: []store.Order{{Field: "opened", Desc: true}}, Limit: limit}
	if after != nil {
		q.After = []any{after.Opened, after.ID}
	}
	return b.all.List(ctx, q)
}

// ErrNumbers: no free number was found.
var ErrNumbers = errors.New("incident: no free number")

// Number reserves a number for an incident: one more than the newest has, and
// never given twice. Called again for the same one it may give another.
func (b *Book) Number(ctx context.Context, id ID) (string, error) {
	n := 1
	newest, err := b.All(ctx, nil, 1)
	if err != nil {
		return "", err
	}
	if len(newest) > 0 {
		last, err := strconv.Atoi(newest[0].No)
		if err != nil {
			return "", fmt.Errorf("incident: number %.10q: %w", newest[0].No, err)
		}
		n = last + 1
	}
	for range 100 {
		no := strconv.Itoa(n)
		err := b.numbers.Insert(ctx, &number{Meta: store.Meta{ID: no}, Owner: id})
		if err == nil {
			return no, nil
		}
		if !errors.Is(err, store.ErrExists) {
			return "", err
		}
		if held, err := b.numbers.Get(ctx, no); err != nil {
			return "", err
		} else if held.Owner == id {
			return no, nil
		}
		n++
	}
	return "", ErrNumbers
}
