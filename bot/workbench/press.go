package workbench

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// button is a pressed button's key taken apart: claim:4827, go:4827.1, near:4827:kb1.
type button struct {
	do   string
	no   string
	part int    // of go:4827.1
	more string // what follows the number
}

func parseButton(key string) button {
	do, rest, _ := strings.Cut(key, ":")
	no, more, _ := strings.Cut(rest, ":")
	b := button{do: do, no: no, more: more}
	if no, n, ok := strings.Cut(no, "."); ok {
		b.no = no
		b.part, _ = strconv.Atoi(n)
	}
	return b
}

// pressed answers a button on a card.
func (t *turn) pressed(ctx context.Context) (string, error) {
	if err := t.recognise(ctx); err != nil {
		return "", err
	}
	if len(t.m.Selected) > 0 { // the question is answered by the card
		if h, err := t.recall(ctx, t.askID()); err != nil {
			return "", err
		} else if h != nil && h.Do == t.m.EventKey {
			if err := t.drop(ctx, h.ID); err != nil {
				return "", err
			}
		}
	}
	return t.press(ctx, parseButton(t.m.EventKey), t.m.Selected)
}

// press does what a button says. A choice that the card asks for comes with it.
func (t *turn) press(ctx context.Context, b button, selected map[string]string) (string, error) {
	switch b.do {
	case "confirm":
		say, err := t.setConfirm(ctx, b.no == "on")
		return say, errors.Join(err, t.grey(ctx, say))
	case "list":
		return t.list(ctx, b.no)
	case "handover":
		return t.takeOver(ctx, b.no)
	case "handover_to":
		return t.leaveTo(ctx, selected["person"])
	case "approve_kb":
		return t.approve(ctx, b.no)
	case "approve", "reject", "amend", "sign", "deny":
		return t.pressGrant(ctx, b)
	case "send":
		return t.confirmed(ctx, vSend, b.more)
	case "note":
		return t.confirmed(ctx, vKeep, b.more)
	case "other":
		return t.confirmed(ctx, vOther, b.more)
	}
	if say, is, err := t.pressEvent(ctx, b); is {
		return say, err
	}
	on := t.on
	if on == nil || number.MatchString(b.no) && on.No != b.no {
		var err error
		if on, err = t.byNo(ctx, b.no); err != nil {
			return "", err
		}
	}
	if t.card != nil && t.card.Ticket != "" && t.card.Ticket != on.ID { // the number is another case's by now
		return t.line(prompts.StaffOldCard, nil), nil
	}
	return t.pressOn(ctx, b, on, selected)
}

// pressOn does what a button says about a case.
func (t *turn) pressOn(ctx context.Context, b button, on *ticket.Ticket, selected map[string]string) (string, error) {
	id, by := on.TicketID(), t.p.ID
	switch b.do {
	case "claim":
		return t.pressClaim(ctx, on, "")
	case "assign":
		if selected["dept"] == "" {
			return t.pickDept(ctx, on)
		}
		return t.assign(ctx, on, selected["dept"])
	case "mine":
		return said(t.Cases.Mine(ctx, by, id))(func() error { return t.current(ctx, on) })
	case "visit":
		return said(t.Cases.Visit(ctx, by, id))(nil)
	case "transfer", "swap":
		return t.swap(ctx, on)
	case "swap_to":
		return t.swapTo(ctx, on, selected["person"])
	case "lead", "duty", "ask_manager":
		return t.raise(ctx, on, b.do)
	case "to_manager":
		return said(t.Cases.Refer(ctx, by, id))(nil)
	case "called":
		return t.askCall(ctx, on)
	case "call_result":
		if selected["result"] == "" {
			return t.line(prompts.StaffPick, nil), nil
		}
		say, err := said(t.Cases.Called(ctx, by, id, selected["result"], ""))(nil)
		return t.finish(ctx, say, err, desk.Title(t.Pack().General.Calls, selected["result"]))
	case "go", "done", "cannot", "result":
		return t.helped(ctx, b, on, selected["result"])
	case "reply":
		return t.replyTo(ctx, on)
	case "wait":
		return said(t.Cases.Wait(ctx, by, id, ""))(nil)
	case "close":
		return t.closing(ctx, on, "")
	case "close_cause":
		return t.closeCause(ctx, on, selected["cause"])
	case "close_dept":
		return t.closeDept(ctx, on, selected["dept"])
	case "later":
		return said(t.Cases.Later(ctx, by, id))(nil)
	case "promise":
		return t.ask(ctx, "promise:"+on.No, on, t.line(prompts.StaffErrNoText, prompts.Vars{"example": t.line(prompts.StaffExPromise, nil)}))
	case "told":
		return said(t.Cases.Told(ctx, by, id))(nil)
	case "hold":
		return said(t.Cases.Keep(ctx, by, id))(nil)
	case "call":
		return t.phone(ctx, on)
	case "trail":
		return t.trail(on), nil
	case "source":
		return t.source(ctx, on, selected["source"])
	case "near":
		return t.near(ctx, on, b.more)
	case "learn", "learn_edit", "learn_no":
		return t.learn(ctx, b.do, on)
	case "compensate":
		return t.howToGrant(ctx, on)
	}
	return t.line(prompts.StaffOldCard, nil), nil
}

