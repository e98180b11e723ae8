package chat

import "kefu/store"

// Account is the id of an Official Account in our configuration ("hotel"), not
// its appid.
type Account string

// CustomerID names a customer: account, "/", openid for one who writes in
// WeChat; "desk/" and a random text for one whom staff recorded.
type CustomerID string

// Customer makes the id of the person who writes to an account.
func Customer(a Account, openid string) CustomerID { return CustomerID(string(a) + "/" + openid) }

// Split gives back account and openid. A recorded customer has account "desk".
func (c CustomerID) Split() (a Account, user string) {
	for i := range len(c) {
		if c[i] == '/' {
			return Account(c[:i]), string(c[i+1:])
		}
	}
	return "", string(c)
}

// Reachable says whether the customer has a WeChat identity of ours.
func (c CustomerID) Reachable() bool { a, u := c.Split(); return a != "desk" && a != "" && u != "" }

// Kind is what sort of message arrived.
type Kind string

// The kinds of message (WeChat's MsgType; Event for all events).
const (
	Text        Kind = "text"
	Image       Kind = "image"
	Voice       Kind = "voice"
	Video       Kind = "video" // shortvideo too
	Location    Kind = "location"
	Link        Kind = "link"
	MiniProgram Kind = "miniprogrampage"
	File        Kind = "file"
	Event       Kind = "event"
	Unknown     Kind = "unknown" // kept raw, acknowledged
)

// EventKind is what happened when Kind is Event.
type EventKind string

// The events we act on; every other one keeps its own name, in lower case.
const (
	Subscribe      EventKind = "subscribe"
	Unsubscribe    EventKind = "unsubscribe"
	Scan           EventKind = "scan"
	Click          EventKind = "click"
	View           EventKind = "view" // view_miniprogram too
	Whereabouts    EventKind = "location"
	ScanCode       EventKind = "scancode" // scancode_push, scancode_waitmsg
	MenuPicture    EventKind = "menu_picture"
	MenuLocation   EventKind = "location_select"
	TemplateResult EventKind = "template_result"
	MassResult     EventKind = "mass_result"
	NoticeResult   EventKind = "notice_result" // subscribe_msg_sent_event
	NoticeChange   EventKind = "notice_change" // subscribe_msg_popup_event, …change_event
	EraseRequest   EventKind = "erase_request" // user_authorization_cancellation
	EnterAgent     EventKind = "enter_agent"
	CardPressed    EventKind = "card_pressed" // template_card_event
	CardMenu       EventKind = "card_menu"
)

// Message is one thing that arrived from a customer (Official Account) or from
// staff (WeCom), whatever its wire form was.
type Message struct {
	Key     string     `json:"key"`          // hex SHA-256 of account and decrypted payload: the same for WeChat's repeats
	Account Account    `json:"account"`      // "wecom" for staff
	From    string     `json:"from"`         // openid or WeCom userid
	To      string     `json:"to,omitempty"` // gh_… or corpid, needed for the passive reply
	At      store.Time `json:"at"`           // CreateTime, to the second
	Kind    Kind       `json:"kind"`
	MsgID   string     `json:"msg_id,omitempty"`   // 64 bits: never a float
	Text    string     `json:"text,omitempty"`     // content, or a voice's Recognition
	Tapped  string     `json:"tapped,omitempty"`   // bizmsgmenuid: the key of the option that was tapped
	MediaID string     `json:"media_id,omitempty"` // valid 3 days
	URL     string     `json:"url,omitempty"`      // picture or link
	Format  string     `json:"format,omitempty"`   // of a voice: amr, speex
	Thumb   string     `json:"thumb,omitempty"`
	Title   string     `json:"title,omitempty"`
	Note    string     `json:"note,omitempty"` // description of a link, label of a place
	Lat     float64    `json:"lat,omitempty"`
	Lng     float64    `json:"lng,omitempty"`
	AgentID string     `json:"agent_id,omitempty"` // WeCom

	Event    EventKind         `json:"event,omitempty"`
	EventKey string            `json:"event_key,omitempty"` // scene without "qrscene_", menu key, button key
	TaskID   string            `json:"task_id,omitempty"`   // of the card that was pressed
	Response string            `json:"response,omitempty"`  // response_code: used once, within 72 h
	Selected map[string]string `json:"selected,omitempty"`  // question key → option id
	Fields   map[string]string `json:"fields,omitempty"`    // what else an event said: MsgID, Status, …
	Raw      string            `json:"raw,omitempty"`       // the cleaned payload of what we do not know
}

// Customer is who wrote, when the message came from an Official Account.
func (m *Message) Customer() CustomerID { return Customer(m.Account, m.From) }

// Speaks says whether the customer said something (a message of any kind), which
// opens the 48-hour window. WeChat: a tapped option counts as a menu click.
func (m *Message) Speaks() bool { return m.Kind != Event && m.Tapped == "" }
