package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/inbox"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// scene is everything at hand when a group of messages is decided, and what was
// decided so far. It changes the conversation in memory only.
type scene struct {
	*Bot
	now    time.Time
	conv   *conversation.Conversation
	who    chat.CustomerID
	file   *customer.Customer
	guest  ticket.Guest
	open   []*ticket.Ticket     // newest first
	ended  []*ticket.Ticket     // newest first; those that are closed only after past
	joined map[string]ticket.ID // number of a case that became part of another
	looked bool                 // past was called
	msgs   []*chat.Message
	key    string // of the last message: effects are named after it
	text   string // what was said in all of them
	read   intent.Reading
	alone  *intent.Reading // of the text without any context, when it was read already
	mind   thought         // what a model made of it
	cat    *desk.Category
	topic  *desk.Topic
	aside  string // a question beside it
	whole  string // the text with that question
	knew   *known // what was asked of the knowledge base last
	queued bool   // something else is on its way to the customer: no passive reply before it
	held   []delivery.HeldText

	reply   chat.Content
	n       int
	handled bool // pictures were put to a case
}

// said is all that was said, with a question that was set aside.
func (s *scene) said() string {
	if s.whole != "" {
		return s.whole
	}
	return s.text
}

// id names the next effect.
func (s *scene) id() string {
	s.n++
	return fmt.Sprintf("%s/%d", s.key, s.n)
}

func (s *scene) effect(e conversation.Effect) {
	e.ID = s.id()
	s.conv.Effects = append(s.conv.Effects, e)
}

// act lets the customer do something to a case.
func (s *scene) act(t *ticket.Ticket, do, text string) {
	s.do(conversation.Act{Ticket: t.TicketID(), Do: do, Text: text})
}

func (s *scene) do(a conversation.Act) {
	a.At = store.At(s.now)
	s.conv.Case = a.Ticket
	s.effect(conversation.Effect{Act: &a})
}

// say is the reply. A later one replaces it: a group of messages is answered once.
func (s *scene) say(key string, v prompts.Vars) { s.reply = s.Words.Say(key, v) }

func (s *scene) last() *chat.Message { return s.msgs[len(s.msgs)-1] }

