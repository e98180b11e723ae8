package bot

import (
	"context"
	"strings"
	"time"

	"kefu/bot/answer"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// Mind is what a language model adds to what we understand and know by
// ourselves. answer.Answerer is one.
type Mind interface {
	Understand(ctx context.Context, t answer.Turn) (intent.Reading, error)
	FromPassages(ctx context.Context, q answer.Question) (answer.Answer, error)
}

// mindBy is until when after a message's arrival a model may be waited for.
const mindBy = 2500 * time.Millisecond

// thought is what a model made of one message before it is decided. The zero one
// is none.
type thought struct {
	text   string          // of the message; it counts for no other
	read   *intent.Reading // ours and the model's together
	answer *answer.Answer
}

// consider asks the model about a message whose own reading or answer is not
// sure, and waits for it as long as its caller can. What comes too late arrives
// on the channel, which is nil when nothing is under way. Until decided is called,
// the customer's next message waits.
func (b *Bot) consider(ctx context.Context, c *call) (late <-chan thought, decided func()) {
	q, ok := b.worthAsking(ctx, c)
	if !ok {
		return nil, func() {}
	}
	decided = b.minds.begin(c.entry.Customer)
	done := make(chan thought, 1)
	b.background(func(ctx context.Context) { done <- b.ponder(ctx, q) })
	select {
	case c.mind = <-done:
		return nil, decided
	case <-time.After(max(mindBy-time.Since(c.began), 0)):
	case <-ctx.Done():
	}
	b.metrics.mindLate()
	return done, decided
}

// question is one message as the model is asked about it.
type question struct {
	key, text string
	read      intent.Reading
	unsure    bool
	know      knowledge.Answer
	who       knowledge.Audience
	earlier   []prompts.Said
	names     []string
	now       time.Time
}

// worthAsking says whether a model could help with a message, without asking it:
// what rules found, what is a tap in words, what answers our question and what
// the knowledge base knows for sure needs none.
func (b *Bot) worthAsking(ctx context.Context, c *call) (question, bool) {
	m := &c.entry.Message
	text := strings.TrimSpace(chat.Clean(m.Text))
	if b.Mind == nil || text == "" || m.Tapped != "" || m.Kind != chat.Text && m.Kind != chat.Voice || intent.Commands(text) {
		return question{}, false
	}
	q := question{key: c.entry.ID, text: text, now: b.Now()}
	if c.read != nil {
		q.read = *c.read
	} else {
		q.read = b.Reader.Read(text, intent.Context{})
	}
	q.unsure = answer.Unsure(q.read)
	asks := q.read.Main == intent.Inquiry || q.read.Has(intent.Inquiry)
	if q.read.Major || q.read.Safety || q.read.SelfHarm || !q.unsure && !asks {
		return question{}, false
	}
	conv, err := b.Talks.With(ctx, c.entry.Customer)
	if err != nil || conv.Open(q.now) != nil {
		return question{}, false
	}
	if _, tapped := intent.MatchOption(text, conv.Offered(q.now)); tapped {
		return question{}, false
	}
	who, err := b.People.Get(ctx, c.entry.Customer)
	if err != nil {
		return question{}, false
	}
	q.who = audienceOf(who.VIP)
	if who.Name != "" {
		q.names = []string{who.Name}
	}
	for _, line := range conv.Lately {
		q.earlier = append(q.earlier, prompts.Said{Who: string(answer.Guest), Text: line})
	}
	q.know = b.Know.Ask(text, q.who, q.now)
	if !q.unsure && q.know.Sure {
		c.knew = &known{text, q.who, q.know}
		return question{}, false
	}
	return q, true
}

func (b *Bot) categories() (ids []string) {
	for _, c := range b.Cases.Pack().Categories {
		ids = append(ids, c.ID)
	}
	return ids
}

// ponder asks the model: what is meant, and, when that is a question, what the
// articles answer.
func (b *Bot) ponder(ctx context.Context, q question) thought {
	t := thought{text: q.text}
	read := q.read
	if q.unsure {
		merged, err := b.Mind.Understand(ctx, answer.Turn{
			Key: q.key, Text: q.text, Own: q.read, Earlier: q.earlier, Categories: b.categories(), Names: q.names,
		})
		if err == nil {
			read, t.read = merged, &merged
		}
	}
	if !read.Has(intent.Inquiry) || read.Major || q.know.Sure {
		return t
	}
	a, err := b.Mind.FromPassages(ctx, answer.Question{
		Key: q.key, Text: q.text, Who: q.who, Binding: q.know.Binding, Now: q.now,
		Articles: b.Know.Passages(q.text, q.who, q.now, answer.MaxPassages),
	})
	if err == nil {
		t.answer = &a
	}
	return t
}

// answerLate says what a model knew too late, if the message became a question to
// staff that nobody has answered meanwhile.
func (b *Bot) answerLate(turn conversation.Turn, conv *conversation.Conversation, late <-chan thought) {
	id := openedInquiry(turn, conv)
	if late == nil || id == "" {
		return
	}
	b.background(func(ctx context.Context) {
		select {
		case t := <-late:
			if t.answer == nil {
				return
			}
			if err := b.Cases.AnswerLate(ctx, id, *t.answer); err != nil {
				b.log.Warn("late answer not given", "err", err)
			}
		case <-ctx.Done():
		}
	})
}

// openedInquiry is the case that a decided message opened to have a question
// answered.
func openedInquiry(turn conversation.Turn, conv *conversation.Conversation) ticket.ID {
	if conv == nil {
		return ""
	}
	for _, e := range conv.Effects {
		if e.Open != nil && e.Open.Kind == ticket.Inquiry && strings.HasPrefix(e.ID, turn.Key+"/") {
			return ticket.ID(e.OpenID)
		}
	}
	return ""
}

// fromMind answers with what the model made of the articles.
func (s *scene) fromMind() bool {
	a := s.mind.answer
	if a == nil || s.text != s.mind.text {
		return false
	}
	s.conv.Solved, s.conv.Asked = "", s.text
	if len(a.Used) > 0 {
		s.conv.Solved = a.Used[0]
	}
	s.say(prompts.InquiryAnswer, prompts.Vars{"answer": a.Text})
	s.reply.AI = true
	return true
}
