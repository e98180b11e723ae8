package casework

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

const maxCards = 5 // people who get the card of a new case

func (d *Desk) facts(t *ticket.Ticket) desk.Facts {
	return desk.Facts{Level: string(t.Level), InHouse: t.Stay == "in", VIP: t.Guest.VIP, Safety: t.Safety}
}

// startClocks sets what must happen until when. At night what may wait until
// morning begins then.
func (d *Desk) startClocks(t *ticket.Ticket, now time.Time) {
	f := d.facts(t)
	c := d.Pack().Clocks(string(t.Kind), f)
	begin := d.Pack().Begin(f, now.In(d.Calendar.Location()))
	if t.Kind == ticket.Human && len(d.Staffed(t.Team)) > 0 {
		begin = now // who asks for a person gets the one who is there
	}
	add := func(span time.Duration) store.Time {
		switch {
		case span == 0:
			return store.Time{}
		case c.Working:
			return store.At(d.Office.Add(begin, span))
		}
		return store.At(begin.Add(span))
	}
	t.Clocks = ticket.Clocks{Claim: add(c.Claim), Answer: add(c.Answer), Solve: add(c.Solve)}
	if !t.Clocks.Answer.IsZero() { // what customers are told is what we keep, counted from the minute they wrote
		t.Clocks.Answer = store.At(hours.RoundUp(t.Clocks.Answer.Time().Truncate(time.Minute)))
	}
	if !t.Reply.IsZero() {
		t.Clocks.Solve = t.Reply
	}
	ladder := d.Pack().Ladder(string(t.Kind), f)
	t.Ladder = ticket.Ladder{Chain: ladder.Name, Since: store.At(begin)}
}

// announce tells who must hear of a new case: the first steps of its ladder that
// are due at once.
func (d *Desk) announce(t *ticket.Ticket, now time.Time) {
	d.furtherTime(t, now)
	ladder := d.ladder(t)
	if len(ladder.Steps) == 0 {
		d.greet(t, now)
		return
	}
	for range len(ladder.Steps) {
		if !d.stepDue(t, ladder, now) {
			break
		}
		d.climb(t, ladder, nil, now)
	}
	d.schedule(t, ladder)
}

// greet is for kinds that nobody has to act on: praise goes to its department.
func (d *Desk) greet(t *ticket.Ticket, now time.Time) {
	text := d.Words.Line(prompts.StaffPraised, with(d.Vars(t), "text", t.Words))
	for _, p := range d.members(t.Team) {
		d.tell(t, p, text)
	}
}

// newCard is the card of a case nobody has yet, by what kind of case it is.
func (d *Desk) newCard(t *ticket.Ticket) (key string, v prompts.Vars) {
	v = d.Vars(t)
	switch {
	case t.Level == ticket.Major:
		if t.Times > 1 {
			v["at"] = d.at(t.Wrote)
		}
		return prompts.CardMajor, with(v, "by", d.exact(t.Bound()))
	case t.Guest.VIP && t.Kind == ticket.Complaint:
		return prompts.CardVIP, with(v, "by", d.exact(t.Bound()))
	case t.Kind == ticket.Inquiry:
		return prompts.CardUnanswered, with(v, "by", d.exact(t.Bound()))
	case t.Kind == ticket.Human:
		with(v, "by", d.exact(t.Bound()), "quote", strings.Join(t.Recent, "｜"))
		if d.Pack().General.Night.Covers(t.Created.In(d.Calendar.Location())) {
			v["night"] = d.word(prompts.StaffNight)
		}
		if len(t.Recent) <= 1 {
			v["asked"] = t.Words
		}
		return prompts.CardHuman, v
	}
	return prompts.CardNew, v
}

// groupLine is the line a group gets of a new case.
func (d *Desk) groupLine(t *ticket.Ticket) string {
	v := with(d.Vars(t), "summary", clip(t.Matter, 30), "by", d.exact(t.Clocks.Claim))
	if t.Level == ticket.Major {
		with(v, "by", d.exact(t.Bound()), "manager", d.shown(t.Asked))
		if !t.Bound().After(store.At(d.Now())) { // nobody called by then
			v["manager"] = ""
		}
		return d.Words.Line(prompts.GroupMajor, v)
	}
	return d.Words.Line(prompts.GroupNew, v)
}

