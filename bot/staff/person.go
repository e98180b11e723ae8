package staff

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"kefu/bot/hours"
)

// The roles. A Leader stands above all managers (度假村总经理).
const (
	Agent   = "agent"
	Lead    = "lead"
	Manager = "manager"
	Leader  = "leader"
	Butler  = "butler" // looks after VIPs
)

var roles = []string{Agent, Lead, Manager, Leader, Butler}

// Person is somebody who works here, as the configuration says.
type Person struct {
	ID      string   `yaml:"id"`
	WecomID string   `yaml:"wecom_id"` // userid in WeCom; left out: ID
	Name    string   `yaml:"name"`     // for colleagues: 前台一号
	ShownAs string   `yaml:"shown_as"` // for customers: 小陈; left out: Name
	Roles   []string `yaml:"roles"`
	Team    string   `yaml:"team"` // a department's id; its people get the same cards
	Dept    string   `yaml:"dept"` // left out: Team
	Duty    string   `yaml:"duty"` // "Mon-Sun 08:00-22:00"; left out: always
	Phone   string   `yaml:"phone"`
	NoCard  bool     `yaml:"no_card"` // reads WeCom in WeChat, where cards do not show
	They    string   `yaml:"they"`    // 他 or 她: how colleagues speak of them; left out: 本人
	Above   string   `yaml:"lead"`    // id of who hears next; left out: the team's lead

	duty *hours.Schedule
}

// Is says whether the person has the role.
func (p Person) Is(role string) bool { return slices.Contains(p.Roles, role) }

// OnDuty says whether the person's hours cover at.
func (p Person) OnDuty(at time.Time) bool { return p.duty == nil || p.duty.Open(at) }

// NextDuty is when the person's next hours begin after at, outside of those that
// cover at; a day later for who is always on duty.
func (p Person) NextDuty(at time.Time) time.Time {
	if p.duty == nil || p.Duty == "" {
		return at.Add(24 * time.Hour)
	}
	// The hours in hand end within a day: look behind every quarter of an hour.
	for range 4 * 24 {
		if !p.duty.Open(at) {
			break
		}
		at = at.Add(15 * time.Minute)
	}
	next, ok := p.duty.Next(at)
	if !ok {
		return at
	}
	return next
}

// Roster is everybody, in the order of the configuration. It is never changed.
type Roster struct {
	people []Person
	byID   map[string]int
	wecom  map[string]int
}

// maxPeople bounds a roster.
const maxPeople = 5000

var idForm = regexp.MustCompile(`^[A-Za-z0-9_.@-]{1,64}$`)

// NewRoster checks the people and completes what they leave out. All faults come
// back at once, each naming the entry ("staff[2].lead").
func NewRoster(people []Person, cal *hours.Calendar) (*Roster, error) {
	r := &Roster{people: slices.Clone(people), byID: map[string]int{}, wecom: map[string]int{}}
	if len(people) > maxPeople {
		return nil, fmt.Errorf("staff：有 %d 人，最多 %d 人", len(people), maxPeople)
	}
	if cal == nil {
		cal = hours.NewCalendar(nil, nil)
	}
	var errs []error
	for i := range r.people {
		errs = append(errs, r.complete(i, cal)...)
	}
	for i, p := range r.people {
		if p.Above == "" {
			continue
		}
		if _, ok := r.byID[p.Above]; !ok {
			errs = append(errs, fmt.Errorf("staff[%d].lead：没有 %q 这个人。写 staff 里某个人的 id", i, p.Above))
		} else if r.loops(p) {
			errs = append(errs, fmt.Errorf("staff[%d].lead：绕回了自己。改成真正的上一级，或删掉", i))
		}
	}
	return r, errors.Join(errs...)
}

func (r *Roster) complete(i int, cal *hours.Calendar) (errs []error) {
	p := &r.people[i]
	bad := func(key, format string, a ...any) {
		errs = append(errs, fmt.Errorf("staff[%d].%s：%s", i, key, fmt.Sprintf(format, a...)))
	}
	if !idForm.MatchString(p.ID) {
		bad("id", "%q 不行。用字母、数字、_ 和 -，例如 fd01", p.ID)
	}
	if j, ok := r.byID[p.ID]; ok {
		bad("id", "和 staff[%d] 一样都是 %q。改掉其中一个", j, p.ID)
	}
	r.byID[p.ID] = i
	if p.WecomID == "" {
		p.WecomID = p.ID
	}
	if j, ok := r.wecom[strings.ToLower(p.WecomID)]; ok {
		bad("wecom_id", "和 staff[%d] 是同一个企业微信账号。一人一个账号", j)
	}
	r.wecom[strings.ToLower(p.WecomID)] = i
	if p.Name == "" {
		bad("name", "没有写。写同事之间怎么叫，例如 前台一号")
	}
	if p.ShownAs == "" {
		p.ShownAs = p.Name
	}
	if p.Dept == "" {
		p.Dept = p.Team
	}
	p.Roles = slices.Clone(p.Roles)
	if len(p.Roles) == 0 {
		bad("roles", "没有写。写 [agent]；可以写的有 %s", strings.Join(roles, "、"))
	}
	for _, role := range p.Roles {
		if !slices.Contains(roles, role) {
			bad("roles", "没有 %q 这个角色。可以写的有 %s", role, strings.Join(roles, "、"))
		}
	}
	if p.Duty != "" {
		h, err := hours.Parse(p.Duty)
		if err != nil {
			bad("duty", "%v", err)
		}
		p.duty = cal.With(h)
	}
	return errs
}

