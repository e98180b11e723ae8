package casework

import (
	"context"
	"strings"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/bot/wording"
	"kefu/prompts"
)

type causeKey struct{}

// WithCause names what makes somebody act on cases: the key of a message or of a
// form. An act with the same cause on the same case is done once.
func WithCause(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, causeKey{}, key)
}

// CauseOf is the cause that [WithCause] named, "" when none was.
func CauseOf(ctx context.Context) string {
	key, _ := ctx.Value(causeKey{}).(string)
	return key
}

// MaySay refuses words that must not reach a customer, before anything else is
// asked about them.
func (d *Desk) MaySay(by, text string) error {
	if word := d.Pack().Sensitive(strings.TrimSpace(chat.Clean(text))); word != "" && !d.leads(by) {
		return d.refusal(prompts.StaffErrSensitive, prompts.Vars{"word": word})
	}
	return nil
}

// Doubt refuses words that may reach a customer only after who writes them has
// looked at them once more. What nobody may say is for [Desk.MaySay] and Say.
func (d *Desk) Doubt(text string) error {
	if v := d.Pack().Allowed(strings.TrimSpace(chat.Clean(text))); v.Do == wording.Confirm {
		return d.refusal(prompts.StaffErrDoubt, prompts.Vars{"word": v.Found})
	}
	return nil
}

// They is how staff refer to the customer of a case: 她, 他, "" when not known.
func They(t *ticket.Ticket) string { return prompts.They(t.Guest.Name) }
