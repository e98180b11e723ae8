package conversation

import (
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/store"
)

// Ask is the one thing we still want to know for a case.
type Ask struct {
	Ticket ticket.ID  `json:"ticket"`
	No     string     `json:"no"`
	Slot   string     `json:"slot"` // of the pack: stay, phone, room, address, …
	At     store.Time `json:"at"`
}

// AskLasts is how long a question stays open. What was begun without a case, and
// pictures that no case has, wait as long.
const AskLasts = 24 * time.Hour

// Change is the Slot of the Ask after 改一下: what is said next is put right.
const Change = "amend"

// Picture is what was begun by a picture without a word.
const Picture = "picture"

// Had is a question that was put. It is never put again for that case.
type Had struct {
	Ticket   ticket.ID  `json:"ticket"`
	Slot     string     `json:"slot"`
	At       store.Time `json:"at"`
	Declined bool       `json:"declined,omitempty"`
}

// Filled is the last answer to one of our questions.
type Filled struct {
	Ticket ticket.ID  `json:"ticket"`
	Slot   string     `json:"slot"`
	At     store.Time `json:"at"`
}

// Shown is a picture, voice or video that came before there was a case.
type Shown struct {
	Media string     `json:"media"`
	Kind  chat.Kind  `json:"kind"`
	At    store.Time `json:"at"`
}

const (
	maxHad   = 60
	maxShown = 9
)

// Open is the question that is still open, or nil.
func (c *Conversation) Open(now time.Time) *Ask {
	if c.Ask != nil && now.Sub(c.Ask.At.Time()) <= AskLasts {
		return c.Ask
	}
	return nil
}

// Put opens a question, which was then put once and for all.
func (c *Conversation) Put(t ticket.ID, no, slot string, now time.Time) {
	c.Ask = &Ask{Ticket: t, No: no, Slot: slot, At: store.At(now)}
	if slot == Change {
		return
	}
	c.Had = append(c.Had, Had{Ticket: t, Slot: slot, At: store.At(now)})
	c.Had = c.Had[max(len(c.Had)-maxHad, 0):]
}

// WasPut counts the questions put for a case, and says whether that one was.
func (c *Conversation) WasPut(t ticket.ID, slot string) (n int, was bool) {
	for _, h := range c.Had {
		if h.Ticket == t {
			n++
			was = was || h.Slot == slot
		}
	}
	return n, was
}

// Declines notes that the customer does not want to answer.
func (c *Conversation) Declines(t ticket.ID, slot string) {
	for i := range c.Had {
		if c.Had[i].Ticket == t && c.Had[i].Slot == slot {
			c.Had[i].Declined = true
		}
	}
}

// private are slots that one who would not tell is not asked again about another
// case soon.
var private = []string{"phone", "name", "address"}

// Spared says that the customer would not tell that within 30 days, for whatever
// case.
func (c *Conversation) Spared(slot string, now time.Time) bool {
	return slices.Contains(private, slot) && slices.ContainsFunc(c.Had, func(h Had) bool {
		return h.Declined && h.Slot == slot && now.Sub(h.At.Time()) < 30*24*time.Hour
	})
}

// Show keeps a picture until there is a case for it.
func (c *Conversation) Show(media string, kind chat.Kind, at store.Time) {
	c.Shown = append(c.Shown, Shown{Media: media, Kind: kind, At: at})
	c.Shown = c.Shown[max(len(c.Shown)-maxShown, 0):]
}

// TakeShown gives what was shown within the last 24 hours, and forgets it.
func (c *Conversation) TakeShown(now time.Time) []Shown {
	all := c.Shown
	c.Shown = nil
	return slices.DeleteFunc(all, func(s Shown) bool { return now.Sub(s.At.Time()) > AskLasts })
}

// lapses is when the first of what is open has waited long enough; zero: nothing is.
func (c *Conversation) lapses() (at store.Time) {
	first := func(t store.Time) {
		if t = t.Add(AskLasts + time.Second); at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if c.Ask != nil {
		first(c.Ask.At)
	}
	if c.Begun != "" {
		first(c.BegunAt)
	}
	if len(c.Shown) > 0 {
		first(c.Shown[len(c.Shown)-1].At)
	}
	return at
}

// Lapse ends what waited for 24 hours. A case simply goes on without the answer;
// begun is what was begun and came to no case: the kind of a pressed menu button,
// Picture, or "" when there is nothing to say about it.
func (c *Conversation) Lapse(now time.Time) (begun string, any bool) {
	old := func(t store.Time) bool { return now.Sub(t.Time()) > AskLasts }
	if c.Ask != nil && old(c.Ask.At) {
		c.Ask, any = nil, true
	}
	if n := len(c.Shown); n > 0 && old(c.Shown[n-1].At) {
		c.Shown, any = nil, true
	}
	if c.Begun != "" && old(c.BegunAt) {
		begun, any = c.Begun, true
		c.Begun = ""
	}
	return begun, any
}
