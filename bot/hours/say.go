package hours

import (
	"fmt"
	"time"
)

// RoundUp is t, or the next full five minutes of the clock.
func RoundUp(t time.Time) time.Time {
	r := t.Truncate(5 * time.Minute)
	if r.Before(t) {
		r = r.Add(5 * time.Minute)
	}
	return r
}

// Clock says until when something is promised, rounded up to five minutes: today
// "14:20 前", tomorrow "明天 9:30 前", later "11 月 26 日 10:00 前". What is promised
// in the same night is said without 明天. The zero time is "".
func (c *Calendar) Clock(promise, now time.Time) string {
	if promise.IsZero() {
		return ""
	}
	return c.When(RoundUp(promise), now) + " 前"
}

// When is Clock without rounding and without 前: "14:20", "明天 9:30",
// "11 月 26 日 10:00".
func (c *Calendar) When(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.In(c.loc), now.In(c.loc)
	clock := fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
	switch c.days(now, t) {
	case 0:
		return clock
	case 1:
		if t.Hour() < 6 && t.Sub(now) < 6*time.Hour {
			return clock
		}
		return "明天 " + clock
	}
	return c.Date(t) + " " + clock
}

// days counts the midnights between two instants.
func (c *Calendar) days(from, to time.Time) int {
	y, m, d := from.Date()
	a := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	y, m, d = to.Date()
	return int(time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Sub(a) / (24 * time.Hour))
}

// Date is "11 月 24 日".
func (c *Calendar) Date(t time.Time) string {
	t = t.In(c.loc)
	return fmt.Sprintf("%d 月 %d 日", int(t.Month()), t.Day())
}

// At is the time of day, "14:05", and "8:30" without a zero before it.
func (c *Calendar) At(t time.Time) string {
	t = t.In(c.loc)
	return fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
}

// Day is the short date of cards, "11-26".
func (c *Calendar) Day(t time.Time) string { return t.In(c.loc).Format("01-02") }

// Stamp is short date and time, "11-26 14:05".
func (c *Calendar) Stamp(t time.Time) string { return t.In(c.loc).Format("01-02 15:04") }

// Full is the time of template messages, "2026年11月24日 15:30".
func (c *Calendar) Full(t time.Time) string { return t.In(c.loc).Format("2006年01月02日 15:04") }

var weekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

// Today is the head of a morning card, "11 月 24 日 周二".
func (c *Calendar) Today(t time.Time) string {
	return c.Date(t) + " 周" + weekdays[t.In(c.loc).Weekday()]
}

// Span is a length of time in words, to the minute: "12 分钟", "4 小时 40 分",
// "47 小时 58 分", "3 天". Negative lengths are said as positive.
func Span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	m := int(d / time.Minute)
	switch h := m / 60; {
	case h == 0:
		return fmt.Sprintf("%d 分钟", m)
	case h >= 72:
		return fmt.Sprintf("%d 天", h/24)
	case m%60 == 0:
		return fmt.Sprintf("%d 小时", h)
	default:
		return fmt.Sprintf("%d 小时 %d 分", h, m%60)
	}
}
