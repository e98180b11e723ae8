package knowledge

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"kefu/store"
)

// Hotel holds the articles of the hotel pack.
//
//go:embed hotel.yaml
var Hotel embed.FS

// entry is an article as it is written in a file.
type entry struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"title"`
	Question string   `yaml:"question"`
	Asks     []string `yaml:"asks"`
	Answer   string   `yaml:"answer"`
	Picture  string   `yaml:"picture"`
	Link     string   `yaml:"link"`
	Closing  string   `yaml:"closing"`
	Category string   `yaml:"category"`
	Official bool     `yaml:"official"`
	From     string   `yaml:"from"`  // 2026-11-24, from its midnight in China
	Until    string   `yaml:"until"` // the last day
	Audience Audience `yaml:"audience"`
}

// china is where dates in files begin.
var china = time.FixedZone("CST", 8*3600)

// Read reads the articles of every *.yaml at the root of a folder. All that is
// wrong comes back at once, each with file and article.
func Read(fsys fs.FS) ([]Article, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	var out []Article
	var wrong []error
	seen := map[string]string{}
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		var file struct {
			Articles []entry `yaml:"articles"`
		}
		if err := yaml.UnmarshalWithOptions(b, &file, yaml.Strict()); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
			continue
		}
		for i, e := range file.Articles {
			a, err := e.article()
			if was, twice := seen[e.ID]; twice && err == nil {
				err = fmt.Errorf("id %s 已在 %s 用过", e.ID, was)
			}
			seen[e.ID] = name
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: 第 %d 条 %s: %w", name, i+1, e.ID, err))
				continue
			}
			out = append(out, a)
		}
	}
	return out, errors.Join(wrong...)
}

func (e entry) article() (Article, error) {
	a := Article{
		Meta: store.Meta{ID: e.ID}, Title: e.Title, Question: e.Question, Asks: e.Asks, Answer: strings.TrimSpace(e.Answer),
		Picture: e.Picture, Link: e.Link, Closing: e.Closing, Category: e.Category, Official: e.Official, Audience: e.Audience,
	}
	if e.ID == "" || len(e.ID) > 32 || strings.ContainsAny(e.ID, ": /") {
		return a, fmt.Errorf("%w: id 要 1–32 个字母或数字", ErrInvalid)
	}
	from, err := day(e.From)
	if err != nil {
		return a, err
	}
	until, err := day(e.Until)
	if err != nil {
		return a, err
	}
	a.From = from
	if !until.IsZero() {
		a.Until = until.Add(24 * time.Hour)
	}
	return a, a.Check()
}

func day(s string) (store.Time, error) {
	if s == "" {
		return store.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, china)
	if err != nil {
		return store.Time{}, fmt.Errorf("%w: 日期要写成 2026-11-24，不是 %q", ErrInvalid, s)
	}
	return store.At(t), nil
}

// Seed stores the articles of a folder that are not there yet, live; those that
// are stay as they are, since the company may have changed them. It says how
// many were new and may be repeated.
func (b *Base) Seed(ctx context.Context, fsys fs.FS, now time.Time) (int, error) {
	all, err := Read(fsys)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range all {
		a := &all[i]
		if _, err := b.articles.Get(ctx, a.ID); err == nil {
			continue
		}
		a.Version = 1
		a.approve("seed", now)
		switch err := b.articles.Insert(ctx, a); {
		case errors.Is(err, store.ErrExists):
			continue
		case err != nil:
			return n, fmt.Errorf("knowledge: storing an article: %w", err)
		}
		b.take(a)
		n++
	}
	return n, nil
}
