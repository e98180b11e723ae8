// Package sqlite keeps documents in one SQLite file in the data folder: what
// kefu runs on when no database is configured. One goroutine writes and commits
// together what has queued up; many read. Every commit is on disk before
// anybody hears of it.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	driverpkg "modernc.org/sqlite"

	"kefu/store"
)

var (
	_ store.Engine = (*Engine)(nil)
	_ store.Files  = (*Engine)(nil)
)

// Engine is a store.Engine and store.Files on one data folder, or in memory.
type Engine struct {
	id     string
	dir    string // "" in memory
	lock   *folderLock
	writer *conn // nil in memory: there the pool's one connection writes too
	pool   *pool
	ops    chan *op

	mu     sync.RWMutex // held for reading while an op is handed over
	closed bool
	done   chan struct{} // the writer goroutine ended

	tables  sync.Map // collection → *table
	wal     *checkpointer
	memory  memoryFiles
	groups  atomic.Int64 // committed, and the writes in them
	written atomic.Int64
}

// table is what the engine knows of a collection.
type table struct {
	name    string // quoted
	partial atomic.Pointer[[][]store.Cond]
}

// Open opens or makes the store in dir and locks it for this process. When
// another process has it the error says which.
func Open(ctx context.Context, dir string) (*Engine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sqlite: data folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{dir: dir, lock: lock}
	if err := e.cleanFiles(); err != nil {
		return nil, errors.Join(err, lock.unlock())
	}
	if err := e.open(ctx, filepath.Join(dir, "kefu.db")); err != nil {
		return nil, errors.Join(err, lock.unlock())
	}
	return e, nil
}

// OpenMemory opens an empty store that lives in memory until it is closed, for
// tests: reads and writes take turns on one connection.
func OpenMemory(ctx context.Context) (*Engine, error) {
	e := &Engine{}
	if err := e.open(ctx, ":memory:"); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Engine) open(ctx context.Context, path string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// SQLite built in C syncs with fdatasync on Linux; elsewhere this says no
	// and fsync stays.
	_, _ = driverpkg.Fdatasync(true)
	first, err := connect(path, e.dir == "", 16<<10)
	if err != nil {
		return err
	}
	if e.dir == "" {
		e.pool = newPool(1, first, nil)
	} else {
		e.writer = first
		e.pool = newPool(max(4, 2*runtime.GOMAXPROCS(0)), nil, func() (*conn, error) {
			return connect(path, false, 4<<10)
		})
		e.wal = newCheckpointer(path)
	}
	if err := e.identify(first); err != nil {
		return errors.Join(err, first.close())
	}
	e.ops = make(chan *op, 1024)
	e.done = make(chan struct{})
	go e.write()
	return nil
}

// connect opens one connection. cache is in KiB.
func connect(path string, memory bool, cache int) (*conn, error) {
	raw, err := registered().Open(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open: %w", err)
	}
	c := newConn(raw)
	pragmas := []string{
		"busy_timeout=10000", "temp_store=MEMORY", "mmap_size=0",
		fmt.Sprintf("cache_size=-%d", cache), "trusted_schema=OFF",
	}
	if !memory {
		// The checkpointer does what the writer would otherwise stop for.
		pragmas = append(pragmas, "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0")
	}
	for _, p := range pragmas {
		if err := c.exec("PRAGMA " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("sqlite: pragma %s: %w", p, err), c.close())
		}
	}
	return c, nil
}

// registered is the driver under its registered name, with nothing added.
var registered = sync.OnceValue(func() driver.Driver {
	db, err := sql.Open("sqlite", "")
	if err != nil {
		return &driverpkg.Driver{}
	}
	defer db.Close()
	return db.Driver()
})

// identify reads or makes the store's id and notes which collections there are.
func (e *Engine) identify(c *conn) error {
	if err := c.exec("CREATE TABLE IF NOT EXISTS kefu_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)"); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	if err := c.exec("INSERT OR IGNORE INTO kefu_meta VALUES ('id', ?)", strings.ToLower(rand.Text())); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	err := c.query(context.Background(), "SELECT value FROM kefu_meta WHERE key='id'", nil, func(row []driver.Value) (bool, error) {
		e.id, _ = row[0].(string)
		return true, nil
	})
	if err != nil || e.id == "" {
		return fmt.Errorf("sqlite: no store id: %w", err)
	}
	return c.query(context.Background(), "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'd\\_%' ESCAPE '\\'", nil,
		func(row []driver.Value) (bool, error) {
			if name, _ := row[0].(string); name != "" {
				e.known(name[2:])
			}
			return true, nil
		})
}

// known notes that the collection has its table.
func (e *Engine) known(coll string) *table {
	t, _ := e.tables.LoadOrStore(coll, &table{name: `"d_` + coll + `"`})
	return t.(*table)
}

func (e *Engine) table(coll string) (*table, bool) {
	t, ok := e.tables.Load(coll)
	if !ok {
		return nil, false
	}
	return t.(*table), true
}

// ID names this store; it is made once and kept in the file.
func (e *Engine) ID() string { return e.id }

// Close writes what is queued, then closes. It may be called twice.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		<-e.done
		return nil
	}
	e.closed = true
	close(e.ops)
	e.mu.Unlock()
	<-e.done
	errs := []error{}
	if e.wal != nil {
		errs = append(errs, e.wal.close())
	}
	errs = append(errs, e.pool.close())
	if e.writer != nil {
		errs = append(errs, e.writer.close())
	}
	if e.lock != nil {
		errs = append(errs, e.lock.unlock())
	}
	return errors.Join(errs...)
}

// fault turns an error of SQLite into one of the store's.
func fault(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrRefused):
		return fmt.Errorf("sqlite: %s: %w", doing, err)
	}
	return fmt.Errorf("sqlite: %s: %w: %w", doing, store.ErrUnavailable, err)
}
