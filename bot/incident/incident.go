package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/store"
)

// ID is an incident's id, made of the oldest complaint it was noticed by, so that
// two instances that notice it open one.
type ID string

// NewID derives the id.
func NewID(first ticket.ID) ID {
	sum := sha256.Sum256([]byte("incident\n" + string(first)))
	return ID("i" + hex.EncodeToString(sum[:12]))
}

// State is where an incident stands.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
	Folded State = "folded" // it was the same as another: see Into
)

// ErrEnded: the incident is not open any more.
var ErrEnded = errors.New("incident: ended")

// Member is one of its cases.
type Member struct {
	Ticket ticket.ID       `json:"ticket"`
	No     string          `json:"no"`
	Who    chat.CustomerID `json:"customer"`
	Room   string          `json:"room,omitempty"`
	At     store.Time      `json:"at,omitzero"`
}

// Wording is what everybody tells the customers (统一口径).
type Wording struct {
	Text    string     `json:"text,omitempty"`
	By      string     `json:"by,omitempty"` // staff id: who approved it
	At      store.Time `json:"at,omitzero"`
	Version int        `json:"version,omitempty"` // counts approvals
	Draft   string     `json:"draft,omitempty"`   // proposed, waiting for a manager
	DraftBy string     `json:"draft_by,omitempty"`
}

// Counts are how an incident stands at one time.
type Counts struct {
	Cases     int `json:"cases"`
	Customers int `json:"customers"`
	Answered  int `json:"answered"` // a person has spoken to the customer
	Open      int `json:"open"`
}

// Report is written when it ends.
type Report struct {
	Counts
	FirstAnswer time.Duration  `json:"first_answer"`     // the quickest, from its complaint on; 0: none
	Median      time.Duration  `json:"median_answer"`    // of those answered
	Causes      map[string]int `json:"causes,omitempty"` // by cause chosen at closing
	Ratings     map[string]int `json:"ratings,omitempty"`
	Text        string         `json:"text"` // as people got it
}

// Effect is what must follow from a change, carried out after it and then dropped.
type Effect struct {
	ID    string         `json:"id"`
	Tries int            `json:"tries,omitempty"`
	Post  *ticket.Effect `json:"post,omitempty"` // a delivery, or a card that changes
	Mark  ticket.ID      `json:"mark,omitempty"` // the case is told that it belongs here
	Let   ticket.ID      `json:"let,omitempty"`  // it is over: promotions to the customer may go on
}

// Incident is one event.
type Incident struct {
	store.Meta
	No       string     `json:"no"` // what people say: 突发 3
	State    State      `json:"state"`
	Live     bool       `json:"live,omitempty"` // only while open, for the index
	Into     ID         `json:"into,omitempty"`
	Thing    string     `json:"thing"` // what it is about: 空调
	Category string     `json:"category,omitempty"`
	Places   []string   `json:"places,omitempty"` // rooms; at most maxPlaces
	Quote    string     `json:"quote,omitempty"`  // of the first complaint
	Usual    float64    `json:"usual"`            // complaints of this sort in a window, as a rule
	First    store.Time `json:"first,omitzero"`   // complaint
	Last     store.Time `json:"last,omitzero"`
	Opened   store.Time `json:"opened,omitzero"`
	Ended    store.Time `json:"ended,omitzero"`
	EndedBy  string     `json:"ended_by,omitempty"` // staff id
	Result   string     `json:"result,omitempty"`   // what whoever ended it said
	Owner    string     `json:"owner,omitempty"`    // staff id: 我来处理
	Told     []string   `json:"told,omitempty"`     // staff ids

	Members   []Member `json:"members"` // at most maxMembers; Cases counts them all
	Cases     int      `json:"cases"`
	Customers int      `json:"customers"`
	Whos      []string `json:"whos,omitempty"`   // short hashes of the customers; at most maxWhos
	Beyond    []string `json:"beyond,omitempty"` // tickets counted and not listed, the latest

	Wording Wording          `json:"wording,omitzero"`
	Before  Counts           `json:"before,omitzero"`     // as the last brief said
	Brief   store.Time       `json:"next_brief,omitzero"` // the next one
	Report  *Report          `json:"report,omitempty"`
	Cards   []ticket.CardRef `json:"cards,omitempty"`

	Effects []Effect   `json:"effects,omitempty"`
	Seq     int        `json:"seq"`
	Due     store.Time `json:"due,omitzero"`
}

const (
	maxMembers = 500
	maxWhos    = 4000
	maxBeyond  = 500
	maxPlaces  = 40
	maxCards   = 40
	effectsTry = 15 * time.Second
)

