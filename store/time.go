package store

import (
	"fmt"
	"time"
)

const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant in UTC to the millisecond, written at fixed width so that
// its text sorts as the instants do (Go's own does not: 05.1Z sorts before 05Z).
// Use it with `json:",omitzero"`: the zero Time is an absent field.
type Time struct{ t time.Time }

// At rounds t down to the millisecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// Time gives back the instant in UTC.
func (t Time) Time() time.Time                 { return t.t }
func (t Time) IsZero() bool                    { return t.t.IsZero() }
func (t Time) Before(u Time) bool              { return t.t.Before(u.t) }
func (t Time) After(u Time) bool               { return t.t.After(u.t) }
func (t Time) Add(d time.Duration) Time        { return At(t.t.Add(d)) }
func (t Time) Sub(u Time) time.Duration        { return t.t.Sub(u.t) }
func (t Time) Equal(u Time) bool               { return t.t.Equal(u.t) }
func (t Time) In(loc *time.Location) time.Time { return t.t.In(loc) }

// String is the stored text, as it is compared in queries.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.t.Format(timeLayout)
}

// Text is the fixed-width text, empty for the zero Time.
func (t Time) Text() string {
	if t.IsZero() {
		return ""
	}
	return t.t.Format(timeLayout)
}

// MarshalJSON writes the fixed-width text, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	if y := t.t.Year(); y < 0 || y > 9999 {
		return nil, fmt.Errorf("store: year %d cannot be stored", y)
	}
	b := make([]byte, 0, len(timeLayout)+8) // nine digits are written before three are kept
	b = append(b, '"')
	b = t.t.AppendFormat(b, timeLayout)
	return append(b, '"'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, and any RFC 3339 time.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" || string(b) == `""` {
		*t = Time{}
		return nil
	}
	if len(b) < 2 || b[0] != '"' {
		return fmt.Errorf("store: time is not text: %.40s", b)
	}
	u, err := time.Parse(time.RFC3339, string(b[1:len(b)-1]))
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	*t = At(u)
	return nil
}

// Earliest is the first of the given times that are not zero, or zero.
func Earliest(ts ...Time) Time {
	var first Time
	for _, t := range ts {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