// loops says whether going up from p comes back to p.
func (r *Roster) loops(p Person) bool {
	at := p
	for range len(r.people) + 1 {
		i, ok := r.byID[at.Above]
		if !ok {
			return false
		}
		if at = r.people[i]; at.ID == p.ID {
			return true
		}
	}
	return false
}

// All is everybody.
func (r *Roster) All() []Person { return slices.Clone(r.people) }

// ByID finds a person by our id.
func (r *Roster) ByID(id string) (Person, bool) {
	i, ok := r.byID[id]
	if !ok {
		return Person{}, false
	}
	return r.people[i], true
}

// ByWecom finds a person by WeCom userid. WeCom: userids are not case-sensitive.
func (r *Roster) ByWecom(userid string) (Person, bool) {
	i, ok := r.wecom[strings.ToLower(userid)]
	if !ok {
		return Person{}, false
	}
	return r.people[i], true
}

// Find finds a person by what colleagues type: id, shown name or name. False when
// none or several fit.
func (r *Roster) Find(typed string) (Person, bool) {
	typed = strings.TrimSpace(typed)
	if p, ok := r.ByID(typed); ok || typed == "" {
		return p, ok
	}
	fit := r.where(func(p Person) bool { return p.ShownAs == typed || p.Name == typed })
	if len(fit) != 1 {
		return Person{}, false
	}
	return fit[0], true
}

// Shown is how customers know the person of that id; "同事" for an unknown one.
func (r *Roster) Shown(id string) string {
	if p, ok := r.ByID(id); ok {
		return p.ShownAs
	}
	return "同事"
}

func (r *Roster) where(f func(Person) bool) []Person {
	var out []Person
	for _, p := range r.people {
		if f(p) {
			out = append(out, p)
		}
	}
	return out
}

// Team is who is in a team, whatever the hour.
func (r *Roster) Team(team string) []Person {
	return r.where(func(p Person) bool { return p.Team == team })
}

// Department is who is in a department, whatever the hour.
func (r *Roster) Department(dept string) []Person {
	return r.where(func(p Person) bool { return p.Dept == dept || p.Team == dept })
}

// With is who has a role, whatever the hour.
func (r *Roster) With(role string) []Person {
	return r.where(func(p Person) bool { return p.Is(role) })
}

// OnDuty is who is on duty at that time, of a team or department ("": any) with a
// role ("": any).
func (r *Roster) OnDuty(at time.Time, team, role string) []Person {
	return r.where(func(p Person) bool {
		return (team == "" || p.Team == team || p.Dept == team) && (role == "" || p.Is(role)) && p.OnDuty(at)
	})
}

// Managers are those on duty first, then the others.
func (r *Roster) Managers(at time.Time) []Person { return r.present(Manager, at) }

// Leaders are those on duty first, then the others.
func (r *Roster) Leaders(at time.Time) []Person { return r.present(Leader, at) }

func (r *Roster) present(role string, at time.Time) []Person {
	all := r.With(role)
	slices.SortStableFunc(all, func(a, b Person) int {
		x, y := a.OnDuty(at), b.OnDuty(at)
		switch {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return all
}

// LeadOf is who hears next above a person: whom the configuration names, else the
// team's lead (see Lead).
func (r *Roster) LeadOf(id string, at time.Time) (Person, bool) {
	p, ok := r.ByID(id)
	if !ok {
		return Person{}, false
	}
	if p.Above != "" {
		return r.ByID(p.Above)
	}
	for _, l := range r.leads(p.Team, at) {
		if l.ID != p.ID {
			return l, true
		}
	}
	for _, m := range r.Managers(at) {
		if m.ID != p.ID {
			return m, true
		}
	}
	return Person{}, false
}

// Lead is the lead of a team: one on duty before one who is not, one of the team
// before one of another; a manager when there is no lead at all.
func (r *Roster) Lead(team string, at time.Time) (Person, bool) {
	for _, l := range r.leads(team, at) {
		return l, true
	}
	for _, m := range r.Managers(at) {
		return m, true
	}
	return Person{}, false
}

func (r *Roster) leads(team string, at time.Time) []Person {
	all := r.present(Lead, at)
	own := slices.DeleteFunc(slices.Clone(all), func(p Person) bool { return p.Team != team })
	if len(own) > 0 {
		return own
	}
	return all
}

// Least is the person with the least load; of equals the first in the roster's
// order. False when there is nobody.
func Least(people []Person, load func(id string) int) (Person, bool) {
	if len(people) == 0 {
		return Person{}, false
	}
	return slices.MinFunc(people, func(a, b Person) int { return load(a.ID) - load(b.ID) }), true
}
