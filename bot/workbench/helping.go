package workbench

import (
	"context"
	"strconv"
	"strings"

	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/prompts"
)

// helped is a helping colleague's button. 做完了 asks for a result first.
func (t *turn) helped(ctx context.Context, b button, on *ticket.Ticket, result string) (string, error) {
	asker := asker(t, on, b.part)
	key := on.No + "." + strconv.Itoa(b.part)
	state := map[string]string{"go": "going", "cannot": "cannot", "result": "done"}[b.do]
	switch {
	case b.do == "done":
		return t.choose(ctx, "result", on, t.Words.Card(prompts.CardAssistResult, prompts.Vars{
			"no": on.No, "who": asker, "task": key, "results": desk.Choices(t.Pack().General.Helps),
		}))
	case b.do == "result" && result == "":
		return t.line(prompts.StaffPick, nil), nil
	}
	if _, err := t.Cases.HelpSays(ctx, t.p.ID, on.TicketID(), b.part, state, result, ""); err != nil {
		return "", err
	}
	say := t.line(prompts.StaffToldThem, prompts.Vars{"who": asker})
	if b.do == "result" {
		return t.finish(ctx, say, nil, desk.Title(t.Pack().General.Helps, result))
	}
	return say, nil
}

func asker(t *turn, on *ticket.Ticket, part int) string {
	if part < 1 || part > len(on.Helps) {
		return ""
	}
	return t.Roster.Shown(on.Helps[part-1].By)
}

// helping is the same typed: 我去 4827, 做完了 4827 已修好, 做不了 4827 没配件. It is for
// the last part of the case that the person or their department was asked for.
func (t *turn) helping(ctx context.Context, c command, on *ticket.Ticket) (string, error) {
	part := 0
	for _, h := range on.Helps {
		if h.Who == t.p.ID || h.Who == "" && (h.Dept == t.p.Team || h.Dept == t.p.Dept) {
			part = h.N
		}
	}
	if part == 0 {
		return "", t.refuse(prompts.StaffErrNotYours, prompts.Vars{"no": on.No, "who": t.owner(on)})
	}
	result, text := "", c.rest
	if c.verb == vDone {
		if text == "" {
			return t.helped(ctx, button{do: "done", no: on.No, part: part}, on, "")
		}
		result, text = choice(t.Pack().General.Helps, text)
	}
	if _, err := t.Cases.HelpSays(ctx, t.p.ID, on.TicketID(), part, string(c.verb), result, text); err != nil {
		return "", err
	}
	return t.line(prompts.StaffToldThem, prompts.Vars{"who": asker(t, on, part)}), nil
}

func (t *turn) owner(on *ticket.Ticket) string {
	if on.Owner == "" {
		return t.line(prompts.StaffTaker, nil)
	}
	return t.Roster.Shown(on.Owner)
}

// choice finds which of the choices a text begins with, and what is left; the last
// choice (其他) with the whole text when none.
func choice(of []desk.Choice, text string) (id, rest string) {
	for _, c := range of {
		if rest, ok := strings.CutPrefix(text, c.Title); ok {
			return c.ID, trim(rest)
		}
	}
	if len(of) == 0 {
		return "", text
	}
	return of[len(of)-1].ID, text
}

// calledThem is 已致电 4827 没接.
func (t *turn) calledThem(ctx context.Context, on *ticket.Ticket, text string) (string, error) {
	if text == "" {
		return t.askCall(ctx, on)
	}
	result, rest := choice(t.Pack().General.Calls, text)
	out, err := t.Cases.Called(ctx, t.p.ID, on.TicketID(), result, rest)
	return out.Say, err
}

// askCall asks what came of a call.
func (t *turn) askCall(ctx context.Context, on *ticket.Ticket) (string, error) {
	return t.choose(ctx, "called", on, t.Words.Card(prompts.CardCallResult, prompts.Vars{
		"no": on.No, "results": desk.Choices(t.Pack().General.Calls),
	}))
}
