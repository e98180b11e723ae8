package knowledge_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kefu/bot/desk"
	"kefu/bot/knowledge"
)

// The hotel's articles, with the words of its pack, answer what guests write, and
// leave to a person what they do not hold.
func TestGuests(t *testing.T) {
	pack, err := desk.Load("hotel")
	if err != nil {
		t.Fatal(err)
	}
	all, err := knowledge.Read(knowledge.Hotel)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]*knowledge.Article, len(all))
	for i := range all {
		list[i] = &all[i]
		list[i].State, list[i].Rev = knowledge.Live, 1
	}
	base := knowledge.Memory(knowledge.Options{Synonyms: pack.Words.Synonyms, Binding: pack.Words.Binding}, list)
	text, err := os.ReadFile("testdata/guests.txt")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)
	asked, refused := 0, 0
	for i, line := range strings.Split(string(text), "\n") {
		q, want, ok := strings.Cut(line, "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		a := base.Ask(q, knowledge.Everyone, now)
		var got []string
		if a.Sure {
			got = []string{a.Best.ID}
		}
		for _, s := range a.Several {
			got = append(got, s.ID)
		}
		if want == "?" && a.Sure {
			t.Errorf("guests.txt:%d %q is answered surely by %v", i+1, q, got)
		}
		if want == "?" {
			continue
		}
		if want == "-" {
			refused++
			if a.Known() {
				t.Errorf("guests.txt:%d %q is answered by %v (%.2f), want a person", i+1, q, got, a.Score)
			}
			continue
		}
		asked++
		if !slices.Contains(got, want) {
			t.Errorf("guests.txt:%d %q is answered by %v, want %s; near %s", i+1, q, got, want, a.Near)
		}
	}
	if asked < 60 || refused < 40 {
		t.Errorf("%d questions with an answer and %d without", asked, refused)
	}
}
