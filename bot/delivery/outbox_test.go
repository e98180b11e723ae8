package delivery

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

func TestPostSendsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0())
	for range 3 {
		w.post(reply("r1", "您好"))
	}
	w.settle()
	w.wantSends("您好")
	d := w.want("r1", Sent)
	if d.Lane != "" || !d.Due.IsZero() || d.Window != "m1" || d.Attempts != 1 {
		t.Errorf("left behind: %+v", d)
	}
	if a, _ := w.books.Left(t.Context(), wang, w.Outbox.now()); a.Left != 4 {
		t.Errorf("%d credits left", a.Left)
	}
}

// Every verdict of the first call, the second succeeding.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	other := reply("d", "您好")
	other.Class, other.Fallback = Notice, template("ticket_update")
	tests := map[string]struct {
		post  Delivery
		fail  *chat.Failure
		after time.Duration
		state State
		sends int
		told  int
		never int
	}{
		"later":               {reply("d", "您好"), fail(chat.Later, 45011), 10 * time.Second, Sent, 2, 0, 0},
		"later, as told":      {reply("d", "您好"), &chat.Failure{Verdict: chat.Later, After: 60}, 50 * time.Second, Queued, 1, 0, 0},
		"unsure, reply":       {reply("d", "您好"), fail(chat.Unsure, 0), 10 * time.Second, Sent, 2, 0, 0},
		"unsure, app":         {card("d", "投诉 4827"), fail(chat.Unsure, 0), 20 * time.Second, Sent, 2, 0, 0},
		"unsure, robot":       {line("d", "新单"), fail(chat.Unsure, 0), time.Minute, Sent, 2, 0, 0},
		"window closed":       {reply("d", "您好"), fail(chat.OtherWay, 45015), time.Minute, Held, 1, 1, 0},
		"template, then text": {other, fail(chat.OtherWay, 43101), time.Minute, Sent, 2, 0, 0},
		"refused template":    {other, fail(chat.NeverThem, 43004), time.Minute, Sent, 2, 0, 1},
		"unfollowed":          {reply("d", "您好"), fail(chat.NeverThem, 43004), time.Minute, Failed, 1, 1, 1},
		"operator":            {reply("d", "您好"), fail(chat.Operator, 40164), 30 * time.Second, Queued, 1, 0, 0},
		"operator came":       {reply("d", "您好"), fail(chat.Operator, 40164), 90 * time.Second, Sent, 2, 0, 0},
		"our fault":           {reply("d", "您好"), fail(chat.OurFault, 47001), time.Minute, Dead, 1, 1, 0},
		"already out":         {card("d", "投诉 4827"), fail(chat.AlreadyOut, 45065), time.Minute, Sent, 1, 0, 0},
		"credits, at once":    {reply("d", "您好"), fail(chat.OtherWay, 45047), 0, Sent, 2, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			at := w.now0()
			if tt.fail.Code != 45047 {
				at = at.Add(-time.Hour) // else it is the quick second try of a 45047
			}
			w.books.open(wang, "m1", at)
			w.carrier.next(tt.fail)
			w.post(tt.post)
			w.later(tt.after)
			w.want("d", tt.state)
			if n := len(w.carrier.texts()); n != tt.sends {
				t.Errorf("%d calls, want %d", n, tt.sends)
			}
			if len(w.told) != tt.told || len(w.never) != tt.never {
				t.Errorf("told %d, never %d; want %d, %d", len(w.told), len(w.never), tt.told, tt.never)
			}
		})
	}
}

func TestGivesUpAndAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0().Add(-time.Hour))
	for range 8 {
		w.carrier.next(fail(chat.Later, 45011))
	}
	w.post(reply("d", "您好"))
	w.later(9 * time.Minute)
	w.want("d", Dead)
	if n := len(w.carrier.texts()); n != 8 {
		t.Errorf("%d tries", n)
	}
	if len(w.told) != 1 {
		t.Errorf("told %d times", len(w.told))
	}
	// Nothing of it was counted by the platform, so nothing is by us.
	if a, _ := w.books.Left(t.Context(), wang, w.Outbox.now()); a.Left != 5 {
		t.Errorf("%d credits left", a.Left)
	}
	dead, err := w.Dead(t.Context(), nil, 10)
	if err != nil || len(dead) != 1 || dead[0].ID != "d" {
		t.Fatalf("dead: %v %v", dead, err)
	}
	if err := w.Again(t.Context(), "d"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.want("d", Sent)
	if dead, _ := w.Dead(t.Context(), nil, 10); len(dead) != 0 {
		t.Error("still among the dead")
	}
	if err := w.Again(t.Context(), "d"); err == nil {
		t.Error("what was sent can be sent again")
	}
}