func (d *Desk) ladder(t *ticket.Ticket) desk.Ladder {
	return d.Pack().Ladder(string(t.Kind), d.facts(t))
}

// stepAt is when the next step of the ladder is due; zero when there is none.
func (d *Desk) stepAt(t *ticket.Ticket, l desk.Ladder) store.Time {
	i := t.Ladder.Step
	if i >= len(l.Steps) {
		return store.Time{}
	}
	s := l.Steps[i]
	switch {
	case s.Repeat > 0 && t.Ladder.Round > 0:
		return t.Ladder.Since.Add(time.Duration(t.Ladder.Round) * s.Repeat)
	case s.On == "claim":
		return t.Clocks.Claim
	case s.On != "":
		return t.Bound()
	}
	return t.Ladder.Since.Add(s.After)
}

func (d *Desk) stepDue(t *ticket.Ticket, l desk.Ladder, now time.Time) bool {
	at := d.stepAt(t, l)
	return !at.IsZero() && !at.After(store.At(now))
}

// schedule sets when the ladder goes on if nobody acts.
func (d *Desk) schedule(t *ticket.Ticket, l desk.Ladder) { t.Ladder.Next = d.stepAt(t, l) }

// climb does one step: cards to whom it names, a line to whom else, a line in a
// group. loads says how much each person has in hand, for the automatic choice.
func (d *Desk) climb(t *ticket.Ticket, l desk.Ladder, loads map[string]int, now time.Time) {
	s := l.Steps[t.Ladder.Step]
	first := t.Ladder.Step == 0 && t.Ladder.Round == 0
	people := d.targets(t, s.To, now)
	switch s.Do {
	case "assign":
		people = d.assign(t, d.takers(t, now), loads, now)
	case "call":
		d.callOut(t, people, now)
	default:
		d.stepCards(t, people, first, now)
	}
	for _, p := range d.targets(t, s.Tell, now) {
		d.tell(t, p, d.climbLine(t, now))
	}
	if s.Group != "" {
		d.group(t, s.Group, d.stepGroup(t, first))
	}
	if !first {
		t.Log(ticket.Event{At: store.At(now), Who: ticket.BySystem, What: ticket.Climbed, Text: d.names(people)})
	}
	if s.Repeat > 0 {
		if t.Ladder.Round++; t.Ladder.Round == 1 {
			t.Ladder.Since = store.At(now)
		}
		return
	}
	t.Ladder.Step++
}

// stepCards gives people the card of the case. The first step is the new case
// itself; later ones say that nobody acted, and the cards before turn grey.
func (d *Desk) stepCards(t *ticket.Ticket, people []staff.Person, first bool, now time.Time) {
	if len(people) == 0 {
		return
	}
	key, v := d.newCard(t)
	what := "new"
	if !first {
		d.takenOver(t, people[0], "")
		what = "climb"
		if t.Level != ticket.Major {
			key = prompts.CardEscalated
			with(v, "step", d.names(people))
		}
	}
	if t.Level == ticket.Major || !first {
		t.Asked = people[0].ID
	}
	for _, p := range people[:min(len(people), maxCards)] {
		d.card(t, p, what, key, v)
	}
}

// takenOver turns the cards of others grey: 已由…接手.
func (d *Desk) takenOver(t *ticket.Ticket, by staff.Person, except string) {
	done := d.Words.Line(prompts.StaffDoneTakenOver, prompts.Vars{"who": d.shown(by.ID)})
	what := []string{"new", "climb"}
	if t.Auto { // who was given it and did not act
		what = append(what, "owner")
	}
	t.GreyCards(except, func(ticket.CardRef) *chat.Card { return d.grey(t, done) }, what...)
}

// grey is what a card becomes that nobody needs any more.
func (d *Desk) grey(t *ticket.Ticket, done string) *chat.Card {
	return &chat.Card{
		Title: d.kindTitle(t) + " " + t.No + " · " + d.category(t), Done: done, URL: d.link(t),
	}
}

