package sim

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// Mode is how the model behaves.
type Mode string

// The modes.
const (
	Honest Mode = "honest" // answers from what it is given
	Slow   Mode = "slow"   // the same, after Config.Delay
	Babble Mode = "babble" // 胡说: whatever does harm
	Broken Mode = "broken" // a different broken answer each time
	Down   Mode = "down"   // connections end without an answer
)

// Modes are all of them.
func Modes() []Mode { return []Mode{Honest, Slow, Babble, Broken, Down} }

// Config is how a server begins.
type Config struct {
	Key   string        // wanted as Bearer; "": none is
	Delay time.Duration // of Slow; 0: 6 s
	Think time.Duration // of every other answer, 0: none
}

// Server is the model. All methods may be called from many goroutines.
type Server struct {
	cfg Config
	mux *http.ServeMux

	mu     sync.Mutex
	mode   Mode
	queue  []Reply
	script func(Call) (Reply, bool)
	calls  []Call
	total  int // calls answered since the beginning
	breaks int // which broken answer is next
}

// maxCalls are kept to look at, the newest.
const maxCalls = 500

// New makes an honest one.
func New(cfg Config) *Server {
	if cfg.Delay <= 0 {
		cfg.Delay = 6 * time.Second
	}
	s := &Server{cfg: cfg, mode: Honest, mux: http.NewServeMux()}
	s.mux.HandleFunc("POST /v1/chat/completions", s.complete)
	s.mux.HandleFunc("GET /v1/models", s.models)
	return s
}

// ServeHTTP serves /v1/chat/completions and /v1/models.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Set changes how the model behaves from the next call on.
func (s *Server) Set(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode = m
}

// Mode is how it behaves now.
func (s *Server) Mode() Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// Queue has the next calls answered by these, before the script and the mode.
func (s *Server) Queue(replies ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, replies...)
}

// Script answers calls before the mode does, where it says true; nil ends it.
func (s *Server) Script(f func(Call) (Reply, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = f
}

// Calls are the newest calls, oldest first, at most 500.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Total is how many calls there were.
func (s *Server) Total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// Last is the newest call, and false when there was none.
func (s *Server) Last() (Call, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) == 0 {
		return Call{}, false
	}
	return s.calls[len(s.calls)-1], true
}

// Call is one request as it came.
type Call struct {
	Prompt, Version string // from the client's header; "" without
	Model           string
	System, User    string    // the first of each
	Messages        []Message // all
	JSON            bool      // response_format is a JSON object
	Stream          bool
	MaxTokens       int
	Body            []byte // as sent
	Schema          []byte // in System; nil without
}

// Message is one of a call.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Fault is how an answer fails.
type Fault string

// The faults.
const (
	Reset    Fault = "reset"    // the connection ends before an answer
	Half     Fault = "half"     // the body ends in the middle
	Empty    Fault = "empty"    // no choices
	Page     Fault = "page"     // HTML with 200
	Unread   Fault = "unread"   // JSON that is no answer
	Endless  Fault = "endless"  // a body beyond all measure
	Redirect Fault = "redirect" // to somewhere else
)

// Reply is one answer. Its zero value is an empty text.
type Reply struct {
	Text       string
	Delay      time.Duration
	Fault      Fault
	Status     int    // 0: 200; others with an error in OpenAI's form, Text as its message
	Code       string // of the error
	Param      string // that the error complains of
	RetryAfter string
	Finish     string // "": stop
	Usage      *Usage // nil: counted by rule
}

// Usage is what the model says it cost.
type Usage struct{ In, Out int }

// next notes the call and says how it is answered.
func (s *Server) next(c Call) Reply {
	s.mu.Lock()
	s.total++
	s.calls = append(s.calls, c)
	s.calls = slices.Delete(s.calls, 0, max(0, len(s.calls)-maxCalls))
	mode, script, breaks := s.mode, s.script, s.breaks
	if len(s.queue) > 0 {
		defer s.mu.Unlock()
		r := s.queue[0]
		s.queue = s.queue[1:]
		return r
	}
	if mode == Broken {
		s.breaks++
	}
	s.mu.Unlock()
	if script != nil {
		if r, ok := script(c); ok {
			return r
		}
	}
	switch mode {
	case Slow:
		return Reply{Text: Answer(c), Delay: s.cfg.Delay}
	case Babble:
		return Reply{Text: Nonsense(c), Delay: s.cfg.Think}
	case Broken:
		return brokenReplies[breaks%len(brokenReplies)]
	case Down:
		return Reply{Fault: Reset}
	}
	return Reply{Text: Answer(c), Delay: s.cfg.Think}
}

var brokenReplies = []Reply{
	{Fault: Half},
	{Status: http.StatusInternalServerError, Text: "internal error", Code: "server_error"},
	{Text: `{"intents": [`},
	{Fault: Page},
	{Fault: Empty},
	{Status: http.StatusTooManyRequests, Text: "slow down", Code: "rate_limit_exceeded", RetryAfter: "1"},
	{Fault: Reset},
	{Text: "好的！以下是您要的 JSON：\n```json\n{\"answer\": }\n```"},
	{Fault: Unread},
}
