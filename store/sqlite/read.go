package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"kefu/store"
)

// A page of Find holds at most this much.
const (
	pageDocs  = 256
	pageBytes = 8 << 20
)

// Get returns the document, or store.ErrNotFound.
func (e *Engine) Get(ctx context.Context, coll, id string) (store.Document, error) {
	if err := store.CheckName(coll); err != nil {
		return store.Document{}, err
	}
	if err := ctx.Err(); err != nil {
		return store.Document{}, err
	}
	t, ok := e.table(coll)
	if !ok {
		return store.Document{}, store.ErrNotFound
	}
	var d store.Document
	err := e.pool.with(ctx, func(c *conn) error {
		// One document by its key is too short to be worth interrupting.
		return c.query(context.Background(), "SELECT rev, last, body FROM "+t.name+" WHERE id = ?", []any{id},
			func(row []driver.Value) (bool, error) {
				d = document(id, row)
				return true, nil
			})
	})
	if err != nil {
		return store.Document{}, fault("get from "+coll, err)
	}
	if d.Rev == 0 {
		return store.Document{}, store.ErrNotFound
	}
	return d, nil
}

// document makes one of rev, last and body.
func document(id string, row []driver.Value) store.Document {
	d := store.Document{ID: id}
	d.Rev, _ = row[0].(int64)
	d.Last, _ = row[1].(string)
	body, _ := row[2].(string)
	d.Body = []byte(body)
	return d
}

// Find yields what matches in pages; the connection is given back before the
// caller sees a page.
func (e *Engine) Find(ctx context.Context, coll string, q store.Query) iter.Seq2[store.Document, error] {
	return func(yield func(store.Document, error) bool) {
		if err := store.CheckName(coll); err != nil {
			yield(store.Document{}, err)
			return
		}
		t, ok := e.table(coll)
		if !ok {
			return
		}
		left := q.Limit
		for {
			page, err := e.page(ctx, t, q, left)
			if err != nil {
				yield(store.Document{}, fault("find in "+coll, err))
				return
			}
			for _, d := range page.docs {
				if !yield(d, nil) {
					return
				}
			}
			left -= len(page.docs)
			if page.last || q.Limit > 0 && left <= 0 {
				return
			}
			q.After = page.after
		}
	}
}

type page struct {
	docs  []store.Document
	after []any
	last  bool
}

func (e *Engine) page(ctx context.Context, t *table, q store.Query, left int) (page, error) {
	limit := pageDocs
	if q.Limit > 0 {
		limit = min(limit, left)
	}
	sql, args, err := t.selection(q, limit)
	if err != nil {
		return page{}, err
	}
	p := page{docs: make([]store.Document, 0, min(limit, 16))}
	size := 0
	full := false
	err = e.pool.with(ctx, func(c *conn) error {
		return c.query(ctx, sql, args, func(row []driver.Value) (bool, error) {
			id, _ := row[3].(string)
			d := document(id, row)
			p.docs = append(p.docs, d)
			p.after = p.after[:0]
			for _, v := range row[4:] {
				p.after = append(p.after, v)
			}
			p.after = append(p.after, id)
			size += len(d.Body)
			full = size >= pageBytes
			return !full, nil
		})
	})
	p.last = !full && len(p.docs) < limit
	return p, err
}

// selection is the query of one page.
func (t *table) selection(q store.Query, limit int) (string, []any, error) {
	what := "rev, last, body, id"
	for _, o := range orderKeys(q.Order)[:len(q.Order)] {
		what += ", " + o.col
	}
	return t.selecting(what, q, limit)
}

// selecting is a query of what matches.
func (t *table) selecting(what string, q store.Query, limit int) (string, []any, error) {
	w, err := t.conditions(q.Where)
	if err != nil {
		return "", nil, err
	}
	if len(q.Order) > 8 {
		return "", nil, fmt.Errorf("sqlite: an order of %d fields", len(q.Order))
	}
	for _, o := range q.Order {
		if err := store.CheckField(o.Field); err != nil {
			return "", nil, err
		}
		if o.Field != "id" {
			w.add(column(o.Field) + " IS NOT NULL")
		}
	}
	keys := orderKeys(q.Order)
	if err := w.behind(keys, q.After); err != nil {
		return "", nil, err
	}
	var b strings.Builder
	b.WriteString("SELECT " + what + " FROM " + t.name + w.String() + " ORDER BY ")
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k.col)
		if k.desc {
			b.WriteString(" DESC")
		}
	}
	b.WriteString(" LIMIT " + strconv.Itoa(limit))
	return b.String(), w.args, nil
}

type key struct {
	col  string
	desc bool
}

// orderKeys is the order made total by the id.
func orderKeys(order []store.Order) []key {
	keys := make([]key, 0, len(order)+1)
	desc := false
	for _, o := range order {
		desc = o.Desc
		keys = append(keys, key{column(o.Field), o.Desc})
	}
	return append(keys, key{"id", desc})
}

// behind keeps what comes after the key.
func (w *where) behind(keys []key, after []any) error {
	if len(after) == 0 {
		return nil
	}
	if len(after) != len(keys) {
		return fmt.Errorf("sqlite: a key of %d values for an order of %d", len(after), len(keys))
	}
	vals := make([]any, len(after))
	for i, v := range after {
		s, err := store.Scalar(v)
		if err != nil {
			return err
		}
		if yes, ok := s.(bool); ok {
			s = int64(bit(yes))
		}
		vals[i] = s
	}
	if len(keys) > 1 {
		// Said apart so that an index on the first field can begin there.
		w.add(keys[0].col+" "+keys[0].beyond()+"= ?", vals[0])
	}
	var ways []string
	var args []any
	for i := range keys {
		var all []string
		for j := range i {
			all = append(all, keys[j].col+" = ?")
			args = append(args, vals[j])
		}
		all = append(all, keys[i].col+" "+keys[i].beyond()+" ?")
		args = append(args, vals[i])
		ways = append(ways, "("+strings.Join(all, " AND ")+")")
	}
	w.add("("+strings.Join(ways, " OR ")+")", args...)
	return nil
}

func (k key) beyond() string {
	if k.desc {
		return "<"
	}
	return ">"
}

// Count counts what matches, up to q.Limit.
func (e *Engine) Count(ctx context.Context, coll string, q store.Query) (int64, error) {
	if err := store.CheckName(coll); err != nil {
		return 0, err
	}
	t, ok := e.table(coll)
	if !ok {
		return 0, nil
	}
	w, err := t.conditions(q.Where)
	if err != nil {
		return 0, err
	}
	sql := "SELECT count(*) FROM " + t.name + w.String()
	if q.Limit > 0 {
		sql = "SELECT count(*) FROM (SELECT 1 FROM " + t.name + w.String() + " LIMIT " + strconv.Itoa(q.Limit) + ")"
	}
	var n int64
	err = e.pool.with(ctx, func(c *conn) error {
		return c.query(ctx, sql, w.args, func(row []driver.Value) (bool, error) {
			n, _ = row[0].(int64)
			return true, nil
		})
	})
	if err != nil {
		return 0, fault("count in "+coll, err)
	}
	return n, nil
}
