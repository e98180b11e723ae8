package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// probe looks into the program's store from outside, reading only.
type probe struct{ db *sql.DB }

func openProbe(dir string) (*probe, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data", "kefu.db")+"?mode=ro&_pragma=busy_timeout(5000)")
	return &probe{db}, err
}

// counts is what there is in the store.
type counts struct{ tickets, deliveries int }

func (p *probe) counts(ctx context.Context) (c counts, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM d_tickets), (SELECT count(*) FROM d_deliveries)`).Scan(&c.tickets, &c.deliveries)
	return c, err
}

// settleTime is the longest that what was begun may take to end.
const settleTime = 30 * time.Second

// settled waits until no message is open and no decision has anything left to be
// carried out: then every case is stored and every card queued.
func (p *probe) settled(ctx context.Context) error {
	for end := time.Now().Add(settleTime); time.Now().Before(end); {
		var open, pending int
		err := p.db.QueryRowContext(ctx, `SELECT
			(SELECT count(*) FROM d_inbox WHERE body ->> '$.due' IS NOT NULL),
			(SELECT count(*) FROM d_conversations WHERE body ->> '$.due' IS NOT NULL)`).Scan(&open, &pending)
		if err != nil {
			return err
		}
		if open+pending == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return fmt.Errorf("what was begun is not finished after %s", settleTime)
}
