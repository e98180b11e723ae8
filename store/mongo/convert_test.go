package mongo

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
	"pgregory.net/rapid"

	"kefu/store"
)

// value draws any JSON value, with the keys and numbers that are hard.
func value(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "$", "$oid", "a.b", "%", "%24", "%2", "%%", ".", "_id", "😀", "中文", "a\"\\\n"}), rapid.String())
	return rapid.Custom(func(t *rapid.T) any {
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		if depth == 0 {
			kind %= 5
		}
		switch kind {
		case 0:
			return text.Draw(t, "text")
		case 1:
			return rapid.Int64().Draw(t, "whole")
		case 2:
			return rapid.Float64Range(-9e18, 9e18).Draw(t, "number")
		case 3:
			return rapid.Bool().Draw(t, "bool")
		case 4:
			return nil
		case 5:
			return rapid.SliceOfN(value(depth-1), 0, 4).Draw(t, "list")
		}
		return rapid.MapOfN(noNUL(text), value(depth-1), 0, 4).Draw(t, "object")
	})
}

func noNUL(g *rapid.Generator[string]) *rapid.Generator[string] {
	return g.Filter(func(s string) bool { return !strings.ContainsRune(s, 0) })
}

// Every body that may be stored comes back the same, and none of its keys means
// anything to MongoDB.
func TestRoundTrip(t *testing.T) {
	object := rapid.MapOfN(noNUL(rapid.String()), value(3), 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		body, err := json.Marshal(object.Draw(t, "body"))
		if err != nil {
			t.Fatal(err)
		}
		if err := (store.Document{ID: "a", Body: body}).Check(); err != nil {
			t.Fatal(err)
		}
		doc, err := fromJSON(body)
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Validate(); err != nil {
			t.Fatal(err)
		}
		checkKeys(t, doc)
		back, err := toJSON(nil, doc)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(numbers(t, body), numbers(t, back)); d != "" {
			t.Fatalf("%s came back as %s:\n%s", body, back, d)
		}
	})
}

func checkKeys(t *rapid.T, doc bsoncore.Document) {
	elements, err := doc.Elements()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range elements {
		if k := e.Key(); k == "" || strings.ContainsAny(k, "$.\x00") {
			t.Fatalf("key %q", k)
		}
		if sub, ok := e.Value().DocumentOK(); ok {
			checkKeys(t, sub)
		}
	}
}

// numbers decodes whole numbers exactly and others as float64.
func numbers(t interface{ Fatal(...any) }, body []byte) any {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(string(body), err)
	}
	var walk func(any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case json.Number:
			if n, err := v.Int64(); err == nil {
				return n
			}
			f, _ := v.Float64()
			if f < 1<<53 && f > -1<<53 && f == float64(int64(f)) {
				return int64(f)
			}
			return f
		case map[string]any:
			for k := range v {
				v[k] = walk(v[k])
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		}
		return v
	}
	return walk(v)
}

// The order of keys is kept: people read the database too.
func TestOrderKept(t *testing.T) {
	const body = `{"z":1,"a":{"y":[true,null,"x"],"b":-0.5},"m":"中"}`
	doc, err := fromJSON([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := toJSON(nil, doc); err != nil || string(back) != body {
		t.Errorf("got %s, %v", back, err)
	}
}

// What hands wrote in a shell is read as what it means.
func TestByHand(t *testing.T) {
	raw, err := bson.Marshal(bson.D{
		{Key: "n", Value: int32(5)}, {Key: "d", Value: 7.0}, {Key: "half", Value: 0.5},
		{Key: "at", Value: bson.NewDateTimeFromTime(time.Date(2026, 11, 24, 9, 0, 5, 100e6, time.UTC))},
		{Key: "oid", Value: bson.ObjectID{1, 2, 3}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"n":5,"d":7,"half":0.5,"at":"2026-11-24T09:00:05.100Z","oid":"010203000000000000000000"}`
	if got, err := toJSON(nil, raw); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

// A partial index is put into the operators MongoDB takes there.
func TestPartialFilter(t *testing.T) {
	got, err := partial([]store.Cond{store.Where("state", store.In, []string{"open", "waiting"}), store.Where("due", store.Exists), store.Where("flag", store.Eq, true)})
	if err != nil {
		t.Fatal(err)
	}
	text, err := bson.MarshalExtJSON(got, false, false)
	const want = `{"$and":[{"body.state":{"$in":["open","waiting"]}},{"body.due":{"$exists":true}},{"body.flag":{"$eq":true}}]}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
	if _, err := partial([]store.Cond{store.Where("n", store.Gt, 1)}); err == nil {
		t.Error("an index with > was accepted")
	}
}

// The URI's own wishes about durability are overruled, and its password is
// never in an error.
func TestOptions(t *testing.T) {
	opts, name, err := clientOptions("mongodb://u:secret@127.0.0.1:1/shop?w=0&journal=false&retryWrites=false&readPreference=secondary&readConcernLevel=local")
	if err != nil || name != "shop" {
		t.Fatalf("database %q, %v", name, err)
	}
	if opts.WriteConcern.W != "majority" || opts.WriteConcern.Journal == nil || !*opts.WriteConcern.Journal {
		t.Errorf("write concern %+v", opts.WriteConcern)
	}
	if !*opts.RetryWrites || opts.ReadPreference.Mode().String() != "primary" || opts.ReadConcern.Level != "majority" {
		t.Errorf("retry %v, read from %s at %+v", *opts.RetryWrites, opts.ReadPreference.Mode(), opts.ReadConcern)
	}
	if _, name, err := clientOptions("mongodb://127.0.0.1"); err != nil || name != "kefu" {
		t.Errorf("database %q, %v", name, err)
	}
	for _, bad := range []string{"mongodb://u:secret@", "secret", "mongodb://u:secret@h/?w=secret%", "mongodb://u:se/cret@h"} {
		if _, _, err := clientOptions(bad); err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
