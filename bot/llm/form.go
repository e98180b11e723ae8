package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// form is a schema that an answer must meet.
type form struct {
	schema *schema
	text   string // compact
}

// forms keeps compiled schemas; there are as many as prompts.
type forms struct {
	mu    sync.Mutex
	known map[string]*form
}

const maxForms = 64

// of compiles a schema, or gives nil for none. An error is a mistake of ours.
func (f *forms) of(schema json.RawMessage) (*form, error) {
	if schema == nil {
		return nil, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if known := f.known[string(schema)]; known != nil {
		return known, nil
	}
	fresh, err := compile(schema)
	if err != nil {
		return nil, err
	}
	if f.known == nil || len(f.known) >= maxForms {
		f.known = map[string]*form{}
	}
	f.known[string(schema)] = fresh
	return fresh, nil
}

func compile(text json.RawMessage) (*form, error) {
	s, err := readSchema(text)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return &form{s, b.String()}, nil
}

// SchemaMark stands before the schema in what the model is told.
const SchemaMark = "只输出一个 JSON 对象，前后不要别的字。它要符合这个 JSON Schema："

func (f *form) note() string { return "\n\n" + SchemaMark + "\n" + f.text }

func repairNote(fault string) string {
	return "上面的输出不合要求：" + fault + "。请改好，只输出改好的 JSON 对象。"
}

// read finds the object in what the model said, puts back what was masked, and
// checks it. fault says what is wrong, in words for the model; "" when nothing.
func (f *form) read(said string, v *veil) (text, fault string) {
	fault = "里面没有 JSON 对象"
	for object := range objects(said) {
		if object == nil {
			fault = "JSON 没有写完，或写得不对"
			continue
		}
		value, ok := v.lifted(object)
		if !ok {
			fault = "数字写得不对"
			continue
		}
		var faults []string
		if f.schema.check(value, "/", &faults); len(faults) > 0 {
			fault = strings.Join(faults[:min(len(faults), maxFaults)], "；")
			continue
		}
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(value); err != nil {
			continue
		}
		return strings.TrimSuffix(b.String(), "\n"), ""
	}
	return "", fault
}

const maxObjects = 16 // tried in one answer

// objects yields the JSON objects that stand in a text, in prose or fences, and
// nil for one that is broken. What stands inside of another is not one.
func objects(text string) func(yield func(map[string]any) bool) {
	return func(yield func(map[string]any) bool) {
		for range maxObjects {
			start := strings.IndexByte(text, '{')
			if start < 0 {
				return
			}
			text = text[start:]
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			var object map[string]any
			err := d.Decode(&object)
			if err != nil {
				object = nil
			}
			if !yield(object) {
				return
			}
			switch {
			case err == nil:
				text = text[d.InputOffset():]
			case errors.Is(err, io.ErrUnexpectedEOF):
				return // half an answer: nothing inside it stands alone
			default:
				text = text[closing(text):]
			}
		}
	}
}

// closing is behind the brace that closes the one text begins with, or the end.
func closing(text string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

const maxFaults = 5 // told to the model at once
