package answer

import (
	"context"
	"errors"

	"kefu/bot/llm"
	"kefu/bot/wording"
	"kefu/prompts"
)

// Model is what is asked. [llm.Client] is one.
type Model interface {
	// Do asks once. Its errors mean: go on without the model.
	Do(ctx context.Context, r llm.Request) (llm.Reply, error)
}

// ErrNoSupport: of what the model wrote nothing may be used. The caller goes on
// as if there were no model.
var ErrNoSupport = errors.New("answer: nothing of it is supported")

// Options are what an Answerer needs.
type Options struct {
	Model        Model
	Instructions *prompts.Instructions
	Allowed      func(text string) wording.Verdict // what may go to customers; nil: everything
	Names        []string                          // departments, places, people: not to be named unless the source does
}

// Answerer asks a model and lets through what holds. It keeps nothing and may be
// used by any number of goroutines.
type Answerer struct {
	model   Model
	prompts *prompts.Instructions
	allowed func(string) wording.Verdict
	names   []string
}

// New makes an Answerer. Without a model, or without instructions, each of its
// methods gives llm.ErrOff.
func New(o Options) *Answerer {
	a := &Answerer{model: o.Model, prompts: o.Instructions, allowed: o.Allowed}
	if a.allowed == nil {
		a.allowed = func(string) wording.Verdict { return wording.Verdict{} }
	}
	for _, n := range o.Names {
		if s := string(normal(n)); len([]rune(s)) >= 2 {
			a.names = append(a.names, s)
		}
	}
	return a
}

// off says that there is nobody to ask.
func (a *Answerer) off() bool { return a == nil || a.model == nil || a.prompts == nil }

// ask sends an instruction and gives back what the model wrote.
func (a *Answerer) ask(ctx context.Context, in prompts.Instruction, key string, names []string, tokens int) (string, error) {
	reply, err := a.model.Do(ctx, llm.Request{
		Prompt: in.Name, Version: in.Version, System: in.System, User: in.User, Schema: in.Schema,
		MaxTokens: tokens, Names: names, Case: key,
	})
	if err != nil {
		return "", err
	}
	return cut(reply.Text, maxReply), nil
}

// maxReply is how many characters of a model's text are looked at.
const maxReply = 4000

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}
