package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"kefu/bot/chat"
)

// MaxMedia is the most we read of a file, in bytes.
const MaxMedia = 20 << 20

// Client makes the calls to one platform. It follows no redirect, reads bounded
// bodies, and its errors are *chat.Failure without token, secret or key.
type Client struct {
	platform string
	base     *url.URL
	timeout  time.Duration
	http     *http.Client
}

// NewClient takes the platform (OA, WeCom, Robot), the address calls go to,
// possibly with a path in front, and the hard time-out of one call.
func NewClient(platform, base string, timeout time.Duration) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("wechat: api must be an http or https address, is %q", Redact(base))
	}
	if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("wechat: api must be an address without user, query or fragment")
	}
	if timeout <= 0 {
		return nil, errors.New("wechat: a call needs a time-out")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 32
	t.MaxConnsPerHost = 128
	// Shorter than servers wait: a POST on a connection they have just closed is
	// an Unsure for nothing.
	t.IdleConnTimeout = 20 * time.Second
	return &Client{
		platform: platform, base: u, timeout: timeout,
		http: &http.Client{
			Transport: t,
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse // a redirect would carry the token elsewhere
			},
		},
	}, nil
}

// Platform is OA, WeCom or Robot.
func (c *Client) Platform() string { return c.platform }

// Request is one call.
type Request struct {
	Call  string     // its name in failures: "custom/send"
	Path  string     // "/cgi-bin/message/custom/send"
	Query url.Values // without access_token, which WithToken adds
	Body  []byte     // JSON; nil without Type: a GET
	Type  string     // of Body; "" is application/json
	Safe  bool       // repeating it changes nothing: never Unsure. A GET is always safe
}

func (r Request) safe() bool { return r.Safe || r.Body == nil }

// Answer is what came back.
type Answer struct {
	Body []byte
	Type string // Content-Type
	Name string // file name of a download, "" when none was given
}

// Decode reads the JSON answer into v, numbers of 64 bits into json.Number or int64.
func (a Answer) Decode(v any) error {
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("wechat: answer: %w", err)
	}
	return nil
}

// Do makes the call once and expects JSON. WeChat: failures too come with HTTP
// 200, so errcode decides; an answer without errcode is a success. The error is a
// *chat.Failure: Later if the request surely did not arrive or repeating is
// safe, Unsure if it may have arrived, else by the table.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	a, err := c.send(ctx, r, c.address(r), MaxBody)
	if err != nil {
		return Answer{}, err
	}
	return a, c.check(r, a)
}

// Fetch downloads a file of at most 20 MiB. An answer in JSON is returned like a
// file unless it is an error.
func (c *Client) Fetch(ctx context.Context, r Request) (Answer, error) {
	a, err := c.send(ctx, r, c.address(r), MaxMedia)
	if err != nil {
		return Answer{}, err
	}
	if looksJSON(a) {
		return a, c.check(r, a)
	}
	return a, nil
}

// FetchURL downloads from an address WeChat gave us (a video's), without a token.
func (c *Client) FetchURL(ctx context.Context, call, address string) (Answer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Answer{}, c.failure(call, chat.OurFault, "address")
	}
	return c.send(ctx, Request{Call: call}, u.String(), MaxMedia)
}

func (c *Client) address(r Request) string {
	u := *c.base
	u.Path += r.Path
	u.RawQuery = r.Query.Encode()
	return u.String()
}

func (c *Client) send(ctx context.Context, r Request, address string, limit int64) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := newRequest(ctx, r, address)
	if err != nil {
		return Answer{}, c.failure(r.Call, chat.OurFault, "request")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, c.network(r, err, connected.Load())
	}
	defer resp.Body.Close()
	if f := c.status(r, resp.StatusCode); f != nil {
		// Let the connection be used again, within reason.
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
		return Answer{}, f
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return Answer{}, c.network(r, err, true)
	}
	if int64(len(body)) > limit {
		return Answer{}, c.failure(r.Call, c.doubt(r), "answer too large")
	}
	return Answer{Body: body, Type: resp.Header.Get("Content-Type"), Name: fileName(resp.Header)}, nil
}

func newRequest(ctx context.Context, r Request, address string) (*http.Request, error) {
	if r.Body == nil {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	kind := r.Type
	if kind == "" {
		kind = "application/json; charset=utf-8"
	}
	req.Header.Set("Content-Type", kind)
	return req, nil
}

// check reads errcode. WeChat sends it as a number; a gateway's HTML is no answer.
func (c *Client) check(r Request, a Answer) error {
	var e struct {
		Code json.Number `json:"errcode"`
		Msg  string      `json:"errmsg"`
	}
	object := bytes.HasPrefix(bytes.TrimLeft(a.Body, blanks), []byte("{"))
	if err := json.Unmarshal(a.Body, &e); err != nil || !object {
		return c.failure(r.Call, c.doubt(r), "not JSON")
	}
	if e.Code == "" || e.Code == "0" {
		return nil
	}
	code, err := e.Code.Int64()
	if err != nil || code != int64(int32(code)) { //nolint:gosec // that is the check
		return c.failure(r.Call, c.doubt(r), "errcode")
	}
	f := NewFailure(c.platform, r.Call, int(code), e.Msg)
	if f.Verdict == chat.Unsure && r.safe() {
		f.Verdict = chat.Later
	}
	return f
}

func looksJSON(a Answer) bool {
	kind := strings.ToLower(a.Type)
	b := bytes.TrimLeft(a.Body[:min(len(a.Body), 64)], blanks)
	return strings.Contains(kind, "json") || strings.Contains(kind, "text/plain") && bytes.HasPrefix(b, []byte("{")) ||
		len(a.Body) < 4096 && json.Valid(a.Body) && bytes.HasPrefix(b, []byte("{"))
}

// status judges HTTP itself; nil for 200.
func (c *Client) status(r Request, code int) error {
	why := fmt.Sprintf("http %d", code)
	switch {
	case code == http.StatusOK:
		return nil
	case code == http.StatusTooManyRequests:
		f := c.failure(r.Call, chat.Later, why)
		f.After = 60
		return f
	case code >= 500, code == http.StatusRequestTimeout, code < 300:
		return c.failure(r.Call, c.doubt(r), why)
	case code == http.StatusRequestEntityTooLarge:
		return c.failure(r.Call, chat.OurFault, why)
	}
	return c.failure(r.Call, chat.Operator, why)
}

// doubt is the verdict when the request may have arrived.
func (c *Client) doubt(r Request) chat.Verdict {
	if r.safe() {
		return chat.Later
	}
	return chat.Unsure
}

func (c *Client) failure(call string, v chat.Verdict, why string) *chat.Failure {
	f := &chat.Failure{Platform: c.platform, Call: call, Verdict: v, Why: why}
	if v == chat.Later || v == chat.Unsure || v == chat.Operator {
		f.Reason = ReasonTrouble
	}
	return f
}

// network judges an error without an answer. What never had a connection cannot
// have arrived. The error's own text is not kept: it quotes the address, and with
// it the token.
func (c *Client) network(r Request, err error, connected bool) error {
	v := chat.Later
	if connected {
		v = c.doubt(r)
	}
	return c.failure(r.Call, v, networkWhy(err))
}

func networkWhy(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "given up"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &dns):
		return "name not found"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	case errors.As(err, &op):
		return "network: " + op.Op
	}
	return "network"
}
