package workbench

import (
	"context"
	"errors"
	"strings"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

func refused(err error) bool { return errors.As(err, new(casework.Refusal)) }

// say sends words to the customer; the case is the current one then. Words to be
// looked at once more come back on a small card first, with a number or without.
func (t *turn) say(ctx context.Context, on *ticket.Ticket, text string, pass bool) (string, error) {
	text, err := t.expand(text, on)
	if err != nil {
		return "", err
	}
	if !pass && t.Cases.Doubt(text) != nil {
		return t.offer(ctx, on, chat.Say(text)) // pressing 发送 is looking at it once more
	}
	return t.speak(ctx, on, text, pass)
}

// speak sends words as they are. pass lets a lead say what others may not.
func (t *turn) speak(ctx context.Context, on *ticket.Ticket, text string, pass bool) (string, error) {
	out, err := t.Cases.Say(ctx, t.p.ID, on.TicketID(), text, pass)
	if err != nil {
		return "", err
	}
	if err := t.current(ctx, on); err != nil {
		return "", err
	}
	return t.lesson(ctx, out)
}

// words are for the current case: they are asked about before they are sent, unless
// the person has that turned off.
func (t *turn) words(ctx context.Context, on *ticket.Ticket, text string) (string, error) {
	if !t.state.Confirms() {
		return t.say(ctx, on, text, false)
	}
	text, err := t.expand(text, on)
	if err != nil {
		return "", err
	}
	if err := t.Cases.MaySay(t.p.ID, text); err != nil {
		return "", err
	}
	return t.offer(ctx, on, chat.Say(text))
}

// fetchIn is how long a picture may take; WeCom waits five seconds for our answer.
const fetchIn = 3500 * time.Millisecond

// file is a picture or a voice: it is kept, and asked whom it is for.
func (t *turn) file(ctx context.Context) (string, error) {
	if t.Fetch == nil || t.m.MediaID == "" {
		return t.line(prompts.StaffNotThis, nil), nil
	}
	fctx, cancel := context.WithTimeout(ctx, fetchIn)
	defer cancel()
	id, err := t.Fetch(fctx, t.m.MediaID)
	if err != nil {
		t.Log.Warn("file of staff not fetched", "kind", t.m.Kind, "err", err)
		return t.line(prompts.StaffFileLost, nil), nil
	}
	c := chat.Content{Form: chat.AsImage, Media: "file:" + id}
	if t.m.Kind == chat.Voice {
		c.Form = chat.AsVoice
	}
	if current := t.state.CurrentAt(t.now); current != "" {
		on, err := t.Book.Get(ctx, ticket.ID(current))
		if err != nil {
			return "", err
		}
		if !t.state.Confirms() {
			return t.send(ctx, on, c)
		}
		return t.offer(ctx, on, c)
	}
	return t.line(prompts.StaffFileKept, nil), t.hold(ctx, staff.Pending{ID: t.pendingID(), Content: c})
}

func (t *turn) pendingID() string { return t.m.Key[:min(len(t.m.Key), 16)] }

func (t *turn) hold(ctx context.Context, p staff.Pending) error {
	_, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		s.Hold(p, t.now)
		return nil
	})
	return err
}

// offer asks on a small card whether this is to be sent to the customer of the case.
func (t *turn) offer(ctx context.Context, on *ticket.Ticket, c chat.Content) (string, error) {
	left, err := t.Cases.Talks.Left(ctx, on.Who, store.At(t.now))
	if err != nil {
		return "", err
	}
	p := staff.Pending{ID: t.pendingID(), Ticket: on.ID, Content: c}
	if err := t.hold(ctx, p); err != nil {
		return "", err
	}
	v := prompts.Vars{"guest": on.Guest.Name, "no": on.No, "credits": left.Left, "quote": c.Plain()}
	if left.Left > 0 {
		v["left"] = hours.Span(left.Until.Sub(store.At(t.now)))
	}
	if t.p.NoCard {
		return t.line(prompts.StaffConfirm, v), nil
	}
	card := t.Words.Card(prompts.CardConfirmSend, v)
	for i := range card.Buttons { // an old card must send nothing
		card.Buttons[i].Key += ":" + p.ID
	}
	return "", t.post(ctx, t.p, "confirm", on, card)
}

