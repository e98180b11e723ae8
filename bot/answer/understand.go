package answer

import (
	"context"
	"encoding/json"
	"fmt"

	"kefu/bot/intent"
	"kefu/bot/llm"
	"kefu/prompts"
)

// Turn is a message to be understood.
type Turn struct {
	Key        string // of the message, for the ledger
	Text       string
	Own        intent.Reading // what rules and classifier read
	Earlier    []prompts.Said // what was said before, oldest first; the last 6 are used
	Asked      intent.Slot    // what we have just asked for
	Categories []string       // ids of the pack's categories
	Names      []string       // of people, to be masked
}

// certain is the confidence from which our own reading needs no second one.
const certain = 0.6

// Unsure says whether a model's reading could help: we did not understand, are
// not sure, or two readings that exclude each other are about as likely. What a
// rule has found is sure.
func Unsure(r intent.Reading) bool {
	if len(r.Intents) == 0 || r.Main == intent.Unknown || r.Main == "" {
		return true
	}
	if r.Major || r.Safety || r.SelfHarm {
		return false
	}
	top := r.Intents[0].Confidence
	if kept[r.Intents[0].Intent] && top >= 0.9 {
		return false
	}
	if top < certain {
		return true
	}
	return len(r.Intents) > 1 && top < 0.75 && top-r.Intents[1].Confidence < 0.08
}

// kept intents are never taken away from a reading.
var kept = map[intent.Intent]bool{
	intent.Human: true, intent.Unsubscribe: true, intent.Erase: true, intent.SelfHarm: true, intent.Complaint: true,
}

// told is a model's reading, as the schema of its prompt has it.
type told struct {
	Intents []struct {
		Intent     intent.Intent `json:"intent"`
		Confidence float64       `json:"confidence"`
	} `json:"intents"`
	Danger    bool   `json:"danger"`
	SelfHarm  bool   `json:"selfharm"`
	Threat    bool   `json:"threat"`
	Urgency   string `json:"urgency"`
	Sentiment string `json:"sentiment"`
	Fields    struct {
		Room    string `json:"room"`
		Phone   string `json:"phone"`
		Order   string `json:"order"`
		Number  string `json:"number"`
		Product string `json:"product"`
		Amount  string `json:"amount"`
		When    string `json:"when"`
		Name    string `json:"name"`
		Address string `json:"address"`
		Serial  string `json:"serial"`
	} `json:"fields"`
	Category string `json:"category"`
	Thing    string `json:"thing"`
}

const maxEarlier = 6

// Understand reads a message with a model and merges that with our own reading,
// which it returns unchanged when there is no model or none that answers: the
// error then says why and may be ignored. Whatever the model says, nothing that
// rules found is lost, and no field is there that the customer did not write.
func (a *Answerer) Understand(ctx context.Context, t Turn) (intent.Reading, error) {
	if a.off() {
		return t.Own, llm.ErrOff
	}
	earlier := t.Earlier[max(0, len(t.Earlier)-maxEarlier):]
	in := a.prompts.Understand(prompts.UnderstandData{
		Text: cut(t.Text, maxText), Earlier: shortened(earlier), Asked: string(t.Asked), Categories: t.Categories,
	})
	text, err := a.ask(ctx, in, t.Key, t.Names, 400)
	if err != nil {
		return t.Own, err
	}
	var m told
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return t.Own, fmt.Errorf("answer: %w", llm.ErrFormat)
	}
	return merge(t, m), nil
}

// maxText is how many characters of one message reach a model.
const maxText = 1000

func shortened(lines []prompts.Said) []prompts.Said {
	out := make([]prompts.Said, len(lines))
	for i, l := range lines {
		out[i] = prompts.Said{Who: l.Who, Text: cut(l.Text, 300)}
	}
	return out
}
