package llm

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// Request is one question to the model.
type Request struct {
	Prompt  string // name of the prompt, [a-z_], at most 32: "understand", "answer", "summary", "draft", "article"
	Version string // of its text, [a-zA-Z0-9._-], at most 32; kept in the ledger
	System  string // instructions; never holds a word that a customer wrote
	User    string // data: all that others wrote
	// Schema is the JSON schema that the answer must meet; nil: free text. It is
	// shown to the model behind System.
	Schema    json.RawMessage
	MaxTokens int      // longest answer; 0: 600
	Names     []string // of people in User, masked besides what patterns find
	Case      string   // ticket id or message key, for the ledger; never text
}

// Reply is what the model said.
type Reply struct {
	Text    string        // with a schema: one JSON object that meets it, compact
	In, Out int           // tokens, of all attempts
	Cost    int64         // millionths of 元, of all attempts
	Took    time.Duration // from asking to having it
	Cut     bool          // MaxTokens ended a free text
}

const (
	maxText       = 256 << 10 // bytes of System, User and Schema together
	defaultTokens = 600
)

var (
	promptForm  = regexp.MustCompile(`^[a-z_]{1,32}$`)
	versionForm = regexp.MustCompile(`^[a-zA-Z0-9._-]{0,32}$`)
)

// check finds mistakes of the program: nothing in a message leads to them but
// its length, which callers bound.
func (r Request) check() error {
	switch {
	case !promptForm.MatchString(r.Prompt) || !versionForm.MatchString(r.Version):
		return fmt.Errorf("llm: bad prompt name or version")
	case r.System == "" || r.User == "":
		return fmt.Errorf("llm: prompt %s: instructions or data are missing", r.Prompt)
	case len(r.System)+len(r.User)+len(r.Schema) > maxText:
		return fmt.Errorf("llm: prompt %s: more than %d bytes", r.Prompt, maxText)
	case len(r.Case) > 256 || r.MaxTokens < 0:
		return fmt.Errorf("llm: prompt %s: bad case or length", r.Prompt)
	}
	return nil
}

func (r Request) tokens() int {
	if r.MaxTokens == 0 {
		return defaultTokens
	}
	return r.MaxTokens
}
