package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/store"
)

func testOperators(t *testing.T, e store.Engine) {
	put(t, e, "things",
		doc("a", `{"s":"apple","n":5,"f":1.5,"b":true,"sub":{"x":"in"},"z":0}`),
		doc("b", `{"s":"banana","n":10,"f":2.5,"b":false,"sub":{"x":"out"},"z":false}`),
		doc("c", `{"s":5,"n":"5","f":2,"b":1,"sub":"x","z":"0"}`),
		doc("d", `{"s":"Apple","n":-3,"f":null,"b":"true","z":1}`),
		doc("e", `{"s":null,"z":true}`),
		doc("f", `{"s":["apple"],"n":[5],"f":{"x":1.5},"b":[true],"sub":[{"x":"in"}],"z":[0]}`),
		doc("g", `{"s":"[\"apple\"]"}`),
		doc("h", `{"s":""}`),
	)
	type named string
	for _, c := range []struct {
		cond store.Cond
		want []string
	}{
		{store.Where("s", store.Eq, "apple"), []string{"a"}},
		{store.Where("s", store.Eq, named("apple")), []string{"a"}},
		{store.Where("s", store.Eq, `["apple"]`), []string{"g"}},
		{store.Where("s", store.Eq, ""), []string{"h"}},
		{store.Where("s", store.Eq, 5), []string{"c"}},
		{store.Where("n", store.Eq, 5), []string{"a"}},
		{store.Where("n", store.Eq, 5.0), []string{"a"}},
		{store.Where("n", store.Eq, "5"), []string{"c"}},
		{store.Where("f", store.Eq, 2), []string{"c"}},
		{store.Where("f", store.Eq, 1.5), []string{"a"}},
		{store.Where("b", store.Eq, true), []string{"a"}},
		{store.Where("b", store.Eq, false), []string{"b"}},
		{store.Where("b", store.Eq, 1), []string{"c"}},
		{store.Where("z", store.Eq, 0), []string{"a"}},
		{store.Where("z", store.Eq, 1), []string{"d"}},
		{store.Where("z", store.Eq, false), []string{"b"}},
		{store.Where("sub.x", store.Eq, "in"), []string{"a"}},
		{store.Where("id", store.Eq, "a"), []string{"a"}},

		{store.Where("s", store.Ne, "apple"), []string{"b", "c", "d", "f", "g", "h"}},
		{store.Where("b", store.Ne, true), []string{"b", "c", "d", "f"}},
		{store.Where("n", store.Ne, 5), []string{"b", "c", "d", "f"}},
		{store.Where("id", store.Ne, "a"), []string{"b", "c", "d", "e", "f", "g", "h"}},

		{store.Where("s", store.Lt, "apple"), []string{"d", "g", "h"}},
		{store.Where("s", store.Le, "apple"), []string{"a", "d", "g", "h"}},
		{store.Where("s", store.Gt, "A"), []string{"a", "b", "d", "g"}},
		{store.Where("s", store.Ge, "apple"), []string{"a", "b"}},
		{store.Where("n", store.Lt, 5), []string{"d"}},
		{store.Where("n", store.Le, 5), []string{"a", "d"}},
		{store.Where("n", store.Gt, -3), []string{"a", "b"}},
		{store.Where("n", store.Ge, 5.5), []string{"b"}},
		{store.Where("f", store.Gt, 1), []string{"a", "b", "c"}},
		{store.Where("f", store.Lt, 2.1), []string{"a", "c"}},
		{store.Where("b", store.Ge, 0), []string{"c"}},
		{store.Where("id", store.Gt, "f"), []string{"g", "h"}},
		{store.Where("id", store.Le, "b"), []string{"a", "b"}},

		{store.Where("s", store.In, []string{"apple", "Apple", "x", `["apple"]`}), []string{"a", "d", "g"}},
		{store.Where("s", store.In, []named{"banana"}), []string{"b"}},
		{store.Where("n", store.In, []int64{5, -3, 1}), []string{"a", "d"}},
		{store.Where("z", store.In, []int64{0, 1}), []string{"a", "d"}},
		{store.Where("s", store.In, []string{}), nil},
		{store.Where("id", store.In, []string{"a", "h", "zz"}), []string{"a", "h"}},

		{store.Where("s", store.Prefix, "app"), []string{"a"}},
		{store.Where("s", store.Prefix, ""), []string{"a", "b", "d", "g", "h"}},
		{store.Where("s", store.Prefix, "["), []string{"g"}},
		{store.Where("id", store.Prefix, "a"), []string{"a"}},

		{store.Where("s", store.Exists), []string{"a", "b", "c", "d", "f", "g", "h"}},
		{store.Where("f", store.Exists), []string{"a", "b", "c", "f"}},
		{store.Where("sub.x", store.Exists), []string{"a", "b"}},
		{store.Where("s", store.Missing), []string{"e"}},
		{store.Where("f", store.Missing), []string{"d", "e", "g", "h"}},
		{store.Where("sub.x", store.Missing), []string{"c", "d", "e", "f", "g", "h"}},
		{store.Where("never", store.Missing), []string{"a", "b", "c", "d", "e", "f", "g", "h"}},
		{store.Where("id", store.Exists), []string{"a", "b", "c", "d", "e", "f", "g", "h"}},
		{store.Where("id", store.Missing), nil},
	} {
		wantIDs(t, e, "things", []store.Cond{c.cond}, c.want...)
	}
	wantIDs(t, e, "things", []store.Cond{store.Where("n", store.Gt, 0), store.Where("n", store.Lt, 10), store.Where("s", store.Ne, "x")}, "a")
	wantIDs(t, e, "never", nil)
	for _, bad := range []store.Cond{
		store.Where("a b", store.Eq, 1), store.Where("$x", store.Eq, 1), store.Where("s", store.Eq), store.Where("s", "like", "x"),
		store.Where("s", store.Eq, []string{"x"}), store.Where("s", store.Has, 1), store.Where("s", store.In, "x"), store.Where("b", store.Gt, true),
		store.Where("s') --", store.Eq, "x"), store.Where("s", store.In, make([]string, 1001)),
	} {
		for _, err := range e.Find(t.Context(), "things", store.Query{Where: []store.Cond{bad}}) {
			if err == nil {
				t.Errorf("%v was accepted", bad)
			}
		}
		if _, err := e.Count(t.Context(), "things", store.Query{Where: []store.Cond{bad}}); err == nil {
			t.Errorf("count: %v was accepted", bad)
		}
	}
}

