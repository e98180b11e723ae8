package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"

	"kefu/store"
)

// plan is how SQLite goes about a query, in its own words.
func plan(t *testing.T, e *Engine, coll string, q store.Query) string {
	t.Helper()
	tab, _ := e.table(coll)
	sql, args, err := tab.selection(q, 20)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = e.pool.with(t.Context(), func(c *conn) error {
		return c.query(context.Background(), "EXPLAIN QUERY PLAN "+sql, args, func(row []driver.Value) (bool, error) {
			fmt.Fprintln(&b, row[3])
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The queries the program lives on go through an index in its order: no scan of
// all, no sort.
func TestPlans(t *testing.T) {
	e, err := OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	open := store.Where("state", store.Eq, "open")
	live := store.Where("state", store.In, []string{"open", "waiting"})
	due := store.Where("due", store.Exists)
	flag := store.Where("flag", store.Eq, true)
	ix := []store.Index{
		{Fields: []string{"due", "id"}, Where: []store.Cond{due}},
		{Fields: []string{"customer", "at", "id"}},
		{Fields: []string{"team", "-n", "-id"}, Where: []store.Cond{live}},
		{Fields: []string{"owner", "id"}, Where: []store.Cond{flag}},
		{Fields: []string{"room", "id"}, Where: []store.Cond{open}},
	}
	if err := e.EnsureIndexes(t.Context(), "things", ix...); err != nil {
		t.Fatal(err)
	}
	for n, c := range map[int]struct {
		q    store.Query
		want string // the index
	}{
		1: {store.Query{Where: []store.Cond{store.Where("due", store.Le, "2026")}, Order: []store.Order{{Field: "due"}}}, ix[0].Name("things")},
		2: {store.Query{Where: []store.Cond{store.Where("due", store.Le, "2026")}, Order: []store.Order{{Field: "due"}}, After: []any{"2025", "x"}}, ix[0].Name("things")},
		3: {store.Query{Where: []store.Cond{store.Where("customer", store.Eq, "a")}, Order: []store.Order{{Field: "at"}}}, ix[1].Name("things")},
		4: {store.Query{Where: []store.Cond{store.Where("customer", store.Eq, "a")}, Order: []store.Order{{Field: "at", Desc: true}}, After: []any{"x", "y"}}, ix[1].Name("things")},
		5: {store.Query{Where: []store.Cond{live, store.Where("team", store.Eq, "a")}, Order: []store.Order{{Field: "n", Desc: true}}}, ix[2].Name("things")},
		6: {store.Query{Where: []store.Cond{open, store.Where("team", store.Eq, "a")}, Order: []store.Order{{Field: "n", Desc: true}}}, ix[2].Name("things")},
		7: {store.Query{Where: []store.Cond{flag, store.Where("owner", store.Eq, "a")}}, ix[3].Name("things")},
		8: {store.Query{Where: []store.Cond{open, store.Where("room", store.Eq, "1208")}}, ix[4].Name("things")},
		9: {store.Query{Where: []store.Cond{store.Where("id", store.Prefix, "a/")}}, "sqlite_autoindex"},
	} {
		p := plan(t, e, "things", c.q)
		if !strings.Contains(p, c.want) || strings.Contains(p, "TEMP B-TREE") || strings.Contains(p, "SCAN") {
			t.Errorf("query %d wants %s:\n%s", n, c.want, p)
		}
	}
}
