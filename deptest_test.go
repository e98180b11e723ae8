package kefu_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "kefu"

// A rule says which of our own packages one part of the tree may not import.
// Paths are inside the module and end with "/..." where all below is meant.
type rule struct {
	in   string   // for the packages here
	but  []string // except these
	not  []string // may not import these
	only []string // or, of our own, nothing but these
	why  string
}

var (
	engines  = []string{"store/sqlite/...", "store/mongo/..."}
	adapters = []string{"bot/wechat/oa/...", "bot/wechat/wecom/...", "bot/wechat/sim/..."}
)

// rules are the shape of the program: handlers → bot → store, and cmd alone names
// databases and the adapters of channels. Tests may import what they like: they
// run against the real engines and the simulator.
var rules = []rule{
	{in: "store/...", only: []string{"store/..."}, why: "documents know nothing of what is kept in them"},
	{in: "bot/...", not: []string{"handlers/...", "cmd/..."}, why: "what happens does not depend on how it was asked for"},
	{in: "bot/...", not: engines, why: "only cmd names databases"},
	{in: "bot/...", but: adapters, not: adapters, why: "only cmd names the adapters of channels"},
	{in: "bot/chat", only: []string{"store"}, why: "the shared vocabulary is a leaf"},
	{in: "bot/folder", only: []string{"bot/folder"}, why: "files are followed whatever is made of them"},
	{in: "bot/spelling", only: []string{"bot/spelling"}, why: "a word is misspelt in whatever file"},
	{in: "handlers/...", not: append([]string{"cmd/..."}, engines...), why: "only cmd names databases"},
	{in: "handlers/...", not: adapters, why: "only cmd names the adapters of channels"},
	{in: "prompts/...", only: []string{"prompts/...", "bot/chat", "bot/folder", "bot/spelling", "store"}, why: "words know the vocabulary, not who says them"},
}

// vague are names that say nothing of what a package is for.
var vague = map[string]bool{
	"util": true, "utils": true, "common": true, "helper": true, "helpers": true,
	"model": true, "models": true, "types": true, "base": true, "core": true,
}

func within(pkg string, patterns []string) bool {
	for _, p := range patterns {
		if root, all := strings.CutSuffix(p, "/..."); pkg == root || all && strings.HasPrefix(pkg, root+"/") {
			return true
		}
	}
	return false
}

// broken tells which rules are broken when pkg imports imported, both inside the
// module.
func broken(pkg, imported string) []string {
	var why []string
	for _, r := range rules {
		if !within(pkg, []string{r.in}) || within(pkg, r.but) {
			continue
		}
		if within(imported, r.not) || len(r.only) > 0 && !within(imported, r.only) {
			why = append(why, r.why)
		}
	}
	return why
}

func TestImports(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped(name, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		files++
		checkFile(t, filepath.ToSlash(name))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Errorf("only %d files were looked at: the test does not stand in the module's root", files)
	}
}

// skipped folders are not part of the module: hidden, test data, or a module of
// their own.
func skipped(name, base string) bool {
	if name == "." {
		return false
	}
	nested, _ := filepath.Glob(filepath.Join(name, "go.mod"))
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || len(nested) > 0
}

func checkFile(t *testing.T, name string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	if vague[strings.TrimSuffix(f.Name.Name, "_test")] || vague[path.Base(path.Dir(name))] {
		t.Errorf("%s: package %s: the name does not say what the package is for", name, f.Name.Name)
	}
	if strings.HasSuffix(name, "_test.go") {
		return
	}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		inside, ours := strings.CutPrefix(imported, module+"/")
		if !ours {
			continue
		}
		for _, why := range broken(path.Dir(name), inside) {
			t.Errorf("%s imports %s: %s", name, imported, why)
		}
	}
}

// The rules themselves: what they forbid and what they let through.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		pkg, imported string
		ok            bool
	}{
		{"cmd/kefu", "store/sqlite", true},
		{"cmd/kefu", "bot/wechat/sim", true},
		{"cmd/kefu/config", "bot/staff", true},
		{"handlers/webhook", "bot/inbox", true},
		{"handlers/webhook", "bot/wechat", true},
		{"bot/ticket", "store", true},
		{"bot/wechat/oa", "bot/wechat", true},
		{"bot/wechat/sim/page", "bot/wechat/sim", true},
		{"store/storetest", "store", true},
		{"bot/chat", "store", true},
		{"prompts", "bot/chat", true},
		{"handlers/webhook", "bot/wechat/oa", false},
		{"handlers/api", "bot/wechat/wecom", false},
		{"handlers/api", "store/mongo", false},
		{"handlers/api", "cmd/kefu/config", false},
		{"bot", "handlers/webhook", false},
		{"bot/inbox", "store/sqlite", false},
		{"bot/inbox", "cmd/kefu/config", false},
		{"bot/delivery", "bot/wechat/oa", false},
		{"bot/chat", "bot/ticket", false},
		{"store", "bot/chat", false},
		{"store/mongo", "prompts", false},
		{"prompts", "bot", false},
		{"prompts", "bot/ticket", false},
	} {
		if got := broken(c.pkg, c.imported); (len(got) == 0) != c.ok {
			t.Errorf("%s importing %s: %v", c.pkg, c.imported, got)
		}
	}
}
