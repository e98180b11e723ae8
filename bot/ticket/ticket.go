// Package ticket is a case: what a customer wants of us, who has it, what was
// promised until when, and everything that happened to it.
//
// A [Ticket] is one document. What may be done to it are methods that change it
// in memory only (legal moves are a function of old, new and now); [Book] reads
// and writes it. What must follow elsewhere (a card, a message) is put into the
// ticket's Effects by the same change and carried out afterwards.
package ticket

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/store"
)

// ID is a ticket's id, derived from what caused it, so that doing it twice makes
// one ticket.
type ID string

// NewID derives an id from the key of the message (or of the staff action) that
// opens the ticket. nth tells several tickets of one message apart.
func NewID(cause string, nth int) ID {
	sum := sha256.Sum256([]byte("ticket\n" + cause + "\n" + strconv.Itoa(nth)))
	return ID("t" + hex.EncodeToString(sum[:14]))
}

// Kind is what sort of case it is; each is defined in the pack.
type Kind string

// The kinds of the main job.
const (
	Complaint Kind = "complaint"
	Inquiry   Kind = "inquiry"
	Request   Kind = "request"
	Order     Kind = "order"
	Repair    Kind = "repair"
	Proposal  Kind = "proposal"
	Praise    Kind = "praise"
	Human     Kind = "human"   // the customer wants a person
	Privacy   Kind = "privacy" // access, correction, erasure of personal data
)

// State is where a case stands.
type State string

// The states, in the order a case goes through them.
const (
	New      State = "new"      // 待受理
	Working  State = "working"  // 处理中
	Waiting  State = "waiting"  // 待客户: clocks stand still
	Resolved State = "resolved" // 已解决: the customer may say otherwise
	Closed   State = "closed"   // 已关闭
)

// Level is how grave a case is.
type Level string

// The levels.
const (
	General Level = "general"
	Serious Level = "serious"
	Major   Level = "major"
)

// Guest is what staff must know of the customer, as it was when last looked up.
type Guest struct {
	Name   string `json:"name,omitempty"` // how they are addressed: 王女士
	Tier   string `json:"tier,omitempty"` // 普通, 银卡, 金卡
	VIP    bool   `json:"vip,omitempty"`
	Phone  string `json:"phone,omitempty"` // in full; shown masked
	Stays  int    `json:"stays,omitempty"`
	Spent  int64  `json:"spent,omitempty"`  // 分, within a year
	Until  string `json:"until,omitempty"`  // leaves the house on: 2026-11-26
	Likes  string `json:"likes,omitempty"`  // 无烟、高楼层
	Last   string `json:"last,omitempty"`   // the last case in one line
	Butler string `json:"butler,omitempty"` // staff id
}

// Help is a colleague's or department's part; the owner stays the same (协办).
type Help struct {
	N      int        `json:"n"`
	Dept   string     `json:"dept"`
	Task   string     `json:"task"`
	By     string     `json:"by"` // staff id
	At     store.Time `json:"at,omitzero"`
	Until  store.Time `json:"until,omitzero"`
	Who    string     `json:"who,omitempty"` // who goes
	State  string     `json:"state"`         // asked, going, done, cannot
	Result string     `json:"result,omitempty"`
	Done   store.Time `json:"done,omitzero"`
}

// Label is what a person corrected: the customer's words meant Kind, not Was.
type Label struct {
	Kind Kind       `json:"kind"`
	Was  Kind       `json:"was"` // as the case began
	By   string     `json:"by"`  // staff id
	At   store.Time `json:"at"`
}

// Rating is the customer's judgement.
type Rating struct {
	Score int        `json:"score"` // 1 to 5
	At    store.Time `json:"at,omitzero"`
	Words string     `json:"words,omitempty"`
}

// Attachment is a picture, voice or file of the case.
type Attachment struct {
	ID    string     `json:"id"` // of the file in the store; empty until downloaded
	Kind  chat.Kind  `json:"kind"`
	Media string     `json:"media"` // WeChat's media_id, valid 3 days
	From  string     `json:"from"`  // "customer" or a staff id
	At    store.Time `json:"at,omitzero"`
	Lost  string     `json:"lost,omitempty"` // why it could not be downloaded
	Tries int        `json:"tries,omitempty"`
}

// CardRef remembers a card that somebody has, so that it can turn grey.
type CardRef struct {
	Delivery string `json:"delivery"`
	Staff    string `json:"staff"`
	What     string `json:"what"` // new, owner, help, major, …
}

