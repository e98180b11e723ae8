package mongo

import (
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"kefu/store"
)

// path is a field as MongoDB names it.
func path(field string) string {
	if field == "id" {
		return "_id"
	}
	return "body." + field
}

func is(op string, v any) bson.D         { return bson.D{{Key: op, Value: v}} }
func field(path string, cond any) bson.D { return bson.D{{Key: path, Value: cond}} }
func either(ways ...bson.D) bson.D       { return bson.D{{Key: "$or", Value: ways}} }
func isArray(path string) bson.D         { return field(path, is("$type", "array")) }
func isNoArray(path string) bson.D       { return field(path, is("$not", is("$type", "array"))) }
func parents(field string) (all []string) {
	for i := range len(field) {
		if field[i] == '.' {
			all = append(all, "body."+field[:i])
		}
	}
	return all
}

// all joins conditions; no conditions match everything.
func all(conds []bson.D) bson.D {
	if len(conds) == 0 {
		return bson.D{}
	}
	return bson.D{{Key: "$and", Value: conds}}
}

// filter translates conditions. MongoDB compares the elements of an array where
// a field is one, and follows paths through them; the store does not, so each
// condition says that it wants none.
func filter(conds []store.Cond) ([]bson.D, error) {
	var out []bson.D
	for _, c := range conds {
		some, err := condition(c)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func condition(c store.Cond) ([]bson.D, error) {
	vals, err := c.Scalars()
	if err != nil {
		return nil, err
	}
	if c.Field == "id" {
		return idCondition(c.Op, vals), nil
	}
	p := path(c.Field)
	var out []bson.D
	for _, up := range parents(c.Field) {
		out = append(out, isNoArray(up))
	}
	switch c.Op {
	case store.Missing:
		ways := []bson.D{all([]bson.D{field(p, nil), isNoArray(p)})}
		for _, up := range parents(c.Field) {
			ways = append(ways, isArray(up))
		}
		return []bson.D{either(ways...)}, nil
	case store.Exists:
		// $exists apart lets a partial index be used.
		return append(out, field(p, is("$exists", true)), either(isArray(p), field(p, is("$ne", nil)))), nil
	case store.Ne:
		return append(out, either(isArray(p), all([]bson.D{field(p, is("$ne", vals[0])), field(p, is("$ne", nil))}))), nil
	case store.Has:
		return append(out, field(p, is("$elemMatch", is("$eq", vals[0])))), nil
	}
	return append(append(out, plain(p, c.Op, vals)...), isNoArray(p)), nil
}

// plain translates the operators that look at one value.
func plain(p string, op store.Op, vals []any) []bson.D {
	switch op {
	case store.Eq:
		return []bson.D{field(p, is("$eq", vals[0]))}
	case store.Lt:
		return []bson.D{field(p, is("$lt", vals[0]))}
	case store.Le:
		return []bson.D{field(p, is("$lte", vals[0]))}
	case store.Gt:
		return []bson.D{field(p, is("$gt", vals[0]))}
	case store.Ge:
		return []bson.D{field(p, is("$gte", vals[0]))}
	case store.Prefix:
		prefix, _ := vals[0].(string)
		out := []bson.D{field(p, is("$gte", prefix))}
		if end, ok := store.After(prefix); ok {
			out = append(out, field(p, is("$lt", end)))
		}
		return out
	}
	return []bson.D{field(p, is("$in", list(vals)))}
}

func list(vals []any) bson.A {
	if vals == nil {
		return bson.A{}
	}
	return vals
}

// idCondition is simpler: the id is always text.
func idCondition(op store.Op, vals []any) []bson.D {
	switch op {
	case store.Exists:
		return nil
	case store.Missing, store.Has:
		return []bson.D{field("_id", is("$in", bson.A{}))}
	case store.Ne:
		return []bson.D{field("_id", is("$ne", vals[0]))}
	}
	return plain("_id", op, vals)
}

// sorting is the order made total by the id.
func sorting(order []store.Order) (bson.D, error) {
	if len(order) > 8 {
		return nil, fmt.Errorf("mongo: an order of %d fields", len(order))
	}
	by := bson.D{}
	dir := 1
	total := false
	for _, o := range order {
		if err := store.CheckField(o.Field); err != nil {
			return nil, err
		}
		if dir = 1; o.Desc {
			dir = -1
		}
		if total {
			continue // nothing is left to sort behind the id
		}
		total = o.Field == "id"
		by = append(by, bson.E{Key: path(o.Field), Value: dir})
	}
	if !total {
		by = append(by, bson.E{Key: "_id", Value: dir})
	}
	return by, nil
}

// behind keeps what comes after the key. The first field is said apart so that
// an index on it can begin there.
func behind(order []store.Order, after []any) ([]bson.D, error) {
	if len(after) == 0 {
		return nil, nil
	}
	if len(after) != len(order)+1 {
		return nil, fmt.Errorf("mongo: a key of %d values for an order of %d", len(after), len(order)+1)
	}
	keys := order
	keys = append(keys[:len(keys):len(keys)], store.Order{Field: "id", Desc: len(order) > 0 && order[len(order)-1].Desc})
	vals := make([]any, len(after))
	for i, v := range after {
		var err error
		if vals[i], err = store.Scalar(v); err != nil {
			return nil, err
		}
	}
	var ways []bson.D
	for i := range keys {
		var same []bson.D
		for j := range i {
			same = append(same, field(path(keys[j].Field), is("$eq", vals[j])))
		}
		ways = append(ways, all(append(same, field(path(keys[i].Field), is(beyond(keys[i]), vals[i])))))
	}
	first := field(path(keys[0].Field), is(beyond(keys[0])+"e", vals[0]))
	return []bson.D{first, either(ways...)}, nil
}

// beyond is the operator for what comes after; with an e it includes the same.
func beyond(o store.Order) string {
	if o.Desc {
		return "$lt"
	}
	return "$gt"
}

// indexKeys are an index's fields.
func indexKeys(fields []string) (bson.D, error) {
	keys := bson.D{}
	for _, f := range fields {
		name, desc := strings.CutPrefix(f, "-")
		if err := store.CheckField(name); err != nil {
			return nil, err
		}
		dir := 1
		if desc {
			dir = -1
		}
		keys = append(keys, bson.E{Key: path(name), Value: dir})
	}
	return keys, nil
}
