package bot

import (
	"context"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/intent"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// progress tells how far the customer's cases are. Urging reminds staff.
func (s *scene) progress(ctx context.Context) error {
	f := s.read.Fields
	if t := s.byNo(f.Number); t != nil {
		return s.progressOf(t)
	}
	if t := s.byNo(f.Room); t != nil {
		return s.progressOf(t)
	}
	switch {
	case len(s.open) == 0 && s.read.Thing != "" && f.Number == "":
		return s.overdue(ctx)
	case len(s.open) == 0:
		s.noneOpen()
	case len(s.open) == 1:
		return s.progressOf(s.open[0])
	case s.read.Urge:
		t := s.open[0]
		if c := s.byID(s.conv.Case); c != nil {
			t = c
		}
		s.urge(t)
	default:
		s.say(prompts.ProgressMany, prompts.Vars{"n": prompts.HowMany(len(s.open)), "cases": s.caseLines()})
	}
	return nil
}

func (s *scene) progressOf(t *ticket.Ticket) error {
	if s.read.Urge && t.IsOpen() {
		s.urge(t)
		return nil
	}
	s.showCase(t)
	return nil
}

// overdue is for something a customer waits for that no case of ours is about:
// 押金什么时候退，都三天了. If it is not known, somebody finds out.
func (s *scene) overdue(ctx context.Context) error {
	switch {
	case s.known(true):
		return nil
	case s.read.Has(intent.Complaint):
		return s.take(ctx, ticket.Complaint)
	}
	return s.askFor(ctx, s.text, prompts.InquiryUnknown)
}

func (s *scene) noneOpen() {
	v := prompts.Vars{}
	if len(s.ended) > 0 {
		t := s.ended[0]
		v["date"], v["subject"] = s.Cases.Calendar.Date(t.Created.Time()), t.Title
	}
	s.say(prompts.ProgressNone, v)
}

// urge takes every 催一下; staff are reminded once in half an hour.
func (s *scene) urge(t *ticket.Ticket) {
	text := s.text
	if text == "" {
		text = s.Words.Line(prompts.StaffLogUrge, nil)
	}
	s.act(t, casework.DoUrge, text)
	who, lead := s.Cases.Responsible(t), s.Cases.Lead(t)
	v := prompts.Vars{"who": s.Cases.Shown(who.ID), "by": s.promise(t)}
	if t.Owner == "" {
		v["who"] = s.Cases.TeamDesk(t.Team)
	}
	if lead.ID != who.ID {
		v["lead"] = s.Cases.Pack().General.Titles[staff.Lead]
	}
	s.say(prompts.ProgressUrged, v)
}

// showCase says what happened in one case and what comes next.
func (s *scene) showCase(t *ticket.Ticket) {
	s.conv.Case = t.TicketID()
	v := prompts.Vars{"subject": t.Title, "no": t.No, "steps": s.steps(t), "result": t.Result}
	if !t.IsOpen() {
		s.say(prompts.ProgressDone, v)
		return
	}
	v["next"] = s.next(t)
	s.say(prompts.ProgressOne, v)
}

// steps are the moves the customer may read of: 14:06 小陈接手　14:25 师傅到房.
func (s *scene) steps(t *ticket.Ticket) string {
	var all []string
	for _, e := range t.Progress() {
		all = append(all, s.Cases.At(e.At)+" "+e.Line)
	}
	return strings.Join(all[max(len(all)-6, 0):], "　")
}

func (s *scene) next(t *ticket.Ticket) string {
	switch {
	case t.State == ticket.Waiting:
		what := strings.TrimPrefix(t.WaitsFor, "等您")
		if what == "" {
			what = s.Words.Line(prompts.ProgressReply, nil)
		}
		return s.Words.Line(prompts.ProgressNextYou, prompts.Vars{"what": what})
	case t.Owner == "":
		return s.Words.Line(prompts.ProgressNextClaim, prompts.Vars{"by": s.promise(t)})
	case s.promise(t) != "":
		return s.Words.Line(prompts.ProgressNextAnswer, prompts.Vars{"who": s.Cases.Shown(t.Owner), "by": s.promise(t)})
	}
	return ""
}

// caseLines are the open cases, each to be tapped.
func (s *scene) caseLines() []chat.Content {
	var all []chat.Content
	for _, t := range s.open[:min(len(s.open), 4)] {
		who := s.Cases.Shown(t.Owner)
		if t.Owner == "" {
			who = s.Cases.DeptTitle(t.Team)
		}
		all = append(all, s.Words.Say(prompts.ProgressCase, prompts.Vars{"subject": t.Title, "no": t.No, "who": who, "by": s.promise(t)}))
	}
	return all
}
