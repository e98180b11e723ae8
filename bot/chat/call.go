package chat

import (
	"context"
	"time"
)

// Call is a request made once and stored, so that a repeat sends the same bytes.
type Call struct {
	Name   string        `json:"name"`             // "custom/send", "template/send", "message/send", "update_template_card", "webhook/send"
	Body   []byte        `json:"body"`             // JSON without any token
	Repeat time.Duration `json:"repeat,omitempty"` // how long the platform recognises a repeat of these bytes; 0: it does not
}

// Receipt is what the platform said of a call it accepted.
type Receipt struct {
	MsgID    string   `json:"msg_id,omitempty"`   // of a template message: its result comes later as an event
	Response string   `json:"response,omitempty"` // WeCom response_code: one use, 72 h
	Missing  []string `json:"missing,omitempty"`  // WeCom userids that did not get it although the call succeeded
}

// Carrier sends for one kind of address.
type Carrier interface {
	// Render makes the call's bytes. id is the delivery's, for the platform's
	// idempotency keys. It may upload a picture first, so it can fail like Send.
	Render(ctx context.Context, id string, to Address, c Content) (Call, error)
	// Send makes the call once, within 10 seconds. An error is a *Failure (or
	// wraps one); whether it may be repeated says its Verdict.
	Send(ctx context.Context, to Address, call Call) (Receipt, error)
}
