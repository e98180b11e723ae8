package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kefu/bot/ticket"
	"kefu/bot/wechat/sim"
	"kefu/store"
)

// State is everything the page shows, for the customer, colleague and case that
// were chosen on it.
type State struct {
	Tag       string          `json:"tag"` // changes with anything in it
	Run       string          `json:"run"` // changes with --fresh
	Now       int64           `json:"now"` // of the clock, UTC ms
	Today     string          `json:"today"`
	Jumps     []jump          `json:"jumps"`
	Jumped    Jumped          `json:"jumped"`
	Customers []customerRow   `json:"customers"`
	Phone     sim.Phone       `json:"phone"`
	Menu      json.RawMessage `json:"menu,omitempty"`
	Staff     []staffRow      `json:"staff"`
	Inbox     []sim.Item      `json:"inbox"`
	InboxOf   string          `json:"inbox_of"`
	Groups    []group         `json:"groups"`
	Cases     []caseRow       `json:"cases"`
	Case      *caseFull       `json:"case,omitempty"`
	Knobs     []knob          `json:"knobs"`
	Calls     []call          `json:"calls"`
	Words     string          `json:"words"` // file in which to change what the bot says
}

type customerRow struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Tier      string `json:"tier"`
	Note      string `json:"note"`
	Following bool   `json:"following"`
	Last      int64  `json:"last"` // seq of the newest bubble from the account
}

type staffRow struct {
	ID   string  `json:"id"`
	Name string  `json:"name"`
	Job  string  `json:"job"`
	On   bool    `json:"on"`   // hours of duty cover now
	Seqs []int64 `json:"seqs"` // of what the app sent lately, oldest first
}

type group struct {
	Key   string        `json:"key"`
	Title string        `json:"title"`
	Lines []sim.Message `json:"lines"`
}

type caseRow struct {
	ID      string `json:"id"`
	No      string `json:"no"`
	Title   string `json:"title"`
	Who     string `json:"who"`
	Where   string `json:"where,omitempty"`
	State   string `json:"state"` // new, working, waiting, resolved, closed: for colours only
	Says    string `json:"says"`  // the state in words
	Owner   string `json:"owner,omitempty"`
	Promise string `json:"promise,omitempty"`
	Until   int64  `json:"until,omitempty"` // of the promise, UTC ms
	Major   bool   `json:"major,omitempty"`
}

type caseFull struct {
	caseRow
	Full    string  `json:"full"`
	Kind    string  `json:"kind"`
	Matter  string  `json:"matter"`
	Link    string  `json:"link,omitempty"`
	Result  string  `json:"result,omitempty"`
	Rating  string  `json:"rating,omitempty"`
	History []event `json:"history"`
}

type event struct {
	At    string `json:"at"`
	Who   string `json:"who"`
	What  string `json:"what"`
	Text  string `json:"text,omitempty"`
	Side  string `json:"side"`  // customer, answer, inner, clock
	Shown bool   `json:"shown"` // the customer reads it in the progress
}

// call is one request between the program and the platforms, either way.
type call struct {
	At   string `json:"at"`
	Way  string `json:"way"` // in: pushed to us, out: we called
	Name string `json:"name"`
	Came string `json:"came"` // what came of it, in words
	Bad  bool   `json:"bad,omitempty"`
	Took int64  `json:"took"` // ms
	seq  time.Time
}

const (
	maxShown = 80 // bubbles and items
	maxSeqs  = 60
	maxCalls = 60
)

// look is what the page has chosen.
type look struct{ customer, staff, ticket string }

// state is what the page shows now.
func (d *Demo) state(ctx context.Context, l look) State {
	list, _ := d.cases(ctx)
	v := State{
		Tag: d.stamp(ctx), Run: d.notes.Run, Now: d.clock.now().UnixMilli(), Today: d.today(), Jumps: jumps,
		Customers: d.customers(), Phone: d.sim.Phone(account, l.customer), Menu: d.sim.Menu(account),
		Staff: d.staff(), Inbox: tail(d.sim.Inbox(l.staff), maxShown), InboxOf: l.staff, Knobs: d.knobs(), Calls: d.calls(),
		Words: d.words, Cases: []caseRow{}, Groups: []group{},
	}
	v.Jumped, _ = d.jumped.get()
	v.Phone.Bubbles = tail(v.Phone.Bubbles, maxShown)
	for _, g := range []group{{Key: "staff", Title: "客服群"}, {Key: "escalation", Title: "升级群"}} {
		g.Lines = tail(d.sim.Group(g.Key), maxShown)
		v.Groups = append(v.Groups, g)
	}
	for _, t := range list {
		v.Cases = append(v.Cases, d.row(t))
		if t.ID == l.ticket {
			full := d.full(t)
			v.Case = &full
		}
	}
	return v
}

