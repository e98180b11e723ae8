package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"kefu/bot/answer"
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// think decides what a group of messages means: what we say, what follows.
func (b *Bot) think(ctx context.Context, s *scene) error {
	m := s.last()
	switch {
	case m.Kind == chat.Event:
		return s.event(ctx)
	case m.Tapped != "":
		return s.tap(ctx, m.Tapped)
	}
	n := 0
	for range s.msgs {
		n = s.conv.Count(s.now)
	}
	if n > flood && len(s.open) > 0 {
		s.flooded(n)
		return nil
	}
	switch {
	case s.text != "":
		return s.words(ctx)
	case m.Kind == chat.Voice:
		return s.unheard(ctx)
	case m.Kind == chat.Location:
		s.place()
	case m.Kind == chat.Unknown:
	default:
		s.picture()
	}
	return nil
}

// flood is how many messages in an hour are answered one by one.
const flood = 30

// flooded puts a message to the case and says nothing. Staff hear of the flood
// once, not of every line.
func (s *scene) flooded(n int) {
	t := s.open[0]
	if c := s.current(); c != nil {
		t = c
	}
	merged := -1
	if n == flood+4 {
		merged = n
	}
	s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Text: s.text, Merged: merged})
	for _, m := range s.msgs {
		if m.MediaID != "" {
			s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Media: m.MediaID, Kind: m.Kind, Merged: -1})
		}
	}
	s.handled = true
}

// words is what a customer wrote, or said and WeChat wrote down.
func (s *scene) words(ctx context.Context) error {
	s.understand()
	s.setAside()
	r := s.read
	if s.wantsPast() {
		if err := s.past(ctx); err != nil {
			return err
		}
	}
	switch {
	case r.SelfHarm:
		return s.crisis(ctx)
	case r.Safety:
		return s.danger(ctx)
	}
	if o, ok := intent.MatchOption(s.text, s.conv.Offered(s.now)); ok && !s.figure() {
		return s.tap(ctx, o.Key)
	}
	if key := s.verdict(); key != "" {
		return s.tap(ctx, key)
	}
	if s.comment() {
		return nil
	}
	if s.correct() {
		return nil
	}
	if done, err := s.answer(ctx); done || err != nil {
		return err
	}
	if (onlyFields(s.text, r.Fields) || nearly(s.text)) && s.byNo(r.Fields.Number) == nil {
		if t := s.current(); t != nil && s.volunteer(t) {
			return nil
		}
	}
	switch {
	case r.Main == intent.Unsubscribe && (r.Confidence(intent.Unsubscribe) >= 0.9 || !strings.Contains(s.text, "取消")):
		s.learn(customer.Change{Consent: "no"})
		s.say(prompts.SmallUnsubscribed, nil)
		return nil
	case r.Main == intent.Erase:
		return s.erase(ctx)
	case s.number():
		return nil
	case r.Main == intent.Human:
		return s.human(ctx, s.text)
	case r.Main == intent.Rating && s.rated():
		return nil
	}
	begun := s.begun()
	if key := s.announced(); key != "" && begun == "" {
		return s.tap(ctx, key)
	}
	if s.alarming() {
		return s.alarm(ctx)
	}
	if begun == "" {
		if done, err := s.goesOn(ctx); done || err != nil {
			return err
		}
	}
	if t := s.current(); t != nil && t.Level == ticket.Major && !strings.Contains(s.text, "进度") && !strings.Contains(s.text, "怎么样") {
		s.soothe(t)
		return nil
	}
	if (r.Urge || r.Main == intent.Progress) && begun == "" {
		if r.Main != intent.Progress && s.stillBad() {
			return nil
		}
		return s.progress(ctx)
	}
	if t := s.current(); t != nil && begun == "" {
		return s.about(ctx, t)
	}
	if begun != "" {
		return s.take(ctx, begun)
	}
	return s.fresh(ctx)
}

func (s *scene) understand() {
	c := intent.Context{Open: len(s.open) > 0}
	if a := s.conv.Open(s.now); a != nil {
		if t := s.byID(a.Ticket); t != nil {
			c.Asked = s.wanted(s.question(t, a.Slot))
		}
	}
	if s.alone != nil && c == (intent.Context{}) {
		s.read = *s.alone
	} else {
		s.read = s.Reader.Read(s.text, c)
	}
	if m := s.mind.read; m != nil && answer.Unsure(s.read) {
		s.read = *m
	}
	s.cat, s.topic = s.Cases.Pack().Match(s.text)
}

