package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/bot/inbox"
	"kefu/store"
)

// settle decides all open messages of a customer in their order. It returns the
// turn of the one whose call is still waiting, if any, and the keys of all that
// are decided now, that one first.
func (b *Bot) settle(ctx context.Context, who chat.CustomerID, live call) (mine conversation.Turn, keys []string, left *conversation.Conversation, err error) {
	defer b.locks.Lock(string(who))()
	entries, err := b.waiting(ctx, who, live)
	if err != nil {
		return mine, nil, nil, err
	}
	keys = []string{live.key()}
	for _, group := range b.bundle(entries) {
		turns, more, err := b.decide(ctx, who, group, entries, live)
		if err != nil {
			return mine, nil, nil, err
		}
		left = more // what an earlier group left was carried out before
		for _, t := range turns {
			if t.Key == live.key() {
				mine = t
			} else {
				keys = append(keys, t.Key)
			}
		}
	}
	return mine, keys, left, nil
}

// waiting are a customer's open messages, oldest first.
func (b *Bot) waiting(ctx context.Context, who chat.CustomerID, live call) ([]*inbox.Entry, error) {
	if b.Alone && live.entry != nil && b.hand.only(who, live.entry.ID) {
		return []*inbox.Entry{live.entry}, nil
	}
	entries, err := b.Inbox.Waiting(ctx, who)
	if err == nil {
		b.hand.learn(who, entries)
	}
	return entries, err
}

// bundle puts together what is to be judged as one: greetings, half sentences and
// pictures with what follows them within the pause.
func (b *Bot) bundle(entries []*inbox.Entry) [][]*inbox.Entry {
	var groups [][]*inbox.Entry
	for _, e := range entries {
		if n := len(groups); n > 0 {
			last := groups[n-1]
			before := last[len(last)-1]
			if len(last) < 10 && b.waitsForMore(&before.Message) && joins(&e.Message) &&
				e.Stored.Sub(before.Stored) <= pause+time.Second {
				groups[n-1] = append(last, e)
				continue
			}
		}
		groups = append(groups, []*inbox.Entry{e})
	}
	return groups
}

// joins says whether a message can be judged together with half a sentence before.
func joins(m *chat.Message) bool {
	return m.Tapped == "" && (m.Kind == chat.Text || m.Kind == chat.Image || m.Kind == chat.Voice && m.Text != "")
}

const decideTries = 12

// decide computes what a group of messages means and records it in one write.
func (b *Bot) decide(ctx context.Context, who chat.CustomerID, group, open []*inbox.Entry, live call) (turns []conversation.Turn, left *conversation.Conversation, err error) {
	for range decideTries {
		conv, err := b.Talks.Take(ctx, who)
		if err != nil {
			return nil, nil, err
		}
		if len(conv.Effects) > 0 { // of an earlier message: they come first
			if err := b.carry(ctx, conv); err != nil {
				return nil, nil, err
			}
			continue
		}
		if turns, all := decided(conv, group); all {
			return turns, b.leaves(conv), nil
		}
		conv.Forget(b.Now(), func(key string) bool {
			return slices.ContainsFunc(open, func(e *inbox.Entry) bool { return e.ID == key })
		})
		turns, err := b.compute(ctx, conv, group, live)
		if err != nil {
			return nil, nil, err
		}
		err = b.Talks.Save(ctx, conv)
		if err == nil {
			return turns, b.leaves(conv), nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, nil, err
		}
	}
	return nil, nil, fmt.Errorf("bot: conversation changed %d times while a message was decided", decideTries)
}

// leaves is conv if something is left to be carried out; else it is given back.
func (b *Bot) leaves(conv *conversation.Conversation) *conversation.Conversation {
	if len(conv.Effects) > 0 {
		return conv
	}
	b.Talks.Keep(conv)
	return nil
}

func decided(conv *conversation.Conversation, group []*inbox.Entry) (turns []conversation.Turn, all bool) {
	for _, e := range group {
		t := conv.Turn(e.ID)
		if t == nil || !t.Decided {
			return nil, false
		}
		turns = append(turns, *t)
	}
	return turns, true
}

