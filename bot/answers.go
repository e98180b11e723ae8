package bot

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// volunteered are slots that are noted whenever they are told, asked for or not.
var volunteered = []desk.Ask{{ID: "room"}, {ID: "phone"}, {ID: "order"}, {ID: "product"}, {ID: "serial"}, {ID: "address"}, {ID: "when"}}

// answer takes words as the answer to our open question, when they are one: also
// to others at once, also with something new beside it.
func (s *scene) answer(ctx context.Context) (bool, error) {
	a := s.conv.Open(s.now)
	if a == nil || a.Slot == conversation.Change {
		return false, nil
	}
	t, err := s.asked(ctx, a)
	if t == nil || err != nil {
		return false, err
	}
	k := s.Cases.Pack().Kind(string(t.Kind))
	q := k.Question(a.Slot)
	if q == nil {
		q = &desk.Ask{ID: a.Slot}
	}
	if s.lost() {
		question := q.Text
		if question == "" {
			question = s.Words.Line(prompts.SlotAsk, prompts.Vars{"title": q.Named()})
		}
		s.say(prompts.SlotAgain, prompts.Vars{"question": question, "options": slotOptions(t.No, q)})
		return true, nil
	}
	got := s.answers(t, k, q)
	if len(got) == 0 {
		return false, nil
	}
	if s.alarming() {
		s.fill(t, got, true)
		return false, nil // the alarm says what there is to say
	}
	rest := s.rest(q, got)
	if rest == "" {
		s.fill(t, got, false)
		s.picturesTo(t)
		return true, nil
	}
	return true, s.both(ctx, t, got, rest)
}

// both records an answer and does what else was said.
func (s *scene) both(ctx context.Context, t *ticket.Ticket, got []told, rest string) error {
	read := s.Reader.Read(rest, intent.Context{Open: true})
	more := s.otherThan(t, read)
	filled := s.fill(t, got, more)
	s.picturesTo(t)
	if !more { // more of the same matter
		s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Text: rest})
		return nil
	}
	noted := s.Words.Say(prompts.ComplaintNoted, prompts.Vars{"noted": notes(got)})
	s.text, s.whole, s.alone = rest, "", nil
	s.understand()
	asked := s.conv.Ask
	err := s.elsewhere(ctx)
	if err != nil {
		return err
	}
	if s.conv.Ask == asked { // the new matter asks nothing, so the old one may go on
		if next := s.ask(filled); next != nil && next.Text != "" {
			s.reply = join(s.reply, s.Words.Say(prompts.SlotNext, prompts.Vars{"question": next.Text, "options": slotOptions(t.No, next)}))
		}
	}
	if s.reply.IsZero() {
		s.reply = noted
		return nil
	}
	s.reply = join(noted, s.reply)
	return nil
}

func notes(got []told) string {
	var all []string
	for _, g := range got {
		if g.noted != "" {
			all = append(all, g.noted)
		}
	}
	return strings.Join(all, "，")
}

// elsewhere does what stands beside an answer.
func (s *scene) elsewhere(ctx context.Context) error {
	switch r := s.read; {
	case r.Main == intent.Human:
		return s.human(ctx, s.text)
	case r.Urge || r.Main == intent.Progress:
		return s.progress(ctx)
	}
	return s.fresh(ctx)
}

// otherThan says whether what was read is something else than the case is about.
func (s *scene) otherThan(t *ticket.Ticket, r intent.Reading) bool {
	switch r.Main {
	case intent.Human, intent.Inquiry, intent.Progress, intent.Proposal, intent.Praise, intent.Unsubscribe, intent.Erase:
		return true
	case intent.Complaint, intent.Repair:
		return t.Kind == ticket.Request || t.Kind == ticket.Order || t.Kind == ticket.Inquiry
	case intent.Request, intent.Order:
		return string(t.Kind) != string(r.Main)
	}
	return r.Urge
}

// lost says that the customer asks where we were.
func (s *scene) lost() bool {
	if utf8.RuneCountInString(s.text) > 16 {
		return false
	}
	return slices.ContainsFunc([]string{"说到一半", "说到哪", "问到哪", "问我什么", "刚才问什么", "要我说什么", "接着说", "继续说"}, func(w string) bool {
		return strings.Contains(s.text, w)
	})
}

// answers finds in what was said what the case does not know yet, the open
// question's answer first; a refusal answers that one too.
func (s *scene) answers(t *ticket.Ticket, k *desk.Kind, q *desk.Ask) []told {
	var got []told
	if g, ok := s.value(q, true); ok {
		got = append(got, g)
	} else if (q.Wants() == desk.WantOrder || q.Wants() == desk.WantSerial) && s.free(12) != "" {
		s.toldOtherwise(t) // 看不清, 被撕掉了: no number will come
		got = append(got, told{slot: q.ID, value: desk.Skip})
	} else if intent.Declines(s.text) || slices.ContainsFunc(s.clauses(), intent.Declines) && !s.read.Has(intent.Complaint) {
		got = append(got, told{slot: q.ID, value: desk.Skip})
	}
	for i := range k.Ask {
		if a := &k.Ask[i]; a.ID != q.ID {
			s.also(t, a, &got)
		}
	}
	for i := range volunteered {
		if a := &volunteered[i]; a.ID != q.ID && k.Question(a.ID) == nil {
			s.also(t, a, &got)
		}
	}
	return got
}

// toldOtherwise keeps what was said instead of an answer.
func (s *scene) toldOtherwise(t *ticket.Ticket) {
	s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Text: s.said()})
}

// also adds what was told for a question that is not open, if the case lacks it.
func (s *scene) also(t *ticket.Ticket, a *desk.Ask, got *[]told) {
	if casework.Known(t, a.ID) != "" {
		return
	}
	if g, ok := s.value(a, false); ok && !slices.ContainsFunc(*got, func(o told) bool { return o.value == g.value }) {
		*got = append(*got, g)
	}
}

