package wecom

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/store"
)

// Account is the account of messages that come from staff.
const Account chat.Account = "wecom"

// System is who sends what no person did: changes of the address book.
const System = "sys"

// NotChosen is the id of the first option in a card's selection, which stands for
// no choice: WeCom sends a choice with every button, touched or not. Parse drops
// it.
const NotChosen = "-"

// Bounds of what a message keeps.
const (
	maxText   = 64 << 10 // bytes
	maxRaw    = 16 << 10 // bytes
	maxField  = 512      // bytes
	maxFields = 32
)

// Parse makes a message of a callback's decrypted payload, XML or JSON. What is
// unknown, or says less than its kind needs, is not an error: it comes back as
// chat.Unknown, or as an event under its own name, with its payload in Raw
// (at most 16 KiB), to be acknowledged. An error means that it is no callback at
// all; its text quotes nothing of it.
func Parse(payload []byte) (chat.Message, error) {
	body, err := wechat.Clean(payload)
	if err != nil {
		return chat.Message{}, fmt.Errorf("wecom: callback: %w", err)
	}
	root, err := wechat.ParseNode(body)
	if err != nil {
		return chat.Message{}, fmt.Errorf("wecom: callback: %w", err)
	}
	n := &root
	m := chat.Message{
		Key:     key(payload),
		Account: Account,
		From:    word(n, "FromUserName"),
		To:      word(n, "ToUserName"),
		At:      instant(word(n, "CreateTime")),
		AgentID: word(n, "AgentID"),
		MsgID:   word(n, "MsgId"),
	}
	known := false
	if typ := word(n, "MsgType"); typ == "event" {
		m.Kind, known = chat.Event, event(&m, n)
	} else if known = m.From != "" && spoken(&m, n, typ); !known {
		m.Kind = chat.Unknown
	}
	if !known {
		m.Raw = wechat.Cut(chat.Clean(string(body)), maxRaw)
	}
	return m, nil
}

// key is the same for each of WeCom's three deliveries of one message: MsgId alone
// has collided between people, and CreateTime merges what happens in one second.
func key(payload []byte) string {
	h := sha256.New()
	h.Write([]byte(string(Account) + "\n"))
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil))
}

// word is a short field: cleaned, without surrounding space.
func word(n *wechat.Node, name string) string {
	return wechat.Cut(strings.TrimSpace(chat.Clean(n.Get(name))), 2*maxField)
}

func prose(n *wechat.Node, name string) string { return wechat.Cut(chat.Clean(n.Get(name)), maxText) }

func instant(s string) store.Time {
	sec, err := strconv.ParseInt(s, 10, 64)
	if err != nil || sec <= 0 || sec > 253402300799 { // the year 9999
		return store.Time{}
	}
	return store.At(time.Unix(sec, 0))
}

