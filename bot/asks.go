package bot

import (
	"context"
	"slices"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// ask finds the next question for a case, if there is one to put and we may, and
// remembers that it was put. One who is angry is asked nothing, a VIP with a
// grievance neither.
func (s *scene) ask(t *ticket.Ticket) *desk.Ask {
	s.conv.Ask = nil
	k := s.Cases.Pack().Kind(string(t.Kind))
	if k == nil || s.read.Anger >= 0.7 || t.Level == ticket.Major || t.Guest.VIP && t.Kind == ticket.Complaint {
		return nil
	}
	most := k.Asks
	if most == 0 {
		most = s.Cases.Pack().General.Limits.Asks
	}
	if n, _ := s.conv.WasPut(t.TicketID(), ""); n >= most {
		return nil
	}
	a := k.Next(t.Category, t.Stay == "in", t.Words, func(what string) bool {
		slot, asked := strings.CutPrefix(what, "asked:")
		if !asked {
			return knows(t, what)
		}
		_, was := s.conv.WasPut(t.TicketID(), slot)
		return was || knows(t, slot) || s.conv.Spared(slot, s.now)
	})
	if a != nil {
		s.conv.Put(t.TicketID(), t.No, a.ID, s.now)
	}
	return a
}

// knows says whether a case knows something.
func knows(t *ticket.Ticket, what string) bool {
	switch what {
	case "photo":
		return len(t.Files) > 0
	case "place":
		return t.Room != ""
	case "room": // 大堂 is none
		return t.Room != "" && strings.Trim(t.Room, "0123456789") == ""
	case "name":
		return t.Guest.Name != "" || casework.Known(t, what) != ""
	}
	return casework.Known(t, what) != ""
}

// slotOptions are the options of a question; one without any can be skipped.
func slotOptions(no string, a *desk.Ask) []chat.Option {
	var all []chat.Option
	for _, o := range a.Options {
		all = append(all, chat.Option{Label: o.Label, Key: "slot:" + no + ":" + o.ID})
	}
	if len(all) == 0 {
		all = append(all, chat.Option{Label: "跳过", Key: "slot:" + no + ":" + desk.Skip})
	}
	return all
}

// told is one thing a customer told: a slot and what it is now.
type told struct {
	slot, value string
	noted       string // what we say of it
}

// fill records what was told and puts the next question, if any. Quietly, it only
// records. It returns the case as it is then.
func (s *scene) fill(t *ticket.Ticket, got []told, quiet bool) *ticket.Ticket {
	filled := *t
	open := s.conv.Open(s.now)
	answered, skipped := open == nil, true
	var noted []string
	for _, g := range got {
		if open != nil && open.Ticket == t.TicketID() && (open.Slot == g.slot || open.Slot == conversation.Change) {
			answered = true
		}
		if g.value == desk.Skip {
			s.conv.Declines(t.TicketID(), g.slot)
			continue
		}
		skipped = false
		s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoSlot, Value: g.slot, Text: g.value})
		casework.Fill(&filled, g.slot, g.value)
		s.conv.Filled = &conversation.Filled{Ticket: t.TicketID(), Slot: g.slot, At: store.At(s.now)}
		if g.noted != "" {
			noted = append(noted, g.noted)
		}
	}
	if answered {
		s.conv.Ask = nil
	}
	s.replace(&filled)
	if quiet {
		return &filled
	}
	if !answered { // the question is still open, and is not put again
		s.say(prompts.SlotKept, prompts.Vars{"told": strings.Join(noted, "，") + "，", "no": t.No})
		return &filled
	}
	s.goOn(&filled, got, strings.Join(noted, "，"), skipped)
	return &filled
}

// goOn answers what was told: with the next question, or that all is noted.
func (s *scene) goOn(t *ticket.Ticket, got []told, noted string, skipped bool) {
	if i := slices.IndexFunc(got, func(g told) bool { return g.slot == "phone" && g.value != desk.Skip }); i >= 0 && t.Level == ticket.Major {
		s.phoneNoted(t, t.Guest.Phone)
		return
	}
	next := s.ask(t)
	v := s.vars(t)
	v["noted"] = noted
	switch {
	case next == nil && t.Kind == ticket.Request && t.Room != "":
		s.text = t.Words
		s.sayRequest(t, v)
	case next == nil && s.confirms(t):
	case next == nil && t.Owner != "":
		s.say(prompts.CaseAdded, v)
	case next == nil:
		s.say(prompts.ComplaintNoted, v)
	case next.Key != "":
		s.say(next.Key, v)
	default:
		key := prompts.SlotNoted
		if skipped {
			key = prompts.SlotSkipped
		}
		v["question"], v["options"] = next.Text, slotOptions(t.No, next)
		s.say(key, v)
	}
}

// confirms repeats what was told, where the case's kind does that and anything
// was.
func (s *scene) confirms(t *ticket.Ticket) bool {
	k := s.Cases.Pack().Kind(string(t.Kind))
	if k == nil || k.Confirm == "" {
		return false
	}
	all := s.Cases.TheyTold(t, true)
	if all == "" {
		return false
	}
	v := s.vars(t)
	v["told"] = all
	s.say(k.Confirm, v)
	return true
}

// replace puts a changed case in the place of the one that was read.
func (s *scene) replace(t *ticket.Ticket) {
	s.open = slices.Clone(s.open)
	for i, o := range s.open {
		if o.ID == t.ID {
			s.open[i] = t
		}
	}
}

// asked is the open case that our question was about.
func (s *scene) asked(ctx context.Context, a *conversation.Ask) (*ticket.Ticket, error) {
	if t := s.byID(a.Ticket); t != nil {
		return t, nil
	}
	s.conv.Ask = nil
	return nil, ctx.Err()
}

// slotTap answers one of our questions by tap, also one put a while ago.
func (s *scene) slotTap(t *ticket.Ticket, value string) {
	k := s.Cases.Pack().Kind(string(t.Kind))
	if k == nil || !t.IsOpen() {
		s.showCase(t)
		return
	}
	if value == conversation.Change {
		s.conv.Put(t.TicketID(), t.No, conversation.Change, s.now)
		s.say(prompts.SlotChange, nil)
		return
	}
	slot := ""
	if a := s.conv.Open(s.now); a != nil && a.Ticket == t.TicketID() {
		slot = a.Slot
	}
	if value == desk.Skip && slot != "" {
		s.fill(t, []told{{slot: slot, value: desk.Skip}}, false)
		return
	}
	for i := range k.Ask {
		q := &k.Ask[i]
		if o := q.Option(value); o != nil && value != desk.Skip && (slot == "" || q.ID == slot) {
			s.fill(t, []told{{q.ID, value, o.Noted}}, false)
			return
		}
	}
	s.say(prompts.CaseAdded, prompts.Vars{"no": t.No})
}

// phoneNoted says who calls the number that somebody with a major case sent.
func (s *scene) phoneNoted(t *ticket.Ticket, phone string) {
	s.say(prompts.AngryPhoneNoted, prompts.Vars{
		"manager": s.Cases.Shown(s.Cases.Asked(t).ID), "by": s.promise(t), "phone": customer.Mask(phone),
	})
}
