package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"kefu/bot/ticket"
)

// suggested is what a model adds to a case's page.
type suggested struct {
	Draft   string `json:"draft,omitempty"`   // a reply to look at and send
	Summary string `json:"summary,omitempty"` // what the case is about
}

const (
	suggestWithin = 12 * time.Second
	suggestKept   = 10 * time.Minute
)

// suggest gives a draft of the next reply and a summary, once for each state of
// the talk; empty ones when there is nothing to propose.
func (v *visit) suggest() error {
	t, err := v.Book.Get(v.ctx, ticket.ID(v.c.Param("id")))
	if err != nil {
		return err
	}
	if v.Cases.Assistant == nil {
		v.c.Status(http.StatusNoContent)
		return nil
	}
	ctx, cancel := context.WithTimeout(v.ctx, suggestWithin)
	defer cancel()
	key := "suggest/" + t.ID + "/" + strconv.Itoa(len(t.History)+t.Dropped)
	var s suggested
	if had, ok, err := v.Shared.Get(ctx, key); err == nil && ok && json.Unmarshal([]byte(had), &s) == nil {
		v.c.JSON(http.StatusOK, s)
		return nil
	}
	unlock, ok, err := v.Shared.Lock(ctx, key+"/asked", suggestWithin)
	if err != nil || !ok { // another page of this case is asking
		v.c.Status(http.StatusNoContent)
		return nil
	}
	defer unlock()
	s = suggested{Draft: v.Cases.SuggestReply(ctx, t), Summary: v.Cases.SumUp(ctx, t)}
	if b, err := json.Marshal(s); err == nil {
		_ = v.Shared.Set(ctx, key, string(b), suggestKept) // without it the model is asked again
	}
	v.c.JSON(http.StatusOK, s)
	return nil
}
