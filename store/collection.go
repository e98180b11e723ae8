package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	mrand "math/rand/v2"
	"time"
)

// Meta is embedded by every document type. It is kept beside the body, not in
// it.
type Meta struct {
	ID  string `json:"-"`
	Rev int64  `json:"-"` // 0: not stored yet
}

// Header lets a collection reach the Meta of a document.
func (m *Meta) Header() *Meta { return m }

type record interface{ Header() *Meta }

// Collection keeps documents of type T, which embeds Meta.
type Collection[T any] struct {
	engine Engine
	name   string
	locks  *Locks
	heard  func(v *T, err error)
}

// Open returns the collection of that name and makes its indexes.
func Open[T any](ctx context.Context, e Engine, name string, ix ...Index) (*Collection[T], error) {
	if _, ok := any(new(T)).(record); !ok {
		return nil, fmt.Errorf("store: %T does not embed store.Meta", *new(T))
	}
	if err := e.EnsureIndexes(ctx, name, ix...); err != nil {
		return nil, fmt.Errorf("store: indexes of %s: %w", name, err)
	}
	return &Collection[T]{engine: e, name: name, locks: NewLocks(256), heard: func(*T, error) {}}, nil
}

// Watch makes heard be told of every write through this collection, after it and
// before its caller hears of it, with its error; a document that was deleted has
// only its id. To be set before the first write.
func (c *Collection[T]) Watch(heard func(v *T, err error)) { c.heard = heard }

// Name is the collection's name.
func (c *Collection[T]) Name() string { return c.name }

func header[T any](v *T) *Meta { return any(v).(record).Header() }

// Insert stores v under its id at revision 1, or returns ErrExists. It may be
// repeated: what the same call left behind after an unknown outcome is
// recognised by its write id only within this call, so a caller who repeats it
// later must expect ErrExists.
func (c *Collection[T]) Insert(ctx context.Context, v *T) error {
	m := header(v)
	d, err := c.encode(v)
	if err != nil {
		return err
	}
	err = c.unknown(ctx, func() error { return c.engine.Insert(ctx, c.name, d) })
	c.heard(v, err)
	if err != nil {
		return err
	}
	m.Rev = 1
	return nil
}

// Get returns the document, or ErrNotFound.
func (c *Collection[T]) Get(ctx context.Context, id string) (*T, error) {
	d, err := c.engine.Get(ctx, c.name, id)
	if err != nil {
		return nil, err
	}
	return c.decode(d)
}

// Replace writes v if its revision is still the stored one, else ErrConflict.
// On success v has the new revision.
func (c *Collection[T]) Replace(ctx context.Context, v *T) error {
	d, err := c.encode(v)
	if err != nil {
		return err
	}
	err = c.unknown(ctx, func() error { return c.engine.Replace(ctx, c.name, d) })
	c.heard(v, err)
	if err != nil {
		return err
	}
	header(v).Rev++
	return nil
}

// Delete removes the document; removing what is not there is no error.
func (c *Collection[T]) Delete(ctx context.Context, id string) error {
	err := c.engine.Delete(ctx, c.name, id)
	gone := new(T)
	header(gone).ID = id
	c.heard(gone, err)
	return err
}

// Purge removes what matches, at most q.Limit: see Engine. Nobody who watches the
// collection hears of it, so it is for what nobody asks for any more.
func (c *Collection[T]) Purge(ctx context.Context, q Query) (int, error) {
	return c.engine.Purge(ctx, c.name, q)
}

// ErrUnchanged, returned by a change, leaves the document as it is; Update then
// returns the document and no error.
var ErrUnchanged = errors.New("store: nothing to change")

const tries = 40

