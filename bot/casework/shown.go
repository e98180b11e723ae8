package casework

import (
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/store"
)

// Shown is somebody's name for customers.
func (d *Desk) Shown(id string) string { return d.shown(id) }

// Calls is somebody as customers are told of them: 值班经理刘峰.
func (d *Desk) Calls(id string) string { return d.calls(id) }

// Until is a promise as it is said: 14:20 前.
func (d *Desk) Until(t store.Time) string { return d.until(t) }

// At is an instant as it is said: 14:06.
func (d *Desk) At(t store.Time) string { return d.at(t) }

// Responsible is who answers for a case just now.
func (d *Desk) Responsible(t *ticket.Ticket) staff.Person { return d.responsible(t) }

// Asked is who is expected to act on a case just now: in a major one the manager,
// though somebody else may own it.
func (d *Desk) Asked(t *ticket.Ticket) staff.Person {
	if p, ok := d.Roster.ByID(t.Asked); ok {
		return p
	}
	return d.responsible(t)
}

// Lead is who stands above a case's owner or team.
func (d *Desk) Lead(t *ticket.Ticket) staff.Person { return d.lead(t, d.Now()) }

// Manager is the manager on duty.
func (d *Desk) Manager() staff.Person { return d.manager(d.Now()) }

// Butler looks after the case's VIP, if on duty.
func (d *Desk) Butler(t *ticket.Ticket) staff.Person { return d.butler(t, d.Now()) }

// Staffed is who of a team takes new cases now; nobody when it is closed.
func (d *Desk) Staffed(team string) []staff.Person { return agents(d.onDuty(team, d.Now())) }

// CallBack is until when a low rating is called back, as it is said.
func (d *Desk) CallBack() string { return d.until(d.callBack(d.Now())) }

// TeamDesk is a department as customers hear of it.
func (d *Desk) TeamDesk(id string) string { return d.teamDesk(id) }

// DeptTitle is a department's name.
func (d *Desk) DeptTitle(id string) string { return d.deptTitle(id) }
