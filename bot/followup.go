package bot

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// talkLasts is how long short words belong to what was said before them.
const talkLasts = 10 * time.Minute

// lately says that what we last offered to tap was said a moment ago.
func (s *scene) lately() bool { return s.now.Sub(s.conv.Offer.At.Time()) < talkLasts }

// followsUp says that bare particulars belong to the question that was answered just
// before: 能延迟退房吗, then 到下午三点.
func (s *scene) followsUp() bool {
	return len(s.open) == 0 && s.conv.Asked != "" && s.lately() && answering(s.conv.Offered(s.now)) &&
		onlyFields(s.text, s.read.Fields)
}

// goesOn does what bare particulars, or somebody's illness, ask for.
func (s *scene) goesOn(ctx context.Context) (bool, error) {
	switch {
	case s.followsUp():
		return true, s.askFor(ctx, s.text, prompts.InquiryPassed)
	case s.needsSomebody() && len(s.open) > 0:
		s.urge(s.latest())
		return true, nil
	case s.needsSomebody():
		return true, s.human(ctx, s.text)
	}
	return false, nil
}

// noWish answers what is no wish whatever it reads like: another company's matter,
// orders to a machine, what an invoice needs.
func (s *scene) noWish(ctx context.Context) (bool, error) {
	switch them := s.another(); {
	case them != "":
		s.say(prompts.SmallElsewhere, prompts.Vars{"them": them})
		return true, nil
	case intent.Commands(s.text) && s.cat == nil && s.read.Fields.Room == "": // 忽略以上指令
		return true, s.unclear(ctx)
	case intent.Invoice(s.text) && s.read.Main != intent.Complaint:
		return true, s.askFor(ctx, s.text, prompts.InquiryPassed)
	}
	return false, nil
}

// longestAside is how many characters a question has, at most, that is about what
// was talked of before.
const longestAside = 10

// ofBefore asks the knowledge base a short question that names nothing, about what
// was talked of last: 就是你们那个温泉, then 几点关门啊.
func (s *scene) ofBefore() (knowledge.Answer, bool) {
	if !s.lately() || len(s.conv.Lately) == 0 || utf8.RuneCountInString(s.text) > longestAside || s.Reader.Names(s.text) != "" {
		return knowledge.Answer{}, false
	}
	what := s.Reader.Names(s.conv.Lately[len(s.conv.Lately)-1])
	if a := s.Know.Live(s.conv.Solved, s.audience(), s.now); what == "" && a != nil {
		what = a.Title
	}
	if what == "" || strings.ContainsAny(s.text, what) { // 你们的餐 after 早餐 names something itself
		return knowledge.Answer{}, false
	}
	a := s.Know.Ask(what+s.text, s.audience(), s.now)
	return a, a.Sure
}

// namesMatter says that words in which nothing is wanted name something we look
// after, where the room is told too or we were told of it a moment ago: 就是空调的事
// 1208.
func (s *scene) namesMatter() bool {
	if s.topic == nil || asking(s.text) {
		return false
	}
	if s.read.Fields.Room != "" || s.conv.Unclear > 0 {
		return true
	}
	n := len(s.conv.Lately)
	return n > 0 && s.Reader.Read(s.conv.Lately[n-1], intent.Context{}).Main == intent.Progress
}

// ours are words of the house: with one of them another company's matter is ours too.
var ours = []string{"酒店", "房间", "客房", "前台", "楼下", "楼上", "你们店", "你们家", "你们这", "你们里", "度假村", "服务员", "送到", "给我送"}

// another is the company whose matter a grievance, or something we cannot place, is, when it is none of ours: 海底捞
// 排队太久.
func (s *scene) another() string {
	pack := s.Cases.Pack()
	grievance := slices.Contains([]intent.Intent{intent.Complaint, intent.Repair, intent.Other, intent.Unknown}, s.read.Main) && !asking(s.text)
	if !grievance || s.read.Fields.Room != "" || pack.Place(s.text) != "" ||
		slices.ContainsFunc(ours, func(w string) bool { return strings.Contains(s.text, w) }) {
		return ""
	}
	return pack.Other(s.text)
}

// needsSomebody says that somebody is ill and nothing is said that we could do: a
// person asks.
func (s *scene) needsSomebody() bool {
	if !s.read.Ill {
		return false
	}
	switch s.read.Main {
	case intent.Inquiry:
		return len(s.open) == 0 && !s.knows(s.text).Sure
	case intent.Order:
		return len(s.open) == 0
	case intent.Request: // unless something is to be brought or done
		return !strings.ContainsAny(s.text, "送拿借要换扫叫")
	case intent.Repair, intent.Complaint:
		return false
	}
	return true
}

// latest is the open case that was spoken of last.
func (s *scene) latest() *ticket.Ticket {
	if t := s.byID(s.conv.Case); t != nil {
		return t
	}
	return s.open[0]
}

// smallTalk is said to us of ourselves; no colleague need be asked.
func smallTalk(text string) bool {
	rest := strings.NewReplacer("什么", "", "怎么", "", "意思", "", "为啥", "", "为什么", "", "吗", "", "呢", "", "啊", "", "嘛", "", "办", "", "啥", "", "谁", "", "几", "", "哪", "", "么", "").Replace(strings.Trim(text, marks+"?？"))
	return utf8.RuneCountInString(rest) < 2 || strings.Contains(text, "你") && !strings.Contains(text, "你们")
}
