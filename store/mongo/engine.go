// Package mongo keeps documents in MongoDB (6.0 or later): what kefu runs on
// when more than one instance is wanted. A document of the store is one of
// MongoDB: {_id, rev, last, body}.
//
// It asks for nothing a sharded cluster cannot give: documents are written one
// at a time by _id, and nothing but _id is unique. The shard key is the hashed
// _id.
package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"kefu/store"
)

var (
	_ store.Engine = (*Engine)(nil)
	_ store.Files  = (*Engine)(nil)
)

// Engine is a store.Engine and store.Files on one database.
type Engine struct {
	client *driver.Client
	db     *driver.Database
	id     string
	slots  chan struct{} // a write in flight has one
	ferret bool          // FerretDB 1, which gives a group's documents to its first accumulator only
	closed atomic.Bool
}

// Time-outs: a write runs to its end within writeTime whatever becomes of its
// caller; a server is looked for no longer than selectTime.
const (
	writeTime  = 10 * time.Second
	selectTime = 5 * time.Second
	maxWrites  = 512
	metaName   = "kefu_meta"
	defaultDB  = "kefu"
)

// Open connects to the database the URI names (kefu if it names none). Reads
// and writes go to the primary, writes are journaled by a majority and retried
// by the driver, whatever the URI says. The error never shows the URI, which
// may hold a password.
func Open(ctx context.Context, uri string) (*Engine, error) {
	opts, name, err := clientOptions(uri)
	if err != nil {
		return nil, err
	}
	client, err := driver.Connect(opts)
	if err != nil {
		return nil, errBadURI
	}
	e := &Engine{client: client, db: client.Database(name), slots: make(chan struct{}, maxWrites)}
	if err := e.identify(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

var errBadURI = errors.New("mongo: the URI cannot be used (want mongodb://user:password@host:port/database)")

// clientOptions are what the URI says, but for what must hold, and the name of
// the database.
func clientOptions(uri string) (*options.ClientOptions, string, error) {
	cs, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, "", errBadURI
	}
	name := cs.Database
	if name == "" {
		name = defaultDB
	}
	durable := writeconcern.Majority()
	journal := true
	durable.Journal = &journal
	opts := options.Client().ApplyURI(uri).
		SetAppName("kefu").
		SetServerSelectionTimeout(selectTime).
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(durable).
		SetRetryWrites(true).SetRetryReads(true)
	return opts, name, nil
}

// identify reads or makes the store's id.
func (e *Engine) identify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	meta := e.db.Collection(metaName)
	_, err := meta.InsertOne(ctx, bson.D{{Key: "_id", Value: "id"}, {Key: "value", Value: strings.ToLower(rand.Text())}})
	if err != nil && !driver.IsDuplicateKeyError(err) {
		return fault(ctx, "connect", err)
	}
	var v struct {
		Value string `bson:"value"`
	}
	if err := meta.FindOne(ctx, bson.D{{Key: "_id", Value: "id"}}).Decode(&v); err != nil {
		return fault(ctx, "read the store's id", err)
	}
	e.id = v.Value
	var about struct {
		Ferret bson.RawValue `bson:"ferretdbVersion"`
	}
	if err := e.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&about); err != nil {
		return fault(ctx, "ask what server this is", err)
	}
	e.ferret = about.Ferret.Type != 0
	return nil
}

// ID names this store; it is made once and kept in the database.
func (e *Engine) ID() string { return e.id }

// Close waits for the writes in flight and disconnects. It may be called twice.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTime+time.Second)
	defer cancel()
	for range cap(e.slots) {
		select {
		case e.slots <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("mongo: close: writes still in flight: %w", e.client.Disconnect(ctx))
		}
	}
	if err := e.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongo: close: %w", err)
	}
	return nil
}

// open refuses calls after Close.
func (e *Engine) open(ctx context.Context, coll string) error {
	if e.closed.Load() {
		return fmt.Errorf("mongo: closed: %w", store.ErrUnavailable)
	}
	if err := store.CheckName(coll); err != nil {
		return err
	}
	return ctx.Err()
}

// MongoDB's numbers of errors.
const (
	codeNamespaceNotFound = 26
	codeIndexNotFound     = 27
	codeIndexConflict     = 85
	codeNotImplemented    = 238
	codeObjectTooLarge    = 10334
)

func hasCode(err error, code int) bool {
	var se driver.ServerError
	return errors.As(err, &se) && se.HasErrorCode(code)
}

// fault turns an error of the driver into one of the store's.
func fault(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("mongo: %s: %w: %w", doing, store.ErrUnavailable, ctx.Err())
	case errors.Is(err, store.ErrRefused), errors.Is(err, store.ErrUnavailable):
		return fmt.Errorf("mongo: %s: %w", doing, err)
	case hasCode(err, codeObjectTooLarge):
		return fmt.Errorf("mongo: %s: %w: %w", doing, store.ErrRefused, err)
	}
	return fmt.Errorf("mongo: %s: %w: %w", doing, store.ErrUnavailable, err)
}
