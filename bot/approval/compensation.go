package approval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"time"

	"kefu/bot/desk"
	"kefu/bot/jobs"
	"kefu/bot/ticket"
	"kefu/store"
)

// State is where a compensation stands.
type State string

// The states.
const (
	Deciding State = "deciding" // somebody has decided; the money is being reserved
	Asked    State = "asked"    // 待批
	Granted  State = "granted"  // 已同意
	Signing  State = "signing"  // 待补签: done on spoken consent
	Refused  State = "refused"  // 不同意
	Denied   State = "denied"   // whoever was named says that they agreed to nothing
)

// Compensation is something given, or to be given, to the customer of a case.
// Amounts are in 分.
type Compensation struct {
	store.Meta
	Ticket ticket.ID  `json:"ticket"`
	No     string     `json:"no"` // of the case
	Form   string     `json:"form"`
	Amount desk.Money `json:"amount"`
	First  desk.Money `json:"first"`            // what was asked for, before somebody changed it
	Reason string     `json:"reason,omitempty"` // category of the pack
	What   string     `json:"what,omitempty"`   // 升级湖景套房 1 晚
	Why    string     `json:"why,omitempty"`    // 说明, for whoever decides
	Words  string     `json:"words,omitempty"`  // what the customer is told, "" for nothing
	By     string     `json:"by"`               // who asked
	At     store.Time `json:"at,omitzero"`

	State   State      `json:"state"`
	Decider string     `json:"decider,omitempty"` // who is to decide, or did
	Passed  []string   `json:"passed,omitempty"`  // who was asked before and did not answer
	Spoken  bool       `json:"spoken,omitempty"`  // Decider agreed orally
	Until   store.Time `json:"until,omitzero"`    // decided, or signed, by then
	Late    int        `json:"late,omitempty"`    // how often that passed
	Remind  store.Time `json:"remind,omitzero"`   // of a signature
	Decided store.Time `json:"decided,omitzero"`
	Month   string     `json:"month,omitempty"` // of the ledger it is in
	Dept    string     `json:"dept,omitempty"`
	Answer  string     `json:"answer,omitempty"` // why it was refused
	Signed  store.Time `json:"signed,omitzero"`

	Cards   []ticket.CardRef `json:"cards,omitempty"`
	Effects []ticket.Effect  `json:"effects,omitempty"` // cards and lines to post
	Notes   []Note           `json:"notes,omitempty"`   // what the case must hear of it
	Seq     int              `json:"seq"`
	Due     store.Time       `json:"due,omitzero"`
}

// Note is a line in the history of the case, which customers never see; with Say
// the customer is told Words besides.
type Note struct {
	ID   string     `json:"id"`
	Who  string     `json:"who"`
	Text string     `json:"text"`
	Say  bool       `json:"say,omitempty"`
	At   store.Time `json:"at"`
}

// NewID derives an id from the case and what makes somebody ask, so that asking
// twice is asking once.
func NewID(on ticket.ID, cause string) string {
	sum := sha256.Sum256([]byte("compensation\n" + string(on) + "\n" + cause))
	return "k" + hex.EncodeToString(sum[:12])
}

// ErrLate: it was decided before. ErrNotNow: this cannot be done in its state.
var (
	ErrLate   = errors.New("approval: decided before")
	ErrNotNow = errors.New("approval: not in this state")
)

// Next counts up and makes an id below the compensation's own.
func (c *Compensation) Next(what string) string {
	c.Seq++
	return c.ID + "/" + what + "/" + strconv.Itoa(c.Seq)
}

// Note adds a line for the history of the case.
func (c *Compensation) Note(who, text string, say bool, now time.Time) {
	c.Notes = append(c.Notes, Note{ID: c.Next("note"), Who: who, Text: text, Say: say, At: store.At(now)})
}

// Decide writes down that somebody grants an amount. Until it is reserved nobody
// hears of it.
func (c *Compensation) Decide(who string, amount desk.Money, month, dept string, now time.Time) error {
	if c.State != Asked {
		return ErrLate
	}
	if amount <= 0 || who == c.By {
		return ErrNotNow
	}
	c.State, c.Decider, c.Amount, c.Decided = Deciding, who, amount, store.At(now)
	c.Month, c.Dept = month, dept
	return nil
}

// Final makes a decision final, once the amount is reserved: granted, or to be
// signed by then when it was agreed orally.
func (c *Compensation) Final(signBy, remind store.Time) error {
	if c.State != Deciding {
		return ErrNotNow
	}
	c.State, c.Until, c.Remind, c.Late = Granted, store.Time{}, store.Time{}, 0
	if c.Spoken {
		c.State, c.Until, c.Remind = Signing, signBy, remind
	}
	return nil
}

