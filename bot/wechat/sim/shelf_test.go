package sim

import (
	"strconv"
	"testing"
)

// The shelf forgets its oldest media beyond 500 pieces or 64 MiB.
func TestShelfIsBounded(t *testing.T) {
	var m mediaShelf
	for i := range maxMedia + 10 {
		m.put(strconv.Itoa(i), medium{Data: []byte("x")})
	}
	if len(m.Items.Vals) != maxMedia || m.Sum != maxMedia {
		t.Errorf("%d pieces, %d bytes", len(m.Items.Vals), m.Sum)
	}
	if _, ok := m.Items.get("9"); ok {
		t.Error("the oldest is still there")
	}
	big := make([]byte, 20<<20)
	for i := range 5 {
		m.put("big"+strconv.Itoa(i), medium{Data: big})
	}
	if m.Sum > maxMediaSum || len(m.Items.Vals) != 3 {
		t.Errorf("%d pieces, %d bytes", len(m.Items.Vals), m.Sum)
	}
}

// A book forgets its oldest entries and keeps the rest.
func TestBookIsBounded(t *testing.T) {
	var b book[int]
	for i := range 1000 {
		b.put(strconv.Itoa(i), i, 100)
		b.put(strconv.Itoa(i), i, 100)
	}
	if n := len(b.Keys); n < 100 || n > 125 || n != len(b.Vals) {
		t.Errorf("%d keys, %d values", n, len(b.Vals))
	}
	if v, ok := b.get("999"); !ok || v != 999 {
		t.Error("the newest is gone")
	}
}

// Beyond its bound a push in the background is dropped, and says so.
func TestBackgroundIsBounded(t *testing.T) {
	s, err := New(Config{OA: []Account{{ID: "a", AppID: "wx0123456789abcdef", Secret: "s", Token: "t", Mode: Plain, Webhook: "http://127.0.0.1:1/"}}})
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.busy = maxBusy
	s.mu.Unlock()
	if err := s.Customer("a", "o1").Later().Say(t.Context(), "x"); err != nil {
		t.Fatal(err)
	}
	if p := s.Pushes(); len(p) != 1 || p[0].Outcome != Dropped {
		t.Errorf("%+v", p)
	}
	s.mu.Lock()
	s.busy = 0
	s.mu.Unlock()
	s.Close()
}
