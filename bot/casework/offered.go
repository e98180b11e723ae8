package casework

import (
	"cmp"
	"slices"

	"kefu/bot/chat"
	"kefu/bot/desk"
	"kefu/bot/ticket"
)

// Likely are the cause and the responsible department to offer first when a case
// ends: what was chosen before it was reopened, else what was chosen for cases like
// it, else for the department the guess at intake; "" when nothing is known. Staff
// choose; what they chose is what reports count.
func (d *Desk) Likely(t *ticket.Ticket) (cause, dept string) {
	text := cmp.Or(t.Words, t.Matter)
	return cmp.Or(t.Cause, d.Habits.Cause(d.Pack(), text)), cmp.Or(t.Blame, d.Habits.Blamed(d.Pack(), text), t.Dept)
}

// Causes are the options of 原因, the likely one first.
func (d *Desk) Causes(t *ticket.Ticket) []chat.Option {
	cause, _ := d.Likely(t)
	return desk.Choices(first(d.Pack().General.Causes, func(c desk.Choice) bool { return c.ID == cause }))
}

// Blamable are the departments, at most ten, the likely one first.
func (d *Desk) Blamable(t *ticket.Ticket) []chat.Option {
	_, likely := d.Likely(t)
	var all []chat.Option
	for _, dept := range first(d.Pack().Departments, func(x desk.Department) bool { return x.ID == likely }) {
		if len(all) < 10 {
			all = append(all, chat.Option{Label: dept.Title, Key: dept.ID})
		}
	}
	return all
}

// first gives the list with the one that is meant at its head, the rest as it was.
func first[T any](all []T, meant func(T) bool) []T {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b T) int {
		switch x, y := meant(a), meant(b); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	return out
}
