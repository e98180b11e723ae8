package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What became of a push.
const (
	Waiting  = "waiting"  // held back or under way
	Taken    = "taken"    // success or an empty answer
	Replied  = "replied"  // with a passive reply
	Failed   = "failed"   // three deliveries without a right answer, or a wrong answer
	NotGiven = "notgiven" // pushing is suspended for a minute (MarkFail)
	Dropped  = "dropped"  // the simulator was closed meanwhile, or has no address to push to
)

// Push is one message pushed to the program, with all its deliveries.
type Push struct {
	ID       int64      `json:"id"`
	At       time.Time  `json:"at"`
	Platform string     `json:"platform"` // "oa", "wecom"
	Account  string     `json:"account"`
	Kind     string     `json:"kind"` // MsgType, or the event's name
	Tries    []Delivery `json:"tries"`
	Outcome  string     `json:"outcome"`
}

// Delivery is one attempt.
type Delivery struct {
	Status int    `json:"status"` // HTTP; 0 when there was no answer
	Took   int64  `json:"took"`   // ms, real time
	Note   string `json:"note"`   // "success", "reply", "timeout", "refused", or what was wrong with the answer
}

const (
	// typingGap lies between two pushes of one person while the first still waits
	// for its answer (real time). Nobody writes faster, and without it a program
	// would take them in any order.
	typingGap = 30 * time.Millisecond

	maxTries   = 3       // WeChat: three deliveries in all
	maxAnswer  = 1 << 20 // bytes read of an answer
	quietSpell = time.Minute
)

// outgoing is a push before it leaves.
type outgoing struct {
	platform, account, user, kind string
	plain                         []byte             // the same in every delivery
	lane                          string             // pushes of one person leave in order
	took                          func(reply) string // applies an answer; "" or what is wrong with it
	failed                        func()             // nobody answered; both run under the lock

	id     int64
	before <-chan struct{}
	wrote  func()        // the first delivery has been written: the next push leaves a little later
	left   func()        // this push holds nobody up any more
	gate   chan struct{} // nil, or closed when a Hold lets the push go
	done   chan struct{} // closed when all is over
}

// enqueue gives a push its number and its place in its person's lane. The lock is held.
func (s *Sim) enqueue(m *outgoing) {
	m.id = s.next()
	s.st.Pushes = keep(s.st.Pushes, Push{
		ID: m.id, At: s.now(), Platform: m.platform, Account: m.account, Kind: m.kind, Outcome: Waiting,
	}, maxPushes)
	m.lane = m.platform + "/" + m.account + "/" + m.user
	s.recent.put(m.lane, m, maxSmall)
	m.done = make(chan struct{})
	if h := s.holds[m.lane]; h != nil {
		m.gate, m.left, m.wrote = make(chan struct{}), func() {}, func() {}
		h.pushes = append(h.pushes, m)
		s.touch()
		return
	}
	out := make(chan struct{})
	m.before = s.lanes[m.lane]
	s.lanes[m.lane] = out
	m.wrote = sync.OnceFunc(func() { time.AfterFunc(typingGap, m.left) })
	m.left = sync.OnceFunc(func() {
		close(out)
		s.mu.Lock()
		if s.lanes[m.lane] == out {
			delete(s.lanes, m.lane)
		}
		s.mu.Unlock()
	})
	s.touch()
}

// begin gives a push its place and lets go of the lock, which is held. Unless it may
// come later, begin is run.
func (s *Sim) begin(ctx context.Context, m *outgoing, later bool) error {
	s.enqueue(m)
	if later {
		s.background(m)
	}
	s.mu.Unlock()
	if later {
		return nil
	}
	return s.run(ctx, m)
}

// run delivers a push and waits for its outcome: nil, ErrUnavailable, or ctx's
// error when it was given up.
func (s *Sim) run(ctx context.Context, m *outgoing) error {
	defer close(m.done)
	defer m.left()
	for _, wait := range []<-chan struct{}{m.before, m.gate} {
		if wait == nil {
			continue
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return s.settle(m, Dropped, nil, ctx.Err())
		case <-s.stop.Done():
			return s.settle(m, Dropped, nil, s.stop.Err())
		}
	}
	if s.suspended(m) {
		return s.settle(m, NotGiven, nil, ErrUnavailable)
	}
	plan := s.faults.forPush(m.platform)
	if plan.swap {
		s.swap(ctx, m)
	}
	if plan.copies > 1 {
		return s.runCopies(ctx, m, plan)
	}
	return s.runTries(ctx, m)
}

func (s *Sim) runTries(ctx context.Context, m *outgoing) error {
	var fixed *sealed
	for try := range maxTries {
		began := time.Now()
		env, err := s.sealed(m, fixed)
		if err != nil {
			return s.settle(m, Dropped, nil, err)
		}
		fixed = env
		r, d := s.post(ctx, m, env)
		s.noteTry(m, d)
		if r != nil {
			return s.accept(m, *r)
		}
		if ctx.Err() != nil || s.stop.Err() != nil {
			return s.settle(m, Dropped, nil, errors.Join(ctx.Err(), s.stop.Err()))
		}
		// WeChat: the next delivery follows when the five seconds are over.
		if rest := s.cfg.ReplyTimeout - time.Since(began); try < maxTries-1 && rest > 0 {
			if err := s.cfg.Wait(ctx, rest); err != nil {
				return s.settle(m, Dropped, nil, err)
			}
		}
	}
	return s.settle(m, Failed, nil, ErrUnavailable)
}

