package bot_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot"
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/inbox"
	"kefu/bot/intent"
	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
	"kefu/store/sqlite"
)

// stage is a whole department without its channels: what is sent is kept.
type stage struct {
	t     testing.TB
	bot   *bot.Bot
	desk  *casework.Desk
	talks *conversation.Talks
	out   *delivery.Outbox
	post  *post
	mu    sync.Mutex
	clock time.Time
	n     int
}

// post is the channel: it takes everything.
type post struct {
	mu       sync.Mutex
	rendered map[string]chat.Content
	sent     []sentItem
}

type sentItem struct {
	To      chat.Address
	Content chat.Content
}

func (p *post) Render(_ context.Context, id string, _ chat.Address, c chat.Content) (chat.Call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rendered[id] = c
	return chat.Call{Name: "call", Body: []byte(id)}, nil
}

func (p *post) Send(_ context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, sentItem{to, p.rendered[string(call.Body)]})
	return chat.Receipt{Response: "code/" + string(call.Body)}, nil
}

func (p *post) take() []sentItem {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.sent
	p.sent = nil
	return all
}

var people = []staff.Person{
	{ID: "chen", Name: "前台一号", ShownAs: "小陈", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
	{ID: "zhou", Name: "夜班", ShownAs: "小周", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 22:00-08:00"},
	{ID: "lead", Name: "客服组长", ShownAs: "陈静", Roles: []string{"lead"}, Team: "front"},
	{ID: "liu", Name: "客服经理", ShownAs: "刘峰", Roles: []string{"manager"}, Team: "cs"},
	{ID: "gm", Name: "总经理", ShownAs: "周总", Roles: []string{"leader"}, Team: "office"},
	{ID: "wang", Name: "工程", ShownAs: "王师傅", Roles: []string{"agent"}, Team: "eng"},
	{ID: "he", Name: "康乐", ShownAs: "小何", Roles: []string{"agent"}, Team: "rec"},
	{ID: "lin", Name: "管家", ShownAs: "林悦", Roles: []string{"agent", "butler"}, Team: "cs"},
}

func newStage(t testing.TB) *stage {
	t.Helper()
	engine, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stageOn(t, engine, false)
}

// stageOn is a stage on that store, which it closes.
func stageOn(t testing.TB, engine store.Engine, alone bool) *stage {
	t.Helper()
	ctx := t.Context()
	s := &stage{t: t, post: &post{rendered: map[string]chat.Content{}}, clock: time.Date(2026, 11, 24, 14, 5, 0, 0, hours.China())}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { engine.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	pack, err := desk.Load("hotel")
	must(err)
	cal := hours.NewCalendar(nil, nil)
	roster, err := staff.NewRoster(people, cal)
	must(err)
	words, err := prompts.Open("hotel", "", log)
	must(err)
	words = words.With(prompts.Vars{"brand": "湖畔", "bot": "小栖", "privacy_url": "https://kefu.example.com/privacy"})
	book, err := ticket.Open(ctx, engine, s.now, hours.China(), ticket.Usual)
	must(err)
	talks, err := conversation.Open(ctx, engine, s.now)
	must(err)
	file, err := customer.Open(ctx, engine, s.now)
	must(err)
	states, err := staff.OpenStates(ctx, engine)
	must(err)
	know, err := knowledge.Open(ctx, engine, knowledge.Options{})
	must(err)
	_, err = know.Seed(ctx, os.DirFS("knowledge"), s.now())
	must(err)
	box, err := inbox.Open(ctx, engine, s.now)
	must(err)
	if alone {
		book.Alone()
		talks.Alone()
		file.Alone()
	}
	office, err := hours.Parse("Mon-Sun 08:00-22:00")
	must(err)
	d := &casework.Desk{
		Book: book, People: file, Talks: talks, Roster: roster, States: states, Pack: pack.Self, Calendar: cal,
		Office: cal.With(office), Words: words, Now: s.now, Log: log, Robots: []string{"staff", "escalation"},
	}
	out, err := delivery.New(ctx, delivery.Deps{
		Store: engine, Ledger: talks, Now: s.now, Log: log, OnUndelivered: d.Undelivered, Alone: alone,
		Carriers: map[chat.Channel]chat.Carrier{chat.OA: s.post, chat.WeCom: s.post, chat.Robot: s.post},
	})
	must(err)
	d.Out = out
	lex := intent.Lexicon{}
	for _, c := range pack.Categories {
		cat := intent.Category{ID: c.ID, Words: c.Words}
		for _, tp := range c.Topics {
			cat.Words = append(cat.Words, tp.Words...)
		}
		lex.Categories = append(lex.Categories, cat)
	}
	s.bot = bot.New(bot.Parts{
		Inbox: box, Talks: talks, People: file, Cases: d, Out: out, Reader: intent.New(lex), Know: know,
		Words: words, Now: s.now, Zone: hours.China(), Log: log, Alone: alone,
	})
	s.desk, s.talks, s.out = d, talks, out
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.bot.Close(ctx); err != nil {
			t.Error(err)
		}
		out.Close(ctx)
	})
	return s
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

// receive hands a message over and returns the passive reply.
func (s *stage) receive(m chat.Message) chat.Content {
	s.t.Helper()
	s.n++
	sum := sha256.Sum256([]byte(fmt.Sprint(s.t.Name(), s.n)))
	m.Key, m.Account, m.At = hex.EncodeToString(sum[:]), "hotel", store.At(s.now().Truncate(time.Second))
	a, err := s.bot.Receive(s.t.Context(), m)
	if err != nil {
		s.t.Fatal(err)
	}
	a.Sent()
	s.quiet(m.Customer())
	return a.Content
}

// quiet waits until the conversation has nothing left to do.
func (s *stage) quiet(who chat.CustomerID) {
	s.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		c, err := s.talks.With(s.t.Context(), who)
		if err != nil {
			s.t.Fatal(err)
		}
		open, _, err := s.out.Busy(s.t.Context(), who, "")
		if err != nil {
			s.t.Fatal(err)
		}
		if len(c.Effects) == 0 && !open {
			return
		}
		time.Sleep(2 * time.Millisecond) // polling, bounded above
	}
	for _, c := range s.cases(who) {
		list, _ := s.out.OfTicket(s.t.Context(), c.ID)
		for _, x := range list {
			s.t.Logf("%s %s %s retry %s lease %s due %s reason %s %+v", x.ID, x.To.User, x.State, x.Retry, x.Lease, x.Due, x.Reason, x.Ways)
		}
	}
	s.t.Fatal("the conversation does not come to rest")
}

func (s *stage) say(who, text string) string {
	return plain(s.receive(chat.Message{From: who, Kind: chat.Text, Text: text}))
}

func (s *stage) tap(who, key string) string {
	return plain(s.receive(chat.Message{From: who, Kind: chat.Text, Text: "x", Tapped: key}))
}

func plain(c chat.Content) string {
	return c.Fill(func(o chat.Option) string { return "[[" + o.Label + "|" + o.Key + "]]" })
}

func (s *stage) cases(who chat.CustomerID) []*ticket.Ticket {
	list, err := s.desk.Book.Of(s.t.Context(), who, 5)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// open is the customer's newest case.
func (s *stage) open(who string) *ticket.Ticket {
	s.t.Helper()
	list, err := s.desk.Book.Of(s.t.Context(), chat.Customer("hotel", who), 5)
	if err != nil || len(list) == 0 {
		s.t.Fatalf("no case of %s: %v", who, err)
	}
	return list[0]
}

// show is what was sent, one line each, for reading a failure.
func show(items []sentItem) string {
	var b strings.Builder
	for _, i := range items {
		text := i.Content.Plain()
		if c := i.Content.Card; c != nil {
			text = fmt.Sprintf("[%s] %s | %s | %q", i.Content.Form, c.Title, c.Desc, c.Quote)
			for _, l := range c.Lines {
				text += "\n      " + l.Name + " = " + l.Value
			}
			if c.Select != nil {
				text += fmt.Sprintf("\n      下拉 %s %v", c.Select.Label, c.Select.Options)
			}
			text += fmt.Sprintf("\n      %v %s", c.Buttons, c.Done)
		}
		fmt.Fprintf(&b, "  → %s/%s %s\n", i.To.Channel, i.To.User, text)
	}
	return b.String()
}
