package bot

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/casework"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// thanks is answered once a day, and only when nothing is in hand.
func (s *scene) thanks() {
	if len(s.open) > 0 {
		return
	}
	day := s.now.In(s.Zone).Format(time.DateOnly)
	if s.conv.Thanked == day {
		return
	}
	s.conv.Thanked = day
	if len(s.conv.Lately) == 0 && !strings.ContainsAny(s.text, "谢辛") && !strings.Contains(strings.ToLower(s.text), "thank") {
		s.say(prompts.SmallHello, nil) // 嗯 or an emoji begins a talk
		return
	}
	s.say(prompts.SmallThanks, nil)
}

// unclear asks kindly once what is wanted; then a person looks.
func (s *scene) unclear(ctx context.Context) error {
	if s.known(true) {
		return nil
	}
	switch {
	case answering(s.conv.Offered(s.now)) && len(s.text) > 0 && !asking(s.text): // what the article asked for
		return s.askFor(ctx, s.text, prompts.InquiryPassed)
	case intent.Commands(s.text):
	case foreign(s.text) && utf8.RuneCountInString(s.text) >= 8:
		return s.askFor(ctx, s.text, prompts.InquiryForeign)
	}
	switch {
	case s.namesMatter():
		return s.take(ctx, ticket.Complaint)
	case intent.Commands(s.text):
	case asking(s.text) && !smallTalk(s.text):
		return s.askFor(ctx, s.text, prompts.InquiryUnknown)
	}
	s.conv.Unclear++
	if s.conv.Unclear == 1 {
		s.say(prompts.ClarifyFirst, nil)
		return nil
	}
	s.conv.Unclear = 0
	t, err := s.draft(ctx, ticket.Human, casework.Intake{Recent: s.recent()})
	if err != nil {
		return err
	}
	s.begin(t)
	s.say(prompts.ClarifySecond, prompts.Vars{"by": s.Cases.Until(t.Bound())})
	return nil
}

// scold answers swearing without a matter: first kindly, then a person, then
// silence and a word to the lead.
func (s *scene) scold(ctx context.Context) error {
	s.conv.Abuse++
	switch s.conv.Abuse {
	case 1:
		s.say(prompts.SmallScold, nil)
		return nil
	case 2:
		t, err := s.draft(ctx, ticket.Human, casework.Intake{Recent: s.recent()})
		if err != nil {
			return err
		}
		s.begin(t)
		s.say(prompts.SmallScoldAgain, prompts.Vars{"who": s.Cases.TeamDesk(t.Team), "by": s.Cases.Until(t.Bound())})
		return nil
	}
	t, err := s.draft(ctx, ticket.Complaint, casework.Intake{Level: ticket.Serious})
	if err != nil {
		return err
	}
	s.begin(t)
	return nil
}
