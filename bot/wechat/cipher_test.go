package wechat

import (
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type vector struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	Expect    string            `json:"expect"`
	Token     string            `json:"token"`
	Key       string            `json:"encodingAESKey"`
	Receiver  string            `json:"receiveId"`
	Timestamp string            `json:"timestamp"`
	Nonce     string            `json:"nonce"`
	Signature string            `json:"signature"`
	Random    string            `json:"random16"`
	Encrypt   string            `json:"encrypt"`
	MsgSig    string            `json:"msg_signature"`
	Plain     *string           `json:"plaintext"`
	Contains  map[string]string `json:"plaintext_contains"`
}

func readVectors(t testing.TB) (good, bad []vector) {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Vectors, Negatives []vector }
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Vectors) < 60 || len(v.Negatives) < 10 {
		t.Fatalf("%d vectors, %d negatives", len(v.Vectors), len(v.Negatives))
	}
	return v.Vectors, v.Negatives
}

// Vectors published with eight implementations, and generated ones for every
// length of padding and every tail of a key.
func TestPublishedVectors(t *testing.T) {
	good, _ := readVectors(t)
	for _, v := range good {
		t.Run(v.ID, func(t *testing.T) {
			c, err := NewCipher(v.Token, v.Receiver, v.Key, "")
			if err != nil {
				t.Fatal(err)
			}
			if v.Kind == "signature_plain" {
				if !c.Verify(v.Signature, v.Timestamp, v.Nonce) {
					t.Error("signature refused")
				}
				return
			}
			if v.MsgSig != "" {
				wrong := v.Expect == "bad_signature" || v.Expect == "published_vector_is_wrong"
				if ok := c.Verify(v.MsgSig, v.Timestamp, v.Nonce, v.Encrypt); ok == wrong {
					t.Errorf("Verify = %v, expect %q", ok, v.Expect)
				}
			}
			if v.Kind == "signature_msg" || v.Expect == "bad_signature" || v.Expect == "published_vector_is_wrong" {
				return
			}
			checkVector(t, c, v)
		})
	}
}

func checkVector(t *testing.T, c *Cipher, v vector) {
	t.Helper()
	got, key, err := c.Decrypt(v.Encrypt)
	if v.Expect == "id_mismatch" {
		if !errors.Is(err, ErrReceiver) {
			t.Fatalf("err = %v, want ErrReceiver", err)
		}
		return
	}
	if err != nil || key != 0 {
		t.Fatalf("key %d, err %v", key, err)
	}
	if v.Plain != nil && string(got) != *v.Plain {
		t.Errorf("plain text: %s", cmp.Diff(*v.Plain, string(got)))
	}
	for _, want := range v.Contains {
		if !strings.Contains(string(got), want) {
			t.Errorf("%q not in %q", want, got)
		}
	}
	if len(v.Random) == 16 {
		enc, _, err := c.seal([16]byte([]byte(v.Random)), got, "n", 1, 0)
		if err != nil || enc != v.Encrypt {
			t.Errorf("sealed differently (%v)", err)
		}
	}
}

// Right signatures over broken content: all refused, none of them a panic.
func TestBrokenCipherTextIsRefused(t *testing.T) {
	_, bad := readVectors(t)
	for _, v := range bad {
		c, err := NewCipher(v.Token, v.Receiver, v.Key, "")
		if err != nil {
			t.Fatal(err)
		}
		if !c.Verify(v.MsgSig, v.Timestamp, v.Nonce, v.Encrypt) {
			t.Errorf("%s: signature refused", v.ID)
		}
		if _, _, err := c.Decrypt(v.Encrypt); !errors.Is(err, ErrDecrypt) && !errors.Is(err, ErrReceiver) {
			t.Errorf("%s: err = %v", v.ID, err)
		}
	}
}

func TestOfficialVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/official.json")
	if err != nil {
		t.Fatal(err)
	}
	root, err := ParseNode(raw)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCipher(root.Get("token"), root.Get("appid"), root.Get("encoding_aes_key"), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"url_verify", "plain_push"} {
		if !c.Verify(root.Get(part, "signature"), root.Get(part, "timestamp"), root.Get(part, "nonce")) {
			t.Errorf("%s: signature refused", part)
		}
	}
	q, enc := root.Find("safe_push", "query"), root.Get("safe_push", "body", "Encrypt")
	if !c.Verify(q.Get("msg_signature"), q.Get("timestamp"), q.Get("nonce"), enc) {
		t.Error("msg_signature refused")
	}
	msg, _, err := c.Decrypt(enc)
	if err != nil || string(msg) != root.Get("safe_push", "decrypted", "msg") {
		t.Errorf("Decrypt = %q, %v", msg, err)
	}
	reply := root.Find("reply")
	at, _ := strconv.ParseInt(reply.Get("body", "TimeStamp"), 10, 64)
	enc, sig, err := c.seal([16]byte([]byte(reply.Get("random16"))), []byte(reply.Get("msg")), reply.Get("body", "Nonce"), at, 0)
	if err != nil || enc != reply.Get("body", "Encrypt") || sig != reply.Get("body", "MsgSignature") {
		t.Errorf("sealed %q %q %v", enc, sig, err)
	}
}

