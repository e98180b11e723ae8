package casework_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// vocabularies are the files whose Chinese is what people type, not what they are
// told: it is read, never said.
var vocabularies = []string{"vocabulary.go", "parse.go", "when.go"}

// What staff and customers are told is in prompts, where a company can change it:
// no Go file of these packages says anything in Chinese itself. Errors are for those
// who run the program.
func TestNoSentenceIsInTheCode(t *testing.T) {
	for _, dir := range []string{".", "../workbench"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) < 10 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, file := range files {
			name := filepath.Base(file)
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			allowed := false
			for _, v := range vocabularies {
				allowed = allowed || name == v
			}
			if !allowed {
				speaks(t, file)
			}
		}
	}
}

func speaks(t *testing.T, file string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Errorf" || s.Sel.Name == "New") {
				if p, ok := s.X.(*ast.Ident); ok && (p.Name == "fmt" || p.Name == "errors") {
					return false
				}
			}
		case *ast.BasicLit:
			if n.Kind != token.STRING && n.Kind != token.CHAR {
				return true
			}
			s, err := strconv.Unquote(n.Value)
			if err == nil && strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
				t.Errorf("%s: %s belongs into prompts", fset.Position(n.Pos()), n.Value)
			}
		}
		return true
	})
}
