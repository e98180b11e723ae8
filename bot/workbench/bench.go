package workbench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/customer"
	"kefu/bot/delivery"
	"kefu/bot/desk"
	"kefu/bot/hours"
	"kefu/bot/jobs"
	"kefu/bot/knowledge"
	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/prompts"
	"kefu/store"
)

// Deps are what a bench works with. Link, Fetch, Kind and Snippets may be left out.
type Deps struct {
	Store    store.Engine
	Cases    *casework.Desk
	Roster   *staff.Roster
	States   *staff.States
	Book     *ticket.Book
	People   *customer.File
	Know     *knowledge.Base
	Out      *delivery.Outbox
	Pack     func() *desk.Pack // as it is now
	Words    *prompts.Book
	Calendar *hours.Calendar
	Now      func() time.Time
	Log      *slog.Logger

	// Link is the address of a staff page: PageMine, PageOpen, PageAll; "" without
	// a public URL.
	Link func(page string) string
	// Fetch downloads what staff sent us from WeCom, keeps it, and returns the file's id.
	Fetch func(ctx context.Context, mediaID string) (fileID string, err error)
	// Kind judges what sort of case a text taken down for a customer is; left out, or
	// "": a complaint.
	Kind func(text string) ticket.Kind
	// Snippets is a folder of the company's own phrases (snippets*.yaml), read when they change.
	Snippets string
}

// The pages of Deps.Link.
const (
	PageMine = "mine"
	PageOpen = "open"
	PageAll  = "all"
)

// Bench answers staff. It may be used by many goroutines.
type Bench struct {
	Deps
	entries *store.Collection[entry]
	held    *store.Collection[held]
	shifts  *store.Collection[shift]
	phrases *phrases
	locks   *store.Locks // one person's messages after each other
}

// Reply is what WeCom gets back at once; no text: nothing to say.
type Reply struct{ Text string }

// entry is what a message was answered; its id is the message's key.
type entry struct {
	store.Meta
	Reply string     `json:"reply,omitempty"`
	Due   store.Time `json:"due,omitzero"` // forgotten then
}

const keepEntries = 72 * time.Hour

// New opens the bench's collections.
func New(ctx context.Context, d Deps) (*Bench, error) {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bench{Deps: d, locks: store.NewLocks(1024), phrases: newPhrases(d.Snippets, d.Log)}
	var err error
	if b.entries, err = store.Open[entry](ctx, d.Store, "bench", jobs.DueIndex()); err != nil {
		return nil, err
	}
	if b.held, err = store.Open[held](ctx, d.Store, "bench_held", jobs.DueIndex()); err != nil {
		return nil, err
	}
	b.shifts, err = store.Open[shift](ctx, d.Store, "bench_shifts", jobs.DueIndex(),
		store.Index{Fields: []string{"open", "id"}, Where: []store.Cond{store.Where("open", store.Eq, true)}})
	return b, err
}

// Sources are the collections whose documents come due: what is old is forgotten.
func (b *Bench) Sources() []jobs.Source {
	return []jobs.Source{
		jobs.FromCollection(b.entries, jobs.Promotions, func(e *entry) *store.Time { return &e.Due }, b.entries.Delete),
		jobs.FromCollection(b.held, jobs.Promotions, func(h *held) *store.Time { return &h.Due }, b.forget),
		jobs.FromCollection(b.shifts, jobs.Promotions, func(s *shift) *store.Time { return &s.Due }, b.shifts.Delete),
	}
}

// Handle does what a message of staff asks for and says what to answer. It may be
// repeated. An error means that the store is down: WeCom shall deliver again.
func (b *Bench) Handle(ctx context.Context, m chat.Message) (Reply, error) {
	if m.Key == "" || m.From == "" || !heard(m) {
		return Reply{}, nil
	}
	defer b.locks.Lock(strings.ToLower(m.From))()
	if e, err := b.entries.Get(ctx, m.Key); err == nil {
		return Reply{e.Reply}, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return Reply{}, fmt.Errorf("workbench: %w", err)
	}
	say, err := b.answer(casework.WithCause(ctx, "bench/"+m.Key), m)
	var no casework.Refusal
	switch {
	case errors.As(err, &no):
		say = no.Say
	case errors.Is(err, store.ErrUnavailable), ctx.Err() != nil:
		return Reply{}, fmt.Errorf("workbench: %w", err)
	case err != nil:
		b.Log.Error("staff message not handled", "kind", m.Kind, "event", m.Event, "err", err)
		return Reply{b.Words.Line(prompts.StaffErrBusy, nil)}, nil
	}
	e := &entry{Meta: store.Meta{ID: m.Key}, Reply: say, Due: store.At(b.Now().Add(keepEntries))}
	if err := b.entries.Insert(ctx, e); errors.Is(err, store.ErrExists) {
		if e, err = b.entries.Get(ctx, m.Key); err == nil {
			return Reply{e.Reply}, nil
		}
	} else if err != nil {
		return Reply{}, fmt.Errorf("workbench: %w", err)
	}
	return Reply{say}, nil
}

