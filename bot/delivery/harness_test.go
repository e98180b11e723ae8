package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/store"
	"kefu/store/sqlite"
)

// carrier is every channel at once: it records what is sent and answers as told.
type carrier struct {
	mu     sync.Mutex
	sends  []sent
	script []func() (chat.Receipt, error)
	block  chan struct{} // not nil: Send waits for it
	now    func() time.Time
	busy   map[string]bool
	t      testing.TB
}

type sent struct {
	to   chat.Address
	text string
	code string
	at   time.Time
}

type rendered struct {
	ID      string       `json:"id"`
	Content chat.Content `json:"content"`
}

func (c *carrier) Render(_ context.Context, id string, _ chat.Address, content chat.Content) (chat.Call, error) {
	body, err := json.Marshal(rendered{id, content})
	call := chat.Call{Name: "custom/send", Body: body}
	switch content.Form {
	case chat.AsTemplate:
		call = chat.Call{Name: "template/send", Body: body, Repeat: 10 * time.Minute}
	case chat.AsCard, chat.AsTextCard:
		call = chat.Call{Name: "message/send", Body: body, Repeat: 4 * time.Hour}
	case chat.AsUpdate:
		call.Name = "message/update_template_card"
	case chat.AsLine:
		call.Name = "webhook/send"
	}
	return call, err
}

func (c *carrier) Send(ctx context.Context, to chat.Address, call chat.Call) (chat.Receipt, error) {
	var r rendered
	if err := json.Unmarshal(call.Body, &r); err != nil {
		c.t.Errorf("bytes of the call: %v", err)
	}
	c.mu.Lock()
	if c.busy[to.String()] {
		c.t.Errorf("two sends at once to one address")
	}
	c.busy[to.String()] = true
	text := r.Content.Text
	if r.Content.Form == chat.AsTemplate {
		text = "template:" + r.Content.Template
	}
	if r.Content.Card != nil {
		text = "card:" + r.Content.Card.Title
	}
	c.sends = append(c.sends, sent{to, text, r.Content.Values[ResponseCode], c.now()})
	answer := func() (chat.Receipt, error) { return chat.Receipt{}, nil }
	if len(c.script) > 0 {
		answer, c.script = c.script[0], c.script[1:]
	}
	block := c.block
	c.mu.Unlock()
	if block != nil {
		<-block
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[to.String()] = false
	return answer()
}

func (c *carrier) texts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]string, len(c.sends))
	for i, s := range c.sends {
		all[i] = s.text
	}
	return all
}

// next makes the next calls fail so, one each; nil succeeds.
func (c *carrier) next(fails ...*chat.Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range fails {
		c.script = append(c.script, func() (chat.Receipt, error) {
			if f == nil {
				return chat.Receipt{}, nil
			}
			return chat.Receipt{}, fmt.Errorf("call: %w", f)
		})
	}
}

func (c *carrier) receipt(r chat.Receipt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script = append(c.script, func() (chat.Receipt, error) { return r, nil })
}

// books is a ledger in memory.
type books struct {
	mu  sync.Mutex
	all map[chat.CustomerID]*Credits
}

func (b *books) of(c chat.CustomerID) *Credits {
	if b.all[c] == nil {
		b.all[c] = &Credits{}
	}
	return b.all[c]
}

func (b *books) Reserve(_ context.Context, c chat.CustomerID, id string, now store.Time, closing bool) (Grant, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(c).Reserve(id, now, closing), nil
}

func (b *books) Settle(_ context.Context, c chat.CustomerID, id string, now store.Time, counted bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(c).Settle(id, now, counted)
	return nil
}

func (b *books) Left(_ context.Context, c chat.CustomerID, now store.Time) (Allowance, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.of(c).Left(now), nil
}

func (b *books) Recall(ctx context.Context, c chat.CustomerID, now store.Time) (Allowance, error) {
	return b.Left(ctx, c, now)
}

func (b *books) Correct(_ context.Context, c chat.CustomerID, window string, code int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(c).Correct(window, code)
	return nil
}

func (b *books) open(c chat.CustomerID, key string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(c).Open(ByMessage, key, store.At(at))
}

// world is an outbox with everything around it.
type world struct {
	*Outbox
	t       *testing.T
	carrier *carrier
	books   *books
	engine  store.Engine
	clock   sync.Mutex
	time    time.Time
	mu      sync.Mutex
	told    []Delivery
	never   []Way
}

