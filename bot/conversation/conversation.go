// Package conversation is what is going on with one customer: which messages
// were decided and how, what was offered to tap, what we still want to know, how
// much may be sent, and what must follow.
//
// A message is decided once. Everything is computed without writing; then one
// compare-and-swap on the customer's conversation records the message's key, the
// answer, the new state and all effects. Whoever finds the key there carries out
// what is left and decides nothing.
package conversation

import (
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/store"
)

// Mode is how a message is answered.
type Mode string

// The modes.
const (
	Passive Mode = "passive" // in the answer to WeChat's call, which costs no credit
	Later   Mode = "later"   // "success" now, the reply as a delivery
	Silent  Mode = "silent"  // "success" and nothing more
)

// Turn is one message that was decided, or whose mode was.
type Turn struct {
	Key     string        `json:"key"`
	Mode    Mode          `json:"mode"`
	Decided bool          `json:"decided,omitempty"` // false: only that it is Later
	Reply   *chat.Content `json:"reply,omitempty"`
	At      store.Time    `json:"at"`
}

// Offer is what was last offered to tap; words and ordinals mean the same for 7
// days.
type Offer struct {
	Options []chat.Option `json:"options,omitempty"`
	At      store.Time    `json:"at,omitzero"`
}

// OfferLasts is how long an offer is remembered.
const OfferLasts = 7 * 24 * time.Hour

// Effect is what must follow from a decision. Its id is the message's key and a
// number, never used again.
type Effect struct {
	ID      string             `json:"id"`
	Tries   int                `json:"tries,omitempty"` // that failed although the store answered
	Open    *ticket.Ticket     `json:"open,omitempty"`  // a new case
	OpenID  string             `json:"open_id,omitempty"`
	Act     *Act               `json:"act,omitempty"` // something done to a case
	Learn   *customer.Change   `json:"learn,omitempty"`
	Deliver *delivery.Delivery `json:"deliver,omitempty"`
	Missed  string             `json:"missed,omitempty"` // a question that knowledge could not answer
	Flush   string             `json:"flush,omitempty"`  // what was held may go now: the window's key
	Said    *Said              `json:"said,omitempty"`   // held texts that a reply says
	Result  *Result            `json:"result,omitempty"` // of a template message
}

// Said are held texts that the reply to a message says.
type Said struct {
	By  string   `json:"by"` // the message's key
	IDs []string `json:"ids"`
}

// Result is what became of a template message, told by an event.
type Result struct {
	MsgID  string `json:"msg_id"`
	Status string `json:"status"`
}

// Act is what a customer does to a case, by tap or by words.
type Act struct {
	Ticket ticket.ID  `json:"ticket"`
	Do     string     `json:"do"` // see package casework
	Text   string     `json:"text,omitempty"`
	Value  string     `json:"value,omitempty"`
	Media  string     `json:"media,omitempty"`
	Kind   chat.Kind  `json:"kind,omitempty"`
	Alarms []string   `json:"alarms,omitempty"`
	At     store.Time `json:"at"`
	Page   bool       `json:"page,omitempty"`   // on the customer's page, which opens no window
	Reply  string     `json:"reply,omitempty"`  // what we say to it
	Merged int        `json:"merged,omitempty"` // of a flood: how many came, to be told once; -1: nothing is told
}

