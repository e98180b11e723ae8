package casework

import (
	"context"
	"errors"
	"strings"
	"time"

	"kefu/bot/approval"
	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// grant reads a compensation and its case. One that is not there is an old card's.
func (d *Desk) grant(ctx context.Context, id string) (*approval.Compensation, *ticket.Ticket, error) {
	if d.Grants == nil {
		return nil, nil, errors.New("casework: no book of compensations")
	}
	c, err := d.Grants.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, d.refusal(prompts.StaffOldCard, nil)
	}
	if err != nil {
		return nil, nil, err
	}
	t, err := d.Book.Get(ctx, c.Ticket)
	return c, t, err
}

// Approve is 同意: it grants what was asked for, or with an amount that much (改金额).
// Nobody approves what they asked for themselves. What was decided before stays as
// it is, and who comes late hears so.
func (d *Desk) Approve(ctx context.Context, by, id string, amount desk.Money) (Outcome, error) {
	c, t, err := d.grant(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if amount == 0 {
		amount = c.Amount
	}
	p := d.person(by)
	if c.State == approval.Asked {
		if err := d.mayDecide(ctx, p, t, c, amount); err != nil {
			return Outcome{Ticket: t}, err
		}
	}
	now := d.Now()
	month := approval.Month(now, d.Calendar.Location())
	decided, err := d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		return c.Decide(by, amount, month, p.Dept, now)
	})
	switch {
	case errors.Is(err, approval.ErrLate):
		return d.late(ctx, t, id, by, approval.Granted)
	case errors.Is(err, approval.ErrNotNow):
		return Outcome{Ticket: t}, d.refusal(prompts.StaffErrCompAmount, nil)
	case err != nil:
		return Outcome{}, err
	}
	if c, err = d.carryGrant(ctx, decided); err != nil {
		return Outcome{}, err
	}
	if c.State == approval.Asked { // the month had not so much left
		v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "by", d.until(c.Until))
		return Outcome{Ticket: t, Say: d.Words.Line(prompts.StaffCompPassed, v)}, nil
	}
	return Outcome{Ticket: t, Say: d.decidedLine(c)}, nil
}

// mayDecide refuses who asked themselves, who does not stand above, and who may not
// decide so much.
func (d *Desk) mayDecide(ctx context.Context, p staff.Person, t *ticket.Ticket, c *approval.Compensation, amount desk.Money) error {
	v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "amount", amount.String())
	if p.ID == c.By {
		return d.refusal(prompts.StaffErrCompOwn, v)
	}
	if amount < 0 || amount > desk.MaxMoney {
		return d.refusal(prompts.StaffErrCompAmount, nil)
	}
	auth, err := d.authority(ctx, p, t, c.Form)
	if err != nil {
		return err
	}
	v["limit"] = auth.most()
	asked := p.ID == c.Decider && auth.ok && (auth.limit.Open || amount <= auth.limit.Case) // the month decides when it is reserved
	if !asked && !(rank(p) > rank(d.person(c.By)) && auth.covers(amount)) {
		return d.refusal(prompts.StaffErrCompOver, v)
	}
	return nil
}

// late tells what was decided before; who decided it themselves hears the same as
// the first time.
func (d *Desk) late(ctx context.Context, t *ticket.Ticket, id, by string, same approval.State) (Outcome, error) {
	c, err := d.Grants.Get(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	if c, err = d.carryGrant(ctx, c); err != nil {
		return Outcome{}, err
	}
	if c.Decider == by && c.State == same && c.State != approval.Signing {
		return Outcome{Ticket: t, Say: d.decidedLine(c)}, nil
	}
	v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "at", d.at(c.Decided))
	key := prompts.StaffCompLate
	switch c.State {
	case approval.Refused:
		key = prompts.StaffCompLateNo
	case approval.Asked:
		key = prompts.StaffCompPassed
		v["by"] = d.until(c.Until)
	}
	return Outcome{Ticket: t}, Refusal{d.Words.Line(key, v)}
}

// decidedLine says to who decided what they did.
func (d *Desk) decidedLine(c *approval.Compensation) string {
	v := prompts.Vars{"no": c.No, "form": d.formTitle(c.Form), "amount": c.Amount.String(), "asker": d.shown(c.By), "who": d.shown(c.Decider), "reason": c.Answer}
	if c.State == approval.Refused {
		return d.Words.Line(prompts.StaffCompRefusedOk, v)
	}
	return d.Words.Line(prompts.StaffCompApprovedOk, v)
}

