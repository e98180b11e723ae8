package casework

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
)

type person = staff.Person

// presences is who is away or busy, as it was a second ago.
type presences struct {
	mu   sync.Mutex
	at   time.Time
	away map[string]staff.Presence
}

// presence is where somebody is. Reading it may be a second late; an unreadable
// store counts everybody as there.
func (d *Desk) presence(id string) staff.Presence {
	c := &d.presences
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away == nil || time.Since(c.at) > time.Second {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if away, err := d.States.Away(ctx, d.Now()); err == nil {
			c.away, c.at = away, time.Now()
		}
	}
	if p, ok := c.away[id]; ok {
		return p
	}
	return staff.In
}

// Look says that presences changed.
func (d *Desk) Look() {
	d.presences.mu.Lock()
	d.presences.away = nil
	d.presences.mu.Unlock()
}

func (d *Desk) person(id string) staff.Person {
	p, _ := d.Roster.ByID(id)
	return p
}

// wecom is somebody's WeCom userid.
func (d *Desk) wecom(id string) string { return d.person(id).WecomID }

// shown is somebody's name: 小陈.
func (d *Desk) shown(id string) string {
	if id == "" {
		return ""
	}
	return d.Roster.Shown(id)
}

// calls is somebody as customers are told of them: 前台小陈, 值班经理刘峰.
func (d *Desk) calls(id string) string {
	p, ok := d.Roster.ByID(id)
	if !ok {
		return ""
	}
	for _, role := range []string{staff.Leader, staff.Manager, staff.Lead} {
		if title := d.Pack().General.Titles[role]; p.Is(role) && title != "" {
			return title + p.ShownAs
		}
	}
	if d.onNight(p) {
		return d.Pack().General.Titles["night"] + p.ShownAs
	}
	if dept := d.Pack().Dept(p.Team); dept != nil {
		return dept.Calls + p.ShownAs
	}
	return p.ShownAs
}

// onNight says whether it is night and the person works just then.
func (d *Desk) onNight(p staff.Person) bool {
	now := d.Now().In(d.Calendar.Location())
	noon := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, now.Location())
	return d.Pack().General.Night.Covers(now) && p.OnDuty(now) && !p.OnDuty(noon)
}

// speaker is the name before a person's words: people of other departments are
// named with theirs.
func (d *Desk) speaker(p staff.Person) string {
	dept := d.Pack().Dept(p.Team)
	if dept == nil || !dept.Help || p.Is(staff.Manager) {
		return p.ShownAs
	}
	return dept.Calls + p.ShownAs
}

func (d *Desk) teamTitle(id string) string {
	dept := d.Pack().Dept(id)
	switch {
	case dept == nil:
		return d.word(prompts.StaffThisTeam)
	case dept.Team != "":
		return dept.Team
	}
	return dept.Title
}

// onDuty is who of a team works now and is not away.
func (d *Desk) onDuty(team string, now time.Time) []staff.Person {
	return slices.DeleteFunc(d.Roster.OnDuty(now, team, ""), func(p staff.Person) bool { return d.presence(p.ID) == staff.Out })
}

// members are a team's people on duty, or all of them.
func (d *Desk) members(team string) []staff.Person {
	if on := d.onDuty(team, d.Now()); len(on) > 0 {
		return on
	}
	return d.Roster.Team(team)
}

func (d *Desk) manager(now time.Time) staff.Person { return firstPresent(d, d.Roster.Managers(now)) }

func (d *Desk) lead(t *ticket.Ticket, now time.Time) staff.Person {
	if t.Owner != "" {
		if p, ok := d.Roster.LeadOf(t.Owner, now); ok {
			return p
		}
	}
	p, _ := d.Roster.Lead(t.Team, now)
	return p
}

func firstPresent(d *Desk, people []staff.Person) staff.Person {
	for _, p := range people {
		if d.presence(p.ID) != staff.Out {
			return p
		}
	}
	if len(people) > 0 {
		return people[0]
	}
	return staff.Person{}
}

// leads says whether somebody is a lead or above.
func (d *Desk) leads(id string) bool {
	p := d.person(id)
	return p.Is(staff.Lead) || p.Is(staff.Manager) || p.Is(staff.Leader)
}

// responsible is who must see to it that words reach the customer.
func (d *Desk) responsible(t *ticket.Ticket) staff.Person {
	for _, id := range []string{t.Owner, t.Asked} {
		if p, ok := d.Roster.ByID(id); ok {
			return p
		}
	}
	if on := d.onDuty(t.Team, d.Now()); len(on) > 0 {
		return on[0]
	}
	return d.lead(t, d.Now())
}

// targets are the people a step of a ladder names, each once.
func (d *Desk) targets(t *ticket.Ticket, names []string, now time.Time) []staff.Person {
	var all []staff.Person
	add := func(people ...staff.Person) {
		for _, p := range people {
			if p.ID != "" && !slices.ContainsFunc(all, func(q staff.Person) bool { return q.ID == p.ID }) {
				all = append(all, p)
			}
		}
	}
	for _, name := range names {
		switch name {
		case "team":
			add(d.teamFor(t, now)...)
		case "owner":
			switch {
			case t.Owner != "":
				add(d.person(t.Owner))
			case t.Guest.VIP:
				add(d.butler(t, now))
			}
		case "lead":
			add(d.lead(t, now))
		case "manager":
			add(d.manager(now))
		case "leader":
			add(firstPresent(d, d.Roster.Leaders(now)))
		}
	}
	return all
}

// teamFor is who gets the cards of a case's team: those on duty; for a question
// that another department must answer its liaison and the front desk.
func (d *Desk) teamFor(t *ticket.Ticket, now time.Time) []staff.Person {
	people := agents(d.onDuty(t.Team, now))
	if t.Kind == ticket.Inquiry {
		people = append(people, d.frontDesk(now)...)
	}
	if len(people) == 0 {
		people = d.frontDesk(now)
	}
	if len(people) == 0 {
		people = []staff.Person{d.lead(t, now)}
	}
	return people
}

// takers are those a case that nobody took can be given to: a VIP's goes to who
// looks after them.
func (d *Desk) takers(t *ticket.Ticket, now time.Time) []staff.Person {
	if p := d.butler(t, now); t.Guest.VIP && p.ID != "" && d.presence(p.ID) == staff.In {
		return []staff.Person{p}
	}
	return d.teamFor(t, now)
}

// agents leaves out leads and managers, who hear when nobody acts, unless nobody
// else is there.
func agents(people []staff.Person) []staff.Person {
	var all []staff.Person
	for _, p := range people {
		if !p.Is(staff.Lead) && !p.Is(staff.Manager) && !p.Is(staff.Leader) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return people
	}
	return all
}

// frontDesk is the team that complaints go to.
func (d *Desk) frontDesk(now time.Time) []staff.Person {
	if k := d.Pack().Kind(string(ticket.Complaint)); k != nil {
		return agents(d.onDuty(k.Team, now))
	}
	return nil
}

// butler is who looks after a VIP, if they are on duty.
func (d *Desk) butler(t *ticket.Ticket, now time.Time) staff.Person {
	if p, ok := d.Roster.ByID(t.Guest.Butler); ok && p.OnDuty(now) && d.presence(p.ID) != staff.Out {
		return p
	}
	return staff.Person{}
}

func (d *Desk) names(people []staff.Person) string {
	var all []string
	for _, p := range people {
		all = append(all, p.ShownAs)
	}
	return strings.Join(all, "、")
}
