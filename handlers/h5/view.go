package h5

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// page is what the customer sees.
type page struct {
	Title, Brand, No, Path, Once, Stamp string
	Say                                 string // instead of a case
	Said                                string // what came of the last tap
	Steps                               []step
	Clock                               string
	Late                                bool
	Trail                               []event
	Talk                                []event
	Open, Ask, Rate, Again              bool // which buttons there are
	Scores                              []chat.Option
	Rating                              string
	Tail                                string
}

type step struct {
	Title     string
	Done, Now bool
}

type event struct {
	At, Name, Text, Picture string
	Mine                    bool
}

const maxEvents = 60

func (s *Site) show(c *gin.Context, t *ticket.Ticket) error {
	p := s.view(t)
	p.Said = sayings[c.Query("ok")]
	s.render(c, http.StatusOK, p)
	return nil
}

func (s *Site) view(t *ticket.Ticket) page {
	now := s.Now()
	p := page{
		Title: t.Title, Brand: s.Brand, No: t.No, Path: s.path(t.TicketID()), Once: rand.Text(), Stamp: s.stamp,
		Steps: steps(t), Open: t.IsOpen(), Tail: s.Words.Line(prompts.PageCustomerTail, nil),
	}
	if p.Title == "" {
		p.Title = "您的事"
	}
	p.Clock, p.Late = s.clock(t, now)
	p.Ask = t.State == ticket.Resolved
	p.Again = t.State == ticket.Closed && t.Into == "" && now.Before(t.Solved.Add(s.Book.Limits().Reopen).Time())
	for _, e := range t.Progress() {
		p.Trail = append(p.Trail, event{At: s.Calendar.When(e.At.Time(), now), Text: e.Line})
	}
	p.Talk = s.talk(t, now)
	judged := t.Rating != nil
	p.Rate = t.State == ticket.Closed && t.Into == "" && (!judged || now.Sub(t.Rating.At.Time()) < 24*time.Hour) && s.rated(t)
	if judged {
		p.Rating = s.Pack().Rating(t.Rating.Score)
	}
	for score := 5; score >= 1; score-- {
		p.Scores = append(p.Scores, chat.Option{Key: strconv.Itoa(score), Label: s.Pack().Rating(score)})
	}
	return p
}

// rated says whether a case of this kind is judged: one that a person touched.
func (s *Site) rated(t *ticket.Ticket) bool {
	k := s.Pack().Kind(string(t.Kind))
	return k != nil && k.Rated && !t.Answered.IsZero()
}

// steps are the four that every case goes through.
func steps(t *ticket.Ticket) []step {
	at := map[ticket.State]int{ticket.New: 0, ticket.Working: 1, ticket.Waiting: 1, ticket.Resolved: 2, ticket.Closed: 3}[t.State]
	names := []string{"已收到", "有人在办", "等您确认", "办好了"}
	if t.State == ticket.Waiting {
		names[1] = "等您回复"
	}
	all := make([]step, len(names))
	for i, n := range names {
		all[i] = step{n, i < at || at == 3, i == at}
	}
	return all
}

// clock is what was promised, until when.
func (s *Site) clock(t *ticket.Ticket, now time.Time) (text string, late bool) {
	switch {
	case t.State == ticket.Waiting:
		return "等您回一句", false
	case t.State == ticket.Resolved:
		return "这件事可以了吗？", false
	case !t.IsOpen():
		return "已办好", false
	}
	at := t.Bound()
	if at.IsZero() {
		return "", false
	}
	what := "给您答复"
	if at.Equal(t.Clocks.Solve) {
		what = "办好"
	}
	if at.Before(store.At(now)) {
		return "说好 " + s.Calendar.When(at.Time(), now) + " " + what + "，晚了，对不起。可以点“催一下”", true
	}
	return s.Calendar.Clock(at.Time(), now) + what, false
}

// talk is what the customer wrote and what we told them; nothing else.
func (s *Site) talk(t *ticket.Ticket, now time.Time) []event {
	var all []event
	for _, e := range t.History {
		x := event{At: s.Calendar.When(e.At.Time(), now), Text: e.Text}
		switch {
		case e.What == ticket.Said && e.Who == ticket.ByCustomer:
			x.Mine, x.Name = true, "您"
		case e.What == ticket.Answer && e.Who == ticket.ByBot:
			x.Name = s.Pack().General.Bot
		case e.What == ticket.Answer:
			x.Name = s.Cases.Shown(e.Who)
		default:
			continue
		}
		if n := e.File; n > 0 && n <= len(t.Files) && t.Files[n-1].Kind == chat.Image && t.Files[n-1].ID != "" {
			x.Picture = s.path(t.TicketID()) + "/file/" + strconv.Itoa(n)
			x.Text = strings.TrimPrefix(x.Text, "［图片］")
		}
		all = append(all, x)
	}
	return all[max(0, len(all)-maxEvents):]
}