func (s *scene) learn(ch customer.Change) {
	ch.At = store.At(s.now)
	s.effect(conversation.Effect{Learn: &ch})
}

// verdict is 可以了 or 还没好, typed about a case that was ended and not judged yet,
// also when something else was offered since.
func (s *scene) verdict() string {
	for _, t := range s.ended {
		if t.State != ticket.Resolved || t.Rating != nil {
			continue
		}
		o, ok := intent.MatchOption(s.text, []chat.Option{{Label: "可以了", Key: "ok:" + t.No}, {Label: "还没好", Key: "no:" + t.No}})
		if ok && s.read.Main != intent.Thanks && s.read.Main != intent.Greeting {
			return o.Key
		}
	}
	return ""
}

// comment takes the words after a rating as what is meant by it.
func (s *scene) comment() bool {
	id := s.conv.Comment
	if id == "" {
		return false
	}
	s.conv.Comment = ""
	for _, t := range s.ended {
		if t.TicketID() != id || t.Rating == nil || s.now.Sub(t.Rating.At.Time()) > time.Hour {
			continue
		}
		if s.read.Main == intent.Thanks || s.read.Main == intent.Greeting {
			return false
		}
		s.act(t, casework.DoComment, s.text)
		s.say(prompts.RateSaid, prompts.Vars{"lead": s.Cases.Calls(s.Cases.Lead(t).ID)})
		return true
	}
	return false
}

// number is a customer who sends a case's number: how far is it?
func (s *scene) number() bool {
	no := s.read.Fields.Number
	if no == "" || strings.Trim(s.text, " 编号单#：:，。,.查询一下进度"+no) != "" && s.read.Main != intent.Progress {
		return false
	}
	if t := s.byNo(no); t != nil {
		s.showCase(t)
		return true
	}
	if s.read.Fields.Room == no && len(no) == 4 && no < "4000" {
		return false
	}
	s.say(prompts.ProgressUnknownNo, prompts.Vars{"no": no})
	return true
}

// begun is the kind of case that a pressed menu button announced, or a picture
// without a word. Long after it only words that fit are taken for it.
func (s *scene) begun() ticket.Kind {
	k, age := s.conv.Begun, s.now.Sub(s.conv.BegunAt.Time())
	switch s.read.Main {
	case intent.Greeting, intent.Thanks:
		return ""
	}
	s.conv.Begun = ""
	nothing := s.read.Main == intent.Unknown || s.read.Main == intent.Other
	switch {
	case k == "", age > conversation.AskLasts:
		return ""
	case k == conversation.Picture:
		if nothing && s.current() == nil {
			return ticket.Complaint
		}
		return ""
	case age > 10*time.Minute && !nothing && string(s.read.Main) != k:
		return ""
	}
	if ticket.Kind(k) == ticket.Complaint && s.read.Main == intent.Inquiry && s.read.Confidence(intent.Complaint) == 0 && s.cat == nil {
		return ""
	}
	return ticket.Kind(k)
}

// alarming says whether the words make a case major: a threat, an authority, an
// injury, or the same matter for the third time.
func (s *scene) alarming() bool {
	shown, is := s.Cases.Pack().Major(intent.WithoutPhones(s.text))
	if len(shown) > 0 {
		s.read.MajorWords = shown
	}
	if is || s.read.Major {
		s.read.Major = true
		return true
	}
	return s.cat != nil && s.cat.Level == string(ticket.Major) && s.read.Has(intent.Complaint)
}

