package workbench

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/approval"
	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
	"kefu/store/sqlite"
	"kefu/store/storetest"
)

// stage is a bench with everything around it but the channels: what is to be sent
// is read from the store.
type stage struct {
	*Bench
	t      *testing.T
	engine *storetest.FaultyEngine
	dying  *dying
	talks  *conversation.Talks
	posts  *store.Collection[delivery.Delivery]
	mu     sync.Mutex
	clock  time.Time
	n      int
	last   chat.Message
}

// post is every channel: it takes everything and gives a code for each card.
type post struct{}

func (post) Render(_ context.Context, id string, _ chat.Address, c chat.Content) (chat.Call, error) {
	if c.IsZero() {
		return chat.Call{}, errors.New("nothing to say")
	}
	return chat.Call{Name: "call", Body: []byte(id)}, nil
}

func (post) Send(_ context.Context, _ chat.Address, call chat.Call) (chat.Receipt, error) {
	return chat.Receipt{Response: "code/" + string(call.Body)}, nil
}

var people = []staff.Person{
	{ID: "fd01", WecomID: "chen", Name: "前台一号", ShownAs: "小陈", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
	{ID: "fd02", WecomID: "zhou", Name: "前台二号", ShownAs: "小周", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
	{ID: "lead01", WecomID: "jing", Name: "客服组长", ShownAs: "陈静", Roles: []string{"lead"}, Team: "front", Phone: "13900000001"},
	{ID: "mgr01", WecomID: "liu", Name: "客服经理", ShownAs: "刘峰", Roles: []string{"manager"}, Team: "cs"},
	{ID: "eng01", WecomID: "wang", Name: "工程一号", ShownAs: "王师傅", Roles: []string{"agent"}, Team: "eng"},
	{ID: "rec01", WecomID: "he", Name: "康乐一号", ShownAs: "小何", Roles: []string{"agent"}, Team: "rec", NoCard: true},
}

func newStage(t *testing.T) *stage {
	t.Helper()
	ctx := t.Context()
	s := &stage{t: t, clock: time.Date(2026, 11, 24, 14, 5, 0, 0, hours.China())}
	memory, err := sqlite.OpenMemory(ctx)
	s.ok(err)
	t.Cleanup(func() { _ = memory.Close() })
	s.dying = &dying{Engine: memory}
	engine := storetest.Faulty(s.dying)
	s.engine = engine
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	pack, err := desk.Load("hotel")
	s.ok(err)
	cal := hours.NewCalendar(nil, nil)
	roster, err := staff.NewRoster(people, cal)
	s.ok(err)
	words, err := prompts.Open("hotel", "", log)
	s.ok(err)
	book, err := ticket.Open(ctx, engine, s.now, hours.China(), ticket.Usual)
	s.ok(err)
	s.talks, err = conversation.Open(ctx, engine, s.now)
	s.ok(err)
	file, err := customer.Open(ctx, engine, s.now)
	s.ok(err)
	states, err := staff.OpenStates(ctx, engine)
	s.ok(err)
	grants, err := approval.Open(ctx, engine, s.now)
	s.ok(err)
	know, err := knowledge.Open(ctx, engine, knowledge.Options{})
	s.ok(err)
	_, err = know.Seed(ctx, os.DirFS("../knowledge"), s.now())
	s.ok(err)
	office, err := hours.Parse("Mon-Sun 08:00-22:00")
	s.ok(err)
	d := &casework.Desk{
		Book: book, People: file, Talks: s.talks, Roster: roster, States: states, Grants: grants, Pack: pack.Self, Calendar: cal,
		Office: cal.With(office), Words: words, Now: s.now, Log: log,
	}
	s.posts, err = store.Open[delivery.Delivery](ctx, engine, "deliveries") // before the outbox makes its indexes
	s.ok(err)
	out, err := delivery.New(ctx, delivery.Deps{
		Store: engine, Ledger: s.talks, Now: s.now, Log: log, OnUndelivered: d.Undelivered,
		Carriers: map[chat.Channel]chat.Carrier{chat.OA: post{}, chat.WeCom: post{}, chat.Robot: post{}},
	})
	s.ok(err)
	d.Out = out
	t.Cleanup(func() { _ = out.Close(context.Background()) })
	s.Bench, err = New(ctx, Deps{
		Store: engine, Cases: d, Roster: roster, States: states, Book: book, People: file, Know: know, Out: out,
		Pack: pack.Self, Words: words, Calendar: cal, Now: s.now, Log: log,
		Fetch: func(_ context.Context, media string) (string, error) {
			if media == "gone" {
				return "", errors.New("40007")
			}
			return "f-" + media, nil
		},
	})
	s.ok(err)
	return s
}

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
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

// numbered finds a cause whose case gets that number.
func numbered(no int) string {
	for i := range 1 << 20 {
		cause := fmt.Sprint("cause", i)
		sum := sha256.Sum256([]byte(string(ticket.NewID(cause, 0)) + "#0"))
		if int(4000+binary.BigEndian.Uint64(sum[:8])%6000) == no {
			return cause
		}
	}
	return ""
}

// open makes a customer write and opens a case of theirs.
func (s *stage) open(no int, kind ticket.Kind, guest, phone, room, words string) *ticket.Ticket {
	s.t.Helper()
	ctx := s.t.Context()
	who := chat.Customer("hotel", "o"+fmt.Sprint(no))
	at := store.At(s.now())
	_, err := s.talks.Change(ctx, who, func(c *conversation.Conversation) error {
		c.Opens(&chat.Message{Key: fmt.Sprint("wrote", no), Account: "hotel", At: at, Kind: chat.Text, Text: words})
		return nil
	})
	s.ok(err)
	s.ok(s.People.Learn(ctx, who, "seed", customer.Change{Name: guest, Phone: phone, Room: room, At: at}))
	g, err := s.Cases.Guest(ctx, who)
	s.ok(err)
	in := casework.Intake{Cause: numbered(no), Kind: kind, Who: who, Guest: g, Words: words, Matter: words, Room: room}
	if c, topic := s.Pack().Match(words); c != nil {
		in.Category = c.ID
		if topic != nil {
			in.Thing = topic.Title
		}
	}
	if shown, major := s.Pack().Major(words); major {
		in.Level, in.Alarms = ticket.Major, shown
	}
	on, err := s.Cases.Draft(ctx, in)
	s.ok(err)
	s.ok(s.Cases.Open(ctx, on))
	s.settle()
	s.pass(time.Second)
	return on
}

func (s *stage) get(no string) *ticket.Ticket {
	s.t.Helper()
	on, err := s.Book.ByNo(s.t.Context(), no)
	s.ok(err)
	return on
}

// person is one of the staff by shown name.
func (s *stage) person(shown string) staff.Person {
	p, ok := s.Roster.Find(shown)
	if !ok {
		return staff.Person{WecomID: shown}
	}
	return p
}

// send hands a message over and returns the answer with the cards that came of it.
func (s *stage) send(m chat.Message) string {
	s.t.Helper()
	s.n++
	sum := sha256.Sum256([]byte(fmt.Sprint(s.t.Name(), s.n)))
	m.Key, m.Account, m.At = hex.EncodeToString(sum[:]), "wecom", store.At(s.now())
	s.last = m
	return s.handle(m)
}

func (s *stage) handle(m chat.Message) string {
	s.t.Helper()
	r, err := s.Handle(s.t.Context(), m)
	s.ok(err)
	var parts []string
	if r.Text != "" {
		parts = append(parts, strings.ReplaceAll(r.Text, "\n", "／"))
	}
	came, err := s.posts.List(s.t.Context(), store.Query{Where: []store.Cond{store.Where("id", store.Prefix, "bench/"+m.Key+"/")}, Limit: 100})
	s.ok(err)
	slices.SortStableFunc(came, func(a, b *delivery.Delivery) int { return a.CreatedAt.Time().Compare(b.CreatedAt.Time()) })
	for _, d := range came {
		to := ""
		if d.To.User != m.From {
			p, _ := s.Roster.ByWecom(d.To.User)
			to = "给" + p.ShownAs + "："
		}
		switch c := d.Content; c.Form {
		case chat.AsUpdate:
			parts = append(parts, "灰："+c.Card.Done)
		case chat.AsText:
			parts = append(parts, to+c.Text)
		default:
			parts = append(parts, to+face(c.Card))
		}
	}
	s.settle()
	s.pass(time.Second)
	return strings.Join(parts, " ｜ ")
}

// settle waits until what can leave now has left.
func (s *stage) settle() {
	s.t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); <-look.C {
		s.sweep()
		now := store.At(s.now())
		rests := map[chat.Address]bool{} // somebody in the lane waits for a later time
		busy := false
		open, err := s.posts.List(s.t.Context(), store.Query{Where: []store.Cond{store.Where("lane", store.Exists)}, Limit: 1000})
		s.ok(err)
		for _, d := range open {
			rests[d.To] = rests[d.To] || d.State == delivery.Queued && d.Retry.After(now)
		}
		for _, d := range open {
			busy = busy || d.State == delivery.Sending || d.State == delivery.Queued && !rests[d.To]
		}
		if !busy {
			return
		}
	}
	for _, d := range s.sentTo("") {
		if !d.Final() && d.State != delivery.Held {
			s.t.Logf("%s %s retry %s", d.ID, d.State, d.Retry)
		}
	}
	s.t.Fatal("the outbox does not come to rest")
}

// sweep does what is due, as the clock would.
func (s *stage) sweep() {
	s.t.Helper()
	now := store.At(s.now())
	for _, src := range s.Out.Sources() {
		refs, err := src.Due(s.t.Context(), now, 50)
		s.ok(err)
		for _, r := range refs {
			mine, err := src.Claim(s.t.Context(), r.ID, now, 20*time.Second)
			s.ok(err)
			if mine {
				s.ok(src.Run(s.t.Context(), r.ID))
			}
		}
	}
}

// face is a card as words: 卡：办结 4827 · 原因［下一步］.
func face(c *chat.Card) string {
	text := "卡：" + c.Title
	for _, b := range c.Buttons {
		text += "［" + b.Label + "］"
	}
	return text
}

// sentTo is what was posted to a WeCom user ("" for everybody), oldest first.
func (s *stage) sentTo(user string) []*delivery.Delivery {
	s.t.Helper()
	all, err := s.posts.List(s.t.Context(), store.Query{Order: []store.Order{{Field: "created_at"}}, Limit: 1000})
	s.ok(err)
	return slices.DeleteFunc(all, func(d *delivery.Delivery) bool { return user != "" && d.To.User != user })
}

// customer is what was posted to the customer of a case.
func (s *stage) customer(no string) []string {
	s.t.Helper()
	var all []string
	for _, d := range s.sentTo("o" + no) {
		all = append(all, d.Content.Plain())
	}
	return all
}

func (s *stage) type_(shown, text string) string {
	s.t.Helper()
	return s.send(chat.Message{From: s.person(shown).WecomID, Kind: chat.Text, Text: text})
}

// press presses the newest button with that label that the person sees, with an
// option chosen if one is named: 接单并派=工程部; of several cases 接单 4827.
func (s *stage) press(shown, label string) string {
	s.t.Helper()
	m, ok := s.button(shown, label)
	if !ok {
		return "没有这个按钮"
	}
	return s.send(m)
}

func (s *stage) button(shown, label string) (chat.Message, bool) {
	label, choice, _ := strings.Cut(label, "=")
	label, no, _ := strings.Cut(label, " ")
	p := s.person(shown)
	sent := s.sentTo(p.WecomID)
	for i := len(sent) - 1; i >= 0; i-- {
		c := sent[i].Content.Card
		if c == nil {
			continue
		}
		for _, b := range c.Buttons {
			if b.Label != label || !strings.Contains(b.Key, no) {
				continue
			}
			task := c.TaskID
			if sent[i].Content.Form == chat.AsUpdate { // a card that changed is still that card
				first, err := s.Out.Get(s.t.Context(), sent[i].Content.Updates)
				s.ok(err)
				task = first.Task
			}
			m := chat.Message{
				From: p.WecomID, Kind: chat.Event, Event: chat.CardPressed, EventKey: b.Key, TaskID: task,
				Response: fmt.Sprint("pressed", s.n),
			}
			if c.Select != nil && choice != "" {
				for _, o := range c.Select.Options {
					if o.Label == choice {
						m.Selected = map[string]string{c.Select.Key: o.Key}
					}
				}
			}
			return m, true
		}
	}
	return chat.Message{}, false
}
