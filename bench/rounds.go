package main

import (
	"context"
	"errors"
	"time"
)

// maxGriefs bounds the complaints of a run on one store, so that four-digit
// numbers are still to be had at its end.
const maxGriefs = 4800

// open fills a store and starts the program on it.
func (b *bench) open(ctx context.Context, name string, tickets int) (*subject, error) {
	h, err := b.home(name)
	if err != nil {
		return nil, err
	}
	b.tell("filling the %s store with %d cases and %d messages", name, tickets, tickets/casesEach*messagesEach)
	start := time.Now()
	if err := fill(ctx, h, tickets, maxGriefs); err != nil {
		return nil, err
	}
	b.tell("filled in %s", time.Since(start).Round(time.Second/10))
	s, err := b.world.subject(ctx, b.binary, h, b.conns)
	if err == nil {
		b.end = append(b.end, s.end)
	}
	return s, err
}

// load measures the paths of a message and of a complaint, on a small store and a
// large one, against the yardstick, turn by turn.
func (b *bench) load(ctx context.Context, t *table) error {
	small, err := b.open(ctx, "small", talkers*casesEach)
	if err != nil {
		return err
	}
	subjects := []*subject{small}
	if !b.skips("large") {
		large, err := b.open(ctx, "large", b.tickets)
		if err != nil {
			return err
		}
		subjects = append(subjects, large)
	}
	h, err := b.home("yardstick")
	if err != nil {
		return err
	}
	yard, err := newRival(h, b.conns)
	if err != nil {
		return err
	}
	b.end = append(b.end, yard.end)
	cards, err := b.turns(ctx, yard, subjects)
	if err != nil {
		return err
	}
	if err := b.report(t, yard, subjects, cards); err != nil {
		return err
	}
	for i, s := range subjects {
		took, err := s.listPage(ctx)
		if err != nil {
			return err
		}
		t.most("page of open cases, p50"+[]string{"", ", large store"}[i], median(took), 5, "ms", "one colleague looking, p99 "+number(quantile(took, 0.99))+" ms")
	}
	return nil
}

// turns takes the turns. It returns how many deliveries a complaint makes.
func (b *bench) turns(ctx context.Context, yard *rival, subjects []*subject) (cards float64, err error) {
	per := b.round.Seconds()
	rate, msgs, griefs := 4000.0, 1000.0, 250.0 // guesses for the round that warms up
	for i := range b.rounds + 1 {
		if i == 0 {
			b.tell("warming up")
		} else {
			b.tell("round %d", i)
		}
		y, err := yard.round(ctx, b.world, int(rate*per))
		if err != nil {
			return 0, err
		}
		rate = y
		for _, s := range subjects {
			m, err := s.talk(ctx, int(msgs*per))
			if err != nil {
				return 0, err
			}
			g, err := s.complain(ctx, min(int(griefs*per), maxGriefs/(b.rounds+1)))
			if err != nil {
				return 0, err
			}
			b.tell("  storing %s/s, messages %s/s (%s µs), complaints %s/s (%s µs)", number(y), number(m.rate), number(m.cpu), number(g.rate), number(g.cpu))
			if i > 0 {
				s.msgs.add(m, y)
				s.griefs.add(g, y)
			} else if err := b.checkWords(ctx, m, g); err != nil {
				return 0, err
			}
			if s == subjects[0] {
				msgs, griefs, cards = m.rate, g.rate, float64(g.sent)/float64(len(g.waits))
			}
		}
	}
	return cards, b.profiles(ctx, subjects[0], int(msgs*per))
}

// checkWords makes sure that what is measured are the right answers.
func (b *bench) checkWords(ctx context.Context, all ...*outcome) error {
	for _, o := range all {
		text, err := b.world.reads(ctx, o.last)
		if err != nil {
			return err
		}
		if text == "" {
			return errors.New("an answer without words")
		}
		b.tell("  an answer: %.60q", text)
	}
	return nil
}

func (b *bench) report(t *table, yard *rival, subjects []*subject, cards float64) error {
	s := subjects[0]
	t.add("storing handler: decrypt, store one document", median(yard.did.rate), "/s", spread(yard.did.rate)+", p99 "+number(median(yard.did.p99))+" ms")
	t.add("  processor time for each", median(yard.did.cpu), "µs", "")
	t.least("message: stored, decided, answered, closed", median(s.msgs.rate), 2000, "/s", spread(s.msgs.rate))
	t.add("  answered within, p50", median(s.msgs.p50), "ms", "")
	t.most("  answered within, p99", median(s.msgs.p99), 50, "ms", spread(s.msgs.p99))
	t.least("  share of the storing handler", median(s.msgs.ratio), 0.3, "", spread(s.msgs.ratio))
	t.add("  processor time for each", median(s.msgs.cpu), "µs", "")
	t.least("complaint: case, history, cards queued", median(s.griefs.rate), 500, "/s", spread(s.griefs.rate)+"; "+number(cards)+" deliveries each")
	t.add("  answered within, p50", median(s.griefs.p50), "ms", "")
	t.add("  answered within, p99", median(s.griefs.p99), "ms", spread(s.griefs.p99))
	t.add("  processor time for each", median(s.griefs.cpu), "µs", "")
	if len(subjects) > 1 {
		l := subjects[1]
		t.most("with the large store: message slower by", slower(s.msgs.rate, l.msgs.rate), 20, "%", number(median(l.msgs.rate))+" /s")
		t.most("  p99 of the answer", median(l.msgs.p99), 50, "ms", spread(l.msgs.p99))
		t.most("  complaint slower by", slower(s.griefs.rate, l.griefs.rate), 20, "%", number(median(l.griefs.rate))+" /s")
	}
	for i, s := range subjects {
		peak, err := s.memory("VmHWM")
		if err != nil {
			return err
		}
		t.most("memory loaded"+[]string{"", ", large store"}[i], peak, 150, "MB", "the most it held")
	}
	return nil
}

// slower is by how many per cent b is behind a, the median of the rounds' pairs.
func slower(a, b []float64) float64 {
	var all []float64
	for i := range a {
		all = append(all, 100*(1-b[i]/a[i]))
	}
	return median(all)
}
