package workbench

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"kefu/bot/approval"
	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

const (
	soonIn  = 2 * time.Hour
	maxDays = 2000 // cases that a report reads
)

// RunMorning sends everybody on duty the list of their day, and managers a line
// about yesterday. It may be repeated: each gets one a day.
func (b *Bench) RunMorning(ctx context.Context) error {
	now := b.Now()
	people, err := b.States.Available(ctx, b.Roster.OnDuty(now, "", ""), true, now)
	if err != nil {
		return err
	}
	low, err := b.low(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range people {
		errs = append(errs, b.good(ctx, p, low))
	}
	return errors.Join(append(errs, b.MorningManager(ctx))...)
}

// Morning sends one person the list of their day; who has nothing to do gets none.
// It may be repeated.
func (b *Bench) Morning(ctx context.Context, p staff.Person) error {
	low, err := b.low(ctx)
	if err != nil {
		return err
	}
	return b.good(ctx, p, low)
}

// good says good morning. low are the low ratings of the last days.
func (b *Bench) good(ctx context.Context, p staff.Person, low []*ticket.Ticket) error {
	now, day := b.Now(), b.day()
	list, err := b.own(ctx, p.ID)
	if err != nil {
		return err
	}
	visits := slices.DeleteFunc(slices.Clone(low), func(on *ticket.Ticket) bool { return on.Asked != p.ID })
	signs, err := b.Cases.ToDecide(ctx, p.ID, "", approval.Signing)
	if err != nil {
		return err
	}
	n := len(list) + len(visits)
	if n+len(signs) == 0 {
		return nil
	}
	state, err := b.States.Get(ctx, p.ID)
	if err != nil || state.Said >= day {
		return err
	}
	v := b.today(p, list, visits, n)
	if len(signs) > 0 {
		v["signs"] = b.Words.Line(prompts.StaffMorningSigns, prompts.Vars{"n": len(signs)})
	}
	card := b.Words.Card(prompts.CardMorning, v)
	card.URL = b.link(PageMine)
	c := chat.Content{Form: chat.AsCard, Card: &card}
	if p.NoCard {
		c.Form = chat.AsTextCard
	}
	if err := b.Out.Post(ctx, b.morning(p, c)); err != nil {
		return err
	}
	_, err = b.States.Change(ctx, p.ID, func(s *staff.State) error {
		if !s.Morning(now.In(b.Calendar.Location()).Format(time.DateOnly)) {
			return store.ErrUnchanged
		}
		return nil
	})
	return err
}

func (b *Bench) morning(p staff.Person, c chat.Content) delivery.Delivery {
	return delivery.Delivery{
		Meta: store.Meta{ID: "morning/" + b.day() + "/" + p.ID}, To: chat.Address{Channel: chat.WeCom, User: p.WecomID},
		Class: delivery.Staff, From: ticket.ByBot, Content: c,
	}
}

// today are the rows of a morning card.
func (b *Bench) today(p staff.Person, list, visits []*ticket.Ticket, n int) prompts.Vars {
	now := b.Now()
	v := prompts.Vars{"who": p.ShownAs, "n": n, "day": b.Calendar.Today(now)}
	var over, soon, promised []*ticket.Ticket
	for _, on := range list {
		at := on.Bound()
		switch {
		case late(on, now):
			over = append(over, on)
		case at.IsZero() || !on.Clocks.Stopped.IsZero():
		case at.Sub(store.At(now)) <= soonIn:
			soon = append(soon, on)
		}
		if !on.Clocks.Promise.IsZero() && !late(on, now) {
			promised = append(promised, on)
		}
	}
	if len(over) > 0 {
		v["overdue"] = b.Words.Line(prompts.StaffSome, prompts.Vars{"n": len(over), "items": b.named(over)})
	}
	if len(soon) > 0 {
		v["soon"] = b.Words.Line(prompts.StaffSome, prompts.Vars{"n": len(soon), "items": numbers(soon)})
	}
	if len(visits) > 0 {
		v["visits"] = b.Words.Line(prompts.StaffSomeVisits, prompts.Vars{"n": len(visits), "guest": b.Cases.Vars(visits[0])["guest"]})
	}
	if len(promised) > 0 {
		on := promised[0]
		v["promises"] = b.Words.Line(prompts.StaffSomePromise, prompts.Vars{"at": b.Calendar.When(on.Clocks.Promise.Time(), now), "guest": b.Cases.Vars(on)["guest"]})
	}
	return v
}

// named are numbers with what they are about: 4790 发票.
func (b *Bench) named(list []*ticket.Ticket) string {
	var all []string
	for _, on := range list[:min(len(list), 3)] {
		what := on.Thing
		if what == "" {
			what = b.kind(on.Kind)
		}
		all = append(all, on.No+" "+what)
	}
	return strings.Join(all, "、")
}

func (b *Bench) kind(k ticket.Kind) string {
	if kind := b.Pack().Kind(string(k)); kind != nil {
		return kind.Title
	}
	return b.Words.Line(prompts.StaffCaseWord, nil)
}

// low are the cases whose customers said within two days that they were not
// content; who was asked calls them back.
func (b *Bench) low(ctx context.Context) ([]*ticket.Ticket, error) {
	now := b.Now()
	list, err := b.Book.Between(ctx, now.Add(-7*24*time.Hour), now, nil, maxDays)
	return slices.DeleteFunc(list, func(on *ticket.Ticket) bool {
		return on.Rating == nil || on.Rating.Score > 2 || now.Sub(on.Rating.At.Time()) > 48*time.Hour
	}), err
}

// MorningManager sends managers on duty a line about yesterday. It may be repeated.
func (b *Bench) MorningManager(ctx context.Context) error {
	today := dayOf(b.Now(), b.Calendar)
	list, err := b.Book.Between(ctx, dayOf(today.Add(-time.Hour), b.Calendar), today, nil, maxDays)
	if err != nil || len(list) == 0 {
		return err
	}
	v := b.yesterday(list)
	given, err := b.Cases.Granted(ctx, dayOf(today.Add(-time.Hour), b.Calendar), today)
	if err != nil {
		return err
	}
	if given > 0 {
		v["compensation"] = given.String()
	}
	text := b.Words.Line(prompts.StaffMorningManager, v)
	var errs []error
	for _, p := range b.Roster.Managers(b.Now()) {
		d := b.morning(p, chat.Say(text))
		d.ID = "morning/" + b.day() + "/" + p.ID + "/report"
		errs = append(errs, b.Out.Post(ctx, d))
	}
	return errors.Join(errs...)
}

// yesterday counts a day's cases.
func (b *Bench) yesterday(list []*ticket.Ticket) prompts.Vars {
	kinds, things, rooms := map[ticket.Kind]int{}, map[string]int{}, map[string][]string{}
	over, low := 0, 0
	var longest time.Duration
	for _, on := range list {
		kinds[on.Kind]++
		if on.Thing != "" {
			things[on.Thing]++
			if on.Room != "" && !slices.Contains(rooms[on.Thing], on.Room) && len(rooms[on.Thing]) < 5 {
				rooms[on.Thing] = append(rooms[on.Thing], on.Room)
			}
		}
		if len(on.Clocks.Late) > 0 {
			over++
		}
		if on.Rating != nil && on.Rating.Score <= 2 {
			low++
		}
		if !on.Claimed.IsZero() {
			longest = max(longest, on.Claimed.Sub(on.Created))
		}
	}
	var parts []string
	for _, k := range slices.SortedFunc(maps.Keys(kinds), func(x, y ticket.Kind) int {
		return cmp.Or(cmp.Compare(kinds[y], kinds[x]), cmp.Compare(x, y))
	}) {
		parts = append(parts, b.Words.Line(prompts.StaffCountKind, prompts.Vars{"kind": b.kind(k), "n": kinds[k]}))
	}
	if over > 0 {
		parts = append(parts, b.Words.Line(prompts.StaffCountLate, prompts.Vars{"n": over}))
	}
	if low > 0 {
		parts = append(parts, b.Words.Line(prompts.StaffCountLow, prompts.Vars{"n": low}))
	}
	v := prompts.Vars{"total": len(list), "kinds": strings.Join(parts, "、"), "link": b.link(PageAll)}
	if longest > 0 {
		v["longest"] = hours.Span(longest)
	}
	most := slices.SortedFunc(maps.Keys(things), func(x, y string) int {
		return cmp.Or(cmp.Compare(things[y], things[x]), cmp.Compare(x, y))
	})
	if len(most) > 0 && things[most[0]] > 1 {
		slices.Sort(rooms[most[0]])
		v["top"] = b.Words.Line(prompts.StaffTop, prompts.Vars{"thing": most[0], "n": things[most[0]], "rooms": strings.Join(rooms[most[0]], "、")})
	}
	return v
}