func degrees(n *wechat.Node, name string) float64 {
	f, err := strconv.ParseFloat(word(n, name), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 180 {
		return 0
	}
	return f
}

// spoken fills in what a person sent and says whether the kind is known.
func spoken(m *chat.Message, n *wechat.Node, typ string) bool {
	switch typ {
	case "text":
		m.Kind, m.Text = chat.Text, prose(n, "Content")
	case "image":
		m.Kind, m.URL, m.MediaID = chat.Image, word(n, "PicUrl"), word(n, "MediaId")
	case "voice":
		m.Kind, m.MediaID, m.Format = chat.Voice, word(n, "MediaId"), word(n, "Format")
		m.Text = prose(n, "Recognition")
	case "video", "shortvideo":
		m.Kind, m.MediaID, m.Thumb = chat.Video, word(n, "MediaId"), word(n, "ThumbMediaId")
	case "file":
		m.Kind, m.MediaID, m.Title = chat.File, word(n, "MediaId"), word(n, "Title")
	case "location":
		m.Kind, m.Note = chat.Location, word(n, "Label")
		m.Lat, m.Lng = degrees(n, "Location_X"), degrees(n, "Location_Y")
	case "link":
		m.Kind, m.URL, m.Thumb = chat.Link, word(n, "Url"), word(n, "PicUrl")
		m.Title, m.Note = word(n, "Title"), word(n, "Description")
	default:
		return false
	}
	return true
}

// renamed are the events whose whole meaning fits a message, so that nothing of
// them need be kept raw.
var renamed = map[string]chat.EventKind{
	"subscribe":                chat.Subscribe,
	"unsubscribe":              chat.Unsubscribe,
	"enter_agent":              chat.EnterAgent,
	"click":                    chat.Click,
	"view":                     chat.View,
	"view_miniprogram":         chat.View,
	"location":                 chat.Whereabouts,
	"scancode_push":            chat.ScanCode,
	"scancode_waitmsg":         chat.ScanCode,
	"pic_sysphoto":             chat.MenuPicture,
	"pic_photo_or_album":       chat.MenuPicture,
	"pic_weixin":               chat.MenuPicture,
	"location_select":          chat.MenuLocation,
	"template_card_event":      chat.CardPressed,
	"template_card_menu_event": chat.CardMenu,
	string(ChangeContact):      ChangeContact,
}

// ChangeContact is the event of the address book: Fields holds ChangeType
// (create_user, update_user, delete_user, …), UserID, NewUserID, Status and the
// like, and no telephone number or address. It comes from System.
const ChangeContact chat.EventKind = "change_contact"

func event(m *chat.Message, n *wechat.Node) bool {
	name := strings.ToLower(word(n, "Event"))
	m.Event, m.EventKey, m.TaskID = chat.EventKind(name), word(n, "EventKey"), word(n, "TaskId")
	to, known := renamed[name]
	if known {
		m.Event = to
	}
	m.Response = word(n, "ResponseCode")
	m.Selected = selected(n)
	m.Fields = fields(n)
	switch m.Event {
	case chat.Whereabouts:
		m.Lat, m.Lng = degrees(n, "Latitude"), degrees(n, "Longitude")
	case chat.MenuLocation:
		if at := n.Find("SendLocationInfo"); at != nil {
			m.Lat, m.Lng, m.Note = degrees(at, "Location_X"), degrees(at, "Location_Y"), word(at, "Label")
		}
	}
	return known
}

// selected is question key → option id; of several options, joined by commas.
func selected(n *wechat.Node) map[string]string {
	var chosen map[string]string
	for _, item := range having(n, "QuestionKey") {
		question, ids := word(item, "QuestionKey"), options(item)
		if question == "" || ids == "" || len(chosen) >= maxFields {
			continue
		}
		if chosen == nil {
			chosen = map[string]string{}
		}
		chosen[question] = ids
	}
	return chosen
}

// having finds every node, n and below, that has a child of that name, in order:
// WeCom's JSON leaves out an element that its XML has.
func having(n *wechat.Node, name string) []*wechat.Node {
	var found []*wechat.Node
	if n.Find(name) != nil {
		found = append(found, n)
	}
	for i := range n.Kids {
		found = append(found, having(&n.Kids[i], name)...)
	}
	return found
}

func options(item *wechat.Node) string {
	var ids []string
	for _, k := range item.Kids {
		if k.Name != "OptionIds" {
			continue
		}
		for _, id := range leaves(k) {
			if id = strings.TrimSpace(chat.Clean(id)); id != "" && id != NotChosen && len(ids) < maxFields {
				ids = append(ids, wechat.Cut(id, maxField))
			}
		}
	}
	return strings.Join(ids, ",")
}

// leaves are the texts of the elements below n that have no children.
func leaves(n wechat.Node) []string {
	if len(n.Kids) == 0 {
		return []string{n.Text}
	}
	var found []string
	for _, k := range n.Kids {
		found = append(found, leaves(k)...)
	}
	return found
}

// apart are the fields that have a place of their own in a message, and the
// personal ones of the address book, which we have no use for.
var apart = map[string]bool{
	"ToUserName": true, "FromUserName": true, "CreateTime": true, "MsgType": true, "MsgId": true,
	"AgentID": true, "Event": true, "EventKey": true, "TaskId": true, "ResponseCode": true,
	"Latitude": true, "Longitude": true,
	"Mobile": true, "Email": true, "BizMail": true, "Avatar": true, "Telephone": true,
	"Address": true, "Gender": true, "Alias": true,
}

// within are the elements whose children count as the event's own fields.
var within = map[string]bool{"ScanCodeInfo": true, "BatchJob": true, "SendPicsInfo": true}

func fields(n *wechat.Node) map[string]string {
	f := map[string]string{}
	add := func(k wechat.Node) {
		v := strings.TrimSpace(chat.Clean(k.Text))
		if len(k.Kids) == 0 && v != "" && !apart[k.Name] && len(f) < maxFields {
			f[wechat.Cut(k.Name, maxField)] = wechat.Cut(v, maxField)
		}
	}
	for _, k := range n.Kids {
		add(k)
		if within[k.Name] {
			for _, c := range k.Kids {
				add(c)
			}
		}
	}
	if len(f) == 0 {
		return nil
	}
	return f
}
