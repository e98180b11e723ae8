package delivery

import (
	"slices"
	"time"

	"kefu/store"
)

// Opens is what opened a window.
type Opens string

// The kinds of window. WeChat: 5 messages for 48 hours after a message of the
// customer, 3 for one minute after a menu click, a scan, a follow, or a tapped
// option.
const (
	ByMessage Opens = "message"
	ByTap     Opens = "tap"
)

func (o Opens) allows() (n int, d time.Duration) {
	if o == ByMessage {
		return 5, 48 * time.Hour
	}
	return 3, time.Minute
}

const (
	// inFlight is how long a call may take effect after its credit was reserved:
	// the outbox begins it within 5 s and gives it 10 s.
	inFlight = 15 * time.Second
	// skew covers CreateTime's whole seconds and two clocks that differ.
	skew = 2 * time.Second
	// early makes a window end before WeChat's does.
	early = 5 * time.Second

	maxSends = 24
)

// Why there is no credit, in the words staff read.
const (
	NoWindow  = "48 小时没来信"
	NoCredits = "这一轮 5 条用完了"
)

// Window is what a customer's message or tap allows us to send.
type Window struct {
	Key    string     `json:"key"` // of the message that opened it
	Kind   Opens      `json:"kind"`
	At     store.Time `json:"at"`               // its CreateTime
	Closed int        `json:"closed,omitempty"` // 45015 or 45047: the platform said it is over
}

// Send is a call for which a credit was reserved.
type Send struct {
	ID    string     `json:"id"`
	At    store.Time `json:"at"`
	End   store.Time `json:"end,omitzero"` // zero: in flight or unknown
	Under string     `json:"under"`        // the window it was reserved in
}

// Credits are a customer's windows and what was sent since, embedded in the
// conversation's document. All methods are pure and may be repeated. How windows
// of different triggers combine is not documented, so the cautious reading holds:
// a send counts in every window it may have fallen into, and what is left is the
// largest remainder, not the sum.
type Credits struct {
	Windows []Window `json:"windows,omitempty"` // at most one of each kind
	Sends   []Send   `json:"sends,omitempty"`
}

// Open opens the window of a message. One that is not newer than the window of
// its kind changes nothing: WeChat's deliveries may come in any order.
func (c *Credits) Open(kind Opens, key string, at store.Time) {
	i := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Kind == kind })
	w := Window{Key: key, Kind: kind, At: at}
	switch {
	case i < 0:
		c.Windows = append(c.Windows, w)
	case c.Windows[i].Key == key || c.Windows[i].At.After(at):
		return
	default:
		c.Windows[i] = w
	}
	c.Sends = slices.DeleteFunc(c.Sends, func(s Send) bool {
		return !slices.ContainsFunc(c.Windows, s.within)
	})
}

// within says whether the platform may have counted s in w.
func (s Send) within(w Window) bool {
	if s.End.IsZero() {
		return !s.At.Add(inFlight + skew).Before(w.At)
	}
	return !s.End.Add(skew).Before(w.At)
}

func (c *Credits) left(w Window, now store.Time) int {
	n, d := w.Kind.allows()
	if w.Closed != 0 || !now.Before(w.At.Add(d-early)) {
		return 0
	}
	for _, s := range c.Sends {
		if s.within(w) {
			n--
		}
	}
	return max(n, 0)
}

// Reserve takes a credit for the call id, before the call. The last one of a
// message's window is kept for a closing answer. Unknown outcomes stay used.
func (c *Credits) Reserve(id string, now store.Time, closing bool) Grant {
	if i := slices.IndexFunc(c.Sends, func(s Send) bool { return s.ID == id }); i >= 0 {
		g := Grant{OK: true, Window: c.Sends[i].Under}
		for _, w := range c.Windows {
			if w.Key == g.Window {
				g.Opened = w.At
			}
		}
		return g
	}
	w, n := c.best(now)
	g := Grant{Window: c.newest()}
	keep := 0
	for _, m := range c.Windows {
		if m.Kind == ByMessage && c.left(m, now) == 1 && !closing {
			keep = 1
		}
	}
	switch {
	case n == 0 || len(c.Sends) >= maxSends:
		g.Reason = c.reason(now)
		return g
	case keep == 1:
		g.Reason = NoCredits
		return g
	}
	c.Sends = append(c.Sends, Send{ID: id, At: now, Under: w.Key})
	return Grant{OK: true, Window: w.Key, Opened: w.At}
}

// Settle notes the end of the call id. Not counted: the platform surely did not
// take it, the credit is back.
func (c *Credits) Settle(id string, now store.Time, counted bool) {
	i := slices.IndexFunc(c.Sends, func(s Send) bool { return s.ID == id })
	switch {
	case i < 0:
	case !counted:
		c.Sends = slices.Delete(c.Sends, i, i+1)
	case c.Sends[i].End.IsZero():
		c.Sends[i].End = now
	}
}

// Left is what can still be sent, the closing answer included.
func (c *Credits) Left(now store.Time) Allowance {
	w, n := c.best(now)
	a := Allowance{Left: n, Window: c.newest()}
	if n > 0 {
		_, d := w.Kind.allows()
		a.Until = w.At.Add(d)
	}
	return a
}

// Correct closes the window under which the platform refused: 45015 it is over,
// 45047 its credits are used up. A newer window is untouched.
func (c *Credits) Correct(window string, code int) {
	for i := range c.Windows {
		if c.Windows[i].Key == window && (code == 45015 || code == 45047) {
			c.Windows[i].Closed = code
		}
	}
}

// best is the window with most left; of equals the one that lasts longest.
func (c *Credits) best(now store.Time) (best Window, most int) {
	for _, w := range c.Windows {
		if n := c.left(w, now); n > most || n == most && n > 0 && w.Kind == ByMessage {
			best, most = w, n
		}
	}
	return best, most
}

func (c *Credits) newest() (key string) {
	var at store.Time
	for _, w := range c.Windows {
		if key == "" || w.At.After(at) {
			key, at = w.Key, w.At
		}
	}
	return key
}

func (c *Credits) reason(now store.Time) string {
	for _, w := range c.Windows {
		if _, d := w.Kind.allows(); w.Kind == ByMessage && now.Before(w.At.Add(d-early)) && w.Closed != 45015 {
			return NoCredits
		}
	}
	return NoWindow
}
