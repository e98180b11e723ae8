package workbench

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kefu/bot/approval"
	"kefu/bot/casework"
	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// compensate is 补偿 4827 赠礼 200 说明; with the number alone it says what the person
// may decide and how to go on.
func (t *turn) compensate(ctx context.Context, on *ticket.Ticket, text string) (string, error) {
	if text == "" {
		return t.howToGrant(ctx, on)
	}
	g, err := t.readGrant(text)
	if err != nil {
		return "", err
	}
	out, err := t.Cases.Compensate(ctx, t.p.ID, on.TicketID(), g)
	return out.Say, err
}

// howToGrant is the first line of the form, and the form.
func (t *turn) howToGrant(ctx context.Context, on *ticket.Ticket) (string, error) {
	o, err := t.Cases.Offer(ctx, t.p.ID, on)
	if err != nil {
		return "", err
	}
	if o == nil {
		return "", t.refuse(prompts.StaffErrNotYours, prompts.Vars{"no": on.No, "who": t.owner(on)})
	}
	link := t.page(on)
	if link != "" {
		link += "#sheet-compensate"
	}
	return t.line(prompts.StaffCompHow, prompts.Vars{"no": on.No, "head": o.Head, "link": link}), nil
}

// readGrant takes apart what was typed: form, amount, what for, who agreed orally,
// what the customer is told.
func (t *turn) readGrant(text string) (casework.Grant, error) {
	var g casework.Grant
	if at := tells.FindStringIndex(text); at != nil {
		g.Words, text = strings.TrimSpace(text[at[1]:]), text[:at[0]]
		if g.Words == "" {
			return g, t.refuse(prompts.StaffErrCompWords, nil)
		}
	}
	if m := spoken.FindStringSubmatchIndex(text); m != nil {
		p, n := t.named(text[m[2]:m[3]])
		if n == 0 {
			return g, t.refuse(prompts.StaffErrCompSpoken, prompts.Vars{"who": clip(text[m[2]:m[3]], 8)})
		}
		g.Spoken, text = p.ID, text[:m[0]]+" "+agreed.ReplaceAllString(text[m[2]+n:], "")
	}
	form, rest := t.Pack().Compensation.FindForm(text)
	if form == nil {
		return g, t.refuse(prompts.StaffErrCompForm, prompts.Vars{"form": clip(text, 12), "forms": t.formNames()})
	}
	g.Form, rest = form.ID, trim(rest)
	sum := amount.FindString(rest)
	m, err := desk.ParseMoney(sum)
	if err != nil || m == 0 {
		return g, t.refuse(prompts.StaffErrCompAmount, nil)
	}
	g.Amount, g.Why = m, strings.Trim(trim(rest[len(sum):]), " ，,。;；、")
	return g, nil
}

// named is the colleague whose name a text begins with, and the name's length; 0
// when it begins with nobody's.
func (t *turn) named(text string) (p staff.Person, n int) {
	for r := []rune(text); len(r) > 0; r = r[:len(r)-1] {
		if p, ok := t.Roster.Find(string(r)); ok {
			return p, len(string(r))
		}
	}
	return p, 0
}

func (t *turn) formNames() string {
	var all []string
	for _, f := range t.Pack().Compensation.Forms {
		all = append(all, f.Title)
	}
	return strings.Join(all, "、")
}

// decides are the words by which somebody decides what waits for them.
var decides = []verb{vApprove, vReject, vAmend, vSign}

// decide is 同意 4827, 不同意 4827 理由, 改金额 4827 500 and 补签 4827: of what waits for
// this person.
func (t *turn) decide(ctx context.Context, c command) (string, error) {
	list, err := t.waiting(ctx, c)
	if err != nil {
		return "", err
	}
	text := c.rest
	switch {
	case len(list) == 0 && c.no != "":
		return t.decided(ctx, c)
	case len(list) == 0:
		return "", t.refuse(prompts.StaffCompNone, nil)
	case len(list) > 1 && c.no == "":
		return "", t.refuse(prompts.StaffCompWhich, prompts.Vars{"n": len(list), "items": t.grants(list)})
	}
	return t.decideOn(ctx, c.verb, list[0], text)
}

// decides says whether what was typed is meant as a decision: with the number of a
// case it is; without one it may as well be words for the customer.
func (t *turn) decides(ctx context.Context, c command, free bool) (bool, error) {
	if c.no != "" {
		return true, nil
	}
	if c.rest != "" && (c.verb == vApprove || c.verb == vSign || !free) {
		return false, nil
	}
	list, err := t.waiting(ctx, c)
	return len(list) > 0 || free, err
}

