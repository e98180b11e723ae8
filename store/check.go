package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxFile is the largest file, in bytes.
const MaxFile = 20 << 20

// maxDepth is how deep a body may nest, in objects and arrays: MongoDB takes 100
// with what it is wrapped in.
const maxDepth = 90

// Check says whether d can be stored, the same way for every engine. Whatever
// it refuses wraps ErrRefused.
func (d Document) Check() error {
	if err := CheckID(d.ID); err != nil {
		return err
	}
	switch {
	case len(d.Body) > MaxBody:
		return fmt.Errorf("%w: body of %d bytes is over %d", ErrRefused, len(d.Body), MaxBody)
	case !d.encoded && !json.Valid(d.Body) || !utf8.Valid(d.Body):
		return fmt.Errorf("%w: body is not JSON in UTF-8", ErrRefused)
	case bytes.TrimLeft(d.Body, " \t\r\n")[0] != '{':
		return fmt.Errorf("%w: body is not a JSON object", ErrRefused)
	}
	return checkTokens(d.Body)
}

// CheckID says whether id can be the id of a document or file.
func CheckID(id string) error {
	if id == "" || len(id) > 512 || strings.ContainsRune(id, 0) || !utf8.ValidString(id) {
		return fmt.Errorf("%w: id must have 1 to 512 bytes of UTF-8 without NUL", ErrRefused)
	}
	return nil
}

// CheckName says whether coll can be the name of a collection.
func CheckName(coll string) error {
	ok := len(coll) >= 1 && len(coll) <= 40
	for i := 0; ok && i < len(coll); i++ {
		ok = coll[i] == '_' || coll[i] >= 'a' && coll[i] <= 'z'
	}
	if !ok {
		return fmt.Errorf("%w: collection name %.50q", ErrRefused, coll)
	}
	return nil
}

// checkTokens walks a valid JSON text once and refuses what one of the engines
// could not give back: keys with NUL, numbers outside int64 and float64, and
// nesting without measure.
func checkTokens(body []byte) error {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			end, nul := skipText(body, i)
			i = end
			if nul && isKey(body[end+1:]) {
				return fmt.Errorf("%w: a key has NUL", ErrRefused)
			}
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("%w: nested deeper than %d", ErrRefused, maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(body) && bytes.IndexByte([]byte("0123456789+-.eE"), body[end]) >= 0 {
				end++
			}
			if err := checkNumber(body[i:end]); err != nil {
				return err
			}
			i = end - 1
		}
	}
	return nil
}

// skipText finds the end of the JSON string that begins at i, and whether it
// has an escaped NUL.
func skipText(body []byte, i int) (end int, nul bool) {
	for end = i + 1; ; end++ {
		end += bytes.IndexByte(body[end:], '"')
		slash := bytes.IndexByte(body[i+1:end], '\\')
		if slash < 0 {
			return end, nul
		}
		// Step over what is escaped, then look again from there.
		i += slash + 2
		nul = nul || bytes.HasPrefix(body[i-1:], []byte(`\u0000`))
		end = i
	}
}

// isKey reports whether a string followed by rest is the key of a member.
func isKey(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

func checkNumber(n []byte) error {
	if whole := !bytes.ContainsAny(n, ".eE"); whole {
		if len(n) < 19 {
			return nil
		}
		if _, err := strconv.ParseInt(string(n), 10, 64); err != nil {
			return fmt.Errorf("%w: a whole number beyond 64 bits", ErrRefused)
		}
		return nil
	}
	if f, err := strconv.ParseFloat(string(n), 64); err != nil || math.IsInf(f, 0) {
		return fmt.Errorf("%w: a number beyond float64", ErrRefused)
	}
	return nil
}
