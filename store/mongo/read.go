package mongo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"kefu/store"
)

// A page of Find holds at most this much.
const (
	pageDocs  = 256
	pageBytes = 8 << 20
)

// Get returns the document, or store.ErrNotFound.
func (e *Engine) Get(ctx context.Context, coll, id string) (store.Document, error) {
	if err := e.open(ctx, coll); err != nil {
		return store.Document{}, err
	}
	raw, err := e.db.Collection(coll).FindOne(ctx, bson.D{{Key: "_id", Value: id}}).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return store.Document{}, store.ErrNotFound
	}
	if err != nil {
		return store.Document{}, fault(ctx, "get from "+coll, err)
	}
	return document(raw)
}

// document reads {_id, rev, last, body}.
func document(raw bson.Raw) (store.Document, error) {
	doc := bsoncore.Document(raw)
	var d store.Document
	var ok [4]bool
	d.ID, ok[0] = doc.Lookup("_id").StringValueOK()
	d.Rev, ok[1] = doc.Lookup("rev").AsInt64OK()
	d.Last, ok[2] = doc.Lookup("last").StringValueOK()
	body, isDoc := doc.Lookup("body").DocumentOK()
	if ok[3] = isDoc; ok != [4]bool{true, true, true, true} {
		return d, fmt.Errorf("mongo: document %.40q is not one of this store", d.ID)
	}
	var err error
	d.Body, err = toJSON(make([]byte, 0, len(body)), body)
	return d, err
}

// Find yields what matches in pages; no cursor is open while the caller works.
func (e *Engine) Find(ctx context.Context, coll string, q store.Query) iter.Seq2[store.Document, error] {
	return func(yield func(store.Document, error) bool) {
		if err := e.open(ctx, coll); err != nil {
			yield(store.Document{}, err)
			return
		}
		left := q.Limit
		for {
			p, err := e.page(ctx, coll, q, left)
			if err != nil {
				yield(store.Document{}, fault(ctx, "find in "+coll, err))
				return
			}
			for _, d := range p.docs {
				if !yield(d, nil) {
					return
				}
			}
			left -= len(p.docs)
			if p.last || q.Limit > 0 && left <= 0 {
				return
			}
			q.After = p.after
		}
	}
}

type page struct {
	docs  []store.Document
	after []any
	last  bool
}

func (e *Engine) page(ctx context.Context, coll string, q store.Query, left int) (page, error) {
	limit := pageDocs
	if q.Limit > 0 {
		limit = min(limit, left)
	}
	where, sort, err := selection(q)
	if err != nil {
		return page{}, err
	}
	cur, err := e.db.Collection(coll).Find(ctx, where, options.Find().SetSort(sort).SetLimit(int64(limit)).SetBatchSize(int32(limit)))
	if err != nil {
		return page{}, err
	}
	defer cur.Close(context.WithoutCancel(ctx))
	var p page
	size := 0
	for size < pageBytes && cur.Next(ctx) {
		d, err := document(cur.Current)
		if err != nil {
			return page{}, err
		}
		p.docs = append(p.docs, d)
		size += len(d.Body)
		if p.after, err = keyOf(cur.Current, q.Order, p.after[:0]); err != nil {
			return page{}, err
		}
	}
	p.last = size < pageBytes && len(p.docs) < limit
	return p, cur.Err()
}

// selection is the filter and order of one page.
func selection(q store.Query) (where, sort bson.D, err error) {
	conds := q.Where
	for _, o := range q.Order {
		conds = append(conds[:len(conds):len(conds)], store.Where(o.Field, store.Exists))
	}
	some, err := filter(conds)
	if err != nil {
		return nil, nil, err
	}
	rest, err := behind(q.Order, q.After)
	if err != nil {
		return nil, nil, err
	}
	sort, err = sorting(q.Order)
	return all(append(some, rest...)), sort, err
}

// keyOf is the document's place in the order.
func keyOf(raw bson.Raw, order []store.Order, key []any) ([]any, error) {
	doc := bsoncore.Document(raw)
	for _, o := range order {
		v, err := doc.LookupErr(strings.Split(path(o.Field), ".")...)
		if err != nil {
			return nil, fmt.Errorf("mongo: order by %s: %w", o.Field, err)
		}
		k, ok := scalar(v)
		if !ok || k == nil {
			return nil, fmt.Errorf("mongo: order by %s, which is no value", o.Field)
		}
		key = append(key, k)
	}
	id, _ := doc.Lookup("_id").StringValueOK()
	return append(key, id), nil
}

// scalar is a plain value: string, int64, float64, bool or nil.
func scalar(v bsoncore.Value) (any, bool) {
	switch v.Type {
	case bsoncore.TypeString:
		return v.StringValue(), true
	case bsoncore.TypeInt64:
		return v.Int64(), true
	case bsoncore.TypeInt32:
		return int64(v.Int32()), true
	case bsoncore.TypeDouble:
		return v.Double(), true
	case bsoncore.TypeBoolean:
		return v.Boolean(), true
	case bsoncore.TypeNull:
		return nil, true
	}
	return nil, false
}

// Count counts what matches, up to q.Limit.
func (e *Engine) Count(ctx context.Context, coll string, q store.Query) (int64, error) {
	if err := e.open(ctx, coll); err != nil {
		return 0, err
	}
	some, err := filter(q.Where)
	if err != nil {
		return 0, err
	}
	opts := options.Count()
	if q.Limit > 0 {
		opts.SetLimit(int64(q.Limit))
	}
	n, err := e.db.Collection(coll).CountDocuments(ctx, all(some), opts)
	if err != nil {
		return 0, fault(ctx, "count in "+coll, err)
	}
	return n, nil
}
