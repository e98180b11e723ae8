package sim

import (
	"slices"
	"time"
)

// person is somebody as one account knows them.
type person struct {
	Person
	Following bool             `json:"following"`
	Gone      bool             `json:"gone"` // has unfollowed
	Since     time.Time        `json:"since"`
	Scene     string           `json:"scene,omitempty"` // of the QR code they came by
	Refuses   bool             `json:"refuses"`         // has switched messages off
	Blocked   bool             `json:"blocked"`         // on the account's blacklist
	Long      window           `json:"long"`
	Short     window           `json:"short"`
	Acted     time.Time        `json:"acted"`
	Typing    time.Time        `json:"typing"` // until then the phone shows 对方正在输入
	Bubbles   []Bubble         `json:"bubbles"`
	Repeats   book[sentNotice] `json:"repeats"` // client_msg_id → what came of it
}

// add shows a bubble. The lock is held.
func (s *Sim) add(p *person, b Bubble) {
	b.Seq, b.At = s.next(), s.now()
	p.Bubbles = keep(p.Bubbles, b, maxBubbles)
	if b.From == FromAccount {
		p.Typing = time.Time{}
	}
	s.touch()
}

// person finds or makes somebody. The lock is held; nil when there are too many.
func (s *Sim) person(account, openid string) *person {
	as := s.st.Accounts[account]
	if as == nil || openid == "" {
		return nil
	}
	p := as.People[openid]
	if p == nil && len(as.People) < maxPeople {
		p = &person{Person: Person{OpenID: openid}}
		as.People[openid] = p
	}
	return p
}

// Phone is what a customer sees of an account.
type Phone struct {
	Person
	Account   string   `json:"account"`
	Title     string   `json:"title"`
	Following bool     `json:"following"`
	Refuses   bool     `json:"refuses,omitempty"`
	Typing    bool     `json:"typing,omitempty"`
	Credits   Credits  `json:"credits"`
	Bubbles   []Bubble `json:"bubbles"`
}

// Phone is the customer's view, newest bubble last, at most 200. Somebody who was
// never seen has an empty one.
func (s *Sim) Phone(account, openid string) Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := Phone{Person: Person{OpenID: openid}, Account: account, Bubbles: []Bubble{}}
	a, as := s.accounts[account], s.st.Accounts[account]
	if a == nil || as == nil {
		return v
	}
	v.Title = a.Name
	if p := as.People[openid]; p != nil {
		now := s.now()
		v.Person, v.Following, v.Refuses = p.Person, p.Following, p.Refuses
		v.Typing, v.Credits = now.Before(p.Typing), p.credits(now)
		v.Bubbles = last(p.Bubbles, maxBubbles)
	}
	return v
}

// Words is the text of every bubble from the account, oldest first.
func (p Phone) Words() []string {
	var out []string
	for _, b := range p.Bubbles {
		if b.From == FromAccount {
			out = append(out, b.Text)
		}
	}
	return out
}

// Last is the newest bubble; a zero one when there is none.
func (p Phone) Last() Bubble {
	if len(p.Bubbles) == 0 {
		return Bubble{}
	}
	return p.Bubbles[len(p.Bubbles)-1]
}

// Customers is everybody an account knows, followers first, by openid.
func (s *Sim) Customers(account string) []Phone {
	s.mu.Lock()
	var ids []string
	if as := s.st.Accounts[account]; as != nil {
		for id := range as.People {
			ids = append(ids, id)
		}
	}
	s.mu.Unlock()
	slices.Sort(ids)
	var out []Phone
	for _, id := range ids {
		p := s.Phone(account, id)
		p.Bubbles = last(p.Bubbles, 1)
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Phone) int {
		switch {
		case a.Following == b.Following:
			return 0
		case a.Following:
			return -1
		}
		return 1
	})
	return out
}

// Know makes people followers from before who have just written, without pushing
// anything: for load whose messages come from Envelope.
func (s *Sim) Know(account string, openids ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range openids {
		p := s.person(account, id)
		if p == nil {
			return ErrUnknown
		}
		p.Following, p.Gone, p.Since = true, false, s.now()
		p.spoke(s.now())
	}
	s.touch()
	return nil
}
