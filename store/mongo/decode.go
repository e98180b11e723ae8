package mongo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"kefu/store"
)

// toJSON is fromJSON backwards. It also reads what somebody's hands may have
// written there with a shell: 32-bit and decimal numbers, dates, object ids.
func toJSON(dst []byte, doc bsoncore.Document) ([]byte, error) {
	return appendJSON(dst, doc, '{', '}')
}

func appendJSON(dst []byte, doc bsoncore.Document, open, end byte) ([]byte, error) {
	elements, err := doc.Elements()
	if err != nil {
		return nil, fmt.Errorf("mongo: body: %w", err)
	}
	dst = append(dst, open)
	for i, e := range elements {
		if i > 0 {
			dst = append(dst, ',')
		}
		if open == '{' {
			if dst, err = appendText(dst, unescape(e.Key())); err != nil {
				return nil, err
			}
			dst = append(dst, ':')
		}
		if dst, err = appendValue(dst, e.Value()); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}

func appendValue(dst []byte, v bsoncore.Value) ([]byte, error) {
	switch v.Type {
	case bsoncore.TypeEmbeddedDocument:
		return appendJSON(dst, v.Document(), '{', '}')
	case bsoncore.TypeArray:
		return appendJSON(dst, bsoncore.Document(v.Array()), '[', ']')
	case bsoncore.TypeString:
		return appendText(dst, v.StringValue())
	case bsoncore.TypeBoolean:
		return strconv.AppendBool(dst, v.Boolean()), nil
	case bsoncore.TypeInt64:
		return strconv.AppendInt(dst, v.Int64(), 10), nil
	case bsoncore.TypeInt32:
		return strconv.AppendInt(dst, int64(v.Int32()), 10), nil
	case bsoncore.TypeDouble:
		return appendDouble(dst, v.Double())
	case bsoncore.TypeNull, bsoncore.TypeUndefined:
		return append(dst, "null"...), nil
	case bsoncore.TypeDateTime:
		return appendText(dst, store.At(time.UnixMilli(v.DateTime())).Text())
	case bsoncore.TypeObjectID:
		id := v.ObjectID()
		return appendText(dst, fmt.Sprintf("%x", id[:]))
	}
	return nil, fmt.Errorf("mongo: a value of type %s cannot be read", v.Type)
}

func appendDouble(dst []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("mongo: the number %v cannot be read", f)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.AppendInt(dst, int64(f), 10), nil // a shell writes 5 as a double
	}
	b, err := json.Marshal(f)
	return append(dst, b...), err
}

// appendText writes s as JSON text, which most text is already.
func appendText(dst []byte, s string) ([]byte, error) {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] != '"' && s[i] != '\\' && s[i] < 0x7f
	}
	if plain {
		return append(append(append(dst, '"'), s...), '"'), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return nil, fmt.Errorf("mongo: text: %w", err)
	}
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...), nil
}
