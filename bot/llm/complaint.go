package llm

import (
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// What servers refuse that others want: each speaks its own dialect of the
// interface. OpenAI's later models take max_completion_tokens and no temperature,
// many others know neither that nor response_format.
const (
	paramJSON   = "response_format"
	paramTokens = "max_tokens"
)

// complaint is which of our parameters a server's error is about, "" when it does
// not say.
func complaint(e *openai.APIError) string {
	if e.Param != nil {
		if p := paramIn(*e.Param); p != "" {
			return p
		}
	}
	return paramIn(e.Message)
}

func paramIn(s string) string {
	switch {
	case strings.Contains(s, paramJSON), strings.Contains(s, "json_object"):
		return paramJSON
	case strings.Contains(s, paramTokens), strings.Contains(s, "max_completion_tokens"), strings.Contains(s, "temperature"):
		return paramTokens
	}
	return ""
}

// dialect is how the server wants to be asked; it is found out by the first call.
type dialect struct {
	noJSON    bool // no response_format
	reasoning bool // max_completion_tokens, no temperature
}

// after is the dialect to try once a server has refused d, and false when there
// is none left that could help.
func (d dialect) after(e *APIError, wantsJSON bool) (dialect, bool) {
	switch {
	case e.param == paramTokens && !d.reasoning:
		d.reasoning = true
	case e.param != paramTokens && wantsJSON && !d.noJSON:
		d.noJSON = true
	default:
		return d, false
	}
	return d, true
}