// Reject is 不同意, with a reason that who asked hears.
func (d *Desk) Reject(ctx context.Context, by, id, why string) (Outcome, error) {
	c, t, err := d.grant(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	why = clip(strings.TrimSpace(chat.Clean(why)), maxGrantText)
	p := d.person(by)
	if c.State == approval.Asked {
		if p.ID == c.By || p.ID != c.Decider && rank(p) <= max(rank(d.person(c.By)), rank(d.person(c.Decider))) {
			return Outcome{Ticket: t}, d.refusal(prompts.StaffErrCompOwn, with(d.grantVars(t, c), "who", d.shown(c.Decider)))
		}
		if why == "" {
			return Outcome{Ticket: t}, d.refusal(prompts.StaffCompWhy, d.grantVars(t, c))
		}
	}
	now := d.Now()
	c, err = d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		if err := c.Refuse(by, why, now); err != nil {
			return err
		}
		d.refused(t, c, now)
		return nil
	})
	if errors.Is(err, approval.ErrLate) || errors.Is(err, approval.ErrNotNow) {
		return d.late(ctx, t, id, by, approval.Refused)
	}
	if err != nil {
		return Outcome{}, err
	}
	c, err = d.carryGrant(ctx, c)
	return Outcome{Ticket: t, Say: d.decidedLine(c)}, err
}

// Sign is 补签 by whoever agreed orally; with deny they say that they did not
// (没有这回事), which the next above hears.
func (d *Desk) Sign(ctx context.Context, by, id string, deny bool) (Outcome, error) {
	c, t, err := d.grant(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	now := d.Now()
	next, err := d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		if err := c.Sign(by, deny, now); err != nil {
			return err
		}
		d.signed(t, c, now)
		return nil
	})
	v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "at", d.at(c.Signed))
	switch {
	case errors.Is(err, approval.ErrNotNow):
		return Outcome{Ticket: t}, d.refusal(prompts.StaffErrCompSigner, v)
	case errors.Is(err, approval.ErrLate):
		return Outcome{Ticket: t}, d.refusal(prompts.StaffCompSignedBefore, v)
	case err != nil:
		return Outcome{}, err
	}
	if _, err = d.carryGrant(ctx, next); err != nil {
		return Outcome{}, err
	}
	key := prompts.StaffCompSigned
	if deny {
		key = prompts.StaffCompDenied
	}
	return Outcome{Ticket: t, Say: d.Words.Line(key, v)}, nil
}

// signed is what follows from a signature, or from its denial.
func (d *Desk) signed(t *ticket.Ticket, c *approval.Compensation, now time.Time) {
	v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "at", d.at(store.At(now)))
	log, done := prompts.StaffLogCompSigned, prompts.StaffDoneSigned
	if c.State == approval.Denied {
		log, done = prompts.StaffLogCompDenied, prompts.StaffDoneDenied
	}
	text := d.Words.Line(log, v)
	c.Note(c.Decider, text, false, now)
	d.greyGrant(t, c, d.Words.Line(done, v))
	d.tellOf(t, c, d.person(c.By), c.No+" "+d.shown(c.Decider)+" "+text)
	if c.State != approval.Denied {
		return
	}
	for _, p := range d.above(c) {
		d.tellOf(t, c, p, d.Words.Line(prompts.StaffCompDenies, v))
		break
	}
}

// Grant is how one compensation stands, for a list.
type Pending = approval.Compensation

// ToDecide are the compensations that wait for somebody to decide, or to sign,
// oldest first; of one case when no is its number.
func (d *Desk) ToDecide(ctx context.Context, who, no string, s approval.State) ([]*Pending, error) {
	if d.Grants == nil {
		return nil, nil
	}
	list, err := d.Grants.For(ctx, who, s, maxPending)
	if no == "" {
		return list, err
	}
	var of []*Pending
	for _, c := range list {
		if c.No == no {
			of = append(of, c)
		}
	}
	return of, err
}

const maxPending = 50

// Granted is how much was given in a span of time, in 分.
func (d *Desk) Granted(ctx context.Context, from, to time.Time) (desk.Money, error) {
	if d.Grants == nil {
		return 0, nil
	}
	return d.Grants.Given(ctx, from, to)
}

// RunGrant does what a compensation's timers ask for: effects left over, the next
// above when nobody decided, reminders of a signature. It may be repeated.
func (d *Desk) RunGrant(ctx context.Context, id string) error {
	c, err := d.Grants.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if c, err = d.carryGrant(ctx, c); err != nil {
		return err
	}
	now := d.Now()
	past := func(at store.Time) bool { return !at.IsZero() && !at.After(store.At(now)) }
	switch {
	case c.State == approval.Asked && past(c.Until):
		return d.undecided(ctx, c, now)
	case c.State == approval.Signing && (past(c.Remind) || past(c.Until)):
		return d.unsigned(ctx, c, now)
	}
	return nil
}

