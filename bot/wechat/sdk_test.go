package wechat

import (
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

// The SDK opens what we seal, we open what it seals, and signatures agree.
func TestCipherAgainstSDK(t *testing.T) {
	const appID, key = "wx0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	c, err := NewCipher("tok", appID, key, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, msg := range []string{"x", "<xml>您好👌</xml>", string(make([]byte, 32))} {
		enc, sig, err := c.Encrypt([]byte(msg), "nonce", 1790000000, 0)
		if err != nil || sig != util.Signature("tok", "1790000000", "nonce", enc) {
			t.Fatalf("%q %v", sig, err)
		}
		if _, got, err := util.DecryptMsg(appID, enc, key); err != nil || string(got) != msg {
			t.Errorf("the SDK reads %q, %v", got, err)
		}
		theirs, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(msg), appID, key)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := c.Decrypt(string(theirs)); err != nil || string(got) != msg {
			t.Errorf("we read %q, %v", got, err)
		}
	}
}
