package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSummarise(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		ok             bool
	}{
		{"nothing ran", "", "no test ran\n\n0 passed, 0 failed, 0 skipped\n", false},
		{"all good", `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA/sub","Elapsed":1}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":1.5}
{"Action":"output","Package":"p","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:3: no database: set KEFU_TEST_MONGO\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":2}
{"Action":"skip","Package":"empty","Elapsed":0}
`, `ok    p  2 tests  2.0s

skipped:
  p TestB  b_test.go:3: no database: set KEFU_TEST_MONGO

slowest:
    1.5s  p TestA

1 passed, 0 failed, 1 skipped
`, true},
		{"a failure shows its output", `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:4: boo\n"}
{"Action":"fail","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":0.1}
`, `FAIL  p TestA
    a_test.go:4: boo
FAIL  p  0.1s

1 passed, 1 failed, 0 skipped
`, false},
		{"a build that fails", `{"ImportPath":"q","Action":"build-output","Output":"q.go:1:1: wrong\n"}
{"ImportPath":"q","Action":"build-fail"}
{"Action":"output","Package":"q","Output":"FAIL\tq [build failed]\n"}
{"Action":"fail","Package":"q","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":0}
`, `q.go:1:1: wrong
FAIL  q  0.0s
FAIL	q [build failed]

1 passed, 1 failed, 0 skipped
`, false},
		// Nobody finished TestA: its output comes with the package.
		{"a panic", `{"Action":"output","Package":"p","Test":"TestA","Output":"panic: time-out\n"}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":3}
go: something else
`, `FAIL  p  3.0s
panic: time-out
go: something else

1 passed, 1 failed, 0 skipped
`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got strings.Builder
			ok := summarise(strings.NewReader(c.in), &got)
			if d := cmp.Diff(c.want, got.String()); d != "" {
				t.Error(d)
			}
			if ok != c.ok {
				t.Errorf("ok is %v", ok)
			}
		})
	}
}

func TestOutputIsBounded(t *testing.T) {
	tl := &tally{output: map[string][]string{}}
	for range 10 * maxKept {
		tl.keep("k", "line\n")
	}
	if n := len(tl.output["k"]); n != maxKept {
		t.Errorf("%d lines kept", n)
	}
}
