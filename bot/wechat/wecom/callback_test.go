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

// The check of the address and a message, as WeCom's own documents show them.
func TestVectors(t *testing.T) {
	v, c := opened(t, same)
	u := v.URL
	plain, _, err := c.Decrypt(u.Echo)
	if !c.Verify(u.Signature, u.Timestamp, u.Nonce, u.Echo) || err != nil || string(plain) != u.Plain {
		t.Errorf("%q, %v", plain, err)
	}
	if c.Verify(u.Signature, u.Timestamp, "1", u.Echo) {
		t.Error("a wrong nonce is taken")
	}
	_, other := opened(t, func(string) string { return "wwother" })
	if _, _, err := other.Decrypt(u.Echo); !errors.Is(err, wechat.ErrReceiver) {
		t.Errorf("another company: %v", err)
	}
	m := v.Message
	e, err := wechat.ParseEnvelope(load(t, "official/crypto-message-envelope.xml"))
	if err != nil || !c.Verify(m.Signature, m.Timestamp, m.Nonce, e.Encrypt) {
		t.Fatalf("the signature is not ours, %v", err)
	}
	payload, key, err := c.Decrypt(e.Encrypt)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := Parse(payload)
	if err != nil || msg.Kind != chat.Text || msg.Text != "hello" || msg.MsgID != "4561255354251345929" || msg.AgentID != "218" || msg.From != "mycreate" {
		t.Errorf("%+v, %v", msg, err)
	}
	reply, err := PassiveText(msg, "好")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := c.SealXML(reply, "n", 1409659814, key)
	if err != nil || !strings.Contains(string(sealed), "<Encrypt>") {
		t.Errorf("%s, %v", sealed, err)
	}
	if c.Verify(m.Signature, m.Timestamp, m.Nonce, strings.Replace(e.Encrypt, "RypEvHKD", "RypEvHKE", 1)) {
		t.Error("a changed body is taken")
	}
}
