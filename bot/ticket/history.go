package ticket

import (
	"kefu/store"
)

// Who acts in a history, besides staff ids.
const (
	ByCustomer = "customer"
	ByBot      = "bot"
	BySystem   = "system" // the clock
)

// What happened, in a history.
const (
	Opened     = "opened"
	Said       = "said"    // by the customer
	Answer     = "answer"  // to the customer, by bot or staff
	Noted      = "noted"   // for staff only
	Took       = "took"    // 接单
	Given      = "given"   // 自动派单, 派给
	Helping    = "helping" // 协办 asked, going, done, cannot
	Moved      = "moved"   // 转出
	Climbed    = "climbed" // 升级
	WaitsFor   = "waits"
	GoesOn     = "goes_on"
	Promises   = "promises"
	Broke      = "broke" // a promise passed
	UrgedBy    = "urged"
	SolvedAs   = "solved"
	Confirmed  = "confirmed"
	ReopenedBy = "reopened"
	Rated      = "rated"
	Ended      = "ended"
	Joined     = "joined"
	Parted     = "parted"
	Called     = "called"
	Undeliver  = "undelivered"
	Revealed   = "revealed" // somebody looked at the full phone number
	Compensate = "compensate"
	PartOf     = "part_of"   // of an incident (突发)
	Relabeled  = "relabeled" // staff say what the words meant
)

// Event is one thing that happened to a case. Line, when set, is what the
// customer reads of it in the progress; the rest they never see.
type Event struct {
	At       store.Time `json:"at"`
	Who      string     `json:"who"`
	What     string     `json:"what"`
	Text     string     `json:"text,omitempty"`
	Line     string     `json:"line,omitempty"`
	Delivery string     `json:"delivery,omitempty"` // what carried an answer
	File     int        `json:"file,omitempty"`     // index into Files, from 1
}

// Log adds an event. Beyond 600 the oldest ones that are mere talk give way and
// are counted; the inbox still has them.
func (t *Ticket) Log(e Event) {
	if len(t.History) >= maxEvents {
		for i, old := range t.History {
			if old.What == Said || old.What == Answer || i > maxEvents/2 {
				t.History = append(t.History[:i], t.History[i+1:]...)
				t.Dropped++
				break
			}
		}
	}
	t.History = append(t.History, e)
}

// Progress is what the customer may read, oldest first.
func (t *Ticket) Progress() []Event {
	var all []Event
	for _, e := range t.History {
		if e.Line != "" {
			all = append(all, e)
		}
	}
	return all
}

// LastWords are the customer's last n messages, oldest first.
func (t *Ticket) LastWords(n int) []string {
	var all []string
	for i := len(t.History) - 1; i >= 0 && len(all) < n; i-- {
		if e := t.History[i]; e.What == Said {
			all = append([]string{e.Text}, all...)
		}
	}
	return all
}
