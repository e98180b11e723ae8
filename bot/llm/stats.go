package llm

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"kefu/store"
)

// Stats is what the model did and cost in some days.
type Stats struct {
	On     bool   `json:"on"`
	Model  string `json:"model"`
	Days   int    `json:"days"`
	Rows   []Row  `json:"rows"`
	Cut    bool   `json:"cut"`    // more calls than are looked at; the newest are
	Spent  int64  `json:"spent"`  // today, millionths of 元
	Budget int64  `json:"budget"` // of a day, millionths of 元; 0: no ceiling
	// Calls that were not made, in these days, by outcome: busy, budget, open.
	Away map[Outcome]int64 `json:"away"`
}

// Row is one prompt in one version with one model.
type Row struct {
	Prompt   string          `json:"prompt"`
	Version  string          `json:"version"`
	Model    string          `json:"model"`
	Calls    int             `json:"calls"`
	Outcomes map[Outcome]int `json:"outcomes"`
	P50      int64           `json:"p50"` // milliseconds
	P95      int64           `json:"p95"` // milliseconds
	In       int64           `json:"in"`  // tokens
	Out      int64           `json:"out"` // tokens
	Cost     int64           `json:"cost"`
}

// maxCalls are looked at, the newest first: 16 bytes each are held meanwhile.
const maxCalls = 500_000

// Stats counts the calls of the last days (1 to 30), by prompt and version.
func (c *Client) Stats(ctx context.Context, days int) (Stats, error) {
	s := Stats{On: c.On(), Days: min(max(days, 1), 30), Away: map[Outcome]int64{}}
	if c == nil || c.ledger == nil {
		return s, nil
	}
	s.Model, s.Budget = c.model, c.purse.budget
	now := c.now()
	since := now.Add(-time.Duration(s.Days) * 24 * time.Hour)
	q := store.Query{
		Where: []store.Cond{store.Where("at", store.Ge, store.At(since))},
		Order: []store.Order{{Field: "at", Desc: true}}, Limit: maxCalls,
	}
	type key struct{ prompt, version, model string }
	rows, took := map[key]*Row{}, map[key][]int64{}
	n := 0
	for e, err := range c.ledger.calls.Find(ctx, q) {
		if err != nil {
			return s, fmt.Errorf("llm: reading the ledger: %w", err)
		}
		n++
		k := key{e.Prompt, e.Version, e.Model}
		r := rows[k]
		if r == nil {
			r = &Row{Prompt: e.Prompt, Version: e.Version, Model: e.Model, Outcomes: map[Outcome]int{}}
			rows[k] = r
		}
		r.Calls++
		r.Outcomes[e.Outcome]++
		r.In, r.Out, r.Cost = r.In+int64(e.In), r.Out+int64(e.Out), r.Cost+e.Cost
		took[k] = append(took[k], e.Took)
	}
	s.Cut = n == maxCalls
	for k, r := range rows {
		slices.Sort(took[k])
		r.P50, r.P95 = rank(took[k], 0.50), rank(took[k], 0.95)
		s.Rows = append(s.Rows, *r)
	}
	slices.SortFunc(s.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Prompt, b.Prompt), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Model, b.Model))
	})
	return s, c.countDays(ctx, &s, since)
}

func (c *Client) countDays(ctx context.Context, s *Stats, since time.Time) error {
	today := c.purse.date()
	if err := c.purse.add(ctx, today, 0, false); err != nil {
		return fmt.Errorf("llm: counting money: %w", err)
	}
	days, err := c.purse.days.List(ctx, store.Query{
		Where: []store.Cond{store.Where("id", store.Ge, since.In(c.purse.zone).Format(time.DateOnly))}, Limit: 64,
	})
	if err != nil {
		return fmt.Errorf("llm: reading the days: %w", err)
	}
	for _, d := range days {
		s.Away[busy] += d.Busy
		s.Away[broke] += d.Broke
		s.Away[open] += d.Open
		if d.ID == today {
			s.Spent = d.Spent
		}
	}
	return nil
}

// rank is the smallest of sorted values that at least a share p does not exceed.
func rank(sorted []int64, p float64) int64 {
	i := int(math.Ceil(p*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
