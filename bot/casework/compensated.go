package casework

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"kefu/bot/approval"
	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// carryGrant does what must follow from a compensation's changes: the money is
// reserved, the case hears of it, cards and lines are posted. It may run twice.
func (d *Desk) carryGrant(ctx context.Context, c *approval.Compensation) (*approval.Compensation, error) {
	var err error
	if c.State == approval.Deciding {
		if c, err = d.reserve(ctx, c); err != nil {
			return c, err
		}
	}
	if len(c.Notes) == 0 && len(c.Effects) == 0 {
		return c, nil
	}
	t, err := d.Book.Get(ctx, c.Ticket)
	if err != nil {
		return c, err
	}
	var done []string
	for _, n := range c.Notes {
		if err := d.noteGrant(ctx, c, n); err != nil {
			return c, err
		}
		done = append(done, n.ID)
	}
	left, failed := carryOut(ctx, d, c.Effects, ofTicket, func(e ticket.Effect) error { return d.effect(ctx, t, e) })
	if left == nil {
		return c, failed
	}
	c, err = d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		c.Notes = slices.DeleteFunc(c.Notes, func(n approval.Note) bool { return slices.Contains(done, n.ID) })
		c.Effects = left(c.Effects)
		return nil
	})
	return c, errors.Join(failed, err)
}

// reserve takes the decided amount from the month. When it does not fit any more
// the next above is asked.
func (d *Desk) reserve(ctx context.Context, c *approval.Compensation) (*approval.Compensation, error) {
	t, err := d.Book.Get(ctx, c.Ticket)
	if err != nil {
		return c, err
	}
	p := d.person(c.Decider)
	k := &d.Pack().Compensation
	limit, ok := k.Limit(p.ID, p.Roles, d.Pack().Tier(t.Guest.Tier).ID, c.Form)
	err = approval.ErrOver
	if ok {
		entry := approval.Entry{ID: c.ID, Who: c.Decider, Form: c.Form, Amount: c.Amount, At: c.Decided}
		err = d.Grants.Reserve(ctx, c.Month, c.Dept, entry, limit, k.Budget(c.Dept))
	}
	switch {
	case errors.Is(err, approval.ErrOver):
		return d.passOn(ctx, t, c)
	case err != nil:
		return c, err
	}
	now := d.Now()
	return d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		if c.State != approval.Deciding {
			return store.ErrUnchanged
		}
		sign := now.Add(k.SignIn)
		if err := c.Final(store.At(sign), d.awake(now.Add(k.SignIn/2))); err != nil {
			return err
		}
		d.granted(t, c, now)
		return nil
	})
}

// awake is at, or the end of the night it lies in.
func (d *Desk) awake(at time.Time) store.Time {
	if at = at.In(d.Calendar.Location()); d.Pack().General.Night.Covers(at) {
		at = d.Pack().General.Night.End(at)
	}
	return store.At(at)
}

// granted is what follows from a final decision.
func (d *Desk) granted(t *ticket.Ticket, c *approval.Compensation, now time.Time) {
	v := d.grantVars(t, c)
	who := d.shown(c.Decider)
	say := c.Words != "" && (c.Amount == c.First || !strings.ContainsAny(c.Words, "0123456789")) // words about another amount are not said
	switch {
	case c.State == approval.Signing:
		c.Note(c.By, d.Words.Line(prompts.StaffLogCompSpoken, with(v, "who", who)), say, now)
		d.signCard(t, c)
	case c.Decider == c.By:
		c.Note(c.By, d.Words.Line(prompts.StaffLogCompOwn, v), say, now)
	default:
		c.Note(c.Decider, d.Words.Line(prompts.StaffLogCompApproved, with(v, "first", d.changed(c))), say, now)
		d.greyGrant(t, c, d.Words.Line(prompts.StaffDoneApproved, prompts.Vars{"who": who, "at": d.at(store.At(now)), "amount": d.amountIf(c)}))
		told := ""
		if say {
			told = c.Words
		}
		d.tellOf(t, c, d.person(c.By), d.Words.Line(prompts.StaffCompApproved, with(v, "who", who, "told", told, "first", d.changed(c))))
	}
}

// changed is what was asked for, when something else was granted.
func (d *Desk) changed(c *approval.Compensation) string {
	if c.Amount == c.First {
		return ""
	}
	return c.First.String()
}

func (d *Desk) amountIf(c *approval.Compensation) string {
	if c.Amount == c.First {
		return ""
	}
	return c.Amount.String()
}

