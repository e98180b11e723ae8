package approval

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kefu/bot/desk"
	"kefu/store"
	"kefu/store/mongo"
	"kefu/store/mongo/mongotest"
	"kefu/store/sqlite"
)

func memory(t testing.TB) store.Engine {
	t.Helper()
	e, err := sqlite.OpenMemory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

var (
	gifts = desk.Limit{Role: "butler", Forms: []string{"gift"}, Case: 30000, Month: 200000}
	offs  = desk.Limit{Role: "manager", Forms: []string{"upgrade", "room_off"}, Case: 100000, Month: 1000000}
	open  = desk.Limit{Role: "leader", Forms: []string{"all"}, Open: true}
)

// Whatever is reserved in whatever order, and again, no month, person or
// department passes its limit, and what was taken is what is written.
func TestNoOrderOfRequestsPassesALimit(t *testing.T) {
	e := memory(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		l, err := OpenLedger(ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		n++
		month := fmt.Sprintf("%04d-01", n)
		budget := desk.Money(rapid.IntRange(0, 1500000).Draw(t, "budget"))
		limits := map[string]desk.Limit{"lin": gifts, "bai": gifts, "liu": offs}
		forms := map[string][]string{"lin": {"gift"}, "bai": {"gift"}, "liu": {"upgrade", "room_off"}}
		own := map[string]desk.Money{}
		var all desk.Money
		done := map[string]desk.Money{}
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			who := rapid.SampledFrom([]string{"lin", "bai", "liu"}).Draw(t, "who")
			id := fmt.Sprint(rapid.IntRange(0, i).Draw(t, "id")) + who
			amount := desk.Money(rapid.IntRange(1, 200000).Draw(t, "amount"))
			entry := Entry{ID: id, Who: who, Form: rapid.SampledFrom(forms[who]).Draw(t, "form"), Amount: amount}
			err := l.Reserve(ctx, month, "cs", entry, limits[who], budget)
			_, again := done[id]
			fits := own[who]+amount <= limits[who].Month && (budget == 0 || all+amount <= budget)
			switch {
			case again && err != nil, !again && fits != (err == nil), err != nil && !errors.Is(err, ErrOver):
				t.Fatalf("%s asks %d, has %d of all %d: %v", who, amount, own[who], all, err)
			case !again && err == nil:
				own[who] += amount
				all += amount
				done[id] = amount
			}
			left, err := l.Left(ctx, month, "cs", who, limits[who], budget)
			want := limits[who].Month - own[who]
			if budget > 0 {
				want = min(want, budget-all)
			}
			if err != nil || left != max(want, 0) {
				t.Fatalf("%s has %d left, want %d: %v", who, left, want, err)
			}
		}
		list, err := l.Entries(ctx, month, "cs")
		if err != nil || len(list) != len(done) {
			t.Fatalf("%d entries, want %d: %v", len(list), len(done), err)
		}
	})
}

func TestConcurrentRequestsNeverOverspend(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { concurrent(t, memory(t)) })
	t.Run("mongo", func(t *testing.T) {
		if testing.Short() {
			t.Skip("starts a server")
		}
		e, err := mongo.Open(t.Context(), mongotest.Start(t).Database(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close() })
		concurrent(t, e)
	})
}

// concurrent has twelve people's worth of requests at once for what six can have.
func concurrent(t *testing.T, e store.Engine) {
	l, err := OpenLedger(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	granted, over := 0, 0
	for i := range 12 {
		for range 2 { // each is delivered twice
			wg.Go(func() {
				for {
					err := l.Reserve(t.Context(), "2026-11", "cs", Entry{ID: fmt.Sprint(i), Who: "lin", Form: "gift", Amount: 30000}, gifts, 0)
					if errors.Is(err, store.ErrConflict) { // too many at once: come again
						continue
					}
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						granted++
					case errors.Is(err, ErrOver):
						over++
					default:
						t.Error(err)
					}
					return
				}
			})
		}
	}
	wg.Wait()
	list, err := l.Entries(t.Context(), "2026-11", "cs")
	if err != nil {
		t.Fatal(err)
	}
	var sum desk.Money
	for _, x := range list {
		sum += x.Amount
	}
	if sum > gifts.Month || sum != 180000 || granted < len(list) || granted+over != 24 {
		t.Errorf("%d in %d entries; %d granted, %d refused", sum, len(list), granted, over)
	}
}

func TestMonthsBeginInTheZoneOfTheHouse(t *testing.T) {
	ctx := t.Context()
	l, err := OpenLedger(ctx, memory(t))
	if err != nil {
		t.Fatal(err)
	}
	china := time.FixedZone("CST", 8*3600)
	last := Month(time.Date(2026, 11, 30, 15, 59, 59, 0, time.UTC), china)
	first := Month(time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC), china)
	if last != "2026-11" || first != "2026-12" {
		t.Fatalf("%s, %s", last, first)
	}
	if err := l.Reserve(ctx, last, "cs", Entry{ID: "a", Who: "lin", Form: "gift", Amount: 200000}, gifts, 0); err != nil {
		t.Fatal(err)
	}
	if err := l.Reserve(ctx, last, "cs", Entry{ID: "b", Who: "lin", Form: "gift", Amount: 1}, gifts, 0); !errors.Is(err, ErrOver) {
		t.Errorf("one 分 more in November: %v", err)
	}
	if err := l.Reserve(ctx, first, "cs", Entry{ID: "b", Who: "lin", Form: "gift", Amount: 200000}, gifts, 0); err != nil {
		t.Errorf("in December: %v", err)
	}
	if err := l.Reserve(ctx, last, "cs", Entry{ID: "c", Who: "gm", Form: "cash", Amount: 9e8}, open, 1); err != nil {
		t.Errorf("the last level: %v", err)
	}
}
