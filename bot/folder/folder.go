// Package folder follows files that people edit while the program runs. What is made
// of them is made again when one of them changed, came or went; while it cannot be
// made, the one made before stays in use, and why is told.
package folder

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Files says which files are followed. Hidden ones never are.
type Files struct {
	Dir  string // may not be there yet; "": no files, ever
	Ext  string // how their names end: ".yaml"
	Deep bool   // also those in the folders of this folder
	Most int    // bound of their number; the first by name
}

// File is one of them as it was when it was looked at.
type File struct {
	Name string // with the folder
	info os.FileInfo
}

// Same says whether this is the same file in the same state: not written since, and
// not replaced by another of that name.
func (f File) Same(g File) bool {
	return f.info != nil && g.info != nil && f.Name == g.Name && f.info.Size() == g.info.Size() &&
		f.info.ModTime().Equal(g.info.ModTime()) && os.SameFile(f.info, g.info)
}

// list are the files as they are, by name. What cannot be read is left out.
func (f Files) list() []File {
	if f.Dir == "" {
		return nil
	}
	all := f.in(f.Dir, f.Deep)
	slices.SortFunc(all, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return all[:min(len(all), f.Most)]
}

func (f Files) in(dir string, deep bool) []File {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []File
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") || !deep && filepath.Ext(name) != f.Ext {
			continue
		}
		info, err := os.Stat(name) // of what a link leads to
		switch {
		case err != nil:
		case info.IsDir() && deep:
			all = append(all, f.in(name, false)...)
		case !info.IsDir() && filepath.Ext(name) == f.Ext:
			all = append(all, File{name, info})
		}
	}
	return all
}

// Read makes a T of the files as they are. old is the one in use. With an error old
// stays in use.
type Read[T any] func(old T, files []File) (T, error)

// Live is what is made of files, as they are now. It is safe for use by many
// goroutines.
type Live[T any] struct {
	files Files
	read  Read[T]
	now   func() time.Time // real time: how often the folder is looked at
	value atomic.Pointer[T]
	next  atomic.Int64 // Unix ns of the next look

	mu   sync.Mutex
	seen []File
	err  error
}

// every is how often the folder is looked at, at most.
const every = time.Second

// Follow reads the files for the first time, where old is the zero T. An error of
// that is returned: there is none to stay in use.
func Follow[T any](files Files, read Read[T]) (*Live[T], error) {
	l := &Live[T]{files: files, read: read, now: time.Now}
	l.next.Store(l.now().Add(every).UnixNano())
	l.seen = files.list()
	var none T
	v, err := read(none, l.seen)
	if err != nil {
		return nil, err
	}
	l.value.Store(&v)
	return l, nil
}

// Get is what was last made without an error. It looks at the folder at most once a
// second; who comes meanwhile gets the one there is. What belongs together should be
// asked of one T.
func (l *Live[T]) Get() T {
	if l.files.Dir != "" {
		now := l.now().UnixNano()
		if next := l.next.Load(); now >= next && l.next.CompareAndSwap(next, now+int64(every)) {
			l.Look()
		}
	}
	return *l.value.Load()
}

// Err is why the files as they are now are not in use; nil when they are.
func (l *Live[T]) Err() error {
	l.Get()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Look reads the files now if one of them changed, came or went. Read is called once
// for each change, by one goroutine at a time.
func (l *Live[T]) Look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	files := l.files.list()
	if slices.EqualFunc(files, l.seen, File.Same) {
		return
	}
	l.seen = files
	v, err := l.read(*l.value.Load(), files)
	if l.err = err; err == nil {
		l.value.Store(&v)
	}
}
