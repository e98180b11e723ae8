package casework_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/delivery"
	"kefu/bot/incident"
	"kefu/bot/ticket"
	"kefu/store"
)

// coach opens the complaint of guest i of a coach party that the lift stands still.
func (s *stage) coach(d *casework.Desk, i int) *ticket.Ticket {
	s.t.Helper()
	return s.openAt(d, func(in *casework.Intake) {
		in.Who, in.Words, in.Thing, in.Room, in.OrderNo = guest(i), "电梯一直停着不动", "电梯", "", "T20261124"
	})
}

// dryCoach opens the complaint of one of that party that the water is off.
func (s *stage) dryCoach() *ticket.Ticket {
	s.t.Helper()
	return s.open(func(in *casework.Intake) {
		in.Who, in.Words, in.Thing, in.Room, in.OrderNo = guest(5), "1205停水了", "停水", "1205", "T20261124"
	})
}

// twoEvents lets each of two instances open an incident of five cases, the first a
// minute before the second, neither knowing of the other's cases.
func (s *stage) twoEvents(other *casework.Desk) (older, younger *incident.Incident, cases []*ticket.Ticket) {
	s.t.Helper()
	for i := range 5 {
		cases = append(cases, s.dry(i))
	}
	s.set(func() { s.clock = s.clock.Add(time.Minute) })
	for i := range 5 {
		cases = append(cases, s.coach(other, 10+i))
	}
	list := s.live()
	if len(list) != 2 {
		s.t.Fatalf("%d incidents", len(list))
	}
	return list[1], list[0], cases
}

// The lifts stand because the water pump's cable burned: a guest of the coach party
// complains of the water. A case of both incidents makes them one.
func TestTwoIncidentsAreOne(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	s.events(s.Desk)
	other := s.beside()
	ctx := t.Context()
	older, younger, cases := s.twoEvents(other)
	alerts := len(s.cards(older)) + len(s.cards(younger))

	shared := s.dryCoach()
	cases = append(cases, shared)
	for range 2 { // whoever looks at it, and however often
		s.must(other.Notice(ctx, s.get(shared.TicketID())))
		s.must(s.Notice(ctx, s.get(shared.TicketID())))
		s.settle(s.Desk, other)
	}

	in := s.all(cases)
	if in.ID != older.ID || in.Customers != 11 {
		t.Errorf("of %s and %s is left %s, with %d customers", older.ID, younger.ID, in.ID, in.Customers)
	}
	for i, c := range cases {
		if got := s.get(c.TicketID()).History; count(got, ticket.PartOf) != map[bool]int{false: 1, true: 2}[5 <= i && i < 10] {
			t.Errorf("case %d is told %d times what it is a part of", i, count(got, ticket.PartOf))
		}
		who, err := s.People.Get(ctx, c.Who)
		s.must(err)
		if !slices.Equal(who.Quiet, []string{in.ID}) {
			t.Errorf("promotions to %s are held by %v", c.Who, who.Quiet)
		}
	}
	folded, err := s.Events.Book.Get(ctx, younger.IncidentID())
	s.must(err)
	if folded.State != incident.Folded || folded.Into != in.IncidentID() || len(folded.Cards) != 0 {
		t.Errorf("the younger: %s into %s, %d cards", folded.State, folded.Into, len(folded.Cards))
	}
	if n := len(s.cards(in)) + len(s.cards(folded)); n != alerts {
		t.Errorf("%d cards, were %d: staff are told again", n, alerts)
	}
	for staff, n := range s.greyed(folded, "突发 "+in.No) {
		if n != 1 {
			t.Errorf("the card of %s turns grey %d times", staff, n)
		}
	}
	if n := len(s.greyed(folded, "突发 "+in.No)); n != len(younger.Told) {
		t.Errorf("%d cards turned grey, %d were told of it", n, len(younger.Told))
	}
	s.afterFolding(other, in, cases)
}

