package wecom

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

type vectors struct {
	Token  string `json:"token"`
	Key    string `json:"encoding_aes_key"`
	CorpID string `json:"corpid_receiveid"`
	URL    struct {
		Signature string `json:"msg_signature"`
		Timestamp string `json:"timestamp"`
		Nonce     string `json:"nonce"`
		Echo      string `json:"echostr"`
		Plain     string `json:"decrypted_response_body"`
	} `json:"url_verify"`
	Message struct {
		Signature string `json:"msg_signature"`
		Timestamp string `json:"timestamp"`
		Nonce     string `json:"nonce"`
	} `json:"message"`
}

func opened(t *testing.T, corp func(string) string) (vectors, *wechat.Cipher) {
	t.Helper()
	var v vectors
	if err := json.Unmarshal(load(t, "vectors.json"), &v); err != nil {
		t.Fatal(err)
	}
	c, err := wechat.NewCipher(v.Token, corp(v.CorpID), v.Key, "")
	if err != nil {
		t.Fatal(err)
	}
	return v, c
}

func same(s string) string { return s }

func TestEcho(t *testing.T) {
	v, c := opened(t, same)
	u := v.URL
	got, err := Echo(c, u.Signature, u.Timestamp, u.Nonce, u.Echo)
	if err != nil || got != u.Plain {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := Echo(c, u.Signature, u.Timestamp, "1", u.Echo); !errors.Is(err, ErrSignature) {
		t.Errorf("wrong nonce: %v", err)
	}
	_, other := opened(t, func(string) string { return "wwother" })
	if _, err := Echo(other, u.Signature, u.Timestamp, u.Nonce, u.Echo); !errors.Is(err, wechat.ErrReceiver) {
		t.Errorf("another company: %v", err)
	}
}

func TestOpen(t *testing.T) {
	v, c := opened(t, same)
	body := load(t, "official/crypto-message-envelope.xml")
	m := v.Message
	in, err := Open(c, m.Signature, m.Timestamp, m.Nonce, body)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := Parse(in.Payload)
	if err != nil || msg.Kind != chat.Text || msg.Text != "hello" || msg.MsgID != "4561255354251345929" || msg.AgentID != "218" || msg.From != "mycreate" {
		t.Errorf("%+v, %v", msg, err)
	}
	reply, err := PassiveText(msg, "好")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := c.SealXML(reply, "n", 1409659814, in.Key)
	if err != nil || !strings.Contains(string(sealed), "<Encrypt>") {
		t.Errorf("%s, %v", sealed, err)
	}

	changed := strings.Replace(string(body), "RypEvHKD", "RypEvHKE", 1)
	if _, err := Open(c, m.Signature, m.Timestamp, m.Nonce, []byte(changed)); !errors.Is(err, ErrSignature) {
		t.Errorf("changed body: %v", err)
	}
	if _, err := Open(c, m.Signature, m.Timestamp, m.Nonce, []byte("<xml><Content>x</Content></xml>")); !errors.Is(err, ErrSignature) {
		t.Errorf("not encrypted: %v", err)
	}
}
