package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/wechat"
)

// request is a call as an endpoint sees it. The lock is held while it is served.
type request struct {
	*http.Request
	query   url.Values
	body    []byte
	account *account // of an Official Account's call, after the token was checked
}

// decode reads the JSON body; false means 47001.
func (r *request) decode(into any) bool { return json.Unmarshal(r.body, into) == nil }

// answer is what an endpoint says: errcode and errmsg, and what else belongs to it.
type answer struct {
	code   int
	msg    string // default: the usual words for the code
	fields map[string]any
	bare   bool // no errcode on success, as WeChat's GET-style calls answer

	raw    []byte // instead of JSON
	kind   string // content type of raw
	header map[string]string
	status int // of raw, default 200

	after func() *outgoing // an event that follows the answer; runs under the lock
}

func fault(code int) answer { return answer{code: code} }

// endpoint is one path of a platform.
type endpoint struct {
	platform string // "oa", "wecom", "robot"
	name     string
	post     bool
	open     bool // needs no access_token
	limit    int64
	serve    func(*Sim, *request) answer
}

const (
	maxJSON   = 1 << 20
	maxUpload = 21 << 20 // a file of 20 MB and its multipart frame
)

// Handler is both platforms' API: /oa stands for https://api.weixin.qq.com,
// /wecom for https://qyapi.weixin.qq.com and WeCom's sign-in pages. Every answer
// is HTTP 200 with an errcode, as theirs are.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, e := range oaEndpoints {
		mux.Handle("/oa"+path, s.serve(e))
	}
	for path, e := range wecomEndpoints {
		mux.Handle("/wecom"+path, s.serve(e))
	}
	mux.Handle("/oa/", s.serve(endpoint{platform: "oa", name: "unknown", open: true, serve: unknownPath}))
	mux.Handle("/wecom/", s.serve(endpoint{platform: "wecom", name: "unknown", open: true, serve: unknownPath}))
	return mux
}

func unknownPath(*Sim, *request) answer { return fault(40066) }

func (s *Sim) serve(e endpoint) http.Handler {
	if e.limit == 0 {
		e.limit = maxJSON
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		began := time.Now()
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, e.limit))
		if err != nil {
			http.Error(w, "<html><head><title>413 Request Entity Too Large</title></head></html>", http.StatusRequestEntityTooLarge)
			return
		}
		r := &request{Request: req, query: req.URL.Query(), body: body}
		s.mu.Lock()
		if e.platform != "oa" && s.corp == nil {
			s.mu.Unlock()
			http.NotFound(w, req)
			return
		}
		faults := s.faults.take(e.platform, e.name, false)
		a := s.answer(e, r, faults)
		call := Call{At: s.now(), Platform: e.platform, Name: e.name, Code: a.code}
		if r.account != nil {
			call.Account = r.account.ID
		}
		for _, f := range faults {
			call.Faults = append(call.Faults, f.Kind)
		}
		if a.after != nil {
			s.busy++ // Idle waits for what follows the answer too
		}
		s.mu.Unlock()
		defer func() { // also when a fault cuts the connection
			call.Took = time.Since(began).Milliseconds()
			s.mu.Lock()
			s.st.Calls = keep(s.st.Calls, call, maxCalls)
			if a.after != nil {
				m := a.after()
				s.enqueue(m)
				s.background(m)
				s.busy--
			}
			s.touch()
			s.mu.Unlock()
		}()
		deliver(w, req, words(a, e.platform), a, faults)
	})
}

// answer is what a call comes to, with the faults that stand in its way. A fault
// marked Done, Half and Slow let the work be done.
func (s *Sim) answer(e endpoint, r *request, faults []Fault) answer {
	for _, f := range faults {
		if code, ok := f.errcode(e.platform); ok && !f.Done {
			return fault(code)
		}
		if !f.Done && (f.Kind == Reset || f.Kind == Gateway || f.Kind == Garbage) {
			return answer{}
		}
	}
	if e.post && r.Method != http.MethodPost {
		return fault(43002)
	}
	if !e.open {
		if a, ok := s.admit(e.platform, r); !ok {
			return a
		}
	}
	a := e.serve(s, r)
	for _, f := range faults {
		if code, ok := f.errcode(e.platform); ok && a.code == 0 {
			return answer{code: code, after: a.after}
		}
	}
	return a
}

// admit checks the access_token.
func (s *Sim) admit(platform string, r *request) (answer, bool) {
	token := r.query.Get("access_token")
	if token == "" {
		return fault(41001), false
	}
	now := s.now()
	if platform == "wecom" {
		valid, once := s.st.Corp.Tokens.check(token, now)
		if !valid {
			return fault(map[bool]int{true: 42001, false: 40014}[once]), false
		}
		return answer{}, true
	}
	for id, as := range s.st.Accounts {
		for _, f := range []*tokenFamily{&as.Stable, &as.Classic} {
			valid, once := f.check(token, now)
			if valid {
				if r.account = s.accounts[id]; r.account == nil {
					return fault(40013), false
				}
				return answer{}, true
			}
			if once {
				return fault(42001), false
			}
		}
	}
	return fault(40001), false
}

// words writes an answer out.
func words(a answer, platform string) []byte {
	if a.raw != nil {
		return a.raw
	}
	out := map[string]any{}
	for k, v := range a.fields {
		out[k] = v
	}
	if a.code != 0 || !a.bare {
		out["errcode"] = a.code
		out["errmsg"] = a.msg
		if a.msg == "" {
			out["errmsg"] = errmsg(platform, a.code)
		}
	}
	b, err := wechat.JSON(out)
	if err != nil {
		return []byte(`{"errcode":-1,"errmsg":"system error"}`)
	}
	return b
}

// deliver writes the answer, or what a fault makes of it.
func deliver(w http.ResponseWriter, req *http.Request, body []byte, a answer, faults []Fault) {
	for _, f := range faults {
		switch f.Kind {
		case Slow:
			if pause(req.Context(), f.Delay) != nil {
				return
			}
		case Reset:
			panic(http.ErrAbortHandler)
		case Gateway:
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
			return
		case Garbage:
			_, _ = io.WriteString(w, "<html><body>upgrade in progress</body></html>")
			return
		case Half:
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body[:len(body)/2])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if a.raw != nil {
		w.Header().Set("Content-Type", a.kind)
	}
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = w.Write(body) // the client has gone: nobody to tell
}

// badText finds what WeChat refuses in a body with 40033: broken UTF-8, and < > &
// written as \u sequences.
func badText(body []byte) bool {
	s := string(body)
	return !utf8.ValidString(s) || strings.Contains(s, `\u003c`) || strings.Contains(s, `\u003e`) || strings.Contains(s, `\u0026`)
}
