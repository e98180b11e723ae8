package workbench

import (
	"context"
	"errors"
	"strings"

	"kefu/bot/casework"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// record takes a case down for a customer: 登记 1208 前台来说水龙头漏. Where it came
// from is asked on a card.
func (t *turn) record(ctx context.Context, text string) (string, error) {
	r := casework.Recorded{Cause: t.m.Key, Kind: ticket.Complaint}
	if m := roomFirst.FindStringSubmatch(text); m != nil {
		r.Room, text = m[1], trim(text[len(m[1]):])
	}
	if m := honoured.FindStringSubmatch(text); m != nil {
		r.Name, text = m[1], trim(text[len(m[0]):])
	}
	if m := mobile.FindStringSubmatch(text); m != nil {
		r.Phone = m[1]
	}
	r.Words = text
	if t.Kind != nil {
		if k := t.Kind(text); k != "" {
			r.Kind = k
		}
	}
	on, err := t.Cases.Record(ctx, t.p.ID, r)
	if err != nil {
		return "", err
	}
	say := t.line(prompts.StaffRegistered, prompts.Vars{"no": on.No})
	more, err := t.choose(ctx, "source", on, t.Words.Card(prompts.CardSource, prompts.Vars{
		"no": on.No, "subject": on.Matter, "room": on.Room, "sources": desk.Choices(t.Pack().General.Sources),
	}))
	if more != "" {
		say += "\n" + more
	}
	return say, err
}

func (t *turn) source(ctx context.Context, on *ticket.Ticket, source string) (string, error) {
	if source == "" {
		return t.line(prompts.StaffPick, nil), nil
	}
	if _, err := t.Cases.SetSource(ctx, t.p.ID, on.TicketID(), source); err != nil {
		return "", err
	}
	name := desk.Title(t.Pack().General.Sources, source)
	return t.line(prompts.StaffRegistered, prompts.Vars{"no": on.No, "source": name}), errors.Join(t.grey(ctx, t.line(prompts.StaffDoneSource, prompts.Vars{"source": strings.TrimSpace(name)})))
}
