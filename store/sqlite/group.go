package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"kefu/store"
)

const maxRows = 10_000

// Group counts and sums by fields.
func (e *Engine) Group(ctx context.Context, coll string, g store.Grouping) ([]store.Row, error) {
	if err := store.CheckName(coll); err != nil {
		return nil, err
	}
	t, ok := e.table(coll)
	if !ok {
		return nil, nil
	}
	sql, args, err := t.grouping(g)
	if err != nil {
		return nil, err
	}
	var rows []store.Row
	err = e.pool.with(ctx, func(c *conn) error {
		return c.query(ctx, sql, args, func(row []driver.Value) (bool, error) {
			r := groupRow(row, len(g.By), len(g.Sum))
			if r.Count > 0 { // grouping by nothing gives a row also for no documents
				rows = append(rows, r)
			}
			return true, nil
		})
	})
	if err != nil {
		return nil, fault("group "+coll, err)
	}
	return rows, nil
}

// grouping is one SELECT: for each field its value and whether that is a
// boolean, the count, the sums. Booleans come last, as they do in MongoDB.
func (t *table) grouping(g store.Grouping) (string, []any, error) {
	w, err := t.conditions(g.Where)
	if err != nil {
		return "", nil, err
	}
	if len(g.By) > 8 || len(g.Sum) > 32 {
		return "", nil, fmt.Errorf("sqlite: grouping by %d fields with %d sums", len(g.By), len(g.Sum))
	}
	var cols, order []string
	for _, f := range g.By {
		if err := store.CheckField(f); err != nil {
			return "", nil, err
		}
		n := len(cols)
		cols = append(cols,
			"CASE WHEN "+kindOf(f)+" IN ('true','false') THEN 1 ELSE 0 END",
			"CASE WHEN "+kindOf(f)+" IN ('array','object') THEN NULL ELSE "+column(f)+" END")
		order = append(order, strconv.Itoa(n+1), strconv.Itoa(n+2))
	}
	cols = append(cols, "count(*)")
	for _, f := range g.Sum {
		if err := store.CheckField(f); err != nil {
			return "", nil, err
		}
		cols = append(cols, "coalesce(sum(CASE WHEN "+kindOf(f)+" = 'integer' THEN "+column(f)+" END), 0)")
	}
	sql := "SELECT " + strings.Join(cols, ", ") + " FROM " + t.name + w.String()
	if len(order) > 0 {
		by := strings.Join(order, ", ")
		sql += " GROUP BY " + by + " ORDER BY " + by
	}
	limit := maxRows
	if g.Limit > 0 {
		limit = min(g.Limit, maxRows)
	}
	return sql + " LIMIT " + strconv.Itoa(limit), w.args, nil
}

func groupRow(row []driver.Value, by, sums int) store.Row {
	r := store.Row{}
	for i := range by {
		v := any(row[2*i+1])
		if flag, _ := row[2*i].(int64); flag == 1 {
			v = v == int64(1)
		}
		r.Key = append(r.Key, v)
	}
	r.Count, _ = row[2*by].(int64)
	for i := range sums {
		n, _ := row[2*by+1+i].(int64)
		r.Sums = append(r.Sums, n)
	}
	return r
}
