package delivery

import (
	"context"
	"slices"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

func TestHeldUntilTheCustomerWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(reply("r1", "已查到您落下的充电器"))
	w.settle()
	d := w.want("r1", Held)
	if d.Reason != NoWindow || !d.Told || len(w.told) != 1 || w.told[0].ID != "r1" {
		t.Errorf("held: reason %q, told %d", d.Reason, len(w.told))
	}
	w.wantSends()
	w.later(time.Hour)
	if len(w.told) != 1 {
		t.Error("told twice")
	}
	w.books.open(wang, "m1", w.now0())
	for range 2 {
		if err := w.Flush(t.Context(), wang, "m1"); err != nil {
			t.Fatal(err)
		}
	}
	w.settle()
	w.wantSends("已查到您落下的充电器")
	w.want("r1", Sent)
}

// The customer writes between the refusal and the hold: nobody would free it.
type lateLedger struct {
	*books
	meanwhile func()
}

func (l *lateLedger) Reserve(ctx context.Context, c chat.CustomerID, id string, now store.Time, closing bool) (Grant, error) {
	g, err := l.books.Reserve(ctx, c, id, now, closing)
	if !g.OK && l.meanwhile != nil {
		l.meanwhile()
		l.meanwhile = nil
	}
	return g, err
}

func TestNewerWindowFreesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Outbox.Ledger = &lateLedger{w.books, func() { w.books.open(wang, "m1", w.now0()) }}
	w.post(reply("r1", "您好"))
	w.settle()
	w.want("r1", Sent)
	if len(w.told) != 0 {
		t.Error("staff were told of what arrived")
	}
}

func TestCreditsRunOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0())
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		w.post(reply(id, id))
		w.settle()
	}
	if d := w.want("e", Held); d.Reason != NoCredits {
		t.Errorf("reason %q", d.Reason)
	}
	closing := reply("f", "小陈：已换房")
	closing.Closing = true
	w.post(closing)
	w.settle()
	w.want("f", Sent)
	w.wantSends("a", "b", "c", "d", "小陈：已换房")
}

// The platform says what we did not know; the window is closed from then on.
func TestPlatformCorrects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0().Add(-time.Hour))
	w.carrier.next(fail(chat.OtherWay, 45047))
	w.post(reply("a", "一"))
	w.settle()
	w.post(reply("b", "二"))
	w.settle()
	w.wantSends("一") // no second call that must fail
	w.want("b", Held)
}

func TestTakeHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(reply("old", "旧话"))
	w.settle()
	w.later(8 * 24 * time.Hour)
	w.post(reply("r1", "已查到您落下的充电器"))
	picture := reply("pic", "")
	picture.Content = chat.Content{Form: chat.AsImage, Media: "m", Text: "图"}
	w.post(picture)
	w.settle()

	take := func(by string) []HeldText {
		t.Helper()
		texts, err := w.TakeHeld(t.Context(), wang, by)
		if err != nil {
			t.Fatal(err)
		}
		return texts
	}
	ids := func(texts []HeldText) (all []string) {
		for _, x := range texts {
			all = append(all, x.ID)
		}
		return all
	}
	w.books.open(wang, "m1", w.now0())
	first := take("m1")
	if !slices.Equal(ids(first), []string{"old", "r1"}) || !first[0].Old || first[1].Old {
		t.Fatalf("taken %+v", first)
	}
	if again := take("m1"); !slices.Equal(ids(again), ids(first)) {
		t.Errorf("the same message again takes %v", ids(again))
	}
	if other := take("m2"); len(other) != 0 {
		t.Errorf("another message takes %v", ids(other))
	}
	if err := w.Flush(t.Context(), wang, "m1"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.wantSends("图")
	if err := w.Confirm(t.Context(), "m1", "old", "r1"); err != nil {
		t.Fatal(err)
	}
	w.later(time.Hour)
	w.wantSends("图")
	w.want("r1", Sent)
	w.want("old", Cancelled)
}

// A taker that dies: what it took is settled by what it had decided.
func TestTakenButNotConfirmed(t *testing.T) {
	t.Parallel()
	said := func(yes bool) func(context.Context, chat.CustomerID, string, string) (bool, error) {
		return func(context.Context, chat.CustomerID, string, string) (bool, error) { return yes, nil }
	}
	tests := map[string]struct {
		carried func(context.Context, chat.CustomerID, string, string) (bool, error)
		sends   int
	}{
		"unknown":  {nil, 1},
		"said":     {said(true), 0},
		"not said": {said(false), 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Outbox.Carried = tt.carried
			w.post(reply("r1", "您好"))
			w.settle()
			w.books.open(wang, "m1", w.now0())
			if texts, err := w.TakeHeld(t.Context(), wang, "m1"); err != nil || len(texts) != 1 {
				t.Fatal(texts, err)
			}
			w.later(time.Minute)
			w.wantSends()
			w.later(2 * time.Minute)
			w.want("r1", Sent)
			if n := len(w.carrier.texts()); n != tt.sends {
				t.Errorf("%d sends, want %d", n, tt.sends)
			}
		})
	}
}

