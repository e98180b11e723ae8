package sim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"kefu/bot/wechat"
)

// Bounds of what is kept.
const (
	maxCalls    = 1000
	maxBusy     = 4096 // pushes in the background at a time
	maxPushes   = 1000
	maxBubbles  = 200
	maxItems    = 200
	maxLines    = 200
	maxPeople   = 10_000
	maxBook     = 20_000
	maxSmall    = 1000
	maxMedia    = 500
	maxMediaSum = 64 << 20 // bytes
)

// Errors of what people do.
var (
	ErrUnavailable  = errors.New("sim: the program did not answer; the customer saw " + unavailable)
	ErrNotFollowing = errors.New("sim: has unfollowed and cannot write")
	ErrNoOption     = errors.New("sim: no such option was offered lately")
	ErrUnknown      = errors.New("sim: unknown account, member, robot or card")
	ErrNoButton     = errors.New("sim: the card has no such button now")
)

// unavailable is what WeChat tells a customer whose message could not be delivered.
const unavailable = "该公众号暂时无法提供服务，请稍后再试"

// Sim is a WeChat and a WeCom. All methods may be called from many goroutines.
type Sim struct {
	cfg      Config
	ownHTTP  bool
	accounts map[string]*account
	corp     *corp // nil without WeCom

	mu      sync.Mutex
	st      state
	faults  Faults
	changed chan struct{}            // closed and replaced on every change
	lanes   map[string]chan struct{} // person → last push has left
	holds   map[string]*Hold
	swaps   map[string]chan struct{} // person → another push has come to its end
	recent  book[*outgoing]          // person → their last push

	stop context.Context
	end  context.CancelFunc
	busy int // pushes in the background
}

// account is an Official Account at work: its settings and its cipher.
type account struct {
	Account
	cipher *wechat.Cipher
	tmpl   map[string]Template
}

type corp struct {
	WeCom
	cipher *wechat.Cipher
	robot  map[string]string // key → name
	member map[string]*Member
}

// New is a Sim with nothing said yet. It starts nothing; Close ends what people
// do in the background.
func New(c Config) (*Sim, error) {
	own := c.HTTP == nil
	if err := c.prepare(); err != nil {
		return nil, err
	}
	s := &Sim{
		cfg: c, ownHTTP: own, accounts: map[string]*account{}, changed: make(chan struct{}),
		lanes: map[string]chan struct{}{}, holds: map[string]*Hold{}, swaps: map[string]chan struct{}{},
	}
	s.faults.sim = s
	for _, a := range c.OA {
		acct := &account{Account: a, tmpl: map[string]Template{}}
		cipher, err := wechat.NewCipher(a.Token, a.AppID, a.AESKey, "")
		if err != nil {
			return nil, fmt.Errorf("sim: account %q: %w", a.ID, err)
		}
		acct.cipher = cipher
		for _, t := range a.Templates {
			acct.tmpl[t.ID] = t
		}
		if s.accounts[a.ID] != nil {
			return nil, fmt.Errorf("sim: two accounts are called %q", a.ID)
		}
		s.accounts[a.ID] = acct
	}
	if w := c.WeCom; w.CorpID != "" {
		cipher, err := wechat.NewCipher(w.Token, w.CorpID, w.AESKey, "")
		if err != nil {
			return nil, fmt.Errorf("sim: wecom: %w", err)
		}
		s.corp = &corp{WeCom: w, cipher: cipher, robot: map[string]string{}, member: map[string]*Member{}}
		for name, key := range w.Robots {
			s.corp.robot[key] = name
		}
		for i := range w.Members {
			s.corp.member[w.Members[i].UserID] = &s.corp.Members[i]
		}
	}
	s.stop, s.end = context.WithCancel(context.Background())
	s.st.complete(s)
	return s, nil
}

// Close ends pushes in the background and waits for them.
func (s *Sim) Close() {
	s.end()
	_ = s.Idle(context.Background())
	if s.ownHTTP {
		s.cfg.HTTP.CloseIdleConnections()
	}
}

// Idle waits until no push is under way in the background.
func (s *Sim) Idle(ctx context.Context) error {
	for {
		s.mu.Lock()
		busy, changed := s.busy, s.changed
		s.mu.Unlock()
		if busy == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// background delivers an enqueued push without anyone waiting. Beyond maxBusy it
// is dropped, and its record says so. The lock is held.
func (s *Sim) background(m *outgoing) {
	if s.busy >= maxBusy {
		s.push(m.id, func(p *Push) { p.Outcome = Dropped })
		close(m.done)
		go m.left() // takes the lock
		return
	}
	s.busy++
	go func() {
		_ = s.run(s.stop, m) // its outcome is in the record of pushes
		s.mu.Lock()
		s.busy--
		s.touch()
		s.mu.Unlock()
	}()
}

// SetWebhook says where pushes of an account go.
func (s *Sim) SetWebhook(account, url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[account]; a != nil {
		a.Webhook = url
	}
}

// SetCallback says where WeCom's pushes go.
func (s *Sim) SetCallback(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.corp != nil {
		s.corp.Callback = url
	}
}

// SetBase says under which URL Handler is reached.
func (s *Sim) SetBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cfg.Base = url
}

// Version grows with everything that anyone could see.
func (s *Sim) Version() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.st.Version
}

// Wait returns the version once it is above the one given, or the one given
// with ctx's error.
func (s *Sim) Wait(ctx context.Context, version int64) (int64, error) {
	for {
		s.mu.Lock()
		v, changed := s.st.Version, s.changed
		s.mu.Unlock()
		if v > version {
			return v, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return version, ctx.Err()
		}
	}
}

// touch notes that something visible changed. The lock is held.
func (s *Sim) touch() {
	s.st.Version++
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Sim) now() time.Time { return s.cfg.Now() }

// next is a number never given before. The lock is held.
func (s *Sim) next() int64 {
	s.st.Seq++
	return s.st.Seq
}

// msgID is a message id of WeChat's size: it does not fit a float.
func (s *Sim) msgID() string { return strconv.FormatInt(firstMsgID+s.next(), 10) }

const firstMsgID = 24906413570000000

// secret is n random bytes in hex.
func secret(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}

// SetTestAccount makes an account a test account (测试号) or a full one: see
// [Account].TestAccount.
func (s *Sim) SetTestAccount(account string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[account]; a != nil {
		a.TestAccount = on
	}
}