// Membership is an operator of its own: the others do not reach into arrays.
func testArrays(t *testing.T, e store.Engine) {
	put(t, e, "things",
		doc("a", `{"tags":["vip","长住"],"sub":{"t":["x"]}}`),
		doc("b", `{"tags":"vip"}`),
		doc("c", `{"tags":["vip2"]}`),
		doc("d", `{"tags":{"vip":"vip"}}`),
		doc("e", `{"tags":[{"a":"vip"},5,true,null]}`),
		doc("f", `{"tags":[]}`),
		doc("g", `{}`))
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Has, "vip")}, "a")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Has, "长住")}, "a")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Has, "true")})
	wantIDs(t, e, "things", []store.Cond{store.Where("sub.t", store.Has, "x")}, "a")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Eq, "vip")}, "b")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.In, []string{"vip", "长住"})}, "b")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Prefix, "vip")}, "b")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Ge, "a")}, "b")
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Missing)}, "g")
}

func testOrder(t *testing.T, e store.Engine) {
	put(t, e, "things",
		doc("a", `{"k":"x","n":2}`), doc("b", `{"k":"x","n":1}`), doc("c", `{"k":"y","n":1}`),
		doc("d", `{"k":"x","n":2}`), doc("e", `{"n":2}`), doc("f", `{"k":"Z","n":-5}`), doc("é", `{"k":"中","n":10}`))
	for _, c := range []struct {
		order []store.Order
		want  []string
	}{
		{nil, []string{"a", "b", "c", "d", "e", "f", "é"}},
		{[]store.Order{{Field: "id", Desc: true}}, []string{"é", "f", "e", "d", "c", "b", "a"}},
		{[]store.Order{{Field: "k"}}, []string{"f", "a", "b", "d", "c", "é"}},
		{[]store.Order{{Field: "k", Desc: true}}, []string{"é", "c", "d", "b", "a", "f"}},
		{[]store.Order{{Field: "n"}}, []string{"f", "b", "c", "a", "d", "e", "é"}},
		{[]store.Order{{Field: "k"}, {Field: "n", Desc: true}}, []string{"f", "d", "a", "b", "c", "é"}},
		{[]store.Order{{Field: "n", Desc: true}, {Field: "k"}}, []string{"é", "a", "d", "b", "c", "f"}},
	} {
		got := ids(t.Context(), t, e, "things", store.Query{Order: c.order})
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("order %v (-want +got):\n%s", c.order, d)
		}
		// One by one behind the key gives the same.
		var walk []string
		q := store.Query{Order: c.order, Limit: 1}
		for range len(c.want) + 1 {
			page := find(t, e, "things", q)
			if len(page) == 0 {
				break
			}
			walk = append(walk, page[0].ID)
			q.After = keyOf(t, page[0], c.order)
		}
		if d := cmp.Diff(c.want, walk); d != "" {
			t.Errorf("walk in order %v (-want +got):\n%s", c.order, d)
		}
	}
	for _, err := range e.Find(t.Context(), "things", store.Query{After: []any{"a", "b"}}) {
		if err == nil {
			t.Error("a key of the wrong length was accepted")
		}
	}
}

