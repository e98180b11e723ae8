package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"kefu/store"
)

// Lease is the right to be the only instance on a database. It is kept by a
// beat, a number that goes up; a lease whose beat stood still for leaseDead is
// free. Nobody's clock is compared with anybody's.
type Lease struct {
	e     *Engine
	token string
	stop  context.CancelFunc
	lost  chan struct{}
	done  sync.WaitGroup
}

const (
	leaseBeat = 2 * time.Second
	leaseDead = 10 * time.Second
)

// HeldError says who has the lease.
type HeldError struct{ Holder string }

func (e *HeldError) Error() string {
	return fmt.Sprintf("mongo: another instance is running on this database: %s", e.Holder)
}

type leaseDoc struct {
	ID     string `bson:"_id"`
	Holder string `bson:"holder"`
	Token  string `bson:"token"`
	Beat   int64  `bson:"beat"`
}

const leaseID = "lease"

// Lease takes the lease in the name of holder (host and process, for people to
// read), or returns a *HeldError. When another instance ended without giving it
// back this waits for leaseDead to be sure. The lease is kept until Release;
// Lost tells when that failed.
func (e *Engine) Lease(ctx context.Context, holder string) (*Lease, error) {
	return e.lease(ctx, holder, leaseBeat, leaseDead)
}

func (e *Engine) lease(ctx context.Context, holder string, beat, dead time.Duration) (*Lease, error) {
	if err := e.open(ctx, "lease"); err != nil {
		return nil, err
	}
	mine := leaseDoc{ID: leaseID, Holder: holder, Token: rand.Text(), Beat: 1}
	if err := e.acquire(ctx, mine, dead); err != nil {
		return nil, err
	}
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &Lease{e: e, token: mine.Token, stop: stop, lost: make(chan struct{})}
	l.done.Go(func() { l.keep(own, beat, dead) })
	return l, nil
}

// acquire inserts the lease, or takes over one that stands still.
func (e *Engine) acquire(ctx context.Context, mine leaseDoc, dead time.Duration) error {
	meta := e.db.Collection(metaName)
	var seen leaseDoc
	var since time.Time
	for {
		_, err := meta.InsertOne(ctx, mine)
		if err == nil {
			return nil
		}
		if !driver.IsDuplicateKeyError(err) {
			return fault(ctx, "take the lease", err)
		}
		var now leaseDoc
		err = meta.FindOne(ctx, bson.D{{Key: "_id", Value: leaseID}}).Decode(&now)
		switch {
		case errors.Is(err, driver.ErrNoDocuments):
			continue // given back just now
		case err != nil:
			return fault(ctx, "read the lease", err)
		case now.Token == mine.Token:
			return nil // our insert, whose answer was lost
		case since.IsZero():
			seen, since = now, time.Now()
		case now != seen:
			return &HeldError{now.Holder}
		case time.Since(since) >= dead:
			r, err := meta.ReplaceOne(ctx, bson.D{{Key: "_id", Value: leaseID}, {Key: "token", Value: now.Token}, {Key: "beat", Value: now.Beat}}, mine)
			if err != nil {
				return fault(ctx, "take over the lease", err)
			}
			if r.MatchedCount == 1 {
				return nil
			}
			return &HeldError{now.Holder}
		}
		if err := sleep(ctx, dead/10); err != nil {
			return err
		}
	}
}

// keep beats until told to stop. When for most of dead no beat got through, or
// somebody else has the lease, it is lost.
func (l *Lease) keep(ctx context.Context, beat, dead time.Duration) {
	meta := l.e.db.Collection(metaName)
	last := time.Now()
	for sleep(ctx, beat) == nil {
		call, cancel := context.WithTimeout(ctx, dead/5) // two in a row leave time to stop before dead
		r, err := meta.UpdateOne(call, bson.D{{Key: "_id", Value: leaseID}, {Key: "token", Value: l.token}}, is("$inc", bson.D{{Key: "beat", Value: int64(1)}}))
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && r.MatchedCount == 1:
			last = time.Now()
		case err == nil, time.Since(last) > dead*7/10:
			close(l.lost)
			return
		}
	}
}

// Lost is closed when the lease could not be kept: the instance must stop.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Release gives the lease back. It may be called twice.
func (l *Lease) Release() error {
	l.stop()
	l.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), selectTime)
	defer cancel()
	_, err := l.e.db.Collection(metaName).DeleteOne(ctx, bson.D{{Key: "_id", Value: leaseID}, {Key: "token", Value: l.token}})
	if err != nil {
		return fmt.Errorf("mongo: give the lease back: %w: %w", store.ErrUnavailable, err)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
