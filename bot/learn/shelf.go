package learn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kefu/bot/intent"
	"kefu/store"
)

// Version is what was learned, as it is kept: the classifier of intents, and what is
// chosen when cases end. No message can be read back from
// it: it holds weights of hashed n-grams.
type Version struct {
	store.Meta
	At       store.Time `json:"at"`
	Rows     int        `json:"rows"` // learned from
	Held     int        `json:"held"` // tried on
	Accuracy float64    `json:"accuracy"`
	F1       float64    `json:"f1"`
	Was      float64    `json:"was"`             // F1 of the one in use before, on the same messages
	Model    []byte     `json:"model,omitempty"` // of intents; none: the one that comes with the program

	Closed int     `json:"closed,omitempty"` // ended cases that Depts and Causes were learned from
	Depts  *packed `json:"depts,omitempty"`
	Causes *packed `json:"causes,omitempty"`
}

// Taught is what a version holds, ready for use.
type Taught struct {
	ID    string        // "": what comes with the program
	Model *intent.Model // of intents; nil: the one that comes with the program
	Alien bool          // the model of intents is of another version of the program
	sorters
}

// use says which version is in use. Before are those it replaced, the latest
// last; "" is what comes with the program.
type use struct {
	store.Meta
	Version string   `json:"version"`
	Before  []string `json:"before,omitempty"`
}

const (
	inUse    = "use"
	kept     = 5
	maxModel = 3 << 20 * 95 / 100 // bytes: as text in JSON it must stay below a document's 4 MiB
)

// Shelf keeps the versions.
type Shelf struct {
	all *store.Collection[Version]
	use *store.Collection[use]
	now func() time.Time
}

// Open opens the shelf in a store.
func Open(ctx context.Context, e store.Engine, now func() time.Time) (*Shelf, error) {
	all, err := store.Open[Version](ctx, e, "learned")
	if err != nil {
		return nil, fmt.Errorf("learn: %w", err)
	}
	u, err := store.Open[use](ctx, e, "learned_use")
	if err != nil {
		return nil, fmt.Errorf("learn: %w", err)
	}
	return &Shelf{all: all, use: u, now: now}, nil
}

// Current gives what is in use when it is another version than have ("" at first). A
// version that an older or newer program made, or that is gone, counts as none.
func (s *Shelf) Current(ctx context.Context, have string) (t Taught, changed bool, err error) {
	u, err := s.use.Get(ctx, inUse)
	if errors.Is(err, store.ErrNotFound) {
		return Taught{}, have != "", nil
	}
	if err != nil {
		return Taught{ID: have}, false, fmt.Errorf("learn: which is in use: %w", err)
	}
	if u.Version == have {
		return Taught{ID: have}, false, nil
	}
	if u.Version == "" {
		return Taught{}, true, nil
	}
	v, err := s.all.Get(ctx, u.Version)
	if errors.Is(err, store.ErrNotFound) {
		return Taught{ID: u.Version, Alien: true}, true, nil
	}
	if err != nil {
		return Taught{ID: have}, false, fmt.Errorf("learn: version: %w", err)
	}
	t = Taught{ID: v.ID, sorters: sorters{v.Depts.open(), v.Causes.open()}}
	if len(v.Model) > 0 {
		t.Model, err = intent.UnmarshalModel(v.Model)
		t.Alien = err != nil
	}
	return t, true, nil
}

