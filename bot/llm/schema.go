package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// schema is a JSON schema of the kind that answers need. What it does not know it
// refuses when it is read, so nothing is ever left unchecked. A test holds it
// against a library that knows all of it; the program does without that library's
// 660 kB.
type schema struct {
	Title       string             `json:"title"`       // for the model
	Description string             `json:"description"` // for the model
	Type        oneOrMany          `json:"type"`
	Enum        []any              `json:"enum"` // text, numbers, booleans, null
	Required    []string           `json:"required"`
	Properties  map[string]*schema `json:"properties"`
	More        *bool              `json:"additionalProperties"`
	Items       *schema            `json:"items"`
	MinItems    *int               `json:"minItems"`
	MaxItems    *int               `json:"maxItems"`
	MinLength   *int               `json:"minLength"` // characters
	MaxLength   *int               `json:"maxLength"`
	Minimum     json.Number        `json:"minimum"`
	Maximum     json.Number        `json:"maximum"`
	Pattern     string             `json:"pattern"`

	pattern  *regexp.Regexp
	min, max *big.Rat
}

type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(o))
}

// readSchema reads a schema and refuses what it would not check.
func readSchema(text []byte) (*schema, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	d.UseNumber()
	var s schema
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return &s, s.prepare("/")
}

var kinds = []string{"object", "array", "string", "number", "integer", "boolean", "null"}

// prepare checks a schema and all in it, which it changes.
func (s *schema) prepare(at string) error {
	if s == nil {
		return fmt.Errorf("schema: %s: null", at)
	}
	for _, t := range s.Type {
		if !slices.Contains(kinds, t) {
			return fmt.Errorf("schema: %s: type %q", at, t)
		}
	}
	for _, e := range s.Enum {
		if k := kindOf(e); k == "object" || k == "array" {
			return fmt.Errorf("schema: %s: an %s in enum", at, k)
		}
	}
	var err error
	if s.Pattern != "" {
		if s.pattern, err = regexp.Compile(s.Pattern); err != nil {
			return fmt.Errorf("schema: %s: pattern: %w", at, err)
		}
	}
	if s.min, err = bound(s.Minimum); err == nil {
		s.max, err = bound(s.Maximum)
	}
	if err != nil {
		return fmt.Errorf("schema: %s: %w", at, err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if err := s.Properties[name].prepare(at + name + "/"); err != nil {
			return err
		}
	}
	if s.Items != nil {
		return s.Items.prepare(at + "0/")
	}
	return nil
}

func bound(n json.Number) (*big.Rat, error) {
	if n == "" {
		return nil, nil
	}
	if r := rat(n); r != nil {
		return r, nil
	}
	return nil, errors.New("a bound beyond measure")
}

// rat is a number exactly, or nil for one that is too long to compute with.
func rat(n json.Number) *big.Rat {
	if !measured(n) {
		return nil
	}
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return nil
	}
	return r
}

// measured keeps 1e999999999 from being written out.
func measured(n json.Number) bool {
	i := strings.IndexAny(string(n), "eE")
	return len(n) <= 24 && (i < 0 || len(strings.TrimLeft(string(n[i+1:]), "+-0")) <= 2)
}

func kindOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	}
	return "null"
}

// check adds what is wrong with v to faults: where and by which rule, never the
// value. v is from a decoder with UseNumber, its numbers measured.
func (s *schema) check(v any, at string, faults *[]string) {
	wrong := func(format string, args ...any) { *faults = append(*faults, at+" "+fmt.Sprintf(format, args...)) }
	if len(s.Type) > 0 && !slices.ContainsFunc(s.Type, func(t string) bool { return is(v, t) }) {
		wrong("应是 %s", strings.Join(s.Type, " 或 "))
		return
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum, func(e any) bool { return same(e, v) }) {
		wrong("只能是 %v 之一", s.Enum)
	}
	switch v := v.(type) {
	case map[string]any:
		s.object(v, at, faults)
	case []any:
		if s.MinItems != nil && len(v) < *s.MinItems || s.MaxItems != nil && len(v) > *s.MaxItems {
			wrong("项数不对")
		}
		for i := range v {
			if s.Items != nil {
				s.Items.check(v[i], fmt.Sprintf("%s%d/", at, i), faults)
			}
		}
	case string:
		n := utf8.RuneCountInString(v)
		if s.MinLength != nil && n < *s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
			wrong("长短不对")
		}
		if s.pattern != nil && !s.pattern.MatchString(v) {
			wrong("样子不对，应合 %s", s.Pattern)
		}
	case json.Number:
		if r := rat(v); r == nil || s.min != nil && r.Cmp(s.min) < 0 || s.max != nil && r.Cmp(s.max) > 0 {
			wrong("大小不对")
		}
	}
}

func (s *schema) object(v map[string]any, at string, faults *[]string) {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			*faults = append(*faults, at+" 缺 "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		switch p := s.Properties[name]; {
		case p != nil:
			p.check(v[name], at+name+"/", faults)
		case s.More != nil && !*s.More:
			*faults = append(*faults, at+" 多了 "+clip(name, 40))
		}
	}
}

func is(v any, kind string) bool {
	if kind == "integer" {
		n, ok := v.(json.Number)
		r := rat(n)
		return ok && r != nil && r.IsInt()
	}
	return kindOf(v) == kind
}

// same compares scalars, numbers by value.
func same(a, b any) bool {
	x, isNumber := a.(json.Number)
	if y, ok := b.(json.Number); ok && isNumber {
		r, q := rat(x), rat(y)
		return r != nil && q != nil && r.Cmp(q) == 0
	}
	if k := kindOf(b); k == "object" || k == "array" {
		return false
	}
	return a == b
}
