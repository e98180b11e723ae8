package casework_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
)

// events gives a desk the means to notice events, with a watch of its own.
func (s *stage) events(d *casework.Desk) *casework.Events {
	s.t.Helper()
	book, err := incident.OpenBook(s.t.Context(), s.engine, s.now)
	s.must(err)
	d.Events = &casework.Events{Book: book, Watch: incident.NewWatch(incident.Options{Window: 2 * time.Hour})}
	return d.Events
}

// beside is a desk of another instance on the same store.
func (s *stage) beside() *casework.Desk {
	d := s.Desk
	other := &casework.Desk{
		Book: d.Book, People: d.People, Talks: d.Talks, Out: d.Out, Roster: d.Roster, Pack: d.Pack, States: d.States, Grants: d.Grants,
		Calendar: d.Calendar, Office: d.Office, Words: d.Words, Now: d.Now, Log: d.Log, Robots: d.Robots,
	}
	s.events(other)
	return other
}

func guest(i int) chat.CustomerID { return chat.Customer("hotel", fmt.Sprint("guest", i)) }

// dry opens the complaint of guest i that the water is off.
func (s *stage) dry(i int) *ticket.Ticket { s.t.Helper(); return s.dryAt(s.Desk, i) }

func (s *stage) dryAt(d *casework.Desk, i int) *ticket.Ticket {
	s.t.Helper()
	return s.openAt(d, ofWater(i))
}

func ofWater(i int) func(*casework.Intake) {
	return func(in *casework.Intake) {
		in.Who, in.Words, in.Thing, in.Room = guest(i), fmt.Sprintf("12%02d停水了", i), "停水", fmt.Sprintf("12%02d", i)
	}
}

func (s *stage) live() []*incident.Incident {
	s.t.Helper()
	list, err := s.Incidents(s.t.Context())
	s.must(err)
	return list
}

// quietly says whether promotions to a guest wait.
func (s *stage) quietly(i int) bool {
	s.t.Helper()
	c, err := s.People.Get(s.t.Context(), guest(i))
	s.must(err)
	return len(c.Quiet) > 0
}

func TestTheLifeOfAnIncident(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	s.events(s.Desk)
	ctx := t.Context()
	for i := range 4 {
		s.dry(i)
	}
	if len(s.live()) != 0 {
		t.Fatal("four are an event already")
	}
	last := s.dry(4)
	list := s.live()
	if len(list) != 1 {
		t.Fatalf("%d incidents after the fifth", len(list))
	}
	in := list[0]
	if in.Cases != 5 || in.Customers != 5 || in.Thing != "停水" || len(in.Told) < 2 {
		t.Errorf("it has %d cases of %d customers, is about %s, told %v", in.Cases, in.Customers, in.Thing, in.Told)
	}
	if got := s.get(last.TicketID()); got.Incident != in.ID || !s.quietly(4) {
		t.Errorf("its case is marked %q, promotions wait: %v", got.Incident, s.quietly(4))
	}
	before := len(in.Cards)
	s.dry(5)
	s.must(s.Notice(ctx, last)) // seen twice
	in = s.live()[0]
	if in.Cases != 6 || len(in.Cards) != before {
		t.Errorf("a later one joins silently: %d cases, %d cards, were %d", in.Cases, len(in.Cards), before)
	}
	s.wordAndBrief(in)
	s.ending(in)
}

// wordAndBrief lets a colleague propose the wording and the manager approve it.
func (s *stage) wordAndBrief(in *incident.Incident) {
	s.t.Helper()
	ctx, id := s.t.Context(), in.IncidentID()
	var no casework.Refusal
	if _, err := s.SayWordingToAll(ctx, "chen", id); !errors.As(err, &no) {
		s.t.Errorf("saying what is not decided: %v", err)
	}
	if _, err := s.Word(ctx, "chen", id, "我们保证退款"); !errors.As(err, &no) {
		s.t.Errorf("words that must not be said: %v", err)
	}
	_, err := s.Word(ctx, "chen", id, "正在抢修，19:00 前来水")
	s.must(err)
	if s.live()[0].Wording.Text != "" {
		s.t.Error("a colleague's draft counts already")
	}
	if _, err := s.ApproveWording(ctx, "chen", id); !errors.As(err, &no) {
		s.t.Errorf("who proposed approves: %v", err)
	}
	_, err = s.ApproveWording(ctx, s.Manager().ID, id)
	s.must(err)
	_, err = s.SayWordingToAll(ctx, s.Manager().ID, id)
	s.must(err)
	_, err = s.SayWordingToAll(ctx, s.Manager().ID, id) // pressed twice
	s.must(err)
	for _, m := range in.Members {
		said := 0
		for _, e := range s.get(m.Ticket).History {
			if e.What == ticket.Answer && strings.Contains(e.Text, "19:00 前来水") {
				said++
			}
		}
		if said != 1 {
			s.t.Errorf("%s was told %d times", m.No, said)
		}
	}
	s.set(func() { s.clock = s.clock.Add(61 * time.Minute) })
	s.must(s.RunIncident(ctx, in.ID))
	now := s.live()[0]
	if now.Before.Answered != 6 || now.Before.Cases != 6 || !now.Brief.After(store.At(s.now())) {
		s.t.Errorf("the brief: %+v, the next at %v", now.Before, now.Brief)
	}
	seq := now.Seq
	s.must(s.RunIncident(ctx, in.ID))
	if s.live()[0].Seq != seq {
		s.t.Error("one hour has two briefs")
	}
}

