package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"runtime"
	"unsafe"

	"kefu/store"
)

// op is one write on its way to the writer.
type op struct {
	kind  kind
	table *table
	doc   store.Document
	alone func(*conn) error // kind alter: what to do, outside any group
	some  *selected         // kind purge
	err   error             // of this op, valid if the group commits
	done  chan error        // holds one
}

type kind uint8

const (
	insert kind = iota
	replace
	remove
	purge
	alter
)

// A group holds at most this much; more waits for the next.
const (
	groupOps   = 256
	groupBytes = 16 << 20
)

// Insert stores d, or returns store.ErrExists once that is durable.
func (e *Engine) Insert(ctx context.Context, coll string, d store.Document) error {
	return e.put(ctx, insert, coll, d)
}

// Replace stores d over revision d.Rev.
func (e *Engine) Replace(ctx context.Context, coll string, d store.Document) error {
	return e.put(ctx, replace, coll, d)
}

func (e *Engine) put(ctx context.Context, k kind, coll string, d store.Document) error {
	if err := d.Check(); err != nil {
		return fmt.Errorf("sqlite: %s: %w", coll, err)
	}
	t, err := e.ensureTable(ctx, coll)
	if err != nil {
		return err
	}
	if err := e.submit(ctx, &op{kind: k, table: t, doc: d}); err != nil {
		return fmt.Errorf("sqlite: write to %s: %w", coll, err)
	}
	return nil
}

// Delete removes the document if it is there.
func (e *Engine) Delete(ctx context.Context, coll, id string) error {
	if err := store.CheckName(coll); err != nil {
		return err
	}
	t, ok := e.table(coll)
	if !ok {
		return nil
	}
	if err := e.submit(ctx, &op{kind: remove, table: t, doc: store.Document{ID: id}}); err != nil {
		return fmt.Errorf("sqlite: delete from %s: %w", coll, err)
	}
	return nil
}

// submit queues the op and waits for its group to be durable. If ctx ends
// before the op is queued nothing happens; after that the op runs to its end
// and the caller does not know its outcome.
func (e *Engine) submit(ctx context.Context, o *op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.done = make(chan error, 1)
	e.mu.RLock()
	if e.closed {
		e.mu.RUnlock()
		return errClosed
	}
	select {
	case e.ops <- o:
		e.mu.RUnlock()
	case <-ctx.Done():
		e.mu.RUnlock()
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("outcome unknown: %w: %w", store.ErrUnavailable, ctx.Err())
	}
}

// write is the writer: it takes what has queued up and commits it together.
func (e *Engine) write() {
	defer close(e.done)
	group := make([]*op, 0, groupOps)
	for first := range e.ops {
		e.gather()
		group = append(group[:0], first)
		size := len(first.doc.Body)
		for group[len(group)-1].kind != alter && len(group) < groupOps && size < groupBytes {
			var o *op
			select {
			case o = <-e.ops:
			default:
			}
			if o == nil {
				break
			}
			group = append(group, o)
			size += len(o.doc.Body)
		}
		e.run(group, size)
		clear(group)
	}
}

// gather lets those whose last write was just answered bring their next one:
// without it they fall into two halves that wait for each other's commit, and
// each fsync carries half as much. It costs a few microseconds.
func (e *Engine) gather() {
	for queued := -1; len(e.ops) > queued && queued < groupOps; {
		queued = len(e.ops)
		runtime.Gosched()
	}
}

// run carries out a group on the connection that writes. An alteration of the
// schema is always the last of its group.
func (e *Engine) run(group []*op, size int) {
	work := func(c *conn) error {
		last := group[len(group)-1]
		if last.kind == alter {
			group = group[:len(group)-1]
		}
		e.commit(c, group)
		if last.kind == alter {
			last.done <- last.alone(c)
		}
		return nil
	}
	if e.writer != nil {
		_ = work(e.writer) // every op has heard its own outcome
		e.groups.Add(1)
		e.written.Add(int64(len(group)))
		e.wal.wrote(e.writer, len(group), size)
		return
	}
	if err := e.pool.with(context.Background(), work); err != nil {
		for _, o := range group {
			o.done <- err
		}
	}
}

// commit writes the group in one transaction and then tells each op what came
// of it.
func (e *Engine) commit(c *conn, group []*op) {
	if len(group) == 0 {
		return
	}
	err := c.exec("BEGIN IMMEDIATE")
	if err == nil {
		for _, o := range group {
			o.err = o.apply(c)
		}
		if err = c.exec("COMMIT"); err != nil {
			_ = c.exec("ROLLBACK") // fails when SQLite has rolled back by itself
		}
	}
	for _, o := range group {
		if err != nil {
			o.done <- fault("commit", err)
		} else {
			o.done <- o.err
		}
	}
}

func (o *op) apply(c *conn) error {
	d := &o.doc
	var n int64
	var err error
	// SQLite copies it, and nobody changes a document that is being written.
	body := unsafe.String(unsafe.SliceData(d.Body), len(d.Body))
	switch o.kind {
	case purge:
		gone, err := c.change(o.some.sql, o.some.args...)
		o.some.gone = int(gone)
		return fault("purge", err)
	case insert:
		n, err = c.change("INSERT INTO "+o.table.name+" (id, rev, last, body) VALUES (?, 1, ?, ?) ON CONFLICT (id) DO NOTHING",
			d.ID, d.Last, body)
	case replace:
		n, err = c.change("UPDATE "+o.table.name+" SET rev = rev + 1, last = ?, body = ? WHERE id = ? AND rev = ?",
			d.Last, body, d.ID, d.Rev)
	case remove:
		_, err = c.change("DELETE FROM "+o.table.name+" WHERE id = ?", d.ID)
		return fault("delete", err)
	}
	if err != nil {
		return fault("write", err)
	}
	if n == 1 {
		return nil
	}
	return o.why(c)
}

// why tells why a write found nothing to write: its own earlier self, another
// revision, or no document.
func (o *op) why(c *conn) error {
	var rev int64 = -1
	var last string
	err := c.query(context.Background(), "SELECT rev, last FROM "+o.table.name+" WHERE id = ?", []any{o.doc.ID},
		func(row []driver.Value) (bool, error) {
			rev, _ = row[0].(int64)
			last, _ = row[1].(string)
			return true, nil
		})
	own := o.doc.Last != "" && last == o.doc.Last
	switch {
	case err != nil:
		return fault("read back", err)
	case o.kind == insert && own && rev == 1, o.kind == replace && own && rev == o.doc.Rev+1:
		return nil
	case o.kind == insert:
		return store.ErrExists
	case rev < 0:
		return store.ErrNotFound
	}
	return store.ErrConflict
}
