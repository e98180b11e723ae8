package bot

import (
	"context"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

var readAnew = intent.Context{}

// human is for one who wants a person.
func (s *scene) human(ctx context.Context, said string) error {
	if len(s.open) > 0 {
		t := s.open[0]
		if c := s.current(); c != nil {
			t = c
		}
		s.act(t, casework.DoHelped, said)
		s.say(prompts.HumanAgain, prompts.Vars{"who": s.whoHas(t), "by": s.promise(t)})
		return nil
	}
	s.text = said
	t, err := s.draft(ctx, ticket.Human, casework.Intake{Recent: s.recent(), Matter: s.guess()})
	if err != nil {
		return err
	}
	s.begin(t)
	people := s.Cases.Staffed(t.Team)
	if len(people) == 0 {
		s.closed(t)
		return nil
	}
	ahead, err := s.Cases.Book.Ahead(ctx)
	if err != nil {
		return err
	}
	v := prompts.Vars{"who": s.onCall(people, t), "at": s.Cases.At(t.Bound())}
	if ahead > 0 {
		v["ahead"] = ahead
	}
	s.say(prompts.HumanComing, v)
	return nil
}

// whoHas is who has a case or will, as customers are told.
func (s *scene) whoHas(t *ticket.Ticket) string {
	if t.Owner != "" {
		return s.Cases.Calls(t.Owner)
	}
	return s.Cases.TeamDesk(t.Team)
}

// onCall is who is being asked: the one on duty by name, several as the team.
func (s *scene) onCall(people []staff.Person, t *ticket.Ticket) string {
	if len(people) == 1 {
		return s.Cases.Calls(people[0].ID)
	}
	return s.Cases.TeamDesk(t.Team)
}

// closed says when somebody comes; what is dangerous need not wait.
func (s *scene) closed(t *ticket.Ticket) {
	opens := ""
	for _, p := range s.Cases.Roster.Team(t.Team) {
		if next := p.NextDuty(s.now); opens == "" || next.Before(s.now) {
			opens = s.Cases.Calendar.When(next, s.now)
		}
	}
	s.say(prompts.HumanClosed, prompts.Vars{"opens": opens, "by": s.Cases.Until(t.Bound())})
}

// guess is what one who only says 转人工 may want, from their last lines.
func (s *scene) guess() string {
	for i := len(s.conv.Lately) - 1; i >= 0; i-- {
		if cat, _ := s.Cases.Pack().Match(s.conv.Lately[i]); cat != nil {
			return s.Words.Line(prompts.StaffMaybe, prompts.Vars{"category": cat.Title})
		}
	}
	return ""
}

// erase opens a request about personal data.
func (s *scene) erase(ctx context.Context) error {
	t, err := s.draft(ctx, ticket.Privacy, casework.Intake{Matter: s.Words.Line(prompts.StaffMatterErase, nil)})
	if err != nil {
		return err
	}
	s.begin(t)
	days := int(t.Clocks.Solve.Sub(store.At(s.now)).Hours() / 24)
	s.say(prompts.SmallErase, prompts.Vars{"n": max(days, 1)})
	return nil
}

// unheard is for a voice that nobody wrote down: a person listens.
func (s *scene) unheard(ctx context.Context) error {
	m := s.last()
	if len(s.open) > 0 {
		t := s.open[0]
		if c := s.byID(s.conv.Case); c != nil {
			t = c
		}
		s.do(conversation.Act{Ticket: t.TicketID(), Do: casework.DoAdd, Media: m.MediaID, Kind: chat.Voice})
		s.handled = true
		if t.Owner == "" {
			s.say(prompts.SmallVoice, prompts.Vars{"by": s.promise(t)})
		}
		return nil
	}
	s.text = s.Words.Line(prompts.StaffVoice, nil)
	t, err := s.draft(ctx, ticket.Human, casework.Intake{Matter: s.Words.Line(prompts.StaffMatterVoice, nil), Recent: s.recent()})
	if err != nil {
		return err
	}
	s.begin(t)
	s.say(prompts.SmallVoice, prompts.Vars{"by": s.Cases.Until(t.Bound())})
	return nil
}

func (s *scene) byID(id ticket.ID) *ticket.Ticket {
	for _, t := range s.open {
		if t.TicketID() == id {
			return t
		}
	}
	return nil
}

// place is for a location: it goes to the case, or to the front desk.
func (s *scene) place() {
	m := s.last()
	if a := s.conv.Open(s.now); a != nil && m.Note != "" {
		if t := s.byID(a.Ticket); t != nil {
			if q := s.question(t, a.Slot); q.Wants() == desk.WantAddress || q.Wants() == desk.WantPlace {
				s.fill(t, []told{{q.ID, m.Note, m.Note}}, false)
				return
			}
		}
	}
	if len(s.open) > 0 {
		s.act(s.open[0], casework.DoAdd, s.Words.Line(prompts.StaffPlace, nil)+m.Note)
		if s.open[0].Owner != "" {
			return
		}
	}
	s.say(prompts.SmallPlace, nil)
}

// picture is for a picture, video, link or file alone.
func (s *scene) picture() {
	if len(s.open) > 0 {
		t := s.open[0]
		if c := s.byID(s.conv.Case); c != nil {
			t = c
		}
		s.text = s.linkText(s.last())
		s.toCase(t, "")
		s.text = ""
		if a := s.conv.Open(s.now); a != nil && a.Ticket == t.TicketID() && t.Owner == "" {
			s.say(prompts.SlotPhoto, prompts.Vars{"no": t.No})
		}
		return
	}
	if s.last().Kind == chat.Image {
		s.conv.Begun, s.conv.BegunAt = conversation.Picture, store.At(s.now)
		s.say(prompts.SmallPicture, nil)
		return
	}
	s.say(prompts.SmallFile, nil)
}

func (s *scene) linkText(m *chat.Message) string {
	if m.Kind == chat.Link || m.Kind == chat.MiniProgram {
		return s.Words.Line(prompts.StaffLink, nil) + m.Title
	}
	return ""
}

// event is for what happened without words.
func (s *scene) event(ctx context.Context) error {
	m := s.last()
	switch m.Event {
	case chat.Subscribe:
		s.follow(m, prompts.GreetRoom)
	case chat.Scan:
		s.follow(m, prompts.GreetRoomScan)
	case chat.Unsubscribe:
		left := true
		s.learn(customer.Change{Left: &left})
		for _, t := range s.open {
			s.act(t, casework.DoLeave, "")
		}
	case chat.Click:
		return s.tap(ctx, m.EventKey)
	case chat.TemplateResult:
		s.effect(conversation.Effect{Result: &conversation.Result{MsgID: m.MsgID, Status: m.Fields["Status"]}})
	case chat.EraseRequest:
		s.text = s.Words.Line(prompts.StaffMatterWithdrawn, nil)
		err := s.erase(ctx)
		s.reply = chat.Content{}
		return err
	}
	return nil
}

// follow greets who follows or scans a code: a room is remembered until the next
// day, and who comes back hears of what is still open.
func (s *scene) follow(m *chat.Message, roomKey string) {
	stays := false
	ch := customer.Change{Left: &stays}
	room := ""
	if kind, value, ok := cut(m.EventKey); ok && kind == "room" {
		room = value
		ch.Room, ch.Until = room, store.At(s.Cases.Pack().RoomUntil(m.At.In(s.Zone)))
	}
	ch.Source = m.EventKey
	s.learn(ch)
	switch {
	case len(s.open) == 1:
		t := s.open[0]
		s.say(prompts.GreetBack, prompts.Vars{"subject": t.Title, "no": t.No, "who": s.Cases.Shown(t.Owner), "by": s.promise(t)})
	case len(s.open) > 1:
		s.say(prompts.GreetBackMany, prompts.Vars{"n": prompts.HowMany(len(s.open)), "cases": s.caseLines()})
	case room != "":
		s.say(roomKey, prompts.Vars{"room": room})
	case m.Event == chat.Subscribe:
		s.say(prompts.GreetFollow, nil)
	}
}

// cut takes a scene apart: "room:1208".
func cut(scene string) (kind, value string, ok bool) {
	for i := range len(scene) {
		if scene[i] == ':' {
			return scene[:i], scene[i+1:], i+1 < len(scene)
		}
	}
	return "", "", false
}
