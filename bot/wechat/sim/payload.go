package sim

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kefu/bot/wechat"
)

// field is one element of a push, in order.
type field struct {
	name string
	text string
	num  bool // a bare number, no CDATA
	kids []field
}

func text(name, value string) field { return field{name: name, text: value} }

func number(name string, value string) field { return field{name: name, text: value, num: true} }

func group(name string, kids ...field) field { return field{name: name, kids: kids} }

// render writes the fields as WeChat does. What people typed goes out as it is,
// control characters included, because WeChat passes them on too.
func render(f Format, fields []field) []byte {
	if f == JSON {
		return appendJSON(nil, fields)
	}
	b := append(make([]byte, 0, 512), "<xml>"...)
	return append(appendXML(b, fields), "</xml>"...)
}

func appendXML(b []byte, fields []field) []byte {
	for _, f := range fields {
		b = append(append(append(b, '<'), f.name...), '>')
		switch {
		case f.kids != nil:
			b = appendXML(b, f.kids)
		case f.num:
			b = append(b, f.text...)
		default:
			b = append(b, "<![CDATA["...)
			b = append(b, strings.ReplaceAll(f.text, "]]>", "]]]]><![CDATA[>")...)
			b = append(b, "]]>"...)
		}
		b = append(append(append(b, "</"...), f.name...), '>')
	}
	return b
}

// appendJSON writes an object; a name that comes several times becomes an array.
func appendJSON(b []byte, fields []field) []byte {
	b = append(b, '{')
	done := map[string]bool{}
	for i, f := range fields {
		if done[f.name] {
			continue
		}
		done[f.name] = true
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, f.name), ':')
		var same []field
		for _, g := range fields[i:] {
			if g.name == f.name {
				same = append(same, g)
			}
		}
		if len(same) == 1 {
			b = appendValue(b, f)
			continue
		}
		for j, g := range same {
			b = appendValue(append(b, "[,"[min(j, 1)]), g)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendValue(b []byte, f field) []byte {
	switch {
	case f.kids != nil:
		return appendJSON(b, f.kids)
	case f.num:
		return append(b, f.text...)
	}
	q, _ := json.Marshal(f.text) // a string always encodes
	return append(b, q...)
}

// seal makes the query and body of one delivery: signed, and encrypted unless
// the mode is plain.
func (a *account) seal(openid string, plain []byte, at time.Time, nonce string) (string, []byte, error) {
	ts := strconv.FormatInt(at.Unix(), 10)
	query := "signature=" + wechat.Signature(a.Token, ts, nonce) + "&timestamp=" + ts + "&nonce=" + nonce + "&openid=" + url.QueryEscape(openid)
	if a.Mode == Plain {
		return query, plain, nil
	}
	enc, sig, err := a.cipher.Encrypt(plain, nonce, at.Unix(), 0)
	if err != nil {
		return "", nil, err
	}
	query += "&encrypt_type=aes&msg_signature=" + sig
	if a.Mode == Compat {
		return query, join(a.Format, plain, enc), nil
	}
	return query, render(a.Format, []field{text("ToUserName", a.GhID), text("Encrypt", enc)}), nil
}

// join puts the cipher text beside the clear fields.
func join(f Format, plain []byte, enc string) []byte {
	if f == JSON {
		if !bytes.HasSuffix(plain, []byte("}")) {
			return plain
		}
		return append(append(append(plain[:len(plain)-1:len(plain)-1], `,"Encrypt":"`...), enc...), `"}`...)
	}
	if !bytes.HasSuffix(plain, []byte("</xml>")) { // not ours: it goes as it is
		return plain
	}
	head := plain[: len(plain)-len("</xml>") : len(plain)-len("</xml>")]
	return append(appendXML(head, []field{text("Encrypt", enc)}), "</xml>"...)
}

func (c *corp) seal(plain []byte, at time.Time, nonce string) (string, []byte, error) {
	enc, sig, err := c.cipher.Encrypt(plain, nonce, at.Unix(), 0)
	if err != nil {
		return "", nil, err
	}
	query := "msg_signature=" + sig + "&timestamp=" + strconv.FormatInt(at.Unix(), 10) + "&nonce=" + nonce
	return query, render(c.Format, []field{
		text("ToUserName", c.CorpID), text("Encrypt", enc), text("AgentID", strconv.FormatInt(c.AgentID, 10)),
	}), nil
}
