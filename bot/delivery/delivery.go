package delivery

import (
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// Class decides ways, urgency and what an unknown outcome means.
type Class string

// The classes.
const (
	Reply     Class = "reply"     // answer in a conversation
	Notice    Class = "notice"    // progress, points, appointment
	Promotion Class = "promotion" // only to those who agreed
	Staff     Class = "staff"     // card, line of a group robot
)

// State is what became of a delivery.
type State string

// The states. Sent, Failed, Dead, Unknown and Cancelled are final until a person
// says again; Held waits for the customer to write.
const (
	Queued    State = "queued"
	Sending   State = "sending" // claimed until Lease
	Sent      State = "sent"
	Held      State = "held"
	Failed    State = "failed"  // never to this person by any way we have
	Dead      State = "dead"    // given up
	Unknown   State = "unknown" // it may have arrived
	Cancelled State = "cancelled"
)

// By is a way to reach somebody.
type By string

// The ways. Message costs a credit of the customer's window. Passive is told by
// whoever took a held text into a passive reply.
const (
	Message  By = "message"  // custom/send
	Template By = "template" // template message
	App      By = "app"      // WeCom app message
	Robot    By = "robot"    // line in a WeCom group
	Passive  By = "passive"
)

// Way is one way and what came of trying it.
type Way struct {
	By     By         `json:"by"`
	Tried  bool       `json:"tried,omitempty"` // closed: the next way's turn
	Never  bool       `json:"never,omitempty"` // never again to this person by this way
	Code   int        `json:"code,omitempty"`  // the platform's errcode
	Reason string     `json:"reason,omitempty"`
	At     store.Time `json:"at,omitzero"`
}

// Code is a WeCom response_code of a card: one use, 72 hours.
type Code struct {
	Code string     `json:"code"`
	At   store.Time `json:"at"`
	Used string     `json:"used,omitempty"` // id of the update that took it
}

// Delivery is one thing we have promised to send. Its id is the delivery key,
// made by the caller from what caused it, so that posting twice is one delivery.
// The caller fills the first block; the rest is the outbox's.
type Delivery struct {
	store.Meta
	To        chat.Address    `json:"to"`
	Class     Class           `json:"class"`
	Content   chat.Content    `json:"content"`
	Fallback  chat.Content    `json:"fallback,omitzero"`  // for the other way: a template when Content is a text, or the reverse
	Customer  chat.CustomerID `json:"customer,omitempty"` // whom it concerns; set it when To is a customer
	Ticket    string          `json:"ticket,omitempty"`
	From      string          `json:"from,omitempty"`    // author: "bot" or a staff id
	Closing   bool            `json:"closing,omitempty"` // may take the last credit
	NotBefore store.Time      `json:"not_before,omitzero"`
	NotAfter  store.Time      `json:"not_after,omitzero"`
	CreatedAt store.Time      `json:"created_at"` // zero: the outbox gives it and Seq
	Seq       int             `json:"seq"`        // order among those of one instant
	Ways      []Way           `json:"ways"`       // empty: by class and content

	State    State        `json:"state"`
	Attempts int          `json:"attempts,omitempty"` // calls begun since the last person's "again"
	Unsure   int          `json:"unsure,omitempty"`   // of these, with unknown outcome
	Retry    store.Time   `json:"retry,omitzero"`     // queued: not before this
	Lease    store.Time   `json:"lease,omitzero"`     // sending: claimed until
	Due      store.Time   `json:"due,omitzero"`       // when somebody looks next
	Window   string       `json:"window,omitempty"`   // the window it was sent in, or saw when held
	Call     chat.Call    `json:"call,omitzero"`      // rendered once
	Called   store.Time   `json:"called,omitzero"`    // when these bytes were first sent
	Receipt  chat.Receipt `json:"receipt,omitzero"`
	Reason   string       `json:"reason,omitempty"`  // for staff, one of the sentences allowed
	Merged   []string     `json:"merged,omitempty"`  // deliveries whose text this call carries
	Lead     string       `json:"lead,omitempty"`    // the delivery, or message key, that carries this text
	For      string       `json:"for,omitempty"`     // of a nudge: the held delivery it speaks of
	Effects  []string     `json:"effects,omitempty"` // what must still follow in other documents
	Told     bool         `json:"told,omitempty"`    // OnUndelivered has been asked for
	Heir     string       `json:"heir,omitempty"`    // of a card: the one sent in its place
	Codes    []Code       `json:"codes,omitempty"`   // of a card
	At       store.Time   `json:"at,omitzero"`       // when State became what it is

	// Fields that exist only to be found by.
	Rank  int        `json:"rank"`            // 0 replies and staff, 1 notices, 2 promotions
	Lane  string     `json:"lane,omitempty"`  // address, while open: one leaves at a time
	Shelf string     `json:"shelf,omitempty"` // customer, while held
	Await string     `json:"await,omitempty"` // account/msgid, until a template's result came
	Task  string     `json:"task,omitempty"`  // task_id of a card
	Past  store.Time `json:"past,omitzero"`   // when it was sent or taken back: what can be thrown away one day
	Lost  store.Time `json:"lost,omitzero"`   // when it became failed, dead or unknown
}

// Final says that nothing more happens by itself.
func (d *Delivery) Final() bool {
	return slices.Contains([]State{Sent, Failed, Dead, Unknown, Cancelled}, d.State)
}

// Undelivered says that staff must know: it has not reached the person.
func (d *Delivery) Undelivered() bool {
	return slices.Contains([]State{Held, Failed, Dead, Unknown}, d.State)
}

// HeldText is a text that waited for the customer and is now the caller's to say.
type HeldText struct {
	ID     string
	At     store.Time // when it was written
	From   string
	Ticket string
	Text   string
	Old    bool // over 7 days: say one line of result instead of the text
}

// KeepHeld is how long a held text is said as it was written.
const KeepHeld = 7 * 24 * time.Hour