// undecided sends it to the next above, or reminds the last one, ever more rarely.
func (d *Desk) undecided(ctx context.Context, c *approval.Compensation, now time.Time) error {
	t, err := d.Book.Get(ctx, c.Ticket)
	if err != nil {
		return err
	}
	next, err := d.approver(ctx, t, c)
	if err != nil {
		return err
	}
	var s step
	if next.ID != "" {
		if s, err = d.stepTo(ctx, t, c, next); err != nil {
			return err
		}
	}
	return d.changeGrant(ctx, c, func(c *approval.Compensation) error {
		was := d.shown(c.Decider)
		if next.ID != "" {
			if err := d.sendUp(t, c, s, now); err != nil {
				return err
			}
		} else {
			c.Until = store.At(now.Add(d.Pack().Compensation.ApproveIn << min(c.Late, 5)))
			c.Late++
			d.tellOf(t, c, d.person(c.Decider), d.Words.Line(prompts.StaffCompWaits, with(d.grantVars(t, c), "since", d.at(c.At))))
		}
		d.tellOf(t, c, d.person(c.By), d.Words.Line(prompts.StaffCompUndecided,
			with(d.grantVars(t, c), "who", was, "next", next.ShownAs, "by", d.until(c.Until))))
		return nil
	})
}

// changeGrant changes a compensation, unless somebody did since it was read, and
// carries out what follows.
func (d *Desk) changeGrant(ctx context.Context, c *approval.Compensation, f func(*approval.Compensation) error) error {
	rev := c.Rev
	c, err := d.Grants.Update(ctx, c.ID, func(c *approval.Compensation) error {
		if c.Rev != rev {
			return store.ErrUnchanged
		}
		return f(c)
	})
	if err != nil {
		return err
	}
	_, err = d.carryGrant(ctx, c)
	return err
}

// unsigned reminds whoever agreed orally; when the time is over the next above
// hears of it.
func (d *Desk) unsigned(ctx context.Context, c *approval.Compensation, now time.Time) error {
	t, err := d.Book.Get(ctx, c.Ticket)
	if err != nil {
		return err
	}
	return d.changeGrant(ctx, c, func(c *approval.Compensation) error {
		v := with(d.grantVars(t, c), "who", d.shown(c.Decider), "by", d.until(c.Until))
		over := !c.Until.IsZero() && !c.Until.After(store.At(now))
		c.Remind = store.Time{}
		if over {
			c.Until = store.Time{}
			c.Late++
			v["by"] = ""
			c.Note(ticket.BySystem, d.Words.Line(prompts.StaffLogCompUnsigned, v), false, now)
			for _, p := range d.above(c) {
				d.tellOf(t, c, p, d.Words.Line(prompts.StaffCompUnsigned, v))
				break
			}
		}
		d.tellOf(t, c, d.person(c.Decider), d.Words.Line(prompts.StaffCompSignRemind, v))
		return nil
	})
}

// Offer is what a form says that asks for a compensation.
type Offer struct {
	Head    string // what this person may decide, and what is left of the month
	Forms   []FormOffer
	Reasons []chat.Option
	Spoken  []chat.Option // who can have agreed orally
}

// FormOffer is one form, with what this person may decide of it at once.
type FormOffer struct{ Key, Label, Head string }

// Offer is the form for one case: nil when this person cannot ask.
func (d *Desk) Offer(ctx context.Context, by string, t *ticket.Ticket) (*Offer, error) {
	a := staffAct{Desk: d, p: d.person(by), now: d.Now()}
	if a.p.ID == "" || d.Grants == nil || a.mayAnswer(t) != nil {
		return nil, nil
	}
	o := &Offer{}
	for _, f := range d.Pack().Compensation.Forms {
		auth, err := d.authority(ctx, a.p, t, f.ID)
		if err != nil {
			return nil, err
		}
		x := FormOffer{Key: f.ID, Label: f.Title}
		v := prompts.Vars{"form": f.Title, "limit": auth.most(), "left": auth.rest()}
		switch {
		case auth.limit.Open:
			x.Head = d.Words.Line(prompts.PageCompensationOpen, v)
		case auth.ok:
			x.Head = d.Words.Line(prompts.PageCompensation, v)
		default:
			x.Head = d.Words.Line(prompts.PageCompensationNone, v)
		}
		if o.Head == "" && auth.ok {
			o.Head = x.Head
		}
		o.Forms = append(o.Forms, x)
	}
	if o.Head == "" && len(o.Forms) > 0 {
		o.Head = o.Forms[0].Head
	}
	for _, c := range d.Pack().Categories {
		o.Reasons = append(o.Reasons, chat.Option{Key: c.ID, Label: c.Title})
	}
	for _, p := range d.Roster.All() {
		if p.ID != by && rank(p) > rank(a.p) && len(o.Spoken) < 20 {
			o.Spoken = append(o.Spoken, chat.Option{Key: p.ID, Label: p.ShownAs})
		}
	}
	return o, nil
}
