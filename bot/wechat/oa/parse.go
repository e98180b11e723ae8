package oa

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/store"
)

// ErrNoSender is a payload without a usable FromUserName: nobody to answer.
var ErrNoSender = errors.New("oa: no sender")

// Bounds of what is kept of a message, in bytes. WeChat's texts end at 2,048.
const (
	maxText   = 16 << 10
	maxRaw    = 128 << 10
	maxField  = 4 << 10
	maxFields = 64
)

// unsupported is how WeChat hands on what it cannot: a text with this start, for
// a sticker for example.
const unsupported = "【收到不支持的消息类型"

// Parse reads one decrypted callback, XML or JSON by its first byte. What we do
// not know becomes chat.Unknown, or an event by its own name, with the cleaned
// payload in Raw. Errors wrap ErrNoSender or those of package wechat; no part of
// the payload is in them. Key is made of the payload as it came, so that the
// repeats of one message share it.
func Parse(account chat.Account, payload []byte) (chat.Message, error) {
	m := chat.Message{Key: key(account, payload), Account: account}
	body, err := wechat.Clean(payload)
	if err != nil {
		return chat.Message{}, fmt.Errorf("oa: %w", err)
	}
	root, err := wechat.ParseNode(body)
	if err != nil {
		return chat.Message{}, fmt.Errorf("oa: %w", err)
	}
	r := reader{m: &m}
	r.all(root.Kids)
	if !goodID(m.From) {
		return chat.Message{}, ErrNoSender
	}
	r.settle()
	if m.Kind == chat.Unknown || r.strange {
		m.Raw = wechat.Cut(chat.Clean(string(body)), maxRaw)
	}
	return m, nil
}

func key(account chat.Account, payload []byte) string {
	h := sha256.New()
	h.Write([]byte(account))
	h.Write([]byte{'\n'})
	h.Write(payload)
	var sum [sha256.Size]byte
	return hex.EncodeToString(h.Sum(sum[:0]))
}

// goodID bounds what becomes part of document ids: an openid, or a name such as
// "mphelper" that WeChat itself writes under.
func goodID(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7F || s[i] == '/' {
			return false
		}
	}
	return true
}

// reader fills a message from the elements of a payload. The first of several
// elements with one name counts.
type reader struct {
	m       *chat.Message
	kind    string // MsgType
	event   string // Event
	msgID   string
	content string
	strange bool // an event we have no name for
}

func (r *reader) all(kids []wechat.Node) {
	for i := range kids {
		n := &kids[i]
		if n.Kids != nil {
			r.inner(n)
			continue
		}
		if !r.common(n) && !r.special(n) {
			r.field(n.Name, n.Text)
		}
	}
}

// common takes the fields that every message has.
func (r *reader) common(n *wechat.Node) bool {
	switch n.Name {
	case "FromUserName":
		first(&r.m.From, strings.TrimSpace(n.Text))
	case "ToUserName":
		first(&r.m.To, wechat.Cut(strings.TrimSpace(n.Text), 128))
	case "CreateTime":
		if r.m.At.IsZero() {
			r.m.At = createTime(n.Text)
		}
	case "MsgType":
		first(&r.kind, strings.ToLower(strings.TrimSpace(n.Text)))
	case "MsgId", "MsgID": // both spellings exist; never a number, it has 64 bits
		first(&r.msgID, wechat.Cut(strings.TrimSpace(n.Text), 64))
	case "Event":
		first(&r.event, strings.TrimSpace(n.Text))
	case "EventKey":
		first(&r.m.EventKey, wechat.Cut(chat.Clean(n.Text), maxField))
	default:
		return false
	}
	return true
}

// special takes what has a place of its own in chat.Message.
func (r *reader) special(n *wechat.Node) bool {
	text := wechat.Cut(chat.Clean(n.Text), maxText)
	switch n.Name {
	case "Content":
		first(&r.content, text)
	case "Recognition":
		first(&r.m.Text, text)
	case "bizmsgmenuid":
		first(&r.m.Tapped, wechat.Cut(strings.TrimSpace(text), maxField))
	case "MediaId":
		first(&r.m.MediaID, wechat.Cut(text, maxField))
	case "ThumbMediaId":
		first(&r.m.Thumb, wechat.Cut(text, maxField))
	case "PicUrl", "Url", "ThumbUrl":
		first(&r.m.URL, wechat.Cut(text, maxField))
	case "Format":
		first(&r.m.Format, strings.ToLower(wechat.Cut(text, 32)))
	case "Title":
		first(&r.m.Title, wechat.Cut(text, maxField))
	case "Description", "Label":
		first(&r.m.Note, wechat.Cut(text, maxField))
	case "Location_X", "Latitude":
		r.m.Lat = degree(n.Text, 90)
	case "Location_Y", "Longitude":
		r.m.Lng = degree(n.Text, 180)
	default:
		return false
	}
	return true
}

// inner takes what an event wraps: ScanCodeInfo, SendPicsInfo, List and so on.
// The wrapper's name is dropped, because JSON drops it too. Of several items the
// second's fields end in ".2", the third's in ".3".
func (r *reader) inner(n *wechat.Node) {
	if n.Name == "SendLocationInfo" {
		r.all(n.Kids)
		return
	}
	r.flat(n.Kids, r.suffix(n, ""))
}

