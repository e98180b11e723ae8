package app

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

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
	until := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) { // polling, bounded
			if time.Now().After(deadline) {
				t.Fatalf("never: %s", what)
			}
		}
	}
	save("title: 民宿客栈")
	until("the new title", func() bool { return a.Cases.Pack().General.Title == "民宿客栈" })
	save("titel: 民宿客栈们")
	until("the fault", func() bool {
		status, body := get(t, a.AdminURL()+"/readyz")
		return status == http.StatusOK && strings.Contains(body, "pack.yaml:1") && strings.Contains(body, "last good one")
	})
	if got := a.Bench.Pack().General.Title; got != "民宿客栈" {
		t.Errorf("in use: %s", got)
	}
	save("title: 湖畔客栈")
	until("the mended one", func() bool {
		_, body := get(t, a.AdminURL()+"/readyz")
		return !strings.Contains(body, `"pack"`) && a.Cases.Pack().General.Title == "湖畔客栈"
	})
}
