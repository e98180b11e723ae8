package sqlite

import (
	"os"
	"sync"
)

// checkpointer moves what is in the write-ahead log into the database file
// beside the writer, so that no commit waits for it. A log that grew large all
// the same is emptied by the writer itself.
type checkpointer struct {
	path string
	wake chan struct{} // holds one
	end  chan struct{}
	wg   sync.WaitGroup

	ops, bytes int // since the last wake; the writer's own
}

const (
	walOps   = 2000
	walBytes = 8 << 20
	walLarge = 64 << 20
)

func newCheckpointer(path string) *checkpointer {
	p := &checkpointer{path: path, wake: make(chan struct{}, 1), end: make(chan struct{})}
	p.wg.Go(p.loop)
	return p
}

// wrote is called by the writer after each group.
func (p *checkpointer) wrote(c *conn, ops, bytes int) {
	p.ops += ops
	p.bytes += bytes
	if p.ops < walOps && p.bytes < walBytes {
		return
	}
	p.ops, p.bytes = 0, 0
	if info, err := os.Stat(p.path + "-wal"); err == nil && info.Size() > walLarge {
		// A slow reader makes this fail rather than hold up the writes; then the
		// next time tries again.
		_ = c.exec("PRAGMA busy_timeout=100")
		_ = c.exec("PRAGMA wal_checkpoint(TRUNCATE)")
		_ = c.exec("PRAGMA busy_timeout=10000")
		return
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *checkpointer) loop() {
	var c *conn
	for {
		select {
		case <-p.wake:
		case <-p.end:
			if c != nil {
				_ = c.close()
			}
			return
		}
		if c == nil {
			var err error
			if c, err = connect(p.path, false, 256); err != nil {
				c = nil // the log stays until the writer empties it
				continue
			}
		}
		_ = c.exec("PRAGMA wal_checkpoint(PASSIVE)") // what is left out now is for the next time
	}
}

func (p *checkpointer) close() error {
	close(p.end)
	p.wg.Wait()
	return nil
}
