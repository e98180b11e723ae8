package wechat

import (
	"crypto/sha1" //nolint:gosec // WeChat's protocol
	"crypto/subtle"
	"encoding/hex"
	"slices"
)

// Signature is the hex SHA-1 of the parts, sorted as bytes and joined without a
// separator. WeChat: token, timestamp and nonce make "signature"; with the cipher
// text as a fourth part they make "msg_signature".
func Signature(parts ...string) string {
	var room [4]string
	sorted := append(room[:0], parts...)
	slices.Sort(sorted)
	var buf [512]byte
	b := buf[:0]
	for _, p := range sorted {
		b = append(b, p...)
	}
	sum := sha1.Sum(b) //nolint:gosec // WeChat's protocol
	return hex.EncodeToString(sum[:])
}

// SameSignature compares in constant time, so that a caller cannot find a
// signature byte by byte. An empty one is never right.
func SameSignature(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
