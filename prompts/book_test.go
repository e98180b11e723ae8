package prompts

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, dir string) *Book {
	t.Helper()
	b, err := Open("hotel", dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.With(Vars{"brand": "湖畔酒店", "bot": "小栖", "privacy_url": "https://kefu.example.com/privacy"})
}

// constants are the values in keys.go.
func constants(t *testing.T) []string {
	t.Helper()
	f, err := goparser.ParseFile(token.NewFileSet(), "keys.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok {
			k, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, k)
		}
		return true
	})
	slices.Sort(keys)
	return keys
}

func TestEveryKeyHasATextAndEveryTextAKey(t *testing.T) {
	if d := cmp.Diff(constants(t), open(t, "").Keys()); d != "" {
		t.Errorf("keys.go (-) and the files (+) differ:\n%s", d)
	}
}

func TestUnknownPackIsAnError(t *testing.T) {
	for _, pack := range []string{"", "nope", "../prompts", "*"} {
		if _, err := Open(pack, "", nil); err == nil || !strings.Contains(err.Error(), "hotel") {
			t.Errorf("Open(%q): %v; want an error that names what there is", pack, err)
		}
	}
}