// Conversation is the document. Its id is the customer's.
type Conversation struct {
	store.Meta
	Credits delivery.Credits `json:"credits"`
	Turns   []Turn           `json:"turns,omitempty"`
	Offer   Offer            `json:"offer,omitzero"`
	Ask     *Ask             `json:"ask,omitempty"`
	Case    ticket.ID        `json:"case,omitempty"`    // what the last words were about
	Rating  ticket.ID        `json:"rating,omitempty"`  // which case a bare digit judges
	Comment ticket.ID        `json:"comment,omitempty"` // the next words say why it was rated so
	Begun   string           `json:"begun,omitempty"`   // a menu was pressed: the next words are of this kind
	BegunAt store.Time       `json:"begun_at,omitzero"`
	Had     []Had            `json:"had,omitempty"`        // questions that were put, oldest first
	Filled  *Filled          `json:"filled,omitempty"`     // what was last answered, for 打错了
	Shown   []Shown          `json:"shown,omitempty"`      // pictures and the like that no case has yet
	Solved  string           `json:"solved,omitempty"`     // id of the article last said, for 有帮助
	Asked   string           `json:"asked_text,omitempty"` // the question it answered, for 没解决
	Unclear int              `json:"unclear,omitempty"`    // kind questions asked in a row
	Abuse   int              `json:"abuse,omitempty"`
	Thanked string           `json:"thanked,omitempty"` // day of the last 不客气
	Soothed store.Time       `json:"soothed,omitzero"`  // last 收到，一并给… while a major case is open
	Hour    []int64          `json:"hour,omitempty"`    // when messages of the last hour came, Unix seconds, at most 41
	Last    store.Time       `json:"last,omitzero"`     // the customer's last message
	Lately  []string         `json:"lately,omitempty"`  // their last two lines

	Effects []Effect   `json:"effects,omitempty"`
	Due     store.Time `json:"due,omitzero"`
}

const (
	maxTurns   = 200
	keepTurns  = 12 // of those older than turnsOld
	repeats    = 20 * time.Second
	turnsOld   = 5 * time.Minute // repeats come within 15 s, finishing after 20
	effectsTry = 4 * time.Second
)

// Turn finds the turn of a message.
func (c *Conversation) Turn(key string) *Turn {
	for i := len(c.Turns) - 1; i >= 0; i-- {
		if c.Turns[i].Key == key {
			return &c.Turns[i]
		}
	}
	return nil
}

// Record notes how a message was decided. A turn already marked Later stays so.
func (c *Conversation) Record(t Turn) Turn {
	t.Decided = true
	if old := c.Turn(t.Key); old != nil {
		if old.Mode == Later && t.Mode == Passive {
			t.Mode = Later
		}
		*old = t
		return t
	}
	c.add(t)
	return t
}

// Forget drops turns that nobody can ask for again: WeChat's repeats come within
// 15 s, and a reply that may not have left is said from its turn only while the
// message is open.
func (c *Conversation) Forget(now time.Time, open func(key string) bool) {
	before := store.At(now.Add(-repeats))
	c.Turns = slices.DeleteFunc(c.Turns, func(t Turn) bool { return t.At.Before(before) && !open(t.Key) })
}

// Defer marks a message that is not decided yet: its reply will go as a delivery,
// because WeChat has asked again. It reports the turn as it stands.
func (c *Conversation) Defer(key string, now time.Time) Turn {
	if old := c.Turn(key); old != nil {
		return *old
	}
	t := Turn{Key: key, Mode: Later, At: store.At(now)}
	c.add(t)
	return t
}

func (c *Conversation) add(t Turn) {
	c.Turns = append(c.Turns, t)
	drop := max(len(c.Turns)-maxTurns, 0)
	for drop < len(c.Turns)-keepTurns && c.Turns[drop].At.Before(t.At.Add(-turnsOld)) {
		drop++
	}
	c.Turns = slices.Delete(c.Turns, 0, drop)
}

// Offers remembers the options of what is said.
func (c *Conversation) Offers(content chat.Content, now time.Time) {
	if len(content.Options) > 0 {
		c.Offer = Offer{content.Options, store.At(now)}
	}
}

// Offered are the options that still count.
func (c *Conversation) Offered(now time.Time) []chat.Option {
	if now.Sub(c.Offer.At.Time()) > OfferLasts {
		return nil
	}
	return c.Offer.Options
}

// Count notes a message and returns how many came within the hour, up to 41.
func (c *Conversation) Count(now time.Time) int {
	from := now.Add(-time.Hour).Unix()
	c.Hour = slices.DeleteFunc(c.Hour, func(t int64) bool { return t < from })
	if len(c.Hour) <= 40 {
		c.Hour = append(c.Hour, now.Unix())
	}
	return len(c.Hour)
}

// settle derives Due.
func (c *Conversation) settle(now time.Time) {
	c.Due = store.Time{}
	if len(c.Effects) > 0 {
		c.Due = store.At(now.Add(effectsTry))
		return
	}
	c.Due = c.lapses()
}
