package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kefu/bot"
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/intent"
	"kefu/bot/jobs"
	"kefu/bot/learn"
	"kefu/bot/ticket"
	"kefu/bot/wechat/wecom"
	"kefu/bot/workbench"
)

// openWork makes those who decide: the desk, the bot and the staff's bench.
func (a *App) openWork(ctx context.Context) error {
	a.Cases = &casework.Desk{
		Book: a.Book, People: a.People, Talks: a.Talks, Out: a.Out, Roster: a.Roster, Pack: a.Pack, States: a.States, Grants: a.Grants,
		Calendar: a.Calendar, Office: a.Office, Words: a.Words, Now: a.now, Log: a.log,
		Link: a.caseLink, Robots: slices.Sorted(maps.Keys(a.Config.Wecom.Robots)), Fetch: a.files.fetch,
		Template: func(account chat.Account, name string) bool {
			from := a.Accounts[account]
			return from != nil && from.HasTemplate(name)
		},
		Changed: a.changed, Assistant: a.assistant(), Passages: a.passages, Habits: new(learn.Habits),
	}
	a.Bot = bot.New(bot.Parts{
		Inbox: a.Inbox, Talks: a.Talks, People: a.People, Cases: a.Cases, Out: a.Out, Reader: a.Reader, Know: a.Know, Mind: a.minds(),
		Words: a.Words, Now: a.now, Zone: a.Calendar.Location(), Log: a.log, Meter: a.metrics,
		Wake: a.wakeEntry, Alone: a.alone(),
	})
	var err error
	a.Bench, err = workbench.New(ctx, workbench.Deps{
		Store: a.Store, Cases: a.Cases, Roster: a.Roster, States: a.States, Book: a.Book, People: a.People, Know: a.Know,
		Out: a.Out, Pack: a.Pack, Words: a.Words, Calendar: a.Calendar, Now: a.now, Log: a.log,
		Link: a.pageLink,
		Fetch: func(ctx context.Context, media string) (string, error) {
			return a.files.fetch(ctx, wecom.Account, media)
		},
		Kind:     a.kind,
		Snippets: PromptsDir(a.Config),
	})
	if err != nil {
		return fmt.Errorf("app: workbench: %w", err)
	}
	return nil
}

// wakeEntry leaves a stored message to the workers. What finds the queue full is
// due anyway.
func (a *App) wakeEntry(ctx context.Context, key string) {
	w := jobs.Wake{Coll: a.Inbox.Collection().Name(), ID: key, Rev: 1, Priority: jobs.Replies}
	if err := a.runner.Enqueue(ctx, w); err != nil && !errors.Is(err, jobs.ErrFull) {
		a.log.Warn("message left to the clock", "err", err)
	}
}

// kinds are the cases that a wish makes when a colleague takes it down.
var kinds = map[intent.Intent]ticket.Kind{
	intent.Complaint: ticket.Complaint, intent.Repair: ticket.Repair, intent.Request: ticket.Request,
	intent.Order: ticket.Order, intent.Proposal: ticket.Proposal, intent.Praise: ticket.Praise, intent.Inquiry: ticket.Inquiry,
}

// kind judges a text that a colleague takes down for a customer; "": not clear.
func (a *App) kind(text string) ticket.Kind { return kinds[a.Reader.Read(text, intent.Context{}).Main] }

// colleague answers what came from WeCom. An error: it was not done, and WeCom
// shall deliver it again.
func (a *App) colleague(ctx context.Context, m chat.Message) ([]byte, error) {
	if m.Event == chat.CardPressed && m.Response != "" {
		if err := a.Out.NoteResponse(ctx, m.TaskID, m.Response, m.At); err != nil {
			return nil, err
		}
	}
	reply, err := a.Bench.Handle(ctx, m)
	if err != nil || reply.Text == "" {
		return nil, err
	}
	return wecom.PassiveText(m, reply.Text)
}
