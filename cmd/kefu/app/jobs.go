package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/inbox"
	"kefu/bot/jobs"
	"kefu/bot/ticket"
	"kefu/store"
)

// longest is how long one job may take, its calls out included.
const longest = 2 * time.Minute

func (a *App) openJobs(ctx context.Context) error {
	daily, err := jobs.NewDaily(ctx, a.Store, a.now, a.Calendar.Location())
	if err != nil {
		return err
	}
	if err := daily.Add(ctx, "morning", 8, 30, func(ctx context.Context, _ store.Time) error {
		return a.Bench.RunMorning(ctx)
	}); err != nil {
		return err
	}
	if err := daily.Add(ctx, "llm_forget", 4, 20, func(ctx context.Context, _ store.Time) error {
		return a.Model.Forget(ctx)
	}); err != nil {
		return err
	}
	if err := daily.Add(ctx, "keep", 3, 40, a.keeper().Run); err != nil {
		return err
	}
	sources := []jobs.Source{
		jobs.FromCollection(a.Inbox.Collection(), jobs.Replies, func(e *inbox.Entry) *store.Time { return &e.Due }, a.Bot.RunEntry),
		jobs.FromCollection(a.Talks.Collection(), jobs.Replies, func(c *conversation.Conversation) *store.Time { return &c.Due }, a.Bot.RunConversation),
		jobs.FromCollection(a.Book.Collection(), jobs.Replies, func(t *ticket.Ticket) *store.Time { return &t.Due }, a.Cases.Run),
		jobs.FromCollection(a.People.Collection(), jobs.Promotions, func(c *customer.Customer) *store.Time { return &c.Lookup }, a.lookUp),
		a.Grants.Source(a.Cases.RunGrant),
		daily.Source(),
	}
	sources = append(sources, a.incidentSource())
	sources = slices.Concat(sources, a.Out.Sources(), a.Bench.Sources())
	if err := a.registry.Register(sources...); err != nil {
		return err
	}
	a.Sweeper = jobs.NewSweeper(a.registry, a.runner, a.now, a.log)
	return nil
}

// keeper throws away at night what is older than it is kept. Cases stay: they are
// the ledger.
func (a *App) keeper() *jobs.Keeper {
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	keep := a.Config.Keep
	return jobs.NewKeeper(a.now, a.log,
		jobs.Old{Name: "messages", Keep: days(keep.Messages), Purge: a.Inbox.Purge},
		jobs.Old{Name: "conversations", Keep: days(keep.Conversations), Purge: a.Talks.Purge},
		jobs.Old{Name: "deliveries", Keep: days(keep.Deliveries), Purge: func(ctx context.Context, before store.Time, from string) (string, int, error) {
			return a.Out.Purge(ctx, before, from, func(ctx context.Context, id string) (bool, error) {
				t, err := a.Book.Get(ctx, ticket.ID(id))
				return err == nil && t.IsOpen(), err
			})
		}},
	)
}

// handle runs one document. What was begun is finished although the runner takes
// no more; only App.abort ends it.
func (a *App) handle(_ context.Context, w jobs.Wake) error {
	ctx, cancel := context.WithTimeout(a.work, longest)
	defer cancel()
	return a.registry.Handle(ctx, w)
}

const lookups = 5 // tries to ask WeChat for one customer

// lookUp asks WeChat for a customer's unionid. It may be repeated.
func (a *App) lookUp(ctx context.Context, id string) error {
	who := chat.CustomerID(id)
	account, openid := who.Split()
	from := a.Accounts[account]
	now := store.At(a.now())
	if from == nil || !who.Reachable() {
		return a.People.Update(ctx, who, func(c *customer.Customer) error { c.Lookup = store.Time{}; return nil })
	}
	user, err := from.UserInfo(ctx, openid)
	if updateErr := a.People.Update(ctx, who, func(c *customer.Customer) error {
		c.Tries++
		if err == nil {
			c.UnionID = user.UnionID
		}
		if err == nil || c.Tries >= lookups || !worthAgain(err) {
			c.Lookup = store.Time{}
			return nil
		}
		c.Lookup = now.Add(time.Minute << c.Tries)
		return nil
	}); updateErr != nil && !errors.Is(updateErr, store.ErrNotFound) {
		return updateErr
	}
	if err != nil && worthAgain(err) {
		return fmt.Errorf("app: looking up a customer: %w", err)
	}
	return nil
}

// worthAgain says whether asking once more may help.
func worthAgain(err error) bool {
	f := chat.Failed(err)
	return f == nil || f.Verdict != chat.NeverThem && f.Verdict != chat.OurFault
}

// refresh takes in articles that another instance changed.
func (a *App) refresh(ctx context.Context) {
	every(ctx, 30*time.Second, func() {
		if err := a.Know.Refresh(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("articles not refreshed", "err", err)
		}
	})
}