// scene reads what a decision needs.
func (b *Bot) scene(ctx context.Context, conv *conversation.Conversation, group []*inbox.Entry) (*scene, error) {
	s := &scene{Bot: b, now: b.Now(), conv: conv, who: chat.CustomerID(conv.ID), key: group[len(group)-1].ID}
	var words []string
	for _, e := range group {
		m := &e.Message
		s.msgs = append(s.msgs, m)
		conv.Opens(m)
		if m.Speaks() {
			conv.Last = m.At
		}
		if (m.Kind == chat.Text || m.Kind == chat.Voice) && m.Tapped == "" && m.Text != "" {
			words = append(words, strings.TrimSpace(chat.Clean(m.Text)))
		}
	}
	s.text = strings.Clone(strings.Join(words, " ")) // the conversation keeps it, and is not to keep all that came with it
	var err error
	if s.file, err = b.People.Get(ctx, s.who); err != nil {
		return nil, err
	}
	s.guest = b.Cases.GuestOf(s.file)
	live, err := b.Cases.Book.LiveOf(ctx, s.who, 20)
	if err != nil {
		return nil, err
	}
	for _, t := range live {
		if t.IsOpen() {
			s.open = append(s.open, t)
		} else {
			s.ended = append(s.ended, t)
		}
	}
	shelved := false
	if s.queued, shelved, err = b.Out.Busy(ctx, s.who, s.key); err != nil {
		return nil, err
	}
	if s.file.Rev == 0 {
		s.effect(conversation.Effect{Learn: &customer.Change{Source: "wechat", At: store.At(s.now)}})
	}
	if shelved && s.last().Speaks() {
		if s.held, err = b.Out.TakeHeld(ctx, s.who, s.key); err != nil {
			return nil, err
		}
		s.effect(conversation.Effect{Flush: s.key}) // pictures and the like
		if err := s.past(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// past reads the customer's closed cases too, which most messages do not need.
func (s *scene) past(ctx context.Context) error {
	if s.looked {
		return nil
	}
	all, err := s.Cases.Book.Of(ctx, s.who, 20)
	if err != nil {
		return err
	}
	s.looked, s.ended, s.joined = true, nil, map[string]ticket.ID{}
	for _, t := range all {
		switch {
		case t.Into != "":
			s.joined[t.No] = t.Into
		case !t.IsOpen():
			s.ended = append(s.ended, t)
		}
	}
	return nil
}

// wantsPast says whether what was read may be about a case long closed.
func (s *scene) wantsPast() bool {
	r := s.read
	return s.conv.Comment != "" || s.conv.Rating != "" || s.conv.Begun != "" || r.Fields.Number != "" || r.Urge || r.Major || r.Safety ||
		r.SelfHarm || r.Has(intent.Complaint) || r.Has(intent.Repair) || r.Main == intent.Progress || r.Main == intent.Abuse
}

// finish puts what had been held before the reply, and lets the rest go.
func (s *scene) finish() {
	s.besides()
	s.keepPictures()
	if len(s.held) > 0 {
		s.sayHeld()
	}
	if s.text != "" && len(s.text) < 600 {
		s.conv.Lately = append(s.conv.Lately, s.text)
		s.conv.Lately = s.conv.Lately[max(len(s.conv.Lately)-2, 0):]
	}
	s.conv.Offers(s.reply, s.now)
	s.keepReply()
}

// keepReply lets the cases that the reply is about know it, so that staff and the
// customer's page show the talk as it was.
func (s *scene) keepReply() {
	if s.reply.IsZero() {
		return
	}
	text := s.reply.Fill(func(o chat.Option) string { return "［" + o.Label + "］" })
	for i := range slices.Backward(s.conv.Effects) {
		switch e := &s.conv.Effects[i]; {
		case !strings.HasPrefix(e.ID, s.key+"/"):
		case e.Open != nil:
			at := store.At(s.now)
			if n := len(e.Open.History); n > 0 { // it follows what it answers
				at = e.Open.History[n-1].At
			}
			e.Open.Log(ticket.Event{At: at, Who: ticket.ByBot, What: ticket.Answer, Text: text})
		case e.Act != nil && e.Act.Do != casework.DoLeave && !slices.ContainsFunc(s.conv.Effects[i+1:], func(later conversation.Effect) bool {
			return later.Act != nil && later.Act.Ticket == e.Act.Ticket
		}):
			e.Act.Reply = text
		}
	}
}

// sayHeld says what staff had to say while nothing could be sent. What is older
// than 7 days becomes one line of result.
func (s *scene) sayHeld() {
	var texts, ids []string
	var first delivery.HeldText
	for _, h := range s.held {
		ids = append(ids, h.ID)
		if !h.Old {
			if len(texts) == 0 {
				first = h
			}
			texts = append(texts, strings.TrimPrefix(h.Text, s.Cases.Shown(h.From)+"："))
		}
	}
	var c chat.Content
	if len(texts) > 0 {
		c = s.Words.Say(prompts.HeldFresh, prompts.Vars{
			"date": s.Cases.Calendar.Date(first.At.Time()), "who": s.Cases.Shown(first.From), "text": strings.Join(texts, "\n"),
		})
	} else {
		c = s.staleResult(s.held[len(s.held)-1])
	}
	if !s.reply.IsZero() {
		c = join(c, s.reply)
	}
	s.reply = c
	s.effect(conversation.Effect{Said: &conversation.Said{By: s.key, IDs: ids}})
}

// staleResult is one line of what became of a case long ago.
func (s *scene) staleResult(h delivery.HeldText) chat.Content {
	v := prompts.Vars{"result": h.Text}
	for _, t := range append(s.open, s.ended...) {
		if t.ID == h.Ticket {
			v["no"] = t.No
			if t.Result != "" {
				v["result"] = t.Result
			}
		}
	}
	return s.Words.Say(prompts.HeldStale, v)
}

// join puts one text before another; the options of both stay.
func join(a, b chat.Content) chat.Content {
	shift := len(a.Options)
	moved := b.Text
	for i := len(b.Options) - 1; i >= 0; i-- {
		moved = strings.ReplaceAll(moved, chat.Mark(i), chat.Mark(i+shift))
	}
	if b.Form != chat.AsText {
		return a
	}
	return chat.Content{Form: chat.AsText, Text: a.Text + "\n" + moved, Options: append(append([]chat.Option{}, a.Options...), b.Options...), AI: a.AI || b.AI}
}

// byNo is the customer's own case of that number, open or ended.
func (s *scene) byNo(no string) *ticket.Ticket {
	for _, t := range append(append([]*ticket.Ticket{}, s.open...), s.ended...) {
		if t.No == no || s.joined[no] == t.TicketID() {
			return t
		}
	}
	return nil
}

// room is where the customer is, as far as known.
func (s *scene) room() string {
	if s.read.Fields.Room != "" && !s.isCase(s.read.Fields.Room) {
		return s.read.Fields.Room
	}
	if room := s.file.InRoom(s.now); room != "" {
		return room
	}
	for _, t := range s.open { // told for another case
		if knows(t, "room") && s.now.Sub(t.Wrote.Time()) < 24*time.Hour {
			return t.Room
		}
	}
	return ""
}

func (s *scene) isCase(no string) bool { return s.byNo(no) != nil }

// current is the open case that the words belong to, or nil.
func (s *scene) current() *ticket.Ticket {
	f := s.read.Fields
	room := f.Room
	if s.isCase(room) {
		room = ""
	}
	cat := ""
	if s.cat != nil {
		cat = s.cat.ID
	}
	var best *ticket.Ticket
	for _, t := range s.open {
		if s.otherMatter(t) || !t.SameCase(room, f.Order, f.Product, cat, s.now, s.Cases.Book.Limits().Same) {
			continue
		}
		if best == nil || t.TicketID() == s.conv.Case {
			best = t
		}
	}
	return best
}

// otherMatter says that the words begin something else than the open case is
// about, also in the same breath: a wish or a grievance beside a question, a wish
// beside a grievance.
func (s *scene) otherMatter(t *ticket.Ticket) bool {
	switch s.read.Main {
	case intent.Complaint, intent.Repair:
		return t.Kind == ticket.Inquiry || t.Kind == ticket.Request || t.Kind == ticket.Order
	case intent.Request, intent.Order:
		if withdrawn(s.text) {
			return false
		}
		if strings.ContainsAny(s.text, "没不") { // 果盘没送 is about the case in hand
			return false
		}
		return t.Kind != ticket.Human && string(t.Kind) != string(s.read.Main)
	case intent.Proposal, intent.Praise:
		if s.read.Has(intent.Progress) || s.read.Has(intent.Complaint) { // 好的，请快一点
			return false
		}
		return t.Kind != ticket.Human
	}
	return false
}

// vars are what texts about a case may say; a promise that has passed is not said again.
func (s *scene) vars(t *ticket.Ticket) prompts.Vars {
	v := s.Cases.Vars(t)
	v["by"] = s.promise(t)
	return v
}
