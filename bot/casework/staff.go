package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// staffAct is one thing staff do to a case.
type staffAct struct {
	*Desk
	p     staff.Person
	now   time.Time
	left  delivery.Allowance // of the customer, before
	force bool               // a lead has let it pass
}

// act reads what an act must know, lets do change the case, and carries out what
// follows. do may run twice.
func (d *Desk) act(ctx context.Context, by string, id ticket.ID, do func(a staffAct, t *ticket.Ticket) error) (*ticket.Ticket, error) {
	a := staffAct{Desk: d, p: d.person(by), now: d.Now()}
	if a.p.ID == "" {
		return nil, d.refusal(prompts.StaffErrNotStaff, nil)
	}
	before, err := d.Book.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if a.left, err = d.Talks.Left(ctx, before.Who, store.At(a.now)); err != nil {
		return nil, err
	}
	cause := CauseOf(ctx)
	return d.change(ctx, id, func(t *ticket.Ticket) error {
		if cause != "" && !t.Once(cause) {
			return store.ErrUnchanged
		}
		return do(a, t)
	})
}

func (d *Desk) refusal(key string, v prompts.Vars) error {
	return Refusal{d.Words.Line(key, v)}
}

// why makes a sentence of a move that is not legal.
func (d *Desk) why(t *ticket.Ticket, err error) error {
	switch {
	case errors.Is(err, ticket.ErrTaken):
		return d.refusal(prompts.StaffErrClaimed, prompts.Vars{"no": t.No, "who": d.shown(t.Owner), "at": d.at(t.Claimed)})
	case errors.Is(err, ticket.ErrEnded):
		return d.refusal(prompts.StaffErrClosed, prompts.Vars{"no": t.No, "at": d.at(t.Solved)})
	case errors.Is(err, ticket.ErrTwice), errors.Is(err, ticket.ErrNotNow), errors.Is(err, ticket.ErrLate):
		return d.refusal(prompts.StaffErrState, prompts.Vars{"no": t.No, "state": d.stateTitle(t)})
	}
	return err
}

func (d *Desk) stateTitle(t *ticket.Ticket) string {
	if k := d.Pack().Kind(string(t.Kind)); k != nil {
		return k.States[string(t.State)].Title
	}
	return ""
}

// roles are what a person is to a case, for the pack's rules.
func (d *Desk) roles(t *ticket.Ticket, p staff.Person) []string {
	roles := slices.Clone(p.Roles)
	if p.Team == t.Team || slices.ContainsFunc(t.Cards, func(c ticket.CardRef) bool { return c.Staff == p.ID && c.What != "help" }) {
		roles = append(roles, "team")
	}
	if t.Owner == p.ID || t.Asked == p.ID {
		roles = append(roles, "owner")
	}
	for _, h := range t.Helps {
		if h.Who == p.ID || h.Dept == p.Team {
			roles = append(roles, "helper")
		}
	}
	return roles
}

// allow refuses a move that this person may not make on the case as it stands.
func (a staffAct) allow(t *ticket.Ticket, move string) error {
	k := a.Pack().Kind(string(t.Kind))
	if k == nil || k.May(move, string(t.State), t.Level == ticket.Major, a.roles(t, a.p)...) {
		return nil
	}
	m := k.Moves[move]
	switch {
	case !t.IsOpen() && !slices.Contains(m.From, string(t.State)):
		return a.refusal(prompts.StaffErrClosed, prompts.Vars{"no": t.No, "at": a.at(t.Solved)})
	case move == "claim" && t.Owner != "" && t.Owner != a.p.ID && !t.Auto:
		return a.why(t, ticket.ErrTaken)
	case !slices.Contains(m.From, string(t.State)):
		return a.refusal(prompts.StaffErrState, prompts.Vars{"no": t.No, "state": a.stateTitle(t)})
	case move == "close" && t.Level == ticket.Major:
		return a.refusal(prompts.StaffErrManagerOnly, prompts.Vars{"no": t.No})
	case move == "claim" && t.Level == ticket.Major:
		return a.refusal(prompts.StaffErrLeadOnly, prompts.Vars{"no": t.No})
	case move == "claim":
		return a.refusal(prompts.StaffErrNotTeam, prompts.Vars{"no": t.No, "team": a.teamTitle(t.Team)})
	case t.Owner != "":
		return a.refusal(prompts.StaffErrNotYours, prompts.Vars{"no": t.No, "who": a.shown(t.Owner)})
	}
	return a.refusal(prompts.StaffErrLeadOnly, prompts.Vars{"no": t.No})
}

