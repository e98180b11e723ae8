package wechat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Envelope is what stands around an encrypted message, in either direction. In
// plain mode Encrypt is empty and the body itself is the message; in compatible
// mode the body holds both, and only Encrypt is authenticated.
type Envelope struct {
	To        string // ToUserName: gh_… or corpid
	AgentID   string // WeCom
	Encrypt   string // base64
	Signature string // MsgSignature; the others only in a sealed reply
	TimeStamp string
	Nonce     string
	JSON      bool // the reply goes back in the same form
}

// ParseEnvelope reads the body of a callback, or a sealed reply, XML or JSON.
// It cleans the body first. Errors wrap ErrTooLarge, ErrMalformed, ErrForbidden.
func ParseEnvelope(body []byte) (Envelope, error) {
	body, err := Clean(body)
	if err != nil {
		return Envelope{}, err
	}
	root, err := ParseNode(body)
	if err != nil {
		return Envelope{}, err
	}
	e := Envelope{JSON: bytes.HasPrefix(bytes.TrimLeft(body, blanks), []byte("{"))}
	for i := range root.Kids {
		k := &root.Kids[i]
		// JSON has been seen with these names in lower case.
		switch strings.ToLower(k.Name) {
		case "tousername":
			e.To = k.Text
		case "agentid":
			e.AgentID = k.Text
		case "encrypt":
			e.Encrypt = strings.Trim(k.Text, blanks)
		case "msgsignature":
			e.Signature = strings.Trim(k.Text, blanks)
		case "timestamp":
			e.TimeStamp = strings.Trim(k.Text, blanks)
		case "nonce":
			e.Nonce = strings.Trim(k.Text, blanks)
		}
	}
	return e, nil
}

// SealXML encrypts a reply and wraps it, with the key Decrypt named, our
// timestamp (Unix seconds) and nonce. The bare answer "success" needs no seal.
func (c *Cipher) SealXML(msg []byte, nonce string, timestamp int64, key int) ([]byte, error) {
	enc, sig, err := c.Encrypt(msg, nonce, timestamp, key)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(enc)+256)
	b = append(b, "<xml><Encrypt>"...)
	b = AppendCDATA(b, enc)
	b = append(b, "</Encrypt><MsgSignature>"...)
	b = AppendCDATA(b, sig)
	b = append(b, "</MsgSignature><TimeStamp>"...)
	b = strconv.AppendInt(b, timestamp, 10)
	b = append(b, "</TimeStamp><Nonce>"...)
	b = AppendCDATA(b, nonce)
	return append(b, "</Nonce></xml>"...), nil
}

// SealJSON is SealXML in WeChat's JSON form.
func (c *Cipher) SealJSON(msg []byte, nonce string, timestamp int64, key int) ([]byte, error) {
	enc, sig, err := c.Encrypt(msg, nonce, timestamp, key)
	if err != nil {
		return nil, err
	}
	return JSON(struct {
		Encrypt      string
		MsgSignature string
		TimeStamp    int64
		Nonce        string
	}{enc, sig, timestamp, nonce})
}

// AppendCDATA appends s as CDATA; "]]>" in it is split over two sections, and
// what XML cannot hold is dropped.
func AppendCDATA(b []byte, s string) []byte {
	s = strings.Map(func(r rune) rune {
		if !xmlRune(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	b = append(b, cdataStart...)
	for {
		before, after, more := strings.Cut(s, "]]>")
		b = append(b, before...)
		if !more {
			return append(b, "]]>"...)
		}
		b = append(b, "]]]]><![CDATA[>"...)
		s = after
	}
}

// JSON encodes without turning < > & into \u sequences: WeChat has refused those
// (40033) or shown them as they are.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("wechat: encode: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
