package casework

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"kefu/bot/approval"
	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Grant is what somebody wants to give the customer of a case (申请补偿).
type Grant struct {
	Form   string // id in the pack
	Amount desk.Money
	Reason string // category; the case's own when empty
	What   string // what exactly: 湖景套房 1 晚
	Why    string // for whoever decides
	Words  string // what the customer is told once it is decided; "" for nothing
	Spoken string // staff id of who agreed orally
}

const maxGrantText = 200 // characters of What and Why

// Compensate asks for a compensation. What lies within the person's own limit is
// granted at once; more goes to the next above who may decide it, unless somebody
// agreed orally, who then signs afterwards. Repeated with the same cause it is done
// once.
func (d *Desk) Compensate(ctx context.Context, by string, id ticket.ID, g Grant) (Outcome, error) {
	t, err := d.Book.Get(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	a := staffAct{Desk: d, p: d.person(by), now: d.Now()}
	if err := a.mayGrant(t); err != nil {
		return Outcome{Ticket: t}, err
	}
	cause := CauseOf(ctx)
	if cause == "" {
		cause = rand.Text()
	}
	cid := approval.NewID(id, cause)
	if c, err := d.Grants.Get(ctx, cid); err == nil {
		return d.asked(ctx, c)
	} else if !errors.Is(err, store.ErrNotFound) {
		return Outcome{}, err
	}
	c, err := a.draft(ctx, t, cid, g)
	if err != nil {
		return Outcome{Ticket: t}, err
	}
	if err := d.Grants.Insert(ctx, c); errors.Is(err, store.ErrExists) {
		c, err = d.Grants.Get(ctx, cid)
		if err != nil {
			return Outcome{}, err
		}
	} else if err != nil {
		return Outcome{}, err
	}
	return d.asked(ctx, c)
}

// mayGrant lets those who may answer the customer ask for a compensation, also when
// the case has ended.
func (a staffAct) mayGrant(t *ticket.Ticket) error {
	switch {
	case a.p.ID == "":
		return a.refusal(prompts.StaffErrNotStaff, nil)
	case a.Grants == nil:
		return errors.New("casework: no book of compensations")
	}
	return a.mayAnswer(t)
}

// draft makes the document: decided by the person themselves, agreed orally, or to
// be decided by somebody above.
func (a staffAct) draft(ctx context.Context, t *ticket.Ticket, id string, g Grant) (*approval.Compensation, error) {
	if err := a.checkGrant(g); err != nil {
		return nil, err
	}
	c := &approval.Compensation{
		Meta: store.Meta{ID: id}, Ticket: t.TicketID(), No: t.No, Form: g.Form, Amount: g.Amount, First: g.Amount, Reason: g.Reason,
		What: clip(g.What, maxGrantText), Why: clip(g.Why, maxGrantText), Words: strings.TrimSpace(chat.Clean(g.Words)),
		By: a.p.ID, At: store.At(a.now), State: approval.Asked,
	}
	if c.Reason == "" {
		c.Reason = t.Category
	}
	decider := a.p
	if g.Spoken != "" {
		var err error
		if decider, err = a.spokenTo(ctx, t, c, g.Spoken); err != nil {
			return nil, err
		}
	}
	auth, err := a.authority(ctx, decider, t, c.Form)
	if err != nil {
		return nil, err
	}
	if auth.covers(c.Amount) {
		c.State, c.Decider, c.Spoken, c.Decided = approval.Deciding, decider.ID, g.Spoken != "", store.At(a.now)
		c.Month, c.Dept = auth.month, auth.dept
		return c, nil
	}
	next, err := a.approver(ctx, t, c)
	if err != nil {
		return nil, err
	}
	if next.ID == "" {
		return nil, a.refusal(prompts.StaffErrCompNobody, prompts.Vars{"form": a.formTitle(c.Form), "amount": c.Amount})
	}
	s, err := a.stepTo(ctx, t, c, next)
	if err != nil {
		return nil, err
	}
	return c, a.sendUp(t, c, s, a.now)
}

func (d *Desk) checkGrant(g Grant) error {
	if d.Pack().Compensation.Form(g.Form) == nil {
		return d.refusal(prompts.StaffErrCompForm, prompts.Vars{"form": clip(g.Form, 12), "forms": d.formNames()})
	}
	if g.Amount <= 0 || g.Amount > desk.MaxMoney {
		return d.refusal(prompts.StaffErrCompAmount, nil)
	}
	if g.Reason != "" && d.Pack().Category(g.Reason) == nil {
		return d.refusal(prompts.StaffErrCompReason, nil)
	}
	if word := d.Pack().Sensitive(strings.TrimSpace(chat.Clean(g.Words))); word != "" {
		return d.refusal(prompts.StaffErrSensitive, prompts.Vars{"word": word})
	}
	for _, m := range sums.FindAllStringSubmatch(g.Words, 20) { // more than is asked for must not be promised
		if said, err := desk.ParseMoney(m[1]); err != nil || said > g.Amount {
			return d.refusal(prompts.StaffErrCompMore, prompts.Vars{"said": m[1], "amount": g.Amount.String()})
		}
	}
	return nil
}

// spokenTo is who agreed orally; they must be above, and may decide as much.
func (a staffAct) spokenTo(ctx context.Context, t *ticket.Ticket, c *approval.Compensation, id string) (staff.Person, error) {
	p := a.person(id)
	no := a.refusal(prompts.StaffErrCompSpoken, prompts.Vars{"who": a.shown(id)})
	if p.ID == "" || p.ID == a.p.ID || rank(p) <= rank(a.p) {
		return p, no
	}
	auth, err := a.authority(ctx, p, t, c.Form)
	if err == nil && !auth.covers(c.Amount) {
		err = no
	}
	return p, err
}

// asked carries on what was asked for and says what came of it.
func (d *Desk) asked(ctx context.Context, c *approval.Compensation) (Outcome, error) {
	before, err := d.Book.Get(ctx, c.Ticket)
	if err != nil {
		return Outcome{}, err
	}
	left, err := d.Talks.Left(ctx, before.Who, store.At(d.Now()))
	if err != nil {
		return Outcome{}, err
	}
	if c, err = d.carryGrant(ctx, c); err != nil {
		return Outcome{}, err
	}
	t, err := d.Book.Get(ctx, c.Ticket)
	if err != nil {
		return Outcome{}, err
	}
	own, err := d.authority(ctx, d.person(c.By), t, c.Form)
	if err != nil {
		return Outcome{}, err
	}
	v := d.grantVars(t, c)
	told := ""
	if c.Words != "" && c.Spent() {
		told = d.sentLine(t, left)
	}
	out := Outcome{Ticket: t}
	switch {
	case c.State == approval.Asked:
		out.Say = d.Words.Line(prompts.StaffCompAsked, with(v, "limit", own.most(), "who", d.shown(c.Decider), "by", d.until(c.Until), "told", c.Words))
	case c.State == approval.Signing:
		out.Say = d.Words.Line(prompts.StaffCompSpoken, with(v, "who", d.shown(c.Decider), "by", d.until(c.Until), "told", told))
	case c.Spent() && c.Decider == c.By:
		out.Say = d.Words.Line(prompts.StaffCompGiven, with(v, "left", own.rest(), "told", told))
	default:
		out.Say = d.decidedLine(c)
	}
	return out, nil
}

// authority is what somebody may decide of a form for a case's customer now.
type authority struct {
	limit       desk.Limit
	ok          bool
	left        desk.Money
	month, dept string
}

func (d *Desk) authority(ctx context.Context, p staff.Person, t *ticket.Ticket, form string) (authority, error) {
	a := authority{month: approval.Month(d.Now(), d.Calendar.Location()), dept: p.Dept}
	k := &d.Pack().Compensation
	if a.limit, a.ok = k.Limit(p.ID, p.Roles, d.Pack().Tier(t.Guest.Tier).ID, form); !a.ok || a.limit.Open {
		return a, nil
	}
	var err error
	a.left, err = d.Grants.Left(ctx, a.month, a.dept, p.ID, a.limit, k.Budget(a.dept))
	return a, err
}

func (a authority) covers(amount desk.Money) bool {
	return a.ok && (a.limit.Open || amount <= a.limit.Case && amount <= a.left)
}

// most is what may be decided at once, as it is read; "" when nothing, or all.
func (a authority) most() string {
	if !a.ok || a.limit.Open {
		return ""
	}
	return a.limit.Case.String()
}

// rest is what is left of the month, as it is read; "" when there is no end to it.
func (a authority) rest() string {
	if !a.ok || a.limit.Open {
		return ""
	}
	return a.left.String()
}

// rank is how high somebody stands.
func rank(p staff.Person) int {
	switch {
	case p.Is(staff.Leader):
		return 3
	case p.Is(staff.Manager):
		return 2
	case p.Is(staff.Lead):
		return 1
	}
	return 0
}

// above are those who may be asked, the nearest first: above who asked, not below
// who was asked already, and neither of them.
func (d *Desk) above(c *approval.Compensation) []staff.Person {
	now := d.Now()
	low := rank(d.person(c.By)) + 1
	seen := map[string]bool{c.By: true}
	for _, id := range append(c.Passed, c.Decider) {
		seen[id] = true
		if id != c.By {
			low = max(low, rank(d.person(id)))
		}
	}
	var all []staff.Person
	add := func(people ...staff.Person) {
		for _, away := range []bool{false, true} {
			for _, p := range people {
				if p.ID != "" && !seen[p.ID] && rank(p) >= low && (d.presence(p.ID) == staff.Out) == away {
					seen[p.ID] = true
					all = append(all, p)
				}
			}
		}
	}
	if p, ok := d.Roster.LeadOf(c.By, now); ok {
		add(p)
	}
	add(d.Roster.Managers(now)...)
	add(d.Roster.Leaders(now)...)
	return all
}

// approver is the next who may decide it; nobody when there is none.
func (d *Desk) approver(ctx context.Context, t *ticket.Ticket, c *approval.Compensation) (staff.Person, error) {
	for _, p := range d.above(c) {
		auth, err := d.authority(ctx, p, t, c.Form)
		if err != nil {
			return staff.Person{}, err
		}
		if auth.covers(c.Amount) {
			return p, nil
		}
	}
	return staff.Person{}, nil
}

// approveBy is until when somebody is to decide. At night only what is urgent waits
// for nobody's morning.
func (d *Desk) approveBy(t *ticket.Ticket, now time.Time) store.Time {
	begin := d.Pack().Begin(d.facts(t), now.In(d.Calendar.Location()))
	return store.At(hours.RoundUp(begin.Add(d.Pack().Compensation.ApproveIn)))
}
