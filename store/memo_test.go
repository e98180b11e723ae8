package store_test

import (
	"context"
	"fmt"
	"testing"

	"kefu/store"
	"kefu/store/sqlite"
)

func TestMemoForgetsWhatWasWritten(t *testing.T) {
	m := store.NewMemo[int](1000)
	since := m.Ask("a")
	m.Learn("a", since, 1)
	if v, ok := m.Get("a"); !ok || v != 1 {
		t.Fatalf("got %d, %t", v, ok)
	}
	m.Forget("a", nil)
	if _, ok := m.Get("a"); ok {
		t.Error("known although it was written")
	}
	// A write between the question and its answer: the answer may be of before.
	since = m.Ask("a")
	m.Forget("a", nil)
	m.Learn("a", since, 2)
	if _, ok := m.Get("a"); ok {
		t.Error("an answer older than the write was learned")
	}
	// What may still be written cannot be known.
	m.Forget("a", fmt.Errorf("outcome: %w", store.ErrUnavailable))
	m.Learn("a", m.Ask("a"), 3)
	if _, ok := m.Get("a"); ok {
		t.Error("learned while a write may still come")
	}
	m.Put("b", 4)
	if v, ok := m.Take("b"); !ok || v != 4 {
		t.Errorf("took %d, %t", v, ok)
	}
	if _, ok := m.Get("b"); ok {
		t.Error("known although it was taken")
	}
}

func TestMemoIsBounded(t *testing.T) {
	m := store.NewMemo[int](640)
	for i := range 100_000 {
		m.Put(fmt.Sprint(i), i)
	}
	n := 0
	for i := range 100_000 {
		if _, ok := m.Get(fmt.Sprint(i)); ok {
			n++
		}
	}
	if n == 0 || n > 640 {
		t.Errorf("%d known, want 1 to 640", n)
	}
}

func TestMemoOfOneThatIsNotAlone(t *testing.T) {
	var m *store.Memo[int]
	m.Learn("a", m.Ask("a"), 1)
	m.Put("a", 1)
	m.Forget("a", nil)
	if _, ok := m.Get("a"); ok {
		t.Error("knows something")
	}
	if _, ok := m.Take("a"); ok {
		t.Error("has something")
	}
}

type watched struct {
	store.Meta
	N int `json:"n"`
}

// Whoever watches hears of every write before its caller, also of one that
// failed, and perhaps took place.
func TestWatch(t *testing.T) {
	engine, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })

	all, err := store.Open[watched](t.Context(), engine, "watched")
	if err != nil {
		t.Fatal(err)
	}
	var heard []string
	all.Watch(func(v *watched, err error) { heard = append(heard, fmt.Sprint(v.ID, v.N, " ", err != nil)) })
	ctx := t.Context()
	v := &watched{Meta: store.Meta{ID: "a"}, N: 1}
	if err := all.Insert(ctx, v); err != nil {
		t.Fatal(err)
	}
	if _, err := all.Update(ctx, "a", func(v *watched) error { v.N++; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := all.Replace(ctx, v); err == nil { // of an older revision
		t.Fatal("replaced what changed meanwhile")
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if err := all.Insert(gone, &watched{Meta: store.Meta{ID: "b"}}); err == nil {
		t.Fatal("written although the caller was gone")
	}
	if err := all.Delete(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	want := "[a1 false a2 false a1 true b0 true a0 false]"
	if got := fmt.Sprint(heard); got != want {
		t.Errorf("heard %s, want %s", got, want)
	}
}
