package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"

	"kefu/store"
)

// conn is one connection with its prepared statements, used by one goroutine
// at a time. It speaks to the driver directly: database/sql would prepare each
// statement per connection behind a lock of its own and costs a fifth of the
// writes.
type conn struct {
	raw   driver.Conn
	stmts map[string]driver.Stmt
	row   []driver.Value
	args  []driver.NamedValue // of the statement in hand
}

// maxStmts bounds the prepared statements of a connection.
const maxStmts = 256

func newConn(raw driver.Conn) *conn {
	return &conn{raw: raw, stmts: make(map[string]driver.Stmt)}
}

func (c *conn) prepare(sql string) (driver.Stmt, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStmts {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	s, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, err
	}
	c.stmts[sql] = s
	return s, nil
}

func (c *conn) forget() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	clear(c.stmts)
	return errors.Join(errs...)
}

func (c *conn) exec(sql string, args ...any) error {
	_, err := c.change(sql, args...)
	return err
}

// change executes and tells how many rows were changed.
func (c *conn) change(sql string, args ...any) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	r, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.named(args))
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// query calls each for every row until it returns false. The row is only good
// until each returns.
func (c *conn) query(ctx context.Context, sql string, args []any, each func([]driver.Value) (bool, error)) (err error) {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, c.named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if n := len(rows.Columns()); len(c.row) != n {
		c.row = make([]driver.Value, n)
	}
	for n := 0; ; n++ {
		if n%16 == 15 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch err := rows.Next(c.row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if more, err := each(c.row); err != nil || !more {
			return err
		}
	}
}

func (c *conn) close() error {
	return errors.Join(c.forget(), c.raw.Close())
}

// named is what the driver wants; it binds the values before it returns.
func (c *conn) named(args []any) []driver.NamedValue {
	clear(c.args)
	c.args = c.args[:0]
	for i, v := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args
}

// pool lends a fixed number of connections, opened when first needed.
type pool struct {
	open func() (*conn, error)
	free chan *conn // nil in it: may be opened
	once sync.Once
	quit chan struct{}
}

func newPool(n int, first *conn, open func() (*conn, error)) *pool {
	p := &pool{open: open, free: make(chan *conn, n), quit: make(chan struct{})}
	p.free <- first
	for range n - 1 {
		p.free <- nil
	}
	return p
}

// with lends a connection to do. It waits for one as long as ctx allows.
func (p *pool) with(ctx context.Context, do func(*conn) error) error {
	var c *conn
	select {
	case <-p.quit:
		return errClosed
	default:
	}
	select {
	case c = <-p.free:
	case <-p.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.free <- c }()
	if c == nil {
		var err error
		if c, err = p.open(); err != nil {
			return err
		}
	}
	return do(c)
}

// close waits for what is lent and closes all.
func (p *pool) close() error {
	var errs []error
	p.once.Do(func() {
		close(p.quit)
		for range cap(p.free) {
			if c := <-p.free; c != nil {
				errs = append(errs, c.close())
			}
		}
	})
	return errors.Join(errs...)
}

var errClosed = fmt.Errorf("closed: %w", store.ErrUnavailable)