// IncidentID is the id in its own type.
func (in *Incident) IncidentID() ID { return ID(in.ID) }

// Next counts up and makes an id below the incident's own.
func (in *Incident) Next(what string) string {
	in.Seq++
	return in.ID + "/" + what + "/" + strconv.Itoa(in.Seq)
}

// Has says whether a case was counted.
func (in *Incident) Has(id ticket.ID) bool {
	return slices.ContainsFunc(in.Members, func(m Member) bool { return m.Ticket == id }) || slices.Contains(in.Beyond, string(id))
}

// Join counts a case, once, and lets it be told; false when it was there before.
// One that has no room in Members is counted and no more. ErrEnded when the
// incident is over.
func (in *Incident) Join(m Member) (bool, error) {
	if in.State != Open {
		return false, ErrEnded
	}
	if in.Has(m.Ticket) {
		return false, nil
	}
	in.Cases++
	if len(in.Members) < maxMembers {
		in.Members = append(in.Members, m)
		in.Effects = append(in.Effects, Effect{ID: in.Next("mark"), Mark: m.Ticket})
	} else {
		in.Beyond = append(in.Beyond, string(m.Ticket))
		in.Beyond = in.Beyond[max(0, len(in.Beyond)-maxBeyond):]
	}
	sum := sha256.Sum256([]byte(m.Who))
	if who := hex.EncodeToString(sum[:5]); !slices.Contains(in.Whos, who) {
		in.Customers++
		if len(in.Whos) < maxWhos {
			in.Whos = append(in.Whos, who)
		}
	}
	if m.Room != "" && !slices.Contains(in.Places, m.Room) && len(in.Places) < maxPlaces {
		in.Places = append(in.Places, m.Room)
	}
	if in.First.IsZero() || m.At.Before(in.First) {
		in.First = m.At
	}
	if m.At.After(in.Last) {
		in.Last = m.At
	}
	return true, nil
}

// Take is Join for a case of an incident that is folded into this one: it is told
// where it belongs, also when it was counted here before.
func (in *Incident) Take(m Member) error {
	fresh, err := in.Join(m)
	if err == nil && !fresh {
		in.Effects = append(in.Effects, Effect{ID: in.Next("mark"), Mark: m.Ticket})
	}
	return err
}

// Propose keeps a draft of the wording until a manager approves it.
func (in *Incident) Propose(text, by string) error {
	if in.State != Open {
		return ErrEnded
	}
	in.Wording.Draft, in.Wording.DraftBy = text, by
	return nil
}

// Approve makes a text the wording. Who wrote it last counts.
func (in *Incident) Approve(text, by string, now time.Time) error {
	if in.State != Open {
		return ErrEnded
	}
	w := &in.Wording
	w.Text, w.By, w.At, w.Draft, w.DraftBy = text, by, store.At(now), "", ""
	w.Version++
	return nil
}

// End closes it.
func (in *Incident) End(by, result string, r Report, now time.Time) error {
	if in.State != Open {
		return ErrEnded
	}
	in.State, in.Ended, in.EndedBy, in.Result, in.Report = Closed, store.At(now), by, result, &r
	in.letGo()
	return nil
}

// Fold ends it as a part of another; its cases are counted there.
func (in *Incident) Fold(into ID, now time.Time) error {
	if in.State != Open || into == in.IncidentID() {
		return ErrEnded
	}
	in.State, in.Into, in.Ended = Folded, into, store.At(now)
	in.Effects = slices.DeleteFunc(in.Effects, func(e Effect) bool { return e.Mark != "" })
	in.letGo()
	return nil
}

func (in *Incident) letGo() {
	for _, m := range in.Members {
		in.Effects = append(in.Effects, Effect{ID: in.Next("let"), Let: m.Ticket})
	}
}

// Older says whether this one was there before another: that one folds into it.
func (in *Incident) Older(than *Incident) bool {
	if !in.Opened.Equal(than.Opened) {
		return in.Opened.Before(than.Opened)
	}
	return in.ID < than.ID
}

// Handed remembers that staff got a card.
func (in *Incident) Handed(delivery, staff, what string) {
	in.Cards = append(in.Cards, ticket.CardRef{Delivery: delivery, Staff: staff, What: what})
	in.Cards = in.Cards[max(0, len(in.Cards)-maxCards):]
}

// Settle derives Live and Due. Book calls it with every write.
func (in *Incident) Settle(now time.Time) {
	in.Live = in.State == Open
	var due []store.Time
	if len(in.Effects) > 0 {
		due = append(due, store.At(now.Add(effectsTry)))
	}
	if in.Live {
		due = append(due, in.Brief)
	}
	in.Due = store.Earliest(due...)
}
