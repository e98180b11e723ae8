package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// stage follows a folder of .txt files and makes one text of them. A file that says
// "broken" cannot be read.
type stage struct {
	*Live[string]
	t     *testing.T
	dir   string
	clock time.Time
	reads int
}

var errBroken = errors.New("broken")

func newStage(t *testing.T, deep bool) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), clock: time.Unix(1e9, 0)}
	l, err := Follow(Files{Dir: s.dir, Ext: ".txt", Deep: deep, Most: 3}, s.make)
	if err != nil {
		t.Fatal(err)
	}
	l.now = func() time.Time { return s.clock }
	l.next.Store(0)
	s.Live = l
	return s
}

func (s *stage) make(_ string, files []File) (string, error) {
	s.reads++
	var all []string
	for _, f := range files {
		text, err := os.ReadFile(f.Name)
		if err != nil {
			return "", err
		}
		if string(text) == "broken" {
			return "", errBroken
		}
		all = append(all, string(text))
	}
	return strings.Join(all, " "), nil
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) write(name, text string) {
	s.t.Helper()
	s.must(os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o755))
	s.must(os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
}

// is expects this a second later, and that much of it read so far.
func (s *stage) is(want string, reads int) {
	s.t.Helper()
	s.clock = s.clock.Add(every)
	for range 3 {
		if got := s.Get(); got != want || s.reads != reads {
			s.t.Fatalf("%q after %d reads, want %q after %d", got, s.reads, want, reads)
		}
	}
}

func TestFilesAreFollowed(t *testing.T) {
	s := newStage(t, false)
	s.is("", 1)
	s.write("a.txt", "one")
	s.write("b.md", "left out")
	s.write(".c.txt", "hidden")
	s.write("in/d.txt", "below")
	s.is("one", 2)
	s.write("b.txt", "two")
	s.is("one two", 3)
	s.is("one two", 3)

	s.write("b.txt", "broken") // keeps the old, says why, and is read once
	s.is("one two", 4)
	if !errors.Is(s.Err(), errBroken) {
		t.Errorf("what is broken says %v", s.Err())
	}
	s.is("one two", 4)
	s.write("b.txt", "mended")
	s.is("one mended", 5)
	if s.Err() != nil {
		t.Error(s.Err())
	}

	s.must(os.Remove(filepath.Join(s.dir, "a.txt")))
	s.is("mended", 6)
	for i, name := range []string{"4", "3", "2", "1"} { // of more than may be the first by name
		s.write(name+".txt", name)
		s.is([]string{"4 mended", "3 4 mended", "2 3 4", "1 2 3"}[i], 7+i)
	}
	s.must(os.RemoveAll(s.dir))
	s.is("", 11)
}

// An editor writes beside the file and puts that in its place; a backup put back may
// have the size and the time of what it replaces.
func TestAFileIsReplaced(t *testing.T) {
	s := newStage(t, false)
	s.write("a.txt", "old")
	s.is("old", 2)
	s.write("a.txt~", "new")
	info, err := os.Stat(filepath.Join(s.dir, "a.txt"))
	s.must(err)
	s.must(os.Chtimes(filepath.Join(s.dir, "a.txt~"), info.ModTime(), info.ModTime()))
	s.must(os.Rename(filepath.Join(s.dir, "a.txt~"), filepath.Join(s.dir, "a.txt")))
	s.is("new", 3)
}

// A mounted folder of configuration changes by a link that leads elsewhere.
func TestALinkIsFollowed(t *testing.T) {
	s := newStage(t, true)
	s.write(".first/a.txt", "old")
	s.write(".second/a.txt", "new")
	link := func(to string) {
		t.Helper()
		if err := os.Symlink(filepath.Join(s.dir, to), filepath.Join(s.dir, "now~")); err != nil {
			t.Skip("no links here: ", err)
		}
		s.must(os.Rename(filepath.Join(s.dir, "now~"), filepath.Join(s.dir, "now")))
	}
	link(".first")
	s.is("old", 2)
	link(".second")
	s.is("new", 3)
}

func TestTheFirstReadMustSucceed(t *testing.T) {
	if _, err := Follow(Files{Dir: t.TempDir(), Ext: ".txt", Most: 3}, func(string, []File) (string, error) { return "", errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("%v", err)
	}
}

// Many ask, one reads.
func TestManyAsk(t *testing.T) {
	s := newStage(t, false)
	s.write("a.txt", "one")
	s.clock = s.clock.Add(every)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if got := s.Get(); got != "" && got != "one" {
					t.Errorf("%q", got)
				}
				s.Look()
			}
		})
	}
	wg.Wait()
	s.is("one", 2)
}
