package knowledge

import (
	"testing"

	"kefu/store"
)

// A file taken in twice changes nothing; what changed is a version more; what was
// retired stays so; trying changes nothing at all.
func TestImport(t *testing.T) {
	b, _ := open(t)
	take := func(a Article, dry bool) Taken {
		t.Helper()
		got, err := b.Import(t.Context(), a, "lead", now, dry)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	a := Article{Meta: store.Meta{ID: "t1"}, Question: "露台几点关", Answer: "22:00。"}
	if got := take(a, true); got != Added || b.Len() != 0 {
		t.Errorf("tried: %s, %d articles", got, b.Len())
	}
	if got := take(a, false); got != Added || b.Len() != 1 {
		t.Errorf("new: %s, %d articles", got, b.Len())
	}
	same := a
	same.Question, same.Audience = " 露台几点关 ", Everyone
	if got := take(same, false); got != Unchanged {
		t.Errorf("again: %s", got)
	}
	a.Answer = "23:00。"
	if got := take(a, false); got != Changed {
		t.Errorf("changed: %s", got)
	}
	if kept, err := b.Get(t.Context(), "t1"); err != nil || kept.Version != 2 || kept.ApprovedBy != "lead" {
		t.Errorf("kept %+v, %v", kept, err)
	}
	if _, err := b.Retire(t.Context(), "t1", now); err != nil {
		t.Fatal(err)
	}
	if got := take(a, false); got != Left || b.Len() != 0 {
		t.Errorf("retired: %s, %d articles", got, b.Len())
	}
}

// Passages are given also where Ask is not sure, and for money only official ones.
func TestPassages(t *testing.T) {
	b, _ := seeded(t)
	got := b.Passages("早餐几点", Everyone, now, 2)
	if len(got) == 0 || len(got) > 2 || got[0].ID != "101" {
		t.Errorf("passages of breakfast: %+v", got)
	}
	for _, a := range b.Passages("早餐多少钱", Everyone, now, 10) {
		if !a.Official || a.Audience == Staff {
			t.Errorf("%s may not answer a guest's question of money", a.ID)
		}
	}
	if got := b.Passages("今天股市怎么样", Everyone, now, 5); len(got) != 0 {
		t.Errorf("passages of the stock market: %+v", got)
	}
}

// Many articles at once come to the same index as one by one, also in place of
// older ones.
func TestManyAtOnce(t *testing.T) {
	list := madeUp(3000)
	at, one := Memory(Options{}, list), Memory(Options{}, nil)
	for _, a := range list {
		one.take(a)
	}
	again := madeUp(3000)
	for _, a := range again {
		a.Rev = 2
	}
	at.takeAll(again)
	for _, a := range []*Base{at, one} {
		if a.Len() != 3000 {
			t.Fatalf("%d articles", a.Len())
		}
	}
	for _, a := range list[:100] {
		x, y := at.Ask(a.Question, Everyone, now), one.Ask(a.Question, Everyone, now)
		if ids(x) != ids(y) {
			t.Fatalf("%s: %s at once, %s one by one", a.ID, ids(x), ids(y))
		}
		if best := at.Best(a.Question, Everyone, now, 1); len(best) == 0 || best[0].ID != a.ID || best[0].Rev != 2 {
			t.Fatalf("%s is not found by its own question", a.ID)
		}
	}
}
