package sim

import (
	"encoding/json"
	"slices"
	"strings"
)

// Fill is the plainest JSON that meets a schema of the kinds our prompts use:
// objects, arrays, enums, numbers, booleans, text.
func Fill(schema []byte) string {
	var s node
	if json.Unmarshal(schema, &s) != nil {
		return "{}"
	}
	b, err := json.Marshal(s.fill(0))
	if err != nil {
		return "{}"
	}
	return string(b)
}

// fit makes an object meet a schema: what the schema does not know goes, what it
// wants besides is filled in. Without a schema it stays.
func fit(object map[string]any, schema []byte) string {
	var s node
	if len(schema) > 0 && json.Unmarshal(schema, &s) == nil {
		for name := range object {
			if _, known := s.Properties[name]; !known {
				delete(object, name)
			}
		}
		for _, name := range s.Required {
			if _, there := object[name]; !there {
				object[name] = s.Properties[name].fill(0)
			}
		}
	}
	b, err := json.Marshal(object)
	if err != nil {
		return "{}"
	}
	return string(b)
}

type node struct {
	Type       any             `json:"type"`
	Enum       []any           `json:"enum"`
	Const      any             `json:"const"`
	Required   []string        `json:"required"`
	Properties map[string]node `json:"properties"`
	Items      *node           `json:"items"`
	MinItems   int             `json:"minItems"`
	MinLength  int             `json:"minLength"`
	Minimum    *float64        `json:"minimum"`
}

const deepest = 16

func (n node) kind() string {
	switch t := n.Type.(type) {
	case string:
		return t
	case []any:
		if len(t) > 0 {
			s, _ := t[0].(string)
			return s
		}
	}
	if n.Properties != nil {
		return "object"
	}
	return "string"
}

func (n node) fill(depth int) any {
	switch {
	case depth > deepest:
		return nil
	case n.Const != nil:
		return n.Const
	case len(n.Enum) > 0:
		return n.Enum[0]
	}
	switch n.kind() {
	case "object":
		out := map[string]any{}
		for name, p := range n.Properties {
			if slices.Contains(n.Required, name) {
				out[name] = p.fill(depth + 1)
			}
		}
		return out
	case "array":
		out := []any{}
		for range min(n.MinItems, 100) {
			if n.Items != nil {
				out = append(out, n.Items.fill(depth+1))
			}
		}
		return out
	case "number", "integer":
		if n.Minimum != nil {
			return *n.Minimum
		}
		return 0
	case "boolean":
		return false
	case "null":
		return nil
	}
	return strings.Repeat("好", min(n.MinLength, 1000))
}
