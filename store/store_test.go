package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kefu/store"
	"kefu/store/sqlite"
	"kefu/store/storetest"
)

type note struct {
	store.Meta
	Text string     `json:"text"`
	Due  store.Time `json:"due,omitzero"`
}

func notes(t *testing.T) (*store.Collection[note], *storetest.FaultyEngine) {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	f := storetest.Faulty(e)
	c, err := store.Open[note](t.Context(), f, "notes")
	if err != nil {
		t.Fatal(err)
	}
	return c, f
}

func TestCollection(t *testing.T) {
	c, _ := notes(t)
	ctx := t.Context()
	v := &note{Meta: store.Meta{ID: "a"}, Text: "<空调>"}
	if err := c.Insert(ctx, v); err != nil || v.Rev != 1 {
		t.Fatalf("insert: %+v, %v", v, err)
	}
	if err := c.Insert(ctx, &note{Meta: store.Meta{ID: "a"}}); !errors.Is(err, store.ErrExists) {
		t.Errorf("insert again: %v", err)
	}
	if err := c.Insert(ctx, &note{}); !errors.Is(err, store.ErrRefused) {
		t.Errorf("insert without id: %v", err)
	}
	got, err := c.Update(ctx, "a", func(v *note) error { v.Text += "!"; return nil })
	if err != nil || got.Text != "<空调>!" || got.Rev != 2 || got.ID != "a" {
		t.Errorf("update: %+v, %v", got, err)
	}
	if err := c.Replace(ctx, v); !errors.Is(err, store.ErrConflict) {
		t.Errorf("replace of an old one: %v", err)
	}
	got, err = c.Update(ctx, "a", func(v *note) error { v.Text = "lost"; return store.ErrUnchanged })
	if err != nil || got.Rev != 2 {
		t.Errorf("unchanged: %+v, %v", got, err)
	}
	own := errors.New("no")
	if _, err := c.Update(ctx, "a", func(*note) error { return own }); err != own {
		t.Errorf("an error of the change: %v", err)
	}
	if _, err := c.Update(ctx, "b", func(*note) error { return nil }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("update of nothing: %v", err)
	}
	for want := range int64(3) {
		got, err := c.Upsert(ctx, "u", func() *note { return &note{Text: "new"} }, func(v *note) error { v.Text += "+"; return nil })
		if err != nil || got.Rev != want+1 || got.Text != "new"+strings.Repeat("+", int(want)+1) {
			t.Errorf("upsert: %+v, %v", got, err)
		}
	}
	if all, err := c.List(ctx, store.Query{}); err != nil || len(all) != 2 || all[0].ID != "a" || all[0].Text != "<空调>!" {
		t.Errorf("list: %v, %v", all, err)
	}
}

// A change made by somebody else between reading and writing is not lost.
func TestUpdateRetries(t *testing.T) {
	c, _ := notes(t)
	ctx := t.Context()
	if err := c.Insert(ctx, &note{Meta: store.Meta{ID: "a"}}); err != nil {
		t.Fatal(err)
	}
	runs := 0
	got, err := c.Update(ctx, "a", func(v *note) error {
		if runs++; runs == 1 {
			other, err := c.Get(ctx, "a")
			if err != nil {
				return err
			}
			other.Text = "theirs"
			if err := c.Replace(ctx, other); err != nil {
				return err
			}
		}
		v.Text += " and mine"
		return nil
	})
	if err != nil || got.Text != "theirs and mine" || runs != 2 {
		t.Errorf("%+v after %d runs, %v", got, runs, err)
	}
}

// A document in hand is written as it is, and read again when it is an old one.
func TestAmend(t *testing.T) {
	c, _ := notes(t)
	ctx := t.Context()
	v := &note{Meta: store.Meta{ID: "a"}, Text: "a"}
	if err := c.Insert(ctx, v); err != nil {
		t.Fatal(err)
	}
	old := *v
	add := func(text string) func(*note) error {
		return func(v *note) error { v.Text += text; return nil }
	}
	if got, err := c.Amend(ctx, v, add("b")); err != nil || got.Text != "ab" || got.Rev != 2 {
		t.Errorf("amend: %+v, %v", got, err)
	}
	if got, err := c.Amend(ctx, &old, add("c")); err != nil || got.Text != "abc" || got.Rev != 3 {
		t.Errorf("amend of an old one: %+v, %v", got, err)
	}
	if got, err := c.Amend(ctx, v, func(*note) error { return store.ErrUnchanged }); err != nil || got != v {
		t.Errorf("unchanged: %+v, %v", got, err)
	}
	own := errors.New("no")
	if _, err := c.Amend(ctx, v, func(*note) error { return own }); err != own {
		t.Errorf("an error of the change: %v", err)
	}
	if err := c.Delete(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Amend(ctx, v, add("d")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("amend of nothing: %v", err)
	}
}

func TestStoreDown(t *testing.T) {
	c, f := notes(t)
	f.SetDown(true)
	if err := c.Insert(t.Context(), &note{Meta: store.Meta{ID: "a"}}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("insert: %v", err)
	}
	if _, err := c.List(t.Context(), store.Query{}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("list: %v", err)
	}
	f.SetDown(false)
	if err := c.Insert(t.Context(), &note{Meta: store.Meta{ID: "a"}}); err != nil {
		t.Errorf("insert after: %v", err)
	}
}

// The text of times sorts as the times do, and comes back the same.
func TestTimeSorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 253402300799999)
		a, b := store.At(time.UnixMilli(ms.Draw(t, "a"))), store.At(time.UnixMilli(ms.Draw(t, "b")))
		if a.Before(b) != (a.Text() < b.Text()) || a.Equal(b) != (a.Text() == b.Text()) {
			t.Fatalf("%s and %s", a.Text(), b.Text())
		}
		text, err := json.Marshal(note{Due: a})
		var back note
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || !back.Due.Equal(a) {
			t.Fatalf("%s came back as %v, %v", text, back.Due, err)
		}
	})
	if text, _ := json.Marshal(note{}); string(text) != `{"text":""}` {
		t.Errorf("the zero time: %s", text)
	}
}

