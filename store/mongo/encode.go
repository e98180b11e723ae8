package mongo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// fromJSON converts a body that passed store.Document.Check to BSON: in order,
// whole numbers as int64, others as double, keys escaped. It goes token by
// token: bson.UnmarshalExtJSON would take a customer's {"$oid":…} for a value
// of its own, and decoding into any rounds 64-bit numbers.
func fromJSON(body []byte) (bsoncore.Document, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("mongo: body: %w", err)
	}
	dst := make([]byte, 0, len(body)+len(body)/4+64)
	start, dst := bsoncore.AppendDocumentStart(dst)
	dst, err := appendMembers(dst, d, false)
	if err != nil {
		return nil, fmt.Errorf("mongo: body: %w", err)
	}
	return bsoncore.AppendDocumentEnd(dst, start)
}

// appendMembers appends what is inside an object or array, whose opening was
// read, and reads its closing.
func appendMembers(dst []byte, d *json.Decoder, array bool) ([]byte, error) {
	for n := 0; d.More(); n++ {
		key := strconv.Itoa(n)
		if !array {
			t, err := d.Token()
			if err != nil {
				return nil, err
			}
			key = escape(t.(string)) // the decoder gives keys as text only
		}
		var err error
		if dst, err = appendElement(dst, d, key); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return dst, err
}

func appendElement(dst []byte, d *json.Decoder, key string) ([]byte, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		var start int32
		if t == '[' {
			start, dst = bsoncore.AppendArrayElementStart(dst, key)
		} else {
			start, dst = bsoncore.AppendDocumentElementStart(dst, key)
		}
		if dst, err = appendMembers(dst, d, t == '['); err != nil {
			return nil, err
		}
		return bsoncore.AppendDocumentEnd(dst, start)
	case string:
		return bsoncore.AppendStringElement(dst, key, t), nil
	case bool:
		return bsoncore.AppendBooleanElement(dst, key, t), nil
	case json.Number:
		if n, err := t.Int64(); err == nil {
			return bsoncore.AppendInt64Element(dst, key, n), nil
		}
		f, err := t.Float64()
		if err != nil {
			return nil, err
		}
		return bsoncore.AppendDoubleElement(dst, key, f), nil
	}
	return bsoncore.AppendNullElement(dst, key), nil
}

// MongoDB reads "$" and "." in a key as its own, and some of its servers know
// no empty key. Keys are therefore written with %24, %2E and %25 for these and
// the percent sign itself, and an empty key as a percent sign alone. Fields that
// are queried have none of these, so they look the same in the database.
var (
	escaper   = strings.NewReplacer("%", "%25", "$", "%24", ".", "%2E")
	unescaper = strings.NewReplacer("%25", "%", "%24", "$", "%2E", ".")
)

func escape(key string) string {
	if key == "" {
		return "%"
	}
	return escaper.Replace(key)
}

func unescape(key string) string {
	if key == "%" {
		return ""
	}
	return unescaper.Replace(key)
}