// noteGrant writes a line into the history of the case and, where that is decided,
// tells the customer in the name of who asked.
func (d *Desk) noteGrant(ctx context.Context, c *approval.Compensation, n approval.Note) error {
	now := d.Now()
	_, err := d.change(ctx, c.Ticket, func(t *ticket.Ticket) error {
		if !t.Once(n.ID) {
			return store.ErrUnchanged
		}
		t.Log(ticket.Event{At: n.At, Who: n.Who, What: ticket.Compensate, Text: n.Text})
		if n.Say {
			d.tellGrant(t, c, now)
		} else if t.IsOpen() && (n.Who == t.Owner || n.Who == t.Asked) {
			t.Act(now)
		}
		return nil
	})
	return err
}

// tellGrant tells the customer what was written for them.
func (d *Desk) tellGrant(t *ticket.Ticket, c *approval.Compensation, now time.Time) {
	a := staffAct{Desk: d, p: d.person(c.By), now: now}
	if t.IsOpen() && t.Owner == "" && t.Take(c.By, now) == nil {
		a.log(t, ticket.Took, "", "claim", prompts.Vars{"who": a.p.ShownAs})
		a.takenBy(t, d.Words.Line(prompts.StaffDoneClaimed, prompts.Vars{"who": a.p.ShownAs, "at": d.at(store.At(now))}))
	}
	words := d.Words.Say(prompts.SayPerson, prompts.Vars{"who": d.speaker(a.p), "text": c.Words})
	id := d.say(t, c.By, words, prompts.NoticeResult, false)
	if t.Speak(c.By, c.Words, id, now) != nil { // the case has ended; it is said all the same
		t.Log(ticket.Event{At: store.At(now), Who: c.By, What: ticket.Answer, Text: c.Words, Delivery: id})
	}
}

// step is whom a compensation goes to next, as their card shows it.
type step struct {
	next               staff.Person
	until              store.Time
	limit, left, above string
}

// stepTo is what must be known to send it to somebody.
func (d *Desk) stepTo(ctx context.Context, t *ticket.Ticket, c *approval.Compensation, next staff.Person) (step, error) {
	s := step{next: next, until: d.approveBy(t, d.Now())}
	auth, err := d.authority(ctx, next, t, c.Form)
	if err != nil {
		return s, err
	}
	own, err := d.authority(ctx, d.person(c.By), t, c.Form)
	if err != nil {
		return s, err
	}
	then := *c
	then.Passed = append(slices.Clone(c.Passed), c.Decider)
	then.Decider = next.ID
	over, err := d.approver(ctx, t, &then)
	s.limit, s.left = own.most(), auth.rest()
	if over.ID != "" {
		s.above = d.title(over)
	}
	return s, err
}

// passOn asks the next above, because whoever decided has not so much left.
func (d *Desk) passOn(ctx context.Context, t *ticket.Ticket, c *approval.Compensation) (*approval.Compensation, error) {
	next, err := d.approver(ctx, t, c)
	if err != nil {
		return c, err
	}
	var s step
	if next.ID != "" {
		if s, err = d.stepTo(ctx, t, c, next); err != nil {
			return c, err
		}
	}
	now := d.Now()
	return d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		if c.State != approval.Deciding {
			return store.ErrUnchanged
		}
		if next.ID != "" {
			return d.sendUp(t, c, s, now)
		}
		c.State, c.Answer, c.Until = approval.Refused, d.Words.Line(prompts.StaffErrCompMonth, nil), store.Time{}
		c.Month, c.Dept = "", ""
		d.refused(t, c, now)
		return nil
	})
}

// sendUp asks somebody: they get the card, the cards of those before turn grey.
func (d *Desk) sendUp(t *ticket.Ticket, c *approval.Compensation, s step, now time.Time) error {
	if err := c.Ask(s.next.ID, s.until); err != nil {
		return err
	}
	v := with(d.grantVars(t, c), "limit", s.limit, "left", s.left, "by", d.exact(c.Until), "above", s.above)
	d.greyGrant(t, c, d.Words.Line(prompts.StaffDonePassed, prompts.Vars{"who": s.next.ShownAs}))
	d.grantCard(t, c, s.next, "approve", prompts.CardApproval, v)
	c.Note(c.By, d.Words.Line(prompts.StaffLogCompAsked, with(d.grantVars(t, c), "who", s.next.ShownAs)), false, now)
	return nil
}

// title is somebody as a step above: 总经理.
func (d *Desk) title(p staff.Person) string {
	for _, role := range []string{staff.Leader, staff.Manager, staff.Lead} {
		if title := d.Pack().General.Titles[role]; p.Is(role) && title != "" {
			return title
		}
	}
	return p.ShownAs
}