func newWorld(t *testing.T) *world {
	t.Helper()
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	w := &world{
		t: t, engine: e, time: time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC),
		books: &books{all: map[chat.CustomerID]*Credits{}},
	}
	w.carrier = &carrier{now: w.now0, busy: map[string]bool{}, t: t}
	w.Outbox = w.start()
	return w
}

// start makes an outbox on the world's store: the first, or one after a crash.
func (w *world) start() *Outbox {
	w.t.Helper()
	c := w.carrier
	o, err := New(w.t.Context(), Deps{
		Store: w.engine, Ledger: w.books, Now: w.now0, Workers: 4,
		Carriers: map[chat.Channel]chat.Carrier{chat.OA: c, chat.WeCom: c, chat.Robot: c},
		Log:      slog.New(slog.NewTextHandler(w.t.Output(), nil)),
		OnUndelivered: func(_ context.Context, d Delivery) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, d)
			return nil
		},
		OnUnreachable: func(_ context.Context, _ Delivery, way Way) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.never = append(w.never, way)
			return nil
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) now0() time.Time {
	w.clock.Lock()
	defer w.clock.Unlock()
	return w.time
}

// settle waits until nothing is under way and then does what is due, as the sweep
// would.
func (w *world) settle() {
	w.t.Helper()
	for range 1000 {
		w.work.Wait()
		if sweepOnce(w.t, w.Outbox, w.now0()) == 0 {
			w.work.Wait()
			return
		}
	}
	w.t.Fatal("it never comes to rest")
}

func sweepOnce(t testing.TB, o *Outbox, at time.Time) (ran int) {
	t.Helper()
	now := store.At(at)
	for _, s := range o.Sources() {
		refs, err := s.Due(t.Context(), now, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range refs {
			mine, err := s.Claim(t.Context(), r.ID, now, 20*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			ran++
			if !mine {
				continue
			}
			if err := s.Run(t.Context(), r.ID); err != nil {
				t.Logf("run: %v", err)
			}
		}
	}
	return ran
}

// later moves the clock, second by second at first, and does what is due.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	for end := w.now0().Add(d); ; {
		w.settle()
		now := w.now0()
		if !now.Before(end) {
			return
		}
		step := time.Second
		if d > 10*time.Minute {
			step = d / 300
		}
		w.clock.Lock()
		w.time = now.Add(min(step, end.Sub(now)))
		w.clock.Unlock()
	}
}

func (w *world) post(d Delivery) {
	w.t.Helper()
	if err := w.Post(w.t.Context(), d); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) get(id string) *Delivery {
	w.t.Helper()
	d, err := w.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatalf("%s: %v", id, err)
	}
	return d
}

func (w *world) want(id string, s State) *Delivery {
	w.t.Helper()
	d := w.get(id)
	if d.State != s {
		w.t.Errorf("%s is %s (reason %q), want %s", id, d.State, d.Reason, s)
	}
	return d
}

func (w *world) wantSends(texts ...string) {
	w.t.Helper()
	got := w.carrier.texts()
	if strings.Join(got, "|") != strings.Join(texts, "|") {
		w.t.Errorf("sent %q, want %q", got, texts)
	}
}

const wang = chat.CustomerID("hotel/oWang")

func reply(id, text string) Delivery {
	return Delivery{Meta: store.Meta{ID: id}, To: chat.To(wang), Class: Reply, Content: chat.Say(text), From: "bot", Ticket: "t1"}
}

func template(name string) chat.Content {
	return chat.Content{Form: chat.AsTemplate, Template: name, Values: map[string]string{"no": "4827"}}
}

func line(id, text string) Delivery {
	return Delivery{
		Meta: store.Meta{ID: id}, To: chat.Address{Channel: chat.Robot, User: "staff"}, Class: Staff,
		Content: chat.Content{Form: chat.AsLine, Text: text},
	}
}

func card(id, title string) Delivery {
	return Delivery{
		Meta: store.Meta{ID: id}, To: chat.Address{Channel: chat.WeCom, User: "fd01"}, Class: Staff,
		Content: chat.Content{Form: chat.AsCard, Card: &chat.Card{Title: title, Buttons: []chat.Option{{Label: "接单", Key: "claim"}}}},
	}
}

func fail(v chat.Verdict, code int) *chat.Failure {
	return &chat.Failure{Platform: "oa", Call: "custom/send", Code: code, Verdict: v, Reason: map[int]string{45015: NoWindow, 45047: NoCredits}[code]}
}
