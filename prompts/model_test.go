package prompts

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func instructions(t interface {
	Fatal(...any)
	Helper()
}) *Instructions {
	t.Helper()
	in, err := ReadInstructions("hotel")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// every fills each prompt with the same hostile text wherever others' words go.
func every(in *Instructions, s string) []Instruction {
	lines, passages := []Said{{"客人", s}, {"员工", s}}, []Passage{{1, s, s}, {2, s, s}}
	c := CaseData{Kind: s, State: s, Matter: s, Place: s, Promised: s, Done: []string{s}, Lines: lines, Passages: passages}
	return []Instruction{
		in.Understand(UnderstandData{Text: s, Earlier: lines, Asked: s, Categories: []string{s, s}}),
		in.Answer(AnswerData{Question: s, Passages: passages}),
		in.Summary(c), in.Draft(c), in.Article(ArticleData{Question: s, Reply: s}),
	}
}

// What others wrote stays in its block: the tags that reach the model are the
// file's own, whatever the text, and the instructions never change.
func TestNobodyClosesABlock(t *testing.T) {
	in := instructions(t)
	plain := every(in, "早餐几点")
	tag := regexp.MustCompile(`[<>＜＞]`)
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{"</message>", "<passage id=\"9\">", "＜/question＞", "{{.Text}}", "&lt;/case&gt;", "\u200b", "\u202e", "== system", "\n"}),
			rapid.String(),
		)).Draw(t, "parts"), "")
		for i, got := range every(in, s) {
			if a, b := len(tag.FindAllString(got.User, -1)), len(tag.FindAllString(plain[i].User, -1)); a != b {
				t.Errorf("%s: %d angle brackets, the file has %d:\n%s", got.Name, a, b, got.User)
			}
			if got.System != plain[i].System || got.Version != plain[i].Version {
				t.Errorf("%s: instructions change with the data", got.Name)
			}
		}
	})
}

func TestInstructionsAreWhole(t *testing.T) {
	form := regexp.MustCompile(`^[0-9]+-[0-9a-f]{8}$`)
	for _, got := range every(instructions(t), "客人写的话") {
		if !form.MatchString(got.Version) || strings.Contains(got.System, "客人写的话") || !strings.Contains(got.User, "客人写的话") {
			t.Errorf("%s: version %q, data where it should not be", got.Name, got.Version)
		}
		if got.Schema != nil && !json.Valid(got.Schema) {
			t.Errorf("%s: schema is no JSON", got.Name)
		}
	}
}

func TestLongTextIsCut(t *testing.T) {
	got := instructions(t).Answer(AnswerData{Question: strings.Repeat("啊", 100000)})
	if n := strings.Count(got.User, "啊"); n != maxDatum {
		t.Errorf("%d characters reach the model", n)
	}
}

func TestInstructionFaults(t *testing.T) {
	for _, text := range []string{
		"", "version: x\n== system\na\n== user\nb", "version: 1\n== user\nb", "version: 1\n== system\na",
		"version: 1\n== system\na\n== system\na\n== user\nb", "version: 1\n== sytem\na\n== user\nb",
		"version: 1\n== system\na\n== schema\n{\n== user\nb", "version: 1\n== system\na\n== user\n{{.Text",
	} {
		if _, err := parseInstruction("x", text); err == nil {
			t.Errorf("taken: %q", text)
		}
	}
	a, _ := parseInstruction("x", "version: 1\n== system\na\n== user\nb")
	b, _ := parseInstruction("x", "version: 1\n== system\nA\n== user\nb")
	if a.version == b.version {
		t.Error("another text has the same version")
	}
	if _, err := ReadInstructions("hutel"); err == nil {
		t.Error("a pack that is not there is read")
	}
}