func find(t *testing.T, e store.Engine, coll string, q store.Query) []store.Document {
	t.Helper()
	var all []store.Document
	for d, err := range e.Find(t.Context(), coll, q) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// keyOf is the document's place in an order by top-level fields.
func keyOf(t *testing.T, d store.Document, order []store.Order) []any {
	t.Helper()
	var key []any
	for _, o := range order {
		if o.Field == "id" {
			key = append(key, d.ID)
			continue
		}
		key = append(key, modelField(modelBody(t, d.Body), o.Field))
	}
	return append(key, d.ID)
}

func testPaging(t *testing.T, e store.Engine) {
	const n = 600 // more than two pages
	for i := range n {
		put(t, e, "things", doc(fmt.Sprintf("%04d", (i*7919)%n), fmt.Sprintf(`{"k":"%d","even":%v}`, i%3, (i*7919)%n%2 == 0)))
	}
	all := ids(t.Context(), t, e, "things", store.Query{})
	if len(all) != n || all[0] != "0000" || all[n-1] != "0599" {
		t.Errorf("%d documents", len(all))
	}
	if got := ids(t.Context(), t, e, "things", store.Query{Limit: 300, After: []any{"0099"}}); len(got) != 300 || got[0] != "0100" || got[299] != "0399" {
		t.Errorf("limit over a page: %d documents", len(got))
	}
	seen := map[string]bool{}
	last := ""
	for _, d := range find(t, e, "things", store.Query{Order: []store.Order{{Field: "k", Desc: true}}, Where: []store.Cond{store.Where("even", store.Eq, true)}}) {
		k := modelField(modelBody(t, d.Body), "k").(string) + d.ID
		if last != "" && k >= last {
			t.Fatalf("%s after %s", k, last)
		}
		last = k
		seen[d.ID] = true
	}
	if len(seen) != n/2 {
		t.Errorf("%d of %d documents", len(seen), n/2)
	}
	count := 0
	for _, err := range e.Find(t.Context(), "things", store.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count == 3 {
			break
		}
	}
}

// The caller may write what it is reading.
func testChangeWhileFinding(t *testing.T, e store.Engine) {
	for i := range 300 {
		put(t, e, "things", doc(fmt.Sprintf("%03d", i), `{"due":1}`))
	}
	n := 0
	for d, err := range e.Find(t.Context(), "things", store.Query{Where: []store.Cond{store.Where("due", store.Eq, 1)}}) {
		if err != nil {
			t.Fatal(err)
		}
		d.Last, d.Body = "changed", []byte(`{"due":2}`)
		wantErr(t, "replace", e.Replace(t.Context(), "things", d), nil)
		n++
	}
	if n != 300 {
		t.Errorf("saw %d of 300", n)
	}
	wantIDs(t, e, "things", []store.Cond{store.Where("due", store.Eq, 1)})
}

func testCount(t *testing.T, e store.Engine) {
	for i := range 30 {
		put(t, e, "things", doc(fmt.Sprint(i), fmt.Sprintf(`{"n":%d}`, i%3)))
	}
	for limit, want := range map[int]int64{0: 10, 4: 4, 10: 10, 99: 10} {
		n, err := e.Count(t.Context(), "things", store.Query{Where: []store.Cond{store.Where("n", store.Eq, 1)}, Limit: limit})
		if err != nil || n != want {
			t.Errorf("limit %d: %d, %v; want %d", limit, n, err, want)
		}
	}
	if n, err := e.Count(t.Context(), "never", store.Query{}); err != nil || n != 0 {
		t.Errorf("unknown collection: %d, %v", n, err)
	}
}

func testGroup(t *testing.T, e store.Engine) {
	put(t, e, "things",
		doc("a", `{"team":"front","state":"open","min":10,"big":9007199254740993}`),
		doc("b", `{"team":"front","state":"open","min":5}`),
		doc("c", `{"team":"front","state":"closed","min":7,"sub":{"n":3}}`),
		doc("d", `{"team":"rooms","state":"open","min":"x"}`),
		doc("e", `{"state":"open","min":null,"big":1}`),
		doc("f", `{"team":true}`), doc("g", `{"team":7}`), doc("h", `{"team":1.5}`), doc("i", `{"team":1}`), doc("j", `{"team":false}`))
	group := func(g store.Grouping) []store.Row {
		t.Helper()
		rows, err := e.Group(t.Context(), "things", g)
		if err != nil {
			t.Fatalf("group %+v: %v", g, err)
		}
		return rows
	}
	row := func(n int64, sums []int64, key ...any) store.Row { return store.Row{Key: key, Count: n, Sums: sums} }
	check := func(name string, got []store.Row, want ...store.Row) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	check("by one", group(store.Grouping{By: []string{"team"}}),
		row(1, nil, nil), row(1, nil, int64(1)), row(1, nil, 1.5), row(1, nil, int64(7)), row(3, nil, "front"), row(1, nil, "rooms"), row(1, nil, false), row(1, nil, true))
	open := []store.Cond{store.Where("state", store.Exists)}
	check("by two with sums", group(store.Grouping{Where: open, By: []string{"team", "state"}, Sum: []string{"min", "big", "sub.n"}}),
		row(1, []int64{0, 1, 0}, nil, "open"), row(1, []int64{7, 0, 3}, "front", "closed"),
		row(2, []int64{15, 9007199254740993, 0}, "front", "open"), row(1, []int64{0, 0, 0}, "rooms", "open"))
	check("limit", group(store.Grouping{Where: open, By: []string{"team", "state"}, Limit: 2}), row(1, nil, nil, "open"), row(1, nil, "front", "closed"))
	check("by nothing", group(store.Grouping{Where: open, Sum: []string{"min"}}), row(5, []int64{22}))
	check("nothing", group(store.Grouping{Where: []store.Cond{store.Where("state", store.Eq, "never")}, By: []string{"team"}}))
	check("nothing by nothing", group(store.Grouping{Where: []store.Cond{store.Where("state", store.Eq, "never")}}))
}

// Indexes change no answer, may be changed, and may be asked for at each start.
func testIndexes(t *testing.T, e store.Engine) {
	open := store.Where("state", store.Eq, "open")
	first := []store.Index{
		{Fields: []string{"due", "id"}, Where: []store.Cond{open}},
		{Fields: []string{"-n", "-id"}, Where: []store.Cond{store.Where("state", store.In, []string{"open", "waiting"}), store.Where("n", store.Exists)}},
		{Fields: []string{"flag"}, Where: []store.Cond{store.Where("flag", store.Eq, true)}},
		{Fields: []string{"sub.x", "id"}},
		{Fields: []string{"due", "id"}, Where: []store.Cond{store.Where("state", store.Eq, "waiting")}},
	}
	for _, ix := range [][]store.Index{first, first, first[1:], nil, first} {
		wantErr(t, "indexes", e.EnsureIndexes(t.Context(), "things", ix...), nil)
	}
	put(t, e, "things",
		doc("a", `{"state":"open","due":"2","n":1,"flag":true,"sub":{"x":"p"}}`),
		doc("b", `{"state":"open","due":"1","n":2,"flag":1}`),
		doc("c", `{"state":"closed","due":"0","n":3,"flag":false,"sub":{"x":"p"}}`),
		doc("d", `{"state":"waiting","due":"0","n":4}`))
	for _, ix := range [][]store.Index{first, nil} {
		wantErr(t, "indexes", e.EnsureIndexes(t.Context(), "things", ix...), nil)
		got := ids(t.Context(), t, e, "things", store.Query{Where: []store.Cond{open, store.Where("due", store.Le, "2")}, Order: []store.Order{{Field: "due"}}})
		if d := cmp.Diff([]string{"b", "a"}, got); d != "" {
			t.Error(d)
		}
		got = ids(t.Context(), t, e, "things", store.Query{Where: []store.Cond{store.Where("state", store.In, []string{"waiting", "open"})}, Order: []store.Order{{Field: "n", Desc: true}}})
		if d := cmp.Diff([]string{"d", "b", "a"}, got); d != "" {
			t.Error(d)
		}
		wantIDs(t, e, "things", []store.Cond{store.Where("flag", store.Eq, true)}, "a")
		wantIDs(t, e, "things", []store.Cond{store.Where("flag", store.Eq, 1)}, "b")
		wantIDs(t, e, "things", []store.Cond{store.Where("sub.x", store.Eq, "p")}, "a", "c")
	}
}

type timed struct {
	store.Meta
	Due store.Time `json:"due,omitzero"`
}

// Go's own text of a time does not sort; the store's does.
func testTimes(t *testing.T, e store.Engine) {
	ctx := t.Context()
	c, err := store.Open[timed](ctx, e, "timed", store.Index{Fields: []string{"due", "id"}, Where: []store.Cond{store.Where("due", store.Exists)}})
	if err != nil {
		t.Fatal(err)
	}
	base := time.Date(2026, 11, 24, 9, 0, 5, 0, time.FixedZone("", 8*3600))
	for id, d := range map[string]time.Duration{"a": 0, "b": time.Millisecond, "c": 100 * time.Millisecond, "d": 999 * time.Millisecond, "e": time.Second} {
		if err := c.Insert(ctx, &timed{store.Meta{ID: id}, store.At(base.Add(d))}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Insert(ctx, &timed{Meta: store.Meta{ID: "never"}}); err != nil {
		t.Fatal(err)
	}
	got := ids(ctx, t, e, "timed", store.Query{Order: []store.Order{{Field: "due"}}})
	if d := cmp.Diff([]string{"a", "b", "c", "d", "e"}, got); d != "" {
		t.Error(d)
	}
	due := store.Query{Where: []store.Cond{store.Where("due", store.Le, store.At(base.Add(100*time.Millisecond)))}, Order: []store.Order{{Field: "due"}}}
	if d := cmp.Diff([]string{"a", "b", "c"}, ids(ctx, t, e, "timed", due)); d != "" {
		t.Error(d)
	}
	wantIDs(t, e, "timed", []store.Cond{store.Where("due", store.Missing)}, "never")
	if v, err := c.Get(ctx, "b"); err != nil || !v.Due.Time().Equal(base.Add(time.Millisecond)) {
		t.Errorf("got %v, %v", v, err)
	}
}
