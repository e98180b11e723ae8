package llm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"kefu/prompts"
)

// theirs is the library's verdict.
func theirs(t interface{ Fatal(...any) }, schema, value string) bool {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:s", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:s")
	if err != nil {
		t.Fatal(schema, err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(value))
	if err != nil {
		t.Fatal(value, err)
	}
	return s.Validate(v) == nil
}

func ours(t interface{ Fatal(...any) }, schema, value string) []string {
	s, err := readSchema([]byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader([]byte(value)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(value, err)
	}
	var faults []string
	s.check(v, "/", &faults)
	return faults
}

var scalars = []string{`"a"`, `"ab"`, `"空调"`, `"🙂🙂"`, `""`, `0`, `1`, `1.0`, `1.5`, `-2`, `1e1`, `true`, `false`, `null`}

func drawValue(t *rapid.T, depth int) string {
	n := 3
	if depth == 0 {
		n = 1
	}
	switch rapid.IntRange(1, n).Draw(t, "shape") {
	case 2:
		var items []string
		for range rapid.IntRange(0, 3).Draw(t, "items") {
			items = append(items, drawValue(t, depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	case 3:
		var fields []string
		for _, name := range []string{"x", "y", "z"} {
			if rapid.Bool().Draw(t, name) {
				fields = append(fields, fmt.Sprintf("%q:%s", name, drawValue(t, depth-1)))
			}
		}
		return "{" + strings.Join(fields, ",") + "}"
	}
	return rapid.SampledFrom(scalars).Draw(t, "scalar")
}

func drawSchema(t *rapid.T, depth int) string {
	var rules []string
	add := func(name string, f func() string) {
		if rapid.IntRange(0, 3).Draw(t, name) == 0 {
			rules = append(rules, fmt.Sprintf("%q:%s", name, f()))
		}
	}
	number := func() string { return fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "n")) }
	add("type", func() string { return fmt.Sprintf("%q", rapid.SampledFrom(kinds).Draw(t, "kind")) })
	add("enum", func() string {
		return "[" + strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{`"a"`, `"空调"`, `1`, `1.5`, `true`, `null`}), 1, 4, rapid.ID).Draw(t, "enum"), ",") + "]"
	})
	for _, name := range []string{"minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"} {
		add(name, number)
	}
	add("pattern", func() string { return `"^a"` })
	add("required", func() string { return `["x"]` })
	add("additionalProperties", func() string { return fmt.Sprint(rapid.Bool().Draw(t, "more")) })
	if depth > 0 {
		add("items", func() string { return drawSchema(t, depth-1) })
		add("properties", func() string {
			return fmt.Sprintf(`{"x":%s,"y":%s}`, drawSchema(t, depth-1), drawSchema(t, depth-1))
		})
	}
	return "{" + strings.Join(rules, ",") + "}"
}

// Of any schema that we read and any value, we say what the library says.
func TestSchemaAgreesWithTheLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, v := drawSchema(t, 2), drawValue(t, 2)
		if want, got := theirs(t, s, v), ours(t, s, v); want != (len(got) == 0) {
			t.Fatalf("%s\n%s\nthe library: %v, ours: %v", s, v, want, got)
		}
	})
}

// What we would not check is refused, and so is what no schema is.
func TestSchemaRefuses(t *testing.T) {
	for _, s := range []string{
		`{"$ref":"file:///etc/passwd"}`, `{"anyOf":[{}]}`, `{"properties":{"a":{"multipleOf":2}}}`, `{"items":{"type":"house"}}`,
		`{"enum":[{}]}`, `{"pattern":"("}`, `{"minimum":1e999999}`, `{"properties":{"a":null}}`, `[]`, `{`,
	} {
		if _, err := readSchema([]byte(s)); err == nil {
			t.Errorf("%s was read", s)
		}
	}
	in, err := prompts.ReadInstructions("hotel")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []prompts.Instruction{in.Understand(prompts.UnderstandData{}), in.Article(prompts.ArticleData{})} {
		if _, err := readSchema(i.Schema); err != nil {
			t.Errorf("%s: %v", i.Name, err)
		}
	}
}

// Faults say where and why, and nothing of what was said.
func TestFaults(t *testing.T) {
	got := ours(t, `{"required":["a"],"additionalProperties":false,"properties":{"b":{"enum":["x","y"]},"c":{"items":{"type":"integer"}},"d":{"maxLength":2}}}`,
		`{"b":"13812345678","c":[1,1.5],"d":"13812345678","e":1}`)
	const want = "/ 缺 a；/b/ 只能是 [x y] 之一；/c/1/ 应是 integer；/d/ 长短不对；/ 多了 e"
	if s := strings.Join(got, "；"); s != want {
		t.Error(s)
	}
}