// A reply that must wait sends a template saying that something waits; the owner
// is told only if that fails too.
func TestNudge(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fail *chat.Failure
		told int
	}{
		"gets through": {nil, 0},
		"refused":      {&chat.Failure{Verdict: chat.NeverThem, Code: 43004, Reason: "服务通知被客人关了"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.carrier.next(tt.fail)
			d := reply("r1", "已查到您落下的充电器")
			d.Fallback = template("ticket_update")
			w.post(d)
			w.settle()
			w.wantSends("template:ticket_update")
			held := w.want("r1", Held)
			if len(w.told) != tt.told {
				t.Errorf("told %d, want %d", len(w.told), tt.told)
			}
			if tt.told == 1 && (w.told[0].ID != "r1" || held.Ways[len(held.Ways)-1].By != Template) {
				t.Errorf("told of %s, ways %+v", w.told[0].ID, held.Ways)
			}
			w.books.open(wang, "m1", w.now0())
			if err := w.Flush(t.Context(), wang, "m1"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.want("r1", Sent)
		})
	}
}

func TestTemplateResult(t *testing.T) {
	t.Parallel()
	post := func(w *world) {
		d := reply("n1", "4827 已有结果")
		d.Class, d.Fallback = Notice, template("ticket_update")
		w.carrier.receipt(chat.Receipt{MsgID: "9007199254740993"})
		w.post(d)
	}
	result := func(w *world, status string) {
		w.t.Helper()
		for range 2 {
			if err := w.Result(w.t.Context(), "hotel", "9007199254740993", status); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	t.Run("refused: the text goes instead", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.books.open(wang, "m1", w.now0())
		post(w)
		w.settle()
		w.want("n1", Sent)
		result(w, "failed:user block")
		w.settle()
		w.wantSends("template:ticket_update", "4827 已有结果")
		w.want("n1", Sent)
		if len(w.never) != 1 || w.never[0].By != Template {
			t.Errorf("unreachable by %+v", w.never)
		}
	})
	t.Run("refused, no window: held, and told", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post(w)
		w.settle()
		result(w, "failed: user block")
		w.settle()
		w.want("n1", Held)
		if len(w.told) != 1 {
			t.Errorf("told %d times", len(w.told))
		}
	})
	t.Run("success", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		post(w)
		w.settle()
		result(w, "success")
		w.settle()
		if d := w.want("n1", Sent); d.Await != "" {
			t.Error("still waiting for the result")
		}
	})
	// The event overtakes the answer of the call.
	t.Run("before the receipt", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.books.open(wang, "m1", w.now0())
		result(w, "failed:user block")
		post(w)
		w.settle()
		w.wantSends("template:ticket_update", "4827 已有结果")
	})
	t.Run("of another system", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		result(w, "success")
		w.later(2 * time.Hour)
		if n, err := w.early.Count(t.Context(), store.Query{}); n != 0 || err != nil {
			t.Errorf("%d results kept for ever (%v)", n, err)
		}
	})
}