// After is behind every text with the prefix and not behind any other.
func TestAfter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix, s := rapid.String().Draw(t, "prefix"), rapid.String().Draw(t, "s")
		if rapid.Bool().Draw(t, "joined") {
			s = prefix + s
		}
		end, ok := store.After(prefix)
		in := s >= prefix && (!ok || s < end)
		if in != strings.HasPrefix(s, prefix) {
			t.Fatalf("%q before %q (%v): %q", prefix, end, ok, s)
		}
	})
	for prefix, want := range map[string]string{"a": "b", "\uD7FF": "\uE000", "a\U0010FFFF": "b", "\U0010FFFF": "", "": ""} {
		if got, ok := store.After(prefix); got != want || ok != (want != "") {
			t.Errorf("After(%q) = %q, %v", prefix, got, ok)
		}
	}
}

func TestImplies(t *testing.T) {
	type state string
	open := store.Where("s", store.Eq, state("open"))
	for _, c := range []struct {
		a, b store.Cond
		want bool
	}{
		{open, store.Where("s", store.Eq, "open"), true},
		{open, store.Where("s", store.Eq, "closed"), false},
		{open, store.Where("t", store.Eq, "open"), false},
		{open, store.Where("s", store.In, []string{"open", "x"}), true},
		{store.Where("s", store.In, []string{"open", "x"}), open, false},
		{store.Where("s", store.In, []string{"x"}), store.Where("s", store.In, []string{"open", "x"}), true},
		{store.Where("s", store.Le, "x"), store.Where("s", store.Exists), true},
		{store.Where("s", store.Missing), store.Where("s", store.Exists), false},
		{store.Where("s", store.Ne, "open"), open, false},
		{store.Where("s", store.Eq, 1), store.Where("s", store.Eq, true), false},
	} {
		if got := c.a.Implies(c.b); got != c.want {
			t.Errorf("%v implies %v: %v", c.a, c.b, got)
		}
	}
}

func TestIndexNames(t *testing.T) {
	open := []store.Cond{store.Where("state", store.Eq, "open")}
	seen := map[string]bool{}
	for _, ix := range []store.Index{
		{Fields: []string{"a.b", "id"}}, {Fields: []string{"a", "b", "id"}}, {Fields: []string{"-a", "b", "id"}},
		{Fields: []string{"a", "b", "id"}, Where: open}, {Fields: []string{"a", "b", "id"}, Where: append(open, store.Where("x", store.Exists))},
	} {
		name := ix.Name("tickets")
		if seen[name] || name != ix.Name("tickets") || name == ix.Name("others") || len(name) > 64 {
			t.Errorf("%v has the name %s", ix, name)
		}
		seen[name] = true
	}
}

// Whatever JSON there is, Check does not fail over it.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,-2.5e3,"\u0000\\\""],"b":{"\u0000":1}}`, `[`, ``, `{"a":1e999}`, `{"😀":"\ud83d\ude00"}`, " {\t}\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := store.Document{ID: "a", Body: body}.Check()
		if err == nil && !json.Valid(body) {
			t.Errorf("%q was accepted", body)
		}
		if err != nil && !errors.Is(err, store.ErrRefused) {
			t.Errorf("%q: %v", body, err)
		}
	})
}

// A NUL is refused in a key and only there, wherever the text has backslashes.
func TestNULKeys(t *testing.T) {
	for body, refused := range map[string]bool{
		`{"a\u0000":1}`: true, `{"\u0000":1}`: true, `{"a\\\u0000b":1}`: true, `{"\"\\\"\u0000":1}`: true, `{"x":{"\u0000" : 1}}`: true,
		`{"a\\u0000":1}`: false, `{"a":"\u0000"}`: false, `{"a":["\u0000",":"]}`: false, `{"\\":"\\","b\"":"\u0000\""}`: false,
		`{"":"","\\\\":"\\\\\u0000"}`: false,
	} {
		err := store.Document{ID: "a", Body: []byte(body)}.Check()
		if (err != nil) != refused {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	body := []byte(`{"account":"hotel","text":"` + strings.Repeat("房间空调不制冷，", 10) + `\n","n":1234,"due":"2026-11-24T09:00:05.100Z","list":[1,2.5,true]}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if err := (store.Document{ID: "a", Body: body}).Check(); err != nil {
			b.Fatal(err)
		}
	}
}
