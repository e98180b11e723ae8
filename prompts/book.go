package prompts

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kefu/bot/chat"
)

//go:embed hotel
var embedded embed.FS

// Book is the words of one pack, with a company's own before them. It is safe for
// use by many goroutines.
type Book struct {
	*source
	fixed Vars
}

// source is what all views of a book share.
type source struct {
	dir      string
	log      *slog.Logger
	defaults map[string]*entry
	words    atomic.Pointer[map[string]*entry]

	watch func(key, name string)
	now   func() time.Time // real time: how often the folder is looked at
	next  atomic.Int64     // Unix ns of the next look
	mu    sync.Mutex
	files map[string]override
	bad   []Problem
}

// override is what one file of the company's folder gave when it was last good.
type override struct {
	stamp string // time and size
	words map[string]*entry
	bad   []Problem
}

// Open reads the words of a pack ("hotel") and those in the folder override, which
// may be "" or not be there yet. Broken files there are logged, not returned: the
// words of the pack stand in. An unknown pack is an error.
func Open(pack, overrideDir string, log *slog.Logger) (*Book, error) {
	defaults, err := load(pack)
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &source{dir: overrideDir, log: log, defaults: defaults, now: time.Now, files: map[string]override{}}
	s.words.Store(&defaults)
	s.look()
	return &Book{source: s, fixed: Vars{}}, nil
}

// load reads the embedded files of a pack. Their faults are ours: they are errors.
func load(pack string) (map[string]*entry, error) {
	names, err := fs.Glob(embedded, pack+"/*.txt")
	if err != nil || len(names) == 0 || strings.ContainsAny(pack, `*?[\/`) {
		return nil, fmt.Errorf("prompts: 没有行业包 %.40q，现有：hotel", pack)
	}
	all := map[string]*entry{}
	var errs []error
	for _, name := range names {
		b, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("prompts: %w", err)
		}
		words, bad := read(name, string(b), nil)
		for _, p := range bad {
			errs = append(errs, p)
		}
		for k, e := range words {
			if all[k] != nil {
				errs = append(errs, Problem{name, 0, "“" + k + "”在另一个文件里已有", "删掉一处"})
			}
			all[k] = e
		}
	}
	return all, errors.Join(errs...)
}

// With is the same book with values for variables that every text may use: brand,
// bot, privacy_url, hotline.
func (b *Book) With(v Vars) *Book {
	fixed := maps.Clone(b.fixed)
	maps.Copy(fixed, v)
	return &Book{b.source, fixed}
}

// Say is the text as content for a customer: options marked in the text, or, for a
// text marked 菜单, as a msgmenu. At most MaxBytes with its links. A key that the
// book has not gives nothing to say.
func (b *Book) Say(key string, v Vars) chat.Content {
	e := b.entry(key)
	if e == nil || e.text == nil {
		return chat.Content{}
	}
	v = b.vars(v)
	b.report(key, e, v)
	return e.text.content(v, false)
}

// Line is the text as plain words: a sentence to staff, a line of a robot. What
// variables bring into a text "group.…" is made one line.
func (b *Book) Line(key string, v Vars) string {
	e := b.entry(key)
	if e == nil || e.text == nil {
		return ""
	}
	v = b.vars(v)
	b.report(key, e, v)
	return e.text.content(v, strings.HasPrefix(key, "group.")).Fill(func(o chat.Option) string { return o.Label })
}

// Card is a card for staff, its texts cut to what a card shows. URL, TaskID and
// Updates are the caller's.
func (b *Book) Card(key string, v Vars) chat.Card {
	e := b.entry(key)
	if e == nil || e.card == nil {
		return chat.Card{}
	}
	return e.card.fill(b.vars(v))
}

// Watch has f called for each variable that a text needs and that is empty: a
// sentence with a hole. It is for tests and must be set before the book is used.
func (b *Book) Watch(f func(key, variable string)) { b.watch = f }

func (b *Book) report(key string, e *entry, v Vars) {
	if b.watch == nil {
		return
	}
	f := filler{vars: v}
	for _, n := range e.text.nodes {
		for _, n := range append([]node{n}, append(n.label, n.key...)...) {
			if n.name != "" && f.empty(n) {
				b.watch(key, n.name)
			}
		}
	}
}

// Keys are all texts there are, in order.
func (b *Book) Keys() []string { return slices.Sorted(maps.Keys(b.defaults)) }

// Problems are the faults in the company's files, as last read.
func (b *Book) Problems() []Problem {
	b.refresh()
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.bad)
}

func (b *Book) vars(v Vars) Vars {
	if len(b.fixed) == 0 {
		return v
	}
	all := maps.Clone(b.fixed)
	maps.Copy(all, v)
	return all
}

func (b *Book) entry(key string) *entry {
	b.refresh()
	e := (*b.words.Load())[key]
	if e == nil {
		b.log.Error("no such text", "key", key)
	}
	return e
}

// refresh looks at the folder at most once a second; who comes meanwhile uses the
// words there are.
func (s *source) refresh() {
	if s.dir == "" {
		return
	}
	now := s.now().UnixNano()
	next := s.next.Load()
	if now < next || !s.next.CompareAndSwap(next, now+int64(time.Second)) {
		return
	}
	s.look()
}

// look reads the files that changed. A file with a fault keeps what it said when
// it was last good, and is reported once for each change.
func (s *source) look() {
	if s.dir == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names, _ := filepath.Glob(filepath.Join(s.dir, "*.txt"))
	slices.Sort(names)
	names = names[:min(len(names), maxFiles)]
	files := make(map[string]override, len(names))
	changed := len(names) != len(s.files)
	for _, name := range names {
		old, had := s.files[name]
		info, err := os.Stat(name)
		if err != nil || info.IsDir() {
			continue
		}
		stamp := fmt.Sprint(info.ModTime().UnixNano(), " ", info.Size())
		if had && old.stamp == stamp {
			files[name] = old
			continue
		}
		changed = true
		files[name] = s.reread(name, stamp, old)
	}
	if !changed {
		return
	}
	s.files = files
	s.merge(names)
}

func (s *source) reread(name, stamp string, old override) override {
	short := path.Base(filepath.ToSlash(name))
	text, err := bounded(name)
	if err != nil {
		old.bad = []Problem{{short, 0, err.Error(), "检查这个文件"}}
	} else {
		words, bad := read(short, text, s.defaults)
		if old.bad = bad; len(bad) == 0 {
			old.words = words
		}
	}
	for _, p := range old.bad {
		s.log.Error("words not changed", "file", p.File, "line", p.Line, "fault", p.Text, "remedy", p.Remedy)
	}
	if len(old.bad) == 0 {
		s.log.Info("words changed", "file", short, "texts", len(old.words))
	}
	old.stamp = stamp
	return old
}

// merge puts the files over the pack's words; of two that say the same, the later
// name counts.
func (s *source) merge(names []string) {
	all := maps.Clone(s.defaults)
	s.bad = nil
	for _, name := range names {
		maps.Copy(all, s.files[name].words)
		s.bad = append(s.bad, s.files[name].bad...)
	}
	s.words.Store(&all)
}

var errTooLarge = errors.New("文件太大，最多 256 KB")

func bounded(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", errors.New("打不开")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", errors.New("读不出来")
	}
	if len(b) > maxFile {
		return "", errTooLarge
	}
	return string(b), nil
}