// clauses are what was said, part by part.
func (s *scene) clauses() []string {
	return strings.FieldsFunc(s.text, func(r rune) bool { return strings.ContainsRune(marks+"？?\n", r) })
}

// labels stand before what was asked for: 订单号 HT2026.
var labels = []string{"订单号", "订单", "单号", "订单编号", "房号", "房间号", "房间", "电话", "手机", "手机号", "电话号码", "联系电话", "联系方式", "姓名", "名字", "地址", "序列号", "型号"}

// rest is what was said besides an answer: parts with a matter of their own, or
// without anything that answers.
func (s *scene) rest(q *desk.Ask, got []told) string {
	var rest []string
	for _, c := range s.clauses() {
		r := s.Reader.Read(c, intent.Context{Asked: s.wanted(q), Open: true})
		if onlyFields(c, r.Fields) || slices.Contains(labels, strings.Trim(c, marks)) {
			continue
		}
		switch r.Main {
		case intent.Greeting, intent.Thanks, intent.Rating:
			continue
		case intent.Unknown, intent.Other, intent.Abuse:
			if utf8.RuneCountInString(c) >= 6 && r.Fields == (intent.Fields{}) && !intent.Declines(c) && !s.isAnswer(q, c, got) {
				rest = append(rest, c)
			}
			continue
		}
		if r.Confidence(r.Main) >= 0.5 && !s.isAnswer(q, c, got) && !(r.Main == intent.Progress && r.Fields != (intent.Fields{})) {
			rest = append(rest, c)
		}
	}
	if len(rest) > 0 { // 另外送两瓶水
		for _, w := range beside {
			rest[0] = strings.TrimSpace(strings.TrimPrefix(rest[0], w))
		}
	}
	return strings.Join(rest, "，")
}

// onlyFields says that a text tells a room, a number, a name, a time, and nothing
// besides.
func onlyFields(text string, f intent.Fields) bool {
	if f == (intent.Fields{}) {
		return false
	}
	for _, v := range []string{f.When, f.Name, f.Address, f.Room} {
		if v != "" {
			text = strings.Replace(text, v, "", 1)
		}
	}
	n := 0
	for _, r := range text {
		if unicode.IsLetter(r) && !strings.ContainsRune("零一二三四五六七八九十百千万两俩幺点半我您姓叫名字是的在住家电话手机号码订单房间室位个人大小晚天一共总大概约左右以后之后之前就都吧联系方式下午上会能可有空到址称呼", r) && r > 0x7f {
			n++
		}
	}
	return n <= 1
}

// isAnswer says that a part of what was said is what was noted, and no more.
func (s *scene) isAnswer(q *desk.Ask, clause string, got []told) bool {
	for _, g := range got {
		if g.value == strings.Trim(s.text, marks) || g.value == clause {
			return true
		}
	}
	var all []chat.Option
	for _, o := range q.Options {
		all = append(all, chat.Option{Label: o.Label, Key: o.ID})
	}
	return chosen(q, all, clause, true) != nil
}

// wanted is what a bare number means as an answer to a question.
func (s *scene) wanted(q *desk.Ask) intent.Slot {
	switch q.Wants() {
	case desk.WantRoom, desk.WantPlace:
		return intent.SlotRoom
	case desk.WantPhone:
		return intent.SlotPhone
	case desk.WantOrder:
		return intent.SlotOrder
	case desk.WantName:
		return intent.SlotName
	case desk.WantSerial:
		return intent.SlotSerial
	case desk.WantProduct:
		return intent.SlotProduct
	case desk.WantAddress:
		return intent.SlotAddress
	case desk.WantWhen:
		return intent.SlotWhen
	case desk.WantPeople:
		return intent.SlotPeople
	case desk.WantNights:
		return intent.SlotNights
	case desk.WantAmount:
		return intent.SlotAmount
	}
	return ""
}

// figure says that what was said is the number that was asked for, and so is not
// the ordinal of an option.
func (s *scene) figure() bool {
	a := s.conv.Open(s.now)
	if a == nil {
		return false
	}
	t := s.byID(a.Ticket)
	if t == nil {
		return false
	}
	q := s.Cases.Pack().Kind(string(t.Kind)).Question(a.Slot)
	if q == nil || !slices.Contains([]string{desk.WantPeople, desk.WantNights, desk.WantAmount}, q.Wants()) {
		return false
	}
	_, ok := s.value(q, true)
	return ok
}

// volunteer notes what the customer tells of their own accord to a case that lacks
// it: a telephone number, the room. It is true when that was all.
func (s *scene) volunteer(t *ticket.Ticket) bool {
	k := s.Cases.Pack().Kind(string(t.Kind))
	if k == nil || s.read.Fields == (intent.Fields{}) && !nearly(s.text) {
		return false
	}
	var got []told
	for i := range k.Ask {
		if k.Ask[i].Wants() != desk.WantOption {
			s.also(t, &k.Ask[i], &got)
		}
	}
	for i := range volunteered {
		if a := &volunteered[i]; k.Question(a.ID) == nil && a.ID != "when" {
			s.also(t, a, &got)
		}
	}
	if len(got) == 0 {
		return false
	}
	s.fill(t, got, true)
	if !nearly(s.text) && s.rest(&desk.Ask{ID: got[0].slot}, got) != "" || s.read.Anger >= 0.7 {
		return false
	}
	s.picturesTo(t)
	if t.Owner == "" {
		s.say(prompts.SlotKept, prompts.Vars{"told": notes(got) + "，", "no": t.No})
	}
	return true
}
