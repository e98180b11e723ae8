package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// answerTime is how long WeChat waits for an answer.
const answerTime = 5 * time.Second

// post is a request made ready, byte for byte.
type post []byte

func newPost(host, path, query string, body []byte) post {
	var b bytes.Buffer
	b.Grow(len(body) + len(query) + 256)
	fmt.Fprintf(&b, "POST %s?%s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n", path, query, host, len(body))
	b.Write(body)
	return b.Bytes()
}

// result is what a round came to.
type result struct {
	took     time.Duration
	waits    []float64 // ms, one for each answer
	replied  int       // with words
	accepted int       // success, and nothing more
	last     []byte    // an answer with words
}

// client keeps connections open from round to round, as WeChat does. It writes
// and reads them itself: net/http's client would take as much of this machine as
// what is measured.
type client struct {
	addr  string
	n     int
	conns []*wire
}

type wire struct {
	net.Conn
	r *bufio.Reader
}

// dial opens the connections just before they are used: a server closes one that
// says nothing for a while.
func (c *client) dial(ctx context.Context) error {
	var d net.Dialer
	for len(c.conns) < c.n {
		conn, err := d.DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return err
		}
		c.conns = append(c.conns, &wire{conn, bufio.NewReaderSize(conn, 8<<10)})
	}
	return nil
}

func (c *client) close() error {
	var errs []error
	for _, w := range c.conns {
		errs = append(errs, w.Close())
	}
	return errors.Join(errs...)
}

// send posts everything, each connection the next one as soon as it is free.
// Whatever is not a right answer in time is an error.
func (c *client) send(ctx context.Context, posts []post) (*result, error) {
	if err := c.dial(ctx); err != nil {
		return nil, err
	}
	r := &result{}
	var next atomic.Int64
	var mu sync.Mutex
	var errs []error
	var wg sync.WaitGroup
	start := time.Now()
	for _, w := range c.conns {
		wg.Go(func() {
			mine := result{waits: make([]float64, 0, 2*len(posts)/len(c.conns))}
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(posts) {
					break
				}
				if err := w.one(posts[i], &mine); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			r.waits = append(r.waits, mine.waits...)
			r.replied += mine.replied
			r.accepted += mine.accepted
			if mine.last != nil {
				r.last = mine.last
			}
		})
	}
	wg.Wait()
	r.took = time.Since(start)
	if len(errs) > 0 {
		return nil, fmt.Errorf("%d connections ended: %w", len(errs), errs[0])
	}
	return r, ctx.Err()
}

func (w *wire) one(p post, r *result) error {
	start := time.Now()
	if err := w.SetDeadline(start.Add(answerTime)); err != nil {
		return err
	}
	if _, err := w.Write(p); err != nil {
		return err
	}
	res, err := http.ReadResponse(w.r, nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	r.waits = append(r.waits, float64(time.Since(start))/float64(time.Millisecond))
	switch {
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("answered %s", res.Status)
	case bytes.HasPrefix(body, []byte("<xml>")):
		r.replied++
		r.last = body
	case string(body) == "success":
		r.accepted++
	default:
		return fmt.Errorf("answered %d bytes that are neither a reply nor success", len(body))
	}
	return nil
}
