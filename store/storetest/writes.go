package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kefu/store"
)

func testInsert(t *testing.T, e store.Engine) {
	put(t, e, "things", doc("a", `{"n":1}`))
	d, err := e.Get(t.Context(), "things", "a")
	if err != nil || d.ID != "a" || d.Rev != 1 || d.Last != "w-a" || !same(d.Body, `{"n":1}`) {
		t.Errorf("got %+v, %v", d, err)
	}
	_, err = e.Get(t.Context(), "things", "b")
	wantErr(t, "get of nothing", err, store.ErrNotFound)
	_, err = e.Get(t.Context(), "never", "b")
	wantErr(t, "get from an unknown collection", err, store.ErrNotFound)
	other := doc("a", `{"n":2}`)
	other.Last = "other"
	wantErr(t, "insert again", e.Insert(t.Context(), "things", other), store.ErrExists)
	put(t, e, "others", other)
	if d, err := e.Get(t.Context(), "things", "a"); err != nil || !same(d.Body, `{"n":1}`) {
		t.Errorf("another insert changed it: %s, %v", d.Body, err)
	}
	if e.ID() == "" {
		t.Error("the store has no id")
	}
}

// same compares two JSON texts as values.
func same(got []byte, want string) bool {
	a, err1 := decode(got)
	b, err2 := decode([]byte(want))
	return err1 == nil && err2 == nil && cmp.Equal(a, b)
}

