package mongo

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"kefu/store"
)

const (
	maxRows   = 10_000
	maxGroups = 100_000 // that the server may send
)

// Group counts and sums by fields. The server groups; here groups that are the
// same to the store (missing, null, an array) are added up and sorted.
func (e *Engine) Group(ctx context.Context, coll string, g store.Grouping) ([]store.Row, error) {
	if err := e.open(ctx, coll); err != nil {
		return nil, err
	}
	merged := map[string]*store.Row{}
	for _, p := range e.passes(len(g.Sum)) {
		pipeline, err := grouping(g, p)
		if err != nil {
			return nil, err
		}
		if err := e.collect(ctx, coll, pipeline, g, merged); err != nil {
			return nil, fault(ctx, "group "+coll, err)
		}
	}
	return sorted(merged, g.Limit), nil
}

// pass is what one aggregation works out: the count, and sums from up to.
type pass struct {
	count    bool
	from, to int
}

// passes is one, but for a server that can only do one thing at a time.
func (e *Engine) passes(sums int) []pass {
	if !e.ferret {
		return []pass{{true, 0, sums}}
	}
	all := []pass{{count: true}}
	for i := range sums {
		all = append(all, pass{from: i, to: i + 1})
	}
	return all
}

// collect adds what the pipeline gives to merged.
func (e *Engine) collect(ctx context.Context, coll string, pipeline bson.A, g store.Grouping, merged map[string]*store.Row) error {
	cur, err := e.db.Collection(coll).Aggregate(ctx, pipeline)
	if err != nil {
		return err
	}
	defer cur.Close(context.WithoutCancel(ctx))
	for n := 1; cur.Next(ctx); n++ {
		if n > maxGroups {
			return fmt.Errorf("more than %d groups", maxGroups)
		}
		r := groupRow(bsoncore.Document(cur.Current), len(g.By), len(g.Sum))
		name := fmt.Sprintf("%#v", r.Key)
		if have := merged[name]; have != nil {
			add(have, r)
			continue
		}
		merged[name] = &r
	}
	return cur.Err()
}

func grouping(g store.Grouping, p pass) (bson.A, error) {
	some, err := filter(g.Where)
	if err != nil {
		return nil, err
	}
	if len(g.By) > 8 || len(g.Sum) > 32 {
		return nil, fmt.Errorf("mongo: grouping by %d fields with %d sums", len(g.By), len(g.Sum))
	}
	for _, f := range append(g.By[:len(g.By):len(g.By)], g.Sum...) {
		if err := store.CheckField(f); err != nil {
			return nil, err
		}
	}
	var id any
	if len(g.By) > 0 {
		by := bson.D{}
		for i, f := range g.By {
			by = append(by, bson.E{Key: "k" + strconv.Itoa(i), Value: "$" + path(f)})
		}
		id = by
	}
	group := bson.D{{Key: "_id", Value: id}}
	if p.count {
		group = append(group, bson.E{Key: "n", Value: is("$sum", 1)})
	}
	for i := p.from; i < p.to; i++ {
		group = append(group, bson.E{Key: "s" + strconv.Itoa(i), Value: is("$sum", "$"+path(g.Sum[i]))})
	}
	return bson.A{is("$match", all(some)), is("$group", group)}, nil
}

// groupRow reads one group; what its pass did not work out is 0.
func groupRow(doc bsoncore.Document, by, sums int) store.Row {
	var r store.Row
	for i := range by {
		var key any
		if v, err := doc.LookupErr("_id", "k"+strconv.Itoa(i)); err == nil {
			key, _ = scalar(v)
		}
		if f, ok := key.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			key = int64(f)
		}
		r.Key = append(r.Key, key)
	}
	r.Count = whole(doc.Lookup("n"))
	for i := range sums {
		r.Sums = append(r.Sums, whole(doc.Lookup("s"+strconv.Itoa(i))))
	}
	return r
}

func whole(v bsoncore.Value) int64 {
	switch n, _ := scalar(v); n := n.(type) {
	case int64:
		return n
	case float64:
		return int64(n)
	}
	return 0
}

func add(to *store.Row, r store.Row) {
	to.Count += r.Count
	for i := range to.Sums {
		to.Sums[i] += r.Sums[i]
	}
}

// sorted orders rows by key: nothing, numbers, text, booleans.
func sorted(merged map[string]*store.Row, limit int) []store.Row {
	var rows []store.Row
	for _, r := range merged {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b store.Row) int { return slices.CompareFunc(a.Key, b.Key, compare) })
	if limit <= 0 || limit > maxRows {
		limit = maxRows
	}
	return rows[:min(limit, len(rows))]
}

func compare(a, b any) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch a := a.(type) {
	case string:
		return cmp.Compare(a, b.(string))
	case bool:
		return cmp.Compare(rankBool(a), rankBool(b.(bool)))
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	}
	return cmp.Compare(float(a), float(b))
}

func rank(v any) int {
	switch v.(type) {
	case nil:
		return 0
	case string:
		return 2
	case bool:
		return 3
	}
	return 1
}

func rankBool(v bool) int {
	if v {
		return 1
	}
	return 0
}

func float(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}