// compute lets the group change conv in memory: state, turns, effects.
func (b *Bot) compute(ctx context.Context, conv *conversation.Conversation, group []*inbox.Entry, live call) (turns []conversation.Turn, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("bot: deciding panicked: %v\n%s", r, debug.Stack())
		}
	}()
	s, err := b.scene(ctx, conv, group)
	if err != nil {
		return nil, err
	}
	if len(group) == 1 && group[0].ID == live.key() && group[0].Message.Text == s.text {
		s.alone, s.mind, s.knew = live.read, live.mind, live.knew
	}
	if err := b.think(ctx, s); err != nil {
		return nil, err
	}
	s.finish()
	last := group[len(group)-1]
	for _, e := range group[:len(group)-1] {
		turns = append(turns, conv.Record(conversation.Turn{Key: e.ID, Mode: conversation.Silent, At: store.At(s.now)}))
	}
	turn := conversation.Turn{Key: last.ID, Mode: conversation.Silent, At: store.At(s.now)}
	if !s.reply.IsZero() {
		reply := s.reply // which outlives the scene
		turn.Reply, turn.Mode = &reply, conversation.Later
		if last.ID == live.key() && time.Since(live.began) < inTime && !s.queued {
			turn.Mode = conversation.Passive
		}
	}
	turn = conv.Record(turn)
	if turn.Mode == conversation.Later {
		conv.Effects = append(conv.Effects, conversation.Effect{ID: replyID(turn.Key), Deliver: b.replyDelivery(conv, turn)})
	}
	return append(turns, turn), nil
}

// replyID is the delivery of the reply to a message.
func replyID(key string) string { return "reply/" + key }

// replyDelivery is the delivery of a reply that cannot be passive.
func (b *Bot) replyDelivery(conv *conversation.Conversation, t conversation.Turn) *delivery.Delivery {
	who := chat.CustomerID(conv.ID)
	return &delivery.Delivery{
		Meta: store.Meta{ID: replyID(t.Key)}, To: chat.To(who), Class: delivery.Reply,
		Content: *t.Reply, Customer: who, From: "bot", CreatedAt: t.At,
	}
}

// carry does what must follow from decisions, each effect once, then drops them.
func (b *Bot) carry(ctx context.Context, conv *conversation.Conversation) error {
	who := chat.CustomerID(conv.ID)
	var done []string
	var err error
	for _, e := range conv.Effects {
		if err = b.effect(ctx, who, e); err == nil {
			done = append(done, e.ID)
			continue
		}
		err = fmt.Errorf("bot: effect: %w", err)
		if errors.Is(err, store.ErrUnavailable) || ctx.Err() != nil {
			break
		}
		dropped, failErr := b.Talks.Failed(ctx, who, e.ID)
		if failErr != nil || !dropped {
			break
		}
		b.log.Error("effect given up", "effect", e.ID, "err", err)
		b.metrics.failed()
		err = nil
	}
	if dropErr := b.Talks.Drop(ctx, conv, done...); err == nil {
		err = dropErr
	}
	return err
}

func (b *Bot) effect(ctx context.Context, who chat.CustomerID, e conversation.Effect) error {
	switch {
	case e.Open != nil:
		e.Open.ID = e.OpenID // a document's id is not in its body
		return b.Cases.Open(ctx, e.Open)
	case e.Act != nil:
		return b.Cases.Customer(ctx, who, e.ID, *e.Act)
	case e.Learn != nil:
		return b.People.Learn(ctx, who, e.ID, *e.Learn)
	case e.Deliver != nil:
		e.Deliver.ID = e.ID
		return b.Out.Post(ctx, *e.Deliver)
	case e.Missed != "":
		return b.Know.Missed(ctx, e.Missed, e.ID, b.Now())
	case e.Flush != "":
		return b.Out.Flush(ctx, who, e.Flush)
	case e.Said != nil:
		return b.Out.Confirm(ctx, e.Said.By, e.Said.IDs...)
	case e.Result != nil:
		account, _ := who.Split()
		return b.Out.Result(ctx, account, e.Result.MsgID, e.Result.Status)
	}
	return nil
}

// ending is what is known of a passive reply when its entry is closed.
type ending int

const (
	sent    ending = iota // its bytes left
	tooLate               // they did not: it goes as a delivery
	stale                 // found open by the clock: likewise, once nobody can be sending it
)

