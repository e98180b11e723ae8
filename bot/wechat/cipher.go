package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
)

// MaxBody is the most we read of what arrives or is answered, in bytes.
const MaxBody = 1 << 20

// What Decrypt says. Callers answer all of them alike and tell the sender
// nothing: a padding error that can be told from others opens the cipher.
var (
	ErrNoKey    = errors.New("wechat: no EncodingAESKey configured")
	ErrDecrypt  = errors.New("wechat: cannot decrypt")
	ErrReceiver = errors.New("wechat: meant for another appid or corpid")
)

const (
	padBlock  = 32 // WeChat pads to 32 bytes, not to AES's 16
	headBytes = 20 // 16 random, 4 of length
)

// Cipher checks, opens and seals the messages of one account. It is safe for
// concurrent use. It never prints its keys.
type Cipher struct {
	token    string
	receiver []byte
	keys     []aesKey // current, then previous
}

type aesKey struct {
	block cipher.Block
	iv    [aes.BlockSize]byte
}

// NewCipher takes the account's token, its receive id (appid, corpid), the
// EncodingAESKey of 43 characters and, while keys are being changed, the
// previous one or "". Without aesKey only signatures can be checked (plain mode).
func NewCipher(token, receiveID, aesKey, previousKey string) (*Cipher, error) {
	c := &Cipher{token: token, receiver: []byte(receiveID)}
	for _, text := range []string{aesKey, previousKey} {
		if text == "" {
			continue
		}
		k, err := newKey(text)
		if err != nil {
			return nil, err
		}
		c.keys = append(c.keys, k)
	}
	if aesKey == "" && previousKey != "" {
		return nil, errors.New("wechat: a previous EncodingAESKey without a current one")
	}
	return c, nil
}

// newKey decodes leniently: the console makes keys whose 43rd character carries
// bits that base64 does not use, and strict decoders refuse those.
func newKey(text string) (aesKey, error) {
	raw, err := base64.StdEncoding.DecodeString(text + "=")
	if err != nil || len(raw) != 32 {
		return aesKey{}, fmt.Errorf("wechat: EncodingAESKey must be 43 characters of [a-zA-Z0-9], has %d", len(text))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return aesKey{}, fmt.Errorf("wechat: EncodingAESKey: %w", err)
	}
	k := aesKey{block: block}
	copy(k.iv[:], raw)
	return k, nil
}

// Format prints no keys, whatever the verb.
func (c *Cipher) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "wechat.Cipher") }

// Verify checks a signature over the token and the parts: timestamp and nonce,
// and the cipher text where there is one (msg_signature).
func (c *Cipher) Verify(signature string, parts ...string) bool {
	return SameSignature(signature, c.sign(parts...))
}

func (c *Cipher) sign(parts ...string) string {
	var room [4]string
	return Signature(append(append(room[:0], c.token), parts...)...)
}

// Decrypt opens an Encrypt field (base64). It tries the current key, then the
// previous one; key says which worked (0 or 1), so that the reply can be sealed
// with the same. Errors wrap ErrNoKey, ErrDecrypt or ErrReceiver.
func (c *Cipher) Decrypt(encrypted string) (msg []byte, key int, err error) {
	if len(c.keys) == 0 {
		return nil, 0, ErrNoKey
	}
	if len(encrypted) > MaxBody {
		return nil, 0, fmt.Errorf("%w: %d bytes", ErrDecrypt, len(encrypted))
	}
	buf := scratch.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= 1<<16 { // one large message must not stay for good
			scratch.Put(buf)
		}
	}()
	for i := range c.keys {
		m, e := c.open(buf, c.keys[i], encrypted)
		if e == nil {
			return m, i, nil
		}
		if err == nil || errors.Is(e, ErrReceiver) {
			err = e
		}
	}
	return nil, 0, err
}

var scratch = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// open decodes into buf, decrypts there and copies the message out.
func (c *Cipher) open(buf *[]byte, k aesKey, encrypted string) ([]byte, error) {
	text := append((*buf)[:0], encrypted...)
	n := base64.StdEncoding.DecodedLen(len(text))
	text = append(text, make([]byte, n)...)
	*buf = text[:0]
	plain := text[len(encrypted):]
	n, err := base64.StdEncoding.Decode(plain, text[:len(encrypted)])
	if err != nil {
		return nil, fmt.Errorf("%w: not base64", ErrDecrypt)
	}
	plain = plain[:n]
	if n < 2*aes.BlockSize || n%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%w: %d bytes", ErrDecrypt, n)
	}
	cipher.NewCBCDecrypter(k.block, k.iv[:]).CryptBlocks(plain, plain)
	return c.unwrap(plain)
}

// unwrap takes random(16) | length(4) | message | receive id | padding apart.
func (c *Cipher) unwrap(plain []byte) ([]byte, error) {
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > padBlock || pad > len(plain)-headBytes {
		return nil, fmt.Errorf("%w: padding", ErrDecrypt)
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, fmt.Errorf("%w: padding", ErrDecrypt)
		}
	}
	body := plain[headBytes : len(plain)-pad]
	size := uint64(binary.BigEndian.Uint32(plain[16:headBytes]))
	if size > uint64(len(body)) {
		return nil, fmt.Errorf("%w: length", ErrDecrypt)
	}
	if !bytes.Equal(body[size:], c.receiver) {
		return nil, ErrReceiver
	}
	return bytes.Clone(body[:size]), nil
}

// Encrypt seals a message with the key that Decrypt named. It gives the Encrypt
// field and the signature over our own timestamp (Unix seconds) and nonce.
func (c *Cipher) Encrypt(msg []byte, nonce string, timestamp int64, key int) (encrypted, signature string, err error) {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", "", fmt.Errorf("wechat: random: %w", err)
	}
	return c.seal(random, msg, nonce, timestamp, key)
}

func (c *Cipher) seal(random [16]byte, msg []byte, nonce string, timestamp int64, key int) (string, string, error) {
	if len(c.keys) == 0 {
		return "", "", ErrNoKey
	}
	if key < 0 || key >= len(c.keys) {
		return "", "", fmt.Errorf("wechat: no key %d", key)
	}
	if len(msg) > MaxBody {
		return "", "", fmt.Errorf("wechat: message of %d bytes is too large to seal", len(msg))
	}
	n := headBytes + len(msg) + len(c.receiver)
	pad := padBlock - n%padBlock
	b := make([]byte, 0, n+pad)
	b = append(b, random[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(msg))) //nolint:gosec // bounded above
	b = append(b, msg...)
	b = append(b, c.receiver...)
	b = append(b, bytes.Repeat([]byte{byte(pad)}, pad)...)
	k := c.keys[key]
	cipher.NewCBCEncrypter(k.block, k.iv[:]).CryptBlocks(b, b)
	encrypted := base64.StdEncoding.EncodeToString(b)
	return encrypted, c.sign(strconv.FormatInt(timestamp, 10), nonce, encrypted), nil
}
