package intent

import (
	"fmt"
	"time"
)

// Span is the time that words mean. From is its beginning; To its end, not part
// of it, and equal to From for a moment.
type Span struct {
	From, To time.Time
	Dated    bool // a day was said: 明天, 周六, 12月3号
	Timed    bool // an hour was said
	Vague    bool // the hour may be of the morning or of the evening: 6点
	After    bool // 三点以后: To is the end of that day
	Before   bool // 三点以前: From is the beginning of that day
	part     part
	year     bool // the year is to be written: it is not this one
}

// Moment finds the first time in a text and says what it means for one who says
// it at now, in now's zone. ok is false where there is none, or none that exists
// (2月30号).
func Moment(text string, now time.Time) (s Span, ok bool) {
	m, ok := findTime(plain(text))
	if !ok {
		return Span{}, false
	}
	return m.resolve(now)
}

func (m *mention) resolve(now time.Time) (s Span, ok bool) {
	if m.day == counted {
		at := now.Truncate(time.Minute).Add(time.Duration(m.relative) * time.Minute)
		return Span{From: at, To: at, Dated: true, Timed: true}, true
	}
	first, days, ok := m.days(now)
	if !ok {
		return Span{}, false
	}
	s = Span{From: first, To: first.AddDate(0, 0, days), Dated: m.day != noDay, part: m.part}
	s.year = (m.offset != 0 && (m.day == monthDay || m.day == yearMonth)) || m.year > 0 && m.year != now.Year()
	if !m.clock {
		if m.part != noPart {
			s.From, s.To = m.part.of(first)
			m.bound(&s, first)
		}
		return s, true
	}
	s.Timed = true
	s.From, s.Vague = m.at(first, m.hour, m.minute, m.part, now)
	s.To = s.From
	if m.until {
		p := m.part2
		if p == noPart {
			p = m.part
		}
		s.To, _ = m.at(first, m.hour2, m.minute2, p, now)
		for n := 0; !s.To.After(s.From) && n < 2; n++ {
			s.To = s.To.Add(12 * time.Hour)
		}
		if s.Vague && m.hour2 > 12 { // 9点到17点
			s.Vague = false
		}
	}
	m.bound(&s, first)
	return s, true
}

func (m *mention) bound(s *Span, first time.Time) {
	switch {
	case m.after:
		s.After, s.To = true, first.AddDate(0, 0, 1)
		if m.part != noPart && !m.clock {
			s.From = first.Add(time.Duration(hours[m.part][0]) * time.Hour)
		}
	case m.before:
		s.Before, s.To, s.From = true, s.From, first
	}
}

// days is the first day meant, at midnight, and how many there are.
func (m *mention) days(now time.Time) (first time.Time, n int, ok bool) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	weekday := (int(today.Weekday()) + 6) % 7 // Monday 0
	switch m.day {
	case dayOffset:
		return today.AddDate(0, 0, m.offset), 1, true
	case weekDay:
		return today.AddDate(0, 0, m.offset*7+m.weekday-1-weekday), 1, true
	case anyWeek:
		return today.AddDate(0, 0, (m.weekday-1-weekday+7)%7), 1, true
	case wholeWeek:
		return today.AddDate(0, 0, m.offset*7-weekday), 7, true
	case weekend:
		return today.AddDate(0, 0, m.offset*7+5-weekday), 2, true
	case aMonth:
		first := time.Date(now.Year(), now.Month()+time.Month(m.offset), 1, 0, 0, 0, 0, now.Location())
		return first, first.AddDate(0, 1, -1).Day(), true
	case aYear, yearMonth:
		first, months := time.Date(now.Year()+m.offset, time.January, 1, 0, 0, 0, 0, now.Location()), 12
		if m.day == yearMonth {
			first, months = first.AddDate(0, m.month-1, 0), 1
		}
		return first, int(first.AddDate(0, months, 0).Sub(first).Hours() / 24), true
	case lately:
		return today.AddDate(0, 0, -5), 5, true
	case monthDay:
		return m.dateOf(today)
	case bareDate:
		return m.nearest(today)
	}
	return today, 1, true
}

// dateOf is month and date of the year that was said, or of the nearest one.
func (m *mention) dateOf(today time.Time) (time.Time, int, bool) {
	if m.year == 0 && m.offset != 0 { // 去年12月3号
		m.year = today.Year() + m.offset
	}
	var best time.Time
	for y := today.Year() - 1; y <= today.Year()+1; y++ {
		if m.year > 0 {
			y = m.year
		}
		d := time.Date(y, time.Month(m.month), m.date, 0, 0, 0, 0, today.Location())
		if d.Day() == m.date && (best.IsZero() || d.Sub(today).Abs() < best.Sub(today).Abs()) {
			best = d
		}
		if m.year > 0 {
			break
		}
	}
	return best, 1, !best.IsZero()
}