// MaxAlso bounds the things that are named later in a case.
const MaxAlso = 8

// Ticket is one case.
type Ticket struct {
	store.Meta
	No     string          `json:"no"`   // 4827: what people say
	Full   string          `json:"full"` // TS-261124-4827: for ledgers
	Kind   Kind            `json:"kind"`
	State  State           `json:"state"`
	OpenAt store.Time      `json:"open_at,omitzero"` // Created while Live: orders those that are open
	Live   bool            `json:"live,omitempty"`   // not closed: kept only while true, for partial indexes
	Who    chat.CustomerID `json:"customer"`
	Guest  Guest           `json:"guest"`
	Source string          `json:"source"` // wechat, phone, desk, letter, review, 12315, 12345, dept
	By     string          `json:"recorded_by,omitempty"`
	Reply  store.Time      `json:"reply_by,omitzero"` // an authority wants an answer by then
	Alert  store.Time      `json:"alert,omitzero"`    // lead and manager are told of that day next

	Words    string            `json:"words"`  // the customer's own
	Matter   string            `json:"matter"` // one line for staff: 空调不制冷，两次电话未到
	Title    string            `json:"title"`  // for the customer: 空调投诉
	Category string            `json:"category,omitempty"`
	Dept     string            `json:"dept,omitempty"` // guessed at intake
	Room     string            `json:"room,omitempty"`
	OrderNo  string            `json:"order,omitempty"`
	Product  string            `json:"product,omitempty"`
	Stay     string            `json:"stay,omitempty"` // in, left, none
	InRoom   string            `json:"in_room,omitempty"`
	Thing    string            `json:"thing,omitempty"` // 空调
	Also     []string          `json:"also,omitempty"`  // other things named later: 停水; at most MaxAlso
	Slots    map[string]string `json:"slots,omitempty"` // what else was asked or told, as staff read it: when, people, address, …
	Near     string            `json:"near,omitempty"`  // the closest knowledge, with its score
	NearID   string            `json:"near_id,omitempty"`
	Recent   []string          `json:"recent,omitempty"` // last words before one asked for a person

	Label     *Label   `json:"label,omitempty"` // what staff say the words meant; learning uses it
	Level     Level    `json:"level"`
	Alarms    []string `json:"alarms,omitempty"` // the words that made it major: 12315、抖音
	Safety    bool     `json:"safety,omitempty"`
	Sensitive bool     `json:"sensitive,omitempty"` // only a manager may close it
	Times     int      `json:"times"`               // how often the customer came to us about it

	Team     string `json:"team,omitempty"`
	Owner    string `json:"owner,omitempty"` // staff id
	Auto     bool   `json:"auto,omitempty"`  // given to the owner, not taken
	Asked    string `json:"asked,omitempty"` // who is expected to act now, by staff id
	Helps    []Help `json:"helps,omitempty"`
	Clocks   Clocks `json:"clocks"`
	Ladder   Ladder `json:"ladder"`
	Promised string `json:"promised,omitempty"` // what: 联系您, 回您
	Moved    int    `json:"moved,omitempty"`    // how often the promise was changed
	Deferred bool   `json:"deferred,omitempty"` // 再等10分 was used
	Told     bool   `json:"told,omitempty"`     // the customer heard that the promise broke

	Result   string  `json:"result,omitempty"`
	Cause    string  `json:"cause,omitempty"`  // chosen at closing; reports use these two
	Blame    string  `json:"blame,omitempty"`  // responsible department
	Ending   string  `json:"ending,omitempty"` // solved, no_answer, merged, withdrawn, auto
	Rating   *Rating `json:"rating,omitempty"`
	Reopened int     `json:"reopened,omitempty"`
	Into     ID      `json:"into,omitempty"`
	Links    []ID    `json:"links,omitempty"`
	Incident string  `json:"incident,omitempty"` // the event it is a part of (突发)

	Created  store.Time `json:"created,omitzero"`
	Claimed  store.Time `json:"claimed,omitzero"`
	Answered store.Time `json:"answered,omitzero"` // first words of a person
	Solved   store.Time `json:"solved,omitzero"`
	Ended    store.Time `json:"ended,omitzero"`
	Wrote    store.Time `json:"wrote,omitzero"` // the customer's last message
	Spoke    store.Time `json:"spoke,omitzero"` // last message in either direction
	Urged    store.Time `json:"urged,omitzero"` // staff were last reminded
	Urges    int        `json:"urges,omitempty"`
	Waits    store.Time `json:"waits,omitzero"` // waiting for the customer since
	Reminded bool       `json:"reminded,omitempty"`
	WaitsFor string     `json:"waits_for,omitempty"` // what the customer is to say

	History []Event      `json:"history"`
	Dropped int          `json:"dropped,omitempty"` // events beyond the bound, counted
	Files   []Attachment `json:"files,omitempty"`
	Cards   []CardRef    `json:"cards,omitempty"`
	Unread  []string     `json:"unread,omitempty"` // customer's lines the owner was not told of yet
	Nudged  store.Time   `json:"nudged,omitzero"`

	Effects []Effect   `json:"effects,omitempty"`
	Applied []string   `json:"applied,omitempty"` // ids of effects of others that were done here
	Seq     int        `json:"seq"`               // makes ids of effects and cards
	Due     store.Time `json:"due,omitzero"`
}

