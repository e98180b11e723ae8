package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver

	"kefu/store"
	"kefu/store/mongo"
)

// probe looks into the program's store from outside, reading only.
type probe interface {
	counts(ctx context.Context) (counts, error)
	// open is how many messages are open, and how many decisions have something
	// left to be carried out.
	open(ctx context.Context) (int, error)
	close() error
}

func openProbe(ctx context.Context, h home) (probe, error) {
	if h.mongo != "" {
		e, err := mongo.Open(ctx, h.mongo)
		return engineProbe{e}, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.data(), "kefu.db")+"?mode=ro&_pragma=busy_timeout(5000)")
	return fileProbe{db}, err
}

// counts is what there is in the store.
type counts struct{ tickets, deliveries int }

// fileProbe reads the SQLite file beside the program, which has it locked for
// other engines.
type fileProbe struct{ db *sql.DB }

func (p fileProbe) counts(ctx context.Context) (c counts, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM d_tickets), (SELECT count(*) FROM d_deliveries)`).Scan(&c.tickets, &c.deliveries)
	return c, err
}

func (p fileProbe) open(ctx context.Context) (n int, err error) {
	err = p.db.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM d_inbox WHERE body ->> '$.due' IS NOT NULL) +
		(SELECT count(*) FROM d_conversations WHERE body ->> '$.due' < ?)`, soon().Text()).Scan(&n)
	return n, err
}

func (p fileProbe) close() error { return p.db.Close() }

type engineProbe struct{ store.Engine }

func (p engineProbe) counts(ctx context.Context) (c counts, err error) {
	for coll, n := range map[string]*int{"tickets": &c.tickets, "deliveries": &c.deliveries} {
		all, err := p.Count(ctx, coll, store.Query{})
		if err != nil {
			return c, err
		}
		*n = int(all)
	}
	return c, nil
}

func (p engineProbe) open(ctx context.Context) (int, error) {
	n := 0
	for coll, due := range map[string]store.Cond{
		"inbox": store.Where("due", store.Exists), "conversations": store.Where("due", store.Lt, soon()),
	} {
		due, err := p.Count(ctx, coll, store.Query{Where: []store.Cond{due}, Limit: 1})
		if err != nil {
			return 0, err
		}
		n += int(due)
	}
	return n, nil
}

func (p engineProbe) close() error { return p.Close() }

// soon is when a conversation is due at the latest whose decision has something
// left to be carried out; a question that lapses is due much later.
func soon() store.Time { return store.At(time.Now().Add(10 * time.Second)) }

// settleTime is the longest that what was begun may take to end.
const settleTime = 2 * time.Minute

// settled waits until no message is open and no decision has anything left to be
// carried out: then every case is stored and every card queued.
func settled(ctx context.Context, p probe) error {
	for end := time.Now().Add(settleTime); time.Now().Before(end); {
		n, err := p.open(ctx)
		if err != nil || n == 0 {
			return err
		}
		if err := pause(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("what was begun is not finished after %s", settleTime)
}
