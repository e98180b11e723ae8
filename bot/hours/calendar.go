// Package hours knows when we are open: China's statutory holidays and make-up
// workdays (调休), working hours in a line of text, working time added and
// counted, and how a promised time is said to people. It takes every instant as
// a value and keeps no clock.
package hours

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/goccy/go-yaml"
)

// China is Asia/Shanghai; where the system has no zones, UTC+8, which it has been
// since 1991.
var China = sync.OnceValue(func() *time.Location {
	if loc, err := time.LoadLocation("Asia/Shanghai"); err == nil {
		return loc
	}
	return time.FixedZone("CST", 8*60*60)
})

// Calendar tells workdays from days of rest. It is safe for many goroutines.
type Calendar struct {
	loc   *time.Location
	own   map[string]bool // "2026-10-08" → workday
	years sync.Map        // int → map[string]bool, from the statutory list
}

// NewCalendar is China's calendar in a zone (nil: China), with days of the
// company's own: "2026-10-08": true makes it a workday, false a day of rest.
func NewCalendar(loc *time.Location, own map[string]bool) *Calendar {
	if loc == nil {
		loc = China()
	}
	return &Calendar{loc: loc, own: own}
}

// overrides is the file of the company's own days.
type overrides struct {
	Work []string `yaml:"work"`
	Rest []string `yaml:"rest"`
}

// ReadDays reads a file of days ({work: [2026-10-10], rest: [2026-10-08]}, at
// most 64 KiB) for NewCalendar. All faults come back joined.
func ReadDays(file string) (map[string]bool, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	if info.Size() > 64<<10 {
		return nil, fmt.Errorf("hours: %s：太大，最多 64 KB", file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	var o overrides
	if err := yaml.UnmarshalWithOptions(b, &o, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("hours: %s：%w", file, err)
	}
	days := map[string]bool{}
	var errs []error
	for _, d := range slices.Concat(o.Work, o.Rest) {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			errs = append(errs, fmt.Errorf("hours: %s：“%s”不是日期，写成 2026-10-08", file, d))
		}
		if slices.Contains(o.Work, d) && slices.Contains(o.Rest, d) {
			errs = append(errs, fmt.Errorf("hours: %s：%s 又上班又休息，删掉一处", file, d))
		}
		days[d] = slices.Contains(o.Work, d)
	}
	return days, errors.Join(errs...)
}

// Location is the calendar's zone.
func (c *Calendar) Location() *time.Location { return c.loc }

// Workday says whether people work on the day of t: by the company's own days,
// else the statutory list, else Monday to Friday.
func (c *Calendar) Workday(t time.Time) bool {
	t = t.In(c.loc)
	day := t.Format(time.DateOnly)
	if work, ok := c.own[day]; ok {
		return work
	}
	if work, ok := c.year(t.Year())[day]; ok {
		return work
	}
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// year is the statutory list of one year, which is known from 2001 to the last
// year the State Council announced.
func (c *Calendar) year(y int) map[string]bool {
	if y < 2001 || y > 2200 {
		return nil
	}
	if m, ok := c.years.Load(y); ok {
		return m.(map[string]bool)
	}
	days := map[string]bool{}
	l := HolidayUtil.GetHolidaysByYear(y)
	for e := l.Front(); e != nil; e = e.Next() {
		h := e.Value.(*HolidayUtil.Holiday)
		if day := h.GetDay(); strings.HasPrefix(day, fmt.Sprint(y)) {
			days[day] = h.IsWork()
		}
	}
	c.years.Store(y, days)
	return days
}
