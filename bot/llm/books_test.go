package llm_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/llm"
	"kefu/bot/llm/sim"
	"kefu/store/storetest"
)

// cheap costs 280 after and about 1,100 at most before.
var cheap = sim.Reply{Text: "好", Usage: &sim.Usage{In: 100, Out: 10}}

func always(r sim.Reply) func(sim.Call) (sim.Reply, bool) {
	return func(sim.Call) (sim.Reply, bool) { return r, true }
}

// Two instances together never spend more than the day's money, come what may.
func TestBudgetIsShared(t *testing.T) {
	const ceiling = 5000
	limit := func(c *llm.Config) { c.Budget, c.AtOnce = ceiling, 40 }
	s := begin(t, limit)
	other := s.client(t, limit)
	s.sim.Script(always(cheap))
	var made, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 40 {
		c := []*llm.Client{s.Client, other}[i%2]
		all.Go(func() {
			_, err := c.Do(t.Context(), text)
			switch {
			case err == nil:
				made.Add(1)
			case errors.Is(err, llm.ErrBudget):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	st := s.stats(t, 1)
	if st.Spent != made.Load()*280 || st.Spent > ceiling || made.Load() < 3 || refused.Load() == 0 {
		t.Errorf("made %d, refused %d, spent %d", made.Load(), refused.Load(), st.Spent)
	}
	// Tomorrow in China there is money again: 16:00 UTC is midnight.
	s.now.Store(time.Date(2026, 3, 2, 15, 59, 59, 0, time.UTC).UnixMilli())
	for range 20 {
		_, _ = s.Do(t.Context(), text)
	}
	if _, err := s.Do(t.Context(), text); !errors.Is(err, llm.ErrBudget) {
		t.Errorf("before midnight: %v", err)
	}
	s.now.Store(time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC).UnixMilli())
	if _, err := s.Do(t.Context(), text); err != nil {
		t.Errorf("after midnight: %v", err)
	}
}

// What may have been paid counts as paid; what was refused costs nothing.
func TestUnknownCountsAsSpent(t *testing.T) {
	for name, c := range map[string]struct {
		reply sim.Reply
		free  bool
	}{
		"reset": {sim.Reply{Fault: sim.Reset}, false},
		"slow":  {sim.Reply{Delay: time.Minute}, false},
		"401":   {sim.Reply{Status: 401}, true},
		"500":   {sim.Reply{Status: 500}, true},
	} {
		s := begin(t, func(c *llm.Config) { c.Budget = 1e6 })
		s.sim.Queue(c.reply)
		if _, err := s.Do(deadline(t, 250*time.Millisecond), text); err == nil {
			t.Errorf("%s: no error", name)
		}
		if spent := s.stats(t, 1).Spent; (spent == 0) != c.free || spent > 2000 {
			t.Errorf("%s: spent %d", name, spent)
		}
	}
}

// A store that cannot count keeps the money together; one that loses the entry
// does not lose the answer.
func TestStoreDown(t *testing.T) {
	var faulty *storetest.FaultyEngine
	s := begin(t)
	faulty = storetest.Faulty(s.engine)
	c := s.client(t, func(c *llm.Config) { c.Store, c.Budget = faulty, 1e6 })
	faulty.SetDown(true)
	if _, err := c.Do(t.Context(), text); err == nil || s.sim.Total() != 0 {
		t.Errorf("%v after %d calls", err, s.sim.Total())
	}
	faulty.SetDown(false)
	s.sim.Script(func(sim.Call) (sim.Reply, bool) {
		faulty.SetDown(true)
		return sim.Reply{Text: "好"}, true
	})
	if got, err := c.Do(t.Context(), text); err != nil || got.Text != "好" {
		t.Error(got, err)
	}
	if !holds(s.log.String(), "not in the books") {
		t.Error("nobody was told")
	}
}

// A store that hangs does not hold the answer up.
func TestStoreHangs(t *testing.T) {
	s := begin(t)
	faulty := storetest.Faulty(s.engine)
	c := s.client(t, func(c *llm.Config) { c.Store = faulty })
	faulty.SetLatency(400 * time.Millisecond)
	began := time.Now()
	if _, err := c.Do(t.Context(), text); err != nil || time.Since(began) > 700*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if st := s.stats(t, 1); len(st.Rows) != 1 || st.Rows[0].Calls != 1 || st.Spent == 0 {
		t.Errorf("what was written late is not there: %+v", st)
	}
}

func TestStatsAndForget(t *testing.T) {
	s := begin(t, func(c *llm.Config) { c.Budget = 1e6 })
	s.sim.Script(func(c sim.Call) (sim.Reply, bool) {
		if c.Prompt == "understand" {
			return sim.Reply{Text: "不"}, true
		}
		return cheap, true
	})
	for range 3 {
		if _, err := s.Do(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Do(t.Context(), form); !errors.Is(err, llm.ErrFormat) {
		t.Fatal(err)
	}
	st := s.stats(t, 7)
	for i := range st.Rows {
		if st.Rows[i].P50 > st.Rows[i].P95 || st.Rows[i].P95 > 5000 {
			t.Errorf("latency %+v", st.Rows[i])
		}
		st.Rows[i].P50, st.Rows[i].P95 = 0, 0
	}
	want := []llm.Row{
		{Prompt: "draft", Version: "1-ab", Model: "m", Calls: 3, Outcomes: map[llm.Outcome]int{"ok": 3}, In: 300, Out: 30, Cost: 840},
		{Prompt: "understand", Version: "1-ab", Model: "m", Calls: 1, Outcomes: map[llm.Outcome]int{"format": 1}},
	}
	want[1].In, want[1].Out, want[1].Cost = st.Rows[1].In, st.Rows[1].Out, st.Rows[1].Cost
	if d := cmp.Diff(want, st.Rows); d != "" || !st.On || st.Spent != 840+want[1].Cost || want[1].In == 0 {
		t.Errorf("%+v\n%s", st, d)
	}
	// After 30 days nothing is left, and repeating it is no harm.
	s.now.Add((llm.Kept + 48*time.Hour).Milliseconds())
	if _, err := s.Do(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, coll := range []string{"llm_calls", "llm_days"} {
		if n := s.count(t, coll); n != 1 {
			t.Errorf("%s: %d left", coll, n)
		}
	}
}
