package config

import (
	"log/slog"
)

// Secret is a value that is never shown: printed, logged, or marshalled it is
// ●●●, or nothing when it is empty, so that a missing one can be told from one
// that is there.
type Secret string

const hidden = "●●●"

// Reveal is the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

// String shows that there is a secret, not which.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString does the same for %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText does the same for JSON, YAML and everything else that encodes.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue does the same for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
