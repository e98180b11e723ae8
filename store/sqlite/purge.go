package sqlite

import (
	"context"
	"fmt"

	"kefu/store"
)

// selected is what a purge removes: a statement, and how many it removed.
type selected struct {
	sql  string
	args []any
	gone int
}

// Purge removes what matches, at most q.Limit, in one statement.
func (e *Engine) Purge(ctx context.Context, coll string, q store.Query) (int, error) {
	if err := store.CheckName(coll); err != nil {
		return 0, err
	}
	if err := q.CheckPurge(); err != nil {
		return 0, err
	}
	t, ok := e.table(coll)
	if !ok {
		return 0, nil
	}
	sql, args, err := t.selecting("id", q, q.Limit)
	if err != nil {
		return 0, err
	}
	some := &selected{sql: "DELETE FROM " + t.name + " WHERE id IN (" + sql + ")", args: args}
	if err := e.submit(ctx, &op{kind: purge, table: t, some: some}); err != nil {
		return 0, fmt.Errorf("sqlite: purge %s: %w", coll, err)
	}
	return some.gone, nil
}
