package casework

import (
	"time"

	"kefu/bot/desk"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// alertHour is when, the day before an authority's date, lead and manager are told.
const alertHour = 9

// alertAt is when lead and manager must hear of the day that an authority (12315,
// 12345, a letter) named: the day before at nine, at once when that has passed, and
// then at the date itself. Zero when none was named or all is told.
func (d *Desk) alertAt(t *ticket.Ticket, now time.Time) store.Time {
	if t.Reply.IsZero() || !t.Reply.After(store.At(now)) {
		return store.Time{}
	}
	y, m, day := t.Reply.In(d.Calendar.Location()).Date()
	eve := time.Date(y, m, day-1, alertHour, 0, 0, 0, d.Calendar.Location())
	if eve.Before(now) {
		eve = now
	}
	return store.At(eve)
}

// authority tells lead and manager, and who has the case, that an authority waits
// for the answer; also while the case waits for the customer.
func (k tick) authority(t *ticket.Ticket) bool {
	if t.Alert.IsZero() || !t.IsOpen() || t.Alert.After(store.At(k.now)) {
		return false
	}
	v := prompts.Vars{
		"no": t.No, "source": desk.Title(k.Pack().General.Sources, t.Source), "by": k.until(t.Reply), "who": k.shown(t.Owner), "waits": "",
	}
	if t.State == ticket.Waiting {
		v["waits"] = k.stateTitle(t)
	}
	key := prompts.StaffReplyDue
	t.Alert = t.Reply
	if !t.Reply.After(store.At(k.now)) {
		key, t.Alert = prompts.StaffReplyOver, store.Time{}
	}
	line := k.Words.Line(key, v)
	told := map[string]bool{}
	for _, p := range []staff.Person{k.lead(t, k.now), k.manager(k.now), k.person(t.Owner)} {
		if p.ID != "" && !told[p.ID] {
			told[p.ID] = true
			k.tell(t, p, line)
		}
	}
	k.log(t, ticket.Noted, line)
	return true
}
