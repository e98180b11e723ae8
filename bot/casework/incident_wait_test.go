package casework_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/conversation"
	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
	"kefu/store/storetest"
)

// all expects one open incident that has exactly these cases, each of which knows it.
func (s *stage) all(cases []*ticket.Ticket) *incident.Incident {
	s.t.Helper()
	list := s.live()
	if len(list) != 1 {
		s.t.Fatalf("%d incidents", len(list))
	}
	in := list[0]
	if in.Cases != len(cases) || len(in.Members) != len(cases) {
		s.t.Errorf("%d of %d cases, %d listed", in.Cases, len(cases), len(in.Members))
	}
	for _, t := range cases {
		if !in.Has(t.TicketID()) {
			s.t.Errorf("case %s is lost", t.No)
		}
		if got := s.get(t.TicketID()); got.Incident != in.ID {
			s.t.Errorf("case %s belongs to %q, want %q", t.No, got.Incident, in.ID)
		}
	}
	return in
}

// What has no room among the cases that wait is found again by CatchUp.
func TestMoreCasesThanMayWait(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	const room = 4
	s.events(s.Desk).Waiting = make(chan *ticket.Ticket, room)
	since := s.now()
	var cases []*ticket.Ticket
	for i := range 5 * room {
		cases = append(cases, s.dry(i))
	}
	if n := len(s.Events.Waiting); n != room {
		t.Fatalf("%d wait, there is room for %d", n, room)
	}
	s.must(s.NoticeWaiting(t.Context()))
	if len(s.Events.Waiting) != 0 || len(s.live()) != 0 {
		t.Fatalf("%d wait still; %d incidents of four cases", len(s.Events.Waiting), len(s.live()))
	}
	since, err := s.CatchUp(t.Context(), since)
	s.must(err)
	in := s.all(cases)
	s.must(s.NoticeWaiting(t.Context()))
	_, err = s.CatchUp(t.Context(), since)
	s.must(err)
	if again := s.all(cases); again.Seq != in.Seq {
		t.Error("cases that were seen are counted again")
	}
}

// A store that does not answer while cases are compared: they are compared later,
// though they are known already.
func TestCasesComparedInVainAreComparedAgain(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	faulty := storetest.Faulty(s.engine)
	book, err := incident.OpenBook(t.Context(), faulty, s.now)
	s.must(err)
	s.events(s.Desk).Book = book
	s.Events.Waiting = make(chan *ticket.Ticket, 100)
	since := s.now()
	var cases []*ticket.Ticket
	for i := range 8 {
		cases = append(cases, s.dry(i))
	}
	faulty.SetDown(true)
	for range 3 {
		if err := s.NoticeWaiting(t.Context()); !errors.Is(err, store.ErrUnavailable) {
			t.Fatalf("noticed without a store: %v", err)
		}
		if _, err := s.CatchUp(t.Context(), since); err != nil && !errors.Is(err, store.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	faulty.SetDown(false)
	s.must(s.NoticeWaiting(t.Context()))
	s.all(cases)
}

// Two instances open cases of one event at the same time and compare all of them:
// in the end there is one incident, whichever of them opened how many.
func TestTwoInstancesCompareTheSame(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	s.events(s.Desk).Waiting = make(chan *ticket.Ticket, 3)
	other := s.beside()
	other.Events.Waiting = make(chan *ticket.Ticket, 3)
	ctx, since := t.Context(), s.now()
	both := []*casework.Desk{s.Desk, other}
	var cases []*ticket.Ticket
	for range 2 {
		for range 10 {
			cases = append(cases, s.dryAt(both[len(cases)%2], len(cases)))
		}
		var wg sync.WaitGroup
		for _, d := range both {
			wg.Go(func() {
				for range 3 {
					if err := watch(ctx, d, since); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
	s.settle(both...)
	in := s.all(cases)
	seq := in.Seq
	for _, d := range both {
		s.must(watch(ctx, d, since))
	}
	if again := s.all(cases); again.Seq != seq {
		t.Error("cases that were compared by both are counted again")
	}
}

func watch(ctx context.Context, d *casework.Desk, since time.Time) error {
	if err := d.NoticeWaiting(ctx); err != nil {
		return err
	}
	_, err := d.CatchUp(ctx, since)
	return err
}

// settle lets the clock of each instance carry out what incidents left over.
func (s *stage) settle(desks ...*casework.Desk) {
	s.t.Helper()
	for range 10 {
		left := 0
		list, err := s.Events.Book.All(s.t.Context(), nil, 100)
		s.must(err)
		for i, in := range list {
			left += len(in.Effects)
			s.must(desks[i%len(desks)].RunIncident(s.t.Context(), in.ID))
		}
		if left == 0 {
			return
		}
	}
	s.t.Fatal("incidents have effects again and again")
}

func ofHeat(i int) func(*casework.Intake) {
	return func(in *casework.Intake) {
		in.Who, in.Words, in.Thing, in.Room = guest(i), fmt.Sprintf("12%02d空调不制冷", i), "空调", fmt.Sprintf("12%02d", i)
	}
}

// Who complains of the air conditioning and then, in the same case, that the water is
// off counts towards both events, and the two stay two.
func TestAnotherThingNamedLater(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	s.events(s.Desk)
	ctx := t.Context()
	both := s.openAt(s.Desk, ofHeat(0))
	for i := range 4 {
		s.dry(i + 1)
	}
	act := conversation.Act{Ticket: both.TicketID(), Do: casework.DoAdd, Text: "现在又停水了"}
	for range 2 {
		s.must(s.Customer(ctx, guest(0), "said", act))
	}
	list := s.live()
	if len(list) != 1 || list[0].Thing != "停水" || list[0].Cases != 5 {
		t.Fatalf("after the fifth who has no water: %d incidents", len(list))
	}
	water := list[0]
	if got := s.get(both.TicketID()); got.Incident != water.ID || !slices.Equal(got.Also, []string{"停水"}) {
		t.Errorf("its case is part of %q and named also %v", got.Incident, got.Also)
	}
	for i := range 4 {
		s.openAt(s.Desk, ofHeat(10+i))
	}
	list = s.live()
	if len(list) != 2 {
		t.Fatalf("%d incidents when five are hot", len(list))
	}
	for _, in := range list {
		if in.Cases != 5 {
			t.Errorf("%s: %d cases", in.Thing, in.Cases)
		}
	}
	if got := s.get(both.TicketID()); got.Incident != water.ID {
		t.Error("the case left the event that it was part of first")
	}
	other := s.beside() // an instance that begins now
	if _, err := other.Recall(ctx); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		s.openAt(other, ofWater(20+i))
	}
	s.openAt(other, ofHeat(30))
	for _, in := range s.live() {
		if want := map[string]int{"停水": 7, "空调": 6}[in.Thing]; in.Cases != want {
			t.Errorf("%s: %d cases after two more have no water and one is hot, want %d", in.Thing, in.Cases, want)
		}
	}
}
