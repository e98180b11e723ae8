package inbox_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/inbox"
	"kefu/store"
	"kefu/store/sqlite"
)

var noon = time.Date(2026, 11, 24, 14, 5, 0, 0, time.FixedZone("CST", 8*3600))

type box struct {
	*inbox.Box
	clock time.Time
}

func open(t *testing.T) *box {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	b := &box{clock: noon}
	if b.Box, err = inbox.Open(t.Context(), e, func() time.Time { return b.clock }); err != nil {
		t.Fatal(err)
	}
	return b
}

// put stores a message of a customer, created so many seconds after noon.
func (b *box) put(t *testing.T, key, who string, second int) *inbox.Entry {
	t.Helper()
	e, fresh, err := b.Put(t.Context(), chat.Message{
		Key: key, Account: "hotel", From: who, Kind: chat.Text, Text: key, At: store.At(noon.Add(time.Duration(second) * time.Second)),
	})
	if err != nil || !fresh {
		t.Fatalf("put %s: fresh %v, %v", key, fresh, err)
	}
	return e
}

func keys(t *testing.T, list []*inbox.Entry, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var s []string
	for _, e := range list {
		s = append(s, e.ID)
	}
	return strings.Join(s, " ")
}

const wang = chat.CustomerID("hotel/wang")

func TestPutTwiceIsOnce(t *testing.T) {
	b := open(t)
	e := b.put(t, "m1", "wang", 0)
	if !e.Open || e.Attempts != 1 || !e.Due.Equal(store.At(noon.Add(20*time.Second))) || e.Customer != wang {
		t.Errorf("born as %+v", e)
	}
	b.clock = noon.Add(5 * time.Second)
	again, fresh, err := b.Put(t.Context(), chat.Message{Key: "m1", Account: "hotel", From: "wang", Text: "m1"})
	if err != nil || fresh || !again.Stored.Equal(e.Stored) || again.Rev != 1 {
		t.Errorf("the second time: fresh %v, %+v, %v", fresh, again, err)
	}
	if err := b.Close(t.Context(), again, inbox.Answer{Reply: "您好"}); err != nil {
		t.Fatal(err)
	}
	// and after it was answered, it is the answered one
	again, fresh, err = b.Put(t.Context(), chat.Message{Key: "m1", Account: "hotel", From: "wang"})
	if err != nil || fresh || again.Open || again.Reply != "您好" {
		t.Errorf("the third time: fresh %v, %+v, %v", fresh, again, err)
	}
}

// A customer's open entries come in the order they were written, whatever order
// they arrived in; of one second, in that of their arrival.
func TestWaitingInOrder(t *testing.T) {
	b := open(t)
	b.put(t, "second", "wang", 2)
	b.clock = b.clock.Add(time.Millisecond)
	b.put(t, "first", "wang", 1)
	b.clock = b.clock.Add(time.Millisecond)
	b.put(t, "aaa", "wang", 2)
	b.put(t, "other", "li", 0)
	done := b.put(t, "done", "wang", 0)
	if err := b.Close(t.Context(), done, inbox.Answer{}); err != nil {
		t.Fatal(err)
	}
	list, err := b.Waiting(t.Context(), wang)
	if got := keys(t, list, err); got != "first second aaa" {
		t.Errorf("waiting: %s", got)
	}
}

func TestWaitingIsBounded(t *testing.T) {
	b := open(t)
	for i := range 55 {
		b.put(t, fmt.Sprintf("m%02d", i), "wang", i)
	}
	list, err := b.Waiting(t.Context(), wang)
	if err != nil || len(list) != 50 || list[0].ID != "m00" {
		t.Errorf("%d entries, %v", len(list), err)
	}
}

func TestCloseIsIdempotent(t *testing.T) {
	b := open(t)
	e := b.put(t, "m1", "wang", 0)
	stale := *e
	if _, err := b.Failed(t.Context(), "m1"); err != nil { // somebody else touched it meanwhile
		t.Fatal(err)
	}
	if err := b.Close(t.Context(), e, inbox.Answer{Reply: "您好", AI: true}); err != nil {
		t.Fatal(err)
	}
	// the first answer stands
	if err := b.Close(t.Context(), &stale, inbox.Answer{Reply: "别的", Gone: "x"}); err != nil {
		t.Fatal(err)
	}
	got, err := b.Get(t.Context(), "m1")
	if err != nil || got.Open || !got.Due.IsZero() || got.Reply != "您好" || !got.AI || got.Gone != "" || got.Attempts != 2 {
		t.Errorf("closed as %+v, %v", got, err)
	}
	if list, err := b.Waiting(t.Context(), wang); err != nil || len(list) != 0 {
		t.Errorf("%d still wait, %v", len(list), err)
	}
}

func TestFailedCountsAndComesLater(t *testing.T) {
	b := open(t)
	b.put(t, "m1", "wang", 0)
	for i, wait := range []time.Duration{4 * time.Second, 6 * time.Second} {
		e, err := b.Failed(t.Context(), "m1")
		if err != nil || e.Attempts != i+2 || !e.Due.Equal(store.At(noon.Add(wait))) {
			t.Errorf("failure %d: %+v, %v", i+1, e, err)
		}
	}
	e, _ := b.Get(t.Context(), "m1")
	if e.Attempts != inbox.MaxAttempts {
		t.Errorf("%d attempts", e.Attempts)
	}
	if err := b.Close(t.Context(), e, inbox.Answer{Gone: "三次没办成"}); err != nil {
		t.Fatal(err)
	}
	// one that ended stays as it ended
	if e, err := b.Failed(t.Context(), "m1"); err != nil || e.Open || e.Attempts != inbox.MaxAttempts || !e.Due.IsZero() || e.Gone == "" {
		t.Errorf("failed after its end: %+v, %v", e, err)
	}
	if _, err := b.Failed(t.Context(), "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of nothing: %v", err)
	}
}

// Pages of a history meet without a gap and without showing anything twice, also
// where several messages came in one second.
