package wecom

import (
	"errors"
	"fmt"

	"kefu/bot/wechat"
)

// ErrSignature is a callback whose signature is not ours. Whoever answers it says
// no more than that it is refused.
var ErrSignature = errors.New("wecom: wrong signature")

// Echo answers WeCom's check of the callback address. Other than in the Official
// Account the echo is encrypted, and its plain text must be the whole answer,
// within a second. The cipher's receive id is the corpid. Errors wrap
// ErrSignature or those of Cipher.Decrypt.
func Echo(c *wechat.Cipher, signature, timestamp, nonce, echostr string) (string, error) {
	if !c.Verify(signature, timestamp, nonce, echostr) {
		return "", ErrSignature
	}
	plain, _, err := c.Decrypt(echostr)
	if err != nil {
		return "", fmt.Errorf("wecom: echo: %w", err)
	}
	return string(plain), nil
}

// Sealed is a callback that was opened: its payload for Parse, and what the
// answer must be sealed with.
type Sealed struct {
	Payload []byte
	Key     int  // of the cipher's keys: the current or the previous
	JSON    bool // form of the answer
}

// Open checks and decrypts the body of a callback. Errors wrap ErrSignature, those
// of wechat.ParseEnvelope, or those of Cipher.Decrypt.
func Open(c *wechat.Cipher, signature, timestamp, nonce string, body []byte) (Sealed, error) {
	e, err := wechat.ParseEnvelope(body)
	if err != nil {
		return Sealed{}, fmt.Errorf("wecom: callback: %w", err)
	}
	if e.Encrypt == "" || !c.Verify(signature, timestamp, nonce, e.Encrypt) {
		return Sealed{}, ErrSignature
	}
	payload, key, err := c.Decrypt(e.Encrypt)
	if err != nil {
		return Sealed{}, fmt.Errorf("wecom: callback: %w", err)
	}
	return Sealed{Payload: payload, Key: key, JSON: e.JSON}, nil
}
