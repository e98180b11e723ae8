package learn

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kefu/bot/intent"
	"kefu/bot/ticket"
)

// Weights of what cases teach: a correction counts more than a case that was
// simply closed as what the bot took it for.
const (
	correctedWeight = 2
	closedWeight    = 0.5
)

// Bounds of what is read of the department's cases.
const (
	maxCases = 8000
	lookBack = 365 * 24 * time.Hour
	page     = 200
)

// Cases are what the department's own cases teach.
type Cases struct {
	Rows      []Row // what words meant
	Corrected int   // of Rows, by staff
	Closed    []Choice
}

// FromCases reads the department's own cases of the last year, newest first, at most
// 8,000. Their first words stand under what staff corrected them to, or, once a person
// has solved them, under the kind they were handled as, and beside them what was
// chosen at closing.
func FromCases(ctx context.Context, book *ticket.Book, now time.Time) (c Cases, err error) {
	var after []any
	for read := 0; read < maxCases; read += page {
		list, err := book.Between(ctx, now.Add(-lookBack), now.Add(time.Minute), after, page)
		if err != nil {
			return Cases{}, fmt.Errorf("learn: cases: %w", err)
		}
		for _, t := range list {
			if row, ok := fromCase(t); ok {
				c.Rows = append(c.Rows, row)
				if row.Weight == correctedWeight {
					c.Corrected++
				}
			}
			if choice, ok := fromClosing(t); ok {
				c.Closed = append(c.Closed, choice)
			}
		}
		if len(list) < page {
			break
		}
		last := list[len(list)-1]
		after = []any{last.Created, last.ID}
	}
	return c, nil
}

// fromCase is what one case teaches. Words that staff wrote down themselves, and
// cases nobody judged, teach nothing.
func fromCase(t *ticket.Ticket) (Row, bool) {
	text := strings.TrimSpace(t.Words)
	if text == "" || t.Source != "wechat" || t.By != "" {
		return Row{}, false
	}
	if t.Label != nil {
		return Row{Text: text, Label: string(t.Label.Kind), Weight: correctedWeight, Source: "case"}, isIntent(string(t.Label.Kind))
	}
	if t.State != ticket.Closed && t.State != ticket.Resolved || t.Owner == "" || t.Ending != "solved" {
		return Row{}, false
	}
	return Row{Text: text, Label: string(t.Kind), Weight: closedWeight, Source: "case"}, isIntent(string(t.Kind))
}

func isIntent(label string) bool {
	for _, i := range intent.All {
		if string(i) == label {
			return true
		}
	}
	return false
}
