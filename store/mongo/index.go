package mongo

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kefu/store"
)

// EnsureIndexes makes the indexes that are missing and drops those of earlier
// definitions. Indexes that people made by hand, under other names, stay.
func (e *Engine) EnsureIndexes(ctx context.Context, coll string, ix ...store.Index) error {
	if err := e.open(ctx, coll); err != nil {
		return err
	}
	c := e.db.Collection(coll)
	have, err := e.indexNames(ctx, coll)
	if err != nil {
		return fault(ctx, "list indexes of "+coll, err)
	}
	want := map[string]bool{}
	for _, x := range ix {
		want[x.Name(coll)] = true
	}
	var stale []string
	for name := range have {
		if strings.HasPrefix(name, "ix_") && !want[name] {
			stale = append(stale, name)
		}
	}
	for _, x := range ix {
		name := x.Name(coll)
		if have[name] {
			continue
		}
		err := create(ctx, c, name, x)
		if hasCode(err, codeIndexConflict) {
			// The same to MongoDB as an earlier one, only written otherwise.
			if err = drop(ctx, c, stale); err == nil {
				err = create(ctx, c, name, x)
			}
		}
		if err != nil {
			return fault(ctx, "make index "+name, err)
		}
	}
	return fault(ctx, "drop indexes of "+coll, drop(ctx, c, stale))
}

// drop removes indexes; another instance may have done so already.
func drop(ctx context.Context, c *driver.Collection, names []string) error {
	for _, name := range names {
		if err := c.Indexes().DropOne(ctx, name); err != nil && !hasCode(err, codeIndexNotFound) {
			return err
		}
	}
	return nil
}

func (e *Engine) indexNames(ctx context.Context, coll string) (map[string]bool, error) {
	specs, err := e.db.Collection(coll).Indexes().ListSpecifications(ctx)
	if err != nil && !hasCode(err, codeNamespaceNotFound) {
		return nil, err
	}
	names := map[string]bool{}
	for _, s := range specs {
		names[s.Name] = true
	}
	return names, nil
}

// create makes one index. A server without partial indexes gets a whole one,
// which serves the same queries.
func create(ctx context.Context, c *driver.Collection, name string, x store.Index) error {
	keys, err := indexKeys(x.Fields)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return fmt.Errorf("mongo: index %s has no fields", name)
	}
	if len(x.Where) == 0 {
		_, err = c.Indexes().CreateOne(ctx, driver.IndexModel{Keys: keys, Options: options.Index().SetName(name)})
		return err
	}
	part, err := partial(x.Where)
	if err != nil {
		return err
	}
	_, err = c.Indexes().CreateOne(ctx, driver.IndexModel{Keys: keys, Options: options.Index().SetName(name).SetPartialFilterExpression(part)})
	if !hasCode(err, codeNotImplemented) {
		return err
	}
	_, err = c.Indexes().CreateOne(ctx, driver.IndexModel{Keys: keys, Options: options.Index().SetName(name)})
	if hasCode(err, codeIndexConflict) {
		return nil // a whole index on these fields is there
	}
	return err
}

// partial is what an index's documents have in common, in the operators that
// MongoDB takes there.
func partial(conds []store.Cond) (bson.D, error) {
	var out []bson.D
	for _, c := range conds {
		vals, err := c.Scalars()
		if err != nil {
			return nil, err
		}
		p := path(c.Field)
		switch c.Op {
		case store.Exists:
			out = append(out, field(p, is("$exists", true)))
		case store.Eq, store.In:
			out = append(out, plain(p, c.Op, vals)...)
		default:
			return nil, fmt.Errorf("mongo: %s in the condition of an index", c.Op)
		}
	}
	return all(out), nil
}
