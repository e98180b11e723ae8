package config

import "testing"

// What leaves the house is masked; what stays is not, unless it is said.
func TestMasks(t *testing.T) {
	for _, c := range []struct {
		url  string
		mask *bool
		want bool
	}{
		{"https://api.example.com/v1", nil, true},
		{"https://api.example.com/v1", new(false), false},
		{"http://127.0.0.1:11434/v1", nil, false},
		{"http://localhost:11434/v1", nil, false},
		{"http://[::1]:1/v1", nil, false},
		{"http://192.168.1.8/v1", nil, false},
		{"http://10.0.0.8:8000/v1", nil, false},
		{"http://10.0.0.8:8000/v1", new(true), true},
		{"http://8.8.8.8/v1", nil, true},
		{"http://ollama:11434/v1", nil, true}, // a name could be anywhere
		{"http://localhost.example.com/v1", nil, true},
	} {
		if got := (LLM{BaseURL: c.url, Mask: c.mask}).Masks(); got != c.want {
			t.Errorf("%s: %v", c.url, got)
		}
	}
}

func TestYuan(t *testing.T) {
	var y Yuan
	for _, bad := range []string{"", "二十", "NaN", "inf", "2元"} {
		if y.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is %v", bad, y)
		}
	}
	if err := y.UnmarshalText([]byte("0.1")); err != nil || y.Micro() != 100_000 {
		t.Error(y, err)
	}
}