// stamp changes with everything the page shows, but for the running of the clock.
func (d *Demo) stamp(ctx context.Context) string {
	_, cases := d.cases(ctx)
	_, rev := d.jumped.get()
	return fmt.Sprintf("%d.%d.%d.%t.%s", d.sim.Version(), rev, d.clock.ahead(), d.store.left() > 0, cases)
}

func tail[T any](list []T, n int) []T { return list[max(0, len(list)-n):] }

var weekdays = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

func (d *Demo) today() string {
	now := d.clock.now().In(d.clock.zone)
	return fmt.Sprintf("%d 月 %d 日 %s", int(now.Month()), now.Day(), weekdays[now.Weekday()])
}

// customers are those of the beginning in their order, then who came since.
func (d *Demo) customers() []customerRow {
	var rows []customerRow
	known := map[string]bool{}
	add := func(p person, v sim.Phone) {
		known[p.OpenID] = true
		row := customerRow{ID: p.OpenID, Name: p.Name, Tier: p.Tier, Note: p.Note, Following: v.Following}
		for _, b := range d.sim.Phone(account, p.OpenID).Bubbles {
			if b.From == sim.FromAccount {
				row.Last = b.Seq
			}
		}
		rows = append(rows, row)
	}
	all := map[string]sim.Phone{}
	list := d.sim.Customers(account)
	for _, v := range list {
		all[v.OpenID] = v
	}
	for _, p := range customers {
		add(p, all[p.OpenID])
	}
	for _, v := range list {
		if !known[v.OpenID] && v.Name != "" && len(rows) < maxPeople {
			add(person{OpenID: v.OpenID, Name: v.Name, Tier: "新客", Note: "您加的客人"}, v)
		}
	}
	return rows
}

func (d *Demo) staff() []staffRow {
	var rows []staffRow
	now := d.clock.now()
	for _, p := range d.app.Roster.All() {
		row := staffRow{ID: p.WecomID, Name: p.ShownAs, Job: jobs[p.ID], On: p.OnDuty(now), Seqs: []int64{}}
		for _, i := range d.sim.Inbox(p.WecomID) {
			if i.From == sim.FromApp && !i.Passive {
				row.Seqs = append(row.Seqs, i.Seq)
			}
		}
		row.Seqs = tail(row.Seqs, maxSeqs)
		rows = append(rows, row)
	}
	return rows
}

func (d *Demo) row(t *ticket.Ticket) caseRow {
	row := caseRow{
		ID: t.ID, No: t.No, Title: t.Title, Who: t.Guest.Name, State: string(t.State), Says: d.app.Cases.StateTitle(t),
		Major: t.Level == ticket.Major,
	}
	if row.Title == "" {
		row.Title = d.app.Cases.KindTitle(t)
	}
	if row.Who == "" {
		row.Who = d.nameOf(t)
	}
	if t.Room != "" {
		row.Where = t.Room
	}
	if t.Owner != "" {
		row.Owner = d.app.Roster.Shown(t.Owner)
	}
	if at := t.Bound(); t.IsOpen() && !at.IsZero() && t.Clocks.Stopped.IsZero() {
		row.Promise, row.Until = d.hour(at.Time()), at.Time().UnixMilli()
	}
	return row
}

// nameOf is who a customer is on the page when their file does not say.
func (d *Demo) nameOf(t *ticket.Ticket) string {
	_, openid := t.Who.Split()
	if p := d.sim.Phone(account, openid); p.Name != "" {
		return p.Name
	}
	return "客人"
}

func (d *Demo) full(t *ticket.Ticket) caseFull {
	v := caseFull{
		caseRow: d.row(t), Full: t.Full, Kind: d.app.Cases.KindTitle(t), Matter: t.Matter, Result: t.Result, History: []event{},
	}
	if d.app.Cases.Link != nil {
		v.Link = d.app.Cases.Link(t.TicketID())
	}
	if t.Rating != nil {
		v.Rating = d.app.Pack().General.Ratings[fmt.Sprint(t.Rating.Score)]
	}
	for _, e := range tail(t.History, maxShown) {
		v.History = append(v.History, d.event(t, e))
	}
	return v
}

