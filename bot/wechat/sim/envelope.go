package sim

import (
	"strconv"
	"sync/atomic"
)

var envelopes atomic.Int64

// Envelope makes the query and body of a text message as WeChat would push it,
// and keeps nothing: no bubble, no credits. It is for load and for tests of the
// webhook alone; calls may run in parallel. The query goes behind the webhook's
// "?". Every call is another message.
func (s *Sim) Envelope(account, openid, content string) (query string, body []byte, err error) {
	a := s.accounts[account]
	if a == nil {
		return "", nil, ErrUnknown
	}
	id := envelopes.Add(1)
	at := s.now()
	plain := render(a.Format, []field{
		text("ToUserName", a.GhID), text("FromUserName", openid), number("CreateTime", strconv.FormatInt(at.Unix(), 10)),
		text("MsgType", "text"), text("Content", content), number("MsgId", strconv.FormatInt(firstEnvelope+id, 10)),
	})
	return a.seal(openid, plain, at, strconv.FormatInt(1_000_000_000+id%1_000_000_000, 10))
}

// Seal makes the query and body of a push whose payload is whatever the caller
// wants, rightly signed and, unless the mode is plain, encrypted: for the payloads
// no WeChat would send. It keeps nothing.
func (s *Sim) Seal(account, openid string, payload []byte) (query string, body []byte, err error) {
	a := s.accounts[account]
	if a == nil {
		return "", nil, ErrUnknown
	}
	return a.seal(openid, payload, s.now(), strconv.FormatInt(1_000_000_000+envelopes.Add(1)%1_000_000_000, 10))
}

// SealStaff is the same for WeCom's callback.
func (s *Sim) SealStaff(payload []byte) (query string, body []byte, err error) {
	if s.corp == nil {
		return "", nil, ErrUnknown
	}
	return s.corp.seal(payload, s.now(), strconv.FormatInt(1_000_000_000+envelopes.Add(1)%1_000_000_000, 10))
}

// firstEnvelope keeps these ids apart from those of people who really wrote.
const firstEnvelope = 34906413570000000
