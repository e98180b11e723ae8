package workbench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// typed answers what somebody typed: a command, the answer to a question of ours,
// the number of a case, or words for the current case.
func (t *turn) typed(ctx context.Context, text string) (string, error) {
	text = plain(text)
	if text == "" {
		return "", nil
	}
	asked, err := t.recall(ctx, t.askID())
	if err != nil {
		return "", err
	}
	c, is := parse(text)
	if is && c.pending() && (t.state.Pending == nil || t.state.Pending.Ticket == "") {
		return t.line(prompts.StaffNoneWaits, nil), nil
	}
	if is && c.loose && (asked != nil && len(asked.Options) == 0 || t.state.CurrentAt(t.now) != "") {
		is = false
	}
	if is && slices.Contains(decides, c.verb) {
		if is, err = t.decides(ctx, c, asked == nil && t.state.CurrentAt(t.now) == ""); err != nil {
			return "", err
		}
	}
	switch {
	case asked != nil && len(asked.Options) > 0:
		if o, ok := picked(text, asked.Options); ok {
			return t.answered(ctx, asked, o.Key, "")
		}
	case asked != nil && givesUp(text):
		return t.line(prompts.StaffSeen, nil), t.drop(ctx, asked.ID)
	case asked != nil && !is:
		return t.answered(ctx, asked, "", text)
	}
	if is {
		if asked != nil && !c.looks() { // they went on to something else
			if err := t.drop(ctx, asked.ID); err != nil {
				return "", err
			}
		}
		return t.command(ctx, c)
	}
	if number.FindString(text) == text {
		_, err := t.Book.ByNo(ctx, text)
		if err == nil || t.state.CurrentAt(t.now) == "" || !errors.Is(err, store.ErrNotFound) {
			return t.find(ctx, text)
		}
	}
	if current := t.state.CurrentAt(t.now); current != "" {
		on, err := t.Book.Get(ctx, ticket.ID(current))
		if err != nil {
			return "", err
		}
		return t.words(ctx, on, text)
	}
	if utf8.RuneCountInString(text) <= 4 || strings.ContainsAny(text, "0123456789") {
		return "", t.refuse(prompts.StaffErrCommand, prompts.Vars{"text": clip(text, 20)})
	}
	return "", t.refuse(prompts.StaffErrNoCurrent, nil)
}

// pending says that the command is about words that wait to be confirmed.
func (c command) pending() bool { return c.verb == vSend || c.verb == vKeep || c.verb == vOther }

// looks says that the command only shows something.
func (c command) looks() bool {
	return slices.Contains([]verb{vMine, vOpen, vFind, vAsk, vUsage, vPhrases}, c.verb)
}

func (t *turn) command(ctx context.Context, c command) (string, error) {
	switch c.verb {
	case vClaim:
		if c.no == "" && c.all == "" {
			return t.claimNext(ctx)
		}
	case vMine:
		return t.mine(ctx, false)
	case vOpen:
		return t.unclaimed(ctx)
	case vFind:
		return t.find(ctx, c.all)
	case vRecord:
		return t.record(ctx, c.all)
	case vAsk:
		return t.know(ctx, c.all)
	case vOn, vBusy:
		return t.present(ctx, c.verb)
	case vOff:
		return t.leave(ctx)
	case vHand:
		return t.handOver(ctx, c.all)
	case vTake:
		return t.takeOver(ctx, "")
	case vSettings:
		return t.settings(ctx)
	case vUsage:
		return t.line(prompts.StaffHelp, nil), nil
	case vPhrases:
		return t.listPhrases(), nil
	case vSend, vKeep, vOther:
		return t.confirmed(ctx, c.verb, t.state.Pending.ID)
	case vApprove, vReject, vAmend, vSign:
		return t.decide(ctx, c)
	case vEvents:
		return t.Cases.IncidentLines(ctx)
	case vWording:
		return t.wording(ctx, c.all)
	case vOver:
		return t.endEvent(ctx, c.all)
	case vPart:
		if c.no == "" {
			return "", t.refuse(prompts.StaffSplitWhich, nil)
		}
	}
	on, err := t.meant(ctx, c)
	if err != nil {
		return "", err
	}
	return t.do(ctx, c, on)
}

// meant is the case a command is about: that of its number, else the current one.
func (t *turn) meant(ctx context.Context, c command) (*ticket.Ticket, error) {
	if c.no != "" {
		return t.byNo(ctx, c.no)
	}
	if current := t.state.CurrentAt(t.now); current != "" {
		return t.Book.Get(ctx, ticket.ID(current))
	}
	return nil, t.refuse(prompts.StaffErrNoCurrent, nil)
}

// byNo is the case of that number; the refusal names those of today.
func (t *turn) byNo(ctx context.Context, no string) (*ticket.Ticket, error) {
	on, err := t.Book.ByNo(ctx, no)
	if !errors.Is(err, store.ErrNotFound) {
		return on, err
	}
	recent, err := t.recent(ctx)
	if err != nil {
		return nil, err
	}
	return nil, t.refuse(prompts.StaffErrUnknownNumber, prompts.Vars{"no": no, "recent": recent})
}