// nearest is the date of this month, the one before or the one after.
func (m *mention) nearest(today time.Time) (time.Time, int, bool) {
	var best time.Time
	for off := -1; off <= 1; off++ {
		d := time.Date(today.Year(), today.Month()+time.Month(off), m.date, 0, 0, 0, 0, today.Location())
		if d.Day() == m.date && (best.IsZero() || d.Sub(today).Abs() <= best.Sub(today).Abs()) {
			best = d
		}
	}
	return best, 1, !best.IsZero()
}

// hours are the first and the last hour of each part of a day.
var hours = map[part][2]int{dawn: {0, 6}, early: {6, 10}, morning: {8, 12}, noon: {11, 14}, afternoon: {12, 18}, dusk: {17, 19}, evening: {18, 24}, night: {22, 30}}

func (p part) of(day time.Time) (from, to time.Time) {
	h := hours[p]
	return day.Add(time.Duration(h[0]) * time.Hour), day.Add(time.Duration(h[1]) * time.Hour)
}

// at is an hour of a day: with a part of it sure, without one as likely.
func (m *mention) at(day time.Time, h, minute int, p part, now time.Time) (at time.Time, vague bool) {
	switch {
	case h > 12:
	case p == noPart:
		vague = h >= 1 && h <= 11 && !(m.colon && h >= 7) // 9:30 is of the morning
		switch {
		case m.day == noDay && vague: // said of today: what comes next
			at := day.Add(time.Duration(h)*time.Hour + time.Duration(minute)*time.Minute)
			if at.Before(now) {
				h += 12
			}
		case h >= 1 && h <= 6:
			h += 12
		}
	case p == afternoon || p == dusk:
		if h < 12 {
			h += 12
		}
	case p == noon:
		if h < 3 {
			h += 12
		}
	case p == evening || p == night:
		switch {
		case h == 12:
			h = 24
		case h >= 5:
			h += 12
		default: // 半夜两点
			h += 24
		}
	case p == dawn && h == 12:
		h = 0
	}
	return time.Date(day.Year(), day.Month(), day.Day(), h, minute, 0, 0, day.Location()), vague
}

// Ahead is s for one who speaks of what is to come: a time of today that has
// passed is tomorrow's, when no day was said.
func (s Span) Ahead(now time.Time) Span {
	end := s.To
	if s.Dated || end.After(now) || s.From.After(now) {
		return s
	}
	s.From, s.To = s.From.AddDate(0, 0, 1), s.To.AddDate(0, 0, 1)
	return s
}

// Later is s in the second half of the day, for one who speaks of an evening.
func (s Span) Later() Span {
	if !s.Vague || s.From.Hour() >= 12 {
		return s
	}
	s.Vague = false
	if s.Before {
		s.To = s.To.Add(12 * time.Hour)
		return s
	}
	s.From = s.From.Add(12 * time.Hour)
	if !s.After {
		s.To = s.To.Add(12 * time.Hour)
	}
	return s
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

var partNames = map[part]string{dawn: "凌晨", early: "早上", morning: "上午", noon: "中午", afternoon: "下午", dusk: "傍晚", evening: "晚上", night: "夜里"}

// String writes a span so that it can be read on another day: 11 月 25 日周三 18:00.
func (s Span) String() string {
	out := ""
	last := s.To.Add(-time.Nanosecond)
	switch {
	case !s.Timed && s.To.Sub(s.From) > 360*24*time.Hour:
		return fmt.Sprintf("%d 年", s.From.Year())
	case s.Timed || s.part != noPart || s.To.Sub(s.From) <= 25*time.Hour:
		day := s.From
		if s.midnight(day) {
			day = day.Add(-time.Hour)
		}
		out = s.date(day)
	default:
		return s.date(s.From) + "到 " + s.date(last)
	}
	if !s.Timed {
		out += partNames[s.part]
		return out + s.limit()
	}
	at := s.From
	if s.Before {
		at = s.To
	}
	out += " " + s.clock(at)
	if !s.After && !s.Before && s.To.After(s.From) {
		out += "–" + s.clock(s.To)
	}
	return out + s.limit()
}

// midnight says that an instant is the end of the evening that was meant.
func (s Span) midnight(at time.Time) bool {
	return s.Timed && (s.part == evening || s.part == night) && at.Hour() == 0 && at.Minute() == 0
}

func (s Span) limit() string {
	switch {
	case s.After:
		return " 以后"
	case s.Before:
		return " 以前"
	}
	return ""
}

// clock is an hour of the span, as it was said where nobody can know which half
// of the day is meant.
func (s Span) clock(at time.Time) string {
	if s.midnight(at) {
		return "24:00"
	}
	if !s.Vague {
		return at.Format("15:04")
	}
	h := at.Hour() % 12
	if h == 0 {
		h = 12
	}
	if at.Minute() == 0 {
		return fmt.Sprintf("%d 点", h)
	}
	return fmt.Sprintf("%d 点 %d 分", h, at.Minute())
}

func (s Span) date(d time.Time) string {
	if s.year {
		return fmt.Sprintf("%d 年 %d 月 %d 日%s", d.Year(), int(d.Month()), d.Day(), weekdays[d.Weekday()])
	}
	return fmt.Sprintf("%d 月 %d 日%s", int(d.Month()), d.Day(), weekdays[d.Weekday()])
}
