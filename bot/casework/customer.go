package casework

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// What a customer can do to a case (conversation.Act.Do).
const (
	DoAdd     = "add"     // words, a picture, a voice: to the case and to who has it
	DoSlot    = "slot"    // an answer to our question: Value is the slot, Text the answer
	DoUrge    = "urge"    // 催一下
	DoAlarm   = "alarm"   // it has become major
	DoOK      = "ok"      // 可以了
	DoNotOK   = "not_ok"  // 还没好
	DoRate    = "rate"    // Value is 1 to 5
	DoComment = "comment" // words after a rating
	DoYes     = "yes"     // agreed to what was proposed
	DoLeave   = "leave"   // stopped following
	DoHelped  = "human"   // asked for a person again
)

// Again is the Value of a DoAdd by which the customer comes once more with the
// same matter, not in the same breath.
const Again = "again"

// Customer carries out what a customer did to a case, once for each effect id.
func (d *Desk) Customer(ctx context.Context, who chat.CustomerID, effect string, act conversation.Act) error {
	now := d.Now()
	var left delivery.Allowance // what the owner's card says of it
	if act.Do == DoAdd || act.Do == DoHelped {
		var err error
		if left, err = d.Talks.Left(ctx, who, store.At(now)); err != nil {
			return err
		}
	}
	named := false // another thing
	t, err := d.change(ctx, act.Ticket, func(t *ticket.Ticket) error {
		named = false
		if t.Who != who {
			return fmt.Errorf("casework: case of another customer")
		}
		if !t.Once(effect) {
			return store.ErrUnchanged
		}
		c := guestAct{d, act, now, left}
		if act.Page { // what is written there opens no window
			defer func(wrote store.Time) { t.Wrote = wrote }(t.Wrote)
		}
		switch act.Do {
		case DoAdd, DoHelped:
			c.add(t)
		case DoSlot:
			c.slot(t)
		case DoUrge:
			c.urge(t)
		case DoAlarm:
			c.alarm(t)
		case DoOK:
			c.confirm(t)
		case DoNotOK:
			c.notOK(t)
		case DoRate:
			c.rate(t)
		case DoComment:
			c.comment(t)
		case DoYes:
			c.yes(t)
		case DoLeave:
			c.leave(t)
		}
		if act.Reply != "" {
			t.Log(ticket.Event{At: store.At(now), Who: ticket.ByBot, What: ticket.Answer, Text: act.Reply})
		}
		named = c.names(t)
		return nil
	})
	if err == nil && named {
		d.opened(ctx, t)
	}
	return err
}

type guestAct struct {
	*Desk
	act  conversation.Act
	now  time.Time
	left delivery.Allowance
}

func (c guestAct) log(t *ticket.Ticket, what, text, line string) {
	t.Log(ticket.Event{At: store.At(c.now), Who: ticket.ByCustomer, What: what, Text: text, Line: line})
}

// names notes what thing is named that the case was not opened for, and says whether
// one is.
func (c guestAct) names(t *ticket.Ticket) bool {
	if !slices.Contains([]string{DoAdd, DoAlarm, DoNotOK}, c.act.Do) {
		return false
	}
	_, topic := c.Pack().Match(c.act.Text)
	if topic == nil || topic.Title == t.Thing || slices.Contains(t.Also, topic.Title) || len(t.Also) >= ticket.MaxAlso {
		return false
	}
	t.Also = append(t.Also, topic.Title)
	return true
}

// add puts what the customer says to the case and tells who has it.
func (c guestAct) add(t *ticket.Ticket) {
	text, kept := c.act.Text, false
	if c.act.Media != "" {
		label := c.label(c.act.Kind)
		kept = t.Attach(ticket.Attachment{Kind: c.act.Kind, Media: c.act.Media, From: ticket.ByCustomer, At: store.At(c.now)})
		text = label + text
	}
	if c.act.Value == Again {
		t.Times++
		c.furtherTime(t, c.now)
	}
	wasWaiting := t.State == ticket.Waiting
	t.Hear(text, c.now)
	if kept {
		t.History[len(t.History)-1].File = len(t.Files)
	}
	if wasWaiting {
		c.log(t, ticket.GoesOn, "", "")
		c.ownerCard(t, c.now, c.left)
	}
	line := text
	switch {
	case c.act.Merged < 0:
		return
	case c.act.Merged > 0:
		c.tell(t, c.responsible(t), c.Words.Line(prompts.StaffBurst, prompts.Vars{"no": t.No, "n": c.act.Merged}))
		return
	}
	if t.Nudge(line, c.now) {
		c.nudge(t, c.now)
	}
}