const (
	oldKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	newKey43 = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI"
)

// While keys are changed both open, and the reply is sealed with the one that did.
func TestKeyRotation(t *testing.T) {
	before, err := NewCipher("tok", "wx1", oldKey, "")
	if err != nil {
		t.Fatal(err)
	}
	after, err := NewCipher("tok", "wx1", newKey43, oldKey)
	if err != nil {
		t.Fatal(err)
	}
	enc, _, err := before.Encrypt([]byte("<xml/>"), "n", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	msg, key, err := after.Decrypt(enc)
	if err != nil || key != 1 || string(msg) != "<xml/>" {
		t.Fatalf("%q key %d %v", msg, key, err)
	}
	body, err := after.SealXML([]byte("back"), "n2", 2, key)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseEnvelope(body)
	if err != nil || e.JSON || !before.Verify(e.Signature, e.TimeStamp, e.Nonce, e.Encrypt) {
		t.Fatalf("envelope %+v, %v", e, err)
	}
	if msg, _, err := before.Decrypt(e.Encrypt); err != nil || string(msg) != "back" {
		t.Errorf("the old side reads %q, %v", msg, err)
	}
	body, err = after.SealJSON([]byte("back"), "n2", 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = ParseEnvelope(body); err != nil || !e.JSON || !after.Verify(e.Signature, e.TimeStamp, e.Nonce, e.Encrypt) {
		t.Errorf("JSON envelope %+v, %v", e, err)
	}
}

func TestBadKeys(t *testing.T) {
	for _, k := range []string{"short", oldKey + "A", strings.Repeat("*", 43)} {
		_, err := NewCipher("t", "wx", k, "")
		if err == nil || strings.Contains(err.Error(), k) {
			t.Errorf("%q: %v", k, err)
		}
	}
	if _, err := NewCipher("t", "wx", "", oldKey); err == nil {
		t.Error("a previous key alone was taken")
	}
	plain, err := NewCipher("t", "wx", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := plain.Decrypt("AAAA"); !errors.Is(err, ErrNoKey) {
		t.Errorf("err = %v", err)
	}
	if plain.Verify("", "1", "2") {
		t.Error("an empty signature was taken")
	}
}

func TestSealedOpens(t *testing.T) {
	c, err := NewCipher("tok", "wx0123456789abcdef", newKey43, oldKey)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		msg := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "msg")
		key := rapid.IntRange(0, 1).Draw(t, "key")
		enc, sig, err := c.Encrypt(msg, "nonce", 1790000000, key)
		if err != nil || !c.Verify(sig, "1790000000", "nonce", enc) {
			t.Fatalf("sealed: %v", err)
		}
		got, k, err := c.Decrypt(enc)
		if err != nil || k != key || !cmp.Equal(append([]byte{}, msg...), append([]byte{}, got...)) {
			t.Fatalf("key %d, %v, %x", k, err, got)
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	good, bad := readVectors(f)
	for _, v := range append(good, bad...) {
		f.Add(v.Encrypt)
	}
	c, err := NewCipher("kit_token_2024", "wx0123456789abcdef", newKey43, oldKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		msg, key, err := c.Decrypt(s)
		if err != nil {
			return
		}
		enc, _, err := c.Encrypt(msg, "n", 1, key)
		if err != nil {
			t.Fatal(err)
		}
		if again, k, err := c.Decrypt(enc); err != nil || k != key || string(again) != string(msg) {
			t.Fatalf("%q %d %v", again, k, err)
		}
	})
}

func BenchmarkDecrypt(b *testing.B) {
	c, err := NewCipher("tok", "wx0123456789abcdef", newKey43, oldKey)
	if err != nil {
		b.Fatal(err)
	}
	msg := "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[oABCD0u1v2w3x4y5z6A7B8C9D0E1]]></FromUserName><CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[1208空调不制冷 打了两次前台都没人来]]></Content><MsgId>24906413570000001</MsgId></xml>"
	for _, key := range []int{0, 1} {
		enc, sig, err := c.Encrypt([]byte(msg), "nonce", 1790000000, key)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("key"+strconv.Itoa(key), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !c.Verify(sig, "1790000000", "nonce", enc) {
					b.Fatal("signature")
				}
				if _, _, err := c.Decrypt(enc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
