package hours

import (
	"iter"
	"time"
)

// horizon is how many days ahead hours are looked for. Hours that never come
// within it (a holiday that does not exist) count as none.
const horizon = 4000

// Schedule is working hours on a calendar.
type Schedule struct {
	cal   *Calendar
	hours Hours
}

// With puts hours on the calendar. Zero hours mean always open.
func (c *Calendar) With(h Hours) *Schedule {
	if h.IsZero() {
		h = Hours{spans: []span{{allDays, 0, dayLong}}, text: "24h"}
	}
	return &Schedule{c, h}
}

// times yields the open times that end after from, in order, not overlapping,
// the first clipped to begin no earlier than from.
func (s *Schedule) times(from time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(a, b time.Time) bool) {
		at := from.In(s.cal.loc)
		y, m, d := at.Date()
		for i := -1; i < horizon; i++ {
			day := time.Date(y, m, d+i, 12, 0, 0, 0, s.cal.loc)
			work := s.cal.Workday(day)
			for _, sp := range s.hours.spans {
				if !sp.on(day.Weekday(), work) {
					continue
				}
				a := time.Date(y, m, d+i, 0, sp.from, 0, 0, s.cal.loc)
				b := time.Date(y, m, d+i, 0, sp.to, 0, 0, s.cal.loc)
				if a.Before(at) {
					a = at
				}
				if !b.After(a) {
					continue
				}
				if !yield(a, b) {
					return
				}
				at = b
			}
		}
	}
}

// Open says whether at is within the hours; the end of a range is not.
func (s *Schedule) Open(at time.Time) bool {
	for a := range s.times(at) {
		return a.Equal(at)
	}
	return false
}

// Next is at when open, else when we open next; false if never.
func (s *Schedule) Next(at time.Time) (time.Time, bool) {
	for a := range s.times(at) {
		return a, true
	}
	return at, false
}

// Add is when d of working time has gone by after from: an end of hours rather
// than the beginning of the next. With d of 0 it is Next. Hours that never come
// count as always open.
func (s *Schedule) Add(from time.Time, d time.Duration) time.Time {
	left, found := d, false
	for a, b := range s.times(from) {
		found = true
		if n := b.Sub(a); left <= n {
			return a.Add(left)
		} else {
			left -= n
		}
	}
	if !found {
		return from.Add(d)
	}
	return from.AddDate(0, 0, horizon)
}

// Between is the working time from a to b, negative when b is before a. It looks
// no further than eleven years.
func (s *Schedule) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -s.Between(b, a)
	}
	var sum time.Duration
	for x, y := range s.times(a) {
		if !x.Before(b) {
			break
		}
		if y.After(b) {
			y = b
		}
		sum += y.Sub(x)
	}
	return sum
}