// Update reads the document, changes it and writes it back, again if somebody
// else wrote meanwhile. change may run more than once and must be pure: ids and
// times come from outside. An error of change is returned as it is and nothing
// is written.
func (c *Collection[T]) Update(ctx context.Context, id string, change func(*T) error) (*T, error) {
	defer c.locks.Lock(id)()
	for try := range tries {
		v, err := c.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		switch err := change(v); {
		case errors.Is(err, ErrUnchanged):
			return v, nil
		case err != nil:
			return nil, err
		}
		err = c.Replace(ctx, v)
		if err == nil {
			return v, nil
		}
		if !errors.Is(err, ErrConflict) {
			return nil, err
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("store: %s/%s: %w after %d tries", c.name, id, ErrConflict, tries)
}

// Amend is Update for a document that was just read, or written, by the caller: it
// is read again only if somebody else wrote meanwhile. v may be changed although
// an error comes back; go on with the document returned. change may run more than
// once, each time on a document as it is stored, v taken for one the first time.
func (c *Collection[T]) Amend(ctx context.Context, v *T, change func(*T) error) (*T, error) {
	id := header(v).ID
	err := c.amend(ctx, id, v, change)
	switch {
	case err == nil, errors.Is(err, ErrUnchanged):
		return v, nil
	case errors.Is(err, ErrConflict):
		return c.Update(ctx, id, change)
	}
	return nil, err
}

func (c *Collection[T]) amend(ctx context.Context, id string, v *T, change func(*T) error) error {
	defer c.locks.Lock(id)()
	if err := change(v); err != nil {
		return err
	}
	return c.Replace(ctx, v)
}

// Upsert is Update for a document that may not be there yet: then fresh makes it.
func (c *Collection[T]) Upsert(ctx context.Context, id string, fresh func() *T, change func(*T) error) (*T, error) {
	for range tries {
		v, err := c.Update(ctx, id, change)
		if !errors.Is(err, ErrNotFound) {
			return v, err
		}
		v = fresh()
		header(v).ID = id
		if err := change(v); err != nil && !errors.Is(err, ErrUnchanged) {
			return nil, err
		}
		if err = c.Insert(ctx, v); err == nil || !errors.Is(err, ErrExists) {
			return v, err
		}
	}
	return nil, fmt.Errorf("store: %s/%s: %w", c.name, id, ErrConflict)
}

// Find yields what matches.
func (c *Collection[T]) Find(ctx context.Context, q Query) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		for d, err := range c.engine.Find(ctx, c.name, q) {
			if err != nil {
				yield(nil, err)
				return
			}
			if v, err := c.decode(d); !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// List is Find into a slice. Give the query a limit.
func (c *Collection[T]) List(ctx context.Context, q Query) ([]*T, error) {
	var all []*T
	for v, err := range c.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Count counts what matches, up to q.Limit.
func (c *Collection[T]) Count(ctx context.Context, q Query) (int64, error) {
	return c.engine.Count(ctx, c.name, q)
}

// Group counts and sums by fields.
func (c *Collection[T]) Group(ctx context.Context, g Grouping) ([]Row, error) {
	return c.engine.Group(ctx, c.name, g)
}

func (c *Collection[T]) encode(v *T) (Document, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Document{}, fmt.Errorf("store: encode %s: %w", c.name, err)
	}
	m := header(v)
	if m.ID == "" {
		return Document{}, fmt.Errorf("store: %s: %w: no id", c.name, ErrRefused)
	}
	return Document{ID: m.ID, Rev: m.Rev, Last: rand.Text(), Body: bytes.TrimRight(b.Bytes(), "\n"), encoded: true}, nil
}

func (c *Collection[T]) decode(d Document) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(d.Body, v); err != nil {
		return nil, fmt.Errorf("store: decode %s/%s: %w", c.name, d.ID, err)
	}
	*header(v) = Meta{ID: d.ID, Rev: d.Rev}
	return v, nil
}

// unknown runs a write once more when its outcome is unknown: the engine
// recognises the write by its id.
func (c *Collection[T]) unknown(ctx context.Context, write func() error) error {
	err := write()
	if errors.Is(err, ErrUnavailable) && ctx.Err() == nil {
		if pause(ctx, 3) == nil {
			err = write()
		}
	}
	return err
}

// pause waits a little, longer with each try, never in step with others.
func pause(ctx context.Context, try int) error {
	d := time.Duration(1+mrand.IntN(1<<min(try, 6))) * time.Millisecond
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
