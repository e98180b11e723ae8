package desk

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A company's own folder is followed: what is saved counts within a second, what is
// wrong is told, and the pack that was good stays until it is mended.
func TestAFolderIsFollowed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ours")
	for name, f := range files(t) {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Follow(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	save := func(old, new string) {
		t.Helper()
		file := filepath.Join(dir, "compensation.yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), old) {
			t.Fatalf("no %q", old)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		l.files.Look()
	}
	limit := func() Money {
		x, _ := l.Pack().Compensation.Limit("lin", []string{"butler"}, "gold", "gift")
		return x.Case
	}
	if limit() != 30000 {
		t.Fatalf("%s", limit())
	}
	before := l.Pack()
	save("{role: butler, forms: [gift], case: 300", "{role: butler, forms: [gift], case: 400")
	if limit() != 40000 || len(l.Faults()) != 0 {
		t.Errorf("%s, %v", limit(), l.Faults())
	}
	save("case: 400", "case: lots")
	if limit() != 40000 || len(l.Faults()) == 0 || l.Faults()[0].Line == 0 {
		t.Errorf("%s, %v", limit(), l.Faults())
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				l.Pack()
			}
		})
	}
	save("case: lots", "case: 250")
	wg.Wait()
	if limit() != 25000 || len(l.Faults()) != 0 {
		t.Errorf("%s, %v", limit(), l.Faults())
	}
	if before.Compensation.Limits[3].Case != 30000 {
		t.Error("a pack that somebody holds was changed")
	}
}

func TestAPackOfOursIsNotFollowed(t *testing.T) {
	l, err := Follow("hotel", nil)
	if err != nil || l.Pack() != l.Pack() || l.Faults() != nil {
		t.Errorf("%v", err)
	}
	if _, err := Follow("moon", nil); err == nil {
		t.Error("there is a pack of the moon")
	}
}
