package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"kefu/store"
)

// Miss is a question that nothing answered, with those that ask the same.
type Miss struct {
	store.Meta
	Question string     `json:"question"`
	Samples  []string   `json:"samples,omitempty"` // other wordings, at most 5
	Count    int        `json:"count"`
	First    store.Time `json:"first"`
	Last     store.Time `json:"last"`
	Keys     []string   `json:"keys,omitempty"` // of the last messages counted, so that a repeat counts once
}

// Bounds of what is kept.
const (
	maxGroups  = 2000
	maxSamples = 5
	maxKeys    = 50
	sameShare  = 0.55 // of the terms of both, for two questions to be one
)

// groups are the missed questions of late, in memory, to find the one that a new
// question joins.
type groups struct{ list []group }

type group struct {
	id    string
	terms []term
}

func (b *Base) loadGroups(ctx context.Context) error {
	q := store.Query{Order: []store.Order{{Field: "last", Desc: true}}, Limit: maxGroups}
	for m, err := range b.missed.Find(ctx, q) {
		if err != nil {
			return fmt.Errorf("knowledge: reading missed questions: %w", err)
		}
		b.groups.list = append(b.groups.list, group{m.ID, b.gist(m.Question)})
	}
	slices.Reverse(b.groups.list)
	return nil
}

func (b *Base) gist(text string) []term {
	b.mu.RLock()
	syn := b.index.syn
	b.mu.RUnlock()
	ts, _ := syn.cut(text, nil, nil)
	return unique(ts)
}

// Missed counts a question that was not answered, together with those that ask
// the same. key is the message's: repeating it counts once. A text without
// anything to look for counts nothing.
func (b *Base) Missed(ctx context.Context, question, key string, now time.Time) error {
	ts := b.gist(question)
	if len(ts) == 0 {
		return nil
	}
	id := b.groupFor(ts)
	at := store.At(now)
	if r := []rune(question); len(r) > MaxQuestion {
		question = string(r[:MaxQuestion])
	}
	fresh := func() *Miss { return &Miss{Question: question, First: at} }
	_, err := b.missed.Upsert(ctx, id, fresh, func(m *Miss) error {
		if key != "" && slices.Contains(m.Keys, key) {
			return store.ErrUnchanged
		}
		m.Count++
		m.Last = at
		if key != "" {
			m.Keys = append(m.Keys, key)
			m.Keys = m.Keys[max(0, len(m.Keys)-maxKeys):]
		}
		if question != m.Question && len(m.Samples) < maxSamples && !slices.Contains(m.Samples, question) {
			m.Samples = append(m.Samples, question)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("knowledge: counting a missed question: %w", err)
	}
	return nil
}

// groupFor finds the group a question belongs to, or begins one.
func (b *Base) groupFor(ts []term) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	best, id := 0.0, ""
	for _, g := range b.groups.list {
		if s := share(ts, g.terms); s > best {
			best, id = s, g.id
		}
	}
	if best >= sameShare {
		return id
	}
	h := sha256.New()
	for _, t := range ts {
		fmt.Fprintf(h, "%x ", uint64(t))
	}
	id = "m" + hex.EncodeToString(h.Sum(nil)[:8])
	b.groups.list = append(b.groups.list, group{id, ts})
	if over := len(b.groups.list) - maxGroups; over > 0 {
		b.groups.list = slices.Delete(b.groups.list, 0, over)
	}
	return id
}

// share is how much two sorted lists have in common: both over either.
func share(a, b []term) float64 {
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both, i, j = both+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	if both == 0 {
		return 0
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// Miss returns one group of missed questions, or store.ErrNotFound.
func (b *Base) Miss(ctx context.Context, id string) (*Miss, error) { return b.missed.Get(ctx, id) }

// Unanswered lists the missed questions that are still not answered, most often
// asked first.
func (b *Base) Unanswered(ctx context.Context, limit int, now time.Time) ([]*Miss, error) {
	var out []*Miss
	q := store.Query{Order: []store.Order{{Field: "count", Desc: true}}, Limit: maxGroups}
	for m, err := range b.missed.Find(ctx, q) {
		if err != nil {
			return nil, fmt.Errorf("knowledge: reading missed questions: %w", err)
		}
		if b.Ask(m.Question, Everyone, now).Known() {
			continue
		}
		if out = append(out, m); len(out) == limit {
			break
		}
	}
	return out, nil
}
