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

// FromCases gives the first words of the department's own cases of the last year,
// newest first, at most 8,000: under what staff corrected them to, or, once a person
// has solved them, under the kind they were handled as.
func FromCases(ctx context.Context, book *ticket.Book, now time.Time) (rows []Row, corrected int, err error) {
	var after []any
	for read := 0; read < maxCases; read += page {
		list, err := book.Between(ctx, now.Add(-lookBack), now.Add(time.Minute), after, page)
		if err != nil {
			return nil, 0, fmt.Errorf("learn: cases: %w", err)
		}
		for _, t := range list {
			if row, ok := fromCase(t); ok {
				rows = append(rows, row)
				if row.Weight == correctedWeight {
					corrected++
				}
			}
		}
		if len(list) < page {
			break
		}
		last := list[len(list)-1]
		after = []any{last.Created, last.ID}
	}
	return rows, corrected, nil
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
