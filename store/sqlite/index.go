package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"kefu/store"
)

// ensureTable makes the collection's table the first time it is needed.
func (e *Engine) ensureTable(ctx context.Context, coll string) (*table, error) {
	if t, ok := e.table(coll); ok {
		return t, nil
	}
	if err := store.CheckName(coll); err != nil {
		return nil, err
	}
	err := e.submit(ctx, &op{kind: alter, alone: func(c *conn) error {
		err := c.exec(`CREATE TABLE IF NOT EXISTS "d_` + coll + `" (
			id TEXT NOT NULL PRIMARY KEY, rev INTEGER NOT NULL, last TEXT NOT NULL, body TEXT NOT NULL)`)
		if err == nil {
			e.known(coll)
		}
		return fault("make table", err)
	}})
	if err != nil {
		return nil, fmt.Errorf("sqlite: collection %s: %w", coll, err)
	}
	return e.known(coll), nil
}

// EnsureIndexes makes the indexes that are missing and drops those of earlier
// definitions.
func (e *Engine) EnsureIndexes(ctx context.Context, coll string, ix ...store.Index) error {
	t, err := e.ensureTable(ctx, coll)
	if err != nil {
		return err
	}
	want := make(map[string]string, len(ix))
	var partial [][]store.Cond
	for _, x := range ix {
		name := x.Name(coll)
		sql, err := indexSQL(t, name, x)
		if err != nil {
			return fmt.Errorf("sqlite: index %s: %w", name, err)
		}
		want[name] = sql
		if len(x.Where) > 0 {
			partial = append(partial, x.Where)
		}
	}
	err = e.submit(ctx, &op{kind: alter, alone: func(c *conn) error { return reindex(c, coll, want) }})
	if err != nil {
		return fmt.Errorf("sqlite: indexes of %s: %w", coll, err)
	}
	t.partial.Store(&partial)
	return nil
}

// reindex makes the wanted indexes and drops the others, in one transaction.
func reindex(c *conn, coll string, want map[string]string) error {
	var drop []string
	have := map[string]bool{}
	err := c.query(context.Background(), "SELECT name FROM sqlite_master WHERE type='index' AND tbl_name=? AND sql IS NOT NULL", []any{"d_" + coll},
		func(row []driver.Value) (bool, error) {
			name, _ := row[0].(string)
			have[name] = true
			if _, ok := want[name]; !ok {
				drop = append(drop, `DROP INDEX "`+name+`"`)
			}
			return true, nil
		})
	if err != nil {
		return fault("list indexes", err)
	}
	steps := append([]string{"BEGIN IMMEDIATE"}, drop...)
	for name, sql := range want {
		if !have[name] {
			steps = append(steps, sql)
		}
	}
	if len(steps) == 1 {
		return nil
	}
	for _, sql := range append(steps, "COMMIT") {
		if err := c.exec(sql); err != nil {
			return fault("make indexes", errors.Join(err, c.exec("ROLLBACK")))
		}
	}
	return nil
}

func indexSQL(t *table, name string, x store.Index) (string, error) {
	if len(x.Fields) == 0 {
		return "", errors.New("no fields")
	}
	var b strings.Builder
	fmt.Fprintf(&b, `CREATE INDEX "%s" ON %s (`, name, t.name)
	for i, f := range x.Fields {
		f, desc := strings.CutPrefix(f, "-")
		if err := store.CheckField(f); err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(column(f))
		if desc {
			b.WriteString(" DESC")
		}
	}
	b.WriteString(")")
	for i, c := range x.Where {
		if c.Op != store.Eq && c.Op != store.In && c.Op != store.Exists {
			return "", fmt.Errorf("%s in the condition of an index", c.Op)
		}
		sql, err := literal(c)
		if err != nil {
			return "", err
		}
		b.WriteString([]string{" WHERE ", " AND "}[min(i, 1)])
		b.WriteString(sql)
	}
	return b.String(), nil
}