// settled is what is known of a message that was just decided: its entry as
// stored, its turn, and the conversation if something is left to be carried out.
type settled struct {
	entry *inbox.Entry
	turn  conversation.Turn
	conv  *conversation.Conversation
}

// quiet says that the entry can be closed with what is known: its reply left, or
// there is none to leave.
func (k *settled) quiet(how ending) bool {
	return how == sent || k.turn.Mode != conversation.Passive
}

func (k *settled) answer() inbox.Answer {
	a := inbox.Answer{Later: k.turn.Mode == conversation.Later}
	if k.turn.Reply != nil && k.turn.Mode == conversation.Passive {
		a.Reply, a.AI = k.turn.Reply.Plain(), k.turn.Reply.AI
	}
	return a
}

// wrapUp closes what was decided and carries out what it left to do. The first
// key is the message whose call was answered; of the others no call waits.
func (b *Bot) wrapUp(ctx context.Context, who chat.CustomerID, keys []string, known *settled, how ending) {
	for i, key := range keys {
		if i > 0 {
			how = stale
		}
		if key == "" {
			continue
		}
		var err error
		if i == 0 && known != nil && known.quiet(how) {
			if err = b.Inbox.Close(ctx, known.entry, known.answer()); err == nil {
				b.hand.drop(who, key)
			}
		} else {
			err = b.close(ctx, key, how)
		}
		if err != nil {
			b.log.Warn("message answered but not closed; the clock will", "err", err)
		}
	}
	var err error
	if known == nil {
		err = b.RunConversation(ctx, string(who))
	} else if known.conv != nil {
		err = b.carryOn(ctx, known.conv)
	}
	if err != nil {
		b.log.Warn("effects not carried out; the clock will", "err", err)
	}
}

// carryOn carries out what a decision left. Should the conversation have changed
// since, effects that were carried out meanwhile do nothing a second time.
func (b *Bot) carryOn(ctx context.Context, conv *conversation.Conversation) error {
	defer b.locks.Lock(conv.ID)()
	return b.carry(ctx, conv)
}

// RunConversation carries out what is pending in a conversation, and ends what
// waited too long for an answer. The clock and the queue call it; it may run any number of times.
func (b *Bot) RunConversation(ctx context.Context, id string) error {
	defer b.locks.Lock(id)()
	conv, err := b.Talks.With(ctx, chat.CustomerID(id))
	if err != nil {
		return err
	}
	if len(conv.Effects) == 0 {
		return b.lapse(ctx, conv)
	}
	return b.carry(ctx, conv)
}

// close ends the entry of a decided message, posting its reply as a delivery
// when the bytes of a passive one did not leave, or may not have.
func (b *Bot) close(ctx context.Context, key string, how ending) error {
	e, err := b.Inbox.Get(ctx, key)
	if err != nil {
		return err
	}
	if !e.Open {
		b.hand.drop(e.Customer, key)
		return nil
	}
	conv, err := b.Talks.With(ctx, e.Customer)
	if err != nil {
		return err
	}
	t := conv.Turn(key)
	if t == nil || !t.Decided {
		return nil
	}
	answer := inbox.Answer{Later: t.Mode == conversation.Later}
	if t.Reply != nil && t.Mode == conversation.Passive {
		switch {
		case how == sent:
			answer.Reply, answer.AI = t.Reply.Plain(), t.Reply.AI
		case how == stale && b.Now().Before(e.Stored.Add(inbox.Finish).Time()):
			return nil // somebody may be sending it right now
		default:
			if err := b.Out.Post(ctx, *b.replyDelivery(conv, *t)); err != nil {
				return err
			}
			answer.Later = true
		}
	}
	if err := b.Inbox.Close(ctx, e, answer); err != nil {
		return err
	}
	b.hand.drop(e.Customer, key)
	return nil
}

// RunEntry finishes a message that was left open: the clock calls it 20 s after
// it came, or sooner when it was left to the workers.
func (b *Bot) RunEntry(ctx context.Context, key string) error {
	e, err := b.Inbox.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || !e.Open {
		return err
	}
	if e.Attempts > inbox.MaxAttempts {
		return b.giveUp(ctx, e)
	}
	_, keys, _, err := b.settle(ctx, e.Customer, call{})
	if err != nil {
		b.failed(ctx, key, err)
		return err
	}
	b.wrapUp(ctx, e.Customer, keys, nil, stale)
	return nil
}
