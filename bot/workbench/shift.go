package workbench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// shift is a hand-over (交班单): who gave which cases to whom. The first of those it
// was offered to who takes it has it.
type shift struct {
	store.Meta
	From    string     `json:"from"`
	To      []string   `json:"to"`
	Tickets []string   `json:"tickets"`
	Cards   string     `json:"cards"`          // what the ids of its cards begin with; the person's follows
	Open    bool       `json:"open,omitempty"` // nobody has taken it yet
	Taken   string     `json:"taken,omitempty"`
	At      store.Time `json:"at,omitzero"`
	TakenAt store.Time `json:"taken_at,omitzero"`
	Due     store.Time `json:"due,omitzero"` // forgotten then
}

const (
	keepShifts = 7 * 24 * time.Hour
	maxTakers  = 5
)

// present notes that the person is there, or busy.
func (t *turn) present(ctx context.Context, v verb) (string, error) {
	where, key := staff.In, prompts.StaffOnDuty
	if v == vBusy {
		where, key = staff.Busy, prompts.StaffBusy
	}
	return t.line(key, nil), t.set(ctx, where)
}

func (t *turn) set(ctx context.Context, where staff.Presence) error {
	_, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		s.Set(where, t.p.NextDuty(t.now), t.now)
		return nil
	})
	t.Cases.Look()
	return err
}

// leave lets the person go, once their cases have somebody else.
func (t *turn) leave(ctx context.Context) (string, error) {
	list, err := t.own(ctx, t.p.ID)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return t.line(prompts.StaffOffDuty, nil), t.set(ctx, staff.Out)
	}
	people := t.Cases.Colleagues(t.p.ID)
	if len(people) == 0 {
		people = t.others()
	}
	v := prompts.Vars{"n": len(list), "items": numbers(list), "people": people, "id": t.p.ID}
	say := t.line(prompts.StaffLeaving, v)
	more, err := t.choose(ctx, "leave", nil, t.Words.Card(prompts.CardLeave, v))
	if more != "" {
		say = more
	}
	return say, err
}

// others are those a case can be left to when nobody is on duty: leads and
// managers.
func (t *turn) others() []chat.Option {
	var all []chat.Option
	for _, p := range t.Roster.All() {
		if p.ID != t.p.ID && len(all) < 9 && (p.Is(staff.Lead) || p.Is(staff.Manager)) {
			all = append(all, chat.Option{Label: p.ShownAs, Key: p.ID})
		}
	}
	return all
}

// leaveTo gives the person's cases to a colleague and lets them go.
func (t *turn) leaveTo(ctx context.Context, to string) (string, error) {
	next, ok := t.Roster.ByID(to)
	if !ok {
		return t.line(prompts.StaffPick, nil), nil
	}
	list, err := t.own(ctx, t.p.ID)
	if err != nil {
		return "", err
	}
	for _, on := range list {
		if _, err := t.Cases.MoveTo(ctx, t.p.ID, on.TicketID(), next.ID, ""); err != nil {
			return "", err
		}
	}
	if _, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		s.Leave(s.Current)
		return nil
	}); err != nil {
		return "", err
	}
	done := t.line(prompts.StaffDoneTakenOver, prompts.Vars{"who": next.ShownAs})
	return t.line(prompts.StaffOffDuty, nil), errors.Join(t.set(ctx, staff.Out), t.grey(ctx, done))
}

// handOver makes a hand-over of what the person has and offers it to the named
// colleague, else to those of the team who are on duty.
func (t *turn) handOver(ctx context.Context, name string) (string, error) {
	list, err := t.own(ctx, t.p.ID)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return t.line(prompts.StaffHandoverNone, nil), nil
	}
	takers, err := t.takers(ctx, unmarked(name))
	if err != nil {
		return "", err
	}
	s := &shift{
		Meta: store.Meta{ID: "s" + t.pendingID()}, From: t.p.ID, Open: true, Cards: "bench/" + t.m.Key + "/hand/",
		At: store.At(t.now), Due: store.At(t.now.Add(keepShifts)),
	}
	promised := 0
	var promises, names []string
	for _, on := range list {
		s.Tickets = append(s.Tickets, on.ID)
		if at := on.Bound(); !at.IsZero() {
			promised++
			promises = append(promises, t.line(prompts.StaffShiftPromise, prompts.Vars{"at": t.Calendar.When(at.Time(), t.now), "no": on.No}))
		}
	}
	for _, p := range takers {
		s.To = append(s.To, p.ID)
		names = append(names, p.ShownAs)
	}
	if err := t.shifts.Insert(ctx, s); err != nil && !errors.Is(err, store.ErrExists) {
		return "", err
	}
	card := t.Words.Card(prompts.CardHandover, prompts.Vars{
		"who": t.p.ShownAs, "open": len(list), "items": numbers(list), "promises": strings.Join(promises, "、"),
		"notes": t.notes(list), "id": s.ID,
	})
	for _, p := range takers {
		if err := t.post(ctx, p, "hand/"+p.ID, nil, card); err != nil {
			return "", err
		}
	}
	return t.line(prompts.StaffHanded, prompts.Vars{"who": strings.Join(names, "、"), "open": len(list), "promises": promised}), nil
}