// refused is what follows from a refusal.
func (d *Desk) refused(t *ticket.Ticket, c *approval.Compensation, now time.Time) {
	v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "reason", c.Answer, "at", d.at(store.At(now)))
	c.Note(c.Decider, d.Words.Line(prompts.StaffLogCompRefused, v), false, now)
	d.greyGrant(t, c, d.Words.Line(prompts.StaffDoneRefused, v))
	d.tellOf(t, c, d.person(c.By), d.Words.Line(prompts.StaffCompRefused, v))
}

func (d *Desk) formTitle(id string) string {
	if f := d.Pack().Compensation.Form(id); f != nil {
		return f.Title
	}
	return id
}

func (d *Desk) formNames() string {
	var all []string
	for _, f := range d.Pack().Compensation.Forms {
		all = append(all, f.Title)
	}
	return strings.Join(all, "、")
}

// grantVars are the values of the texts about a compensation.
func (d *Desk) grantVars(t *ticket.Ticket, c *approval.Compensation) prompts.Vars {
	title := d.formTitle(c.Form)
	v := prompts.Vars{
		"no": c.No, "id": c.ID, "what": title, "form": title, "amount": c.Amount.String(), "who": d.shown(c.By), "asker": d.shown(c.By),
		"they": d.person(c.By).They, "guest": d.Vars(t)["guest"], "tier": t.Guest.Tier, "thing": c.What,
		"why": c.Why, "reason": c.Why, "category": "",
	}
	if v["they"] == "" {
		v["they"] = d.Words.Line(prompts.StaffThemselves, nil)
	}
	if cat := d.Pack().Category(c.Reason); cat != nil {
		v["category"] = cat.Title
		if c.Why == "" {
			v["reason"] = cat.Title
		}
	}
	if c.What != "" {
		v["form"] = c.What
	}
	if t.Guest.Spent > 0 {
		v["worth"] = d.Words.Line(prompts.StaffWorth, prompts.Vars{"spent": thousands(t.Guest.Spent)})
	}
	return v
}

// thousands is an amount of 分 in 万元 with one digit: 8.6.
func thousands(fen int64) string {
	return strconv.FormatFloat(float64(fen)/1e6, 'f', 1, 64)
}

// grantCard posts a card about a compensation and remembers who has it.
func (d *Desk) grantCard(t *ticket.Ticket, c *approval.Compensation, p staff.Person, what, key string, v prompts.Vars) {
	if p.WecomID == "" {
		return
	}
	card := d.Words.Card(key, v)
	card.URL = d.link(t)
	x := cardTo(p, c.Next("card"), card)
	x.Ticket = t.ID
	if x.Content.Form == chat.AsCard {
		c.Cards = append(c.Cards, ticket.CardRef{Delivery: x.ID, Staff: p.ID, What: what})
	}
	c.Effects = append(c.Effects, ticket.Effect{ID: x.ID, Deliver: &x})
}

// greyGrant turns every card about it grey.
func (d *Desk) greyGrant(t *ticket.Ticket, c *approval.Compensation, done string) {
	for _, ref := range c.Cards {
		key := prompts.CardApproval
		if ref.What == "sign" {
			key = prompts.CardSign
		}
		show := &chat.Card{Title: d.Words.Card(key, d.grantVars(t, c)).Title, Done: done, URL: d.link(t)}
		c.Effects = append(c.Effects, ticket.Effect{ID: c.Next("grey"), Grey: &ticket.Grey{Card: ref.Delivery, Staff: ref.Staff, Show: show}})
	}
	c.Cards = nil
}

// tellOf posts a line about it to one of the staff.
func (d *Desk) tellOf(t *ticket.Ticket, c *approval.Compensation, p staff.Person, text string) {
	if p.WecomID == "" || text == "" {
		return
	}
	id := c.Next("line")
	c.Effects = append(c.Effects, ticket.Effect{ID: id, Deliver: &delivery.Delivery{
		Meta: store.Meta{ID: id}, To: chat.Address{Channel: chat.WeCom, User: p.WecomID}, Class: delivery.Staff,
		Ticket: t.ID, From: ticket.ByBot, Content: chat.Say(text),
	}})
}

// signCard asks whoever agreed orally to sign.
func (d *Desk) signCard(t *ticket.Ticket, c *approval.Compensation) {
	over := ""
	for _, p := range d.above(c) {
		over = d.title(p)
		break
	}
	d.grantCard(t, c, d.person(c.Decider), "sign", prompts.CardSign, with(d.grantVars(t, c), "by", d.exact(c.Until), "above", over))
}
