package llm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	openai "github.com/sashabaranov/go-openai"
)

const (
	maxAnswer   = 1 << 20 // bytes of an answer's body
	maxWait     = time.Minute
	temperature = 0.1
	// PromptHeader tells the server which prompt a call is, "answer/3": for whoever
	// reads its log, and for the scripted one.
	PromptHeader = "X-Kefu-Prompt"
)

// said is one answer as it came: masked, unchecked.
type said struct {
	text    string
	in, out int // tokens
	cut     bool
}

// attempt is one HTTP call. Its error is *APIError.
func (c *Client) attempt(ctx context.Context, t *talk, speaks dialect) (said, error) {
	x := &exchange{prompt: t.r.Prompt + "/" + t.r.Version}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, exchangeKey{}, x), c.timeout)
	defer cancel()
	req := openai.ChatCompletionRequest{Model: c.model, Messages: t.messages}
	if speaks.reasoning {
		req.MaxCompletionTokens = t.r.tokens()
	} else {
		req.MaxTokens, req.Temperature = t.r.tokens(), temperature
	}
	if t.form != nil && !speaks.noJSON {
		req.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	res, err := c.api.CreateChatCompletion(ctx, req)
	switch {
	case errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated), errors.Is(err, openai.ErrReasoningModelLimitationsOther),
		errors.Is(err, openai.ErrReasoningSamplingUnsupported):
		return said{}, &APIError{Status: http.StatusBadRequest, Why: "the request is not accepted", param: paramTokens}
	case err != nil:
		e := classify(err)
		e.wait = x.wait
		return said{}, e
	}
	return read(res, t.bytes)
}

func read(res openai.ChatCompletionResponse, sent int) (said, error) {
	s := said{in: tokens(res.Usage.PromptTokens), out: tokens(res.Usage.CompletionTokens)}
	if len(res.Choices) > 0 {
		s.text = strings.TrimSpace(withoutThoughts(res.Choices[0].Message.Content))
		s.cut = res.Choices[0].FinishReason == openai.FinishReasonLength
	}
	if s.in == 0 && s.out == 0 { // it does not count: Chinese has about a token a character
		s.in, s.out = sent/3, utf8.RuneCountInString(s.text)
	}
	if s.text == "" {
		return s, &APIError{Why: "an empty answer", class: unusable}
	}
	return s, nil
}

// tokens bounds what a server claims.
func tokens(n int) int { return min(max(n, 0), 10_000_000) }

// withoutThoughts drops what a reasoning model thought aloud before its answer.
func withoutThoughts(s string) string {
	head, rest, found := strings.Cut(s, "<think>")
	if !found || strings.TrimSpace(head) != "" {
		return s
	}
	_, answer, _ := strings.Cut(rest, "</think>")
	return answer
}

// exchange is what the library does not carry: a header there, a header back.
type exchange struct {
	prompt string
	wait   time.Duration
}

type exchangeKey struct{}

// wire is the library's way to HTTP.
type wire struct{ http *http.Client }

func (w wire) Do(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if x != nil {
		req.Header.Set(PromptHeader, x.prompt)
	}
	if req.Header.Get("Authorization") == "Bearer " {
		req.Header.Del("Authorization")
	}
	res, err := w.http.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 { // the library would take it for an answer
		_ = res.Body.Close()
		return nil, byStatus(res.StatusCode)
	}
	if x != nil {
		x.wait = retryAfter(res.Header.Get("Retry-After"))
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxAnswer), res.Body}
	return res, nil
}

// retryAfter reads seconds; a date is rare here and means later.
func retryAfter(s string) time.Duration {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return min(time.Duration(min(n, maxWait.Seconds())*float64(time.Second)), maxWait)
}

func newHTTP(atOnce int) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.MaxConnsPerHost = atOnce, 0
	t.TLSHandshakeTimeout = 5 * time.Second
	t.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// clip cuts s to at most n bytes, at a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
