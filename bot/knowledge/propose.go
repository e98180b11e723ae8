package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"kefu/store"
)

// Proposal is a question and an answer that a person gave in a ticket.
type Proposal struct {
	Ticket   string // its id: the same ticket and question propose once
	Question string
	Answer   string
	Category string
	Official bool
	By       string // staff id
}

// ProposalID is the id of the draft that a proposal makes.
func ProposalID(ticket, question string) string {
	sum := sha256.Sum256([]byte(ticket + "\x00" + strings.TrimSpace(question)))
	return "p" + hex.EncodeToString(sum[:5])
}

// Propose keeps a draft that waits for a lead. Repeating it returns the draft
// that is already there, in whatever state it is by now.
func (b *Base) Propose(ctx context.Context, p Proposal, now time.Time) (*Article, error) {
	a := &Article{
		Meta: store.Meta{ID: ProposalID(p.Ticket, p.Question)}, Question: strings.TrimSpace(p.Question),
		Answer: strings.TrimSpace(p.Answer), Category: p.Category, Official: p.Official,
		State: Draft, Ticket: p.Ticket, ProposedBy: p.By, Changed: store.At(now),
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	err := b.articles.Insert(ctx, a)
	if errors.Is(err, store.ErrExists) {
		return b.articles.Get(ctx, a.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("knowledge: storing a draft: %w", err)
	}
	return a, nil
}

// Revise changes the words of a draft before it is approved (改一改): ErrNotDraft
// when it is none any more.
func (b *Base) Revise(ctx context.Context, id, question, answer string, now time.Time) (*Article, error) {
	return b.change(ctx, id, func(a *Article) error {
		if a.State != Draft {
			return ErrNotDraft
		}
		a.Question, a.Answer, a.Changed = strings.TrimSpace(question), strings.TrimSpace(answer), store.At(now)
		return a.Check()
	})
}

// Approve makes a draft live; who may do so is the caller's to know. Approving
// what is live changes nothing; what was retired is ErrNotDraft.
func (b *Base) Approve(ctx context.Context, id, by string, now time.Time) (*Article, error) {
	return b.change(ctx, id, func(a *Article) error {
		switch a.State {
		case Live:
			return store.ErrUnchanged
		case Draft:
			a.Version++
			a.approve(by, now)
			return nil
		}
		return ErrNotDraft
	})
}

// Drafts lists what waits for a lead, oldest first.
func (b *Base) Drafts(ctx context.Context, limit int) ([]*Article, error) {
	return b.articles.List(ctx, store.Query{
		Where: []store.Cond{store.Where("state", store.Eq, Draft)},
		Order: []store.Order{{Field: "changed"}}, Limit: limit,
	})
}

// Draft keeps a whole article that waits for a lead. The same question has the
// same draft: one that is there already, in whatever state, comes back as it is.
func (b *Base) Draft(ctx context.Context, a Article, by string, now time.Time) (*Article, error) {
	a.Question, a.Answer = strings.TrimSpace(a.Question), strings.TrimSpace(a.Answer)
	a.Meta = store.Meta{ID: ProposalID("", a.Question)}
	a.State, a.Version, a.ProposedBy, a.ApprovedBy, a.ApprovedAt, a.Changed = Draft, 0, by, "", store.Time{}, store.At(now)
	if err := a.Check(); err != nil {
		return nil, err
	}
	err := b.articles.Insert(ctx, &a)
	if errors.Is(err, store.ErrExists) {
		return b.articles.Get(ctx, a.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("knowledge: storing a draft: %w", err)
	}
	return &a, nil
}

// Rewrite changes all that a draft says: ErrNotDraft when it is none any more.
func (b *Base) Rewrite(ctx context.Context, a Article, now time.Time) (*Article, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	return b.change(ctx, a.ID, func(old *Article) error {
		if old.State != Draft {
			return ErrNotDraft
		}
		meta, ticket, by := old.Meta, old.Ticket, old.ProposedBy
		*old = a
		old.Meta, old.Ticket, old.ProposedBy, old.State, old.Version, old.Changed = meta, ticket, by, Draft, 0, store.At(now)
		return nil
	})
}
