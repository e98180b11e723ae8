package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	mongoptions "go.mongodb.org/mongo-driver/v2/mongo/options"

	"kefu/store"
	"kefu/store/mongo"
	"kefu/store/sqlite"
)

// home is where one program lives: its folder, and its database when its documents
// are in a MongoDB.
type home struct{ dir, mongo string }

// home makes one. A database of its own is dropped when the bench ends.
func (b *bench) home(name string) (home, error) {
	h := home{dir: filepath.Join(b.dir, name)}
	if err := os.MkdirAll(h.dir, 0o700); err != nil || b.mongo == "" {
		return h, err
	}
	u, err := url.Parse(b.mongo)
	if err != nil || u.Host == "" {
		return h, errors.New("-mongo is no URI of a MongoDB")
	}
	base := "kefu_bench_" + strings.ToLower(rand.Text()[:8]) + "_" + name
	u.Path = "/" + base
	h.mongo = u.String()
	b.databases = append(b.databases, base)
	return h, nil
}

func (h home) data() string { return filepath.Join(h.dir, "data") }

// open opens the store, as the program will.
func (h home) open(ctx context.Context) (store.Engine, error) {
	if h.mongo != "" {
		return mongo.Open(ctx, h.mongo)
	}
	return sqlite.Open(ctx, h.data())
}

// drop removes the databases of this run.
func (b *bench) drop() error {
	if len(b.databases) == 0 {
		return nil
	}
	c, err := driver.Connect(mongoptions.Client().ApplyURI(b.mongo))
	if err != nil {
		return errors.New("the MongoDB cannot be reached to drop what was written")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	for _, name := range b.databases {
		if err := c.Database(name).Drop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("drop %s: %w", name, err))
		}
	}
	return errors.Join(append(errs, c.Disconnect(ctx))...)
}
