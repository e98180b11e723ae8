package llm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"syscall"
	"time"

	openai "github.com/sashabaranov/go-openai"
)

// What Do answers besides the context's errors and *APIError. Each means: go on
// without the model.
var (
	// ErrOff: no model is configured.
	ErrOff = errors.New("llm: no model")
	// ErrBudget: today's money is spent, or too little is left for this call.
	ErrBudget = errors.New("llm: today's budget is spent")
	// ErrBusy: as many calls as may be are under way.
	ErrBusy = errors.New("llm: too many calls at once")
	// ErrOpen: the model failed lately and is left alone for a while.
	ErrOpen = errors.New("llm: left alone after failures")
	// ErrFormat: the answer does not meet the schema, also after one repair.
	ErrFormat = errors.New("llm: answer does not meet the schema")
)

// APIError is a call that the server refused or that did not get through. It
// holds nothing of what was sent, said, or of the key.
type APIError struct {
	Status int    // HTTP; 0: no answer came
	Code   string // the server's word for it, [a-z0-9_.-]; "" when it has none
	Why    string // ours, for people who run kefu
	wait   time.Duration
	class  class
	param  string // what a 400 complains of, as far as we know such things
}

func (e *APIError) Error() string {
	s := "llm: " + e.Why
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Code != "" {
		s += " " + e.Code
	}
	return s
}

// class is what a failed attempt means.
type class int

const (
	refused  class = iota // it will be refused again; nothing was paid
	later                 // again after a moment; nothing was paid
	unknown               // again after a moment; it may have been paid
	unusable              // an answer came, not one of use; it was paid
)

// codeForm is what we repeat of a server's word: never one of its sentences,
// which quote keys and texts.
var codeForm = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,40}$`)

var keyForm = regexp.MustCompile(`(?i)^(sk|key|bearer|ak)[-_]`)

// classify makes an APIError of what the library or the network says. The
// context's own end is not classified here.
func classify(err error) *APIError {
	if e, ok := errors.AsType[*APIError](err); ok {
		return e
	}
	if api, ok := errors.AsType[*openai.APIError](err); ok {
		e := byStatus(api.HTTPStatusCode)
		if code := fmt.Sprint(api.Code); codeForm.MatchString(code) && !keyForm.MatchString(code) && api.Code != nil {
			e.Code = code
		}
		e.param = complaint(api)
		return e
	}
	if req, ok := errors.AsType[*openai.RequestError](err); ok {
		e := byStatus(req.HTTPStatusCode)
		e.param = paramIn(string(req.Body))
		return e
	}
	return byNetwork(err)
}

func byStatus(status int) *APIError {
	e := &APIError{Status: status, class: refused}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.Why = "the key is not accepted"
	case status == http.StatusNotFound:
		e.Why = "no such address or model"
	case status == http.StatusPaymentRequired:
		e.Why = "the account has no money"
	case status == http.StatusTooManyRequests:
		e.Why, e.class = "too many requests", later
	case status == http.StatusRequestTimeout || status >= 500:
		e.Why, e.class = "the server failed", later
	case status >= 300 && status < 400:
		e.Why = "the address redirects"
	default:
		e.Why = "the request is not accepted"
	}
	return e
}

const tooLate = "no answer in time"

func byNetwork(err error) *APIError {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &dns):
		return &APIError{Why: "the server's name is not known", class: later}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &APIError{Why: "nobody listens at the address", class: later}
	case errors.As(err, &op) && op.Op == "dial":
		return &APIError{Why: "the server cannot be reached", class: later}
	case errors.Is(err, context.DeadlineExceeded):
		return &APIError{Why: tooLate, class: unknown}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op):
		return &APIError{Why: "the connection broke", class: unknown}
	}
	return &APIError{Why: "the answer cannot be read", class: unknown}
}
