package learn

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
)

// A kept sorter that is broken is none; one that opens gives odds.
func FuzzSorter(f *testing.F) {
	s := &Sorter{labels: []string{"eng", "front"}, bias: []float32{0, 0.5}, keys: []uint32{1, 5}, weight: []float32{1, -1, 0.5, 0}}
	good, err := json.Marshal(s.pack())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"shape":1,"labels":["a","b"],"bias":[1e40,0]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p packed
		if json.Unmarshal(b, &p) != nil {
			return
		}
		s := p.open()
		if label, sure := s.Guess("空调坏了没人来修"); label != "" && (math.IsNaN(sure) || sure < 0 || sure > 1) {
			t.Fatalf("%s at %v", label, sure)
		}
		if s == nil {
			return
		}
		again, err := json.Marshal(s.pack())
		if err != nil {
			t.Fatal(err)
		}
		var q packed
		if err := json.NewDecoder(bytes.NewReader(again)).Decode(&q); err != nil || q.open() == nil {
			t.Fatalf("does not open again: %v", err)
		}
	})
}

// Whatever is to be learned from is refused with a reason or gives rows with text
// and one known label each.
func FuzzCheck(f *testing.F) {
	f.Add("空调坏了", "repair", "早餐几点", "inquiry", uint8(40))
	f.Add("", "complaint", "\x00\xff", "not", uint8(80))
	f.Fuzz(func(t *testing.T, a, la, b, lb string, n uint8) {
		var rows []Row
		for i := range int(n) {
			rows = append(rows, Row{Text: a + string(rune('甲'+i)), Label: la}, Row{Text: string(rune('乙'+i)) + b, Label: lb})
		}
		good, _, err := Check(rows)
		if err != nil {
			if len(good) > 0 {
				t.Fatal("refused and given")
			}
			return
		}
		scheme, unknown := SchemeOf(good)
		if len(unknown) > 0 || len(good) < fewest {
			t.Fatalf("%d rows, unknown %v", len(good), unknown)
		}
		for _, r := range good {
			if len(scheme.Means(r.Label)) == 0 {
				t.Fatalf("%q means nothing", r.Label)
			}
		}
		for _, k := range Folds(good, 5, 1) {
			if k < 0 || k >= 5 {
				t.Fatal("a part that is none")
			}
		}
	})
}
