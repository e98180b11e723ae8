package app

import (
	"context"
	"fmt"

	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/wechat"
)

func (a *App) openOutbox(ctx context.Context) error {
	carriers := map[chat.Channel]chat.Carrier{chat.OA: line{customers(a.Accounts), &a.dead}}
	if a.WeCom != nil {
		carriers[chat.WeCom] = line{a.WeCom, &a.dead}
		carriers[chat.Robot] = line{a.WeCom, &a.dead}
	}
	out, err := delivery.New(ctx, delivery.Deps{
		Store: a.Store, Carriers: carriers, Ledger: a.Talks, Rates: a.Memory, Now: a.now, Log: a.log,
		Wake: a.runner.Enqueue, Metrics: a.metrics, Alone: a.alone(),
		// Cases are opened after the outbox, and nothing is sent before both are.
		OnUndelivered: func(ctx context.Context, d delivery.Delivery) error { return a.Cases.Undelivered(ctx, d) },
		OnUnreachable: a.unreachable,
		Carried:       a.carried,
		Quiet:         a.quiet,
	})
	if err != nil {
		return fmt.Errorf("app: outbox: %w", err)
	}
	a.Out = out
	return nil
}

// unreachable notes in the customer's file that they no longer follow.
func (a *App) unreachable(ctx context.Context, d delivery.Delivery, w delivery.Way) error {
	if d.Customer == "" || d.To.Channel != chat.OA {
		a.log.Warn("a colleague cannot be reached in WeCom", "channel", d.To.Channel, "code", w.Code)
		return nil
	}
	if w.Reason != wechat.ReasonUnfollow {
		return nil
	}
	left := true
	return a.People.Learn(ctx, d.Customer, "unreachable/"+d.ID, customer.Change{Left: &left})
}

// carried says whether the reply to the message by was decided: then it said the
// held texts it had taken, for they are part of the decision.
func (a *App) carried(ctx context.Context, who chat.CustomerID, by, _ string) (bool, error) {
	talk, err := a.Talks.With(ctx, who)
	if err != nil {
		return false, err
	}
	t := talk.Turn(by)
	return t != nil && t.Decided && t.Reply != nil, nil
}