// The process dies between claim and result; another goes on with its store.
func TestKilledBetweenClaimAndResult(t *testing.T) {
	t.Parallel()
	promotion := reply("promotion", "活动")
	promotion.Class = Promotion
	tests := []struct {
		d     Delivery
		after time.Duration
		want  State
		sends int
	}{
		{reply("reply", "您好"), 5 * time.Minute, Sent, 2},
		{promotion, 5 * time.Minute, Unknown, 1},
		{card("card", "投诉 4827"), 5 * time.Minute, Sent, 2},
		{card("late card", "投诉 4827"), 5 * time.Hour, Unknown, 1},
		{line("line", "新单"), 5 * time.Minute, Sent, 2},
	}
	for _, tt := range tests {
		t.Run(tt.d.ID, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.books.open(wang, "m1", w.now0())
			w.carrier.block = make(chan struct{})
			w.post(tt.d)
			go func() { sweepOnce(t, w.Outbox, w.now0()) }()
			for range 500 {
				if len(w.carrier.texts()) == 1 {
					break
				}
				time.Sleep(2 * time.Millisecond)
			}
			if d := w.get(tt.d.ID); d.State != Sending {
				t.Fatalf("%s before the crash", d.State)
			}
			dead := w.Outbox
			w.Outbox = w.start()
			block := w.carrier.block
			w.carrier.mu.Lock()
			w.carrier.block, w.carrier.busy = nil, map[string]bool{}
			w.carrier.mu.Unlock()
			if tt.after > time.Hour {
				w.clock.Lock()
				w.time = w.time.Add(tt.after)
				w.clock.Unlock()
			}
			w.later(tt.after)
			w.want(tt.d.ID, tt.want)
			if n := len(w.carrier.texts()); n != tt.sends {
				t.Errorf("%d calls, want %d", n, tt.sends)
			}
			// The dead one comes back to life with its answer: too late.
			close(block)
			dead.work.Wait()
			w.want(tt.d.ID, tt.want)
		})
	}
}

func TestOrderAndMerging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0())
	w.carrier.block = make(chan struct{})
	w.post(reply("r1", "一"))
	picture := reply("r2", "")
	picture.Content = chat.Content{Form: chat.AsImage, Media: "m", Text: "图"}
	w.post(picture)
	w.post(reply("r3", "三"))
	w.post(reply("r4", "四"))
	long := strings.Repeat("长", 682)
	w.post(reply("r5", long))
	close(w.carrier.block)
	w.settle()
	// In order; what fits together goes together.
	w.wantSends("一", "图", "三\n四", long)
	for i := range 5 {
		w.want(fmt.Sprintf("r%d", i+1), Sent)
	}
	if d := w.get("r4"); d.Lead != "r3" {
		t.Errorf("r4 was carried by %q", d.Lead)
	}
}

func TestMergedTextsAreOneCredit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0().Add(-time.Hour))
	w.carrier.next(fail(chat.Later, 45011))
	w.post(reply("r1", "一"))
	w.settle()
	w.post(reply("r2", "二"))
	w.post(reply("r3", "三"))
	w.later(10 * time.Second)
	w.wantSends("一", "一\n二\n三")
	if a, _ := w.books.Left(t.Context(), wang, w.Outbox.now()); a.Left != 4 {
		t.Errorf("%d credits left", a.Left)
	}
	for _, id := range []string{"r1", "r2", "r3"} {
		w.want(id, Sent)
	}
}

// A scheduled or a promotion does not hold up a reply; an older reply does.
func TestLessUrgentDoesNotHoldUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0().Add(-time.Hour))
	tomorrow := reply("n1", "明天")
	tomorrow.Class, tomorrow.NotBefore = Notice, store.At(w.now0().Add(18*time.Hour))
	w.post(tomorrow)
	w.carrier.next(fail(chat.Later, 45011))
	promotion := reply("p1", "活动")
	promotion.Class = Promotion
	w.post(promotion)
	w.settle()
	w.post(reply("r1", "您好"))
	w.settle()
	w.wantSends("活动", "您好")
	w.want("n1", Queued)
	w.later(19 * time.Hour)
	w.want("n1", Sent)
}

