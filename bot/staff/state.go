package staff

import (
	"context"
	"errors"
	"time"

	"kefu/bot/chat"
	"kefu/store"
)

// Presence is whether somebody takes new cases.
type Presence string

// The presences. None said is In.
const (
	In   Presence = "in"   // 在岗
	Busy Presence = "busy" // 忙: nothing is given automatically
	Out  Presence = "out"  // 离岗
)

const (
	currentFor = 30 * time.Minute
	pendingFor = 30 * time.Minute
	busyFor    = 2 * time.Hour
)

// Pending is what somebody is about to send, until they press 发送, 存备注 or 换一单.
type Pending struct {
	ID      string       `json:"id"` // of the small card's buttons, so that an old card sends nothing
	Ticket  string       `json:"ticket,omitempty"`
	Content chat.Content `json:"content"`
	At      store.Time   `json:"at,omitzero"`
}

// State is where one of the staff is just now; its id is the person's.
type State struct {
	store.Meta
	Presence  Presence   `json:"presence,omitempty"`
	Until     store.Time `json:"until,omitzero"` // Busy or Out until then
	Current   string     `json:"current,omitempty"`
	CurrentTo store.Time `json:"current_to,omitzero"`
	NoConfirm bool       `json:"no_confirm,omitempty"` // sends without asking
	Pending   *Pending   `json:"pending,omitempty"`
	Said      string     `json:"said,omitempty"` // day of the last morning card, 2006-01-02
}

// Set says where the person is. Busy lasts two hours; Out lasts until until (the
// next hours of duty, see Person.NextDuty).
func (s *State) Set(p Presence, until, now time.Time) {
	s.Presence, s.Until = p, store.Time{}
	switch p {
	case Busy:
		s.Until = store.At(now.Add(busyFor))
	case Out:
		s.Until = store.At(until)
	}
}

// Where is the presence that holds at now.
func (s *State) Where(now time.Time) Presence {
	if s == nil || s.Presence == "" || s.Presence != In && !s.Until.IsZero() && !s.Until.After(store.At(now)) {
		return In
	}
	return s.Presence
}

// SetCurrent makes a ticket the current case (当前单) for 30 minutes: what is typed
// without a number goes to it.
func (s *State) SetCurrent(ticket string, now time.Time) {
	s.Current, s.CurrentTo = ticket, store.At(now.Add(currentFor))
}

// CurrentAt is the current case, "" when there is none or its time is over.
func (s *State) CurrentAt(now time.Time) string {
	if s == nil || !store.At(now).Before(s.CurrentTo) {
		return ""
	}
	return s.Current
}

// Leave ends the current case if it is this one.
func (s *State) Leave(ticket string) {
	if s.Current == ticket {
		s.Current, s.CurrentTo = "", store.Time{}
	}
}

// Hold keeps what is about to be sent; it replaces what was kept before.
func (s *State) Hold(p Pending, now time.Time) {
	p.At = store.At(now)
	s.Pending = &p
}

// Take gives back what was kept under that id and forgets it; nil when it is gone,
// was replaced, or is older than 30 minutes.
func (s *State) Take(id string, now time.Time) *Pending {
	p := s.Pending
	if p == nil || p.ID != id {
		return nil
	}
	s.Pending = nil
	if now.Sub(p.At.Time()) > pendingFor {
		return nil
	}
	return p
}

// Confirms says whether what has no number is asked about before it is sent.
func (s *State) Confirms() bool { return s == nil || !s.NoConfirm }

// Morning notes the day's morning card; false when it was sent already. day is
// 2006-01-02.
func (s *State) Morning(day string) bool {
	if s.Said >= day {
		return false
	}
	s.Said = day
	return true
}

// States keeps the states of staff.
type States struct{ c *store.Collection[State] }

// OpenStates opens the collection staff_state.
func OpenStates(ctx context.Context, e store.Engine) (*States, error) {
	c, err := store.Open[State](ctx, e, "staff_state", store.Index{Fields: []string{"presence"}})
	if err != nil {
		return nil, err
	}
	return &States{c}, nil
}

// Get is a person's state; a fresh one when nothing was ever said.
func (b *States) Get(ctx context.Context, id string) (*State, error) {
	s, err := b.c.Get(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return &State{Meta: store.Meta{ID: id}}, nil
	}
	return s, err
}

// Change changes a person's state; change may run more than once.
func (b *States) Change(ctx context.Context, id string, change func(*State) error) (*State, error) {
	return b.c.Upsert(ctx, id, func() *State { return &State{} }, change)
}

// Available are those of the people who take new cases: not Out, and not Busy
// unless busy ones are wanted too. It keeps their order.
func (b *States) Available(ctx context.Context, people []Person, busyToo bool, now time.Time) ([]Person, error) {
	away, err := b.Away(ctx, now)
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, p := range people {
		if w, gone := away[p.ID]; !gone || w == Busy && busyToo {
			out = append(out, p)
		}
	}
	return out, nil
}

// Away is who is Busy or Out at now.
func (b *States) Away(ctx context.Context, now time.Time) (map[string]Presence, error) {
	away := map[string]Presence{}
	q := store.Query{Where: []store.Cond{store.Where("presence", store.In, []string{string(Busy), string(Out)})}, Limit: maxPeople}
	for s, err := range b.c.Find(ctx, q) {
		if err != nil {
			return nil, err
		}
		if w := s.Where(now); w != In {
			away[s.ID] = w
		}
	}
	return away, nil
}
