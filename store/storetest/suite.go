// Package storetest is the one suite every engine passes, and an engine with
// faults for the tests of what is built on one.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kefu/store"
)

// Caps says what an engine, or the server behind it, can do.
type Caps struct {
	// OneConnection skips the cases that write in parallel, with a message:
	// the server loses updates on parallel connections.
	OneConnection bool
	// NoNestedArrays skips the cases with arrays in arrays, with a message.
	NoNestedArrays bool
	// Why is printed with what is skipped.
	Why string
}

// Run runs the suite. open returns an empty store, closed by the test's end.
func Run(t *testing.T, open func(t *testing.T) store.Engine, caps Caps) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, store.Engine)
		skip bool
	}{
		{"Insert", testInsert, false},
		{"Replace", testReplace, false},
		{"Delete", testDelete, false},
		{"Purge", testPurge, false},
		{"Refused", testRefused, false},
		{"Repeat", testRepeat, false},
		{"LostAnswer", testLostAnswer, false},
		{"CustomerText", testCustomerText, false},
		{"NestedArrays", testNestedArrays, caps.NoNestedArrays},
		{"Large", testLarge, false},
		{"Operators", testOperators, false},
		{"Arrays", testArrays, false},
		{"Order", testOrder, false},
		{"Paging", testPaging, false},
		{"ChangeWhileFinding", testChangeWhileFinding, false},
		{"Count", testCount, false},
		{"Group", testGroup, false},
		{"Indexes", testIndexes, false},
		{"Times", testTimes, false},
		{"Cancellation", testCancellation, false},
		{"Files", testFiles, false},
		{"Model", testModel, false},
		{"Reserved", testReserved, caps.OneConnection},
		{"LostUpdates", testLostUpdates, caps.OneConnection},
		{"ManyWriters", testManyWriters, caps.OneConnection},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.skip {
				t.Skipf("NOT RUN: %s", caps.Why)
			}
			c.run(t, open(t))
		})
	}
}

// doc makes a document of a JSON text.
func doc(id, body string) store.Document {
	return store.Document{ID: id, Last: "w-" + id, Body: []byte(body)}
}

func put(t *testing.T, e store.Engine, coll string, docs ...store.Document) {
	t.Helper()
	for _, d := range docs {
		if err := e.Insert(t.Context(), coll, d); err != nil {
			t.Fatalf("insert %s: %v", d.ID, err)
		}
	}
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (want == nil && got != nil) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// ids are what a query finds, in its order.
func ids(ctx context.Context, t *testing.T, e store.Engine, coll string, q store.Query) []string {
	t.Helper()
	all := []string{}
	for d, err := range e.Find(ctx, coll, q) {
		if err != nil {
			t.Fatalf("find %+v: %v", q, err)
		}
		all = append(all, d.ID)
	}
	return all
}

// wantIDs compares without regard to order.
func wantIDs(t *testing.T, e store.Engine, coll string, conds []store.Cond, want ...string) {
	t.Helper()
	got := ids(t.Context(), t, e, coll, store.Query{Where: conds})
	sort.Strings(want)
	if want == nil {
		want = []string{}
	}
	sort.Strings(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", fmt.Sprint(conds), d)
	}
	n, err := e.Count(t.Context(), coll, store.Query{Where: conds})
	if err != nil || n != int64(len(want)) {
		t.Errorf("count %v = %d, %v; want %d", conds, n, err, len(want))
	}
}
