package bot

import (
	"strings"

	"kefu/bot/chat"
	"kefu/bot/intent"
)

// beside are the words that begin another matter in the same message.
var beside = []string{"另外", "顺便", "还有就是", "对了", "再问一下", "再问下", "还想问"}

// setAside takes a question that stands beside something else out of the text:
// 空调坏了，另外早餐几点. It is answered besides, if we know the answer.
func (s *scene) setAside() {
	for _, word := range beside {
		first, second, ok := strings.Cut(s.text, word)
		if !ok || strings.TrimSpace(first) == "" || strings.TrimSpace(second) == "" {
			continue
		}
		for _, part := range [][2]string{{first, second}, {second, first}} {
			rest, question := strings.Trim(part[0], " ，,。；;"), strings.Trim(part[1], " ，,。；;")
			if s.Reader.Read(question, intent.Context{}).Main != intent.Inquiry || !s.Know.Ask(question, s.audience(), s.now).Sure {
				continue
			}
			s.whole, s.text, s.alone = s.text, rest, nil
			s.understand()
			s.aside = question
			return
		}
	}
}

// besides puts the answer to a question that was set aside before the reply.
func (s *scene) besides() {
	if s.aside == "" || s.sensitive() {
		return
	}
	a := s.Know.Ask(s.aside, s.audience(), s.now)
	if !a.Sure {
		return
	}
	answer := chat.Say(chat.Clean(a.Best.Answer))
	if s.reply.IsZero() {
		s.reply = answer
		return
	}
	s.reply = join(answer, s.reply)
}