// inUse is the version in use, an empty one for what comes with the program.
func (s *Shelf) inUse(ctx context.Context) (*Version, error) {
	u, err := s.use.Get(ctx, inUse)
	if errors.Is(err, store.ErrNotFound) || err == nil && u.Version == "" {
		return &Version{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("learn: which is in use: %w", err)
	}
	v, err := s.all.Get(ctx, u.Version)
	if errors.Is(err, store.ErrNotFound) {
		return &Version{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("learn: version: %w", err)
	}
	return v, nil
}

// size is what a version takes, in bytes, before it becomes text.
func (v *Version) size() int { return len(v.Model) + v.Depts.size() + v.Causes.size() }

// put keeps a version and puts it in use.
func (s *Shelf) put(ctx context.Context, v *Version) error {
	if n := v.size(); n > maxModel {
		return fmt.Errorf("%w: 学成的模型有 %d 字节，放不进存储", ErrRefused, n)
	}
	at := s.now()
	v.Meta, v.At = store.Meta{ID: at.UTC().Format("20060102-150405.000")}, store.At(at)
	if err := s.all.Insert(ctx, v); err != nil {
		return fmt.Errorf("learn: keep: %w", err)
	}
	_, err := s.use.Upsert(ctx, inUse, func() *use { return &use{} }, func(u *use) error {
		if u.Version != v.ID {
			u.Before = append(u.Before, u.Version)
			u.Before = u.Before[max(0, len(u.Before)-kept+1):]
			u.Version = v.ID
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("learn: put in use: %w", err)
	}
	return s.tidy(ctx)
}

// tidy drops all but the newest versions.
func (s *Shelf) tidy(ctx context.Context) error {
	all, err := s.versions(ctx)
	if err != nil {
		return err
	}
	u, err := s.use.Get(ctx, inUse)
	if err != nil {
		return fmt.Errorf("learn: which is in use: %w", err)
	}
	for i, v := range all {
		if i < kept || v.ID == u.Version {
			continue
		}
		if err := s.all.Delete(ctx, v.ID); err != nil {
			return fmt.Errorf("learn: drop: %w", err)
		}
	}
	return nil
}

// versions are all that are kept, newest first.
func (s *Shelf) versions(ctx context.Context) ([]*Version, error) {
	all, err := s.all.List(ctx, store.Query{Order: []store.Order{{Field: "id", Desc: true}}, Limit: 4 * kept})
	if err != nil {
		return nil, fmt.Errorf("learn: list: %w", err)
	}
	return all, nil
}

// Listed is a version for a list.
type Listed struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Rows     int       `json:"rows"`
	Held     int       `json:"held"`
	Accuracy float64   `json:"accuracy"`
	F1       float64   `json:"f1"`
	Was      float64   `json:"was"`
	Closed   int       `json:"closed"`
	InUse    bool      `json:"in_use"`
}

// List gives the versions, newest first; own says that the one which comes with
// the program is in use.
func (s *Shelf) List(ctx context.Context) (list []Listed, own bool, err error) {
	all, err := s.versions(ctx)
	if err != nil {
		return nil, false, err
	}
	u, err := s.use.Get(ctx, inUse)
	if errors.Is(err, store.ErrNotFound) {
		u, err = &use{}, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("learn: which is in use: %w", err)
	}
	for _, v := range all {
		list = append(list, Listed{
			ID: v.ID, At: v.At.Time(), Rows: v.Rows, Held: v.Held, Accuracy: v.Accuracy, F1: v.F1, Was: v.Was, Closed: v.Closed, InUse: v.ID == u.Version,
		})
	}
	return list, u.Version == "", nil
}

// Back puts the version before in use again and gives its id, "" for the one that
// comes with the program. It gives ErrRefused when that is in use already.
func (s *Shelf) Back(ctx context.Context) (string, error) {
	u, err := s.use.Update(ctx, inUse, func(u *use) error {
		if u.Version == "" {
			return fmt.Errorf("%w: 正在用的就是随程序的那一版，没有更早的", ErrRefused)
		}
		u.Version = ""
		if n := len(u.Before); n > 0 {
			u.Version = u.Before[n-1]
			u.Before = slices.Clip(u.Before[:n-1])
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("%w: 还没有学过，用的就是随程序的那一版", ErrRefused)
	}
	if err != nil {
		return "", err
	}
	return u.Version, nil
}
