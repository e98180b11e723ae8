package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/store"
)

// listPage is a list of cases.
type listPage struct {
	top
	Tab   string // mine, free, all, find
	Word  string // looked for
	Rows  []row
	Empty string // what to do when there is nothing
	Next  string // address of the next page
	Mine  int
	Free  int
}

// row is one case in a list.
type row struct {
	ID, No, Kind, Text, Guest, Room, State, Owner, At string
	Left                                              string
	Late, Major, Off                                  bool
}

const maxList = 100

// list is the cases: mine, nobody's, all that are open, or those looked for.
func (v *visit) list() error {
	p := listPage{top: v.top("待办"), Tab: v.c.Query("tab"), Word: strings.TrimSpace(clipWord(v.c.Query("q")))}
	var list []*ticket.Ticket
	var err error
	switch {
	case p.Word != "":
		p.Tab, p.Title = "find", "查 "+p.Word
		p.Empty = "没找到“" + p.Word + "”。可按编号、房号、手机尾号 4 位或姓名查。"
		list, err = v.Cases.Search(v.ctx, p.Word, maxList)
	case p.Tab == "free":
		p.Title, p.Empty = "没人接", "都有人接了。"
		list, err = v.Book.In(v.ctx, ticket.New, maxList)
	case p.Tab == "all":
		p.Title, p.Empty = "全部在办", "现在没有在办的事。客人打电话来的，点“代客登记”。"
		list, p.Next, err = v.openCases()
	default:
		p.Tab, p.Empty = "mine", "您手上没有单。看看“没人接”。"
		list, err = v.Cases.MineToDo(v.ctx, v.me.ID, maxList)
	}
	if err != nil {
		return err
	}
	for _, t := range list {
		p.Rows = append(p.Rows, v.row(t))
	}
	if p.Mine, err = v.Book.Load(v.ctx, v.me.ID); err != nil {
		return err
	}
	if p.Free, err = v.Book.Ahead(v.ctx); err != nil {
		return err
	}
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "list", p)
	return nil
}

func clipWord(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "")); len(r) > 20 {
		return string(r[:20])
	}
	return strings.ToValidUTF8(s, "")
}

// openCases reads the page behind the case named in the address.
func (v *visit) openCases() (list []*ticket.Ticket, next string, err error) {
	var after *ticket.Ticket
	if id := v.c.Query("after"); id != "" && len(id) <= 100 {
		after, err = v.Book.Get(v.ctx, ticket.ID(id))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, "", err
		}
	}
	list, more, err := v.Cases.OpenCases(v.ctx, after)
	if more {
		next = "/in?tab=all&after=" + list[len(list)-1].ID
	}
	return list, next, err
}

func (v *visit) row(t *ticket.Ticket) row {
	c := v.clock(t)
	r := row{
		ID: t.ID, No: t.No, Kind: v.Cases.KindTitle(t), Text: t.Matter, Guest: t.Guest.Name, Room: t.Room,
		State: v.Cases.StateTitle(t), At: v.clockOf(t.Created), Late: c.Late, Off: c.Off, Left: c.Left,
		Major: t.Level == ticket.Major, Owner: "没人接",
	}
	if t.Owner != "" {
		r.Owner = v.Cases.Shown(t.Owner)
	} else if !t.IsOpen() {
		r.Owner = ""
	}
	if c.Off && t.State == ticket.Waiting {
		r.Left = "等客人"
	}
	return r
}

// deadPage is what did not arrive.
type deadPage struct {
	top
	Rows []deadRow
	Next string
}

type deadRow struct {
	ID, Ticket, No, Who, Text, Reason, At string
	Staff                                 bool
}

const deadSize = 50

// dead lists what could not be delivered, with 重发.
func (v *visit) dead() error {
	p := deadPage{top: v.top("没送到")}
	var after *delivery.Delivery
	if id := v.c.Query("after"); id != "" && len(id) <= 512 {
		d, err := v.Out.Get(v.ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		after = d
	}
	list, err := v.Out.Dead(v.ctx, after, deadSize)
	if err != nil {
		return err
	}
	for _, d := range list {
		r, err := v.deadRow(d)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, r)
	}
	if len(list) == deadSize {
		p.Next = list[len(list)-1].ID
	}
	p.Said = v.sessions.PopString(v.ctx, sessionSaid)
	v.page(http.StatusOK, "dead", p)
	return nil
}

