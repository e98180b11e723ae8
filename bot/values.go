package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
)

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
	case intent.Inquiry:
		if intent.Asks(v) { // bare places and things look like questions about them to who has read many
			return ""
		}
	default:
		if s.read.Confidence(s.read.Main) >= 0.6 {
			return ""
		}
	}
	return v
}

const marks = " 。，！,.!~～、;；"

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
