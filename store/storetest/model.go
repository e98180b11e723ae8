package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kefu/store"
)

// modelBody decodes whole numbers to int64 and others to float64.
func modelBody(t interface{ Fatal(...any) }, body []byte) any {
	v, err := decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return plain(v)
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}

// modelField follows a dotted path through objects only.
func modelField(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

// compare orders two values of the same type; ok is false for others.
func compare(a, b any) (c int, ok bool) {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return strings.Compare(a, b), ok
	case bool:
		b, ok := b.(bool)
		return map[bool]int{false: 1}[a == b], ok
	}
	x, ok1 := number(a)
	y, ok2 := number(b)
	switch {
	case x < y:
		c = -1
	case x > y:
		c = 1
	}
	return c, ok1 && ok2
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// matches is what a condition means, said in the plainest way.
func matches(c store.Cond, v any) bool {
	switch c.Op {
	case store.Exists:
		return v != nil
	case store.Missing:
		return v == nil
	case store.Has:
		list, _ := v.([]any)
		return slices.Contains(list, c.Value)
	case store.In:
		return slices.ContainsFunc(c.Value.([]string), func(s string) bool { return v == s })
	case store.Prefix:
		s, ok := v.(string)
		return ok && strings.HasPrefix(s, c.Value.(string))
	}
	n, ok := compare(v, c.Value)
	switch c.Op {
	case store.Eq:
		return ok && n == 0
	case store.Ne:
		return v != nil && !(ok && n == 0)
	case store.Lt:
		return ok && n < 0
	case store.Le:
		return ok && n <= 0
	case store.Gt:
		return ok && n > 0
	}
	return ok && n >= 0
}

var (
	texts   = rapid.SampledFrom([]string{"", "a", "ab", "b", "[", "[1]", "{}", "中", "中文", "😀", "1", "true", "null", "'", "\uFFFF", "a?b"})
	scalars = rapid.OneOf(rapid.Map(texts, func(s string) any { return s }),
		rapid.SampledFrom([]any{int64(0), int64(1), int64(-1), int64(2), 0.5, 1.5, -2.25, int64(1 << 40)}),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }))
	fields = rapid.SampledFrom([]string{"a", "b", "sub.x", "tags"})
)

func genBody(t *rapid.T) map[string]any {
	b := map[string]any{}
	value := func(name string) any {
		switch rapid.IntRange(0, 5).Draw(t, name+" kind") {
		case 0:
			return []any{texts.Draw(t, name), scalars.Draw(t, name)}
		case 1:
			return nil
		}
		return scalars.Draw(t, name)
	}
	for _, f := range []string{"a", "b", "tags"} {
		if rapid.Bool().Draw(t, f) {
			b[f] = value(f)
		}
	}
	if rapid.Bool().Draw(t, "sub") {
		b["sub"] = map[string]any{"x": value("x")}
	}
	b["k"] = texts.Draw(t, "k")
	b["n"] = rapid.Int64Range(-3, 3).Draw(t, "n")
	return b
}

func genCond(t *rapid.T) store.Cond {
	c := store.Cond{Field: fields.Draw(t, "field")}
	c.Op = rapid.SampledFrom([]store.Op{store.Eq, store.Ne, store.Lt, store.Le, store.Gt, store.Ge, store.In, store.Has, store.Prefix, store.Exists, store.Missing}).Draw(t, "op")
	switch c.Op {
	case store.Exists, store.Missing:
	case store.In:
		c.Value = rapid.SliceOfN(texts, 0, 4).Draw(t, "values")
	case store.Has, store.Prefix:
		c.Value = texts.Draw(t, "value")
	default:
		c.Value = scalars.Draw(t, "value")
		if _, yes := c.Value.(bool); yes && c.Op != store.Eq && c.Op != store.Ne {
			c.Value = int64(1)
		}
	}
	return c
}

// testModel compares the engine with plain loops over the same documents.
func testModel(t *testing.T, e store.Engine) {
	var run atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		n := run.Add(1)
		// A collection for each round: letters only.
		coll := "model_" + strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprint(n%8))
		wipe(t, rt, e, coll)
		docs := map[string]any{}
		for i, b := range rapid.SliceOfN(rapid.Custom(genBody), 0, 12).Draw(rt, "docs") {
			id := fmt.Sprintf("%02d", i)
			body, err := json.Marshal(b)
			if err != nil {
				rt.Fatal(err)
			}
			if err := e.Insert(t.Context(), coll, store.Document{ID: id, Body: body}); err != nil {
				rt.Fatal(err)
			}
			docs[id] = modelBody(rt, body)
		}
		for range 4 {
			conds := rapid.SliceOfN(rapid.Custom(genCond), 0, 3).Draw(rt, "conds")
			order := []store.Order{{Field: "k", Desc: rapid.Bool().Draw(rt, "k desc")}, {Field: "n", Desc: rapid.Bool().Draw(rt, "n desc")}}
			checkFind(t, rt, e, coll, docs, store.Query{Where: conds, Order: order[:rapid.IntRange(0, 2).Draw(rt, "orders")]})
		}
	})
}

func wipe(t *testing.T, rt *rapid.T, e store.Engine, coll string) {
	for d, err := range e.Find(t.Context(), coll, store.Query{}) {
		if err == nil {
			err = e.Delete(t.Context(), coll, d.ID)
		}
		if err != nil {
			rt.Fatal(err)
		}
	}
}

// checkFind compares what is found, in order, and the same from its middle on.
func checkFind(t *testing.T, rt *rapid.T, e store.Engine, coll string, docs map[string]any, q store.Query) {
	want := []string{}
	for id, b := range docs {
		if !slices.ContainsFunc(q.Where, func(c store.Cond) bool { return !matches(c, modelField(b, c.Field)) }) {
			want = append(want, id)
		}
	}
	slices.SortFunc(want, func(x, y string) int {
		desc := false
		for _, o := range q.Order {
			desc = o.Desc
			c, _ := compare(modelField(docs[x], o.Field), modelField(docs[y], o.Field))
			if c != 0 && desc {
				return -c
			} else if c != 0 {
				return c
			}
		}
		if desc {
			return strings.Compare(y, x)
		}
		return strings.Compare(x, y)
	})
	got := list(t, rt, e, coll, q)
	if d := cmp.Diff(want, got); d != "" {
		rt.Fatalf("%+v (-want +got):\n%s", q, d)
	}
	if n, err := e.Count(t.Context(), coll, store.Query{Where: q.Where}); err != nil || n != int64(len(want)) {
		rt.Fatalf("count %+v: %d, %v; want %d", q, n, err, len(want))
	}
	if len(want) < 2 {
		return
	}
	mid := len(want) / 2
	for _, o := range q.Order {
		q.After = append(q.After, modelField(docs[want[mid-1]], o.Field))
	}
	q.After = append(q.After, want[mid-1])
	if d := cmp.Diff(want[mid:], list(t, rt, e, coll, q)); d != "" {
		rt.Fatalf("behind %+v (-want +got):\n%s", q, d)
	}
}

func list(t *testing.T, rt *rapid.T, e store.Engine, coll string, q store.Query) []string {
	all := []string{}
	for d, err := range e.Find(t.Context(), coll, q) {
		if err != nil {
			rt.Fatalf("find %+v: %v", q, err)
		}
		all = append(all, d.ID)
	}
	return all
}