func TestLongTextIsSplit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0())
	w.post(reply("r", strings.Repeat("这一句有十个字整。", 300)))
	w.settle()
	parts := w.carrier.texts()
	if len(parts) != 4 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, p := range parts {
		if len(p) > MaxText || !strings.HasSuffix(p, fmt.Sprintf("（%d/4）", i+1)) {
			t.Errorf("part %d: %d bytes, %q", i, len(p), p[len(p)-20:])
		}
	}
	w.want("r/4", Sent)
}

func TestRobotRate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 100 {
		w.post(line(fmt.Sprintf("l%03d", i), fmt.Sprintf("第%03d行", i)))
		w.later(time.Second)
	}
	w.later(2 * time.Minute)
	all := strings.Split(strings.Join(w.carrier.texts(), "\n"), "\n")
	if len(all) != 100 {
		t.Fatalf("%d lines arrived", len(all))
	}
	for i, text := range all {
		if text != fmt.Sprintf("第%03d行", i) {
			t.Fatalf("line %d is %q", i, text)
		}
	}
	sends := w.carrier.sends
	for i := range sends {
		n := 0
		for _, s := range sends[i:] {
			if s.at.Sub(sends[i].at) < time.Minute {
				n++
			}
		}
		if n > 18 {
			t.Fatalf("%d sends within a minute", n)
		}
	}
}

func TestRobotQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.carrier.next(&chat.Failure{Platform: "robot", Verdict: chat.Later, Code: 45009, After: 65})
	w.post(line("l1", "一"))
	w.later(10 * time.Second)
	w.post(line("l2", "二"))
	w.later(50 * time.Second)
	w.wantSends("一") // the whole robot rests
	w.later(10 * time.Second)
	w.wantSends("一", "一\n二")
	w.want("l2", Sent)
}

// An API that answers nothing is left alone for a while.
func TestBreaker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 30 {
		w.carrier.next(fail(chat.Unsure, 0))
		who := chat.Customer("hotel", fmt.Sprint("o", i))
		w.books.open(who, "m1", w.now0())
		d := reply(fmt.Sprint("r", i), "您好")
		d.To, d.Customer = chat.To(who), who
		w.post(d)
		w.settle()
	}
	if n := len(w.carrier.texts()); n != 8 {
		t.Errorf("%d calls before the breaker opened", n)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := reply("r", "您好")
	d.NotBefore = store.At(w.now0().Add(time.Hour))
	w.post(d)
	if ok, err := w.Cancel(t.Context(), "r"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	w.later(2 * time.Hour)
	w.wantSends()
	w.want("r", Cancelled)
}

func TestNotAfter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := reply("r", "您好")
	d.NotAfter = store.At(w.now0().Add(time.Hour))
	w.post(d)
	w.later(time.Minute)
	w.want("r", Held)
	w.later(2 * time.Hour)
	w.want("r", Dead)
	if len(w.told) != 1 {
		t.Errorf("told %d times", len(w.told))
	}
}

func TestRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nobody, nothing, classless := reply("a", "x"), reply("b", "x"), reply("c", "x")
	nobody.To.User, nothing.Content, classless.Class = "", chat.Content{}, ""
	for _, d := range []Delivery{reply("", "x"), nobody, nothing, classless} {
		if err := w.Post(t.Context(), d); err == nil {
			t.Errorf("%q was taken", d.ID)
		}
	}
}

// What may have arrived is not sent again by itself, and says so; a person can.
func TestUnknownIsForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.books.open(wang, "m1", w.now0())
	unsure := fail(chat.Unsure, -1)
	unsure.Reason = trouble
	w.carrier.next(unsure, unsure, unsure)
	w.post(reply("r", "这就来"))
	w.later(5 * time.Minute)
	if d := w.want("r", Unknown); d.Reason != Unsure || d.Attempts != maxUnsure {
		t.Errorf("%q after %d tries", d.Reason, d.Attempts)
	}
	if len(w.told) != 1 || w.told[0].Reason != Unsure {
		t.Errorf("told %+v", w.told)
	}
	if err := w.Again(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	w.later(time.Minute)
	if d := w.want("r", Sent); d.Reason != "" {
		t.Errorf("sent, and says %q", d.Reason)
	}
	w.carrier.next(slices.Repeat([]*chat.Failure{{Platform: "oa", Verdict: chat.Later, Reason: trouble}}, 8)...)
	w.post(line("dead", "新投诉"))
	w.later(time.Hour)
	if d := w.want("dead", Dead); d.Reason != gaveUp {
		t.Errorf("given up, and says %q", d.Reason)
	}
}
