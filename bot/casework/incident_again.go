package casework

import (
	"strconv"
	"time"

	"kefu/bot/ticket"
	"kefu/prompts"
)

// furtherTime lets the lead know that a customer complains again; from the pack's
// count on it is major, and has a ladder of its own.
func (d *Desk) furtherTime(t *ticket.Ticket, now time.Time) {
	a := d.Pack().Incident.Again
	if t.Kind != ticket.Complaint || a.Lead <= 0 || t.Times < a.Lead || t.Level == ticket.Major {
		return
	}
	lead := d.lead(t, now)
	if lead.ID == "" || lead.ID == t.Owner {
		return
	}
	d.tell(t, lead, d.Words.Line(prompts.StaffAgain, with(d.Vars(t), "n", t.Times, "days", days(a.Within), "order", t.OrderNo, "summary", clip(t.Matter, 40))))
}

func days(w time.Duration) string { return strconv.Itoa(int(w / (24 * time.Hour))) }