// heard says whether a message asks something of us.
func heard(m chat.Message) bool {
	switch m.Kind {
	case chat.Event:
		return m.Event == chat.CardPressed || m.Event == chat.EnterAgent || m.Event == chat.Click
	case chat.Unknown:
		return false
	}
	return true
}

// turn is one message of one of the staff being answered.
type turn struct {
	*Bench
	m     chat.Message
	p     staff.Person
	state *staff.State
	now   time.Time
	card  *delivery.Delivery // the card that was pressed, if we know it
	on    *ticket.Ticket     // the case that card is about
}

func (b *Bench) answer(ctx context.Context, m chat.Message) (string, error) {
	p, ok := b.Roster.ByWecom(m.From)
	if !ok {
		return b.Words.Line(prompts.StaffErrNotStaff, nil), nil
	}
	state, err := b.States.Get(ctx, p.ID)
	if err != nil {
		return "", err
	}
	t := &turn{Bench: b, m: m, p: p, state: state, now: b.Now()}
	switch {
	case m.Event == chat.EnterAgent:
		return t.enter(ctx)
	case m.Event == chat.CardPressed:
		return t.pressed(ctx)
	case m.Event == chat.Click:
		return t.typed(ctx, m.EventKey)
	case m.Kind == chat.Text:
		return t.typed(ctx, m.Text)
	case m.Kind == chat.Image || m.Kind == chat.Voice:
		return t.file(ctx)
	}
	return t.line(prompts.StaffNotThis, nil), nil
}

// enter greets once a day who opens the app.
func (t *turn) enter(ctx context.Context) (string, error) {
	id := "hello/" + t.day() + "/" + t.p.ID
	err := t.entries.Insert(ctx, &entry{Meta: store.Meta{ID: id}, Due: store.At(t.now.Add(keepEntries))})
	if errors.Is(err, store.ErrExists) {
		return "", nil
	}
	return t.Words.Line(prompts.StaffHello, prompts.Vars{"who": t.p.ShownAs}), err
}

func (b *Bench) day() string { return b.Now().In(b.Calendar.Location()).Format(time.DateOnly) }

func (t *turn) line(key string, v prompts.Vars) string { return t.Words.Line(key, v) }

func (t *turn) refuse(key string, v prompts.Vars) error {
	return casework.Refusal{Say: t.Words.Line(key, v)}
}

// cause is the turn's context for a further act on the same case.
func (t *turn) cause(ctx context.Context, what string) context.Context {
	return casework.WithCause(ctx, "bench/"+t.m.Key+"/"+what)
}

// post sends a card to one of the staff. what tells several of one message apart.
func (t *turn) post(ctx context.Context, to staff.Person, what string, on *ticket.Ticket, card chat.Card) error {
	d := delivery.Delivery{
		Meta: store.Meta{ID: "bench/" + t.m.Key + "/" + what}, To: chat.Address{Channel: chat.WeCom, User: to.WecomID},
		Class: delivery.Staff, From: ticket.ByBot, Content: chat.Content{Form: chat.AsCard, Card: &card},
	}
	if on != nil {
		d.Ticket = on.ID
		if card.URL == "" && t.Cases.Link != nil {
			card.URL = t.Cases.Link(on.TicketID())
		}
	}
	if to.NoCard {
		d.Content.Form = chat.AsTextCard
	}
	return t.Out.Post(ctx, d)
}

// tell sends a line to another of the staff.
func (t *turn) tell(ctx context.Context, to staff.Person, what, text string) error {
	return t.Out.Post(ctx, delivery.Delivery{
		Meta: store.Meta{ID: "bench/" + t.m.Key + "/" + what}, To: chat.Address{Channel: chat.WeCom, User: to.WecomID},
		Class: delivery.Staff, From: ticket.ByBot, Content: chat.Say(text),
	})
}

// grey turns the pressed card grey, when it is one of the bench's own; those of a
// case are casework's.
func (t *turn) grey(ctx context.Context, done string) error {
	if t.card == nil || !strings.HasPrefix(t.card.ID, "bench/") {
		return nil
	}
	return t.greyAny(ctx, done)
}

func (t *turn) greyAny(ctx context.Context, done string) error {
	if t.card == nil {
		return nil
	}
	return t.greyCard(ctx, t.card, "grey", done)
}

func (t *turn) greyCard(ctx context.Context, card *delivery.Delivery, what, done string) error {
	if card.Content.Card == nil || card.Content.Form != chat.AsCard {
		return nil
	}
	show := &chat.Card{Title: card.Content.Card.Title, Done: done, URL: card.Content.Card.URL}
	return t.Out.Post(ctx, delivery.Delivery{
		Meta: store.Meta{ID: "bench/" + t.m.Key + "/" + what}, To: card.To, Class: delivery.Staff, From: ticket.ByBot,
		Content: chat.Content{Form: chat.AsUpdate, Updates: card.ID, Card: show},
	})
}