// notes is what whoever comes must look out for.
func (t *turn) notes(list []*ticket.Ticket) string {
	var all []string
	for _, on := range list {
		switch {
		case on.Level == ticket.Major:
			all = append(all, t.line(prompts.StaffShiftMajor, prompts.Vars{"no": on.No}))
		case late(on, t.now):
			all = append(all, t.line(prompts.StaffShiftLate, prompts.Vars{"no": on.No}))
		case on.State == ticket.Waiting:
			all = append(all, t.line(prompts.StaffShiftWaits, prompts.Vars{"no": on.No}))
		}
	}
	return strings.Join(all, "、")
}

func (t *turn) takers(ctx context.Context, name string) ([]staff.Person, error) {
	if name = strings.TrimSpace(name); name != "" {
		p, ok := t.Roster.Find(name)
		if !ok || p.ID == t.p.ID {
			return nil, t.refuse(prompts.StaffErrWhichPerson, prompts.Vars{"name": clip(name, 10), "people": labels(t.Cases.Colleagues(t.p.ID))})
		}
		return []staff.Person{p}, nil
	}
	me := func(p staff.Person) bool { return p.ID == t.p.ID }
	all, err := t.States.Available(ctx, slices.DeleteFunc(t.Roster.OnDuty(t.now, t.p.Team, ""), me), true, t.now)
	if len(all) == 0 {
		all = slices.DeleteFunc(t.Roster.Team(t.p.Team), me)
	}
	if agents := slices.DeleteFunc(slices.Clone(all), leads); len(agents) > 0 && !leads(t.p) {
		all = agents
	}
	if len(all) == 0 {
		if l, ok := t.Roster.LeadOf(t.p.ID, t.now); ok {
			all = append(all, l)
		}
	}
	if len(all) == 0 && err == nil {
		err = casework.Refusal{Say: t.line(prompts.StaffNobody, nil)}
	}
	return all[:min(len(all), maxTakers)], err
}

func labels(of []chat.Option) string {
	var all []string
	for _, o := range of {
		all = append(all, o.Label)
	}
	return strings.Join(all, "、")
}

// takeOver takes a hand-over; with no id, the newest that was offered.
func (t *turn) takeOver(ctx context.Context, id string) (string, error) {
	if id == "" {
		open, err := t.shifts.List(ctx, store.Query{Where: []store.Cond{store.Where("open", store.Eq, true)}, Limit: maxCases})
		if err != nil {
			return "", err
		}
		open = slices.DeleteFunc(open, func(s *shift) bool { return !slices.Contains(s.To, t.p.ID) })
		if len(open) == 0 {
			return t.line(prompts.StaffNoShift, nil), nil
		}
		id = slices.MaxFunc(open, func(a, b *shift) int { return a.At.Time().Compare(b.At.Time()) }).ID
	}
	s, err := t.shifts.Update(ctx, id, func(s *shift) error {
		if s.Taken != "" || !slices.Contains(s.To, t.p.ID) {
			return store.ErrUnchanged
		}
		s.Taken, s.TakenAt, s.Open = t.p.ID, store.At(t.now), false
		return nil
	})
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && s.Taken == "":
		return t.line(prompts.StaffOldCard, nil), nil
	case err != nil:
		return "", err
	case s.Taken != t.p.ID:
		return t.late(s.Taken, s.TakenAt), nil
	}
	mine, err := t.takeAll(ctx, s)
	if err != nil {
		return "", err
	}
	say := t.line(prompts.StaffTookOver, prompts.Vars{"n": len(mine), "items": numbers(mine)})
	if from, ok := t.Roster.ByID(s.From); ok {
		if err := t.tell(ctx, from, "taken", t.p.ShownAs+" "+say); err != nil {
			return "", err
		}
	}
	return say, t.greyShift(ctx, s)
}

// takeAll makes the person the owner of what a hand-over names and its giver still
// has. It may be repeated.
func (t *turn) takeAll(ctx context.Context, s *shift) ([]*ticket.Ticket, error) {
	var mine []*ticket.Ticket
	for _, one := range s.Tickets {
		on, err := t.Book.Get(ctx, ticket.ID(one))
		if err != nil {
			return nil, err
		}
		if on.Owner == s.From && on.IsOpen() {
			_, err := t.Cases.MoveTo(ctx, s.From, on.TicketID(), t.p.ID, "")
			if refused(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			mine = append(mine, on)
		} else if on.Owner == t.p.ID && on.IsOpen() {
			mine = append(mine, on)
		}
	}
	return mine, nil
}

// greyShift turns the cards of all grey that the hand-over was offered to.
func (t *turn) greyShift(ctx context.Context, s *shift) error {
	done := t.line(prompts.StaffDoneTakenOver, prompts.Vars{"who": t.p.ShownAs})
	var errs []error
	for _, to := range s.To {
		card, err := t.Out.Get(ctx, s.Cards+to)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		errs = append(errs, t.greyCard(ctx, card, "grey/"+to, done))
	}
	return errors.Join(errs...)
}