// nudge tells who has the case what the customer wrote since they last heard.
func (d *Desk) nudge(t *ticket.Ticket, now time.Time) {
	lines := t.TakeUnread(now)
	if len(lines) == 0 {
		return
	}
	text := lines[0]
	for _, l := range lines[1:] {
		text += "｜" + l
	}
	name := t.Guest.Name
	if name == "" {
		name = d.word(prompts.StaffGuest)
	}
	line := d.Words.Line(prompts.StaffSaid, prompts.Vars{"no": t.No, "guest": name, "text": clip(text, 300)})
	for _, p := range d.listeners(t, now) {
		d.tell(t, p, line)
	}
}

// listeners are who hears what the customer says: the owner, else who was asked,
// else the team on duty.
func (d *Desk) listeners(t *ticket.Ticket, now time.Time) []person {
	if t.Owner != "" || t.Asked != "" {
		return []person{d.responsible(t)}
	}
	people := d.teamFor(t, now)
	return people[:min(len(people), maxCards)]
}

// urge takes every 催一下; staff are reminded once in half an hour.
func (c guestAct) urge(t *ticket.Ticket) {
	t.Urges++
	c.log(t, ticket.UrgedBy, c.act.Text, "")
	t.Wrote, t.Spoke = store.At(c.now), store.At(c.now)
	if !t.Urged.IsZero() && c.now.Sub(t.Urged.Time()) < c.Pack().General.Limits.UrgeMerge {
		return
	}
	t.Urged = store.At(c.now)
	v := with(c.Vars(t), "n", t.Urges, "stuck", c.stuck(t), "at", c.at(store.At(c.now)))
	if left := t.Bound().Sub(store.At(c.now)); t.Bound().IsZero() {
		delete(v, "left")
	} else if left > 0 {
		v["left"] = hours.Span(left)
	} else {
		v["over"] = hours.Span(-left)
	}
	v["promise"] = c.Words.Line(prompts.StaffAnswerBy, prompts.Vars{"by": c.exact(t.Bound())})
	people := []person{c.responsible(t)}
	if l := c.lead(t, c.now); l.ID != people[0].ID {
		people = append(people, l)
	}
	for _, p := range people {
		c.card(t, p, "urge", prompts.CardUrge, v)
	}
}

// stuck is what the case waits for, in a few words.
func (d *Desk) stuck(t *ticket.Ticket) string {
	switch {
	case t.Owner == "":
		return d.word(prompts.StaffStuckFree)
	case t.State == ticket.Waiting:
		return d.word(prompts.StaffStuckWaits)
	}
	for i := len(t.Helps) - 1; i >= 0; i-- {
		if h := t.Helps[i]; h.State == "asked" || h.State == "going" {
			return d.Words.Line(prompts.StaffStuckHelp, prompts.Vars{"dept": d.deptTitle(h.Dept)})
		}
	}
	return d.Words.Line(prompts.StaffStuckOwner, prompts.Vars{"who": d.shown(t.Owner)})
}