// confirmed does what the small card says: send, keep as a note, or let it wait for
// another number.
func (t *turn) confirmed(ctx context.Context, what verb, id string) (string, error) {
	p, err := t.pending(ctx, id)
	if err != nil {
		return "", err
	}
	if p == nil {
		return t.line(prompts.StaffOldCard, nil), nil
	}
	if what == vOther {
		return t.line(prompts.StaffDiscarded, nil), t.grey(ctx, t.line(prompts.StaffDiscarded, nil))
	}
	on, err := t.Book.Get(ctx, ticket.ID(p.Ticket))
	if err != nil {
		return "", err
	}
	ctx = casework.WithCause(ctx, "bench/pending/"+p.ID) // pressed twice is once
	var say, done string
	if what == vSend {
		say, err = t.send(ctx, on, p.Content)
		done, _, _ = strings.Cut(say, "。") // 已发, or that it waits and why
	} else {
		say, err = t.note(ctx, on, p.Content)
		done = t.line(prompts.StaffDoneNoted, nil)
	}
	if err != nil {
		return "", err
	}
	return say, errors.Join(t.taken(ctx, p.ID), t.grey(ctx, done))
}

// pending is what waits under that id, or, with no id, whatever waits; nil when
// nothing does any more.
func (t *turn) pending(ctx context.Context, id string) (*staff.Pending, error) {
	s, err := t.States.Get(ctx, t.p.ID)
	if err != nil || s.Pending == nil {
		return nil, err
	}
	if id == "" {
		id = s.Pending.ID
	}
	return s.Take(id, t.now), nil // of our copy only: it is forgotten when it was sent
}

func (t *turn) taken(ctx context.Context, id string) error {
	_, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		if s.Pending == nil || s.Pending.ID != id {
			return store.ErrUnchanged
		}
		s.Take(id, t.now)
		return nil
	})
	return err
}

// send sends what waited.
func (t *turn) send(ctx context.Context, on *ticket.Ticket, c chat.Content) (string, error) {
	file, kind := fileIn(c)
	if file == "" {
		return t.speak(ctx, on, c.Text, true) // a lead has read it on the card
	}
	out, err := t.Cases.SendFile(ctx, t.p.ID, on.TicketID(), file, kind)
	if err != nil {
		return "", err
	}
	return out.Say, t.current(ctx, on)
}

func (t *turn) note(ctx context.Context, on *ticket.Ticket, c chat.Content) (string, error) {
	if file, kind := fileIn(c); file != "" {
		out, err := t.Cases.NoteFile(ctx, t.p.ID, on.TicketID(), file, kind)
		return out.Say, err
	}
	out, err := t.Cases.Note(ctx, t.p.ID, on.TicketID(), c.Text)
	return out.Say, err
}

// fileIn is the picture or voice that something to be sent is; "" for words.
func fileIn(c chat.Content) (id string, kind chat.Kind) {
	switch c.Form {
	case chat.AsImage:
		kind = chat.Image
	case chat.AsVoice:
		kind = chat.Voice
	default:
		return "", ""
	}
	return strings.TrimPrefix(c.Media, "file:"), kind
}

// replyTo is 回 with a number alone, and the button 回复: what waits is sent there,
// else the case becomes the current one.
func (t *turn) replyTo(ctx context.Context, on *ticket.Ticket) (string, error) {
	p, err := t.pending(ctx, "")
	if err != nil {
		return "", err
	}
	if p != nil && t.m.Kind != chat.Event {
		say, err := t.send(casework.WithCause(ctx, "bench/pending/"+p.ID), on, p.Content)
		if err != nil {
			return "", err
		}
		return say, t.taken(ctx, p.ID)
	}
	v := t.Cases.Vars(on)
	return t.line(prompts.StaffRemindAnswer, prompts.Vars{"no": on.No, "by": v["by"], "guest": v["guest"], "they": they(on)}), t.current(ctx, on)
}

// they is how staff refer to the customer; empty when that is not known.
func they(on *ticket.Ticket) string { return casework.They(on) }

// settings shows whether words are asked about before they are sent.
func (t *turn) settings(ctx context.Context) (string, error) {
	on := t.line(prompts.StaffOn, nil)
	if !t.state.Confirms() {
		on = t.line(prompts.StaffOff, nil)
	}
	card := t.Words.Card(prompts.CardSettings, prompts.Vars{"confirm": on})
	if t.p.NoCard {
		return t.setConfirm(ctx, !t.state.Confirms())
	}
	return "", t.post(ctx, t.p, "settings", nil, card)
}

func (t *turn) setConfirm(ctx context.Context, on bool) (string, error) {
	_, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		s.NoConfirm = !on
		return nil
	})
	key := prompts.StaffConfirmOff
	if on {
		key = prompts.StaffConfirmOn
	}
	return t.line(key, nil), err
}