// accept applies an answer, which may still prove wrong.
func (s *Sim) accept(m *outgoing, r reply) error {
	if r.kind == "" {
		return s.settle(m, Taken, nil, nil)
	}
	return s.settle(m, Replied, &r, nil)
}

// settle writes the outcome down and shows it. The lock is taken.
func (s *Sim) settle(m *outgoing, outcome string, r *reply, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r != nil {
		if wrong := m.took(*r); wrong != "" {
			outcome, err = Failed, fmt.Errorf("%w: %s", ErrUnavailable, wrong)
			s.push(m.id, func(p *Push) { p.Tries[len(p.Tries)-1].Note = wrong })
		}
	}
	if outcome == Failed {
		m.failed()
	}
	if as := s.st.Accounts[m.account]; as != nil {
		switch outcome {
		case Taken, Replied:
			as.Failed = 0
		case Failed:
			// WeChat: after repeated failures pushing stops for a minute, and
			// what is written meanwhile never arrives (MarkFail).
			if as.Failed++; s.cfg.MarkFailAfter > 0 && as.Failed >= s.cfg.MarkFailAfter {
				as.Failed, as.Quiet = 0, s.now().Add(quietSpell)
			}
		}
	}
	s.push(m.id, func(p *Push) { p.Outcome = outcome })
	if other := s.swaps[m.lane]; other != nil {
		close(other)
		delete(s.swaps, m.lane)
	}
	s.touch()
	s.cfg.Logger.Debug("simulated push", "platform", m.platform, "kind", m.kind, "outcome", outcome)
	return err
}

func (s *Sim) suspended(m *outgoing) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	as := s.st.Accounts[m.account]
	return m.platform == "oa" && as != nil && s.now().Before(as.Quiet)
}

func (s *Sim) noteTry(m *outgoing, d Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(m.id, func(p *Push) { p.Tries = append(p.Tries, d) })
	s.touch()
}

// push changes the record of a push that is still kept. The lock is held.
func (s *Sim) push(id int64, change func(*Push)) {
	for i := len(s.st.Pushes) - 1; i >= 0; i-- {
		if s.st.Pushes[i].ID == id {
			change(&s.st.Pushes[i])
			return
		}
	}
}

// sealed is a delivery ready to post.
type sealed struct {
	url  string
	body []byte
	json bool
}

// sealed wraps the push anew, or again the same where the account wants it so.
func (s *Sim) sealed(m *outgoing, before *sealed) (*sealed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	nonce := strconv.Itoa(1_000_000_000 + rand.IntN(1_000_000_000))
	var to, query string
	var body []byte
	var err error
	var f Format
	if m.platform == "wecom" {
		to, f = s.corp.Callback, s.corp.Format
		query, body, err = s.corp.seal(m.plain, s.now(), nonce)
	} else {
		a := s.accounts[m.account]
		if before != nil && a.SameQuery {
			return before, nil
		}
		to, f = a.Webhook, a.Format
		query, body, err = a.seal(m.user, m.plain, s.now(), nonce)
	}
	if err == nil && to == "" {
		err = errors.New("sim: no address to push to")
	}
	sep := "?"
	if strings.Contains(to, "?") {
		sep = "&"
	}
	return &sealed{url: to + sep + query, body: body, json: f == JSON}, err
}

// post makes one delivery. A nil reply means it does not count as answered.
func (s *Sim) post(ctx context.Context, m *outgoing, env *sealed) (*reply, Delivery) {
	began := time.Now()
	var d Delivery
	r, status, err := s.exchange(ctx, m, env)
	d.Status, d.Took = status, time.Since(began).Milliseconds()
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		d.Note = "timeout"
	case err != nil:
		d.Note = "refused"
	case status != http.StatusOK:
		d.Note = "http " + strconv.Itoa(status)
	case r.kind == "":
		d.Note = "success"
	default:
		d.Note = "reply"
	}
	if err != nil || status != http.StatusOK {
		return nil, d
	}
	return r, d
}

func (s *Sim) exchange(ctx context.Context, m *outgoing, env *sealed) (*reply, int, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.ReplyTimeout)
	defer cancel()
	defer context.AfterFunc(s.stop, cancel)()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { m.wrote() },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, env.url, strings.NewReader(string(env.body)))
	if err != nil {
		return nil, 0, errors.New("sim: the address to push to is not a URL")
	}
	req.Header.Set("Content-Type", map[bool]string{true: "application/json", false: "text/xml"}[env.json])
	req.Header.Set("User-Agent", "Mozilla/4.0")
	res, err := s.cfg.HTTP.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, res.StatusCode, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, res.StatusCode, nil
	}
	r := s.read(m, body)
	return &r, res.StatusCode, nil
}