func decode(b []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func testReplace(t *testing.T, e store.Engine) {
	ctx := t.Context()
	put(t, e, "things", doc("a", `{"n":1}`))
	d := doc("a", `{"n":2}`)
	d.Rev, d.Last = 1, "second"
	wantErr(t, "replace", e.Replace(ctx, "things", d), nil)
	d.Last = "late"
	wantErr(t, "replace at an old revision", e.Replace(ctx, "things", d), store.ErrConflict)
	d.ID = "b"
	wantErr(t, "replace of nothing", e.Replace(ctx, "things", d), store.ErrNotFound)
	got, err := e.Get(ctx, "things", "a")
	if err != nil || got.Rev != 2 || got.Last != "second" || !same(got.Body, `{"n":2}`) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func testDelete(t *testing.T, e store.Engine) {
	ctx := t.Context()
	put(t, e, "things", doc("a", `{}`), doc("b", `{}`))
	wantErr(t, "delete", e.Delete(ctx, "things", "a"), nil)
	wantErr(t, "delete again", e.Delete(ctx, "things", "a"), nil)
	wantErr(t, "delete in an unknown collection", e.Delete(ctx, "never", "a"), nil)
	_, err := e.Get(ctx, "things", "a")
	wantErr(t, "get after delete", err, store.ErrNotFound)
	wantIDs(t, e, "things", nil, "b")
	put(t, e, "things", doc("a", `{"again":true}`))
}

func testRefused(t *testing.T, e store.Engine) {
	big := `{"t":"` + strings.Repeat("x", store.MaxBody) + `"}`
	deep := strings.Repeat(`{"a":`, 150) + "1" + strings.Repeat("}", 150)
	for name, d := range map[string]store.Document{
		"no id": doc("", `{}`), "long id": doc(strings.Repeat("a", 513), `{}`), "NUL in id": doc("a\x00b", `{}`),
		"not JSON": doc("a", `{"a":`), "not an object": doc("a", `[1]`), "empty": doc("a", ``), "too large": doc("a", big),
		"NUL in a key": doc("a", `{"a":{"b\u0000c":1}}`), "NUL in a key with space": doc("a", "{\"\\u0000\" \n: 1}"),
		"beyond int64": doc("a", `{"n":9223372036854775808}`), "beyond float64": doc("a", `{"n":1e400}`),
		"too deep": doc("a", deep), "broken UTF-8": doc("a", "{\"a\":\"\xff\"}"),
	} {
		wantErr(t, name, e.Insert(t.Context(), "things", d), store.ErrRefused)
		d.Rev = 1
		wantErr(t, name+" (replace)", e.Replace(t.Context(), "things", d), store.ErrRefused)
	}
	wantErr(t, "collection name", e.Insert(t.Context(), "Bad Name", doc("a", `{}`)), store.ErrRefused)
	wantIDs(t, e, "things", nil)
}

// A write repeated with its own id is recognised; somebody else's is not.
func testRepeat(t *testing.T, e store.Engine) {
	ctx := t.Context()
	d := doc("a", `{"n":1}`)
	wantErr(t, "insert", e.Insert(ctx, "things", d), nil)
	wantErr(t, "the same insert", e.Insert(ctx, "things", d), nil)
	d.Rev, d.Last, d.Body = 1, "second", []byte(`{"n":2}`)
	wantErr(t, "replace", e.Replace(ctx, "things", d), nil)
	wantErr(t, "the same replace", e.Replace(ctx, "things", d), nil)
	if got, err := e.Get(ctx, "things", "a"); err != nil || got.Rev != 2 {
		t.Errorf("revision %d after repeats, %v", got.Rev, err)
	}
	d.Rev, d.Last = 2, "third"
	wantErr(t, "next replace", e.Replace(ctx, "things", d), nil)
	d.Rev, d.Last = 1, "second"
	wantErr(t, "a replace repeated after another", e.Replace(ctx, "things", d), store.ErrConflict)
}

type counter struct {
	store.Meta
	N   int64 `json:"n"`
	Big int64 `json:"big,omitempty"`
}

// The engine writes and the answer is lost: a collection must neither do it
// twice nor take its own write for another's.
func testLostAnswer(t *testing.T, e store.Engine) {
	ctx := t.Context()
	f := Faulty(e)
	c, err := store.Open[counter](ctx, f, "counters")
	if err != nil {
		t.Fatal(err)
	}
	f.LoseAnswer(1)
	v := &counter{Meta: store.Meta{ID: "a"}}
	wantErr(t, "insert with a lost answer", c.Insert(ctx, v), nil)
	for n := range int64(5) {
		f.LoseAnswer(1)
		got, err := c.Update(ctx, "a", func(v *counter) error { v.N++; return nil })
		if err != nil || got.N != n+1 {
			t.Fatalf("update %d: %+v, %v", n, got, err)
		}
	}
	if got, err := c.Get(ctx, "a"); err != nil || got.N != 5 || got.Rev != 6 {
		t.Errorf("got %+v, %v; want 5 at revision 6", got, err)
	}
	if n := f.Lost(); n != 6 {
		t.Errorf("%d answers lost, want 6", n)
	}
	f.SetDown(true)
	_, err = c.Get(ctx, "a")
	wantErr(t, "get while down", err, store.ErrUnavailable)
	f.SetDown(false)
	if _, err := c.Get(ctx, "a"); err != nil {
		t.Errorf("get after: %v", err)
	}
}

// What customers write comes back as they wrote it, also as keys.
func testCustomerText(t *testing.T, e store.Engine) {
	bodies := []string{
		`{"$oid":"5f","answers":{"$where":"1","a.b":"c","":"empty key","$date":{"$numberLong":"1"},"％":"x","%24x":"y",".":1,"$":2}}`,
		`{"text":"空调坏了😀𠮷野家","emoji😀":{"𠮷.$":["👨‍👩‍👧",null,true,false]}}`,
		`{"big":9223372036854775807,"small":-9223372036854775808,"odd":9007199254740993,"f":0.1,"e":1e-7,"z":0,"neg":-1.5}`,
		`{"list":[{},{"$a":[{"b.c":1}]}],"nul":"a\u0000b","quote":"\"\\\/\b\f\n\r\t","html":"<&>\u2028"}`,
		`{"id":"in the body","_id":"x","rev":7,"last":"y","body":{"body":1}}`,
	}
	for i, body := range bodies {
		id := fmt.Sprintf("文/%d $.😀", i)
		roundTrip(t, e, id, body)
	}
	wantIDs(t, e, "things", []store.Cond{store.Where("text", store.Eq, "空调坏了😀𠮷野家")}, "文/1 $.😀")
	wantIDs(t, e, "things", []store.Cond{store.Where("text", store.Prefix, "空调坏了😀")}, "文/1 $.😀")
	wantIDs(t, e, "things", []store.Cond{store.Where("odd", store.Eq, int64(9007199254740993))}, "文/2 $.😀")
	wantIDs(t, e, "things", []store.Cond{store.Where("id", store.Eq, "in the body")})
}

// roundTrip stores body and wants the same value back.
func roundTrip(t *testing.T, e store.Engine, id, body string) {
	t.Helper()
	put(t, e, "things", doc(id, body))
	got, err := e.Get(t.Context(), "things", id)
	if err != nil {
		t.Fatal(err)
	}
	a, err := decode(got.Body)
	if err != nil {
		t.Fatalf("%s came back as %s: %v", body, got.Body, err)
	}
	b, _ := decode([]byte(body))
	if d := cmp.Diff(b, a); d != "" {
		t.Errorf("%s (-want +got):\n%s", body, d)
	}
}

func testNestedArrays(t *testing.T, e store.Engine) {
	roundTrip(t, e, "a", `{"list":[[],{},[{"$a":[["b.c",[1]]]}]]}`)
	roundTrip(t, e, "b", `{"tags":[["vip"],{"a":"vip"}]}`)
	wantIDs(t, e, "things", []store.Cond{store.Where("tags", store.Has, "vip")})
}

func testLarge(t *testing.T, e store.Engine) {
	body := []byte(`{"t":"` + strings.Repeat("客服", 1<<20/6) + `","n":1}`)
	d := doc("big", string(body))
	put(t, e, "things", d)
	d.Rev, d.Last = 1, "again"
	wantErr(t, "replace", e.Replace(t.Context(), "things", d), nil)
	got, err := e.Get(t.Context(), "things", "big")
	if err != nil || !bytes.Equal(got.Body, body) {
		t.Errorf("1 MiB came back as %d bytes, %v", len(got.Body), err)
	}
}

// A caller that gives up gets its answer at once; what it began runs to an end
// and the store goes on.
func testCancellation(t *testing.T, e store.Engine) {
	put(t, e, "things", doc("a", `{"n":1}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Insert(ctx, "things", doc("b", `{}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("insert: %v", err)
	}
	if _, err := e.Get(ctx, "things", "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v", err)
	}
	for _, err := range e.Find(ctx, "things", store.Query{}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("find: %v", err)
		}
	}
	if _, err := e.Count(ctx, "things", store.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("count: %v", err)
	}
	for i := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		d := doc(fmt.Sprint("c", i), `{}`)
		err := e.Insert(ctx, "things", d)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("insert %d: %v", i, err)
		}
		// Whatever came of it, repeating it settles it.
		wantErr(t, "repeated insert", e.Insert(t.Context(), "things", d), nil)
	}
	if n, err := e.Count(t.Context(), "things", store.Query{Where: []store.Cond{store.Where("id", store.Prefix, "c")}}); err != nil || n != 50 {
		t.Errorf("%d documents, %v", n, err)
	}
}

