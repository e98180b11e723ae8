package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kefu/store"
)

// Insert stores d, or returns store.ErrExists once a majority has that.
func (e *Engine) Insert(ctx context.Context, coll string, d store.Document) error {
	whole, err := e.whole(ctx, coll, d, 1)
	if err != nil {
		return err
	}
	c := e.db.Collection(coll)
	return e.run(ctx, "insert into "+coll, func(ctx context.Context) error {
		_, err := c.InsertOne(ctx, whole)
		if driver.IsDuplicateKeyError(err) {
			return why(ctx, c, d, 0)
		}
		return err
	})
}

// Replace stores d over revision d.Rev.
func (e *Engine) Replace(ctx context.Context, coll string, d store.Document) error {
	whole, err := e.whole(ctx, coll, d, d.Rev+1)
	if err != nil {
		return err
	}
	c := e.db.Collection(coll)
	return e.run(ctx, "replace in "+coll, func(ctx context.Context) error {
		r, err := c.ReplaceOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "rev", Value: d.Rev}}, whole)
		if err == nil && r.MatchedCount == 0 {
			return why(ctx, c, d, d.Rev)
		}
		return err
	})
}

// Delete removes the document if it is there.
func (e *Engine) Delete(ctx context.Context, coll, id string) error {
	if err := e.open(ctx, coll); err != nil {
		return err
	}
	return e.run(ctx, "delete from "+coll, func(ctx context.Context) error {
		_, err := e.db.Collection(coll).DeleteOne(ctx, bson.D{{Key: "_id", Value: id}})
		return err
	})
}

// whole is the document as MongoDB keeps it.
func (e *Engine) whole(ctx context.Context, coll string, d store.Document, rev int64) (bson.D, error) {
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("mongo: %s: %w", coll, err)
	}
	if err := e.open(ctx, coll); err != nil {
		return nil, err
	}
	body, err := fromJSON(d.Body)
	if err != nil {
		return nil, err
	}
	return bson.D{{Key: "_id", Value: d.ID}, {Key: "rev", Value: rev}, {Key: "last", Value: d.Last}, {Key: "body", Value: bson.Raw(body)}}, nil
}

// run carries out a write without the caller's context, so that it runs to its
// end; a caller whose context ends first does not learn its outcome.
func (e *Engine) run(ctx context.Context, doing string, write func(context.Context) error) error {
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("mongo: %s: %w", doing, ctx.Err()) // not begun
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-e.slots }()
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
		defer cancel()
		done <- outcome(own, doing, write(own))
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("mongo: %s: outcome unknown: %w: %w", doing, store.ErrUnavailable, ctx.Err())
	}
}

func outcome(ctx context.Context, doing string, err error) error {
	for _, known := range []error{store.ErrExists, store.ErrConflict, store.ErrNotFound} {
		if errors.Is(err, known) {
			return err
		}
	}
	return fault(ctx, doing, err)
}

// why tells, by what a majority has, why a write at the revision found nothing
// to write: its own earlier self, somebody else's write, or no document. While
// the majority does not have yet what was in the way, it waits for it.
func why(ctx context.Context, c *driver.Collection, d store.Document, at int64) error {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		var have struct {
			Rev  int64  `bson:"rev"`
			Last string `bson:"last"`
		}
		err := c.FindOne(ctx, bson.D{{Key: "_id", Value: d.ID}},
			options.FindOne().SetProjection(bson.D{{Key: "rev", Value: 1}, {Key: "last", Value: 1}})).Decode(&have)
		gone := errors.Is(err, driver.ErrNoDocuments)
		switch {
		case err != nil && !gone:
			return err
		case gone && at > 0:
			return store.ErrNotFound
		case !gone && d.Last != "" && have.Last == d.Last && have.Rev == at+1:
			return nil
		case !gone && at == 0:
			return store.ErrExists
		case !gone && have.Rev != at:
			return store.ErrConflict
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
}
