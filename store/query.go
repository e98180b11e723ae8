package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Op compares a field of the body with a value.
type Op string

// The operators. A missing field matches none but Missing. Values compare with
// values of their own type only: text bytewise, numbers by size.
const (
	Eq      Op = "=="
	Ne      Op = "!=" // present and not equal, of whatever type
	Lt      Op = "<"
	Le      Op = "<="
	Gt      Op = ">"
	Ge      Op = ">="
	In      Op = "in"      // Value is []string or []int64, at most 1000
	Has     Op = "has"     // the field is an array of text that contains Value
	Prefix  Op = "prefix"  // text begins with Value
	Exists  Op = "exists"  // Value unused
	Missing Op = "missing" // absent or null; Value unused
)

// Cond is one comparison. Field is a dotted path into the body ([A-Za-z0-9_.]),
// or "id"; it does not reach into arrays. Value is a string, a whole number, a
// float64, bool, Time, or of a type made of one of these.
type Cond struct {
	Field string
	Op    Op
	Value any
}

// Where makes a condition: store.Where("state", store.Eq, "open").
func Where(field string, op Op, value ...any) Cond {
	c := Cond{Field: field, Op: op}
	if len(value) == 1 {
		c.Value = value[0]
	}
	return c
}

// Order sorts by one field. Its values must be of one type; documents without
// the field are left out.
type Order struct {
	Field string
	Desc  bool
}

// Query selects documents for which all conditions hold. The order is made
// total by the id, in the direction of the last field. After goes on behind a
// key: the values of Order's fields, then the id.
type Query struct {
	Where []Cond
	Order []Order
	After []any
	Limit int // 0: all
}

// CheckPurge says whether q can say what to purge.
func (q Query) CheckPurge() error {
	switch {
	case q.Limit < 1 || q.Limit > MaxPurge:
		return fmt.Errorf("store: a purge of %d, want 1 to %d", q.Limit, MaxPurge)
	case len(q.Where) == 0:
		return errors.New("store: a purge of everything")
	case len(q.After) > 0:
		return errors.New("store: a purge behind a key")
	}
	return nil
}

// Grouping counts documents, and sums whole-number fields, by the values of
// other fields. A missing field groups as nil and sums as 0.
type Grouping struct {
	Where []Cond
	By    []string
	Sum   []string
	Limit int // at most this many rows; 0: 10,000
}

// Row is one group: Key in the order of By (string, int64, float64, bool or
// nil), Sums in the order of Sum. Rows come ordered by key.
type Row struct {
	Key   []any
	Count int64
	Sums  []int64
}

// Index speeds up queries. Fields may include "id"; end with it where the order
// must be total. With Where the index is partial: it serves queries that state
// these conditions too. Only Eq, In, Exists are used there.
type Index struct {
	Fields []string // "-field" is descending
	Where  []Cond
}

// Name is the index's name: readable, with a hash of its definition, so that a
// changed definition is another index.
func (ix Index) Name(coll string) string {
	def := fmt.Sprintf("%s|%v|%v", coll, ix.Fields, ix.Where)
	sum := sha256.Sum256([]byte(def))
	var b strings.Builder
	b.WriteString("ix_" + coll)
	for _, f := range ix.Fields {
		b.WriteString("_" + strings.NewReplacer(".", "", "-", "").Replace(f))
	}
	name := b.String()
	if len(name) > 48 {
		name = name[:48]
	}
	return name + "_" + hex.EncodeToString(sum[:4])
}