func (a staffAct) log(t *ticket.Ticket, what, text, move string, v prompts.Vars) {
	t.Log(ticket.Event{At: store.At(a.now), Who: a.p.ID, What: what, Text: text, Line: a.customerLine(t, move, v)})
}

// customerLine is what the customer reads of a move in the progress, "" when the
// pack has no words for it.
func (d *Desk) customerLine(t *ticket.Ticket, move string, v prompts.Vars) string {
	k := d.Pack().Kind(string(t.Kind))
	if k == nil || move == "" || k.Moves[move].CustomerLine == "" {
		return ""
	}
	tmpl, err := prompts.Parse(k.Moves[move].CustomerLine)
	if err != nil {
		return ""
	}
	return tmpl.Text(v)
}

// Claim makes a person the owner; with a department, it is asked to help at once
// (接单并派).
func (d *Desk) Claim(ctx context.Context, by string, id ticket.ID, dept string) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if err := a.allow(t, "claim"); err != nil {
			return err
		}
		if err := t.Take(by, a.now); err != nil {
			return a.why(t, err)
		}
		a.log(t, ticket.Took, "", "claim", prompts.Vars{"who": a.p.ShownAs})
		return a.begin(t, dept)
	})
	return d.claimed(t), err
}

func (d *Desk) claimed(t *ticket.Ticket) Outcome {
	if t == nil {
		return Outcome{}
	}
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffClaimedOk, prompts.Vars{
		"no": t.No, "guest": t.Guest.Name, "room": t.Room, "they": prompts.They(t.Guest.Name),
	})}
}

// begin is what follows from having an owner: the cards of the others turn grey,
// the customer hears who it is.
func (a staffAct) begin(t *ticket.Ticket, dept string) error {
	done := a.Words.Line(prompts.StaffDoneClaimed, prompts.Vars{"who": a.p.ShownAs, "at": a.at(store.At(a.now))})
	a.takenBy(t, done)
	if dept != "" {
		if err := a.help(t, dept, t.Matter); err != nil {
			return err
		}
	}
	left := a.left
	if t.Kind == ticket.Complaint || t.Kind == ticket.Human || t.Kind == ticket.Repair {
		v := with(a.Vars(t), "who", a.calls(a.p.ID), "dept", a.deptTitle(dept))
		if id := a.say(t, a.p.ID, a.Words.Say(prompts.ComplaintClaimed, v), prompts.NoticeClaimed, false); id != "" && left.Left > 0 {
			left.Left--
		}
	}
	a.ownerCard(t, a.now, left)
	return nil
}

// takenBy turns grey the cards of everybody but the one who acts.
func (a staffAct) takenBy(t *ticket.Ticket, done string) {
	t.GreyCards(a.p.ID, func(ticket.CardRef) *chat.Card { return a.grey(t, done) }, "new", "climb", "owner")
}

// Say sends a person's words to the customer. Words that must not be said are
// refused unless a lead lets them pass (force).
func (d *Desk) Say(ctx context.Context, by string, id ticket.ID, text string, force bool) (Outcome, error) {
	text = strings.TrimSpace(chat.Clean(text))
	if word := d.Pack().Sensitive(text); word != "" && !(force && d.leads(by)) {
		return Outcome{}, d.refusal(prompts.StaffErrSensitive, prompts.Vars{"word": word})
	}
	if text == "" {
		return Outcome{}, d.refusal(prompts.StaffErrNoText, prompts.Vars{"example": d.word(prompts.StaffExReply)})
	}
	return d.speak(ctx, by, id, text, func(v prompts.Vars) chat.Content { return d.Words.Say(prompts.SayPerson, v) })
}

// SendFile sends a picture or voice that staff have sent us: file is the
// attachment's id.
func (d *Desk) SendFile(ctx context.Context, by string, id ticket.ID, file string, kind chat.Kind) (Outcome, error) {
	form, label := chat.AsImage, d.label(chat.Image)
	if kind == chat.Voice {
		form, label = chat.AsVoice, d.label(chat.Voice)
	}
	return d.speak(ctx, by, id, label, func(prompts.Vars) chat.Content {
		return chat.Content{Form: form, Media: "file:" + file}
	})
}