// ending lets the manager end it: what comes then is counted anew.
func (s *stage) ending(in *incident.Incident) {
	s.t.Helper()
	ctx, id := s.t.Context(), in.IncidentID()
	var no casework.Refusal
	if _, err := s.EndIncident(ctx, "chen", id, "来水了"); !errors.As(err, &no) {
		s.t.Errorf("anybody ends it: %v", err)
	}
	_, err := s.EndIncident(ctx, s.Manager().ID, id, "来水了")
	s.must(err)
	if _, err := s.EndIncident(ctx, s.Manager().ID, id, "来水了"); !errors.As(err, &no) {
		s.t.Errorf("ended twice: %v", err)
	}
	ended, err := s.Events.Book.Get(ctx, id)
	s.must(err)
	if r := ended.Report; r == nil || r.Answered != 6 || !strings.Contains(r.Text, "6 件") || !strings.Contains(r.Text, "来水了") {
		s.t.Errorf("the report: %+v", r)
	}
	if s.quietly(0) {
		s.t.Error("promotions still wait")
	}
	if again := s.dry(6); again.Incident != "" || len(s.live()) != 0 {
		s.t.Errorf("after its end the next complaint belongs to %q", again.Incident)
	}
}

// Two instances notice the same event: it opens once, whoever sees what first.
func TestTwoInstancesOpenOne(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	s.events(s.Desk)
	other := s.beside()
	ctx := t.Context()
	since := s.now()
	for i := range 4 {
		s.dry(i)
	}
	_, err := other.CatchUp(ctx, since)
	s.must(err)
	s.set(func() { s.clock = s.clock.Add(time.Minute) })
	fifth := s.dry(4) // the first instance notices
	if len(s.live()) != 1 {
		t.Fatal("not noticed")
	}
	for range 2 {
		_, err = other.CatchUp(ctx, since)
		s.must(err)
		_, err = s.CatchUp(ctx, since)
		s.must(err)
	}
	s.must(other.Notice(ctx, s.get(fifth.TicketID())))
	if list := s.live(); len(list) != 1 || list[0].Cases != 5 || len(list[0].Members) != 5 {
		t.Fatalf("%d incidents: %+v", len(list), list)
	}
	third := s.beside() // started later
	_, err = third.Recall(ctx)
	s.must(err)
	s.set(func() { s.clock = s.clock.Add(5 * time.Hour) })
	_, err = third.CatchUp(ctx, s.now())
	s.must(err)
	late := s.dry(7)
	s.must(third.Notice(ctx, late))
	if list := s.live(); len(list) != 1 || list[0].Cases != 6 {
		t.Fatalf("hours later, after a start: %d incidents, %d cases", len(list), list[0].Cases)
	}
}

// What is usual is no event. Of the cases of the past days nobody hears: their cards,
// by the thousand, would only take time.
func TestWhatIsUsualIsNoEvent(t *testing.T) {
	s := newStage(t, "2026-11-23 09:00")
	s.events(s.Desk)
	for i := range 12 * 24 { // two a window
		c := s.draft(s.Desk, ofWater(i%90))
		s.must(s.Book.Insert(t.Context(), c))
		s.must(s.Notice(t.Context(), c))
		s.set(func() { s.clock = s.clock.Add(time.Hour) })
	}
	before := len(s.live())
	for i := range 3 { // five a window are not three times that
		s.dry(i)
	}
	if before != 0 || len(s.live()) != 0 {
		t.Errorf("%d, then %d incidents of what comes every day", before, len(s.live()))
	}
}
