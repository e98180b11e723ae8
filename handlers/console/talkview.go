package console

import (
	"slices"
	"strconv"
	"strings"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/store"
)

// entry is one thing in the conversation or the history.
type entry struct {
	Kind   string // guest, ours, bot: a bubble; note: for us only; line: something happened
	Name   string
	At     string
	Text   string
	Inner  bool // the customer does not see it
	File   *fileView
	Status string // what became of what was sent
	Lost   bool
	Again  string // delivery that can be sent again
	at     store.Time
}

// fileView is an attachment.
type fileView struct {
	URL, Name string
	Picture   bool
	Note      string // not there yet, lost
}

const maxTalk = 200 // entries of the conversation shown at once

// fillTalk makes conversation, notes and history of what happened and what was sent.
func (v *visit) fillTalk(p *casePage, t *ticket.Ticket, sent []*delivery.Delivery) {
	byID := map[string]*delivery.Delivery{}
	number := map[string]int{}
	for i, d := range sent {
		byID[d.ID], number[d.ID] = d, i+1
	}
	told := map[string]bool{}
	var talk []entry
	for _, e := range t.History {
		x := v.entryOf(t, e)
		if d := byID[e.Delivery]; d != nil {
			told[d.ID] = true
			if e.What == ticket.Answer {
				v.carried(&x, t, d, number[d.ID])
			}
		}
		p.Trail = append(p.Trail, v.trailOf(t, e, x))
		switch {
		case e.What == ticket.Noted:
			p.Notes = append(p.Notes, x)
			talk = append(talk, x)
		case !slices.Contains(quiet, e.What):
			talk = append(talk, x)
		}
	}
	for _, d := range sent {
		if x, ok := v.unlogged(t, d, told, number[d.ID]); ok {
			talk = append(talk, x)
		}
	}
	slices.SortStableFunc(talk, func(a, b entry) int { return a.at.Time().Compare(b.at.Time()) })
	p.Print.Talk = slices.Clone(talk)
	if n := len(talk) - maxTalk; n > 0 {
		talk, p.Older = talk[n:], n
	}
	p.Talk = talk
}

// quiet is what only the history shows.
var quiet = []string{ticket.Opened, ticket.Climbed, ticket.Revealed, ticket.Broke, ticket.Ended, ticket.Undeliver, ticket.GoesOn}

func (v *visit) entryOf(t *ticket.Ticket, e ticket.Event) entry {
	x := entry{Kind: "line", Name: v.nameOf(t, e.Who), At: v.clockOf(e.At), Text: e.Text, at: e.At, Inner: true}
	switch e.What {
	case ticket.Said:
		x.Kind, x.Inner = "guest", false
	case ticket.Answer:
		x.Kind, x.Inner = "ours", false
		if e.Who == ticket.ByBot {
			x.Kind = "bot"
		}
	case ticket.Noted:
		x.Kind = "note"
	default:
		x.Text = happened(e, x.Name)
		x.Inner = e.Line == "" && e.Who != ticket.ByCustomer
	}
	if e.File > 0 && e.File <= len(t.Files) {
		x.File = v.fileOf(t, e.File)
		x.Text = strings.TrimPrefix(x.Text, "［图片］")
	}
	return x
}

// happened says an event in a few words.
func happened(e ticket.Event, who string) string {
	after := func(s string) string {
		if e.Text == "" {
			return who + s
		}
		return who + s + "：" + e.Text
	}
	switch e.What {
	case ticket.Opened:
		return after("立单")
	case ticket.Took:
		return who + "接单"
	case ticket.Given:
		return "自动派给" + e.Text
	case ticket.Helping:
		return e.Text
	case ticket.Moved:
		return who + "转给" + e.Text
	case ticket.Climbed:
		return "没人动，已找" + e.Text
	case ticket.WaitsFor:
		if e.Who == ticket.BySystem {
			return e.Text
		}
		return after("等客人")
	case ticket.GoesOn:
		return "客人回话了，接着办"
	case ticket.Promises:
		return "承诺改到 " + e.Text
	case ticket.Broke:
		return "过了时限 " + e.Text
	case ticket.UrgedBy:
		return after("催了一下")
	case ticket.SolvedAs:
		return after("办结")
	case ticket.Confirmed:
		return who + "点了“可以了”"
	case ticket.ReopenedBy:
		return after("重开")
	case ticket.Rated:
		return who + "评价：" + e.Text
	case ticket.Ended:
		return "到时自动关闭"
	case ticket.Joined:
		return "并单 " + e.Text
	case ticket.Parted:
		return "从 " + e.Text + " 拆开"
	case ticket.Relabeled:
		return who + "把意图改成“" + e.Text + "”"
	case ticket.Called:
		return who + "致电：" + e.Text
	case ticket.Undeliver:
		return "没送到：" + e.Text
	case ticket.Revealed:
		return who + "看了完整电话"
	}
	return after("")
}

