package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Live is a pack that is read again while the program runs, when the files of its
// folder change. A pack that comes with the program never does. It is safe for use
// by many goroutines.
type Live struct {
	dir  string // "" for a pack that comes with the program
	log  *slog.Logger
	now  func() time.Time // real time: how often the folder is looked at
	pack atomic.Pointer[Pack]
	next atomic.Int64 // Unix ns of the next look

	mu     sync.Mutex
	stamp  string
	faults Faults // of the files as they are, "" when the pack in use is theirs
}

// Follow loads a pack as Load does and follows its folder.
func Follow(name string, log *slog.Logger) (*Live, error) {
	l := &Live{log: log, now: time.Now}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if strings.ContainsAny(name, `/\.`) {
		l.dir = name
		l.stamp = stampOf(name)
	}
	p, err := Load(name)
	if err != nil {
		return nil, err
	}
	l.pack.Store(p)
	l.next.Store(l.now().Add(time.Second).UnixNano())
	return l, nil
}

// Pack is the pack as it was last good. It looks at the folder at most once a
// second; who comes meanwhile gets the one there is. What belongs together should
// be asked of one Pack.
func (l *Live) Pack() *Pack {
	if l.dir == "" {
		return l.pack.Load()
	}
	now := l.now().UnixNano()
	if next := l.next.Load(); now >= next && l.next.CompareAndSwap(next, now+int64(time.Second)) {
		l.look()
	}
	return l.pack.Load()
}

// Faults are what is wrong with the files as they are now, while an earlier state of
// them is in use; none when they are in use.
func (l *Live) Faults() Faults {
	l.Pack()
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.faults)
}

// look reads the folder when something in it changed. With a fault the pack in use
// stays, and each fault is reported once for each change.
func (l *Live) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	stamp := stampOf(l.dir)
	if stamp == l.stamp {
		return
	}
	l.stamp = stamp
	p, err := Read(os.DirFS(l.dir), path.Base(filepath.ToSlash(l.dir)))
	if err != nil {
		if l.faults = nil; !errors.As(err, &l.faults) {
			l.faults = Faults{{File: l.dir, Text: "读不出来", Remedy: "检查这个文件夹"}}
		}
		for _, f := range l.faults[:min(len(l.faults), 20)] {
			l.log.Error("pack not changed", "file", f.File, "line", f.Line, "key", f.Key, "fault", f.Text, "remedy", f.Remedy)
		}
		return
	}
	l.faults = nil
	l.pack.Store(p)
	l.log.Info("pack changed", "pack", p.Name)
}

// stampOf tells states of a folder apart: names, sizes and times of its YAML files.
func stampOf(dir string) string {
	var b strings.Builder
	n := 0
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".yaml" {
			return nil
		}
		if n++; n > maxFiles {
			return fs.SkipAll
		}
		if info, err := d.Info(); err == nil {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}

// Self is the pack itself: for who has one that never changes, where a Live is
// expected.
func (p *Pack) Self() *Pack { return p }