// about is for words that belong to an open case. Who has it hears them and the
// bot is silent; a question nobody has taken yet is answered if we know it.
func (s *scene) about(ctx context.Context, t *ticket.Ticket) error {
	r := s.read
	if t.Owner == "" && r.Main == intent.Inquiry && t.Kind != ticket.Human {
		if s.known(false) {
			return nil
		}
	}
	if t.Owner != "" {
		s.aside = "" // who has the case answers
	}
	if s.volunteer(t) {
		return nil
	}
	again := ""
	if (r.Has(intent.Complaint) || r.Has(intent.Repair)) && s.now.Sub(t.Wrote.Time()) >= 10*time.Minute {
		again = casework.Again
		if t.Kind == ticket.Complaint && t.Times+1 >= s.Cases.Pack().General.Limits.MajorCount {
			return s.alarm(ctx)
		}
	}
	s.toCase(t, again)
	if t.Owner == "" && again == "" && withdrawn(s.text) { // 取消吧
		s.say(prompts.CaseWithdrawn, prompts.Vars{"no": t.No, "who": s.whoHas(t)})
		return nil
	}
	another := s.topic != nil && t.Thing != "" && s.topic.Title != t.Thing && (r.Main == intent.Repair || r.Main == intent.Complaint)
	if t.Owner == "" && again == "" && (another || t.Kind == ticket.Request && r.Main == intent.Request) { // 还有牙刷两支, 还有马桶也堵了
		s.say(prompts.CaseAdded, prompts.Vars{"no": t.No})
		return nil
	}
	more := slices.Contains([]intent.Intent{intent.Complaint, intent.Repair, intent.Thanks, intent.Greeting, intent.Rating, intent.Praise}, r.Main)
	if a := s.conv.Open(s.now); t.Owner == "" && !more && a != nil && a.Ticket == t.TicketID() { // our question stands
		s.say(prompts.CaseAdded, prompts.Vars{"no": t.No})
		return nil
	}
	if t.Kind == ticket.Human && t.Owner == "" && r.Main == intent.Greeting {
		s.say(prompts.HumanAgain, prompts.Vars{"who": s.Cases.TeamDesk(t.Team), "by": s.Cases.Until(t.Bound())})
	}
	return nil
}

// toCase puts words and pictures to a case.
func (s *scene) toCase(t *ticket.Ticket, value string) {
	if s.text != "" {
		s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Text: s.said(), Value: value})
	}
	s.picturesTo(t)
}

// soothe answers, at most every ten minutes, who writes on while a major case is
// in hand.
func (s *scene) soothe(t *ticket.Ticket) {
	had := s.read.Fields.Phone
	if had != "" && t.Guest.Phone == "" {
		s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoSlot, Value: "phone", Text: had})
		s.phoneNoted(t, had)
		return
	}
	s.toCase(t, "")
	if s.now.Sub(s.conv.Soothed.Time()) < s.Cases.Pack().General.Limits.MajorEvery {
		return
	}
	s.conv.Soothed = store.At(s.now)
	who := s.Cases.Asked(t)
	v := prompts.Vars{"manager": s.Cases.Shown(who.ID)}
	if t.Bound().After(store.At(s.now)) {
		v["by"] = s.Cases.Until(t.Bound())
	}
	s.say(prompts.AngryMore, v)
}

// fresh is for words that begin something.
func (s *scene) fresh(ctx context.Context) error {
	r := s.read
	if done, err := s.noWish(ctx); done || err != nil {
		return err
	}
	kinds := map[intent.Intent]ticket.Kind{
		intent.Complaint: ticket.Complaint, intent.Repair: ticket.Repair, intent.Request: ticket.Request,
		intent.Order: ticket.Order, intent.Proposal: ticket.Proposal, intent.Praise: ticket.Praise,
	}
	if k, ok := kinds[r.Main]; ok {
		if other := s.Cases.Pack().Takes(s.text); k == ticket.Request && other != "" {
			k = ticket.Kind(other)
		}
		s.conv.Unclear, s.conv.Abuse = 0, 0
		if (k == ticket.Complaint || k == ticket.Repair) && s.stillBad() {
			return nil
		}
		return s.take(ctx, k)
	}
	switch r.Main {
	case intent.Inquiry:
		s.conv.Unclear, s.conv.Abuse = 0, 0
		if r.Anger >= 0.3 && waited.MatchString(s.text) {
			return s.take(ctx, ticket.Complaint)
		}
		return s.inquiry(ctx)
	case intent.Greeting:
		s.say(prompts.SmallHello, nil)
	case intent.Thanks, intent.Rating:
		s.thanks()
	case intent.Abuse:
		return s.scold(ctx)
	default:
		return s.unclear(ctx)
	}
	return nil
}

// stillBad opens a case again that was ended within 7 days and is not right yet.
func (s *scene) stillBad() bool {
	for _, t := range s.ended {
		if t.Kind == ticket.Praise || s.now.Sub(t.Solved.Time()) > s.Cases.Book.Limits().Reopen || t.Solved.IsZero() {
			continue
		}
		sameThing := s.cat != nil && s.cat.ID == t.Category && s.cat.ID != "other" && (s.room() == "" || t.Room == "" || s.room() == t.Room)
		if !sameThing && !(s.read.Urge && s.cat == nil && t.TicketID() == s.conv.Case) {
			continue
		}
		s.notOK(t)
		return true
	}
	return false
}