// answerGrant is the reason, or the amount, that a button asked for.
func (t *turn) answerGrant(ctx context.Context, b button, text string) (string, error) {
	do := t.reject
	if b.do == "amend" {
		do = t.amend
	}
	say, err := do(ctx, b.no, text)
	var no casework.Refusal
	if errors.As(err, &no) && !t.waitsForMe(ctx, b.no) { // it was decided meanwhile: nothing more is asked
		return no.Say, nil
	}
	return say, err
}

// waiting are those the command can be about.
func (t *turn) waiting(ctx context.Context, c command) ([]*casework.Pending, error) {
	s := approval.Asked
	if c.verb == vSign {
		s = approval.Signing
	}
	return t.Cases.ToDecide(ctx, t.p.ID, c.no, s)
}

// decided answers who types a decision about a case of which nothing waits for them:
// with what became of its last compensation.
func (t *turn) decided(ctx context.Context, c command) (string, error) {
	on, err := t.byNo(ctx, c.no)
	if err != nil {
		return "", err
	}
	list, err := t.Cases.Grants.Of(ctx, on.TicketID(), 50)
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", t.refuse(prompts.StaffCompNone, nil)
	}
	return t.decideOn(ctx, c.verb, list[len(list)-1], c.rest)
}

func (t *turn) grants(list []*casework.Pending) string {
	var all []string
	for _, c := range list[:min(len(list), maxItems)] {
		title := c.Form
		if f := t.Pack().Compensation.Form(c.Form); f != nil {
			title = f.Title
		}
		all = append(all, t.line(prompts.StaffCompItem, prompts.Vars{"no": c.No, "form": title, "amount": c.Amount.String()}))
	}
	return strings.Join(all, "、")
}

func (t *turn) decideOn(ctx context.Context, v verb, c *casework.Pending, text string) (string, error) {
	switch v {
	case vReject:
		return t.reject(ctx, c.ID, text)
	case vAmend:
		return t.amend(ctx, c.ID, text)
	case vSign:
		return said(t.Cases.Sign(ctx, t.p.ID, c.ID, false))(nil)
	}
	return said(t.Cases.Approve(ctx, t.p.ID, c.ID, 0))(nil)
}

// pressGrant is a button about a compensation: approve, reject, amend, sign, deny.
func (t *turn) pressGrant(ctx context.Context, b button) (string, error) {
	id := b.no
	switch b.do {
	case "approve":
		return said(t.Cases.Approve(ctx, t.p.ID, id, 0))(nil)
	case "reject":
		return t.reject(ctx, id, "")
	case "amend":
		return t.amend(ctx, id, "")
	}
	return said(t.Cases.Sign(ctx, t.p.ID, id, b.do == "deny"))(nil)
}

// reject asks why, unless that was typed.
func (t *turn) reject(ctx context.Context, id, why string) (string, error) {
	out, err := t.Cases.Reject(ctx, t.p.ID, id, why)
	var no casework.Refusal
	if why == "" && errors.As(err, &no) && out.Ticket != nil && t.waitsForMe(ctx, id) {
		return t.ask(ctx, "reject:"+id, out.Ticket, no.Say)
	}
	return out.Say, err
}

// amend asks for the amount, unless that was typed.
func (t *turn) amend(ctx context.Context, id, text string) (string, error) {
	if text == "" && t.waitsForMe(ctx, id) {
		c, err := t.Cases.Grants.Get(ctx, id)
		if err != nil {
			return "", err
		}
		on, err := t.Book.Get(ctx, c.Ticket)
		if err != nil {
			return "", err
		}
		return t.ask(ctx, "amend:"+id, on, t.line(prompts.StaffCompHowMuch, nil))
	}
	m, err := desk.ParseMoney(amount.FindString(text))
	if text != "" && (err != nil || m == 0) {
		return "", t.refuse(prompts.StaffErrCompAmount, nil)
	}
	out, err := t.Cases.Approve(ctx, t.p.ID, id, m)
	return out.Say, err
}

// waitsForMe says that this one waits for the person to decide.
func (t *turn) waitsForMe(ctx context.Context, id string) bool {
	list, err := t.Cases.ToDecide(ctx, t.p.ID, "", approval.Asked)
	return err == nil && slices.ContainsFunc(list, func(c *casework.Pending) bool { return c.ID == id })
}
