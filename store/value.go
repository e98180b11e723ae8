package store

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"time"
	"unicode/utf8"
)

var fieldName = regexp.MustCompile(`^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$`)

// CheckField says whether field is a dotted path into the body, or "id".
func CheckField(field string) error {
	if len(field) > 200 || !fieldName.MatchString(field) {
		return fmt.Errorf("store: field %.50q is not a dotted path", field)
	}
	return nil
}

// Scalar brings a value of a condition, or of a query's After, to string,
// int64, float64 or bool: named types to what they are made of, times to their
// text.
func Scalar(v any) (any, error) {
	switch v := v.(type) {
	case string, int64, float64, bool:
		return v, nil
	case Time:
		return v.Text(), nil
	case time.Time:
		return At(v).Text(), nil
	case nil:
		return nil, fmt.Errorf("store: a condition without value")
	}
	r := reflect.ValueOf(v)
	switch {
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.CanInt():
		return r.Int(), nil
	case r.CanUint() && r.Uint() <= math.MaxInt64:
		return int64(r.Uint()), nil
	case r.CanFloat():
		return r.Float(), nil
	case r.Kind() == reflect.Bool:
		return r.Bool(), nil
	}
	return nil, fmt.Errorf("store: a %T cannot be compared", v)
}

// maxIn is how many values In may have.
const maxIn = 1000

// Scalars is the value of a condition as a list: one for most operators, those
// of the slice for In, none for Exists and Missing. It checks the condition.
func (c Cond) Scalars() ([]any, error) {
	if err := CheckField(c.Field); err != nil {
		return nil, err
	}
	switch c.Op {
	case Exists, Missing:
		return nil, nil
	case In:
		return c.list()
	case Eq, Ne, Lt, Le, Gt, Ge, Has, Prefix:
		v, err := Scalar(c.Value)
		if err != nil {
			return nil, fmt.Errorf("%w (field %s)", err, c.Field)
		}
		if _, text := v.(string); !text && (c.Op == Has || c.Op == Prefix) {
			return nil, fmt.Errorf("store: %s %s wants text", c.Field, c.Op)
		}
		if _, yes := v.(bool); yes && c.Op != Eq && c.Op != Ne {
			return nil, fmt.Errorf("store: %s %s has no meaning for true and false", c.Field, c.Op)
		}
		return []any{v}, nil
	}
	return nil, fmt.Errorf("store: unknown operator %.20q", string(c.Op))
}

func (c Cond) list() ([]any, error) {
	r := reflect.ValueOf(c.Value)
	if r.Kind() != reflect.Slice || r.Len() > maxIn {
		return nil, fmt.Errorf("store: %s in wants a slice of at most %d values", c.Field, maxIn)
	}
	all := make([]any, r.Len())
	for i := range all {
		v, err := Scalar(r.Index(i).Interface())
		if err != nil {
			return nil, fmt.Errorf("%w (field %s)", err, c.Field)
		}
		all[i] = v
	}
	return all, nil
}

// Implies reports whether whatever matches c matches d too. Engines use it to
// see which partial indexes serve a query.
func (c Cond) Implies(d Cond) bool {
	if c.Field != d.Field {
		return false
	}
	if d.Op == Exists {
		return c.Op != Missing
	}
	have, err1 := c.Scalars()
	want, err2 := d.Scalars()
	if err1 != nil || err2 != nil || c.Op != Eq && c.Op != In || d.Op != Eq && d.Op != In {
		return false
	}
	set := make(map[any]bool, len(want))
	for _, v := range want {
		set[v] = true
	}
	for _, v := range have {
		if !set[v] {
			return false
		}
	}
	return true
}

// After is the text right behind all text that begins with prefix, and false
// if there is none (nothing is behind the last code points).
func After(prefix string) (string, bool) {
	for len(prefix) > 0 {
		r, n := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-n]
		switch {
		case r == 0xD7FF:
			return prefix + "\uE000", true // over the surrogates
		case r < utf8.MaxRune:
			return prefix + string(r+1), true
		}
	}
	return "", false
}
