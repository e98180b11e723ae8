package approval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kefu/bot/desk"
	"kefu/store"
)

// Entry is one amount decided. Amounts are in 分.
type Entry struct {
	ID     string     `json:"id"` // of the compensation
	Who    string     `json:"who"`
	Form   string     `json:"form"`
	Amount desk.Money `json:"amount"`
	At     store.Time `json:"at,omitzero"`
}

// account is what the people of one department decided in one month; its id is
// "2026-11/cs".
type account struct {
	store.Meta
	Entries []Entry `json:"entries"`
}

// maxEntries bounds a department's month.
const maxEntries = 4000

// ErrOver: the amount does not fit into what is left of the month, of the person or
// of the department.
var ErrOver = errors.New("approval: more than is left of the month")

// Ledger says how much was decided in each month.
type Ledger struct{ all *store.Collection[account] }

// OpenLedger opens the collection compensation_months.
func OpenLedger(ctx context.Context, e store.Engine) (*Ledger, error) {
	all, err := store.Open[account](ctx, e, "compensation_months")
	return &Ledger{all}, err
}

// Month is the month of the books that at lies in; zone is where it begins and ends.
func Month(at time.Time, zone *time.Location) string { return at.In(zone).Format("2006-01") }

// Reserve takes an amount from a month, or returns ErrOver. budget is the
// department's, 0 for none; neither binds an open limit. Reserving the same id
// again changes nothing.
func (l *Ledger) Reserve(ctx context.Context, month, dept string, e Entry, limit desk.Limit, budget desk.Money) error {
	if e.ID == "" || e.Who == "" || e.Amount <= 0 {
		return fmt.Errorf("approval: not an entry: %q %q %d", e.ID, e.Who, e.Amount)
	}
	_, err := l.all.Upsert(ctx, month+"/"+dept, func() *account { return new(account) }, func(a *account) error {
		for _, have := range a.Entries {
			if have.ID == e.ID {
				return store.ErrUnchanged
			}
		}
		if len(a.Entries) >= maxEntries {
			return ErrOver
		}
		own, all := a.sum(e.Who, limit)
		if !limit.Open && (own+e.Amount > limit.Month || budget > 0 && all+e.Amount > budget) {
			return ErrOver
		}
		a.Entries = append(a.Entries, e)
		return nil
	})
	return err
}

// sum is what somebody decided of the forms of a limit, and what everybody did.
func (a *account) sum(who string, limit desk.Limit) (own, all desk.Money) {
	for _, e := range a.Entries {
		all += e.Amount
		if e.Who == who && limit.Covers(e.Form) {
			own += e.Amount
		}
	}
	return own, all
}

// Left is what somebody may still decide under a limit in a month: at least 0. An
// open limit has no end; it is told by limit.Open.
func (l *Ledger) Left(ctx context.Context, month, dept, who string, limit desk.Limit, budget desk.Money) (desk.Money, error) {
	a, err := l.all.Get(ctx, month+"/"+dept)
	if errors.Is(err, store.ErrNotFound) {
		a, err = new(account), nil
	}
	if err != nil {
		return 0, err
	}
	own, all := a.sum(who, limit)
	left := limit.Month - own
	if budget > 0 {
		left = min(left, budget-all)
	}
	return max(left, 0), nil
}

// Entries are all that was decided in a department's month, oldest first.
func (l *Ledger) Entries(ctx context.Context, month, dept string) ([]Entry, error) {
	a, err := l.all.Get(ctx, month+"/"+dept)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return a.Entries, nil
}
