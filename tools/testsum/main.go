// Testsum reads what `go test -json` prints and says it so that a person sees at
// once what matters: a line for each package, the output of what failed, what was
// skipped and why, what was slow, and a last line of counts.
//
//	go test -json ./... | testsum
//
// It exits with 1 when a test or a build failed, or when no test ran at all.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

func main() {
	if !summarise(os.Stdin, os.Stdout) {
		os.Exit(1)
	}
}

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

type test struct {
	pkg, name string
	took      time.Duration
	reason    string // of a skipped one
}

type tally struct {
	w       io.Writer
	output  map[string][]string // by package, or by package and test
	tests   map[string]int      // that ran, by package
	broken  map[string]bool     // packages with a test that failed
	timed   []test
	skipped []test
	passed  int
	failed  int
}

// maxKept bounds the lines kept of one test; the first and last halves are shown.
const maxKept = 400

func summarise(r io.Reader, w io.Writer) bool {
	t := &tally{w: w, output: map[string][]string{}, tests: map[string]int{}, broken: map[string]bool{}}
	ok := true
	in := bufio.NewScanner(r)
	in.Buffer(nil, 4<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil || e.Action == "" {
			fmt.Fprintln(w, in.Text()) // not an event: what go itself has to say
			continue
		}
		if !t.take(e) {
			ok = false
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(w, "testsum:", err)
		ok = false
	}
	return t.close() && ok
}

// take counts one event and says whether it was no failure.
func (t *tally) take(e event) bool {
	key := e.Package + "\n" + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.w, e.Output)
	case "build-fail":
		return false
	case "output":
		t.keep(key, e.Output)
	case "pass", "skip", "fail":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(key, e)
		}
		delete(t.output, key)
		return e.Action != "fail"
	}
	return true
}

func (t *tally) keep(key, line string) {
	lines := append(t.output[key], line)
	if len(lines) > maxKept {
		lines = slices.Delete(lines, maxKept/2, maxKept/2+1)
		lines[maxKept/2] = "        …\n"
	}
	t.output[key] = lines
}

func (t *tally) endTest(key string, e event) {
	if e.Action == "fail" {
		fmt.Fprintf(t.w, "FAIL  %s %s\n%s", e.Package, e.Test, strings.Join(t.output[key], ""))
	}
	if strings.Contains(e.Test, "/") {
		return // counted with the test it belongs to
	}
	t.tests[e.Package]++
	done := test{e.Package, e.Test, time.Duration(e.Elapsed * float64(time.Second)), ""}
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
		t.broken[e.Package] = true
	case "skip":
		for _, line := range t.output[key] {
			if s := strings.TrimSpace(line); s != "" && !strings.HasPrefix(s, "===") && !strings.HasPrefix(s, "---") {
				done.reason = s
			}
		}
		t.skipped = append(t.skipped, done)
		return
	}
	t.timed = append(t.timed, done)
}

func (t *tally) endPackage(e event) {
	switch n := t.tests[e.Package]; {
	case e.Action == "fail":
		// What belongs to no finished test: a panic, a time-out, a leaked goroutine.
		fmt.Fprintf(t.w, "FAIL  %s  %.1fs\n", e.Package, e.Elapsed)
		for key, lines := range t.output {
			if strings.HasPrefix(key, e.Package+"\n") {
				fmt.Fprint(t.w, strings.Join(lines, ""))
			}
		}
		if !t.broken[e.Package] {
			t.failed++
		}
	case n > 0:
		fmt.Fprintf(t.w, "ok    %s  %d tests  %.1fs\n", e.Package, n, e.Elapsed)
	}
}

// close prints the summary and says whether it is a good one.
func (t *tally) close() bool {
	if len(t.skipped) > 0 {
		fmt.Fprintln(t.w, "\nskipped:")
		for _, s := range t.skipped {
			fmt.Fprintf(t.w, "  %s %s  %s\n", s.pkg, s.name, s.reason)
		}
	}
	slices.SortFunc(t.timed, func(a, b test) int { return int(b.took - a.took) })
	if slow := t.timed[:min(5, len(t.timed))]; len(slow) > 0 && slow[0].took > time.Second {
		fmt.Fprintln(t.w, "\nslowest:")
		for _, s := range slow {
			fmt.Fprintf(t.w, "  %5.1fs  %s %s\n", s.took.Seconds(), s.pkg, s.name)
		}
	}
	if t.passed+t.failed == 0 {
		fmt.Fprintln(t.w, "no test ran")
	}
	fmt.Fprintf(t.w, "\n%d passed, %d failed, %d skipped\n", t.passed, t.failed, len(t.skipped))
	return t.failed == 0 && t.passed > 0
}
