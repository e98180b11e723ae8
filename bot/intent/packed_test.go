package intent

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "train the model that is shipped anew")

// The model that is shipped was trained from the sentences that are shipped.
func TestShippedModel(t *testing.T) {
	fresh := Train(Shipped())
	if *update {
		b, err := fresh.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("shipped.model", b, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d features, %d bytes", fresh.Size(), len(b))
		return
	}
	old, w := base(), load(Lexicon{})
	other := 0
	for _, e := range Shipped() {
		text := plain(e.Text)
		a, _ := fresh.score(text, w.find(text, nil))
		b, _ := old.score(text, w.find(text, nil))
		if top(a) != top(b) {
			other++
		}
	}
	if fresh.Size() != old.Size() || other > 3 {
		t.Errorf("examples, words or features have changed (%d features, were %d; %d sentences read otherwise): go test ./bot/intent -run TestShippedModel -update",
			fresh.Size(), old.Size(), other)
	}
}

func TestUnmarshalModel(t *testing.T) {
	good, err := base().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if m, err := UnmarshalModel(good); err != nil || m.Size() != base().Size() {
		t.Fatalf("packed and unpacked: %v", err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("weights"), "half": good[:len(good)/2], "large": make([]byte, MaxModel+1),
	} {
		if _, err := UnmarshalModel(b); err == nil {
			t.Errorf("%s was taken for a model", name)
		}
	}
}

func FuzzUnmarshalModel(f *testing.F) {
	m := Train(Shipped()[:2])
	b, err := m.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(strings.Repeat("\x1f\x8b", 20)))
	r := New(Lexicon{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := UnmarshalModel(b); err == nil {
			r.Use(m)
			r.Read("空调坏了", Context{})
		}
	})
}

// What is inside may be broken, too, although it was packed whole.
func FuzzModelRows(f *testing.F) {
	b, err := Train(Shipped()[:2]).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		f.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add([]byte(shape + "\xff\xff\xff\xff"))
	r := New(Lexicon{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(raw)
		w.Close()
		m, err := UnmarshalModel(packed.Bytes())
		if err != nil {
			if !errors.Is(err, ErrModel) {
				t.Fatal(err)
			}
			return
		}
		for _, i := range r.With(m).Read("空调坏了，早餐几点", Context{}).Intents {
			if math.IsNaN(i.Confidence) || i.Confidence < 0 || i.Confidence > 1 {
				t.Fatalf("confidence %v", i)
			}
		}
	})
}
