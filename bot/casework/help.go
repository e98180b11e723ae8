package casework

import (
	"context"
	"time"

	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// reachWithin is how soon a helping colleague is to be there when the case itself
// names no nearer instant.
const reachWithin = 15 * time.Minute

// Help asks a department to help (派协办): its people on duty get a card of their
// own; the owner stays the same.
func (d *Desk) Help(ctx context.Context, by string, id ticket.ID, dept, task string) (Outcome, error) {
	if d.Pack().Dept(dept) == nil {
		return Outcome{}, d.refusal(prompts.StaffErrWhichDept, prompts.Vars{"departments": d.deptNames()})
	}
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		if err := a.allow(t, "help"); err != nil {
			return err
		}
		if err := a.help(t, dept, task); err != nil {
			return err
		}
		if t.Owner == a.p.ID {
			t.Act(a.now)
		}
		a.ownerCard(t, a.now, a.left)
		return nil
	})
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	h := t.Helps[len(t.Helps)-1]
	return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffAssigned, prompts.Vars{"dept": d.deptTitle(dept), "by": d.until(h.Until)})}, nil
}

func (d *Desk) deptNames() string {
	var s string
	for i, o := range d.Pack().Helpers("") {
		if i > 0 {
			s += "、"
		}
		s += o.Label
	}
	return s
}

func (a staffAct) help(t *ticket.Ticket, dept, task string) error {
	until := t.Clocks.Answer
	if !t.Answered.IsZero() || until.Before(store.At(a.now)) {
		until = store.At(a.now.Add(reachWithin))
	}
	if task == "" {
		task = t.Matter
	}
	n, err := t.AskHelp(ticket.Help{Dept: dept, Task: task, By: a.p.ID, Until: until}, a.now)
	if err != nil {
		return a.why(t, err)
	}
	a.log(t, ticket.Helping, a.Words.Line(prompts.StaffLogHelp, prompts.Vars{"dept": a.deptTitle(dept), "task": clip(task, 40)}), "help", nil)
	key := prompts.CardAssistElse
	if t.Room != "" {
		key = prompts.CardAssist
	}
	v := with(a.Vars(t), "who", a.p.ShownAs, "todo", clip(task, 26), "at", a.at(store.At(a.now)),
		"by", a.exact(until), "contact", a.contact(a.p), "task", helpKey(t, n))
	for _, p := range a.helpers(dept, a.now) {
		a.card(t, p, "help", key, v)
	}
	return nil
}

// helpKey names a part of a case in a card's button: 4827.1.
func helpKey(t *ticket.Ticket, n int) string { return t.No + "." + string(rune('0'+n%10)) }

// helpers are a department's people on duty, at most five; its liaison when nobody is.
func (d *Desk) helpers(dept string, now time.Time) []staff.Person {
	people := d.onDuty(dept, now)
	if len(people) == 0 {
		people = d.Roster.Department(dept)
	}
	if p := d.Pack().Dept(dept); p != nil && p.Liaison != "" && len(people) == 0 {
		if l, ok := d.Roster.ByID(p.Liaison); ok {
			people = []staff.Person{l}
		}
	}
	return people[:min(len(people), maxCards)]
}

// contact is how the helping colleague reaches who asked.
func (d *Desk) contact(p staff.Person) string {
	if dept := d.Pack().Dept(p.Team); dept != nil && dept.Phone != "" {
		return dept.Phone
	}
	return p.ShownAs
}

// HelpSays is a helping colleague's answer: going, done or cannot, with a result
// and words. Customers do not see the words.
func (d *Desk) HelpSays(ctx context.Context, by string, id ticket.ID, n int, state, result, text string) (Outcome, error) {
	t, err := d.act(ctx, by, id, func(a staffAct, t *ticket.Ticket) error {
		h, err := t.HelpSays(n, a.p.ID, state, desk.Title(a.Pack().General.Helps, result), a.now)
		if err != nil {
			if h != nil && h.Who != "" {
				return a.refusal(prompts.StaffErrClaimed, prompts.Vars{"no": t.No, "who": a.shown(h.Who), "at": a.at(h.At)})
			}
			return a.why(t, err)
		}
		a.helpFollows(t, h, text)
		return nil
	})
	return Outcome{Ticket: t}, err
}

func (a staffAct) helpFollows(t *ticket.Ticket, h *ticket.Help, text string) {
	v := prompts.Vars{
		"no": t.No, "dept": a.deptTitle(h.Dept), "who": a.p.ShownAs, "at": a.at(store.At(a.now)),
		"result": h.Result, "text": text, "helper": a.helperTitle(h.Dept), "room": t.Room,
	}
	key, move, done := prompts.StaffAssistDone, "help_done", h.Result
	switch h.State {
	case "going":
		key, move, done = prompts.StaffAssistGoing, "help_going", a.word(prompts.StaffHelpGoing)
	case "cannot":
		key, move, done = prompts.StaffAssistCannot, "", a.word(prompts.StaffHelpCannot)
	}
	a.log(t, ticket.Helping, a.deptTitle(h.Dept)+a.p.ShownAs+done, move, v)
	if owner := a.responsible(t); owner.ID != a.p.ID {
		a.tell(t, owner, a.Words.Line(key, v))
	}
	a.ownerCard(t, a.now, a.left)
	grey := a.Words.Line(prompts.StaffDoneAssist, prompts.Vars{"who": a.p.ShownAs, "at": a.at(store.At(a.now)), "result": done})
	except := ""
	if h.State == "going" { // who goes keeps the buttons 做完了 and 做不了
		except = a.p.ID
	}
	t.GreyCards(except, func(ticket.CardRef) *chat.Card {
		return &chat.Card{Title: a.Words.Line(prompts.StaffTitleHelp, prompts.Vars{"no": t.No}), Done: grey, URL: a.link(t)}
	}, "help")
}

func (d *Desk) helperTitle(dept string) string {
	if p := d.Pack().Dept(dept); p != nil {
		return p.Helper
	}
	return ""
}
