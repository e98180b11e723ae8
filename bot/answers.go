package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
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

// value is what was said for a question. To the open one anything short that is no
// matter of its own is an answer, in whatever form.
func (s *scene) value(a *desk.Ask, open bool) (told, bool) {
	f := s.read.Fields
	is := func(v string) (told, bool) { return told{a.ID, v, v}, v != "" }
	switch a.Wants() {
	case desk.WantRoom, desk.WantPlace:
		if f.Room != "" && !s.isCase(f.Room) {
			return is(f.Room)
		}
		if open && a.Wants() == desk.WantPlace {
			return is(s.free(30))
		}
	case desk.WantPhone:
		return s.phoneTold(a, open)
	case desk.WantName:
		if f.Name != "" {
			return is(f.Name)
		}
		if open && !strings.ContainsAny(s.text, "0123456789") {
			return is(s.free(12))
		}
	case desk.WantOrder:
		return s.written(a, f.Order, open)
	case desk.WantSerial:
		return s.written(a, f.Serial, open)
	case desk.WantProduct:
		return s.written(a, f.Product, open)
	case desk.WantAddress:
		if f.Address != "" {
			return is(f.Address)
		}
		if v := s.free(80); open && utf8.RuneCountInString(v) >= 4 && strings.ContainsFunc(v, isHan) {
			return is(v)
		}
	case desk.WantWhen, desk.WantSince:
		return s.time(a, open)
	case desk.WantPeople:
		if f.People > 0 {
			return is(fmt.Sprintf("%d 位", f.People))
		}
	case desk.WantNights:
		if f.Nights > 0 {
			return is(fmt.Sprintf("%d 晚", f.Nights))
		}
	case desk.WantAmount:
		if f.Amount > 0 {
			return is(yuan(f.Amount))
		}
	case desk.WantWords:
		if open {
			return is(s.free(200))
		}
	case desk.WantOption:
		return s.option(a, open)
	}
	return told{}, false
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// yuan writes 分 as 元.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return fmt.Sprintf("%d 元", fen/100)
	}
	return fmt.Sprintf("%d.%02d 元", fen/100, fen%100)
}

// phoneTold is a telephone number, also one with too few or too many digits, which
// is kept as written: staff see it, and nobody is asked twice.
func (s *scene) phoneTold(a *desk.Ask, open bool) (told, bool) {
	if p := s.read.Fields.Phone; p != "" {
		return told{a.ID, p, s.Words.Line(prompts.SlotPhone, prompts.Vars{"phone": customer.Mask(p)})}, true
	}
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s.text)
	if len(d) < 5 || len(d) > 15 || utf8.RuneCountInString(s.text) > len(d)+8 || !open && !nearly(s.text) {
		return told{}, false
	}
	odd := s.Words.Line(prompts.SlotOdd, nil)
	switch n := 11 - len(d); {
	case d[0] != '1':
	case n > 0 && n < 4:
		odd = s.Words.Line(prompts.SlotShort, prompts.Vars{"n": n})
	case n < 0 && n > -4:
		odd = s.Words.Line(prompts.SlotLong, prompts.Vars{"n": -n})
	}
	return told{a.ID, d, s.Words.Line(prompts.SlotPhoneOdd, prompts.Vars{"value": d, "odd": odd})}, true
}

// nearly says that a text is a mobile number with a figure too few or too many, and
// nothing else.
func nearly(text string) bool {
	d := strings.Trim(text, marks)
	return (len(d) == 10 || len(d) == 12) && d[0] == '1' && d[1] >= '3' && strings.Trim(d, "0123456789") == ""
}

// written is a number in the expected form, or to the open question whatever was
// written with a figure or a letter in it.
func (s *scene) written(a *desk.Ask, found string, open bool) (told, bool) {
	if found != "" {
		return told{a.ID, found, found}, true
	}
	if !open {
		return told{}, false
	}
	v := s.free(40)
	for _, cut := range []string{"订单号是", "订单号", "单号是", "单号", "订单", "型号是", "型号", "机身号是", "机身号", "序列号是", "序列号", "是", "：", ":"} {
		v = strings.TrimSpace(strings.TrimPrefix(v, cut))
	}
	if !strings.ContainsFunc(v, func(r rune) bool { return unicode.IsDigit(r) || r < 0x80 && unicode.IsLetter(r) }) &&
		(a.Wants() != desk.WantProduct || utf8.RuneCountInString(v) < 2) {
		return told{}, false
	}
	return told{a.ID, v, v}, v != ""
}

