package bot

import (
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/casework"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// correct puts right what a case was told: 不是1208，是1218; 打错了; 改到 7 点. It is
// false when nothing is taken back.
func (s *scene) correct() bool {
	changing := false
	t := s.byID(s.conv.Case)
	if a := s.conv.Open(s.now); a != nil {
		if x := s.byID(a.Ticket); x != nil {
			t = x
		}
		changing = a.Slot == conversation.Change
	}
	if f := s.conv.Filled; t == nil && f != nil {
		t = s.byID(f.Ticket)
	}
	if t == nil && len(s.open) == 1 {
		t = s.open[0]
	}
	if t == nil {
		return false
	}
	c, firm := intent.Corrects(s.text)
	if !firm && !changing && !s.bareAgain(t) {
		return false
	}
	got, replaced := s.corrected(t, c, changing)
	switch {
	case len(got) > 0 && (replaced || changing):
		s.setRight(t, got, changing)
		return !s.alarming()
	case changing && s.read.Main != intent.Human && !s.alarming():
		s.conv.Ask = nil
		s.toCase(t, "")
		s.say(prompts.CaseAdded, prompts.Vars{"no": t.No})
		return true
	case firm:
		return s.takeBack(t, c)
	}
	return false
}

// bareAgain says that the same thing was just told and is now told otherwise:
// 1208, then 1218.
func (s *scene) bareAgain(t *ticket.Ticket) bool {
	f := s.conv.Filled
	if f == nil || f.Ticket != t.TicketID() || s.now.Sub(f.At.Time()) > 10*time.Minute || s.conv.Open(s.now) != nil && s.conv.Ask.Slot == f.Slot {
		return false
	}
	g, ok := s.value(s.question(t, f.Slot), false)
	old := casework.Known(t, f.Slot)
	return ok && old != "" && g.value != old && utf8.RuneCountInString(strings.Trim(s.text, marks)) <= utf8.RuneCountInString(g.value)+3
}

// question is the question about a slot of a case, also one its kind never puts.
func (s *scene) question(t *ticket.Ticket, slot string) *desk.Ask {
	if k := s.Cases.Pack().Kind(string(t.Kind)); k != nil {
		if a := k.Question(slot); a != nil {
			return a
		}
	}
	return &desk.Ask{ID: slot}
}

// corrected finds what is told otherwise than the case knows it. A room is put
// right only by one who says that it was wrong: 换到 1218 is a wish.
func (s *scene) corrected(t *ticket.Ticket, c intent.Correction, changing bool) (got []told, replaced bool) {
	seen := map[string]bool{}
	try := func(slot string) {
		if seen[slot] {
			return
		}
		seen[slot] = true
		q := s.question(t, slot)
		if q.Wants() == desk.WantOption || q.Wants() == desk.WantWords {
			return
		}
		g, ok := s.value(q, false)
		old := casework.Known(t, slot)
		if ok && q.Wants() == desk.WantWhen {
			g.value = s.moved(old, g.value)
		}
		if !ok || g.value == old || slot == "room" && !changing && !takenBack(s.text, c) && !s.bareAgain(t) {
			return
		}
		got = append(got, g)
		replaced = replaced || old != ""
	}
	if k := s.Cases.Pack().Kind(string(t.Kind)); k != nil {
		for i := range k.Ask {
			try(k.Ask[i].ID)
		}
	}
	for i := range volunteered {
		try(volunteered[i].ID)
	}
	return got, replaced
}

func takenBack(text string, c intent.Correction) bool {
	return c.Wrong != "" || strings.Contains(text, "不是这") || strings.Contains(text, "不是那") || strings.Contains(text, "错") || strings.Contains(text, "不对") || strings.Contains(text, "应该是") || strings.Contains(text, "更正")
}

// setRight records what is right and says so; who has the case hears it.
func (s *scene) setRight(t *ticket.Ticket, got []told, changing bool) {
	open := s.conv.Ask
	filled := s.fill(t, got, true)
	if s.conv.Ask = open; changing {
		s.conv.Ask = nil
	}
	s.picturesTo(t)
	what, value := s.Cases.SlotTitle(t, got[0].slot), shownValue(got[0])
	for _, g := range got[1:] {
		value += s.Words.Line(prompts.SlotAlso, prompts.Vars{"title": s.Cases.SlotTitle(t, g.slot), "value": shownValue(g)})
	}
	if open != nil && !changing && open.Ticket == t.TicketID() && knows(filled, open.Slot) {
		s.conv.Ask = nil
	}
	s.say(prompts.SlotCorrected, prompts.Vars{"what": what, "value": value, "who": s.whoHas(t)})
}

func shownValue(g told) string {
	if g.slot == "phone" {
		return customer.Mask(g.value)
	}
	return g.value
}

// takeBack empties what was wrong, when the right one was not told: 不是这个订单, 打错了.
func (s *scene) takeBack(t *ticket.Ticket, c intent.Correction) bool {
	slot := string(c.Slot)
	f := s.conv.Filled
	if slot == "" {
		if f == nil || f.Ticket != t.TicketID() || s.now.Sub(f.At.Time()) > time.Hour || utf8.RuneCountInString(s.text) > 12 || !takenBack(s.text, c) {
			return false
		}
		slot = f.Slot
	}
	old := casework.Known(t, slot)
	if c.Wrong != "" && !strings.Contains(strings.ToLower(old), c.Wrong) {
		return false
	}
	if old == "" || utf8.RuneCountInString(s.text) > 20 || s.alarming() {
		return false
	}
	s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoSlot, Value: slot})
	s.conv.Ask = &conversation.Ask{Ticket: t.TicketID(), No: t.No, Slot: slot, At: store.At(s.now)}
	s.say(prompts.SlotWrong, prompts.Vars{"what": s.Cases.SlotTitle(t, slot), "value": shownValue(told{slot: slot, value: old}), "no": t.No})
	return true
}

// moved is a time that was put right: only its hour, or only its day, where no more
// was said.
func (s *scene) moved(old, value string) string {
	day, clock, dated := cutDay(old)
	now := s.now.In(s.Zone)
	span, ok := intent.Moment(s.text, now)
	if !dated || !ok {
		return value
	}
	if !span.Dated {
		then, ok := intent.Moment(strings.ReplaceAll(day, " ", ""), now)
		if !ok {
			return value
		}
		if span, ok = intent.Moment(s.text, then.From); !ok {
			return value
		}
		if t, err := time.Parse("15:04", strings.TrimSpace(clock)); err == nil && t.Hour() >= 12 {
			span = span.Later()
		}
		return span.String()
	}
	if newDay, hour, ok := cutDay(value); ok && hour == "" {
		return newDay + clock
	}
	return value
}

// cutDay parts 11 月 25 日周三 18:00 behind the weekday.
func cutDay(s string) (day, clock string, ok bool) {
	const mark = "日周"
	i := strings.Index(s, mark)
	if i < 0 {
		return s, "", false
	}
	i += len(mark) + len("三")
	return s[:i], s[i:], true
}
