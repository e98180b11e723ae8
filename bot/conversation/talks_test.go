package conversation_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/store"
	"kefu/store/sqlite"
)

const wang = chat.CustomerID("hotel/wang")

func open(t *testing.T) (*conversation.Talks, store.Engine) {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return on(t, e), e
}

// on is an instance on a store.
func on(t *testing.T, e store.Engine) *conversation.Talks {
	t.Helper()
	talks, err := conversation.Open(t.Context(), e, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	return talks
}

// wrote gives a customer the window of a message that came at an instant.
func wrote(t *testing.T, talks *conversation.Talks, key string, when store.Time) {
	t.Helper()
	if _, err := talks.Change(t.Context(), wang, func(c *conversation.Conversation) error {
		c.Opens(&chat.Message{Key: key, At: when, Kind: chat.Text})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSaveOnceOrConflict(t *testing.T) {
	talks, _ := open(t)
	ctx := t.Context()
	a, err := talks.With(ctx, wang)
	if err != nil || a.Rev != 0 || a.ID != string(wang) {
		t.Fatalf("a new conversation is %+v, %v", a, err)
	}
	b, _ := talks.With(ctx, wang)
	a.Effects = []conversation.Effect{{ID: "m1/1"}}
	if err := talks.Save(ctx, a); err != nil {
		t.Fatal(err)
	}
	if err := talks.Save(ctx, b); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("the second first save: %v", err)
	}
	c, err := talks.With(ctx, wang)
	if err != nil || !c.Due.Equal(at(4*time.Second)) {
		t.Fatalf("with an effect left it is due %s, %v", c.Due, err)
	}
	d, _ := talks.With(ctx, wang)
	if err := talks.Save(ctx, c); err != nil {
		t.Fatal(err)
	}
	if err := talks.Save(ctx, d); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("a save on what has changed: %v", err)
	}
	// d is not the newest: what changed since stays
	if err := talks.Drop(ctx, d, "m1/1"); err != nil {
		t.Fatal(err)
	}
	if c, err := talks.With(ctx, wang); err != nil || !c.Due.IsZero() || len(c.Effects) != 0 {
		t.Errorf("after the last effect: %+v, %v", c, err)
	}
}

func TestDeferBeforeAndAfterTheDecision(t *testing.T) {
	talks, _ := open(t)
	ctx := t.Context()
	first, err := talks.Defer(ctx, wang, "m1")
	if err != nil || first.Decided || first.Mode != conversation.Later {
		t.Fatalf("%+v, %v", first, err)
	}
	c, err := talks.With(ctx, wang)
	if err != nil || c.Rev == 0 {
		t.Fatalf("not stored: %v", err)
	}
	reply := chat.Say("您好")
	c.Record(conversation.Turn{Key: "m1", Mode: conversation.Passive, Reply: &reply, At: at(0)})
	c.Record(conversation.Turn{Key: "m2", Mode: conversation.Passive, Reply: &reply, At: at(0)})
	if err := talks.Save(ctx, c); err != nil {
		t.Fatal(err)
	}
	rev := c.Rev
	for key, want := range map[string]conversation.Mode{"m1": conversation.Later, "m2": conversation.Passive} {
		got, err := talks.Defer(ctx, wang, key)
		if err != nil || !got.Decided || got.Mode != want || got.Reply.Text != "您好" {
			t.Errorf("the repeat of %s: %+v, %v", key, got, err)
		}
	}
	if c, _ := talks.With(ctx, wang); c.Rev != rev {
		t.Error("asking again for what is decided writes")
	}
}

func TestAFailingEffectIsDroppedAfterFiveTries(t *testing.T) {
	talks, _ := open(t)
	ctx := t.Context()
	if _, err := talks.Change(ctx, wang, func(c *conversation.Conversation) error {
		c.Effects = []conversation.Effect{{ID: "bad"}, {ID: "good"}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for try := 1; try <= 5; try++ {
		dropped, err := talks.Failed(ctx, wang, "bad")
		if err != nil || dropped != (try == 5) {
			t.Fatalf("try %d: dropped %v, %v", try, dropped, err)
		}
	}
	if dropped, err := talks.Failed(ctx, wang, "bad"); err != nil || dropped {
		t.Errorf("of what is gone: %v, %v", dropped, err)
	}
	if c, _ := talks.With(ctx, wang); len(c.Effects) != 1 || c.Effects[0].ID != "good" {
		t.Errorf("left are %+v", c.Effects)
	}
}

// A customer who never wrote has no credits, and asking is no error and makes no
// document.
func TestLedgerOfAStranger(t *testing.T) {
	talks, _ := open(t)
	ctx := t.Context()
	g, err := talks.Reserve(ctx, wang, "c1", at(0), false)
	if err != nil || g.OK || g.Reason != delivery.NoWindow || g.Window != "" {
		t.Errorf("reserved %+v, %v", g, err)
	}
	if a, err := talks.Left(ctx, wang, at(0)); err != nil || a != (delivery.Allowance{}) {
		t.Errorf("left %+v, %v", a, err)
	}
	if err := errors.Join(talks.Settle(ctx, wang, "c1", at(0), false), talks.Correct(ctx, wang, "w", 45015)); err != nil {
		t.Error(err)
	}
	if c, _ := talks.With(ctx, wang); c.Rev != 0 {
		t.Error("a document was made")
	}
}

func TestLedger(t *testing.T) {
	talks, _ := open(t)
	ctx := t.Context()
	wrote(t, talks, "m1", at(0))
	left := func(want int) {
		t.Helper()
		if a, err := talks.Left(ctx, wang, at(time.Minute)); err != nil || a.Left != want || a.Window == "" {
			t.Errorf("left %+v, %v; want %d", a, err, want)
		}
	}
	reserve := func(id string, closing, want bool) delivery.Grant {
		t.Helper()
		g, err := talks.Reserve(ctx, wang, id, at(time.Minute), closing)
		if err != nil || g.OK != want {
			t.Errorf("reserve %s: %+v, %v", id, g, err)
		}
		return g
	}
	left(5)
	if g := reserve("c1", false, true); g.Window != "m1" || !g.Opened.Equal(at(0)) {
		t.Errorf("under %+v", g)
	}
	reserve("c1", false, true) // the same call again takes no second credit
	left(4)
	// surely not taken: the credit is back; taken or unknown: it stays used
	if err := talks.Settle(ctx, wang, "c1", at(time.Minute), false); err != nil {
		t.Fatal(err)
	}
	left(5)
	for i := range 4 {
		id := fmt.Sprint("d", i)
		reserve(id, false, true)
		if i%2 == 0 {
			if err := talks.Settle(ctx, wang, id, at(time.Minute), true); err != nil {
				t.Fatal(err)
			}
		}
	}
	left(1)
	if g := reserve("e", false, false); g.Reason != delivery.NoCredits { // kept for closing
		t.Errorf("refused for %q", g.Reason)
	}
	reserve("closing", true, true)
	left(0)
	// the platform's word is about the window it was said of
	wrote(t, talks, "m2", at(50*time.Second))
	if err := talks.Correct(ctx, wang, "m1", 45047); err != nil {
		t.Fatal(err)
	}
	left(0) // all of them may have fallen into the new window
	wrote(t, talks, "m3", at(2*time.Minute))
	left(5)
	if err := talks.Correct(ctx, wang, "m3", 45047); err != nil {
		t.Fatal(err)
	}
	left(0)
}

// Many calls, also of two instances, never take more than there is.
func TestReserveInParallel(t *testing.T) {
	first, engine := open(t)
	wrote(t, first, "m1", at(0))
	instances := []*conversation.Talks{first, on(t, engine)}
	var mu sync.Mutex
	taken := 0
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			g, err := instances[i%2].Reserve(context.WithoutCancel(t.Context()), wang, fmt.Sprint("c", i), at(time.Minute), false)
			if err != nil {
				t.Error(err)
			}
			if g.OK {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != 4 {
		t.Errorf("%d of 20 calls got a credit; 4 may, the last is kept", taken)
	}
}
