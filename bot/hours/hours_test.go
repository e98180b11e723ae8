package hours

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, China())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func schedule(t testing.TB, spec string) *Schedule {
	t.Helper()
	h, err := Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return NewCalendar(nil, nil).With(h)
}

func TestWorkdayKnowsHolidaysAndMakeUpDays(t *testing.T) {
	c := NewCalendar(nil, map[string]bool{"2026-11-24": false, "2026-11-28": true})
	for day, want := range map[string]bool{
		"2026-01-01": false, // 元旦
		"2026-01-04": true,  // a Sunday worked for it
		"2026-02-17": false, // 春节
		"2026-02-14": true,  // a Saturday worked for it
		"2026-10-01": false,
		"2026-11-23": true,
		"2026-11-22": false,
		"2026-11-24": false, // own
		"2026-11-28": true,  // own
		"2150-03-02": true,  // nobody announced it yet: a Monday
	} {
		if got := c.Workday(at(t, day+" 12:00")); got != want {
			t.Errorf("Workday(%s) = %v, want %v", day, got, want)
		}
	}
}

func TestOpenAndNext(t *testing.T) {
	for _, c := range []struct{ spec, at, next string }{
		{"Mon-Sun 08:00-22:00", "2026-11-24 07:59", "2026-11-24 08:00"},
		{"Mon-Sun 08:00-22:00", "2026-11-24 08:00", "2026-11-24 08:00"},
		{"Mon-Sun 08:00-22:00", "2026-11-24 22:00", "2026-11-25 08:00"},
		{"Daily 22:00-08:00", "2026-11-24 03:00", "2026-11-24 03:00"},
		{"Daily 22:00-08:00", "2026-11-24 08:00", "2026-11-24 22:00"},
		{"Fri 22:00-08:00", "2026-11-28 07:59", "2026-11-28 07:59"}, // Saturday, still Friday's night
		{"Fri-Mon 10:00-11:00", "2026-11-24 09:00", "2026-11-27 10:00"},
		{"工作日 08:30-12:00,13:30-17:30", "2026-11-27 17:30", "2026-11-30 08:30"},
		{"Workday 08:30-17:30", "2026-09-30 18:00", "2026-10-08 08:30"}, // over 国庆
		{"Holiday 09:00-10:00", "2026-09-30 18:00", "2026-10-01 09:00"},
		{"24h", "2026-11-24 03:21", "2026-11-24 03:21"},
	} {
		s, when := schedule(t, c.spec), at(t, c.at)
		got, ok := s.Next(when)
		if !ok || !got.Equal(at(t, c.next)) {
			t.Errorf("%s: Next(%s) = %s, want %s", c.spec, c.at, got, c.next)
		}
		if open := s.Open(when); open != (c.at == c.next) {
			t.Errorf("%s: Open(%s) = %v", c.spec, c.at, open)
		}
	}
}

func TestAddAndBetween(t *testing.T) {
	for _, c := range []struct {
		spec, from string
		add        time.Duration
		want       string
	}{
		{"Workday 08:30-17:30", "2026-11-24 16:30", 2 * time.Hour, "2026-11-25 09:30"},
		{"Workday 08:30-12:00,13:30-17:30", "2026-11-27 11:00", 9 * time.Hour, "2026-11-30 14:00"},
		{"Mon-Sun 08:00-22:00", "2026-11-24 23:00", 0, "2026-11-25 08:00"},
		{"Mon-Sun 08:00-22:00", "2026-11-24 21:00", time.Hour, "2026-11-24 22:00"},
		{"24h", "2026-11-24 21:00", 24 * time.Hour, "2026-11-25 21:00"},
	} {
		s := schedule(t, c.spec)
		if got := s.Add(at(t, c.from), c.add); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %s + %s = %s, want %s", c.spec, c.from, c.add, got, c.want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, spec := range []string{"", "Mon", "Moo 08:00-09:00", "Mon 8-9", "Mon 08:00", "Mon 25:00-26:00",
		"Mon 24:00-01:00", "Mon-Workday 08:00-09:00", "08:00-09:00", "Mon 08:60-09:00", "Daily-Fri 01:00-02:00"} {
		if _, err := Parse(spec); err == nil || !strings.Contains(err.Error(), "读不懂") {
			t.Errorf("Parse(%q): %v", spec, err)
		}
	}
}

