package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kefu/bot/wechat"
)

// ErrNotVerified means that the console would refuse to save the address.
var ErrNotVerified = errors.New("sim: the address did not answer the echostr")

// VerifyWebhook does what the console does when an account's address is saved: a
// signed GET whose echostr must come back as it is. WeChat: it is in clear even in
// safe mode.
func (s *Sim) VerifyWebhook(ctx context.Context, account string) error {
	a := s.accounts[account]
	if a == nil {
		return ErrUnknown
	}
	ts, nonce, echo := strconv.FormatInt(s.now().Unix(), 10), "1514711492", "4375120948345356249"
	q := url.Values{"signature": {wechat.Signature(a.Token, ts, nonce)}, "timestamp": {ts}, "nonce": {nonce}, "echostr": {echo}}
	s.mu.Lock()
	to := a.Webhook
	s.mu.Unlock()
	return s.echo(ctx, s.cfg.ReplyTimeout, to, q, echo)
}

// VerifyCallback does the same for WeCom, whose echostr is encrypted and must come
// back in clear. WeCom: within one second.
func (s *Sim) VerifyCallback(ctx context.Context) error {
	if s.corp == nil {
		return ErrUnknown
	}
	now, nonce, echo := s.now().Unix(), "263014780", "1616140317555161061"
	enc, sig, err := s.corp.cipher.Encrypt([]byte(echo), nonce, now, 0)
	if err != nil {
		return err
	}
	q := url.Values{"msg_signature": {sig}, "timestamp": {strconv.FormatInt(now, 10)}, "nonce": {nonce}, "echostr": {enc}}
	s.mu.Lock()
	to := s.corp.Callback
	s.mu.Unlock()
	return s.echo(ctx, min(time.Second, s.cfg.ReplyTimeout), to, q, echo)
}

func (s *Sim) echo(ctx context.Context, within time.Duration, to string, q url.Values, want string) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to+"?"+q.Encode(), nil)
	if err != nil {
		return errors.New("sim: the address is not a URL")
	}
	res, err := s.cfg.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("%w: no answer", ErrNotVerified)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil || res.StatusCode != http.StatusOK || string(body) != want {
		return fmt.Errorf("%w: http %d, %d bytes", ErrNotVerified, res.StatusCode, len(body))
	}
	return nil
}
