package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kefu/store"
)

// IDFor is the id of an article that came without one: the same question has the
// same.
func IDFor(question string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(question)))
	return "q" + hex.EncodeToString(sum[:6])
}

// Taken is what became of an article that was taken in from a file.
type Taken string

// What may become of it.
const (
	Added     Taken = "added"
	Changed   Taken = "changed" // a version more
	Unchanged Taken = "same"    // nothing to change
	Left      Taken = "left"    // retired here: not brought back by a file
)

// Import stores an article that a person with the right to do so has in a file:
// new, or a version more when something in it changed. It may be repeated; the
// second time it is Unchanged. dry only tells what would become of it. An error of
// Check comes back as ErrInvalid.
func (b *Base) Import(ctx context.Context, a Article, by string, now time.Time, dry bool) (Taken, error) {
	a.Question, a.Answer = strings.TrimSpace(a.Question), strings.TrimSpace(a.Answer)
	if err := a.Check(); err != nil {
		return "", err
	}
	old, err := b.articles.Get(ctx, a.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if !dry {
			_, err := b.Put(ctx, a, by, now)
			return Added, err
		}
		return Added, nil
	case err != nil:
		return "", fmt.Errorf("knowledge: reading an article: %w", err)
	case old.State == Retired:
		return Left, nil
	case old.State == Live && old.says(&a):
		return Unchanged, nil
	}
	if !dry {
		if _, err := b.Put(ctx, a, by, now); err != nil {
			return "", err
		}
	}
	return Changed, nil
}

// says that two articles tell the same to the same people.
func (a *Article) says(o *Article) bool {
	return a.Title == o.Title && a.Question == o.Question && slices.Equal(a.Asks, o.Asks) && a.Answer == o.Answer &&
		a.Picture == o.Picture && a.Link == o.Link && a.Closing == o.Closing && a.Category == o.Category &&
		a.Official == o.Official && a.From.Equal(o.From) && a.Until.Equal(o.Until) && a.Audience.rank() == o.Audience.rank()
}

// List gives the articles of a state, newest change first, after the one given
// (nil: from the beginning).
func (b *Base) List(ctx context.Context, state State, after *Article, limit int) ([]*Article, error) {
	q := store.Query{
		Where: []store.Cond{store.Where("state", store.Eq, state)},
		Order: []store.Order{{Field: "changed", Desc: true}}, Limit: limit,
	}
	if after != nil {
		q.After = []any{after.Changed, after.ID}
	}
	return b.articles.List(ctx, q)
}