// assign gives the case to who has least in hand of those on duty.
func (d *Desk) assign(t *ticket.Ticket, people []staff.Person, loads map[string]int, now time.Time) []staff.Person {
	there := slices.DeleteFunc(slices.Clone(people), func(p staff.Person) bool { return d.presence(p.ID) != staff.In })
	p, ok := staff.Least(there, func(id string) int { return loads[id] })
	if !ok {
		return nil
	}
	if err := t.Give(p.ID, true, now); err != nil {
		return nil
	}
	d.takenOver(t, p, "")
	t.Log(ticket.Event{At: store.At(now), Who: ticket.BySystem, What: ticket.Given, Text: d.shown(p.ID)})
	d.card(t, p, "owner", prompts.CardAuto, d.Vars(t))
	return []staff.Person{p}
}

// callOut asks to telephone somebody: the last step.
func (d *Desk) callOut(t *ticket.Ticket, people []staff.Person, now time.Time) {
	if len(people) == 0 {
		return
	}
	who := people[0]
	text := d.Words.Line(prompts.StaffCallOut, with(d.Vars(t), "who", d.shown(who.ID), "phone", who.Phone))
	for _, p := range append([]staff.Person{d.manager(now)}, d.onDuty(t.Team, now)...) {
		d.tell(t, p, text)
	}
}

// climbLine is the line others get of a step.
func (d *Desk) climbLine(t *ticket.Ticket, now time.Time) string {
	minutes := int(now.Sub(t.Created.Time()).Round(time.Minute).Minutes())
	return d.Words.Line(prompts.StaffAuto, prompts.Vars{"no": t.No, "minutes": minutes, "who": d.shown(t.Owner)})
}

func (d *Desk) stepGroup(t *ticket.Ticket, first bool) string {
	if first {
		return d.groupLine(t)
	}
	if t.Level == ticket.Major {
		return d.groupLine(t)
	}
	return d.Words.Line(prompts.GroupUnclaimed, with(d.Vars(t), "summary", clip(t.Matter, 30), "who", d.shown(t.Owner)))
}

// ownerCard shows who has the case how it stands: the card they pressed changes,
// or they get one.
func (d *Desk) ownerCard(t *ticket.Ticket, now time.Time, a delivery.Allowance) {
	p := d.person(t.Owner)
	if p.WecomID == "" {
		return
	}
	card := d.Words.Card(prompts.CardClaimed, d.ownerVars(t, a))
	card.URL = d.link(t)
	for i := len(t.Cards) - 1; i >= 0; i-- {
		if c := &t.Cards[i]; c.Staff == p.ID && (c.What == "new" || c.What == "climb" || c.What == "owner") {
			c.What = "owner"
			d.show(t, *c, card)
			return
		}
	}
	d.post(t, p, "owner", card)
}

// show lets a card that somebody has look different.
func (d *Desk) show(t *ticket.Ticket, c ticket.CardRef, card chat.Card) {
	t.Effects = append(t.Effects, ticket.Effect{ID: t.Next("show"), Grey: &ticket.Grey{Card: c.Delivery, Staff: c.Staff, Show: &card}})
}

// ownerVars adds what the owner's card shows besides.
func (d *Desk) ownerVars(t *ticket.Ticket, a delivery.Allowance) prompts.Vars {
	v := d.Vars(t)
	if t.Who.Reachable() {
		v["credits"] = strconv.Itoa(a.Left)
		if a.Left > 0 {
			v["left"] = hours.Span(a.Until.Time().Sub(d.Now()))
		}
	}
	switch {
	case t.State == ticket.Waiting:
		v["waiting"], v["answer_by"], v["resolve_by"] = d.promise(t), "", ""
	case !t.Clocks.Promise.IsZero():
		v["answer_by"] = d.exact(t.Clocks.Promise)
	case !t.Answered.IsZero():
		v["answer_by"] = ""
	}
	if n := len(t.Helps); n > 0 {
		h := t.Helps[n-1]
		v["assist"] = d.deptTitle(h.Dept)
		v["helper"] = d.helpLine(h)
	}
	return v
}

func (d *Desk) helpLine(h ticket.Help) string {
	name := d.deptTitle(h.Dept)
	switch h.State {
	case "going":
		return d.Words.Line(prompts.StaffHelpGone, prompts.Vars{"dept": name, "who": d.shown(h.Who)})
	case "done", "cannot":
		return name + " " + d.shown(h.Who) + " " + d.at(h.Done) + " " + h.Result
	}
	return d.Words.Line(prompts.StaffHelpSent, prompts.Vars{"dept": name, "at": d.at(h.At)})
}
