package casework_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
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
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
	"kefu/store/sqlite"
)

// stage is the desk with the real pack, prompts, roster and store; what is sent
// goes to a carrier that takes, or refuses, everything.
type stage struct {
	*casework.Desk
	t      *testing.T
	engine store.Engine
	posted *store.Collection[delivery.Delivery]
	seen   map[string]bool
	n      int

	mu    sync.Mutex
	clock time.Time
	sends int   // calls to customers
	fail  error // what they answer
}

const (
	wang = chat.CustomerID("hotel/wang")
	li   = chat.CustomerID("hotel/li")
)

var people = []staff.Person{
	{ID: "chen", Name: "前台一号", ShownAs: "小陈", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
	{ID: "fei", Name: "前台二号", ShownAs: "小菲", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 08:00-22:00"},
	{ID: "zhou", Name: "夜班", ShownAs: "小周", Roles: []string{"agent"}, Team: "front", Duty: "Mon-Sun 22:00-08:00"},
	{ID: "jing", Name: "客服组长", ShownAs: "陈静", Roles: []string{"lead"}, Team: "front"},
	{ID: "liu", Name: "客服经理", ShownAs: "刘峰", Roles: []string{"manager"}, Team: "cs", Phone: "13800000001"},
	{ID: "gm", Name: "总经理", ShownAs: "周总", Roles: []string{"leader"}, Team: "office"},
	{ID: "wang", Name: "工程一号", ShownAs: "王师傅", Roles: []string{"agent"}, Team: "eng"},
	{ID: "zhao", Name: "工程二号", ShownAs: "赵师傅", Roles: []string{"agent"}, Team: "eng"},
	{ID: "he", Name: "康乐", ShownAs: "小何", Roles: []string{"agent"}, Team: "rec"},
	{ID: "lin", Name: "管家", ShownAs: "林悦", Roles: []string{"agent", "butler"}, Team: "cs"},
}

// Render, Send: the carrier.
func (s *stage) Render(_ context.Context, id string, _ chat.Address, _ chat.Content) (chat.Call, error) {
	return chat.Call{Name: "call", Body: []byte(id)}, nil
}

func (s *stage) Send(_ context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if to.Channel == chat.OA {
		s.sends++
		if s.fail != nil {
			return chat.Receipt{}, s.fail
		}
	}
	return chat.Receipt{Response: "code/" + string(call.Body)}, nil
}

// The pack and the words are read once: nothing changes them.
var (
	hotel      = sync.OnceValues(func() (*desk.Pack, error) { return desk.Load("hotel") })
	hotelWords = sync.OnceValues(func() (*prompts.Book, error) {
		return prompts.Open("hotel", "", slog.New(slog.DiscardHandler))
	})
)

func newStage(t *testing.T, clock string) *stage {
	t.Helper()
	ctx := t.Context()
	at, err := time.ParseInLocation("2006-01-02 15:04", clock, hours.China())
	s := &stage{t: t, clock: at, seen: map[string]bool{}}
	s.must(err)
	s.engine, err = sqlite.OpenMemory(ctx)
	s.must(err)
	t.Cleanup(func() { s.engine.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	d := &casework.Desk{Calendar: hours.NewCalendar(nil, nil), Now: s.now, Log: log, Robots: []string{"staff", "escalation"}}
	pack, err := hotel()
	s.must(err)
	d.Pack = pack.Self
	d.Roster, err = staff.NewRoster(people, d.Calendar)
	s.must(err)
	words, err := hotelWords()
	s.must(err)
	d.Words = words.With(prompts.Vars{"brand": "湖畔", "bot": "小栖"})
	d.Book, err = ticket.Open(ctx, s.engine, s.now, hours.China(), ticket.Usual)
	s.must(err)
	d.Talks, err = conversation.Open(ctx, s.engine, s.now)
	s.must(err)
	d.People, err = customer.Open(ctx, s.engine, s.now)
	s.must(err)
	d.States, err = staff.OpenStates(ctx, s.engine)
	s.must(err)
	d.Grants, err = approval.Open(ctx, s.engine, s.now)
	s.must(err)
	office, err := hours.Parse("Mon-Sun 08:00-22:00")
	s.must(err)
	d.Office = d.Calendar.With(office)
	d.Out, err = delivery.New(ctx, delivery.Deps{
		Store: s.engine, Ledger: d.Talks, Now: s.now, Log: log, OnUndelivered: d.Undelivered,
		Carriers: map[chat.Channel]chat.Carrier{chat.OA: s, chat.WeCom: s, chat.Robot: s},
	})
	s.must(err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := d.Out.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	s.posted, err = store.Open[delivery.Delivery](ctx, s.engine, "deliveries")
	s.must(err)
	s.Desk = d
	s.must(d.People.Put(ctx, customer.Customer{Meta: store.Meta{ID: string(wang)}, Name: "王女士", Room: "1208", Phone: "13812345620"}))
	s.must(d.People.Put(ctx, customer.Customer{Meta: store.Meta{ID: string(li)}, Name: "李先生", Tier: "gold", Butler: "lin", Phone: "13988888821"}))
	return s
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) now() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.clock }

func (s *stage) set(f func()) { s.mu.Lock(); defer s.mu.Unlock(); f() }

// wrote opens the 48 hours of a customer now.
func (s *stage) wrote(who chat.CustomerID) {
	s.t.Helper()
	s.n++
	_, err := s.Talks.Change(s.t.Context(), who, func(c *conversation.Conversation) error {
		c.Opens(&chat.Message{Key: fmt.Sprint("m", s.n), At: store.At(s.now()), Kind: chat.Text})
		return nil
	})
	s.must(err)
}

// open is a new case as the bot opens it: a complaint about the air conditioner in
// 1208, unless change says otherwise.
func (s *stage) open(change ...func(*casework.Intake)) *ticket.Ticket {
	s.t.Helper()
	return s.openAt(s.Desk, change...)
}

// openAt is open at another instance's desk.
func (s *stage) openAt(d *casework.Desk, change ...func(*casework.Intake)) *ticket.Ticket {
	s.t.Helper()
	t := s.draft(d, change...)
	s.must(d.Open(s.t.Context(), t))
	return s.get(t.TicketID())
}

// draft is a case before it is opened.
func (s *stage) draft(d *casework.Desk, change ...func(*casework.Intake)) *ticket.Ticket {
	s.t.Helper()
	s.n++
	in := casework.Intake{
		Cause: fmt.Sprint(s.t.Name(), s.n), Kind: ticket.Complaint, Who: wang, Words: "1208空调不制冷",
		Thing: "空调", Category: "facility", Room: "1208",
	}
	for _, f := range change {
		f(&in)
	}
	guest, err := d.Guest(s.t.Context(), in.Who)
	s.must(err)
	in.Guest = guest
	if in.Who.Reachable() {
		s.wrote(in.Who)
	}
	t, err := d.Draft(s.t.Context(), in)
	s.must(err)
	return t
}

func (s *stage) Open(ctx context.Context, t *ticket.Ticket) error { return s.Desk.Open(ctx, t) }

func (s *stage) get(id ticket.ID) *ticket.Ticket {
	s.t.Helper()
	t, err := s.Book.Get(s.t.Context(), id)
	s.must(err)
	return t
}

// pass lets time go by, minute by minute, and lets the clock do what is due.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	s.left()
	for ; d > 0; d -= time.Minute {
		step := min(d, time.Minute)
		s.set(func() { s.clock = s.clock.Add(step) })
		s.tick()
	}
}

// jump is pass for long spans: nothing happens in between.
func (s *stage) jump(d time.Duration) {
	s.t.Helper()
	s.left()
	s.set(func() { s.clock = s.clock.Add(d) })
	s.tick()
}

// left waits until what was posted has left, at most five seconds.
func (s *stage) left() {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) { // polling, bounded
		n, err := s.posted.Count(s.t.Context(), store.Query{Where: []store.Cond{store.Where("lane", store.Exists)}, Limit: 1})
		s.must(err)
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("what was posted does not leave")
		}
	}
}

func (s *stage) tick() {
	s.t.Helper()
	for range 20 {
		due, err := s.Book.Collection().List(s.t.Context(), store.Query{Where: []store.Cond{store.Where("due", store.Le, store.At(s.now()))}, Limit: 100})
		s.must(err)
		if len(due) == 0 {
			return
		}
		for _, t := range due {
			s.must(s.Run(s.t.Context(), t.ID))
		}
	}
	s.t.Fatal("something is due again and again")
}

// news is what was posted about a case since it was last asked, in order, a line
// each: whom it goes to, and what is first to be read of it.
func (s *stage) news(t *ticket.Ticket) []string {
	s.t.Helper()
	list, err := s.posted.List(s.t.Context(), store.Query{Where: []store.Cond{store.Where("ticket", store.Eq, t.ID)}})
	s.must(err)
	slices.SortFunc(list, func(a, b *delivery.Delivery) int { return cmp.Compare(seq(a.ID), seq(b.ID)) })
	var all []string
	for _, d := range list {
		if s.seen[d.ID] {
			continue
		}
		s.seen[d.ID] = true
		all = append(all, strings.ReplaceAll(d.To.User+" "+face(d), t.No, "#"))
	}
	return all
}

func seq(id string) int {
	n, _ := strconv.Atoi(id[strings.LastIndexByte(id, '/')+1:])
	return n
}

func face(d *delivery.Delivery) string {
	c := d.Content
	switch {
	case c.Form == chat.AsUpdate && c.Card.Done != "":
		return "灰卡 " + c.Card.Done
	case c.Form == chat.AsUpdate:
		return "换卡 " + c.Card.Title
	case c.Card != nil:
		return "卡片 " + c.Card.Title + "｜" + c.Card.Desc
	}
	return strings.ReplaceAll(c.Plain(), "\n", "／")
}

// expect says that this, and nothing else, was posted about a case.
func (s *stage) expect(t *ticket.Ticket, want ...string) {
	s.t.Helper()
	got := s.news(t)
	if !slices.EqualFunc(got, want, match) {
		s.t.Errorf("posted:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// has says that this was posted, whatever else was.
func (s *stage) has(t *ticket.Ticket, want ...string) {
	s.t.Helper()
	got := s.news(t)
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g string) bool { return match(g, w) }) {
			s.t.Errorf("%q was not posted, but:\n  %s", w, strings.Join(got, "\n  "))
		}
	}
}

// match compares text with a pattern in which … stands for anything.
func match(got, want string) bool {
	parts := strings.Split(want, "…")
	if len(parts) == 1 {
		return got == want
	}
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	got = got[len(parts[0]):]
	for i, p := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(got, p)
		}
		at := strings.Index(got, p)
		if at < 0 {
			return false
		}
		got = got[at+len(p):]
	}
	return true
}

// refused is the sentence of a refusal, with the number as #; "" when it was done.
func (s *stage) refused(t *ticket.Ticket, err error) string {
	s.t.Helper()
	var r casework.Refusal
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &r):
		s.t.Fatalf("not a refusal: %v", err)
	}
	return strings.ReplaceAll(r.Say, t.No, "#")
}

// done fails the test when an act was not done.
func (s *stage) done(out casework.Outcome, err error) *ticket.Ticket {
	s.t.Helper()
	s.must(err)
	return out.Ticket
}

// events are what a history holds, without talk.
func events(t *ticket.Ticket) string {
	var all []string
	for _, e := range t.History {
		all = append(all, e.Who+":"+e.What)
	}
	return strings.Join(all, " ")
}
