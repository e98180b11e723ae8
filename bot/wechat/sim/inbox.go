package sim

import (
	"slices"
	"time"
)

// Item is one message in a member's chat with the app.
type Item struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	From     string    `json:"from"` // "app", "member"
	Kind     string    `json:"kind"` // text, card, textcard, markdown, image, voice, file, news, …
	Text     string    `json:"text,omitempty"`
	Parts    []Part    `json:"parts,omitempty"`
	Title    string    `json:"title,omitempty"`
	URL      string    `json:"url,omitempty"`
	MediaID  string    `json:"media_id,omitempty"`
	Picture  string    `json:"picture,omitempty"` // path below Base
	Articles []Article `json:"articles,omitempty"`
	Card     *Card     `json:"card,omitempty"`
	MsgID    string    `json:"msg_id,omitempty"`
	Passive  bool      `json:"passive,omitempty"`
	Recalled bool      `json:"recalled,omitempty"`
}

// From whom an item is.
const (
	FromApp    = "app"
	FromMember = "member"
)

type memberState struct {
	Items  []Item      `json:"items"`
	Sent   []time.Time `json:"sent,omitempty"` // app messages of the last hour
	Unseen int         `json:"unseen"`         // cards and markdown a member inside WeChat never saw
	Lost   int         `json:"lost"`           // dropped silently above 30 a minute or 1,000 an hour
}

// Inbox is a member's chat with the app as it looks now, newest last, at most 200.
func (s *Sim) Inbox(userid string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.st.Corp.Members[userid]
	if m == nil {
		return []Item{}
	}
	list := last(m.Items, maxItems)
	for i := range list {
		if c := list[i].Card; c != nil {
			copied := *c
			copied.Buttons, copied.Selects = slices.Clone(c.Buttons), slices.Clone(c.Selects)
			list[i].Card = &copied
		}
	}
	return list
}

// Cards is the cards in a member's inbox as they look now, newest last.
func (s *Sim) Cards(userid string) []Card {
	var out []Card
	for _, i := range s.Inbox(userid) {
		if i.Card != nil && !i.Recalled {
			out = append(out, *i.Card)
		}
	}
	return out
}

// Missed is what a member never got: unseen because they read WeCom inside
// WeChat, lost because there were too many in a minute.
func (s *Sim) Missed(userid string) (unseen, lost int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.st.Corp.Members[userid]; m != nil {
		return m.Unseen, m.Lost
	}
	return 0, 0
}

// Members is the staff, in the configured order.
func (s *Sim) Members() []Member {
	if s.corp == nil {
		return nil
	}
	return slices.Clone(s.corp.Members)
}

// give puts an item into a member's chat, or loses it by WeCom's rules. The lock
// is held.
//
// WeCom: at most 30 app messages a minute and 1,000 an hour to one member; what is
// above is dropped and nobody is told. Inside WeChat (the plugin) neither cards
// nor markdown are shown.
func (s *Sim) give(userid string, i Item) {
	m := s.st.Corp.Members[userid]
	if m == nil {
		return
	}
	now := s.now()
	if i.From == FromApp && !i.Passive {
		m.Sent = within(m.Sent, now, time.Hour)
		if len(m.Sent) >= 1000 || len(within(m.Sent, now, time.Minute)) >= 30 {
			m.Lost++
			return
		}
		m.Sent = append(m.Sent, now)
	}
	if s.corp.member[userid].PluginOnly && (i.Kind == "card" || i.Kind == "markdown") {
		m.Unseen++
		return
	}
	i.Seq, i.At = s.next(), now
	if i.Card != nil { // everybody has their own look of it
		copied := *i.Card
		i.Card = &copied
	}
	m.Items = keep(m.Items, i, maxItems)
	s.touch()
}

// card finds the newest card with a task id in a member's chat. The lock is held.
func (s *Sim) card(userid, taskID string) *Card {
	m := s.st.Corp.Members[userid]
	if m == nil || taskID == "" {
		return nil
	}
	for i := len(m.Items) - 1; i >= 0; i-- {
		if c := m.Items[i].Card; c != nil && c.TaskID == taskID && !m.Items[i].Recalled {
			return c
		}
	}
	return nil
}

// grey puts a label where the buttons were.
func (c *Card) grey(label string) {
	c.Done, c.Grey, c.Buttons, c.Selects = label, true, nil, nil
	c.Changes++
}

// become gives the card a new look; its task id stays unless the new one has one.
func (c *Card) become(b *cardBody) {
	v := b.look()
	if v.TaskID == "" {
		v.TaskID = c.TaskID
	}
	v.Changes = c.Changes + 1
	*c = v
}