// do carries out a command about a case.
func (t *turn) do(ctx context.Context, c command, on *ticket.Ticket) (string, error) {
	id, by := on.TicketID(), t.p.ID
	switch c.verb {
	case vClaim:
		return t.claim(ctx, on, "")
	case vReply, vPass:
		if c.rest == "" {
			return t.replyTo(ctx, on)
		}
		return t.say(ctx, on, c.rest, c.verb == vPass)
	case vNote:
		out, err := t.Cases.Note(ctx, by, id, c.rest)
		return out.Say, err
	case vWait:
		out, err := t.Cases.Wait(ctx, by, id, c.rest)
		return out.Say, err
	case vHelp:
		dept, task := t.department(c.rest)
		out, err := t.Cases.Help(ctx, by, id, dept, task)
		return out.Say, err
	case vMove:
		return t.move(ctx, on, c.rest)
	case vClose:
		return t.closing(ctx, on, c.rest)
	case vJoin:
		return t.join(ctx, c, on)
	case vPart:
		out, err := t.Cases.Part(ctx, by, id)
		return out.Say, err
	case vReopen:
		return said(t.Cases.Reopen(ctx, by, id, c.rest))(func() error { return t.current(ctx, on) })
	case vPromise:
		return t.promise(ctx, on, c.rest)
	case vCalled:
		return t.calledThem(ctx, on, c.rest)
	case vGoing, vDone, vCannot:
		return t.helping(ctx, c, on)
	case vGrant:
		return t.compensate(ctx, on, c.rest)
	}
	return "", t.refuse(prompts.StaffErrCommand, prompts.Vars{"text": clip(c.all, 20)})
}

// claim takes a case; from then on it is the current one. Taking once more what
// one has is answered as the first time.
func (t *turn) claim(ctx context.Context, on *ticket.Ticket, dept string) (string, error) {
	out, err := t.Cases.Claim(ctx, t.p.ID, on.TicketID(), dept)
	if err != nil {
		if on.Owner != t.p.ID || on.Auto || !on.IsOpen() {
			return "", err
		}
		out.Say = t.line(prompts.StaffClaimedOk, prompts.Vars{"no": on.No, "guest": on.Guest.Name, "room": on.Room, "they": they(on)})
		if dept != "" {
			help, err := t.Cases.Help(ctx, t.p.ID, on.TicketID(), dept, "")
			if err != nil {
				return "", err
			}
			out.Say = help.Say
		}
	}
	return out.Say, t.current(ctx, on)
}

// claimNext takes the oldest case that nobody has and this person may take.
func (t *turn) claimNext(ctx context.Context) (string, error) {
	list, err := t.free(ctx)
	if err != nil {
		return "", err
	}
	for _, on := range list {
		out, err := t.Cases.Claim(ctx, t.p.ID, on.TicketID(), "")
		if refused(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		return out.Say, t.current(ctx, on)
	}
	return t.line(prompts.StaffNoneToClaim, nil), nil
}

// current makes a case the current one.
func (t *turn) current(ctx context.Context, on *ticket.Ticket) error {
	_, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		s.SetCurrent(on.ID, t.now)
		return nil
	})
	return err
}

// leaveCase ends the current case if it is this one.
func (t *turn) leaveCase(ctx context.Context, on *ticket.Ticket) error {
	_, err := t.States.Change(ctx, t.p.ID, func(s *staff.State) error {
		if s.Current != on.ID {
			return store.ErrUnchanged
		}
		s.Leave(on.ID)
		return nil
	})
	return err
}

// department splits what is typed behind 派: the department, by any of its names,
// and what it is to do.
func (t *turn) department(text string) (dept, task string) {
	word, task := first(text)
	if d := t.Pack().FindDept(word); d != nil {
		return d.ID, task
	}
	names := map[string]string{}
	var all []string
	for _, d := range t.Pack().Departments {
		for _, n := range append([]string{d.Title}, d.Words...) {
			if n != "" && strings.HasPrefix(text, n) {
				names[n] = d.ID
				all = append(all, n)
			}
		}
	}
	if len(all) == 0 {
		return "", ""
	}
	longest := slices.MaxFunc(all, func(a, b string) int { return len(a) - len(b) })
	return names[longest], trim(text[len(longest):])
}

func (t *turn) move(ctx context.Context, on *ticket.Ticket, text string) (string, error) {
	to, why := first(text)
	if to == "" {
		return t.swap(ctx, on)
	}
	out, err := t.Cases.MoveTo(ctx, t.p.ID, on.TicketID(), to, why)
	if err != nil {
		return "", err
	}
	return out.Say, t.leaveCase(ctx, on)
}

// join makes the second case a part of the first. With one number only, the
// current case takes it in.
func (t *turn) join(ctx context.Context, c command, on *ticket.Ticket) (string, error) {
	into, part := on, on
	if no := number.FindString(c.rest); no != "" {
		other, err := t.byNo(ctx, no)
		if err != nil {
			return "", err
		}
		part = other
	} else if current := t.state.CurrentAt(t.now); current != "" && current != on.ID {
		other, err := t.Book.Get(ctx, ticket.ID(current))
		if err != nil {
			return "", err
		}
		into = other
	}
	if into.ID == part.ID {
		return "", t.refuse(prompts.StaffErrNoText, prompts.Vars{"example": t.line(prompts.StaffExJoin, nil)})
	}
	out, err := t.Cases.Join(ctx, t.p.ID, into.TicketID(), part.TicketID())
	return out.Say, err
}

func (t *turn) promise(ctx context.Context, on *ticket.Ticket, text string) (string, error) {
	at, why := when(text, t.now.In(t.Calendar.Location()))
	out, err := t.Cases.Promise(ctx, t.p.ID, on.TicketID(), at, why)
	return out.Say, err
}
