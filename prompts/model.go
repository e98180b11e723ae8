package prompts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode"

	"kefu/bot/chat"
)

// Instruction is what a model is asked, filled: System are our instructions and
// nothing else, User is all that others wrote, each piece in a block it cannot
// close. Schema is the form of the answer, nil for free text. Version changes with
// every change of the file.
type Instruction struct {
	Name    string
	Version string // "1-3f9a07c2": the file's number and the beginning of its hash
	System  string
	User    string
	Schema  json.RawMessage
}

// Instructions are a pack's prompts for a model. They may be used by any number of
// goroutines.
type Instructions struct {
	understand, answer, summary, draft, article *instruction
}

// ReadInstructions reads the prompts of a pack ("hotel").
func ReadInstructions(pack string) (*Instructions, error) {
	var in Instructions
	for name, at := range map[string]**instruction{
		"understand": &in.understand, "answer": &in.answer, "summary": &in.summary, "draft": &in.draft, "article": &in.article,
	} {
		b, err := embedded.ReadFile(pack + "/model/" + name + ".txt")
		if err != nil {
			return nil, fmt.Errorf("prompts: 行业包 %.40q 没有给模型的 %s.txt", pack, name)
		}
		if *at, err = parseInstruction(name, string(b)); err != nil {
			return nil, err
		}
	}
	return &in, nil
}

// Said is one thing that was said. Who is ours: 客人, 员工, 小栖.
type Said struct{ Who, Text string }

// Passage is a piece of what is known, under the number by which it is cited.
type Passage struct {
	N           int
	Title, Text string
}

// UnderstandData is a message to be read.
type UnderstandData struct {
	Text       string
	Earlier    []Said   // what was said before, oldest first
	Asked      string   // what we have just asked for
	Categories []string // that it may belong to
}

// Understand asks what a customer wants.
func (in *Instructions) Understand(d UnderstandData) Instruction { return in.understand.fill(d) }

// AnswerData is a question and what may be said to it.
type AnswerData struct {
	Question string
	Passages []Passage
}

// Answer asks for an answer from the passages, each sentence with its number.
func (in *Instructions) Answer(d AnswerData) Instruction { return in.answer.fill(d) }

// CaseData is a case as far as a model may know it.
type CaseData struct {
	Kind, State, Matter, Place string
	Promised                   string // the clock that the customer was told: "16:00 前"
	Done                       []string
	Lines                      []Said
	Passages                   []Passage // for a draft
}

// Summary asks for a summary for staff.
func (in *Instructions) Summary(d CaseData) Instruction { return in.summary.fill(d) }

// Draft asks for a reply that staff may send.
func (in *Instructions) Draft(d CaseData) Instruction { return in.draft.fill(d) }

// ArticleData is a question and what staff answered.
type ArticleData struct{ Question, Reply string }

// Article asks for an article of knowledge.
func (in *Instructions) Article(d ArticleData) Instruction { return in.article.fill(d) }

// instruction is one file, read.
type instruction struct {
	name, version string
	system        string
	schema        json.RawMessage
	user          *template.Template
}

func (i *instruction) fill(data any) Instruction {
	var b strings.Builder
	if err := i.user.Execute(&b, data); err != nil {
		panic("prompts: model/" + i.name + ".txt: " + err.Error()) // the file is ours; a test fills each
	}
	return Instruction{Name: i.name, Version: i.version, System: i.system, User: b.String(), Schema: i.schema}
}

// parseInstruction reads a file: "version: 1", then the parts "== system",
// "== schema" (may be missing) and "== user".
func parseInstruction(name, text string) (*instruction, error) {
	wrong := func(what string) error { return fmt.Errorf("prompts: model/%s.txt: %s", name, what) }
	head, rest, ok := strings.Cut(text, "\n")
	number, isVersion := strings.CutPrefix(strings.TrimSpace(head), "version:")
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if !ok || !isVersion || err != nil || n < 1 {
		return nil, wrong("the first line must be \"version: 1\"")
	}
	parts := map[string]string{}
	for p := range strings.SplitSeq("\n"+rest, "\n== ") {
		title, body, _ := strings.Cut(p, "\n")
		if title = strings.TrimSpace(title); title == "" {
			continue
		}
		if _, twice := parts[title]; twice || title != "system" && title != "schema" && title != "user" {
			return nil, wrong("part " + title + " is unknown or there twice")
		}
		parts[title] = strings.TrimSpace(body)
	}
	if parts["system"] == "" || parts["user"] == "" {
		return nil, wrong("system or user is missing")
	}
	sum := sha256.Sum256([]byte(text))
	out := &instruction{name: name, version: fmt.Sprintf("%d-%s", n, hex.EncodeToString(sum[:4])), system: parts["system"]}
	if s := parts["schema"]; s != "" {
		var b bytes.Buffer
		if err := json.Compact(&b, []byte(s)); err != nil {
			return nil, wrong("schema: " + err.Error())
		}
		out.schema = b.Bytes()
	}
	out.user, err = template.New(name).Funcs(template.FuncMap{"data": datum}).Option("missingkey=error").Parse(parts["user"])
	if err != nil {
		return nil, wrong(err.Error())
	}
	escapeAll(out.user.Root)
	return out, nil
}

// escapeAll has every value that a template prints go through datum, so that no
// file can forget it.
func escapeAll(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			escapeAll(c)
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Args: []parse.Node{parse.NewIdentifier("data")}})
		}
	case *parse.RangeNode:
		escapeAll(n.List)
		escapeAll(n.ElseList)
	case *parse.IfNode:
		escapeAll(n.List)
		escapeAll(n.ElseList)
	case *parse.WithNode:
		escapeAll(n.List)
		escapeAll(n.ElseList)
	}
}

// maxDatum is how many characters of one piece reach a model.
const maxDatum = 4000

var brackets = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "＜", "&lt;", "＞", "&gt;", "﹤", "&lt;", "﹥", "&gt;")

// datum makes what others wrote fit to stand in a block: nothing that does not
// show, and no tags.
func datum(v any) string {
	s := chat.Clean(fmt.Sprint(v))
	n := 0
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef {
			return -1
		}
		if n++; n > maxDatum {
			return -1
		}
		return r
	}, s)
	return brackets.Replace(s)
}