// Many reserve the same number; one gets it, and knows.
func testReserved(t *testing.T, e store.Engine) {
	for number := range 20 {
		var won atomic.Int64
		var wg sync.WaitGroup
		for w := range 16 {
			wg.Go(func() {
				d := store.Document{ID: fmt.Sprint(4800 + number), Last: fmt.Sprint("w", w), Body: fmt.Appendf(nil, `{"owner":"w%d"}`, w)}
				switch err := e.Insert(t.Context(), "numbers", d); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, store.ErrExists):
					t.Errorf("insert: %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("number %d was won by %d", number, won.Load())
		}
	}
}

// 32 writers, and writers in two processes as it were (two collections of the
// same name share no lock): no update may be lost.
func testLostUpdates(t *testing.T, e store.Engine) {
	ctx := t.Context()
	const writers, each = 32, 25
	var halves [2]*store.Collection[counter]
	for i := range halves {
		c, err := store.Open[counter](ctx, e, "counters")
		if err != nil {
			t.Fatal(err)
		}
		halves[i] = c
	}
	if err := halves[0].Insert(ctx, &counter{Meta: store.Meta{ID: "n"}}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				if _, err := halves[w%2].Update(ctx, "n", func(v *counter) error { v.N++; return nil }); err != nil {
					t.Errorf("update: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if v, err := halves[0].Get(ctx, "n"); err != nil || v.N != writers*each || v.Rev != writers*each+1 {
		t.Errorf("got %+v, %v; want %d", v, err, writers*each)
	}
}

func testManyWriters(t *testing.T, e store.Engine) {
	var wg sync.WaitGroup
	for w := range 32 {
		wg.Go(func() {
			for i := range 20 {
				d := doc(fmt.Sprintf("%02d-%02d", w, i), `{"w":1}`)
				if err := e.Insert(t.Context(), "things", d); err != nil {
					t.Errorf("insert: %v", err)
					return
				}
				if _, err := e.Get(t.Context(), "things", d.ID); err != nil {
					t.Errorf("read of what was written: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := e.Count(t.Context(), "things", store.Query{}); err != nil || n != 640 {
		t.Errorf("%d documents, %v", n, err)
	}
}

func testFiles(t *testing.T, e store.Engine) {
	f, ok := e.(store.Files)
	if !ok {
		t.Skip("the engine keeps no files")
	}
	ctx := t.Context()
	id := "media/o客户/../../etc/passwd"
	content := bytes.Repeat([]byte{0, 1, 2, 254, 255}, 200_000)
	_, err := f.GetFile(ctx, id)
	wantErr(t, "get of nothing", err, store.ErrNotFound)
	wantErr(t, "put", f.PutFile(ctx, id, content), nil)
	if got, err := f.GetFile(ctx, id); err != nil || !bytes.Equal(got, content) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	wantErr(t, "put again", f.PutFile(ctx, id, []byte("short")), nil)
	if got, err := f.GetFile(ctx, id); err != nil || string(got) != "short" {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	wantErr(t, "put nothing", f.PutFile(ctx, "empty", nil), nil)
	if got, err := f.GetFile(ctx, "empty"); err != nil || len(got) != 0 {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	wantErr(t, "put too much", f.PutFile(ctx, id, make([]byte, store.MaxFile+1)), store.ErrRefused)
	wantErr(t, "put without id", f.PutFile(ctx, "", nil), store.ErrRefused)
	wantErr(t, "delete", f.DeleteFile(ctx, id), nil)
	wantErr(t, "delete again", f.DeleteFile(ctx, id), nil)
	_, err = f.GetFile(ctx, id)
	wantErr(t, "get after delete", err, store.ErrNotFound)
}