// Effect is what must follow from a change, carried out after it and then dropped.
type Effect struct {
	ID      string             `json:"id"`
	Tries   int                `json:"tries,omitempty"` // that failed although the store answered
	Deliver *delivery.Delivery `json:"deliver,omitempty"`
	Grey    *Grey              `json:"grey,omitempty"`
	Talk    *Talk              `json:"talk,omitempty"`
	Learn   *customer.Change   `json:"learn,omitempty"`
}

// Talk is what the customer's conversation must know: what was offered to tap.
type Talk struct {
	Options []chat.Option `json:"options,omitempty"`
	Case    ID            `json:"case,omitempty"`
	At      store.Time    `json:"at"`
}

// Grey asks that somebody's card shows something else now.
type Grey struct {
	Card  string     `json:"card"` // delivery id
	Staff string     `json:"staff"`
	Show  *chat.Card `json:"show"`
}

const (
	maxEvents  = 600
	maxApplied = 200
	maxCards   = 60
	maxFiles   = 60
	maxUnread  = 40
)

// IsOpen says that the case still asks something of us.
func (t *Ticket) IsOpen() bool { return t.State == New || t.State == Working || t.State == Waiting }

// TicketID is the id in its own type.
func (t *Ticket) TicketID() ID { return ID(t.ID) }

// Next counts up and makes an id below the ticket's own.
func (t *Ticket) Next(what string) string {
	t.Seq++
	return t.ID + "/" + what + "/" + strconv.Itoa(t.Seq)
}

// Post adds a delivery to what must follow. Its id must come from [Ticket.Next]
// or be as deterministic.
func (t *Ticket) Post(d delivery.Delivery) {
	d.Ticket = t.ID
	t.Effects = append(t.Effects, Effect{ID: d.ID, Deliver: &d})
}

// Once notes that an effect of another document was done here; false when it had
// been already.
func (t *Ticket) Once(effect string) bool {
	if slices.Contains(t.Applied, effect) {
		return false
	}
	t.Applied = append(t.Applied, effect)
	if n := len(t.Applied) - maxApplied; n > 0 {
		t.Applied = t.Applied[n:]
	}
	return true
}

// Handed remembers that staff got a card.
func (t *Ticket) Handed(delivery, staff, what string) {
	t.Cards = append(t.Cards, CardRef{delivery, staff, what})
	if n := len(t.Cards) - maxCards; n > 0 {
		t.Cards = t.Cards[n:]
	}
}

// GreyCards lets every card of these kinds (all when none is named), except those
// of the given person, show what show says, and forgets them.
func (t *Ticket) GreyCards(except string, show func(CardRef) *chat.Card, what ...string) {
	kept := t.Cards[:0]
	for _, c := range t.Cards {
		if (len(what) > 0 && !slices.Contains(what, c.What)) || (except != "" && c.Staff == except) {
			kept = append(kept, c)
			continue
		}
		if card := show(c); card != nil {
			t.Effects = append(t.Effects, Effect{ID: t.Next("grey"), Grey: &Grey{Card: c.Delivery, Staff: c.Staff, Show: card}})
		}
	}
	t.Cards = kept
}

// HeldFor is how long the case has been open until it ended, or until now.
func (t *Ticket) HeldFor(now time.Time) time.Duration {
	end := store.At(now)
	if !t.Solved.IsZero() {
		end = t.Solved
	}
	return end.Sub(t.Created)
}
