package sqlite

import (
	"fmt"
	"strconv"
	"strings"

	"kefu/store"
)

// column is a field as SQL: exactly this text is also in the indexes.
func column(field string) string {
	if field == "id" {
		return "id"
	}
	return "(body ->> '$." + field + "')"
}

// kindOf is the JSON type of a field, which ->> forgets: true is 1 to it, and
// an array is its text.
func kindOf(field string) string {
	if field == "id" {
		return "'text'"
	}
	return "json_type(body, '$." + field + "')"
}

// where collects conditions and their arguments.
type where struct {
	sql  []string
	args []any
}

func (w *where) add(sql string, args ...any) {
	w.sql = append(w.sql, sql)
	w.args = append(w.args, args...)
}

// String is the WHERE clause, or nothing.
func (w *where) String() string {
	if len(w.sql) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.sql, " AND ")
}

// conditions translates conds, and repeats as literals the conditions of the
// partial indexes they imply: SQLite uses such an index only when it sees them.
func (t *table) conditions(conds []store.Cond) (*where, error) {
	w := &where{}
	for _, c := range conds {
		if err := w.cond(c); err != nil {
			return nil, err
		}
	}
	if p := t.partial.Load(); p != nil {
		for _, ix := range *p {
			if err := w.repeat(ix, conds); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// repeat adds the conditions of a partial index if conds imply all of them.
func (w *where) repeat(index, conds []store.Cond) error {
	for _, want := range index {
		implied := false
		for _, c := range conds {
			implied = implied || c.Implies(want)
		}
		if !implied {
			return nil
		}
	}
	for _, want := range index {
		sql, err := literal(want)
		if err != nil {
			return err
		}
		w.add(sql)
	}
	return nil
}

// cond translates one condition.
func (w *where) cond(c store.Cond) error {
	vals, err := c.Scalars()
	if err != nil {
		return err
	}
	col := column(c.Field)
	switch c.Op {
	case store.Exists:
		w.add(col + " IS NOT NULL")
	case store.Missing:
		w.add(col + " IS NULL")
	case store.Eq:
		w.equal(c.Field, vals[0])
	case store.Ne:
		var eq where
		eq.equal(c.Field, vals[0])
		w.add(col+" IS NOT NULL AND NOT ("+strings.Join(eq.sql, " AND ")+")", eq.args...)
	case store.In:
		w.in(c.Field, vals)
	case store.Lt, store.Le, store.Gt, store.Ge:
		w.compare(c.Field, c.Op, vals[0])
	case store.Has:
		w.has(c.Field, vals[0])
	case store.Prefix:
		w.prefix(c.Field, vals[0].(string))
	}
	return nil
}

// looksNested reports whether the text could be that of an array or object,
// which ->> gives as text too.
func looksNested(s string) bool {
	return strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{")
}

func (w *where) equal(field string, v any) {
	col := column(field)
	switch v := v.(type) {
	case bool:
		// Written out: a bound value that SQLite compares with the condition of a
		// partial index makes it prepare the statement anew with every value.
		w.add(col + " = " + strconv.Itoa(bit(v)) + " AND " + kindOf(field) + " = '" + strconv.FormatBool(v) + "'")
	case string:
		w.add(col+" = ?", v)
		if looksNested(v) {
			w.add(kindOf(field) + " = 'text'")
		}
	default:
		w.add(col+" = ?", v)
		if v == int64(0) || v == int64(1) || v == 0.0 || v == 1.0 {
			w.add(kindOf(field) + " IN ('integer','real')")
		}
	}
}

func (w *where) in(field string, vals []any) {
	var ways where
	var plain []any // need no look at the type
	for _, v := range vals {
		var one where
		one.equal(field, v)
		if len(one.sql) == 1 && len(one.args) == 1 {
			plain = append(plain, v)
			continue
		}
		ways.add("("+strings.Join(one.sql, " AND ")+")", one.args...)
	}
	if len(plain) > 0 {
		ways.add(column(field)+" IN (?"+strings.Repeat(",?", len(plain)-1)+")", plain...)
	}
	if len(ways.sql) == 0 {
		w.add("0")
		return
	}
	w.add("("+strings.Join(ways.sql, " OR ")+")", ways.args...)
}

// compare keeps to values of the same type: numbers sort before all text.
func (w *where) compare(field string, op store.Op, v any) {
	col := column(field)
	w.add(col+" "+string(op)+" ?", v)
	less := op == store.Lt || op == store.Le
	if s, text := v.(string); text {
		if less {
			w.add(col + " >= ''")
		}
		if !less || s >= "[" {
			w.add(kindOf(field) + " = 'text'")
		}
		return
	}
	if !less {
		w.add(col + " < ''")
	}
	w.add(kindOf(field) + " IN ('integer','real')")
}

func (w *where) has(field string, v any) {
	w.add(kindOf(field)+" = 'array' AND EXISTS (SELECT 1 FROM json_each(body, '$."+field+"') WHERE value = ? AND type = 'text')", v)
}

func (w *where) prefix(field, p string) {
	col := column(field)
	w.add(col+" >= ?", p)
	if end, ok := store.After(p); ok {
		w.add(col+" < ?", end)
	}
	w.add(kindOf(field) + " = 'text'")
}

// literal is the condition of a partial index with its values written out.
func literal(c store.Cond) (string, error) {
	var w where
	if err := w.cond(c); err != nil {
		return "", err
	}
	var b strings.Builder
	args := w.args
	for i, part := range strings.Split(strings.Join(w.sql, " AND "), "?") {
		if i > 0 {
			b.WriteString(quote(args[i-1]))
		}
		b.WriteString(part)
	}
	return b.String(), nil
}

func quote(v any) string {
	switch v := v.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case bool:
		return strconv.Itoa(bit(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return fmt.Sprint(v)
}

func bit(v bool) int {
	if v {
		return 1
	}
	return 0
}