func (r *reader) flat(kids []wechat.Node, suffix string) {
	for i := range kids {
		n := &kids[i]
		if n.Kids != nil {
			r.flat(n.Kids, r.suffix(n, suffix))
			continue
		}
		r.field(n.Name+suffix, n.Text)
	}
}

// suffix numbers items: how many of their fields are there already says which
// one this is.
func (r *reader) suffix(n *wechat.Node, outer string) string {
	if len(n.Kids) == 0 || n.Name != "List" && n.Name != "item" {
		return outer
	}
	for i := 1; i <= maxFields; i++ {
		s := outer
		if i > 1 {
			s += "." + strconv.Itoa(i)
		}
		free := true
		for k := range n.Kids {
			if _, taken := r.m.Fields[n.Kids[k].Name+s]; taken {
				free = false
			}
		}
		if free {
			return s
		}
	}
	return outer + ".more"
}

func (r *reader) field(name, text string) {
	if r.m.Fields == nil {
		r.m.Fields = make(map[string]string, 4)
	}
	if _, taken := r.m.Fields[name]; taken || len(r.m.Fields) >= maxFields || len(name) > 128 {
		return
	}
	r.m.Fields[name] = wechat.Cut(chat.Clean(text), maxField)
}

// settle decides the kind once everything is read.
func (r *reader) settle() {
	m := r.m
	if r.kind == "event" {
		m.Kind = chat.Event
		r.settleEvent()
		return
	}
	m.MsgID = r.msgID
	m.Kind = kinds[r.kind]
	switch {
	case m.Kind == "":
		m.Kind = chat.Unknown
		r.field("MsgType", r.kind)
	case m.Kind == chat.Text && strings.HasPrefix(r.content, unsupported):
		m.Kind = chat.Unknown
	}
	if r.content != "" {
		m.Text = r.content
	}
	if m.EventKey != "" { // only of events
		r.field("EventKey", m.EventKey)
		m.EventKey = ""
	}
}

var kinds = map[string]chat.Kind{
	"text": chat.Text, "image": chat.Image, "voice": chat.Voice,
	"video": chat.Video, "shortvideo": chat.Video, "location": chat.Location,
	"link": chat.Link, "miniprogrampage": chat.MiniProgram, "file": chat.File,
}

var events = map[string]chat.EventKind{
	"subscribe": chat.Subscribe, "unsubscribe": chat.Unsubscribe,
	"scan": chat.Scan, "click": chat.Click,
	"view": chat.View, "view_miniprogram": chat.View,
	"location":      chat.Whereabouts,
	"scancode_push": chat.ScanCode, "scancode_waitmsg": chat.ScanCode,
	"pic_sysphoto": chat.MenuPicture, "pic_photo_or_album": chat.MenuPicture, "pic_weixin": chat.MenuPicture,
	"location_select":           chat.MenuLocation,
	"templatesendjobfinish":     chat.TemplateResult,
	"masssendjobfinish":         chat.MassResult,
	"subscribe_msg_sent_event":  chat.NoticeResult,
	"subscribe_msg_popup_event": chat.NoticeChange, "subscribe_msg_change_event": chat.NoticeChange,
	"user_authorization_cancellation": chat.EraseRequest,
}

// known are further events that carry all they say in Fields.
var known = map[string]bool{
	"kf_create_session": true, "kf_close_session": true, "kf_switch_session": true,
	"user_info_modified": true, "user_authorization_revoke": true,
	"qualification_verify_success": true, "qualification_verify_fail": true,
	"naming_verify_success": true, "naming_verify_fail": true,
	"annual_renew": true, "verify_expired": true, "publishjobfinish": true,
}

func (r *reader) settleEvent() {
	m := r.m
	name := strings.ToLower(wechat.Cut(chat.Clean(r.event), 64))
	if r.msgID != "" {
		r.field("MsgID", r.msgID)
	}
	if r.content != "" {
		r.field("Content", r.content)
	}
	m.Event = events[name]
	if m.Event == "" {
		m.Event, r.strange = chat.EventKind(name), !known[name]
	}
	switch m.Event {
	case chat.Subscribe:
		m.EventKey = strings.TrimPrefix(m.EventKey, "qrscene_")
	case chat.TemplateResult:
		if s, ok := m.Fields["Status"]; ok {
			m.Fields["Status"] = templateStatus(s)
		}
	case chat.View, chat.ScanCode, chat.MenuPicture, chat.NoticeChange:
		r.field("Event", name)
	}
}

// What TemplateResult's Fields["Status"] can be; anything else is as it came.
const (
	StatusSuccess = "success"
	StatusBlocked = "failed:user block"
	StatusFailed  = "failed:system failed"
)

// templateStatus evens out the spacing, which varies.
func templateStatus(s string) string {
	switch low := strings.ToLower(s); {
	case strings.Contains(low, "block"):
		return StatusBlocked
	case strings.HasPrefix(strings.TrimSpace(low), "success"):
		return StatusSuccess
	case strings.Contains(low, "failed"):
		return StatusFailed
	}
	return s
}

// createTime reads Unix seconds; the zero Time when there are none.
func createTime(s string) store.Time {
	sec, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || sec <= 0 || sec > 253402300799 {
		return store.Time{}
	}
	return store.At(time.Unix(sec, 0))
}

func degree(s string, limit float64) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(v >= -limit && v <= limit) {
		return 0
	}
	return v
}

func first(dst *string, s string) {
	if *dst == "" {
		*dst = s
	}
}
