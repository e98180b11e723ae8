package bot

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/bot/ticket"
	"kefu/prompts"
)

func (s *scene) audience() knowledge.Audience {
	return audienceOf(s.guest.VIP)
}

func audienceOf(vip bool) knowledge.Audience {
	if vip {
		return knowledge.VIP
	}
	return knowledge.Everyone
}

// known answers from the knowledge base, or lets choose between answers that fit
// alike; false when we do not know. sure lets only a clear answer pass.
func (s *scene) known(sure bool) bool {
	if s.text == "" || s.sensitive() {
		return false
	}
	a := s.knows(s.text)
	if about, ok := s.ofBefore(); ok && !a.Sure {
		a = about
	}
	switch {
	case a.Sure:
		s.tell(a.Best)
		return true
	case s.fromMind():
		return true
	case sure || len(a.Several) == 0:
		return false
	}
	var options []chat.Option
	for _, article := range a.Several {
		options = append(options, chat.Option{Label: article.Label(), Key: "kb:" + article.ID})
	}
	s.conv.Asked = s.text
	key := prompts.InquiryChoose
	if len(options) == 1 {
		key = prompts.InquiryOne
	}
	s.say(key, prompts.Vars{"options": options})
	return true
}

// knows asks the knowledge base, once for the same words.
func (s *scene) knows(text string) knowledge.Answer {
	if who := s.audience(); s.knew == nil || s.knew.text != text || s.knew.who != who {
		s.knew = &known{text, who, s.Know.Ask(text, who, s.now)}
	}
	return s.knew.answer
}

// known is a question and what the knowledge base answers to it.
type known struct {
	text   string
	who    knowledge.Audience
	answer knowledge.Answer
}

// sensitive says that a major case is open: then nothing is answered automatically.
func (s *scene) sensitive() bool {
	for _, t := range s.open {
		if t.Level == ticket.Major {
			return true
		}
	}
	return false
}

// tell says what an article says.
func (s *scene) tell(a *knowledge.Article) {
	answer := a.Answer
	if a.Link != "" && !strings.Contains(answer, a.Link) {
		answer += "\n" + a.Link
	}
	s.conv.Solved = a.ID
	if s.text != "" {
		s.conv.Asked = s.text
	}
	s.say(prompts.InquiryAnswer, prompts.Vars{"answer": answer})
}

// inquiry answers a question, or says that it will be asked.
func (s *scene) inquiry(ctx context.Context) error {
	if s.known(false) {
		return nil
	}
	switch {
	case asking(s.text):
		return s.askFor(ctx, s.text, prompts.InquiryUnknown)
	case foreign(s.text):
		return s.askFor(ctx, s.text, prompts.InquiryForeign)
	}
	return s.askFor(ctx, s.text, prompts.InquiryPassed)
}

// asking says that a text asks something, rather than telling what we asked for.
func asking(text string) bool {
	if strings.ContainsAny(text, "吗么呢嘛怎咋哪几谁何啥") || strings.ContainsAny(text, "?？") && !foreign(text) {
		return true
	}
	return intent.Either(text) || slices.ContainsFunc([]string{"多少", "多久", "多长", "多大", "多远", "有没有", "能不能", "可不可以", "是不是", "会不会", "要不要", "行不行", "可否", "是否", "不知道", "请问", "想问"}, func(w string) bool {
		return strings.Contains(text, w)
	})
}

// foreign says that a text has words of another language, and none that are
// Chinese alone.
func foreign(text string) bool {
	return strings.ContainsFunc(text, unicode.IsLetter) && !strings.ContainsFunc(text, isHan) ||
		strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Hangul) })
}

// answering says that the last we said was an article.
func answering(offered []chat.Option) bool {
	return slices.ContainsFunc(offered, func(o chat.Option) bool { return o.Key == "faq:no" })
}

// askFor opens a case for a question we have no answer to, and says so in the
// words of that key.
func (s *scene) askFor(ctx context.Context, question, key string) error {
	near := s.knows(question).Near
	in := casework.Intake{Words: question, Matter: strings.TrimSpace(question), Near: near.String()}
	if near.Article != nil {
		in.NearID = near.Article.ID
	}
	if key == prompts.InquiryPassed && s.conv.Asked != "" {
		in.Matter = s.conv.Asked + "：" + in.Matter
		if s.cat == nil {
			s.cat, s.topic = s.Cases.Pack().Match(s.conv.Asked)
		}
	}
	t, err := s.draft(ctx, ticket.Inquiry, in)
	if err != nil {
		return err
	}
	s.begin(t)
	if key != prompts.InquiryPassed {
		s.effect(conversation.Effect{Missed: question})
	}
	s.say(key, prompts.Vars{
		"question": s.Reader.Question(question), "dept": s.Cases.DeptTitle(t.Dept), "by": s.Cases.Until(t.Bound()), "no": t.No,
	})
	return nil
}

// unsolved is 没解决 or 都不是: a person answers, and nothing is asked again.
func (s *scene) unsolved(ctx context.Context) error {
	question, key := s.conv.Asked, prompts.InquiryUnknown
	if s.conv.Solved != "" {
		key = prompts.InquiryUnsolved
	}
	s.conv.Solved, s.conv.Asked = "", ""
	if question == "" {
		return s.human(ctx, s.Words.Line(prompts.StaffMatterUnsolved, nil))
	}
	s.read = s.Reader.Read(question, readAnew)
	s.cat, s.topic = s.Cases.Pack().Match(question)
	return s.askFor(ctx, question, key)
}
