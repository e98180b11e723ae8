package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"kefu/bot/llm"
)

// maxBody is the longest request, in bytes.
const maxBody = 4 << 20

func (s *Server) allowed(w http.ResponseWriter, r *http.Request) bool {
	if s.cfg.Key == "" || r.Header.Get("Authorization") == "Bearer "+s.cfg.Key {
		return true
	}
	key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	// As OpenAI does: its error quotes the key.
	refuse(w, http.StatusUnauthorized, "Incorrect API key provided: "+key, "invalid_api_key", "")
	return false
}

func (s *Server) models(w http.ResponseWriter, r *http.Request) {
	if s.allowed(w, r) {
		send(w, map[string]any{"object": "list", "data": []any{map[string]string{"id": "sim", "object": "model"}}})
	}
}

func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	if !s.allowed(w, r) {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusBadRequest, "body", "invalid_request_error", "")
		return
	}
	call, err := parse(body, r.Header.Get(llm.PromptHeader))
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error(), "invalid_request_error", "")
		return
	}
	reply := s.next(call)
	if reply.Delay > 0 {
		t := time.NewTimer(reply.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	answer(w, call, reply)
}

func parse(body []byte, header string) (Call, error) {
	var req struct {
		Model          string    `json:"model"`
		Messages       []Message `json:"messages"`
		MaxTokens      int       `json:"max_tokens"`
		MaxCompletion  int       `json:"max_completion_tokens"`
		Stream         bool      `json:"stream"`
		ResponseFormat struct {
			Type string `json:"type"`
		} `json:"response_format"`
	}
	if err := json.Unmarshal(body, &req); err != nil || len(req.Messages) == 0 || req.Model == "" {
		return Call{}, fmt.Errorf("you must provide a model and messages")
	}
	c := Call{
		Model: req.Model, Messages: req.Messages, Stream: req.Stream, Body: body,
		JSON: req.ResponseFormat.Type == "json_object", MaxTokens: max(req.MaxTokens, req.MaxCompletion),
	}
	c.Prompt, c.Version, _ = strings.Cut(header, "/")
	for _, m := range req.Messages {
		switch {
		case m.Role == "system" && c.System == "":
			c.System = m.Content
		case m.Role == "user" && c.User == "":
			c.User = m.Content
		}
	}
	if _, schema, ok := strings.Cut(c.System, llm.SchemaMark); ok {
		c.Schema = bytes.TrimSpace([]byte(schema))
	}
	if c.JSON && !strings.Contains(strings.ToLower(c.System+c.User), "json") {
		// OpenAI: "'messages' must contain the word 'json' in some form".
		return Call{}, fmt.Errorf("'messages' must contain the word 'json' in some form, to use 'response_format'")
	}
	return c, nil
}

func answer(w http.ResponseWriter, c Call, r Reply) {
	if r.RetryAfter != "" {
		w.Header().Set("Retry-After", r.RetryAfter)
	}
	switch {
	case r.Fault == Reset:
		hangUp(w)
	case r.Fault == Redirect:
		w.Header().Set("Location", "https://example.invalid/v1/chat/completions")
		w.WriteHeader(http.StatusTemporaryRedirect)
	case r.Status != 0 && r.Status != http.StatusOK:
		refuse(w, r.Status, r.Text, r.Code, r.Param)
	case r.Fault == Page:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>502 Bad Gateway</body></html>")
	case r.Fault == Unread:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `["not", "an", "answer"]`)
	case r.Fault == Endless:
		endless(w)
	case c.Stream:
		stream(w, c, r)
	default:
		whole(w, c, r)
	}
}

// hangUp ends the connection; what was written stays half.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // a reset, not an end
	}
	_ = conn.Close()
}

// endless writes far more than anybody should read.
func endless(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"choices":[{"message":{"role":"assistant","content":"`)
	block := strings.Repeat("长", 10_000)
	for range 400 {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
}

func usage(c Call, r Reply) map[string]int {
	u := r.Usage
	if u == nil {
		u = &Usage{utf8.RuneCountInString(c.System) + utf8.RuneCountInString(c.User), utf8.RuneCountInString(r.Text)}
	}
	return map[string]int{"prompt_tokens": u.In, "completion_tokens": u.Out, "total_tokens": u.In + u.Out}
}

func finish(r Reply) string {
	if r.Finish == "" {
		return "stop"
	}
	return r.Finish
}

func whole(w http.ResponseWriter, c Call, r Reply) {
	choices := []any{map[string]any{
		"index": 0, "finish_reason": finish(r), "message": Message{"assistant", r.Text},
	}}
	if r.Fault == Empty {
		choices = []any{}
	}
	out := map[string]any{"id": "sim", "object": "chat.completion", "model": c.Model, "choices": choices, "usage": usage(c, r)}
	if r.Fault != Half {
		send(w, out)
		return
	}
	b, _ := json.Marshal(out)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	_, _ = w.Write(b[:len(b)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// stream sends the text as server-sent events, some characters each.
func stream(w http.ResponseWriter, c Call, r Reply) {
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(delta map[string]string, end any) {
		b, _ := json.Marshal(map[string]any{
			"id": "sim", "object": "chat.completion.chunk", "model": c.Model,
			"choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": end}},
		})
		fmt.Fprintf(w, "data: %s\n\n", b)
		_ = http.NewResponseController(w).Flush()
	}
	event(map[string]string{"role": "assistant"}, nil)
	text := []rune(r.Text)
	for i := 0; i < len(text); i += 8 {
		if r.Fault == Half && i > len(text)/2 {
			panic(http.ErrAbortHandler)
		}
		event(map[string]string{"content": string(text[i:min(i+8, len(text))])}, nil)
	}
	event(map[string]string{}, finish(r))
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, message, code, param string) {
	e := map[string]any{"message": message, "type": "invalid_request_error", "code": code}
	if param != "" {
		e["param"] = param
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
}
