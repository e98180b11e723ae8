package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kefu/bot/ticket"
	"kefu/prompts"
)

// Somebody who types is known for ten seconds, in the shared memory under the
// case: "fd01=1764000000000,fd02=…". Two who write it at once may lose one of
// them until the next key is pressed, four seconds later.
const (
	typingFor = 10 * time.Second
	maxTyping = 8
)

func typingKey(id ticket.ID) string { return "typing/" + string(id) }

// types notes that this person is writing.
func (v *visit) types() error {
	id := ticket.ID(v.c.Param("id"))
	if _, err := v.Book.Get(v.ctx, id); err != nil {
		return err
	}
	now := v.Now()
	had, _, _ := v.Shared.Get(v.ctx, typingKey(id))
	all := []string{v.me.ID + "=" + strconv.FormatInt(now.UnixMilli(), 10)}
	for _, who := range typists(had, now) {
		if who != v.me.ID && len(all) < maxTyping {
			all = append(all, who+"="+stamp(had, who))
		}
	}
	// Redis out of reach only means that colleagues do not see it.
	_ = v.Shared.Set(v.ctx, typingKey(id), strings.Join(all, ","), typingFor)
	if v.Changes != nil {
		v.Changes.Publish(v.ctx, Topic(id))
	}
	v.c.Status(http.StatusNoContent)
	return nil
}

// typists are those in a value who wrote within ten seconds.
func typists(value string, now time.Time) []string {
	var all []string
	for part := range strings.SplitSeq(value, ",") {
		who, ms, ok := strings.Cut(part, "=")
		at, err := strconv.ParseInt(ms, 10, 64)
		if ok && err == nil && now.Sub(time.UnixMilli(at)) < typingFor && len(all) < maxTyping {
			all = append(all, who)
		}
	}
	return all
}

func stamp(value, who string) string {
	for part := range strings.SplitSeq(value, ",") {
		if w, ms, ok := strings.Cut(part, "="); ok && w == who {
			return ms
		}
	}
	return "0"
}

// typingLine is who else is writing to this customer, "" when nobody is.
func (v *visit) typingLine(ctx context.Context, t *ticket.Ticket) string {
	value, ok, _ := v.Shared.Get(ctx, typingKey(t.TicketID()))
	if !ok {
		return ""
	}
	var names []string
	for _, who := range typists(value, v.Now()) {
		if who != v.me.ID {
			names = append(names, v.Cases.Shown(who))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return v.Words.Line(prompts.PageTyping, prompts.Vars{"who": strings.Join(names, "、")})
}
