package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kefu/store"
)

// day is what one day's calls cost, of all instances. Its id is the date.
type day struct {
	store.Meta
	Spent int64 `json:"spent"` // millionths of 元; with what is reserved for calls under way
	// Calls that were not made, for want of a place, of money, of a model that works.
	Busy  int64 `json:"busy,omitzero"`
	Broke int64 `json:"broke,omitzero"`
	Open  int64 `json:"open,omitzero"`
}

// purse is the day's money. What a call can cost at most is taken before it and
// what is left is put back after; a process that dies between leaves it taken.
type purse struct {
	days   *store.Collection[day] // nil: nothing is counted
	budget int64                  // 0: no ceiling
	now    func() time.Time
	zone   *time.Location
	log    *slog.Logger

	mu     sync.Mutex
	today  string
	spent  int64 // of today, as last seen
	warned string

	busy, broke, open atomic.Int64 // not written yet
}

// bookTime is the longest that writing into the books may take.
const bookTime = 2 * time.Second

func (p *purse) date() string { return p.now().In(p.zone).Format(time.DateOnly) }

var errSpent = errors.New("spent")

// add changes the day's sum by n; within the ceiling only when capped.
func (p *purse) add(ctx context.Context, date string, n int64, capped bool) error {
	if p.days == nil {
		return nil
	}
	busy, broke, open := p.busy.Swap(0), p.broke.Swap(0), p.open.Swap(0)
	d, err := p.days.Upsert(ctx, date, func() *day { return &day{} }, func(d *day) error {
		if capped && d.Spent+n > p.budget {
			return errSpent
		}
		if n == 0 && busy+broke+open == 0 {
			return store.ErrUnchanged
		}
		d.Spent = max(0, d.Spent+n)
		d.Busy, d.Broke, d.Open = d.Busy+busy, d.Broke+broke, d.Open+open
		return nil
	})
	if err != nil {
		p.busy.Add(busy)
		p.broke.Add(broke)
		p.open.Add(open)
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if date >= p.today {
		p.today, p.spent = date, d.Spent
	}
	return nil
}

// seen is what was spent today, as far as this process knows.
func (p *purse) seen() int64 {
	date := p.date()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.today != date {
		return 0
	}
	return p.spent
}

// warn says once a day that the money is spent.
func (p *purse) warn(date string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.warned != date {
		p.warned = date
		p.log.Warn("today's budget for the model is spent; going on without", "date", date)
	}
}

// hold is the money of one call.
type hold struct {
	purse *purse
	date  string
	kept  int64 // taken from the day and not spent; negative: spent and not taken
	used  int64
}

// ensure has at least n at hand, or ErrBudget.
func (h *hold) ensure(ctx context.Context, n int64) error {
	if h.date == "" {
		h.date = h.purse.date()
	}
	if h.purse.budget == 0 || h.kept >= n {
		return nil
	}
	need := n - h.kept
	ctx, cancel := context.WithTimeout(ctx, bookTime)
	defer cancel()
	err := h.purse.add(ctx, h.date, need, true)
	if errors.Is(err, errSpent) {
		h.purse.warn(h.date)
		return ErrBudget
	}
	if err != nil {
		return fmt.Errorf("llm: counting money: %w", err)
	}
	h.kept += need
	return nil
}

func (h *hold) spend(n int64) { h.used, h.kept = h.used+n, h.kept-n }

// settle puts back what was not spent, or adds what was spent beyond.
func (h *hold) settle(ctx context.Context) error {
	if h.kept == 0 { // what was not made is written with the next change, or by Close
		return nil
	}
	if err := h.purse.add(ctx, h.date, -h.kept, false); err != nil {
		return fmt.Errorf("llm: counting money: %w", err)
	}
	h.kept = 0
	return nil
}
