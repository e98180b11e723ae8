package demo

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"kefu/store"
)

// outage is an engine that can be out of reach for a while. The time is real: the
// webhooks' own limits are.
type outage struct {
	store.Engine

	mu    sync.Mutex
	until time.Time
}

var _ store.Files = (*outage)(nil)

func (o *outage) begin(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.until = time.Now().Add(d)
}

func (o *outage) end() { o.begin(0) }

// left is how long it lasts yet; 0 when the engine can be reached.
func (o *outage) left() time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return max(0, time.Until(o.until))
}

func (o *outage) down() error {
	if o.left() > 0 {
		return fmt.Errorf("demo: the database is switched off: %w", store.ErrUnavailable)
	}
	return nil
}

func (o *outage) Insert(ctx context.Context, coll string, d store.Document) error {
	if err := o.down(); err != nil {
		return err
	}
	return o.Engine.Insert(ctx, coll, d)
}

func (o *outage) Get(ctx context.Context, coll, id string) (store.Document, error) {
	if err := o.down(); err != nil {
		return store.Document{}, err
	}
	return o.Engine.Get(ctx, coll, id)
}

func (o *outage) Replace(ctx context.Context, coll string, d store.Document) error {
	if err := o.down(); err != nil {
		return err
	}
	return o.Engine.Replace(ctx, coll, d)
}

func (o *outage) Delete(ctx context.Context, coll, id string) error {
	if err := o.down(); err != nil {
		return err
	}
	return o.Engine.Delete(ctx, coll, id)
}

func (o *outage) Find(ctx context.Context, coll string, q store.Query) iter.Seq2[store.Document, error] {
	if err := o.down(); err != nil {
		return func(yield func(store.Document, error) bool) { yield(store.Document{}, err) }
	}
	return o.Engine.Find(ctx, coll, q)
}

func (o *outage) Count(ctx context.Context, coll string, q store.Query) (int64, error) {
	if err := o.down(); err != nil {
		return 0, err
	}
	return o.Engine.Count(ctx, coll, q)
}

func (o *outage) Group(ctx context.Context, coll string, g store.Grouping) ([]store.Row, error) {
	if err := o.down(); err != nil {
		return nil, err
	}
	return o.Engine.Group(ctx, coll, g)
}

func (o *outage) files() (store.Files, error) {
	if err := o.down(); err != nil {
		return nil, err
	}
	f, ok := o.Engine.(store.Files)
	if !ok {
		return nil, fmt.Errorf("demo: this engine keeps no files: %w", store.ErrRefused)
	}
	return f, nil
}

func (o *outage) PutFile(ctx context.Context, id string, content []byte) error {
	f, err := o.files()
	if err != nil {
		return err
	}
	return f.PutFile(ctx, id, content)
}

func (o *outage) GetFile(ctx context.Context, id string) ([]byte, error) {
	f, err := o.files()
	if err != nil {
		return nil, err
	}
	return f.GetFile(ctx, id)
}

func (o *outage) DeleteFile(ctx context.Context, id string) error {
	f, err := o.files()
	if err != nil {
		return err
	}
	return f.DeleteFile(ctx, id)
}
