package workbench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

const (
	maxItems = 8   // of a list in WeCom
	maxCases = 100 // looked at for one
	maxFound = 5   // customers named by one search
)

// recent are the last cases of today, for who typed a number that is none.
func (t *turn) recent(ctx context.Context) (string, error) {
	list, err := t.Book.Between(ctx, dayOf(t.now, t.Calendar), t.now.Add(time.Second), nil, 3)
	if err != nil {
		return "", err
	}
	var all []string
	for _, on := range list {
		all = append(all, t.line(prompts.StaffRecentItem, prompts.Vars{"no": on.No, "guest": t.Cases.Vars(on)["guest"]}))
	}
	slices.Reverse(all)
	return strings.Join(all, "、"), nil
}

// dayOf is when the day of at began.
func dayOf(at time.Time, cal *hours.Calendar) time.Time {
	y, m, d := at.In(cal.Location()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, cal.Location())
}

// own are the open cases that a person has, the most pressing first.
func (b *Bench) own(ctx context.Context, who string) ([]*ticket.Ticket, error) {
	list, err := b.Book.OwnedBy(ctx, who, maxCases)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(on *ticket.Ticket) bool { return !on.IsOpen() })
	slices.SortStableFunc(list, func(x, y *ticket.Ticket) int {
		a, c := x.Bound(), y.Bound()
		switch {
		case a.Equal(c):
			return 0
		case c.IsZero() || !a.IsZero() && a.Before(c):
			return -1
		}
		return 1
	})
	return list, nil
}

// free are the cases that nobody has, oldest first.
func (t *turn) free(ctx context.Context) ([]*ticket.Ticket, error) {
	list, err := t.Book.In(ctx, ticket.New, maxCases)
	return slices.DeleteFunc(list, func(on *ticket.Ticket) bool {
		k := t.Pack().Kind(string(on.Kind))
		return on.Owner != "" || k != nil && k.Mute
	}), err
}

// late says that the instant we are bound by has passed.
func late(on *ticket.Ticket, now time.Time) bool {
	at := on.Bound()
	return !at.IsZero() && on.Clocks.Stopped.IsZero() && at.Before(store.At(now))
}

// item is a case in a list: 4827 还有 12 分钟.
func (b *Bench) item(on *ticket.Ticket, now time.Time) string {
	v := prompts.Vars{"no": on.No, "state": b.stateTitle(on)}
	if at := on.Bound(); !at.IsZero() && on.Clocks.Stopped.IsZero() {
		if left := at.Sub(store.At(now)); left >= 0 {
			v["left"] = hours.Span(left)
		} else {
			v["over"] = hours.Span(-left)
		}
	}
	return b.Words.Line(prompts.StaffListItem, v)
}

func (b *Bench) stateTitle(on *ticket.Ticket) string {
	if k := b.Pack().Kind(string(on.Kind)); k != nil {
		return k.States[string(on.State)].Title
	}
	return ""
}

func (b *Bench) items(list []*ticket.Ticket, now time.Time) string {
	var all []string
	for _, on := range list[:min(len(list), maxItems)] {
		all = append(all, b.item(on, now))
	}
	return strings.Join(all, "、")
}

func numbers(list []*ticket.Ticket) string {
	var all []string
	for _, on := range list[:min(len(list), maxItems)] {
		all = append(all, on.No)
	}
	return strings.Join(all, "、")
}

func (b *Bench) link(page string) string {
	if b.Link == nil {
		return ""
	}
	return b.Link(page)
}

// mine lists what the person has, or only what is late.
func (t *turn) mine(ctx context.Context, lateOnly bool) (string, error) {
	list, err := t.own(ctx, t.p.ID)
	if err != nil {
		return "", err
	}
	if lateOnly {
		list = slices.DeleteFunc(list, func(on *ticket.Ticket) bool { return !late(on, t.now) })
	}
	if len(list) == 0 {
		return t.line(prompts.StaffListEmpty, nil), nil
	}
	return t.line(prompts.StaffList, prompts.Vars{"n": len(list), "items": t.items(list, t.now), "link": t.link(PageMine)}), nil
}

func (t *turn) unclaimed(ctx context.Context) (string, error) {
	list, err := t.free(ctx)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return t.line(prompts.StaffListUnclaimedEmpty, nil), nil
	}
	return t.line(prompts.StaffListUnclaimed, prompts.Vars{"n": len(list), "items": t.items(list, t.now), "link": t.link(PageOpen)}), nil
}

// list is what the buttons of the morning card show.
func (t *turn) list(ctx context.Context, what string) (string, error) {
	if what == "seen" {
		done := t.line(prompts.StaffDoneSeen, prompts.Vars{"who": t.p.ShownAs, "at": t.Calendar.At(t.now)})
		return t.line(prompts.StaffSeen, nil), t.greyAny(ctx, done)
	}
	return t.mine(ctx, what == "overdue")
}

