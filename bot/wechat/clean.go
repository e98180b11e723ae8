package wechat

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// ErrTooLarge is a body above MaxBody.
var ErrTooLarge = errors.New("wechat: body too large")

// Clean makes a body fit for a parser: a byte order mark and the XML declaration
// go, GBK becomes UTF-8, what is not UTF-8 is dropped, and so are characters XML
// cannot hold (customers paste U+0010 and U+001D). What cannot be made harmless
// is refused: above 1 MiB (ErrTooLarge), DTD, entities of its own, depth above 16
// (ErrForbidden). A clean body comes back as it is, not copied.
func Clean(body []byte) ([]byte, error) {
	if len(body) > MaxBody {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(body))
	}
	if !utf8.Valid(body) {
		body = toUTF8(body)
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	body = dropUnfit(body)
	body = bytes.TrimLeft(body, blanks)
	if bytes.HasPrefix(body, []byte("<?xml")) {
		if k := bytes.Index(body, []byte("?>")); k >= 0 {
			body = bytes.TrimLeft(body[k+2:], blanks)
		}
	}
	if len(body) == 0 {
		return body, nil
	}
	if body[0] == '<' {
		return body, checkXML(body)
	}
	return checkJSON(body)
}

// toUTF8 decodes GBK where the declaration or the bytes say so, and otherwise
// drops what is broken. A few broken bytes in Chinese UTF-8 also decode as GBK,
// to nonsense; so whole three-byte characters speak for UTF-8.
func toUTF8(body []byte) []byte {
	whole, broken := 0, 0
	for b := body; len(b) > 0; {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			broken++
		case n >= 3:
			whole++
		}
		b = b[n:]
	}
	if declaredGBK.Match(body[:min(len(body), 100)]) || whole*3 < broken {
		out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
		if err == nil && !bytes.ContainsRune(out, utf8.RuneError) {
			return out
		}
	}
	return bytes.ToValidUTF8(body, nil)
}

var declaredGBK = regexp.MustCompile(`(?i)^\s*<\?xml[^>]*encoding=["'](gbk|gb2312|gb18030)["']`)

// xmlRune says whether XML 1.0 can hold r.
func xmlRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r != 0x7F && r < 0xD800 || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}

func dropUnfit(body []byte) []byte {
	for i := 0; i < len(body); {
		if c := body[i]; c < utf8.RuneSelf {
			if !xmlRune(rune(c)) {
				return mapUnfit(body)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(body[i:])
		if !xmlRune(r) {
			return mapUnfit(body)
		}
		i += n
	}
	return body
}

func mapUnfit(body []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if !xmlRune(r) {
			return -1
		}
		return r
	}, body)
}

// checkXML walks the tags without building anything. CDATA is passed over, so
// that a customer may write "<!DOCTYPE html>".
func checkXML(b []byte) error {
	for depth := 0; ; {
		k := bytes.IndexByte(b, '<')
		if err := checkEntities(b[:max(k, 0)]); err != nil {
			return err
		}
		if k < 0 {
			return nil
		}
		b = b[k:]
		end, step := ">", 0
		switch {
		case bytes.HasPrefix(b, []byte(cdataStart)):
			end = "]]>"
		case bytes.HasPrefix(b, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(b, []byte("<!")):
			return fmt.Errorf("%w: declaration", ErrForbidden)
		case bytes.HasPrefix(b, []byte("<?")):
			end = "?>"
		case bytes.HasPrefix(b, []byte("</")):
			step = -1
		default:
			step = 1
		}
		k = bytes.Index(b, []byte(end))
		if k < 0 {
			return nil // the parser says what is wrong
		}
		if step == 1 && b[k-1] == '/' {
			step = 0
		}
		if depth += step; depth > maxDepth {
			return fmt.Errorf("%w: too deep", ErrForbidden)
		}
		b = b[k+len(end):]
	}
}

func checkEntities(b []byte) error {
	for {
		k := bytes.IndexByte(b, '&')
		if k < 0 {
			return nil
		}
		b = b[k+1:]
		end := bytes.IndexByte(b[:min(len(b), 34)], ';')
		if end < 0 || !entityName(string(b[:end])) {
			continue
		}
		if _, ok := entity(string(b[:end])); !ok {
			return fmt.Errorf("%w: entity", ErrForbidden)
		}
	}
}

// checkJSON bounds the depth, and makes raw tabs and line ends, which JSON does
// not allow inside a string, into spaces.
func checkJSON(b []byte) ([]byte, error) {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted && c < 0x20:
			return checkJSON(bytes.Map(func(r rune) rune {
				if r < 0x20 {
					return ' '
				}
				return r
			}, b))
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return nil, fmt.Errorf("%w: too deep", ErrForbidden)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return b, nil
}
