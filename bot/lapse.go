package bot

import (
	"context"
	"errors"
	"strconv"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// spare is how many credits must be left for a word that only ends what was begun:
// it must not take one that somebody's answer may need.
const spare = 3

// lapse ends what waited for an answer for 24 hours. A case goes on without it.
// What was begun and never became a case is closed with a kind word, if WeChat
// lets us and the credits are plenty; else in silence. It may be repeated.
func (b *Bot) lapse(ctx context.Context, conv *conversation.Conversation) error {
	probe, who := *conv, chat.CustomerID(conv.ID)
	if _, any := probe.Lapse(b.Now()); !any {
		return nil
	}
	live, err := b.Cases.Book.LiveOf(ctx, who, 20)
	if err != nil {
		return err
	}
	busy := false
	for _, t := range live {
		busy = busy || t.IsOpen()
	}
	conv, err = b.Talks.Change(ctx, who, func(c *conversation.Conversation) error {
		now := b.Now()
		begun, any := c.Lapse(now)
		if !any {
			return store.ErrUnchanged
		}
		if begun == "" || busy || c.Credits.Left(store.At(now)).Left < spare {
			return nil
		}
		id := "lapse/" + string(who) + "/" + strconv.FormatInt(now.Unix(), 10)
		c.Effects = append(c.Effects, conversation.Effect{ID: id, Deliver: &delivery.Delivery{
			Meta: store.Meta{ID: id}, To: chat.To(who), Class: delivery.Reply, Customer: who, From: ticket.ByBot,
			Content: b.Words.Say(prompts.BegunLapsed, prompts.Vars{"what": b.begunAs(begun)}), CreatedAt: store.At(now),
			NotAfter: c.Credits.Left(store.At(now)).Until,
		}})
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrUnchanged) {
		return err
	}
	if conv == nil || len(conv.Effects) == 0 {
		return nil
	}
	return b.carry(ctx, conv)
}

// begunAs says what somebody began: 想投诉一件事.
func (b *Bot) begunAs(begun string) string {
	if begun == conversation.Picture {
		return b.Cases.Words.Line(prompts.StaffBegunPicture, nil)
	}
	if k := b.Cases.Pack().Kind(begun); k != nil {
		return b.Cases.Words.Line(prompts.StaffBegunKind, prompts.Vars{"kind": k.Title})
	}
	return ""
}
