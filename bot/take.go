package bot

import (
	"context"
	"slices"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/intent"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// draft makes a case of what was read; add says what is special about it. Only
// its number is reserved: it is stored with the decision's effects.
func (s *scene) draft(ctx context.Context, k ticket.Kind, add casework.Intake) (*ticket.Ticket, error) {
	in := add
	in.Cause, in.Nth, in.Kind, in.Who, in.Guest = s.key, s.n, k, s.who, s.guest
	if in.Words == "" {
		in.Words = s.said()
	}
	if in.Matter == "" {
		in.Matter = s.Reader.Heard(s.text)
	}
	s.particulars(&in)
	if s.cat != nil && in.Category == "" {
		in.Category = s.cat.ID
		if in.Level == "" && s.cat.Level != "" {
			in.Level = ticket.Level(s.cat.Level)
		}
	}
	if s.read.Major {
		in.Alarms = s.read.MajorWords
		in.Level = ticket.Major
	}
	if s.read.Safety {
		in.Safety = true
	}
	if in.Guest.Phone == "" {
		in.Guest.Phone = s.read.Fields.Phone
	}
	if in.Level == "" && (s.read.Anger >= 0.7 || s.read.Ill) {
		in.Level = ticket.Serious
	}
	in.Times = 1 + s.before(k, in)
	if k == ticket.Complaint && in.Times >= s.Cases.Pack().General.Limits.MajorCount && in.Level != ticket.Major {
		in.Level = ticket.Major
	}
	for _, t := range s.open {
		in.Links = append(in.Links, t.TicketID())
	}
	in.Files = append(in.Files, s.shown()...)
	return s.Cases.Draft(ctx, in)
}

// particulars fills in place, order, product and thing where the intake leaves them open.
func (s *scene) particulars(in *casework.Intake) {
	set := func(to *string, v string) {
		if *to == "" {
			*to = v
		}
	}
	if (in.Kind == ticket.Repair || in.Kind == ticket.Request && lost(s.text)) && s.read.Fields.Room == "" {
		set(&in.Room, s.Cases.Pack().Place(s.text))
	}
	set(&in.Room, s.room())
	set(&in.OrderNo, s.read.Fields.Order)
	set(&in.Product, s.read.Fields.Product)
	if s.topic != nil {
		set(&in.Thing, s.topic.Title)
	}
	set(&in.Thing, s.read.Thing)
	if in.Slots == nil {
		in.Slots = s.slots(in.Kind)
	}
	set(&in.Guest.Name, in.Slots["name"])
}

// before is how often the customer came with the same matter, or about the same
// order, within the time of the pack.
func (s *scene) before(k ticket.Kind, in casework.Intake) int {
	n := 0
	for _, t := range append(append([]*ticket.Ticket{}, s.open...), s.ended...) {
		same := t.Category == in.Category || in.OrderNo != "" && t.OrderNo == in.OrderNo
		if t.Kind == k && k == ticket.Complaint && same && s.now.Sub(t.Created.Time()) < s.Cases.Pack().Incident.Again.Within {
			n += t.Times
		}
	}
	return n
}

// begin records that the case opens with this decision.
func (s *scene) begin(t *ticket.Ticket) {
	s.conv.Case, s.conv.Unclear = t.TicketID(), 0
	s.effect(conversation.Effect{Open: t, OpenID: t.ID})
	if p := s.read.Fields.Phone; p != "" && s.guest.Phone == "" {
		s.learn(customer.Change{Phone: p})
	}
}

// take opens a case of a kind and says what happens now: what we heard, who does
// what until when, at most one question.
func (s *scene) take(ctx context.Context, k ticket.Kind) error {
	if k == ticket.Complaint && s.alarming() {
		return s.alarm(ctx)
	}
	t, err := s.draft(ctx, k, casework.Intake{})
	if err != nil {
		return err
	}
	s.begin(t)
	v := s.vars(t)
	switch {
	case k == ticket.Complaint && t.Guest.VIP:
		s.sayVIP(t, v)
	case k == ticket.Complaint && t.Level == ticket.Major:
		s.sayMajor(t)
	case k == ticket.Praise:
		s.say(prompts.SmallPraise, prompts.Vars{"dept": s.Cases.DeptTitle(t.Dept)})
	case k == ticket.Proposal:
		s.say(prompts.ProposalTaken, v)
	case k == ticket.Request:
		s.sayRequest(t, v)
	default:
		s.sayTaken(t, v)
	}
	return nil
}

var takenKeys = map[ticket.Kind][2]string{ // everything known; the room is asked
	ticket.Complaint: {prompts.ComplaintKnown, prompts.ComplaintAskedRoom},
	ticket.Repair:    {prompts.RepairTaken, prompts.RepairAskRoom},
	ticket.Order:     {prompts.OrderTaken, prompts.OrderTaken},
}

// sayTaken is the reply to a complaint, a repair, an order.
func (s *scene) sayTaken(t *ticket.Ticket, v prompts.Vars) {
	ask := s.ask(t)
	if ask == nil && s.confirms(t) {
		return
	}
	keys := takenKeys[t.Kind]
	key := keys[0]
	v["echo"] = s.echo()
	if s.read.Main == intent.Unknown || s.read.Main == intent.Other {
		v["echo"] = "" // 就是这里
	}
	if s.topic != nil {
		v["sorry"] = s.topic.Sorry
	}
	if s.read.Thing != "" || s.cat != nil && s.cat.ID != "other" {
		v["heard"] = v["echo"]
	}
	if ask != nil {
		if ask.Key != "" && ask.ID == "room" {
			key = keys[1]
		} else {
			v["question"], v["options"] = ask.Text, slotOptions(t.No, ask)
		}
	}
	if v["echo"] == "" && t.Kind == ticket.Complaint {
		v["echo"] = s.Words.Line(prompts.ComplaintEcho, nil)
	}
	s.say(key, v)
}

// echo is what the customer told, fit to be said back: none of what we must not
// say ourselves, and no orders to a machine.
func (s *scene) echo() string {
	heard := s.Reader.Heard(s.text)
	if !s.Cases.Pack().Allowed(heard).OK() || intent.ToMachine(heard) {
		return ""
	}
	return heard
}

// sayVIP asks nothing and names nobody's level.
func (s *scene) sayVIP(t *ticket.Ticket, v prompts.Vars) {
	v["guest"] = t.Guest.Name
	v["echo"] = s.vipEcho(s.echo())
	v["manager"] = s.Cases.Calls(s.Cases.Manager().ID)
	if butler := s.Cases.Butler(t); butler.ID != "" {
		v["butler"] = butler.ShownAs
		s.say(prompts.VIPComplaint, v)
		return
	}
	s.say(prompts.VIPManager, v)
}

func (s *scene) vipEcho(heard string) string {
	if heard == "" {
		return s.Words.Line(prompts.VipEcho, nil)
	}
	return heard
}

// sayRequest is the reply to 送水, 打扫.
func (s *scene) sayRequest(t *ticket.Ticket, v prompts.Vars) {
	item, verb := wanted(s.text)
	v["item"], v["verb"] = item, verb
	switch {
	case t.Room == "" && s.ask(t) != nil:
		s.say(prompts.RequestAskRoom, v)
	case t.Room == "":
		s.say(prompts.CaseAdded, v)
	case strings.Contains(s.text, "扫") || strings.Contains(s.text, "打理"):
		s.say(prompts.RequestClean, v)
	case lost(s.text), item == yours && lost(s.conv.Asked): // told after we said how to find things
		s.say(prompts.RequestFind, v)
	case errand(s.text, item):
		s.say(prompts.RequestDo, v)
	default:
		s.say(prompts.RequestTaken, v)
	}
}

// lost says that something was left behind and is to be found.
func lost(text string) bool { return strings.ContainsAny(text, "落丢忘找掉") }

// yours is what stands for a thing that has no short name.
const yours = "您要的"

// errand says that what is wanted is done rather than brought: 叫醒, 换房, 叫车.
func errand(text, item string) bool {
	if strings.ContainsAny(item, "我你想叫换改开关调") {
		return true
	}
	return slices.ContainsFunc([]string{"叫醒", "叫早", "车去", "打车", "约车", "用车", "接机", "送机", "接站", "送站", "送我", "接我", "退房", "续住", "续房", "搬", "寄", "取", "熨", "布置", "转告", "留言", "预留"}, func(w string) bool {
		return strings.Contains(text, w)
	})
}

// wanted is what somebody wants to have brought, and how we say that we do it.
func wanted(text string) (item, verb string) {
	item = strings.TrimSpace(text)
	for _, w := range []string{"麻烦", "唔该", "上嚟", "俾我", "帮我", "帮忙", "请", "给我", "能不能", "可以", "我要", "我想要", "需要", "再", "送来", "送到房间", "送", "拿", "来", "到房间", "一下", "吗", "谢谢", "吧", "。", "，", "？", "?", ",", "!", "！"} {
		item = strings.ReplaceAll(item, w, "")
	}
	item = strings.TrimSpace(strings.Trim(item, "0123456789 到房间号"))
	for _, w := range []string{"能", "点", "些", "个"} { // 能送点热水吗
		if w != "点" || !strings.HasPrefix(item, "点心") {
			item = strings.TrimPrefix(item, w)
		}
	}
	if n := len([]rune(item)); n == 0 || n > 10 {
		item = yours
	}
	return item, "送"
}

// recent are the customer's last three lines, for one who is asked to look.
func (s *scene) recent() []string {
	var all []string
	for _, m := range s.msgs {
		if t := strings.TrimSpace(m.Text); t != "" {
			all = append(all, t)
		}
	}
	return append(append([]string{}, s.conv.Lately...), all...)
}
