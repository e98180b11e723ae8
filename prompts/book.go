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

	"kefu/bot/chat"
	"kefu/bot/folder"
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
	log      *slog.Logger
	defaults map[string]*entry
	live     *folder.Live[words]
	watch    func(key, name string)
}

// words are those of the pack with the company's over them.
type words struct {
	all   map[string]*entry
	files []override
}

// override is what one file of the company's folder gave when it was last good.
type override struct {
	file  folder.File
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
	s := &source{log: log, defaults: defaults}
	s.live, err = folder.Follow(folder.Files{Dir: overrideDir, Ext: ".txt", Most: maxFiles}, s.read)
	if err != nil {
		return nil, err
	}
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
	var all []Problem
	for _, o := range b.live.Get().files {
		all = append(all, o.bad...)
	}
	return all
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
	e := b.live.Get().all[key]
	if e == nil {
		b.log.Error("no such text", "key", key)
	}
	return e
}

// read puts the company's files over the pack's words; of two that say the same, the
// later name counts. Only what changed is read, so that the faults of a file are
// reported once for each change.
func (s *source) read(old words, files []folder.File) (words, error) {
	now := words{all: maps.Clone(s.defaults)}
	for _, f := range files {
		var o override // as it was
		if i := slices.IndexFunc(old.files, func(o override) bool { return o.file.Name == f.Name }); i >= 0 {
			o = old.files[i]
		}
		if !o.file.Same(f) {
			o = s.reread(f, o.words)
		}
		now.files = append(now.files, o)
		maps.Copy(now.all, o.words)
	}
	return now, nil
}

// reread reads a file that changed. One with a fault keeps what it said when it was
// last good: old.
func (s *source) reread(f folder.File, old map[string]*entry) override {
	now := override{file: f}
	short := path.Base(filepath.ToSlash(f.Name))
	text, err := bounded(f.Name)
	if err != nil {
		now.bad = []Problem{{short, 0, err.Error(), "检查这个文件"}}
	} else {
		now.words, now.bad = read(short, text, s.defaults)
	}
	for _, p := range now.bad {
		s.log.Error("words not changed", "file", p.File, "line", p.Line, "fault", p.Text, "remedy", p.Remedy)
	}
	if len(now.bad) > 0 {
		now.words = old
		return now
	}
	s.log.Info("words changed", "file", short, "texts", len(now.words))
	return now
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
