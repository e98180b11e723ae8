package console

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"

	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/hours"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// casePage is the page of one case for one of the staff.
type casePage struct {
	top
	ID, No, Kind string
	Once         string // names this page's forms, so that pressing twice is once
	Tab          string // talk, note, trail, guest
	Reply        bool   // the input has the focus
	Failed       failed

	Guest  guestView
	Clock  clockView
	State  string
	Ended  bool
	Major  bool
	Owner  string
	Words  string // one line: what it is about
	Into   *caseLink
	Event  *eventView // the incident it is a part of
	Talk   []entry
	Older  int
	Notes  []entry
	Trail  []entry
	Credit creditView
	Typing string
	Acts   actsView
	Typed  map[string]string // what was typed into a form that failed
	Print  printView
}

// failed is the form that was refused, with its sentence.
type failed struct {
	Act, Say string
	Force    bool // it may pass all the same: a lead lets it, or it was only to be thought over
}

// Of gives the sentence when it was that form.
func (f failed) Of(act string) string {
	if f.Act == act {
		return f.Say
	}
	return ""
}

type guestView struct {
	Name, Tier, Room, Place string
	Masked, Phone           string // Phone in full only on the page that revealed it
	Facts                   []fact
	Others                  []caseLink
	Wechat                  bool
	VIP                     bool
}

type fact struct{ Name, Value string }

// caseLink is another case in a line.
type caseLink struct{ ID, No, Text, State string }

// clockView is the one promise that counts.
type clockView struct {
	Text, Left string
	Late, Off  bool
}

// creditView is what can be said to the customer, above the input.
type creditView struct {
	Line   string
	Lines  []string // the ways left, when it cannot be sent
	Button string
	Keep   bool // 存着
	Call   bool // ② can be done
}

