package app

import (
	"context"
	"reflect"
	"time"

	"kefu/bot/desk"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
)

// lexicon is what a pack adds to what the reader of messages knows itself.
func lexicon(p *desk.Pack) intent.Lexicon {
	lex := intent.Lexicon{Safety: p.Words.Safety}
	for _, c := range p.Categories {
		words := append([]string(nil), c.Words...)
		for _, t := range c.Topics {
			words = append(words, t.Words...)
			lex.Things = append(lex.Things, t.Title)
		}
		lex.Categories = append(lex.Categories, intent.Category{ID: c.ID, Words: words})
	}
	for _, g := range p.Words.Major {
		lex.Major = append(lex.Major, g.Words...)
	}
	return lex
}

// Synonyms is what a pack adds to what the knowledge base knows itself.
func Synonyms(p *desk.Pack) knowledge.Options {
	return knowledge.Options{Synonyms: p.Words.Synonyms, Binding: p.Words.Binding}
}

// adapt lets who keeps something of the pack go by the pack as it is, a second after
// it changed: the book of cases, the reader of messages, the watch over incidents and
// the knowledge base.
func (a *App) adapt(ctx context.Context) {
	by := a.readWith
	every(ctx, time.Second, func() {
		p := a.Pack()
		if p == by {
			return
		}
		a.Book.Adapt(limits(p))
		a.Reader.Adapt(lexicon(p))
		a.Cases.Events.Watch.Adapt(p.Incident.Window)
		if o := Synonyms(p); !reflect.DeepEqual(o, Synonyms(by)) {
			a.Know.Adapt(o)
		}
		by = p
	})
}

// every does something again and again until ctx ends.
func every(ctx context.Context, d time.Duration, do func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			do()
		}
	}
}
