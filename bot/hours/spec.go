package hours

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are working hours as written: days and the ranges on them.
type Hours struct {
	spans []span
	text  string
}

// span is one range of minutes on some kinds of day; to is beyond 1,440 when it
// crosses midnight.
type span struct {
	days     uint16
	from, to int
}

const (
	workday = 1 << 7 // by the calendar
	restday = 1 << 8
	allDays = 1<<7 - 1
	dayLong = 24 * 60
)

var dayNames = map[string]uint16{
	"sun": 1 << 0, "mon": 1 << 1, "tue": 1 << 2, "wed": 1 << 3, "thu": 1 << 4, "fri": 1 << 5, "sat": 1 << 6,
	"周日": 1 << 0, "周一": 1 << 1, "周二": 1 << 2, "周三": 1 << 3, "周四": 1 << 4, "周五": 1 << 5, "周六": 1 << 6, "周天": 1 << 0,
	"daily": allDays, "每天": allDays,
	"workday": workday, "workdays": workday, "工作日": workday,
	"holiday": restday, "holidays": restday, "休息日": restday, "节假日": restday,
}

// Parse reads working hours: parts divided by ";", each of days and ranges:
//
//	Mon-Sun 08:00-22:00
//	Workday 08:30-12:00,13:30-17:30; Sat 09:00-12:00
//	Daily 22:00-08:00      (crosses midnight)
//	24h
//
// Mon to Sun (周一 … 周日) mean the days of the week whatever the calendar says;
// Workday (工作日) and Holiday (休息日) go by the calendar.
func Parse(text string) (Hours, error) {
	h := Hours{text: strings.TrimSpace(text)}
	if strings.EqualFold(h.text, "24h") || h.text == "全天" {
		h.spans = []span{{allDays, 0, dayLong}}
		return h, nil
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(h.text, "；", ";"), ";") {
		fields := strings.Fields(part)
		if len(fields) < 2 {
			return Hours{}, wrong(text, part, `写成 "Mon-Sun 08:00-22:00"`)
		}
		days, err := parseDays(fields[0])
		if err != nil {
			return Hours{}, wrong(text, fields[0], err.Error())
		}
		for r := range strings.SplitSeq(strings.Join(fields[1:], ","), ",") {
			if r == "" {
				continue
			}
			from, to, err := parseRange(r)
			if err != nil {
				return Hours{}, wrong(text, r, err.Error())
			}
			h.spans = append(h.spans, span{days, from, to})
		}
	}
	if len(h.spans) == 0 || len(h.spans) > 64 {
		return Hours{}, wrong(text, text, "要有 1 到 64 个时段")
	}
	slices.SortFunc(h.spans, func(a, b span) int { return a.from - b.from })
	return h, nil
}

func wrong(text, part, remedy string) error {
	return fmt.Errorf("hours: 上班时间 %.60q 里的 %.40q 读不懂：%s", text, part, remedy)
}

func parseDays(s string) (uint16, error) {
	var days uint16
	for item := range strings.SplitSeq(strings.ToLower(s), ",") {
		first, last, isRange := strings.Cut(item, "-")
		a, ok := dayNames[first]
		if !ok {
			return 0, fmt.Errorf("日子写 Mon … Sun、Daily、Workday、Holiday 或 周一 … 周日、每天、工作日、休息日")
		}
		if !isRange {
			days |= a
			continue
		}
		b, ok := dayNames[last]
		if !ok || a > 1<<6 || b > 1<<6 || a == allDays || b == allDays {
			return 0, fmt.Errorf("“-”两边写星期几，如 Mon-Fri")
		}
		for d := a; ; {
			days |= d
			if d == b {
				break
			}
			if d <<= 1; d > 1<<6 {
				d = 1
			}
		}
	}
	return days, nil
}

func parseRange(s string) (from, to int, err error) {
	a, b, ok := strings.Cut(s, "-")
	if !ok {
		return 0, 0, fmt.Errorf("时段写成 08:00-22:00")
	}
	if from, err = parseMinute(a); err != nil {
		return 0, 0, err
	}
	if to, err = parseMinute(b); err != nil {
		return 0, 0, err
	}
	if from == dayLong {
		return 0, 0, fmt.Errorf("不能从 24:00 开始")
	}
	if to <= from {
		to += dayLong
	}
	return from, to, nil
}

func parseMinute(s string) (int, error) {
	hh, mm, ok := strings.Cut(strings.TrimSpace(s), ":")
	h, err1 := strconv.Atoi(hh)
	m, err2 := strconv.Atoi(mm)
	if !ok || err1 != nil || err2 != nil || h < 0 || m < 0 || m > 59 || h*60+m > dayLong || len(mm) != 2 || len(hh) > 2 {
		return 0, fmt.Errorf("钟点写成 08:00，最晚 24:00")
	}
	return h*60 + m, nil
}

// String is the text that was parsed.
func (h Hours) String() string { return h.text }

// IsZero says that no hours were given.
func (h Hours) IsZero() bool { return len(h.spans) == 0 }

// on says whether the span begins on a day.
func (s span) on(weekday time.Weekday, work bool) bool {
	if s.days&(1<<weekday) != 0 {
		return true
	}
	if work {
		return s.days&workday != 0
	}
	return s.days&restday != 0
}
