package sim

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Hold keeps one person's pushes back, so that a test decides their order.
type Hold struct {
	sim    *Sim
	lane   string
	pushes []*outgoing // in the order in which they were made
}

// Hold keeps back what this customer does from now on. Use [Customer.Later]
// meanwhile: the waiting methods would wait for Release.
func (s *Sim) Hold(account, openid string) *Hold {
	return s.hold("oa/" + account + "/" + openid)
}

// HoldMember keeps back what this member does from now on.
func (s *Sim) HoldMember(userid string) *Hold { return s.hold("wecom/wecom/" + userid) }

func (s *Sim) hold(lane string) *Hold {
	h := &Hold{sim: s, lane: lane}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds[h.lane] = h
	return h
}

// Release ends the hold and delivers what waited, one after the other: first the
// pushes named by their place (0 is the oldest), then the others by age.
func (h *Hold) Release(ctx context.Context, order ...int) error {
	h.sim.mu.Lock()
	if h.sim.holds[h.lane] == h {
		delete(h.sim.holds, h.lane)
	}
	waiting := h.pushes
	h.pushes = nil
	h.sim.mu.Unlock()

	named := map[int]bool{}
	for i := range waiting {
		named[i] = true
	}
	for _, i := range order {
		delete(named, i)
	}
	for i := range waiting {
		if named[i] {
			order = append(order, i)
		}
	}
	gone := map[int]bool{}
	for _, i := range order {
		if i < 0 || i >= len(waiting) || gone[i] {
			continue
		}
		gone[i] = true
		m := waiting[i]
		close(m.gate)
		select {
		case <-m.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Answer is what the program said to a delivery: Kind "" is success or nothing.
type Answer struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Wrong string `json:"wrong,omitempty"` // why WeChat would not take it
}

// Again delivers the customer's last push once more, as WeChat does when an answer
// was lost on its way, and gives the answer without showing it on the phone.
func (c *Customer) Again(ctx context.Context) (Answer, error) {
	return c.sim.again(ctx, "oa/"+c.account+"/"+c.openid)
}

// Again is the same for a member's last push.
func (m *MemberAt) Again(ctx context.Context) (Answer, error) {
	return m.sim.again(ctx, "wecom/wecom/"+m.id)
}

func (s *Sim) again(ctx context.Context, lane string) (Answer, error) {
	s.mu.Lock()
	m, ok := s.recent.get(lane)
	s.mu.Unlock()
	if !ok {
		return Answer{}, ErrUnknown
	}
	env, err := s.sealed(m, nil)
	if err != nil {
		return Answer{}, err
	}
	r, d := s.post(ctx, m, env)
	s.noteTry(m, d)
	if r == nil {
		return Answer{}, fmt.Errorf("%w: %s", ErrUnavailable, d.Note)
	}
	return Answer{Kind: r.kind, Text: r.body.Content, Wrong: r.wrong}, nil
}

// swap lets one later push of the same person pass, for three seconds at most.
func (s *Sim) swap(ctx context.Context, m *outgoing) {
	passed := make(chan struct{})
	s.mu.Lock()
	if s.swaps[m.lane] != nil { // somebody waits already: this is the one to pass
		s.mu.Unlock()
		return
	}
	s.swaps[m.lane] = passed
	s.mu.Unlock()
	m.left() // the next one may leave now
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-passed:
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = s.cfg.Wait(ctx, 3*time.Second) // over in time, or passed: it goes either way
}

// runCopies makes several deliveries of one push whatever is answered. One after
// the other, only the last answer reaches WeChat, as if the others had come too
// late; at once, the first answer with words in it counts.
func (s *Sim) runCopies(ctx context.Context, m *outgoing, plan pushPlan) error {
	replies := make([]*reply, plan.copies)
	one := func(i int) error {
		env, err := s.sealed(m, nil)
		if err != nil {
			return err
		}
		r, d := s.post(ctx, m, env)
		replies[i] = r
		s.noteTry(m, d)
		return nil
	}
	var err error
	if plan.together {
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() { _ = one(i) })
		}
		all.Wait()
	} else {
		for i := range replies {
			if err = one(i); err != nil {
				return s.settle(m, Dropped, nil, err)
			}
		}
		replies = replies[len(replies)-1:]
	}
	var best *reply
	for _, r := range replies {
		if r != nil && (best == nil || best.kind == "" && r.kind != "") {
			best = r
		}
	}
	if best == nil {
		return s.settle(m, Failed, nil, ErrUnavailable)
	}
	return s.accept(m, *best)
}