// deeds are what happened to a case, in words.
var deeds = map[string]string{
	ticket.Opened: "立单", ticket.Said: "说", ticket.Answer: "答", ticket.Noted: "备注", ticket.Took: "接单",
	ticket.Given: "派给", ticket.Helping: "协办", ticket.Moved: "转给", ticket.Climbed: "升级到", ticket.WaitsFor: "等客人",
	ticket.GoesOn: "继续办", ticket.Promises: "承诺", ticket.Broke: "承诺过了点", ticket.UrgedBy: "催办", ticket.SolvedAs: "办结",
	ticket.Confirmed: "说可以了", ticket.ReopenedBy: "重开", ticket.Rated: "评价", ticket.Ended: "关闭", ticket.Joined: "并单",
	ticket.Parted: "拆单", ticket.Relabeled: "改意图", ticket.Called: "致电", ticket.Undeliver: "没送到", ticket.Revealed: "看了电话",
}

func (d *Demo) event(t *ticket.Ticket, e ticket.Event) event {
	v := event{At: d.hour(e.At.Time()), What: deeds[e.What], Text: e.Text, Shown: e.Line != "", Side: "inner"}
	switch e.Who {
	case ticket.ByCustomer:
		v.Who, v.Side = d.row(t).Who, "customer"
	case ticket.ByBot:
		v.Who, v.Side = "小栖", "answer"
	case ticket.BySystem:
		v.Who, v.Side = "到点", "clock"
	default:
		v.Who = d.app.Roster.Shown(e.Who)
		if e.What == ticket.Answer {
			v.Side = "answer"
		}
	}
	if e.What == ticket.Opened {
		v.Side = "inner"
	}
	if e.What == ticket.Rated {
		if said := d.app.Pack().General.Ratings[e.Text]; said != "" {
			v.Text = said
		}
	}
	return v
}

// names are calls and pushes in words.
var names = map[string]string{
	"message/custom/send": "发客服消息", "message/custom/typing": "显示正在输入", "message/template/send": "发服务通知",
	"message/send": "发应用消息", "message/update_template_card": "改卡片", "webhook/send": "群机器人发言",
	"stable_token": "取公众号令牌", "token": "取公众号令牌", "gettoken": "取企业微信令牌", "user/info": "查客人",
	"media/get": "取图片语音", "media/upload": "传图片", "menu/create": "设底部菜单", "auth/getuserinfo": "员工登录",
	"oauth2/authorize": "登录页", "picture": "看图片", "text": "文字", "image": "图片", "voice": "语音", "location": "位置",
	"subscribe": "关注", "unsubscribe": "取消关注", "SCAN": "扫码", "CLICK": "点菜单", "VIEW": "点菜单网页",
	"template_card_event": "按卡片", "enter_agent": "打开应用", "click": "点应用菜单", "TEMPLATESENDJOBFINISH": "服务通知结果",
	"sns/oauth2/access_token": "客人登录", "qrcode/create": "做二维码",
}

func named(s string) string {
	if n := names[s]; n != "" {
		return n
	}
	return s
}

// platforms are who is at the other end.
var platforms = map[string]string{"oa": "公众号", "wecom": "企业微信", "robot": "群机器人"}

var outcomes = map[string]string{
	sim.Waiting: "等回应", sim.Taken: "收到", sim.Replied: "当场回复", sim.Failed: "没人应", sim.NotGiven: "暂停推送", sim.Dropped: "没推成",
}

// calls are the latest requests of both directions, newest first.
func (d *Demo) calls() []call {
	var all []call
	for _, c := range tail(d.sim.Calls(), maxCalls) {
		v := call{At: d.second(c.At), Way: "out", Name: platforms[c.Platform] + " · " + named(c.Name), Came: "成功", Took: c.Took, seq: c.At}
		if c.Code != 0 {
			v.Came, v.Bad = fmt.Sprintf("错误 %d", c.Code), true
		}
		for _, f := range c.Faults {
			if f == sim.Slow {
				v.Came += " · 慢"
			}
		}
		all = append(all, v)
	}
	for _, p := range tail(d.sim.Pushes(), maxCalls) {
		v := call{At: d.second(p.At), Way: "in", Name: platforms[p.Platform] + " · " + named(p.Kind), Came: outcomes[p.Outcome], seq: p.At}
		for _, t := range p.Tries {
			v.Took += t.Took
		}
		if n := len(p.Tries); n > 1 {
			v.Came = fmt.Sprintf("%s（推了 %d 遍）", v.Came, n)
		}
		v.Bad = p.Outcome == sim.Failed || p.Outcome == sim.NotGiven
		all = append(all, v)
	}
	newestFirst(all)
	return all[:min(len(all), maxCalls)]
}

func (d *Demo) second(t time.Time) string { return store.At(t).In(d.clock.zone).Format("15:04:05") }