// trailOf is the same event in the history, where everything is a line.
func (v *visit) trailOf(t *ticket.Ticket, e ticket.Event, x entry) entry {
	switch x.Kind {
	case "guest", "ours", "bot":
		x.Text = x.Name + "：" + clip(x.Text, 80)
	case "note":
		x.Text = x.Name + "备注：" + x.Text
	}
	x.At = v.Calendar.Stamp(e.At.Time())
	x.Kind = "line"
	return x
}

func (v *visit) nameOf(t *ticket.Ticket, who string) string {
	switch who {
	case ticket.ByCustomer:
		if t.Guest.Name != "" {
			return t.Guest.Name
		}
		return "客人"
	case ticket.ByBot, "":
		return v.Pack().General.Bot
	case ticket.BySystem:
		return "系统"
	}
	return v.Cases.Shown(who)
}

// clockOf is the time of day; with the date when it was not today.
func (v *visit) clockOf(at store.Time) string {
	loc := v.Calendar.Location()
	a, b := at.In(loc), v.Now().In(loc)
	if a.YearDay() == b.YearDay() && a.Year() == b.Year() {
		return v.Calendar.At(at.Time())
	}
	return v.Calendar.Stamp(at.Time())
}

func (v *visit) fileOf(t *ticket.Ticket, n int) *fileView {
	f := t.Files[n-1]
	name := map[chat.Kind]string{chat.Image: "图片", chat.Voice: "语音", chat.Video: "视频"}[f.Kind]
	if name == "" {
		name = "文件"
	}
	x := &fileView{URL: "/t/" + t.ID + "/file/" + strconv.Itoa(n), Name: name, Picture: f.Kind == chat.Image}
	switch {
	case f.Lost != "":
		x.URL, x.Note = "", name+"："+f.Lost
	case f.ID == "":
		x.URL, x.Note = "", name+"正在取回"
	}
	return x
}

// carried adds what became of an answer.
func (v *visit) carried(x *entry, t *ticket.Ticket, d *delivery.Delivery, n int) {
	x.Status, x.Lost = statusOf(d)
	if x.Lost {
		x.Again = d.ID
	}
	if strings.HasPrefix(d.Content.Media, "file:") {
		x.File = &fileView{URL: "/t/" + t.ID + "/sent/" + strconv.Itoa(n), Name: "发出的图片", Picture: d.Content.Form == chat.AsImage}
		if d.Content.Form != chat.AsImage {
			x.File.Name = "发出的语音"
		}
		x.Text = ""
	}
}

// statusOf says what became of a delivery, in words, and whether somebody must
// see to it.
func statusOf(d *delivery.Delivery) (string, bool) {
	why := ""
	if d.Reason != "" {
		why = " · " + d.Reason
	}
	switch d.State {
	case delivery.Queued, delivery.Sending:
		return "正在发", false
	case delivery.Held:
		return "存着，客人一来信就发" + why, true
	case delivery.Failed, delivery.Dead:
		return "没送到" + why, true
	case delivery.Unknown:
		return "可能没送到 · 微信没有回话", true
	case delivery.Cancelled:
		return "没有发，已另行告知", false
	}
	for _, w := range d.Ways {
		if w.By == delivery.Template && !w.At.IsZero() && w.Reason == "" && w.Code == 0 {
			return "已发服务通知", false
		}
	}
	return "", false
}

// unlogged is what was said to the customer besides: by buttons and by the clock.
func (v *visit) unlogged(t *ticket.Ticket, d *delivery.Delivery, told map[string]bool, n int) (entry, bool) {
	if told[d.ID] || d.Customer != t.Who || d.To.Channel != chat.OA || d.For != "" || d.Content.Form == chat.AsTemplate {
		return entry{}, false
	}
	x := entry{Kind: "ours", Name: v.nameOf(t, d.From), At: v.clockOf(d.CreatedAt), at: d.CreatedAt}
	x.Text = strings.TrimPrefix(d.Content.Plain(), x.Name+"：")
	if d.From == ticket.ByBot || d.From == "" {
		x.Kind = "bot"
	}
	v.carried(&x, t, d, n)
	return x, true
}

func choices(of []desk.Choice) []chat.Option { return desk.Choices(of) }