// afterFolding says the wording, lets a later complaint join and ends what is left.
func (s *stage) afterFolding(other *casework.Desk, in *incident.Incident, cases []*ticket.Ticket) {
	s.t.Helper()
	ctx, boss := s.t.Context(), s.Manager().ID
	for i, d := range []*casework.Desk{s.Desk, other} { // known by the words of both, everywhere
		cases = append(cases, s.coach(d, 20+i))
	}
	s.settle(s.Desk, other)
	in = s.all(cases)
	_, err := s.Word(ctx, boss, in.IncidentID(), "正在抢修，19:00 前恢复")
	s.must(err)
	for range 2 {
		_, err = s.SayWordingToAll(ctx, boss, in.IncidentID())
		s.must(err)
	}
	for _, c := range cases {
		if n := count(s.get(c.TicketID()).History, ticket.Answer); n != 1 {
			s.t.Errorf("case %s is answered %d times", c.No, n)
		}
	}
	_, err = s.EndIncident(ctx, boss, in.IncidentID(), "电缆已换")
	s.must(err)
	s.settle(s.Desk, other)
	ended, err := s.Events.Book.Get(ctx, in.IncidentID())
	s.must(err)
	if r := ended.Report; r == nil || r.Cases != 13 || r.Customers != 13 || r.Answered != 13 || r.Open != 13 || !strings.Contains(r.Text, "13 件") {
		s.t.Errorf("the report: %+v", r)
	}
	for _, c := range cases {
		who, err := s.People.Get(ctx, c.Who)
		s.must(err)
		if len(who.Quiet) != 0 {
			s.t.Errorf("after the end promotions to %s are held by %v", c.Who, who.Quiet)
		}
	}
}

// heard is an engine that says what is about to be replaced.
type heard struct {
	store.Engine
	replaces func(id string)
}

func (h heard) Replace(ctx context.Context, coll string, d store.Document) error {
	h.replaces(d.ID)
	return h.Engine.Replace(ctx, coll, d)
}

// A case that another instance lets join the younger, after its cases were counted in
// the older and before it has ended, is not lost.
func TestCasesJoinWhileIncidentsFold(t *testing.T) {
	s := newStage(t, "2026-11-24 18:00")
	s.events(s.Desk)
	other := s.beside()
	ctx := t.Context()
	older, younger, cases := s.twoEvents(other)
	s.Events.Waiting = make(chan *ticket.Ticket, 10) // nobody looks at these
	late := []*ticket.Ticket{s.coach(s.Desk, 30), s.coach(s.Desk, 31)}
	shared := s.dryCoach()
	cases = append(cases, shared)
	s.must(s.Notice(ctx, shared))

	joined := 0
	var err error
	other.Events.Book, err = incident.OpenBook(ctx, heard{s.engine, func(id string) {
		if id == older.ID && joined < len(late) {
			c := late[joined]
			joined++
			_, err := s.Events.Book.Update(ctx, younger.IncidentID(), func(in *incident.Incident) error {
				_, err := in.Join(incident.Member{Ticket: c.TicketID(), No: c.No, Who: c.Who, At: c.Created})
				return err
			})
			s.must(err)
		}
	}}, s.now)
	s.must(err)
	_, err = s.Events.Book.Update(ctx, younger.IncidentID(), func(in *incident.Incident) error {
		in.Told = append(in.Told, "zhou")
		return nil
	})
	s.must(err)
	s.must(other.Notice(ctx, s.get(shared.TicketID())))
	s.settle(s.Desk, other)
	if in := s.live()[0]; !slices.Contains(in.Told, "zhou") || len(in.Told) != len(older.Told)+1 {
		t.Errorf("who heard of the younger hears no more: told %v, were %v", in.Told, older.Told)
	}
	s.all(append(cases, late...))
	folded, err := s.Events.Book.Get(ctx, younger.IncidentID())
	s.must(err)
	if folded.State != incident.Folded {
		t.Errorf("the younger is %s", folded.State)
	}
}

func count(history []ticket.Event, what string) int {
	n := 0
	for _, e := range history {
		if e.What == what {
			n++
		}
	}
	return n
}

// cards are the ids of the cards about an incident that were posted.
func (s *stage) cards(in *incident.Incident) []string {
	s.t.Helper()
	var ids []string
	for _, d := range s.about(in) {
		if strings.HasPrefix(face(d), "卡片 ") {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// greyed counts for each of the staff how often a card of an incident turned grey and
// now names another.
func (s *stage) greyed(in *incident.Incident, names string) map[string]int {
	s.t.Helper()
	all := map[string]int{}
	for _, d := range s.about(in) {
		if f := face(d); strings.HasPrefix(f, "灰卡 ") && strings.Contains(f, names) {
			all[d.To.User]++
		}
	}
	return all
}

// about is what was posted about an incident.
func (s *stage) about(in *incident.Incident) []*delivery.Delivery {
	s.t.Helper()
	list, err := s.posted.List(s.t.Context(), store.Query{})
	s.must(err)
	return slices.DeleteFunc(list, func(d *delivery.Delivery) bool { return !strings.HasPrefix(d.ID, in.ID+"/") })
}