func TestReadDays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "days.yaml")
	write := func(s string) {
		if err := os.WriteFile(file, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("work: [\"2026-10-10\"]\nrest: [\"2026-10-08\"]\n")
	got, err := ReadDays(file)
	if d := cmp.Diff(map[string]bool{"2026-10-10": true, "2026-10-08": false}, got); d != "" || err != nil {
		t.Error(err, d)
	}
	write("work: [soon, \"2026-10-08\"]\nrest: [\"2026-10-08\"]\n")
	if _, err := ReadDays(file); err == nil || !strings.Contains(err.Error(), "soon") || !strings.Contains(err.Error(), "又上班又休息") {
		t.Errorf("want both faults, got %v", err)
	}
	write("wrok: []\n")
	if _, err := ReadDays(file); err == nil {
		t.Error("an unknown key was taken")
	}
}

func TestClock(t *testing.T) {
	c := NewCalendar(nil, nil)
	for _, x := range []struct{ now, promise, want string }{
		{"2026-11-24 14:05", "2026-11-24 14:20", "14:20 前"},
		{"2026-11-24 14:06", "2026-11-24 14:21", "14:25 前"},
		{"2026-11-24 17:00", "2026-11-25 09:30", "明天 9:30 前"},
		{"2026-11-24 14:05", "2026-11-26 10:00", "11 月 26 日 10:00 前"},
		{"2026-11-24 23:45", "2026-11-25 00:05", "0:05 前"},
		{"2026-11-24 14:05", "2026-11-24 23:58", "明天 0:00 前"},
		{"2026-12-31 14:05", "2027-01-01 09:00", "明天 9:00 前"},
		{"2026-11-24 14:05", "2026-11-23 10:00", "11 月 23 日 10:00 前"},
	} {
		if got := c.Clock(at(t, x.promise), at(t, x.now)); got != x.want {
			t.Errorf("Clock(%s at %s) = %q, want %q", x.promise, x.now, got, x.want)
		}
	}
	if got := c.Clock(time.Time{}, at(t, "2026-11-24 14:05")); got != "" {
		t.Errorf("no promise is said as %q", got)
	}
	when := at(t, "2026-11-24 15:30")
	got := []string{c.Date(when), c.Day(when), c.Stamp(when), c.Full(when), c.Today(when), Span(47*time.Hour + 58*time.Minute), Span(-12 * time.Minute), Span(4 * time.Hour), Span(80 * time.Hour)}
	want := []string{"11 月 24 日", "11-24", "11-24 15:30", "2026年11月24日 15:30", "11 月 24 日 周二", "47 小时 58 分", "12 分钟", "4 小时", "3 天"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWorkingTimeAddsUp(t *testing.T) {
	specs := []string{"Mon-Sun 08:00-22:00", "Workday 08:30-12:00,13:30-17:30", "Daily 22:00-08:00", "24h",
		"Mon-Fri 06:00-14:00,12:00-20:00; Sat 20:00-04:00; Holiday 01:00-02:00"}
	base := at(t, "2026-01-01 00:00")
	rapid.Check(t, func(r *rapid.T) {
		s := schedule(t, rapid.SampledFrom(specs).Draw(r, "spec"))
		from := base.Add(time.Duration(rapid.Int64Range(0, 360*24*60*60).Draw(r, "from")) * time.Second)
		a := time.Duration(rapid.IntRange(1, 60*60*60).Draw(r, "a")) * time.Second
		b := time.Duration(rapid.IntRange(1, 60*60*60).Draw(r, "b")) * time.Second
		end := s.Add(from, a)
		if got := s.Between(from, end); got != a {
			r.Fatalf("Between(%s, Add %s = %s) = %s", from, a, end, got)
		}
		if one, two := s.Add(from, a+b), s.Add(end, b); !one.Equal(two) {
			r.Fatalf("%s + %s + %s: %s at once, %s in two", from, a, b, one, two)
		}
		if next, ok := s.Next(from); !ok || !s.Open(next) || s.Between(from, next) != 0 {
			r.Fatalf("Next(%s) = %s is not the next opening", from, next)
		}
	})
}

func TestClockIsNeverBeforeThePromise(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := time.Unix(rapid.Int64Range(0, 4e9).Draw(r, "t"), rapid.Int64Range(0, 999999999).Draw(r, "ns"))
		if d := RoundUp(p).Sub(p); d < 0 || d >= 5*time.Minute || RoundUp(p).Unix()%300 != 0 {
			r.Fatalf("RoundUp(%s) = %s", p, RoundUp(p))
		}
	})
}
