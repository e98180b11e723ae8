package demo

import (
	"fmt"
	"sync"
	"time"
)

// clock is real time plus an offset that only grows once people have written: the
// program's and the simulator's one idea of now.
type clock struct {
	real func() time.Time
	zone *time.Location

	mu     sync.Mutex
	offset time.Duration
	past   time.Time // while something is told that happened before
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.past.IsZero() {
		return c.past
	}
	return c.real().Add(c.offset)
}

// at makes it now that instant, never an earlier one.
func (c *clock) at(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = max(c.offset, t.Sub(c.real()))
}

// tell does something as if it were that instant. Nothing else may be running.
func (c *clock) tell(at time.Time, do func() error) error {
	set := func(t time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.past = t
	}
	set(at)
	defer set(time.Time{})
	return do()
}

func (c *clock) ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// The hours in which a first run begins as it is; outside of them, when half the
// staff are at home, it begins at 14:05.
const (
	dayFrom = 9
	dayTo   = 20
)

// begin sets the clock of a first run.
func (c *clock) begin() {
	now := c.real().In(c.zone)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
	if h := now.Hour(); h >= dayFrom && h < dayTo {
		return
	}
	start := time.Date(now.Year(), now.Month(), now.Day(), 14, 5, 0, 0, c.zone)
	c.offset = start.Sub(now)
}

// Jump is one way to move the clock.
type jump struct {
	Key   string `json:"key"`
	Title string `json:"title"`
}

var jumps = []jump{{"5m", "+5 分"}, {"30m", "+30 分"}, {"23:40", "到 23:40"}, {"8:30", "到明早 8:30"}, {"48h", "+48 小时"}}

// target is where a jump leads from now on.
func (c *clock) target(key string) (time.Time, error) {
	now := c.now().In(c.zone)
	next := func(h, m, s int) time.Time {
		t := time.Date(now.Year(), now.Month(), now.Day(), h, m, s, 0, c.zone)
		if !t.After(now) {
			t = t.AddDate(0, 0, 1)
		}
		return t
	}
	switch key {
	case "5m":
		return now.Add(5 * time.Minute), nil
	case "30m":
		return now.Add(30 * time.Minute), nil
	case "48h":
		return now.Add(48 * time.Hour), nil
	case "23:40":
		return next(23, 40, 0), nil
	case "8:30":
		return next(8, 30, 1), nil
	}
	return time.Time{}, fmt.Errorf("demo: no jump %.20q", key)
}
