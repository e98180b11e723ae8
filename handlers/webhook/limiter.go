package webhook

import (
	"sync"
	"time"
)

// limiter lets one through a minute, so that an alert is not a flood. A clock that
// was set back does not silence it.
type limiter struct {
	mu   sync.Mutex
	last time.Time
}

func (l *limiter) allow(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.last).Abs() < time.Minute {
		return false
	}
	l.last = now
	return true
}
