package bot

import (
	"context"
	"time"

	"kefu/bot/casework"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// alarm is for what a manager must hear of now: an open case becomes major, or a
// new one opens as such. Nothing is asked, nothing need be told again.
func (s *scene) alarm(ctx context.Context) error {
	s.conv.Ask = nil
	t := s.current()
	if t == nil {
		t = s.complaint()
	}
	if t == nil {
		t, err := s.draft(ctx, ticket.Complaint, casework.Intake{Level: ticket.Major, Alarms: s.read.MajorWords})
		if err != nil {
			return err
		}
		s.begin(t)
		s.conv.Soothed = store.At(s.now)
		if t.Guest.VIP {
			s.sayVIP(t, s.vars(t))
			return nil
		}
		s.sayMajor(t)
		return nil
	}
	if t.Level == ticket.Major {
		s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAlarm, Text: s.said(), Alarms: s.read.MajorWords})
		if s.now.Sub(s.conv.Soothed.Time()) >= s.Cases.Pack().General.Limits.MajorEvery {
			s.conv.Soothed = store.At(s.now)
			s.say(prompts.AngryMore, prompts.Vars{"manager": s.Cases.Shown(s.Cases.Asked(t).ID), "by": s.promise(t)})
		}
		return nil
	}
	s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAlarm, Text: s.said(), Alarms: s.read.MajorWords})
	s.conv.Soothed = store.At(s.now)
	raised := *t
	s.Cases.Raise(&raised, s.now)
	if t.Times == 1 && s.now.Sub(t.Created.Time()) < justNow {
		raised.Times = 1
	}
	s.sayMajor(&raised)
	return nil
}

// promise is what is still promised, "" when it has passed.
func (s *scene) promise(t *ticket.Ticket) string {
	if t.Bound().After(store.At(s.now)) {
		return s.Cases.Until(t.Bound())
	}
	return ""
}

// complaint is an open complaint of the customer, for a threat that names nothing.
func (s *scene) complaint() *ticket.Ticket {
	if s.cat != nil {
		return nil
	}
	for _, t := range s.open {
		if t.Kind == ticket.Complaint || t.Kind == ticket.Repair {
			return t
		}
	}
	return nil
}

// justNow is how long after a case was opened more words are part of telling it,
// rather than a second time that somebody had to come.
const justNow = 10 * time.Minute

// sayMajor says who takes it now and until when; a phone number is the only
// thing that may be asked for.
func (s *scene) sayMajor(t *ticket.Ticket) {
	v := prompts.Vars{
		"manager": s.Cases.Calls(s.Cases.Manager().ID), "by": s.Cases.Until(t.Bound()), "phone": customer.Mask(t.Guest.Phone),
	}
	if t.Times > 1 {
		v["n"] = prompts.Nth(t.Times)
	}
	v["first"] = s.Cases.Pack().First(s.text)
	if t.Guest.Phone != "" {
		s.say(prompts.AngryPhone, v)
		return
	}
	s.say(prompts.AngryNophone, v)
	s.conv.Put(t.TicketID(), t.No, "phone", s.now)
}

// danger is for smoke, current, gas, burns: first what to do, then who calls.
func (s *scene) danger(ctx context.Context) error {
	s.conv.Ask = nil
	if t := s.current(); t != nil && t.Safety {
		s.soothe(t)
		return nil
	}
	kind := ticket.Complaint
	if s.text == "" {
		s.text = s.Words.Line(prompts.StaffMatterDanger, nil)
	}
	t, err := s.draft(ctx, kind, casework.Intake{Level: ticket.Major, Safety: true, Alarms: s.read.SafetyWords})
	if err != nil {
		return err
	}
	s.begin(t)
	s.conv.Soothed = store.At(s.now)
	who := s.Cases.Manager()
	v := prompts.Vars{"who": s.Cases.Calls(who.ID), "by": s.Cases.Until(t.Bound()), "phone": customer.Mask(t.Guest.Phone)}
	if t.Guest.Phone != "" {
		s.say(prompts.SafetyPhone, v)
		return nil
	}
	s.say(prompts.SafetyFirst, v)
	s.conv.Put(t.TicketID(), t.No, "phone", s.now)
	return nil
}

// crisis is for somebody in danger from themselves or others.
func (s *scene) crisis(ctx context.Context) error {
	s.conv.Ask = nil
	s.say(prompts.SmallCrisis, nil)
	for _, t := range s.open {
		if t.Level == ticket.Major {
			s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAlarm, Text: s.said()})
			return nil
		}
	}
	t, err := s.draft(ctx, ticket.Human, casework.Intake{Level: ticket.Major, Recent: s.recent()})
	if err != nil {
		return err
	}
	s.begin(t)
	return nil
}