// time is a time that was said, written so that it can be read another day.
func (s *scene) time(a *desk.Ask, open bool) (told, bool) {
	now := s.now.In(s.Zone)
	if span, ok := intent.Moment(s.text, now); ok {
		if a.Wants() == desk.WantWhen {
			if span = span.Ahead(now); !open && !span.To.After(now) {
				return told{}, false // something that was
			}
		}
		return told{a.ID, span.String(), span.String()}, true
	}
	v := strings.Trim(s.text, marks)
	if open && utf8.RuneCountInString(v) <= 12 && slices.ContainsFunc(anytime, func(w string) bool { return strings.Contains(v, w) }) {
		return told{a.ID, v, v}, true
	}
	if v = s.free(20); open && v != "" {
		return told{a.ID, v, v}, true
	}
	return told{}, false
}

// anytime are answers to when that name no time.
var anytime = []string{"都行", "都可以", "都在", "随时", "全天", "看你们", "看您", "尽快", "越快", "马上", "现在"}

// option is one of a question's options, in whatever words.
func (s *scene) option(a *desk.Ask, open bool) (told, bool) {
	var all []chat.Option
	for _, o := range a.Options {
		all = append(all, chat.Option{Label: o.Label, Key: o.ID})
	}
	for _, c := range append([]string{strings.Trim(s.text, marks)}, s.clauses()...) {
		if o := chosen(a, all, c, open); o != nil {
			return told{a.ID, o.ID, o.Noted}, true
		}
	}
	return told{}, false
}

// chosen is the option that a part of what was said means. When the question is
// not open, only its own words count.
func chosen(a *desk.Ask, all []chat.Option, clause string, open bool) *desk.Answer {
	if !open && utf8.RuneCountInString(clause) < 3 {
		return nil
	}
	for i, o := range a.Options {
		if clause == o.Label || slices.Contains(o.Words, clause) {
			return &a.Options[i]
		}
	}
	if o, ok := intent.MatchOption(clause, all); ok && open {
		return a.Option(o.Key)
	}
	return nil
}

// free is what was said, when it is short and no matter of its own; else "".
func (s *scene) free(most int) string {
	v := strings.Trim(s.text, marks)
	if v == "" || utf8.RuneCountInString(v) > most || strings.ContainsAny(s.text, "?？") || strings.HasSuffix(v, "吗") || intent.Declines(s.text) ||
		s.read.Urge || s.read.Major || strings.Trim(v, "0123456789") == "" && most < 40 {
		return ""
	}
	switch s.read.Main {
	case intent.Unknown, intent.Other:
	default:
		if s.read.Confidence(s.read.Main) >= 0.6 {
			return ""
		}
	}
	return v
}

const marks = " 。，！,.!~～、;；"

// clauses are what was said, part by part.
func (s *scene) clauses() []string {
	return strings.FieldsFunc(s.text, func(r rune) bool { return strings.ContainsRune(marks+"？?\n", r) })
}

// rest is what was said besides an answer: parts with a matter of their own, or
// without anything that answers.
func (s *scene) rest(q *desk.Ask, got []told) string {
	var rest []string
	for _, c := range s.clauses() {
		r := s.Reader.Read(c, intent.Context{Asked: s.wanted(q), Open: true})
		if onlyFields(c, r.Fields) {
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

// slots are what was told besides, when a case begins.
func (s *scene) slots(k ticket.Kind) map[string]string {
	f := s.read.Fields
	all := map[string]string{}
	set := func(slot, v string) {
		if v != "" {
			all[slot] = v
		}
	}
	now := s.now.In(s.Zone)
	if span, ok := intent.Moment(f.When, now); ok {
		if k == ticket.Order || k == ticket.Request {
			span = span.Ahead(now)
		}
		set("when", span.String())
	}
	set("name", f.Name)
	set("address", f.Address)
	set("serial", f.Serial)
	if f.People > 0 {
		set("people", fmt.Sprintf("%d 位", f.People))
	}
	if f.Nights > 0 {
		set("nights", fmt.Sprintf("%d 晚", f.Nights))
	}
	if f.Amount > 0 {
		set("amount", yuan(f.Amount))
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