// Ask leaves the decision to somebody until then. Whoever was asked before is
// remembered.
func (c *Compensation) Ask(who string, until store.Time) error {
	if c.State != Asked && c.State != Deciding {
		return ErrNotNow
	}
	if c.Decider != "" && c.Decider != c.By && !slices.Contains(c.Passed, c.Decider) {
		c.Passed = append(c.Passed, c.Decider)
	}
	c.State, c.Decider, c.Until, c.Spoken = Asked, who, until, false
	c.Decided, c.Month, c.Dept = store.Time{}, "", ""
	return nil
}

// Refuse ends it.
func (c *Compensation) Refuse(who, why string, now time.Time) error {
	if c.State != Asked {
		return ErrLate
	}
	if who == c.By {
		return ErrNotNow
	}
	c.State, c.Decider, c.Answer, c.Decided, c.Until = Refused, who, why, store.At(now), store.Time{}
	return nil
}

// Sign is the signature of who agreed orally; with deny they say that they did not.
func (c *Compensation) Sign(who string, deny bool, now time.Time) error {
	if c.State != Signing {
		return ErrLate
	}
	if who != c.Decider {
		return ErrNotNow
	}
	c.State = Granted
	if deny {
		c.State = Denied
	}
	c.Signed, c.Until, c.Remind = store.At(now), store.Time{}, store.Time{}
	return nil
}

// Spent says that the money is given.
func (c *Compensation) Spent() bool {
	return c.State == Granted || c.State == Signing || c.State == Denied
}

const tryAgain = 15 * time.Second

func (c *Compensation) settle(now time.Time) {
	c.Due = store.Time{}
	if len(c.Effects) > 0 || len(c.Notes) > 0 || c.State == Deciding {
		c.Due = store.At(now.Add(tryAgain))
	}
	c.Due = store.Earliest(c.Due, c.Until, c.Remind)
}

// Book keeps compensations.
type Book struct {
	*Ledger
	all *store.Collection[Compensation]
	now func() time.Time
}

// Open opens the collections compensations and compensation_months.
func Open(ctx context.Context, e store.Engine, now func() time.Time) (*Book, error) {
	ledger, err := OpenLedger(ctx, e)
	if err != nil {
		return nil, err
	}
	all, err := store.Open[Compensation](ctx, e, "compensations", jobs.DueIndex(),
		store.Index{Fields: []string{"ticket", "at", "id"}},
		store.Index{Fields: []string{"decider", "state", "at", "id"}},
		store.Index{Fields: []string{"decided", "id"}},
	)
	return &Book{ledger, all, now}, err
}

// Insert stores a new one, or returns store.ErrExists.
func (b *Book) Insert(ctx context.Context, c *Compensation) error {
	c.settle(b.now())
	return b.all.Insert(ctx, c)
}

// Get returns it, or store.ErrNotFound.
func (b *Book) Get(ctx context.Context, id string) (*Compensation, error) { return b.all.Get(ctx, id) }

// Update changes it; change may run twice and must be pure.
func (b *Book) Update(ctx context.Context, id string, change func(*Compensation) error) (*Compensation, error) {
	now := b.now()
	return b.all.Update(ctx, id, func(c *Compensation) error {
		if err := change(c); err != nil {
			return err
		}
		c.settle(now)
		return nil
	})
}

// Of are those of a case, oldest first.
func (b *Book) Of(ctx context.Context, on ticket.ID, limit int) ([]*Compensation, error) {
	return b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("ticket", store.Eq, string(on))}, Order: []store.Order{{Field: "at"}}, Limit: limit,
	})
}

// For are those that wait for somebody to decide (Asked) or to sign (Signing),
// oldest first.
func (b *Book) For(ctx context.Context, who string, s State, limit int) ([]*Compensation, error) {
	return b.all.List(ctx, store.Query{
		Where: []store.Cond{store.Where("decider", store.Eq, who), store.Where("state", store.Eq, string(s))},
		Order: []store.Order{{Field: "at"}}, Limit: limit,
	})
}

// Given is how much was given in [from, to), in 分.
func (b *Book) Given(ctx context.Context, from, to time.Time) (desk.Money, error) {
	rows, err := b.all.Group(ctx, store.Grouping{
		Where: []store.Cond{
			store.Where("decided", store.Ge, store.At(from)), store.Where("decided", store.Lt, store.At(to)),
			store.Where("state", store.In, []string{string(Granted), string(Signing), string(Denied)}),
		},
		Sum: []string{"amount"},
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return desk.Money(rows[0].Sums[0]), nil
}

// Source is for the clock that looks for what is due.
func (b *Book) Source(run func(ctx context.Context, id string) error) jobs.Source {
	return jobs.FromCollection(b.all, jobs.Notices, func(c *Compensation) *store.Time { return &c.Due }, run)
}