func TestCardUpdate(t *testing.T) {
	t.Parallel()
	update := func(id, title string, buttons int) Delivery {
		d := card(id, title)
		d.Content.Form, d.Content.Updates = chat.AsUpdate, "c1"
		d.Content.Card.Buttons = d.Content.Card.Buttons[:buttons]
		return d
	}
	t.Run("newest unused code", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.carrier.receipt(chat.Receipt{Response: "code-1"})
		w.post(card("c1", "投诉 4827"))
		w.settle()
		task := w.get("c1").Task
		if task == "" || w.get("c1").Content.Card.TaskID != task {
			t.Fatalf("task %q", task)
		}
		w.later(time.Second)
		for range 2 {
			if err := w.NoteResponse(t.Context(), task, "code-2", w.Outbox.now()); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []string{"u1", "u2", "u3"} {
			w.post(update(id, id, 0))
			w.settle()
		}
		var codes []string
		for _, s := range w.carrier.sends[1:] {
			codes = append(codes, s.code)
		}
		if !slices.Equal(codes, []string{"code-2", "code-1", ""}) {
			t.Errorf("codes %v", codes)
		}
		w.want("u2", Sent)
		// No code is left: a new card, and what changes next changes that one.
		if d := w.want("u3", Sent); d.Content.Form != chat.AsCard || d.Task == "" || d.Task == task {
			t.Errorf("u3: %s with task %q", d.Content.Form, d.Task)
		}
		if len(w.told) != 0 {
			t.Error("told of a card's update")
		}
	})
	t.Run("a retry uses its own code", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.carrier.receipt(chat.Receipt{Response: "code-1"})
		w.post(card("c1", "投诉 4827"))
		w.settle()
		w.carrier.next(fail(chat.Later, 45033))
		w.post(update("u1", "已接", 0))
		w.later(10 * time.Second)
		w.want("u1", Sent)
		if s := w.carrier.sends; len(s) != 3 || s[2].code != "code-1" {
			t.Errorf("sends %+v", s)
		}
	})
	t.Run("code too old", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.carrier.receipt(chat.Receipt{Response: "code-1"})
		w.post(card("c1", "投诉 4827"))
		w.settle()
		w.later(73 * time.Hour)
		w.post(update("u1", "已接", 0))
		w.settle()
		w.want("u1", Cancelled) // nobody who did nothing is written to for a grey card
		w.post(update("u2", "催办 4827", 1))
		w.settle()
		w.wantSends("card:投诉 4827", "card:催办 4827")
	})
	t.Run("a new card takes the place of one that cannot change", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.carrier.receipt(chat.Receipt{Response: "code-1"})
		w.post(card("c1", "投诉 4827"))
		w.settle()
		w.carrier.receipt(chat.Receipt{})
		w.post(update("u1", "处理中 4827", 1))
		w.settle()
		w.carrier.receipt(chat.Receipt{Response: "code-3"})
		w.post(update("u2", "等客人 4827", 1))
		w.settle()
		w.carrier.next(fail(chat.Later, 45033)) // the change of the new card is tried twice
		w.post(update("u3", "小陈 14:06 办结", 0))
		w.later(10 * time.Second)
		w.post(update("u4", "又开了 4827", 1))
		w.post(update("u5", "办结了", 0))
		w.later(10 * time.Second)
		w.wantSends("card:投诉 4827", "card:处理中 4827", "card:等客人 4827", "card:小陈 14:06 办结", "card:小陈 14:06 办结", "card:又开了 4827", "card:办结了")
		var codes []string
		for _, s := range w.carrier.sends {
			codes = append(codes, s.code)
		}
		if want := []string{"", "code-1", "", "code-3", "code-3", "", ""}; !slices.Equal(codes, want) {
			t.Errorf("codes %q, want %q", codes, want)
		}
		if len(w.told) != 0 {
			t.Error("told of a card's update")
		}
	})
	t.Run("card not sent yet", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.carrier.next(fail(chat.Later, 45033))
		w.post(card("c1", "投诉 4827"))
		w.settle()
		w.post(update("u1", "催办 4827", 1))
		w.later(20 * time.Second)
		w.wantSends("card:投诉 4827", "card:催办 4827")
		w.want("u1", Cancelled)
		w.want("c1", Sent)
	})
	t.Run("card not sent yet, and over", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		d := card("c1", "投诉 4827")
		d.NotBefore = store.At(w.now0().Add(time.Hour))
		w.post(d)
		w.post(update("u1", "小陈 14:06 接单", 0))
		w.later(2 * time.Hour)
		w.wantSends()
		w.want("c1", Cancelled)
	})
}

// A person who is missing in an accepted call did not get it.
func TestPartialFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.carrier.receipt(chat.Receipt{Missing: []string{"FD01"}})
	w.post(card("c1", "投诉 4827"))
	w.settle()
	w.want("c1", Failed)
	if len(w.told) != 1 || len(w.never) != 1 {
		t.Errorf("told %d, never %d", len(w.told), len(w.never))
	}
}

func TestAppRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 70 {
		w.post(card(string(rune('A'+i)), "卡"))
	}
	w.later(3 * time.Minute)
	if n := len(w.carrier.sends); n != 70 {
		t.Fatalf("%d cards", n)
	}
	for i, s := range w.carrier.sends {
		if i >= 30 && s.at.Sub(w.carrier.sends[i-30].at) < time.Minute {
			t.Fatalf("card %d is the 31st within a minute", i)
		}
	}
}

// A message may be decided twice, after somebody else wrote to the conversation or
// after a crash. It finds again what it has taken, whatever happened to the
// delivery meanwhile.
func TestTakenTextIsFoundAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(reply("r1", "您好"))
	w.settle()
	w.books.open(wang, "m1", w.now0())
	for range 2 {
		if _, held, err := w.Busy(t.Context(), wang, "m1"); err != nil || !held {
			t.Fatalf("%v: nothing is held", err)
		}
		if texts, err := w.TakeHeld(t.Context(), wang, "m1"); err != nil || len(texts) != 1 {
			t.Fatalf("%v: %+v", err, texts)
		}
		// Its own effects are dropped in a write of their own.
		if _, err := w.all.Update(t.Context(), "r1", func(d *Delivery) error {
			d.derive(w.Outbox.now())
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, held, err := w.Busy(t.Context(), wang, "m2"); err != nil || held {
		t.Errorf("%v: held %v for another message", err, held)
	}
}