// find looks for a case by its number, or for a customer by room, last digits of
// the phone, or name.
func (t *turn) find(ctx context.Context, what string) (string, error) {
	what = strings.TrimSpace(what)
	if what == "" {
		return "", t.refuse(prompts.StaffErrNoText, prompts.Vars{"example": t.line(prompts.StaffExFind, nil)})
	}
	if number.FindString(what) == what {
		if on, err := t.Book.ByNo(ctx, what); err == nil {
			return t.shown(on), nil
		} else if !errors.Is(err, store.ErrNotFound) {
			return "", err
		}
	}
	people, err := t.People.Find(ctx, what, maxFound)
	if err != nil {
		return "", err
	}
	var lines []string
	seen := map[string]bool{}
	for _, c := range people {
		line, err := t.foundGuest(ctx, what, c, seen)
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	room, err := t.Book.AtRoom(ctx, what, maxItems)
	if err != nil {
		return "", err
	}
	room = slices.DeleteFunc(room, func(on *ticket.Ticket) bool { return seen[on.ID] || !on.IsOpen() })
	if len(room) > 0 {
		lines = append(lines, t.line(prompts.StaffFound, prompts.Vars{
			"what": what, "guest": t.Cases.Vars(room[0])["guest"], "n": len(room), "items": t.items(room, t.now),
		}))
	}
	if len(lines) == 0 {
		return t.line(prompts.StaffFoundNobody, prompts.Vars{"what": clip(what, 12)}), nil
	}
	return strings.Join(lines, "\n"), nil
}

func (t *turn) foundGuest(ctx context.Context, what string, c *customer.Customer, seen map[string]bool) (string, error) {
	list, err := t.Book.Of(ctx, chat.CustomerID(c.ID), maxItems)
	if err != nil {
		return "", err
	}
	guest := c.Name
	if guest == "" {
		guest = t.line(prompts.StaffGuest, nil)
	}
	if strings.HasPrefix(guest, what) {
		what, guest = guest, c.InRoom(t.now)
	}
	v := prompts.Vars{"what": what, "guest": guest}
	var open []*ticket.Ticket
	for _, on := range list {
		if seen[on.ID] = true; on.IsOpen() {
			open = append(open, on)
		}
	}
	if len(open) > 0 {
		v["n"], v["items"] = len(open), t.items(open, t.now)
		return t.line(prompts.StaffFound, v), nil
	}
	if len(list) > 0 {
		v["no"], v["subject"] = list[0].No, list[0].Title
	}
	return t.line(prompts.StaffFoundNone, v), nil
}

// shown is one case in one line.
func (t *turn) shown(on *ticket.Ticket) string {
	v := t.Cases.Vars(on)
	who := ""
	if on.Owner != "" {
		who = t.Roster.Shown(on.Owner)
	}
	return t.line(prompts.StaffCase, prompts.Vars{
		"no": on.No, "subject": clip(on.Matter, 40), "guest": on.Guest.Name, "room": on.Room, "state": t.stateTitle(on),
		"who": who, "promise": v["promise"], "link": t.page(on),
	})
}

const maxTrail = 8 // lines of what happened

// trail is what happened to a case, a line each.
func (t *turn) trail(on *ticket.Ticket) string {
	var lines []string
	for _, e := range on.History[max(0, len(on.History)-maxTrail):] {
		who := map[string]string{ticket.ByCustomer: t.line(prompts.StaffGuest, nil), ticket.ByBot: t.Pack().General.Bot, ticket.BySystem: t.line(prompts.StaffSystem, nil)}[e.Who]
		if who == "" {
			who = t.Roster.Shown(e.Who)
		}
		lines = append(lines, t.line(prompts.StaffTrailLine, prompts.Vars{
			"at": t.Calendar.When(e.At.Time(), t.now), "who": who, "text": clip(t.happened(e), 40),
		}))
	}
	return strings.Join(append([]string{t.shown(on)}, lines...), "\n")
}

// happened is an event in a few words: those whose text does not say what it is have
// a text of their own.
func (t *turn) happened(e ticket.Event) string {
	if key := happened[e.What]; key != "" {
		return t.line(key, prompts.Vars{"text": e.Text})
	}
	return e.Text
}

var happened = map[string]string{
	ticket.Took: prompts.StaffDidTake, ticket.Given: prompts.StaffDidGive, ticket.Moved: prompts.StaffDidMove,
	ticket.WaitsFor: prompts.StaffDidWait, ticket.Promises: prompts.StaffDidPromise, ticket.UrgedBy: prompts.StaffDidUrge,
	ticket.SolvedAs: prompts.StaffDidSolve, ticket.ReopenedBy: prompts.StaffDidReopen, ticket.Rated: prompts.StaffDidRate,
	ticket.Called: prompts.StaffDidCall, ticket.Undeliver: prompts.StaffDidLose, ticket.Revealed: prompts.StaffDidReveal,
	ticket.Joined: prompts.StaffDidJoin, ticket.Parted: prompts.StaffDidPart, ticket.Climbed: prompts.StaffDidClimb,
	ticket.Relabeled: prompts.StaffDidRelabel,
}
