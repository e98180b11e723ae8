package knowledge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kefu/bot/wording"
	"kefu/store"
)

// Options are what a company adds.
type Options struct {
	Synonyms [][]string // groups of words that mean the first
	Binding  []string   // more words that make a question one of money or policy
}

// Base answers from the articles. It may be used by any number of goroutines.
// Its index lives in memory and follows what goes through this Base at once;
// what another instance changed comes with Refresh.
type Base struct {
	articles *store.Collection[Article]
	missed   *store.Collection[Miss]
	binding  atomic.Pointer[wording.Exact]

	taking sync.Mutex // what is cut for an index goes into that one
	mu     sync.RWMutex
	index  *index
	newest store.Time // of the changes taken in
	groups groups
}

// Open opens the collections "articles" and "articles_missed" and reads what may
// answer into memory.
func Open(ctx context.Context, e store.Engine, o Options) (*Base, error) {
	articles, err := store.Open[Article](ctx, e, "articles",
		store.Index{Fields: []string{"changed", "id"}},
		store.Index{Fields: []string{"state", "changed", "id"}})
	if err != nil {
		return nil, err
	}
	missed, err := store.Open[Miss](ctx, e, "articles_missed", store.Index{Fields: []string{"count", "id"}}, store.Index{Fields: []string{"last", "id"}})
	if err != nil {
		return nil, err
	}
	b := &Base{
		articles: articles, missed: missed, index: newIndex(newSynonyms(o.Synonyms)),
	}
	b.binding.Store(o.bindingWords())
	if err := b.Refresh(ctx); err != nil {
		return nil, err
	}
	if err := b.loadGroups(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// Memory is a Base without a store, which only answers: for measuring, and for
// trying a file before it is taken in. Articles that are not live are passed over.
func Memory(o Options, list []*Article) *Base {
	b := &Base{index: newIndex(newSynonyms(o.Synonyms))}
	b.binding.Store(o.bindingWords())
	b.takeAll(list)
	return b
}

// Adapt goes by other words of the company from now on. All articles are cut anew,
// while those cut before answer. Questions that were missed before stay grouped as
// they were.
func (b *Base) Adapt(o Options) {
	b.binding.Store(o.bindingWords())
	b.taking.Lock()
	defer b.taking.Unlock()
	fresh := newIndex(newSynonyms(o.Synonyms))
	fresh.putAll(b.All())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.index = fresh
}

// overlap is how far Refresh reaches back behind the newest change it knows, for
// instances whose clocks differ.
const overlap = 5 * time.Minute

// Refresh takes in what changed since the last time, here or in another
// instance. It may be called as often as wanted.
func (b *Base) Refresh(ctx context.Context) error {
	b.mu.RLock()
	since := b.newest
	b.mu.RUnlock()
	q := store.Query{Order: []store.Order{{Field: "changed"}}}
	if !since.IsZero() {
		q.Where = []store.Cond{store.Where("changed", store.Ge, since.Add(-overlap))}
	}
	var some []*Article
	for a, err := range b.articles.Find(ctx, q) {
		if err != nil {
			return fmt.Errorf("knowledge: reading articles: %w", err)
		}
		if some = append(some, a); len(some) == takeAtOnce {
			b.takeAll(some)
			some = some[:0]
		}
	}
	b.takeAll(some)
	return nil
}

// takeAtOnce is how many articles are cut together, on all cores.
const takeAtOnce = 2048

// takeAll brings articles into the index, or out of it.
func (b *Base) takeAll(list []*Article) {
	b.taking.Lock()
	defer b.taking.Unlock()
	cut := make([]parts, len(list))
	each(len(list), len(list) > 1, func(i int) {
		if list[i].State == Live {
			cut[i] = b.index.syn.parts(list[i])
		}
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	var fresh []parts
	seen := map[string]bool{}
	for i, a := range list {
		if a.Changed.After(b.newest) {
			b.newest = a.Changed
		}
		if n, ok := b.index.byID[a.ID]; ok && b.index.docs[n].art.Rev >= a.Rev || seen[a.ID] {
			continue
		}
		if a.State == Live {
			seen[a.ID] = true
			fresh = append(fresh, cut[i])
		} else {
			b.index.drop(a.ID)
		}
	}
	b.index.add(fresh)
}

// take brings one article into the index, or out of it.
func (b *Base) take(a *Article) { b.takeAll([]*Article{a}) }

// Len is how many articles are live.
func (b *Base) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.index.byID)
}

// All gives the live articles, by id. They are shared: they must not be changed.
func (b *Base) All() []*Article {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]*Article, 0, len(b.index.byID))
	for _, n := range b.index.byID {
		out = append(out, b.index.docs[n].art)
	}
	slices.SortFunc(out, func(x, y *Article) int { return strings.Compare(x.ID, y.ID) })
	return out
}

// Get returns an article in whatever state, or store.ErrNotFound.
func (b *Base) Get(ctx context.Context, id string) (*Article, error) { return b.articles.Get(ctx, id) }

// Live returns a live article from memory: the one behind a tapped "kb:101". It
// is nil when there is none that this audience may read now. The article is
// shared: it must not be changed.
func (b *Base) Live(id string, who Audience, now time.Time) *Article {
	b.mu.RLock()
	defer b.mu.RUnlock()
	n, ok := b.index.byID[id]
	if !ok || !b.index.docs[n].art.Valid(who, now) {
		return nil
	}
	return b.index.docs[n].art
}

// Put stores an article that a person with the right to do so has written or
// changed: live at once, one version more. An error of Check comes back as
// ErrInvalid. It may be repeated; each time is a version.
func (b *Base) Put(ctx context.Context, a Article, by string, now time.Time) (*Article, error) {
	a.Question, a.Answer = strings.TrimSpace(a.Question), strings.TrimSpace(a.Answer)
	if err := a.Check(); err != nil {
		return nil, err
	}
	fill := func(to *Article) error {
		meta, version := to.Meta, to.Version
		*to = a
		to.Meta, to.Version = meta, version+1
		to.approve(by, now)
		return nil
	}
	got, err := b.articles.Upsert(ctx, a.ID, func() *Article { return new(Article) }, fill)
	if err != nil {
		return nil, fmt.Errorf("knowledge: storing an article: %w", err)
	}
	b.take(got)
	return got, nil
}

func (a *Article) approve(by string, now time.Time) {
	a.State, a.ApprovedBy = Live, by
	a.ApprovedAt, a.Changed = store.At(now), store.At(now)
}

// Retire takes an article, or a draft, out of use. It may be repeated.
func (b *Base) Retire(ctx context.Context, id string, now time.Time) (*Article, error) {
	return b.change(ctx, id, func(a *Article) error {
		if a.State == Retired {
			return store.ErrUnchanged
		}
		a.State, a.Changed = Retired, store.At(now)
		return nil
	})
}

// ErrNotDraft: only a draft can be approved.
var ErrNotDraft = errors.New("knowledge: not a draft")

func (b *Base) change(ctx context.Context, id string, f func(*Article) error) (*Article, error) {
	a, err := b.articles.Update(ctx, id, f)
	if err != nil {
		return nil, err
	}
	b.take(a)
	return a, nil
}
