package sim

import "time"

// window is an allowance of customer-service messages.
//
// WeChat: 5 within 48 h of each message, 3 within one minute of a menu click, a
// follow, a scan or a tapped option. How the two combine is published nowhere;
// here they run side by side, a send takes one from each, and what is left is
// the larger of the two. With [Account].OneWindow the newest replaces the other.
type window struct {
	Left  int       `json:"left"`
	Until time.Time `json:"until"`
}

const (
	spokeCredits = 5
	spokeWindow  = 48 * time.Hour
	tapCredits   = 3
	tapWindow    = time.Minute
)

func (w window) open(now time.Time) bool { return now.Before(w.Until) }

// spoke opens the long window.
func (p *person) spoke(now time.Time) {
	p.Long = window{Left: spokeCredits, Until: now.Add(spokeWindow)}
	p.Short = window{}
	p.Acted = now
}

// tapped opens the short window.
func (p *person) tapped(now time.Time, alone bool) {
	p.Short = window{Left: tapCredits, Until: now.Add(tapWindow)}
	p.Acted = now
	if alone {
		p.Long = window{}
	}
}

// spend takes one credit: 0, or 45015 with no window open, or 45047 with none left.
func (p *person) spend(now time.Time) int {
	long, short := p.Long.open(now), p.Short.open(now)
	if !long && !short {
		return 45015
	}
	if (!long || p.Long.Left == 0) && (!short || p.Short.Left == 0) {
		return 45047
	}
	if long && p.Long.Left > 0 {
		p.Long.Left--
	}
	if short && p.Short.Left > 0 {
		p.Short.Left--
	}
	return 0
}

// Credits is what may still be sent to a customer by custom/send.
type Credits struct {
	Left  int       `json:"left"`
	Until time.Time `json:"until,omitzero"` // end of the window; zero with none open
	Open  bool      `json:"open"`
}

func (p *person) credits(now time.Time) Credits {
	var c Credits
	for _, w := range []window{p.Long, p.Short} {
		if w.open(now) {
			if !c.Open || w.Left > c.Left {
				c.Left, c.Until = w.Left, w.Until
			}
			c.Open = true
		}
	}
	return c
}
