// Command ferrettest is a MongoDB server for tests: FerretDB on SQLite
// files in the working directory, on a free port of 127.0.0.1. It prints its URI
// and ends when its standard input does, so that it never outlives the test that
// started it. (In memory FerretDB has one connection to SQLite, and an update
// waits for itself.)
//
// It is a module of its own so that what FerretDB needs stays out of kefu's.
// It loses updates that arrive on parallel connections, therefore its URI says
// maxPoolSize=1.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ferrettest:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	f, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:./",
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	if _, err := fmt.Fprintln(out, f.MongoDBURI()+"?maxPoolSize=1"); err != nil {
		return err
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = io.Copy(io.Discard, in) // an error is an end too
	}()
	select {
	case err := <-ended:
		return err
	case <-closed:
	}
	stop()
	select {
	case err := <-ended:
		return err
	case <-time.After(5 * time.Second):
		return nil
	}
}
