package casework

import (
	"strings"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// word is a text that needs no values.
func (d *Desk) word(key string) string { return d.Words.Line(key, nil) }

// label is what stands in a history for a picture, a voice or a video.
func (d *Desk) label(k chat.Kind) string {
	switch k {
	case chat.Image:
		return d.word(prompts.StaffPicture)
	case chat.Voice:
		return d.word(prompts.StaffVoice)
	case chat.Video:
		return d.word(prompts.StaffVideo)
	}
	return ""
}

// at is an instant as staff and customers read it.
func (d *Desk) at(t store.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.Calendar.When(t.Time(), d.Now())
}

// until is a promise as it is said: 14:20 前.
func (d *Desk) until(t store.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.Calendar.Clock(t.Time(), d.Now())
}

// exact is a staff deadline, not rounded: 14:10 前.
func (d *Desk) exact(t store.Time) string {
	if t.IsZero() {
		return ""
	}
	return d.Words.Line(prompts.StaffBefore, prompts.Vars{"at": d.at(t)})
}

// Vars are what every text about a case may use.
func (d *Desk) Vars(t *ticket.Ticket) prompts.Vars {
	g := d.Pack().General
	v := prompts.Vars{
		"no": t.No, "kind": d.kindTitle(t), "category": d.category(t), "dept": d.deptTitle(t.Dept),
		"level": desk.Title(g.Levels, string(t.Level)), "stay": g.Places[t.Stay],
		"quote": t.Words, "guest": t.Guest.Name, "they": t.Guest.Name, "tier": t.Guest.Tier, "times": d.times(t),
		"n": "", "room": t.Room, "until": shortDate(t.Guest.Until), "subject": d.subject(t), "summary": d.subject(t),
		"at": d.at(t.Created), "source": desk.Title(g.Sources, t.Source), "phone": customer.Mask(t.Guest.Phone),
		"claim_by": d.exact(t.Clocks.Claim), "answer_by": d.exact(t.Clocks.Answer), "resolve_by": d.exact(t.Clocks.Solve),
		"by": d.until(t.Bound()), "promise": d.promise(t), "since": d.at(t.Created),
		"team": d.teamDesk(t.Team), "where": d.where(t), "trail": d.trail(t), "likes": t.Guest.Likes, "last": t.Guest.Last,
		"words": strings.Join(t.Alarms, "、"), "who": d.calls(t.Owner), "link": d.link(t),
		"departments": d.Pack().Helpers(""), "near": t.Near, "near_id": t.NearID,
	}
	if v["guest"] == "" {
		v["guest"] = d.word(prompts.StaffGuest)
	}
	if t.Guest.Stays > 0 {
		v["stays"] = d.Words.Line(prompts.StaffStays, prompts.Vars{"n": t.Guest.Stays})
	}
	if t.Times > 1 {
		v["n"] = t.Times
	}
	if t.Guest.Phone != "" {
		v["via"] = d.word(prompts.StaffViaPhone)
	}
	return v
}

func with(v prompts.Vars, pairs ...any) prompts.Vars {
	for i := 0; i+1 < len(pairs); i += 2 {
		v[pairs[i].(string)] = pairs[i+1]
	}
	return v
}

func (d *Desk) kindTitle(t *ticket.Ticket) string {
	if k := d.Pack().Kind(string(t.Kind)); k != nil {
		return k.Title
	}
	return d.word(prompts.StaffCaseWord)
}

func (d *Desk) category(t *ticket.Ticket) string {
	if c := d.Pack().Category(t.Category); c != nil {
		return c.Title
	}
	return d.word(prompts.StaffOther)
}

func (d *Desk) deptTitle(id string) string {
	if dept := d.Pack().Dept(id); dept != nil {
		return dept.Title
	}
	return ""
}

// teamDesk is a department as customers hear of it: 前厅值班.
func (d *Desk) teamDesk(id string) string {
	if dept := d.Pack().Dept(id); dept != nil {
		if dept.Desk != "" {
			return dept.Desk
		}
		return dept.Title
	}
	return d.word(prompts.StaffOnWatch)
}

func (d *Desk) times(t *ticket.Ticket) string {
	if t.Times <= 1 {
		return d.Words.Line(prompts.StaffFirstTime, prompts.Vars{"kind": d.kindTitle(t)})
	}
	return d.Words.Line(prompts.StaffNthTime, prompts.Vars{"days": days(d.Pack().Incident.Again.Within), "n": t.Times})
}

func shortDate(day string) string {
	if len(day) == len("2026-11-26") {
		return day[5:]
	}
	return day
}

// promise is the line 承诺: the next instants and what is due by them.
func (d *Desk) promise(t *ticket.Ticket) string {
	var parts []string
	add := func(at store.Time, what string) {
		if !at.IsZero() {
			parts = append(parts, d.Words.Line(what, prompts.Vars{"by": d.exact(at)}))
		}
	}
	switch {
	case t.State == ticket.Waiting:
		return d.word(prompts.StaffStands)
	case !t.Clocks.Promise.IsZero():
		add(t.Clocks.Promise, prompts.StaffAnswerBy)
	case t.Answered.IsZero():
		add(t.Clocks.Answer, prompts.StaffContactBy)
	}
	add(t.Clocks.Solve, prompts.StaffSolveBy)
	return strings.Join(parts, "，")
}

// where says whether the customer is in the room, in the pack's words for staff.
func (d *Desk) where(t *ticket.Ticket) string {
	if t.InRoom == "" {
		return ""
	}
	k := d.Pack().Kind(string(t.Kind))
	if k == nil {
		return ""
	}
	for i := range k.Ask {
		if a := k.Ask[i].Option(t.InRoom); a != nil {
			return a.Where
		}
	}
	return ""
}

// trail is what happened so far in one line: 14:06 接，15:10 修过，未好.
func (d *Desk) trail(t *ticket.Ticket) string {
	var parts []string
	for _, e := range t.History {
		switch e.What {
		case ticket.Took:
			parts = append(parts, d.Words.Line(prompts.StaffTookAt, prompts.Vars{"at": d.at(e.At)}))
		case ticket.Helping, ticket.SolvedAs, ticket.ReopenedBy, ticket.Called:
			if e.Text != "" {
				parts = append(parts, d.at(e.At)+" "+clip(e.Text, 10))
			}
		}
	}
	if n := len(parts); n > 3 {
		parts = parts[n-3:]
	}
	return strings.Join(parts, "，")
}

func clip(s string, n int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}

func (d *Desk) link(t *ticket.Ticket) string {
	if d.Link == nil {
		return ""
	}
	return d.Link(t.TicketID())
}

// card puts a card for staff among what must follow from a change of t. What
// names what kind of card it is, so that it can turn grey.
func (d *Desk) card(t *ticket.Ticket, p staff.Person, what, key string, v prompts.Vars) {
	card := d.Words.Card(key, v)
	card.URL = d.link(t)
	d.post(t, p, what, card)
}

func (d *Desk) post(t *ticket.Ticket, p staff.Person, what string, card chat.Card) {
	if p.WecomID == "" {
		return
	}
	x := cardTo(p, t.Next("card"), card)
	t.Post(x)
	if x.Content.Form == chat.AsCard {
		t.Handed(x.ID, p.ID, what)
	}
}

// cardTo is a card on its way to somebody, as a text card for who cannot see cards.
func cardTo(p staff.Person, id string, card chat.Card) delivery.Delivery {
	card.TaskID = taskID(id)
	form := chat.AsCard
	if p.NoCard {
		form = chat.AsTextCard
	}
	return delivery.Delivery{
		Meta: store.Meta{ID: id}, To: chat.Address{Channel: chat.WeCom, User: p.WecomID},
		Class: delivery.Staff, From: ticket.ByBot, Content: chat.Content{Form: form, Card: &card},
	}
}

// taskID makes a delivery's id into a task_id. WeCom: at most 128 of [0-9A-Za-z_-@].
func taskID(delivery string) string { return strings.ReplaceAll(delivery, "/", "-") }

// tell puts a line for one of the staff among what must follow.
func (d *Desk) tell(t *ticket.Ticket, p staff.Person, text string) {
	if p.WecomID == "" || text == "" {
		return
	}
	t.Post(delivery.Delivery{
		Meta: store.Meta{ID: t.Next("line")}, To: chat.Address{Channel: chat.WeCom, User: p.WecomID},
		Class: delivery.Staff, From: ticket.ByBot, Content: chat.Say(text),
	})
}

// group puts a line for a group among what must follow.
func (d *Desk) group(t *ticket.Ticket, robot, text string) {
	for _, have := range d.Robots {
		if have == robot && text != "" {
			t.Post(delivery.Delivery{
				Meta: store.Meta{ID: t.Next("group")}, To: chat.Address{Channel: chat.Robot, User: robot},
				Class: delivery.Staff, From: ticket.ByBot, Content: chat.Content{Form: chat.AsLine, Text: text},
			})
		}
	}
}

// say puts words for the customer among what must follow: a message that costs a
// credit, and outside the window a service notice where the account has one. A
// customer without WeChat is a call to make.
func (d *Desk) say(t *ticket.Ticket, from string, c chat.Content, notice string, closing bool) string {
	if !t.Who.Reachable() {
		d.tell(t, d.responsible(t), d.Words.Line(prompts.StaffCallTask, with(d.Vars(t), "text", c.Plain(), "phone", t.Guest.Phone)))
		return ""
	}
	id := t.Next("say")
	t.Post(delivery.Delivery{
		Meta: store.Meta{ID: id}, To: chat.To(t.Who), Class: delivery.Reply, Customer: t.Who,
		From: from, Content: c, Fallback: d.notice(t, notice), Closing: closing,
	})
	if len(c.Options) > 0 {
		t.Effects = append(t.Effects, ticket.Effect{ID: t.Next("talk"), Talk: &ticket.Talk{
			Options: c.Options, Case: t.TicketID(), At: store.At(d.Now()),
		}})
	}
	return id
}

const noticeName = "ticket_update"

// notice is the template message about a case: the state in at most 5 characters.
func (d *Desk) notice(t *ticket.Ticket, stateKey string) chat.Content {
	account, _ := t.Who.Split()
	if stateKey == "" || d.Template == nil || !d.Template(account, noticeName) {
		return chat.Content{}
	}
	title := d.Words.Line(prompts.NoticeTitle, with(d.Vars(t), "subject", t.Title))
	return chat.Content{
		Form: chat.AsTemplate, Template: noticeName, URL: d.guestLink(t),
		Values: map[string]string{
			"no": t.No, "title": title, "state": d.Words.Line(stateKey, prompts.Vars{}),
			"time": d.Calendar.Full(d.Now()),
		},
	}
}

func (d *Desk) guestLink(t *ticket.Ticket) string {
	if d.GuestLink == nil {
		return ""
	}
	return d.GuestLink(t.TicketID())
}