// alarm makes the case major: manager and lead at once, and only a manager may
// close it.
func (c guestAct) alarm(t *ticket.Ticket) {
	t.Hear(c.act.Text, c.now)
	t.Times++
	for _, w := range c.act.Alarms {
		if len(t.Alarms) < 8 && !slices.Contains(t.Alarms, w) {
			t.Alarms = append(t.Alarms, w)
		}
	}
	if t.Level == ticket.Major && t.Ladder.Chain == c.ladder(t).Name {
		if t.Nudge(c.act.Text, c.now) {
			c.nudge(t, c.now)
		}
		return
	}
	words := t.Words
	t.Level, t.Sensitive, t.Told = ticket.Major, true, false
	c.again(t, c.now)
	t.Clocks.Claim = store.Time{}
	t.Ladder.Step, t.Ladder.Round = 0, 0
	t.Words = c.act.Text // the card quotes what made it major
	l := c.ladder(t)
	t.GreyCards("", func(ticket.CardRef) *chat.Card {
		return c.grey(t, c.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": c.shown(c.manager(c.now).ID)}))
	}, "new", "climb")
	if len(l.Steps) > 0 {
		c.climb(t, l, nil, c.now)
		c.schedule(t, l)
	}
	t.Words = words
	if owner := c.person(t.Owner); owner.ID != "" && owner.ID != t.Asked {
		c.tell(t, owner, c.Words.Line(prompts.StaffSaid, prompts.Vars{"no": t.No, "guest": c.Vars(t)["guest"], "text": clip(c.act.Text, 200)}))
	}
}

func (c guestAct) confirm(t *ticket.Ticket) {
	if t.IsOpen() {
		if t.Solve(c.word(prompts.StaffResultOk), "solved", c.now) != nil {
			return
		}
	}
	c.log(t, ticket.Confirmed, c.word(prompts.StaffLogOk), "")
	t.Close(c.now)
}

// notOK opens the case again for the same person; the lead hears of it.
func (c guestAct) notOK(t *ticket.Ticket) {
	if t.IsOpen() {
		c.add(t)
		return
	}
	if t.Reopen(c.now, c.Book.Limits().Reopen) != nil {
		return
	}
	c.log(t, ticket.ReopenedBy, c.act.Text, c.customerLine(t, "reopen", nil))
	t.Wrote, t.Spoke = store.At(c.now), store.At(c.now)
	if p := c.person(t.Owner); p.ID != "" && !p.OnDuty(c.now) {
		if on := c.onDuty(t.Team, c.now); len(on) > 0 {
			t.Owner = on[0].ID
		}
	}
	c.again(t, c.now)
	line := c.Words.Line(prompts.StaffReopened, prompts.Vars{"no": t.No, "guest": c.Vars(t)["guest"], "who": c.shown(t.Owner), "text": c.act.Text})
	owner, lead := c.responsible(t), c.lead(t, c.now)
	c.tell(t, owner, line)
	if lead.ID != owner.ID {
		c.tell(t, lead, line)
	}
	if t.Owner != "" {
		c.card(t, owner, "owner", prompts.CardAuto, c.Vars(t))
	}
}

func (c guestAct) rate(t *ticket.Ticket) {
	score, err := strconv.Atoi(c.act.Value)
	if err != nil || t.Rate(score, c.now) != nil {
		return
	}
	c.log(t, ticket.Rated, c.Pack().Rating(score), "")
	t.Close(c.now)
	v := prompts.Vars{"no": t.No, "guest": c.Vars(t)["guest"], "rating": c.Pack().Rating(score)}
	if score >= 4 {
		c.tell(t, c.person(t.Owner), c.Words.Line(prompts.StaffRated, v))
		return
	}
	low := score <= 2
	if t.Guest.VIP || low {
		c.lowScore(t, "")
	}
}

// lowScore tells the lead (for a VIP the manager) that somebody is not content.
func (c guestAct) lowScore(t *ticket.Ticket, said string) {
	to := c.lead(t, c.now)
	if t.Guest.VIP {
		to = c.manager(c.now)
	}
	v := with(c.Vars(t), "rating", c.Pack().Rating(t.Rating.Score), "by", c.until(c.callBack(c.now)), "said", said,
		"took", hours.Span(t.HeldFor(c.now)), "over", "", "handled", c.handled(t))
	if over := c.over(t); over > 0 {
		v["over"] = hours.Span(over)
	}
	t.Asked = to.ID
	c.card(t, to, "low", prompts.CardLowscore, v)
}

// over is by how much the solution came late.
func (d *Desk) over(t *ticket.Ticket) time.Duration {
	if t.Clocks.Solve.IsZero() || !t.Solved.After(t.Clocks.Solve) {
		return 0
	}
	return t.Solved.Sub(t.Clocks.Solve)
}

// handled are those who had to do with the case.
func (d *Desk) handled(t *ticket.Ticket) string {
	s := d.shown(t.Owner)
	for _, h := range t.Helps {
		if h.Who != "" {
			s += "、" + d.deptTitle(h.Dept) + d.shown(h.Who)
		}
	}
	return s
}

func (c guestAct) comment(t *ticket.Ticket) {
	if t.Rating != nil {
		t.Rating.Words = clip(c.act.Text, 500)
	}
	c.log(t, ticket.Said, c.act.Text, "")
	to := c.lead(t, c.now)
	if t.Rating != nil && t.Guest.VIP {
		to = c.manager(c.now)
	}
	c.tell(t, to, c.Words.Line(prompts.StaffRateSaid, prompts.Vars{"no": t.No, "guest": c.Vars(t)["guest"], "text": c.act.Text}))
}

func (c guestAct) yes(t *ticket.Ticket) {
	c.log(t, ticket.Said, c.word(prompts.StaffLogYes), "")
	t.Wrote, t.Spoke = store.At(c.now), store.At(c.now)
	t.GoOn(c.now)
	if t.Nudge(c.word(prompts.StaffLogYes), c.now) {
		c.nudge(t, c.now)
	}
}

// leave is for one who stopped following with an open case: nothing can be sent.
func (c guestAct) leave(t *ticket.Ticket) {
	c.log(t, ticket.Undeliver, c.word(prompts.ReasonUnfollowed), "")
	reason := c.Words.Line(prompts.ReasonUnfollowed, nil)
	c.card(t, c.responsible(t), "lost", prompts.CardUndelivered, with(c.Vars(t), "short", reason, "reason", reason,
		"quote", c.word(prompts.StaffNothingSaid), "tried", "", "at", c.Calendar.Stamp(t.Wrote.Time())))
}

// Raise makes t in memory what DoAlarm will make of it, so that the reply can say
// by when and who.
func (d *Desk) Raise(t *ticket.Ticket, now time.Time) {
	t.Level = ticket.Major
	t.Times++
	t.Answered, t.Clocks.Promise = store.Time{}, store.Time{}
	d.startClocks(t, now)
}
