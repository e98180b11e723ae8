package sim

import (
	"encoding/json"
	"fmt"
	"time"
)

// state is everything that outlives a run. Its fields are exported for JSON only.
type state struct {
	Seq      int64                    `json:"seq"`
	Version  int64                    `json:"version"`
	Accounts map[string]*accountState `json:"accounts"`
	Corp     corpState                `json:"corp"`
	Media    mediaShelf               `json:"media"`
	Calls    []Call                   `json:"calls"`
	Pushes   []Push                   `json:"pushes"`
}

type accountState struct {
	Stable  tokenFamily        `json:"stable"`
	Classic tokenFamily        `json:"classic"`
	People  map[string]*person `json:"people"`
	Menu    json.RawMessage    `json:"menu,omitempty"`
	QR      book[qrCode]       `json:"qr"`
	Failed  int                `json:"failed"` // messages undelivered in a row
	Quiet   time.Time          `json:"quiet"`  // pushing is suspended until then (MarkFail)
}

type corpState struct {
	Tokens  tokenFamily             `json:"tokens"`
	Members map[string]*memberState `json:"members"`
	Robots  map[string]*robotState  `json:"robots"`
	Tasks   book[task]              `json:"tasks"`
	Codes   book[responseCode]      `json:"codes"`
	Repeats book[repeat]            `json:"repeats"`
	Sent    book[time.Time]         `json:"sent"` // msgid → when
	Logins  book[login]             `json:"logins"`
}

// complete makes what is missing, for the configuration at hand.
func (st *state) complete(s *Sim) {
	if st.Accounts == nil {
		st.Accounts = map[string]*accountState{}
	}
	for id, a := range s.accounts {
		as := st.Accounts[id]
		if as == nil {
			as = &accountState{}
			st.Accounts[id] = as
		}
		if as.People == nil {
			as.People = map[string]*person{}
		}
		for _, p := range a.Customers {
			if as.People[p.OpenID] == nil {
				as.People[p.OpenID] = &person{Person: p, Following: true, Since: s.now()}
			}
		}
	}
	if st.Corp.Members == nil {
		st.Corp.Members = map[string]*memberState{}
	}
	if st.Corp.Robots == nil {
		st.Corp.Robots = map[string]*robotState{}
	}
	if s.corp == nil {
		return
	}
	for _, m := range s.corp.Members {
		if st.Corp.Members[m.UserID] == nil {
			st.Corp.Members[m.UserID] = &memberState{}
		}
	}
	for name := range s.corp.Robots {
		if st.Corp.Robots[name] == nil {
			st.Corp.Robots[name] = &robotState{}
		}
	}
}

// Snapshot is everything said, sent and issued so far, as JSON. It holds tokens
// and messages: keep it as private as they are.
func (s *Sim) Snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := json.Marshal(&s.st)
	if err != nil {
		return nil, fmt.Errorf("sim: snapshot: %w", err)
	}
	return b, nil
}

// Restore replaces the state by a snapshot's. Accounts and members come from the
// configuration; what the snapshot says of others is kept aside.
func (s *Sim) Restore(snapshot []byte) error {
	var st state
	if err := json.Unmarshal(snapshot, &st); err != nil {
		return fmt.Errorf("sim: restore: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Version = max(st.Version, s.st.Version)
	for i := range st.Pushes {
		if st.Pushes[i].Outcome == Waiting { // cut short with the run that made it
			st.Pushes[i].Outcome = Dropped
		}
	}
	st.complete(s)
	s.st = st
	s.touch()
	return nil
}

// keep appends v and lets go of the oldest beyond limit, a quarter at a time.
func keep[T any](list []T, v T, limit int) []T {
	list = append(list, v)
	if len(list) > limit+limit/4 {
		list = append(make([]T, 0, limit+limit/4+1), list[len(list)-limit:]...)
	}
	return list
}

// last is the newest n of a list, copied.
func last[T any](list []T, n int) []T {
	return append([]T{}, list[max(0, len(list)-n):]...)
}

// book is a map that forgets its oldest entries.
type book[V any] struct {
	Keys []string     `json:"keys,omitempty"`
	Vals map[string]V `json:"vals,omitempty"`
}

func (b *book[V]) get(key string) (V, bool) {
	v, ok := b.Vals[key]
	return v, ok
}

func (b *book[V]) put(key string, v V, limit int) {
	if b.Vals == nil {
		b.Vals = map[string]V{}
	}
	if _, ok := b.Vals[key]; !ok {
		b.Keys = append(b.Keys, key)
	}
	b.Vals[key] = v
	if len(b.Keys) > limit+limit/4 {
		for _, k := range b.Keys[:len(b.Keys)-limit] {
			delete(b.Vals, k)
		}
		b.Keys = append(make([]string, 0, limit+limit/4+1), b.Keys[len(b.Keys)-limit:]...)
	}
}
