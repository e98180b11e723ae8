package llm

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

const (
	attempts = 3
	backoff  = 150 * time.Millisecond // before the second attempt; then twice as long
	leastRun = 300 * time.Millisecond // an attempt with less time left is not begun again
	// A model that was given less than this and did not answer has not failed.
	fairRun   = time.Second
	maxBroken = 4 << 10 // bytes of a bad answer that go back for repair
)

// talk is one Do: the messages so far, what they cost, how often we asked.
type talk struct {
	c        *Client
	r        Request
	form     *form // nil: free text
	veil     *veil // nil: nothing is masked
	messages []openai.ChatCompletionMessage
	bytes    int // of the messages
	money    hold
	in, out  int
	asked    int  // attempts that left
	repaired bool // the answer was asked for again
}

func newTalk(c *Client, r Request, f *form) *talk {
	t := &talk{c: c, r: r, form: f, money: hold{purse: c.purse}}
	user, system := r.User, r.System
	if c.mask {
		t.veil = newVeil(r.Names)
		user = t.veil.cover(r.User)
	}
	if f != nil {
		system += f.note()
	}
	t.add(openai.ChatMessageRoleSystem, system)
	t.add(openai.ChatMessageRoleUser, user)
	return t
}

func (t *talk) add(role, text string) {
	t.messages = append(t.messages, openai.ChatCompletionMessage{Role: role, Content: text})
	t.bytes += len(text) + 16
}

// run asks, reads the answer and has it repaired once.
func (t *talk) run(ctx context.Context) (Reply, error) {
	said, err := t.ask(ctx)
	if err != nil {
		return Reply{}, err
	}
	if t.form == nil {
		return Reply{Text: t.veil.lift(said.text), Cut: said.cut}, nil
	}
	text, fault := t.form.read(said.text, t.veil)
	if fault == "" {
		return Reply{Text: text}, nil
	}
	t.repaired = true
	t.add(openai.ChatMessageRoleAssistant, clip(said.text, maxBroken))
	t.add(openai.ChatMessageRoleUser, repairNote(fault))
	if said, err = t.ask(ctx); err != nil {
		return Reply{}, err
	}
	if text, fault = t.form.read(said.text, t.veil); fault != "" {
		return Reply{}, ErrFormat
	}
	return Reply{Text: text}, nil
}

// ask gets one answer, trying again what may succeed within the time.
func (t *talk) ask(ctx context.Context) (said, error) {
	speaks := *t.c.speaks.Load()
	for n := 0; ; n++ {
		s, err := t.once(ctx, speaks)
		if err == nil {
			if *t.c.speaks.Load() != speaks {
				t.c.speaks.Store(&speaks)
			}
			return s, nil
		}
		e, ok := errors.AsType[*APIError](err)
		if !ok || n+1 == attempts {
			return said{}, err
		}
		if e.class == refused {
			if e.Status != 400 && e.Status != 422 || ctx.Err() != nil {
				return said{}, err
			}
			if speaks, ok = speaks.after(e, t.form != nil); !ok {
				return said{}, err
			}
			continue
		}
		if !pause(ctx, max(e.wait, jitter(backoff<<n))) {
			return said{}, err
		}
	}
}

// once is one attempt, within its money, the breaker and its time.
func (t *talk) once(ctx context.Context, speaks dialect) (said, error) {
	if err := ctx.Err(); err != nil {
		return said{}, err
	}
	most := t.c.cost(t.bytes+64, t.r.tokens()) // no tokenizer makes more tokens than bytes
	if err := t.money.ensure(ctx, most); err != nil {
		return said{}, err
	}
	if !t.c.breaker.TryAcquirePermit() {
		return said{}, ErrOpen
	}
	t.asked++
	began := time.Now()
	s, err := t.c.attempt(ctx, t, speaks)
	t.judge(ctx, err, time.Since(began))
	if err == nil || classOf(err) == unusable {
		t.in, t.out = t.in+s.in, t.out+s.out
		t.money.spend(t.c.cost(s.in, s.out))
	} else if classOf(err) == unknown {
		t.money.spend(most)
	}
	if ended := ctx.Err(); err != nil && ended != nil {
		return said{}, ended
	}
	return s, err
}

func classOf(err error) class {
	if e, ok := errors.AsType[*APIError](err); ok {
		return e.class
	}
	return unknown
}

// judge tells the breaker how an attempt went.
func (t *talk) judge(ctx context.Context, err error, took time.Duration) {
	b := t.c.breaker
	e, _ := errors.AsType[*APIError](err)
	switch {
	case err == nil || e != nil && (e.Status == 400 || e.Status == 422):
		b.RecordSuccess() // it answers; what it was asked is another matter
	case ctx.Err() != nil && (errors.Is(ctx.Err(), context.Canceled) || took < fairRun):
		if b.IsHalfOpen() {
			b.RecordFailure() // a trial must end
		}
	default:
		b.RecordFailure()
	}
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) }

// pause waits d, or says that ctx leaves no time for it and an attempt after.
func pause(ctx context.Context, d time.Duration) bool {
	if until, ok := ctx.Deadline(); ok && time.Until(until) < d+leastRun {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