// page is the address of a case's page.
func (t *turn) page(on *ticket.Ticket) string {
	if t.Cases.Link == nil {
		return ""
	}
	return t.Cases.Link(on.TicketID())
}

// finish turns the pressed card grey behind an act that succeeded.
func (t *turn) finish(ctx context.Context, say string, err error, done string) (string, error) {
	if err != nil {
		return "", err
	}
	return say, t.grey(ctx, t.line(prompts.StaffDoneAssist, prompts.Vars{
		"who": t.p.ShownAs, "at": t.Calendar.At(t.now), "result": done,
	}))
}

// recognise finds the card that was pressed and the case it is about, and keeps the
// code that lets the card change once more. A card that changed keeps its task id.
func (t *turn) recognise(ctx context.Context) error {
	at := t.m.At
	if at.IsZero() {
		at = store.At(t.now)
	}
	d, err := t.Out.ByTask(ctx, t.m.TaskID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.card = d
	if d.Ticket != "" {
		if t.on, err = t.Book.Get(ctx, ticket.ID(d.Ticket)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return t.Out.NoteResponse(ctx, t.m.TaskID, t.m.Response, at)
}

// pressClaim takes a case from a card; who comes late hears who has it.
func (t *turn) pressClaim(ctx context.Context, on *ticket.Ticket, dept string) (string, error) {
	say, err := t.claim(ctx, on, dept)
	if !refused(err) {
		return say, err
	}
	now, getErr := t.Book.Get(ctx, on.TicketID())
	if getErr != nil {
		return "", getErr
	}
	if now.IsOpen() && now.Owner != "" && now.Owner != t.p.ID && !now.Auto {
		return t.late(now.Owner, now.Claimed), nil
	}
	return "", err
}

func (t *turn) late(owner string, at store.Time) string {
	return t.line(prompts.StaffLateTap, prompts.Vars{"who": t.Roster.Shown(owner), "at": t.Calendar.When(at.Time(), t.now)})
}

func (t *turn) pickDept(ctx context.Context, on *ticket.Ticket) (string, error) {
	card := t.Words.Card(prompts.CardPickDept, prompts.Vars{"no": on.No, "departments": t.Pack().Helpers(t.p.Dept)})
	return t.choose(ctx, "dept", on, card)
}

// assign is 接单并派: to a case that one has already, it only asks for help.
func (t *turn) assign(ctx context.Context, on *ticket.Ticket, dept string) (string, error) {
	say, err := t.pressClaim(ctx, on, dept)
	return say, errors.Join(err, t.grey(ctx, title(t.Pack(), dept)))
}

func title(p *desk.Pack, dept string) string {
	if d := p.Dept(dept); d != nil {
		return d.Title
	}
	return dept
}

// swap asks who is to have the case.
func (t *turn) swap(ctx context.Context, on *ticket.Ticket) (string, error) {
	people := t.Cases.Colleagues(t.p.ID)
	for _, o := range t.Pack().Helpers(t.p.Dept) {
		if len(people) < 10 && len(t.Roster.Department(o.Key)) > 0 {
			people = append(people, o)
		}
	}
	return t.choose(ctx, "swap", on, t.Words.Card(prompts.CardSwap, prompts.Vars{"no": on.No, "people": people}))
}

func (t *turn) swapTo(ctx context.Context, on *ticket.Ticket, to string) (string, error) {
	if to == "" {
		return t.line(prompts.StaffPick, nil), nil
	}
	out, err := t.Cases.MoveTo(ctx, t.p.ID, on.TicketID(), to, "")
	if err != nil {
		return "", err
	}
	return out.Say, errors.Join(t.leaveCase(ctx, on), t.grey(ctx, out.Say))
}

// raise gives the case to a lead or manager.
func (t *turn) raise(ctx context.Context, on *ticket.Ticket, do string) (string, error) {
	var to staff.Person
	if do == "lead" {
		to, _ = t.Roster.LeadOf(t.p.ID, t.now)
	} else {
		managers, err := t.States.Available(ctx, t.Roster.Managers(t.now), true, t.now)
		if err != nil {
			return "", err
		}
		if len(managers) > 0 {
			to = managers[0]
		}
	}
	if to.ID == "" || to.ID == t.p.ID {
		return t.swap(ctx, on)
	}
	out, err := t.Cases.MoveTo(ctx, t.p.ID, on.TicketID(), to.ID, "")
	if err != nil {
		return "", err
	}
	return out.Say, t.leaveCase(ctx, on)
}

func (t *turn) phone(ctx context.Context, on *ticket.Ticket) (string, error) {
	phone, err := t.Cases.Reveal(ctx, t.p.ID, on.TicketID())
	if err != nil {
		return "", err
	}
	if phone == "" {
		return t.line(prompts.StaffNoPhone, prompts.Vars{"no": on.No}), nil
	}
	return t.line(prompts.StaffCall, prompts.Vars{"guest": t.Cases.Vars(on)["guest"], "phone": phone}), nil
}

// answered does what the answer to a question of ours means.
func (t *turn) answered(ctx context.Context, h *held, key, text string) (string, error) {
	if err := t.recalled(ctx, h); err != nil {
		return "", err
	}
	b := parseButton(h.Do)
	say, err := "", error(nil)
	switch {
	case len(h.Options) > 0 && h.Question == "": // buttons, named by those who see no cards
		say, err = t.press(ctx, parseButton(key), nil)
	case len(h.Options) > 0:
		say, err = t.press(ctx, b, map[string]string{h.Question: key})
	case b.do == "incident_word", b.do == "incident_end":
		say, err = t.answeredEvent(ctx, b, text)
	case t.on == nil:
		return t.line(prompts.StaffOldCard, nil), nil
	case b.do == "close":
		say, err = t.closing(ctx, t.on, text)
	case b.do == "promise":
		say, err = t.promise(ctx, t.on, text)
	case b.do == "learn_edit":
		say, err = t.relearn(ctx, t.on, text)
	case b.do == "reject", b.do == "amend":
		say, err = t.answerGrant(ctx, b, text)
	}
	if err != nil && (!refused(err) || t.on != nil && t.on.IsOpen()) { // they may answer better
		return "", err
	}
	return say, errors.Join(err, t.settled(ctx, h))
}

func (t *turn) recalled(ctx context.Context, h *held) (err error) {
	if h.Ticket != "" {
		t.on, err = t.Book.Get(ctx, ticket.ID(h.Ticket))
	}
	return err
}

// settled forgets a question that was answered, unless it led to another one.
func (t *turn) settled(ctx context.Context, h *held) error {
	now, err := t.recall(ctx, h.ID)
	if err != nil || now == nil || now.Rev != h.Rev {
		return err
	}
	return t.drop(ctx, h.ID)
}