func (d *Desk) speak(ctx context.Context, by string, id ticket.ID, text string, content func(prompts.Vars) chat.Content) (Outcome, error) {
	before, err := d.Book.Get(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	left, err := d.Talks.Left(ctx, before.Who, store.At(d.Now()))
	if err != nil {
		return Outcome{}, err
	}
	first := before.Answered.IsZero()
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if t.State == ticket.Closed {
			return a.why(t, ticket.ErrEnded)
		}
		if err := a.mayAnswer(t); err != nil {
			return err
		}
		c := content(prompts.Vars{"who": a.speaker(a.p), "text": text})
		delivered := a.say(t, a.p.ID, c, prompts.NoticeResult, false)
		if t.Owner == "" {
			if err := t.Take(a.p.ID, a.now); err == nil {
				a.log(t, ticket.Took, "", "claim", prompts.Vars{"who": a.p.ShownAs})
				a.takenBy(t, a.Words.Line(prompts.StaffDoneClaimed, prompts.Vars{"who": a.p.ShownAs, "at": a.at(store.At(a.now))}))
			}
		}
		return t.Speak(a.p.ID, text, delivered, a.now)
	})
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	out := Outcome{Ticket: t, Say: d.sentLine(t, left)}
	if first && t.Kind == ticket.Inquiry && t.Near != "learned" {
		out.Learn = text
	}
	return out, nil
}

// mayAnswer lets the owner, whoever was asked, leads, and anyone of the team while
// nobody has the case.
func (a staffAct) mayAnswer(t *ticket.Ticket) error {
	if t.Owner == "" || t.Owner == a.p.ID || t.Asked == a.p.ID || a.leads(a.p.ID) || t.Auto {
		return nil
	}
	return a.refusal(prompts.StaffErrNotYours, prompts.Vars{"no": t.No, "who": a.shown(t.Owner)})
}

// sentLine tells what became of words: sent and how many are left, or kept.
func (d *Desk) sentLine(t *ticket.Ticket, before delivery.Allowance) string {
	phone := customer.Mask(t.Guest.Phone)
	if !t.Who.Reachable() {
		return d.Words.Line(prompts.StaffCallTask, with(d.Vars(t), "text", "", "phone", t.Guest.Phone))
	}
	switch {
	case before.Left > 1:
		return d.Words.Line(prompts.StaffSent, prompts.Vars{"credits": before.Left - 1, "until": d.Calendar.Stamp(before.Until.Time())})
	case before.Window == "" || before.Left == 0 && before.Until.IsZero() && !d.inWindow(t):
		return d.Words.Line(prompts.StaffErrWindow, prompts.Vars{"phone": phone})
	}
	return d.Words.Line(prompts.StaffErrCredits, prompts.Vars{"phone": phone})
}

// inWindow says whether the customer wrote within 48 hours.
func (d *Desk) inWindow(t *ticket.Ticket) bool { return d.Now().Sub(t.Wrote.Time()) < 48*time.Hour }

// Note writes something the customer never sees.
func (d *Desk) Note(ctx context.Context, by string, id ticket.ID, text string) (Outcome, error) {
	text = strings.TrimSpace(chat.Clean(text))
	if text == "" {
		return Outcome{}, d.refusal(prompts.StaffErrNoText, prompts.Vars{"example": d.word(prompts.StaffExNote)})
	}
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		a.log(t, ticket.Noted, text, "", nil)
		if a.p.ID == t.Owner || a.p.ID == t.Asked {
			t.Act(a.now)
		} else if t.Owner != "" {
			a.tell(t, a.person(t.Owner), a.Words.Line(prompts.StaffNotedBy, prompts.Vars{"no": t.No, "who": a.p.ShownAs, "text": clip(text, 120)}))
		}
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffNoted, nil)}, err
}

// Wait stops the clocks until the customer answers; text, if any, is sent to them.
func (d *Desk) Wait(ctx context.Context, by string, id ticket.ID, text string) (Outcome, error) {
	text = strings.TrimSpace(chat.Clean(text))
	if word := d.Pack().Sensitive(text); word != "" {
		return Outcome{}, d.refusal(prompts.StaffErrSensitive, prompts.Vars{"word": word})
	}
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if err := a.allow(t, "wait"); err != nil {
			return err
		}
		if text != "" {
			id := a.say(t, a.p.ID, a.Words.Say(prompts.SayPerson, prompts.Vars{"who": a.speaker(a.p), "text": text}), prompts.NoticeWaiting, false)
			if err := t.Speak(a.p.ID, text, id, a.now); err != nil {
				return a.why(t, err)
			}
		}
		if err := t.WaitFor(a.now); err != nil {
			return a.why(t, err)
		}
		t.WaitsFor = text
		a.log(t, ticket.WaitsFor, text, "wait", prompts.Vars{"text": a.Words.Line(prompts.ProgressWaits, prompts.Vars{"text": clip(text, 16)})})
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffWaiting, nil)}, err
}