func (v *visit) deadRow(d *delivery.Delivery) (deadRow, error) {
	r := deadRow{ID: d.ID, Ticket: d.Ticket, Who: "客人", At: v.clockOf(d.Lost), Staff: d.Customer == ""}
	r.Reason, _ = statusOf(d)
	r.Text = clip(d.Content.Plain(), 60)
	if c := d.Content.Card; c != nil {
		r.Text = "卡片：" + clip(c.Title, 40)
	}
	if r.Staff {
		r.Who = "同事"
		if d.To.Channel == chat.Robot {
			r.Who = "群"
		} else if p, ok := v.Roster.ByWecom(d.To.User); ok {
			r.Who = p.ShownAs
		}
	}
	if d.Ticket == "" {
		return r, nil
	}
	t, err := v.Book.Get(v.ctx, ticket.ID(d.Ticket))
	if errors.Is(err, store.ErrNotFound) {
		r.Ticket = ""
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.No = t.No
	if !r.Staff && t.Guest.Name != "" {
		r.Who = t.Guest.Name
	}
	return r, nil
}

// deadAgain sends one of them again.
func (v *visit) deadAgain() error {
	if err := v.parse(); err != nil {
		return err
	}
	id := v.c.Request.PostForm.Get("sent")
	if len(id) > 512 {
		return errGone
	}
	if err := v.sendAgain(id); err != nil {
		return err
	}
	if v.scripted() {
		v.json(http.StatusOK, answer{OK: true, Say: "已再发一次。"})
		return nil
	}
	v.sessions.Put(v.ctx, sessionSaid, "已再发一次。")
	return v.redirect("/dead")
}

// newPage is the form for what customers tell us otherwise (代客登记).
type newPage struct {
	top
	Once           string
	Kinds, Sources []chat.Option
	Failed         string
	Typed          map[string]string
}

func (v *visit) newPage() newPage {
	p := newPage{top: v.top("代客登记"), Once: rand.Text(), Typed: map[string]string{"kind": string(ticket.Complaint), "source": "phone"}}
	for _, k := range v.Pack().Kinds {
		p.Kinds = append(p.Kinds, chat.Option{Key: k.ID, Label: k.Title})
	}
	for _, c := range v.Pack().General.Sources {
		if c.ID != "wechat" {
			p.Sources = append(p.Sources, chat.Option{Key: c.ID, Label: c.Title})
		}
	}
	return p
}

func (v *visit) blank() error {
	p := v.newPage()
	p.Typed["room"] = clipWord(v.c.Query("room"))
	v.page(http.StatusOK, "new", p)
	return nil
}

// record opens the case. The form's own name makes pressing twice open one case.
func (v *visit) record() error {
	if err := v.parse(); err != nil {
		return err
	}
	r, say := v.recorded()
	var t *ticket.Ticket
	if say == "" {
		var err error
		var no casework.Refusal
		t, err = v.Cases.Record(v.ctx, v.me.ID, r)
		if errors.As(err, &no) {
			say = no.Say
		} else if err != nil {
			return err
		}
	}
	if say != "" {
		return v.notRecorded(say)
	}
	to := "/t/" + t.ID
	if v.scripted() {
		v.json(http.StatusOK, answer{OK: true, Say: to, Act: "go"})
		return nil
	}
	v.sessions.Put(v.ctx, sessionSaid, "已立单 "+t.No+"。")
	return v.redirect(to)
}

func (v *visit) notRecorded(say string) error {
	if v.scripted() {
		v.json(http.StatusUnprocessableEntity, answer{Say: say, Act: "new"})
		return nil
	}
	p := v.newPage()
	p.Failed = say
	for _, k := range []string{"kind", "source", "room", "name", "phone", "text", "reply"} {
		p.Typed[k] = v.text(k)
	}
	v.page(http.StatusUnprocessableEntity, "new", p)
	return nil
}

// recorded reads the form; say is what is wrong with it.
func (v *visit) recorded() (r casework.Recorded, say string) {
	r = casework.Recorded{
		Cause: "page/" + v.me.ID + "/" + v.field("once"), Kind: ticket.Kind(v.field("kind")), Source: v.field("source"),
		Room: v.field("room"), Name: v.field("name"), Phone: v.field("phone"), Words: v.text("text"),
	}
	p := v.newPage()
	has := func(of []chat.Option, key string) bool {
		for _, o := range of {
			if o.Key == key {
				return true
			}
		}
		return false
	}
	if reply := v.field("reply"); reply != "" {
		at, err := time.ParseInLocation("2006-01-02T15:04", reply, v.Calendar.Location())
		if err != nil || !at.After(v.Now()) {
			return r, "要求回复的日期已经过了，改一下。"
		}
		r.ReplyBy = at
	}
	switch {
	case v.field("once") == "" || !has(p.Kinds, string(r.Kind)):
		return r, "选一下是哪一类事。"
	case !has(p.Sources, r.Source):
		return r, "选一下来源：客人是打电话、当面，还是别处来的。"
	case r.Words == "":
		return r, "写上客人说的话。如：1208 水龙头漏水"
	case (r.Source == "12315" || r.Source == "12345") && r.ReplyBy.IsZero():
		return r, r.Source + " 转来的要写要求回复的日期。"
	case r.Phone != "" && !isPhone(r.Phone):
		return r, "电话像是少了几位，再看看。"
	}
	return r, ""
}

func isPhone(s string) bool {
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c != '-' && c != '+' && c != ' ':
			return false
		}
	}
	return digits >= 7 && digits <= 15
}
