package casework

import (
	"maps"
	"strings"

	"kefu/bot/customer"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Known is what a case knows about a slot: room, phone, order, product, stay, or one
// of its other slots; "" when nothing.
func Known(t *ticket.Ticket, slot string) string {
	switch slot {
	case "room":
		return t.Room
	case "phone":
		return t.Guest.Phone
	case "order":
		return t.OrderNo
	case "product":
		return t.Product
	case "stay":
		return t.InRoom
	}
	return t.Slots[slot]
}

// Fill sets a slot of a case in memory; "" empties it.
func Fill(t *ticket.Ticket, slot, value string) {
	switch slot {
	case "room":
		t.Room = value
		if value != "" {
			t.Stay = "in"
		}
	case "phone":
		t.Guest.Phone = value
	case "order":
		t.OrderNo = value
	case "product":
		t.Product = value
	case "stay":
		t.InRoom = value
	default:
		t.Slots = maps.Clone(t.Slots)
		if value == "" {
			delete(t.Slots, slot)
			return
		}
		if t.Slots == nil {
			t.Slots = map[string]string{}
		}
		t.Slots[slot] = value
	}
}

// TheyTold is what the customer told of what the case's kind asks for, in the order
// of its questions: 11 月 25 日周三 18:00，4 位. The room and whether they are in it
// stand elsewhere; the phone number is there when whole is set, masked.
func (d *Desk) TheyTold(t *ticket.Ticket, whole bool) string {
	k := d.Pack().Kind(string(t.Kind))
	if k == nil {
		return ""
	}
	var parts []string
	for i := range k.Ask {
		a := &k.Ask[i]
		v := Known(t, a.ID)
		switch {
		case v == "" || a.ID == "room" || a.Wants() == desk.WantOption || !whole && a.ID == "phone":
			continue
		case a.ID == "phone":
			v = customer.Mask(v)
		case a.ID == "order" || a.ID == "serial":
			v = a.Named() + " " + v
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, "，")
}

// slot records what was told for a slot, and tells who has the case when it is
// something else than before.
func (c guestAct) slot(t *ticket.Ticket) {
	slot, value := c.act.Value, c.act.Text
	old := Known(t, slot)
	Fill(t, slot, value)
	switch {
	case slot == "phone" && value != "":
		t.Effects = append(t.Effects, ticket.Effect{ID: t.Next("learn"), Learn: &customer.Change{Phone: value}})
	case slot == "name" && value != "" && t.Guest.Name == "":
		t.Guest.Name = value
	}
	title, shown := c.slotTitle(t, slot), value
	if slot == "phone" {
		old, shown = customer.Mask(old), customer.Mask(shown)
	}
	if w := c.where(t); slot == "stay" && w != "" {
		shown = w
	}
	corrected := old != "" && old != shown && slot != "stay"
	switch {
	case corrected && value == "":
		shown = c.Words.Line(prompts.StaffSlotWrong, prompts.Vars{"title": title, "old": old})
	case corrected:
		shown = c.Words.Line(prompts.StaffSlotCorrected, prompts.Vars{"title": title, "old": old, "text": shown})
	case slot != "stay" && slot != "phone" && slot != "room":
		shown = title + "：" + shown
	}
	c.log(t, ticket.Said, shown, "")
	t.Wrote, t.Spoke = store.At(c.now), store.At(c.now)
	if (t.Owner != "" || corrected) && t.Nudge(shown, c.now) { // before that it stands on the card they get
		c.nudge(t, c.now)
	}
}

func (d *Desk) slotTitle(t *ticket.Ticket, slot string) string {
	if k := d.Pack().Kind(string(t.Kind)); k != nil {
		if a := k.Question(slot); a != nil {
			return a.Named()
		}
	}
	if s := desk.SlotTitle(slot); s != "" {
		return s
	}
	return slot
}

// subject is what the case is about in one line, with what was told beside it.
func (d *Desk) subject(t *ticket.Ticket) string {
	told := d.TheyTold(t, false)
	if told == "" {
		return t.Matter
	}
	told = short.ReplaceAllString(told, "$1-$2 ")
	if t.Kind == ticket.Order {
		return told + "；" + t.Matter
	}
	return clip(t.Matter, 10) + "，" + told
}

// SlotTitle is how a slot of a case is called: 房号.
func (d *Desk) SlotTitle(t *ticket.Ticket, slot string) string { return d.slotTitle(t, slot) }
