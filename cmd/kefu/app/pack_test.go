package app

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/store"
)

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) { // polling, bounded
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// Words that the pack brings in are understood while the program runs: things that
// customers name, and synonyms by which articles are found.
func TestWordsOfAPackAreFollowed(t *testing.T) {
	cfg := bare(t)
	cfg.Pack = filepath.Join(t.TempDir(), "ours")
	if err := os.CopyFS(cfg.Pack, os.DirFS("../../../bot/desk/packs/hotel")); err != nil {
		t.Fatal(err)
	}
	a := start(t, cfg, Options{})
	_, err := a.Know.Put(t.Context(), knowledge.Article{Meta: store.Meta{ID: "sky"}, Question: "观星台几点开放", Answer: "晚上八点到十点。"}, "liu", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const windy, asks = "天文露台风太大了", "天文露台几点开放"
	category := func() string { return a.Reader.Read(windy, intent.Context{}).Category }
	found := func() bool { return a.Know.Ask(asks, knowledge.Everyone, time.Now()).Sure }
	if category() != "" || found() {
		t.Fatalf("known before: %q, %v", category(), found())
	}
	change := func(name, old, fresh string) {
		t.Helper()
		file := filepath.Join(cfg.Pack, name)
		text, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatal(err, name)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, fresh, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change("words.yaml", "synonyms:\n", "synonyms:\n  - [观星台, 天文露台]\n")
	until(t, "the synonym", found)
	change("categories.yaml", "words: [", "words: [天文露台, ")
	until(t, "the category", func() bool { return category() == "facility" })
}

// A company's own pack, changed while the program runs: what is right counts, what
// is wrong is told and does not; the program stays ready.
func TestOwnPackIsFollowed(t *testing.T) {
	cfg := bare(t)
	cfg.Pack = filepath.Join(t.TempDir(), "ours")
	if err := os.CopyFS(cfg.Pack, os.DirFS("../../../bot/desk/packs/hotel")); err != nil {
		t.Fatal(err)
	}
	a := start(t, cfg, Options{})
	file := filepath.Join(cfg.Pack, "pack.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	save := func(title string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), "title: 酒店", title, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save("title: 民宿客栈")
	until(t, "the new title", func() bool { return a.Cases.Pack().General.Title == "民宿客栈" })
	save("titel: 民宿客栈们")
	until(t, "the fault", func() bool {
		status, body := get(t, a.AdminURL()+"/readyz")
		return status == http.StatusOK && strings.Contains(body, "pack.yaml:1") && strings.Contains(body, "last good one")
	})
	if got := a.Bench.Pack().General.Title; got != "民宿客栈" {
		t.Errorf("in use: %s", got)
	}
	save("title: 湖畔客栈")
	until(t, "the mended one", func() bool {
		_, body := get(t, a.AdminURL()+"/readyz")
		return !strings.Contains(body, `"pack"`) && a.Cases.Pack().General.Title == "湖畔客栈"
	})
}
