package bot

import (
	"context"
	"strconv"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/desk"
	"kefu/bot/inbox"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// tap does what an option or a menu button means; typed words come here too. A
// key we do not know is answered like words nobody understood.
func (s *scene) tap(ctx context.Context, key string) error {
	if err := s.past(ctx); err != nil {
		return err
	}
	if t, ok := s.Cases.Pack().Taps[key]; ok {
		return s.packTap(ctx, t)
	}
	verb, rest, _ := cut(key)
	first, second, _ := strings.Cut(rest, ":")
	switch verb {
	case "faq":
		return s.faq(ctx, first)
	case "kb":
		if a := s.Know.Live(first, s.audience(), s.now); a != nil {
			s.text = ""
			s.tell(a)
			return nil
		}
		return s.unsolved(ctx)
	case "clarify":
		s.clarify(first)
		return nil
	case "consent":
		s.consent(first)
		return nil
	}
	if key == "urgent" {
		return s.danger(ctx)
	}
	if !caseVerbs[verb] {
		return s.unclear(ctx)
	}
	t := s.byNo(first)
	if t == nil {
		if first != "" {
			s.say(prompts.ProgressUnknownNo, prompts.Vars{"no": first})
			return nil
		}
		return s.unclear(ctx)
	}
	return s.caseTap(ctx, t, verb, second)
}

// caseVerbs are the keys that name one of the customer's cases: urge:4827.
var caseVerbs = map[string]bool{"slot": true, "case": true, "add": true, "urge": true, "ok": true, "no": true, "rate": true, "act": true}

// caseTap is a tap about one of the customer's cases.
func (s *scene) caseTap(ctx context.Context, t *ticket.Ticket, verb, value string) error {
	s.conv.Case = t.TicketID()
	switch verb {
	case "slot":
		s.slotTap(t, value)
	case "case":
		s.showCase(t)
	case "add":
		s.say(prompts.CaseAdd, prompts.Vars{"no": t.No})
	case "urge":
		if !t.IsOpen() {
			s.showCase(t)
			return nil
		}
		s.urge(t)
	case "ok":
		s.confirm(t)
	case "no":
		return s.notRight(ctx, t)
	case "rate":
		s.rate(t, value)
	case "act":
		s.act(t, casework.DoYes, "")
		s.say(prompts.CaseActYes, prompts.Vars{"who": s.Cases.Shown(s.Cases.Responsible(t).ID), "by": s.promise(t)})
	}
	return nil
}

// packTap is a menu button, or an option that means the same.
func (s *scene) packTap(ctx context.Context, t desk.Tap) error {
	switch {
	case t.Do == "progress":
		return s.progress(ctx)
	case t.Do == "human":
		return s.human(ctx, s.Words.Line(prompts.StaffMatterHuman, nil))
	case t.Kind == string(ticket.Request) && t.Text != "":
		s.text = t.Text
		s.understand()
		return s.take(ctx, ticket.Request)
	case t.Kind != "":
		s.conv.Begun, s.conv.BegunAt = t.Kind, store.At(s.now)
		s.say(t.Reply, nil)
	case t.Text != "":
		s.text = t.Text
		s.understand()
		return s.inquiry(ctx)
	case t.Reply != "":
		s.say(t.Reply, nil)
	}
	return nil
}

func (s *scene) faq(ctx context.Context, answer string) error {
	if answer == "no" {
		return s.unsolved(ctx)
	}
	a := s.Know.Live(s.conv.Solved, s.audience(), s.now)
	s.conv.Solved, s.conv.Asked = "", ""
	if a != nil && a.Closing != "" {
		s.say(prompts.InquiryHelped, prompts.Vars{"ending": strings.Trim(strings.TrimPrefix(a.Closing, "好的"), "，。")})
	}
	return nil
}

func (s *scene) clarify(what string) {
	if what == "do" {
		s.say(prompts.ClarifyDo, nil)
		return
	}
	s.say(prompts.ClarifyAsk, nil)
}

func (s *scene) consent(answer string) {
	s.learn(customer.Change{Consent: answer})
	if answer == "yes" {
		s.say(prompts.ConsentYes, nil)
		return
	}
	s.say(prompts.ConsentNo, nil)
}

// confirm is 可以了: the case is over, and a rating is asked for when a person had
// to do with it.
func (s *scene) confirm(t *ticket.Ticket) {
	if t.Rating != nil {
		s.say(prompts.RateClosed, nil)
		return
	}
	s.act(t, casework.DoOK, s.Words.Line(prompts.StaffLogOk, nil))
	k := s.Cases.Pack().Kind(string(t.Kind))
	if k == nil || !k.Rated || t.Owner == "" {
		s.say(prompts.SmallThanks, nil)
		return
	}
	s.conv.Rating = t.TicketID()
	s.say(prompts.RateAsk, prompts.Vars{"no": t.No})
}

// notRight is 还没好.
func (s *scene) notRight(ctx context.Context, t *ticket.Ticket) error {
	if t.IsOpen() {
		s.act(t, casework.DoAdd, s.Words.Line(prompts.StaffLogNotOk, nil))
		s.say(prompts.CaseAdd, prompts.Vars{"no": t.No})
		return nil
	}
	if s.now.Sub(t.Solved.Time()) <= s.Cases.Book.Limits().Reopen {
		s.notOK(t)
		return nil
	}
	fresh, err := s.draft(ctx, t.Kind, casework.Intake{
		Words: t.Words, Matter: s.Words.Line(prompts.StaffMatterAgain, prompts.Vars{"no": t.No, "text": t.Matter}), Links: []ticket.ID{t.TicketID()},
		Category: t.Category, Dept: t.Dept, Thing: t.Thing, Room: t.Room, OrderNo: t.OrderNo, Product: t.Product,
	})
	if err != nil {
		return err
	}
	s.begin(fresh)
	s.say(prompts.ReopenLate, prompts.Vars{"no": fresh.No, "old": t.No, "by": s.Cases.Until(fresh.Bound())})
	return nil
}

// notOK opens an ended case again, with the same person if they are there.
func (s *scene) notOK(t *ticket.Ticket) {
	s.act(t, casework.DoNotOK, s.text)
	key, who := prompts.ReopenSame, t.Owner
	p, ok := s.Cases.Roster.ByID(t.Owner)
	if !ok || !p.OnDuty(s.now) {
		if on := s.Cases.Staffed(t.Team); len(on) > 0 {
			key, who = prompts.ReopenOther, on[0].ID
		}
	}
	name := s.Cases.Shown(who)
	if who == "" {
		name = s.Cases.TeamDesk(t.Team)
	}
	s.say(key, prompts.Vars{"no": t.No, "who": name})
}

// rated takes typed words as the rating that was asked for.
func (s *scene) rated() bool {
	for _, t := range s.ended {
		if t.TicketID() != s.conv.Rating {
			continue
		}
		for score := 1; score <= 5; score++ {
			if said := strings.Trim(s.text, " 。！!分"); said == s.Cases.Pack().Rating(score) || said == strconv.Itoa(score) {
				s.rate(t, strconv.Itoa(score))
				return true
			}
		}
	}
	return false
}

// rate records a rating and answers by what it was.
func (s *scene) rate(t *ticket.Ticket, value string) {
	score, err := strconv.Atoi(value)
	if err != nil || score < 1 || score > 5 {
		return
	}
	probe := *t
	if probe.Rating != nil {
		r := *probe.Rating
		probe.Rating = &r
	}
	changed := probe.Rating != nil
	if probe.Rate(score, s.now) != nil {
		s.say(prompts.RateClosed, nil)
		return
	}
	s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoRate, Value: value})
	s.conv.Rating, s.conv.Comment = "", ""
	switch {
	case changed && score > 2:
		s.say(prompts.RateChanged, prompts.Vars{"rating": s.Cases.Pack().Rating(score)})
	case score <= 2:
		s.conv.Comment = t.TicketID()
		s.say(prompts.RateLow, prompts.Vars{"lead": s.Cases.Calls(s.Cases.Lead(t).ID), "by": s.Cases.CallBack()})
	case score == 3:
		s.conv.Comment = t.TicketID()
		s.say(prompts.RateFair, nil)
	case s.file.Consent == "":
		s.say(prompts.RateGood, nil)
	default:
		s.say(prompts.RateGoodAgain, nil)
	}
}

// giveUp makes work for a person of a message that could not be handled.
func (b *Bot) giveUp(ctx context.Context, e *inbox.Entry) error {
	b.metrics.gaveUp()
	guest, err := b.Cases.Guest(ctx, e.Customer)
	if err != nil {
		return err
	}
	words := chat.Clean(e.Message.Text)
	if words == "" {
		words = "［" + string(e.Message.Kind) + "］"
	}
	t, err := b.Cases.Draft(ctx, casework.Intake{
		Cause: e.ID, Kind: ticket.Human, Who: e.Customer, Guest: guest, Words: words, Matter: b.Cases.Words.Line(prompts.StaffMatterFailed, prompts.Vars{"text": words}),
	})
	if err != nil {
		return err
	}
	if err := b.Cases.Open(ctx, t); err != nil {
		return err
	}
	if err := b.Inbox.Close(ctx, e, inbox.Answer{Gone: "given to staff"}); err != nil {
		return err
	}
	b.hand.drop(e.Customer, e.ID)
	return nil
}
