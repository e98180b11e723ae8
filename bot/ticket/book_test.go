package ticket_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/store"
	"kefu/store/sqlite"
)

type desk struct {
	*ticket.Book
	engine store.Engine
	mu     sync.Mutex
	clock  time.Time
}

func (d *desk) now() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.clock }

func (d *desk) pass(by time.Duration) { d.mu.Lock(); defer d.mu.Unlock(); d.clock = d.clock.Add(by) }

func openBook(t *testing.T) *desk {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	d := &desk{engine: e, clock: noon}
	d.Book = d.again(t)
	return d
}

// again is another instance on the same store.
func (d *desk) again(t *testing.T) *ticket.Book {
	t.Helper()
	b, err := ticket.Open(t.Context(), d.engine, d.now, hours.China(), ticket.Usual)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// open stores a case under a new number.
func (d *desk) open(t *testing.T, id ticket.ID) *ticket.Ticket {
	t.Helper()
	no, full, err := d.Number(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	x := &ticket.Ticket{Meta: store.Meta{ID: string(id)}, No: no, Full: full, State: ticket.New, Created: store.At(d.now())}
	if err := d.Insert(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	return x
}

func (d *desk) close(t *testing.T, id ticket.ID) {
	t.Helper()
	if _, err := d.Update(t.Context(), id, func(x *ticket.Ticket) error {
		if err := x.Solve("好了", "solved", d.now()); err != nil {
			return err
		}
		x.Close(d.now())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// rival makes ids until one asks for the given number first.
func rival(t *testing.T, no string) ticket.ID {
	t.Helper()
	for i := range 100_000 {
		id := ticket.NewID("rival", i)
		if got := ticket.Candidate(id, 0); got == no {
			return id
		}
	}
	t.Fatal("nobody wants that number")
	return ""
}

func TestNumber(t *testing.T) {
	d := openBook(t)
	no, full, err := d.Number(t.Context(), "t1")
	if err != nil || len(no) != 4 || no < "4000" || full != "TS-261124-"+no {
		t.Fatalf("%q, %q, %v", no, full, err)
	}
	again, _, err := d.Number(t.Context(), "t1")
	if err != nil || again != no {
		t.Errorf("asked twice the case is %s, then %s: %v", no, again, err)
	}
	// midnight is the house's, not UTC's
	d.pass(10 * time.Hour)
	if _, full, err := d.Number(t.Context(), "t2"); err != nil || !strings.HasPrefix(full, "TS-261125-") {
		t.Errorf("after midnight %s, %v", full, err)
	}
}

func TestNumbersAreUniqueAndGrow(t *testing.T) {
	d := openBook(t)
	seen := map[string]bool{}
	give := func(id ticket.ID) string {
		t.Helper()
		no, _, err := d.Number(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if seen[no] {
			t.Fatalf("%s twice", no)
		}
		seen[no] = true
		return no
	}
	for i := range 500 {
		give(ticket.NewID("m", i))
	}
	// all the four digits that one more case asks for are taken by others
	id := ticket.NewID("unlucky", 0)
	for try := range 24 {
		want := ticket.Candidate(id, try)
		for i := 0; !seen[want]; i++ {
			if other := ticket.NewID("taker", i); ticket.Candidate(other, 0) == want {
				give(other)
			}
		}
	}
	if no := give(id); len(no) != 5 {
		t.Errorf("it gets %s; five digits are next", no)
	}
	for try, want := range map[int]int{0: 4, 23: 4, 24: 5, 43: 5, 44: 6, 59: 6} {
		if no := ticket.Candidate(id, try); len(no) != want {
			t.Errorf("try %d asks for %s, want %d digits", try, no, want)
		}
	}
}

// A number may be given again once its case has ended for good: not on the same
// day, not while it is open, and not while the customer can open it again.
func TestNumberComesAgain(t *testing.T) {
	d := openBook(t)
	first := d.open(t, "t1")
	other := rival(t, first.No)
	taken := func(when string) {
		t.Helper()
		if no, _, err := d.Number(t.Context(), other); err != nil || no == first.No {
			t.Errorf("%s %s is given again (%v)", when, no, err)
		}
	}
	taken("the same day")
	d.pass(24 * time.Hour)
	taken("while it is open")
	d.close(t, "t1")
	d.pass(24 * time.Hour)
	taken("while it can be reopened")
	d.pass(8 * 24 * time.Hour)
	if no, _, err := d.Number(t.Context(), other); err != nil || no != first.No {
		t.Errorf("then %s, %v, want %s", no, err, first.No)
	}
	// and now it is the other's
	if no, _, err := d.Number(t.Context(), "t1"); err != nil || no == first.No {
		t.Errorf("the old case has it back: %s, %v", no, err)
	}
}

// A number that was reserved just before midnight belongs to a case that is being
// stored; the new day must not take it away.
func TestNumberReservedAtMidnight(t *testing.T) {
	d := openBook(t)
	d.pass(9*time.Hour + 54*time.Minute + 59*time.Second)
	no, _, err := d.Number(t.Context(), "t1")
	if err != nil {
		t.Fatal(err)
	}
	other := rival(t, no)
	d.pass(2 * time.Second)
	if got, _, err := d.Number(t.Context(), other); err != nil || got == no {
		t.Errorf("%s went to another case (%v)", got, err)
	}
	d.pass(48 * time.Hour) // it was never stored
	if got, _, err := d.Number(t.Context(), other); err != nil || got != no {
		t.Errorf("two days later %s, %v", got, err)
	}
}

// Two instances ask for many cases at once: no number is given twice, and both
// get the same for the same case.
func TestTwoInstancesRace(t *testing.T) {
	d := openBook(t)
	books := []*ticket.Book{d.again(t), d.again(t)}
	const n = 60
	got := make([][n]string, len(books))
	var wg sync.WaitGroup
	for b, book := range books {
		for i := range n {
			wg.Go(func() {
				no, _, err := book.Number(t.Context(), ticket.NewID("race", i))
				if err != nil {
					t.Error(err)
				}
				got[b][i] = no
			})
		}
	}
	wg.Wait()
	owner := map[string]int{}
	for i := range n {
		if got[0][i] != got[1][i] {
			t.Errorf("case %d is %s and %s", i, got[0][i], got[1][i])
		}
		if j, taken := owner[got[0][i]]; taken {
			t.Errorf("%s is of %d and %d", got[0][i], i, j)
		}
		owner[got[0][i]] = i
	}
}

func TestInsertTwiceIsOnce(t *testing.T) {
	d := openBook(t)
	x := d.open(t, "t1")
	if _, err := d.Update(t.Context(), "t1", func(x *ticket.Ticket) error { return x.Take("chen", noon) }); err != nil {
		t.Fatal(err)
	}
	fresh := &ticket.Ticket{Meta: store.Meta{ID: "t1"}, No: x.No, State: ticket.New}
	if err := d.Insert(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Get(t.Context(), "t1"); err != nil || got.Owner != "chen" {
		t.Errorf("what was done since is gone: %+v, %v", got, err)
	}
}

func TestLookups(t *testing.T) {
	d := openBook(t)
	ctx := t.Context()
	put := func(i int, change func(*ticket.Ticket)) {
		t.Helper()
		x := &ticket.Ticket{
			Meta: store.Meta{ID: fmt.Sprint("t", i)}, No: fmt.Sprint(4000 + i), State: ticket.New,
			Created: store.At(noon.Add(time.Duration(i) * time.Minute)), Who: chat.Customer("hotel", "wang"),
		}
		change(x)
		if err := d.Insert(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	put(1, func(x *ticket.Ticket) { x.Room = "1208" })
	put(2, func(x *ticket.Ticket) { x.State, x.Owner, x.Room = ticket.Working, "chen", "1208" })
	put(3, func(x *ticket.Ticket) { x.State, x.Owner, x.Room = ticket.Closed, "chen", "1208" })
	put(4, func(x *ticket.Ticket) { x.State, x.Owner, x.Who = ticket.Waiting, "chen", "desk/x" })
	put(5, func(x *ticket.Ticket) { x.No = "4001" }) // the number came again
	ids := func(list []*ticket.Ticket, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var s []string
		for _, x := range list {
			s = append(s, x.ID)
		}
		return strings.Join(s, " ")
	}
	for what, got := range map[string][2]string{
		"a customer's, newest first": {ids(d.Of(ctx, chat.Customer("hotel", "wang"), 10)), "t5 t3 t2 t1"},
		"two of them":                {ids(d.Of(ctx, chat.Customer("hotel", "wang"), 2)), "t5 t3"},
		"live ones of a person":      {ids(d.OwnedBy(ctx, "chen", 10)), "t2 t4"},
		"in a state":                 {ids(d.In(ctx, ticket.New, 10)), "t1 t5"},
		"of a room":                  {ids(d.AtRoom(ctx, "1208", 10)), "t1 t2"},
		"live":                       {ids(d.Live(ctx, 10)), "t1 t2 t4 t5"},
		"between, newest first":      {ids(d.Between(ctx, noon.Add(2*time.Minute), noon.Add(5*time.Minute), nil, 10)), "t4 t3 t2"},
		"the next page":              {ids(d.Between(ctx, noon, noon.Add(time.Hour), []any{after(4 * time.Minute), "t4"}, 2)), "t3 t2"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %s, want %s", what, got[0], got[1])
		}
	}
	if x, err := d.ByNo(ctx, "4001"); err != nil || x.ID != "t5" {
		t.Errorf("4001 is %v, %v; want the newest", x, err)
	}
	if _, err := d.ByNo(ctx, "9999"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no such number: %v", err)
	}
	// what waits for the customer is nobody's load
	if n, err := d.Load(ctx, "chen"); err != nil || n != 1 {
		t.Errorf("chen has %d in hand, %v", n, err)
	}
	if n, err := d.Ahead(ctx); err != nil || n != 2 {
		t.Errorf("%d wait unclaimed, %v", n, err)
	}
}
