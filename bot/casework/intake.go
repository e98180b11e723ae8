package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/store"
)

// Intake is what is known when a case begins.
type Intake struct {
	Cause string // key of the message, or of the staff action, that opens it
	Nth   int    // of several from one message

	Kind     ticket.Kind
	Who      chat.CustomerID
	Guest    ticket.Guest
	Source   string // wechat when empty
	By       string // staff who recorded it
	ReplyBy  store.Time
	Words    string // the customer's own
	Matter   string // one line for staff; Words when empty
	Thing    string // 空调
	Category string
	Dept     string
	Room     string
	OrderNo  string
	Product  string
	Stay     string
	Slots    map[string]string // what else was told: when, people, address, …
	Near     string            // the closest knowledge
	NearID   string
	Level    ticket.Level
	Alarms   []string
	Safety   bool
	Times    int
	Links    []ticket.ID
	Recent   []string // last words, for one who wants a person
	Files    []ticket.Attachment
	Owner    string // staff id, when it is somebody's from the start
}

// Draft makes the case: number, clocks, who hears of it. Nothing is written but
// the number's reservation, so it may be repeated; [Desk.Open] stores it.
func (d *Desk) Draft(ctx context.Context, in Intake) (*ticket.Ticket, error) {
	now := d.Now()
	id := ticket.NewID(in.Cause, in.Nth)
	no, full, err := d.Book.Number(ctx, id)
	if err != nil {
		return nil, err
	}
	t := &ticket.Ticket{
		Meta: store.Meta{ID: string(id)}, No: no, Full: full, Kind: in.Kind, State: ticket.New,
		Who: in.Who, Guest: in.Guest, Source: in.Source, By: in.By, Reply: in.ReplyBy,
		Words: in.Words, Matter: in.Matter, Thing: in.Thing, Category: in.Category, Dept: in.Dept,
		Room: in.Room, OrderNo: in.OrderNo, Product: in.Product, Stay: in.Stay, Slots: in.Slots, Near: in.Near, NearID: in.NearID,
		Level: in.Level, Alarms: in.Alarms, Safety: in.Safety, Times: max(in.Times, 1), Links: in.Links,
		Created: store.At(now), Files: in.Files, Recent: in.Recent,
	}
	d.complete(t)
	t.Log(ticket.Event{At: store.At(now), Who: who(in), What: ticket.Opened, Text: t.Matter})
	if t.Words != "" {
		t.Log(ticket.Event{At: store.At(now), Who: ticket.ByCustomer, What: ticket.Said, Text: t.Words})
	}
	t.Wrote, t.Spoke = store.At(now), store.At(now)
	d.startClocks(t, now)
	t.Alert = d.alertAt(t, now)
	if in.Owner != "" {
		if err := t.Take(in.Owner, now); err != nil {
			return nil, err
		}
		allow, err := d.Talks.Left(ctx, t.Who, store.At(now))
		if err != nil {
			return nil, err
		}
		d.ownerCard(t, now, allow)
		return t, nil
	}
	d.announce(t, now)
	return t, nil
}

func who(in Intake) string {
	if in.By != "" {
		return in.By
	}
	return ticket.ByBot
}

// complete fills in what follows from what is known.
func (d *Desk) complete(t *ticket.Ticket) {
	if t.Source == "" && t.By == "" { // of what staff record it is asked
		t.Source = "wechat"
	}
	if t.Level == "" {
		t.Level = ticket.General
	}
	if t.Matter == "" {
		t.Matter = t.Words
	}
	if t.Stay == "" && t.Room != "" {
		t.Stay = "in"
	}
	if t.Dept == "" && t.Category == "" && t.Kind != ticket.Privacy { // no word of the pack says whose it is
		t.Dept = d.Habits.Takes(d.Pack(), t.Words)
	}
	if dept := d.Pack().Department(t.Category); t.Dept == "" && dept != nil {
		t.Dept = dept.ID
	}
	if len(t.Alarms) > 0 || t.Safety {
		t.Level = ticket.Major
	}
	t.Sensitive = t.Level == ticket.Major
	t.Team = t.Dept
	if k := d.Pack().Kind(string(t.Kind)); k != nil {
		if k.Team != "" {
			t.Team = k.Team
		}
		t.Title = titled(t.Thing, k)
	}
	t.Matter = strings.Join(strings.Fields(t.Matter), " ")
	if t.Room != "" { // it stands beside it on every card
		t.Matter = strings.TrimLeft(strings.TrimPrefix(t.Matter, t.Room), betweenRoomAndMatter)
	}
}

// titled names a case by its thing: 空调投诉. One letter before a wish reads badly:
// 房预订, 水客需.
func titled(thing string, k *desk.Kind) string {
	if utf8.RuneCountInString(thing) == 1 && (k.ID == string(ticket.Order) || k.ID == string(ticket.Request)) {
		return k.Title
	}
	return thing + k.Title
}