// view reads everything a case's page shows.
func (v *visit) view(ctx context.Context, id ticket.ID) (*casePage, *ticket.Ticket, error) {
	t, err := v.Book.Get(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	sent, err := v.sent(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	left, err := v.Talks.Left(ctx, t.Who, store.At(v.Now()))
	if err != nil {
		return nil, nil, err
	}
	p := &casePage{
		top: v.top(v.Cases.KindTitle(t) + " " + t.No), ID: t.ID, No: t.No, Kind: v.Cases.KindTitle(t),
		Once: rand.Text(), Tab: "talk", Typed: map[string]string{},
		State: v.Cases.StateTitle(t), Ended: !t.IsOpen(), Major: t.Level == ticket.Major,
		Owner: v.ownerLine(t), Words: t.Matter, Clock: v.clock(t),
	}
	p.Guest = v.guest(t)
	if p.Guest.Others, err = v.others(ctx, t); err != nil {
		return nil, nil, err
	}
	if p.Into, err = v.into(ctx, t); err != nil {
		return nil, nil, err
	}
	if p.Event, err = v.event(t); err != nil {
		return nil, nil, err
	}
	v.fillTalk(p, t, sent)
	p.Credit = v.credit(t, left)
	if p.Acts, err = v.acts(ctx, t, sent); err != nil {
		return nil, nil, err
	}
	if p.Acts.Parts, err = v.parts(ctx, t); err != nil {
		return nil, nil, err
	}
	p.Typing = v.typingLine(ctx, t)
	return p, t, nil
}

const lateAnswers = 40 // answers at the end of a long case looked up one by one

// sent are the case's deliveries: the outbox lists the first ones of a case, so the
// last answers of a long one are fetched besides.
func (v *visit) sent(ctx context.Context, t *ticket.Ticket) ([]*delivery.Delivery, error) {
	list, err := v.Out.OfTicket(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, d := range list {
		have[d.ID] = true
	}
	for _, e := range t.History[max(0, len(t.History)-lateAnswers):] {
		if e.Delivery == "" || have[e.Delivery] {
			continue
		}
		have[e.Delivery] = true
		d, err := v.Out.Get(ctx, e.Delivery)
		if errors.Is(err, store.ErrNotFound) { // not posted yet
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

func (v *visit) ownerLine(t *ticket.Ticket) string {
	parts := []string{"还没人接"}
	switch {
	case t.Owner != "" && t.Auto:
		parts[0] = "已自动派给" + v.Cases.Shown(t.Owner) + "，还没接"
	case t.Owner != "":
		parts[0] = v.Cases.Shown(t.Owner) + "负责"
	}
	if !t.IsOpen() {
		if t.Owner == "" {
			return v.Cases.At(t.Solved) + " 结束"
		}
		return v.Cases.Shown(t.Owner) + " " + v.Cases.At(t.Solved) + " 办结"
	}
	for _, h := range t.Helps {
		if h.State == "asked" || h.State == "going" {
			parts = append(parts, v.Cases.DeptTitle(h.Dept)+"协办中")
		}
	}
	return strings.Join(parts, " · ")
}

// clock is the nearest promise: late is red, standing still is grey.
func (v *visit) clock(t *ticket.Ticket) clockView {
	now := v.Now()
	switch {
	case !t.IsOpen():
		return clockView{Text: "已结束，没有时限", Off: true}
	case !t.Clocks.Stopped.IsZero():
		return clockView{Text: "等客人，时限先停", Off: true}
	}
	at, which := t.NextClock()
	if which == "" || !t.Bound().IsZero() && t.Bound().Before(at) {
		at, which = t.Bound(), "bound"
	}
	if at.IsZero() {
		return clockView{Text: "没有时限", Off: true}
	}
	what := map[string]string{"claim": "接单", "answer": "联系", "promise": "答复", "solve": "解决"}[which]
	if which == "bound" {
		what = map[bool]string{true: "解决", false: "答复"}[at.Equal(t.Clocks.Solve)]
	}
	c := clockView{Text: "承诺 " + v.Cases.At(at) + " " + what}
	left := at.Time().Sub(now)
	if left < 0 {
		c.Late, c.Left = true, "过了 "+hours.Span(left)
	} else {
		c.Left = "还有 " + hours.Span(left)
	}
	return c
}

func (v *visit) guest(t *ticket.Ticket) guestView {
	name := t.Guest.Name
	if name == "" {
		name = "客人"
	}
	g := guestView{
		Name: name, Tier: t.Guest.Tier, Room: t.Room, Masked: customer.Mask(t.Guest.Phone),
		Wechat: t.Who.Reachable(), VIP: t.Guest.VIP, Place: v.Pack().General.Places[t.Stay],
	}
	if d := t.Guest.Until; len(d) == len(time.DateOnly) && t.Room != "" {
		g.Place = "住到 " + d[5:]
	}
	add := func(name, value string) {
		if value != "" {
			g.Facts = append(g.Facts, fact{name, value})
		}
	}
	add("等级", t.Guest.Tier)
	if t.Guest.Stays > 0 {
		add("住过", "第 "+strconv.Itoa(t.Guest.Stays)+" 次")
	}
	add("喜好", t.Guest.Likes)
	add("上次", t.Guest.Last)
	if t.Guest.Butler != "" {
		add("管家", v.Cases.Shown(t.Guest.Butler))
	}
	add("现在", v.Cases.WhereIs(t))
	if t.Times > 1 {
		add("来过", "为这件事第 "+strconv.Itoa(t.Times)+" 次")
	}
	add("类别", v.Cases.CategoryTitle(t))
	add("订单", t.OrderNo)
	add("产品", t.Product)
	for _, told := range v.Cases.Particulars(t) {
		add(told.Title, told.Value)
	}
	for _, c := range v.Pack().General.Sources {
		if c.ID == t.Source {
			add("来源", c.Title)
		}
	}
	if t.By != "" {
		add("登记", v.Cases.Shown(t.By))
	}
	if !t.Reply.IsZero() {
		add("要求回复", v.Calendar.Stamp(t.Reply.Time())+" 前")
	}
	if t.Near != "" && t.Near != "learned" {
		add("相近", t.Near)
	}
	add("全号", t.Full)
	return g
}

const maxOthers = 10

// others are the customer's other cases.
func (v *visit) others(ctx context.Context, t *ticket.Ticket) ([]caseLink, error) {
	list, err := v.Book.Of(ctx, t.Who, maxOthers+1)
	if err != nil {
		return nil, err
	}
	var all []caseLink
	for _, o := range list {
		if o.ID != t.ID && len(all) < maxOthers {
			all = append(all, v.link(o))
		}
	}
	return all, nil
}

func (v *visit) link(t *ticket.Ticket) caseLink {
	return caseLink{ID: t.ID, No: t.No, Text: v.Cases.KindTitle(t) + " " + clip(t.Matter, 24), State: v.Cases.StateTitle(t)}
}

func (v *visit) into(ctx context.Context, t *ticket.Ticket) (*caseLink, error) {
	if t.Into == "" {
		return nil, nil
	}
	o, err := v.Book.Get(ctx, t.Into)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l := v.link(o)
	return &l, nil
}

// parts are the cases joined into this one.
func (v *visit) parts(ctx context.Context, t *ticket.Ticket) ([]caseLink, error) {
	var all []caseLink
	for _, id := range t.Links {
		o, err := v.Book.Get(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if o.Into == t.TicketID() {
			all = append(all, v.link(o))
		}
	}
	return all, nil
}

// credit is the line above the input. The last message is kept for the closing.
func (v *visit) credit(t *ticket.Ticket, a delivery.Allowance) creditView {
	phone := customer.Mask(t.Guest.Phone)
	switch {
	case !t.Who.Reachable():
		return creditView{Line: "这位客人没有微信：写下要说的话，会变成一件要打的电话。", Button: "记下", Call: phone != ""}
	case a.Left > 1:
		return creditView{Line: v.Words.Line(prompts.PageCredits, prompts.Vars{"credits": a.Left, "until": v.Calendar.Stamp(a.Until.Time())}), Button: "发送"}
	case a.Left == 1:
		return creditView{
			Line:   v.Words.Line(prompts.PageCredits, prompts.Vars{"credits": 1, "until": v.Calendar.Stamp(a.Until.Time())}) + "，留给办结；这段话先存着，客人一来信就发",
			Button: "存着", Keep: true, Call: phone != "",
		}
	case v.Cases.Within(t):
		return creditView{Line: v.Words.Line(prompts.PageNoCredits, nil), Button: "存着", Keep: true, Call: phone != ""}
	}
	lines := strings.Split(v.Words.Line(prompts.PageWindow, prompts.Vars{"phone": phone}), "\n")
	account, _ := t.Who.Split()
	if v.Cases.Template == nil || !v.Cases.Template(account, "ticket_update") {
		for i, l := range lines {
			if strings.HasPrefix(l, "①") {
				lines[i] = l + "——还没开通"
			}
		}
	}
	return creditView{Line: lines[0], Lines: lines[1:], Button: "存着", Keep: true, Call: phone != ""}
}

func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
