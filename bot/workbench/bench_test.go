package workbench

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/conversation"
	"kefu/bot/delivery"
	"kefu/bot/ticket"
	"kefu/store"
)

// WeCom delivers up to three times, also at once: one effect, one answer.
func TestRepeatAtOnce(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.type_("小陈", "接 4827")
	m := chat.Message{Key: strings.Repeat("ab", 32), Account: "wecom", From: "chen", At: store.At(s.now()), Kind: chat.Text, Text: "回 4827 马上到"}
	var wg sync.WaitGroup
	replies := make([]string, 3)
	for i := range replies {
		wg.Go(func() {
			r, err := s.Handle(t.Context(), m)
			if err != nil {
				t.Error(err)
			}
			replies[i] = r.Text
		})
	}
	wg.Wait()
	s.settle()
	if replies[0] == "" || replies[0] != replies[1] || replies[1] != replies[2] {
		t.Errorf("replies differ: %q", replies)
	}
	n := 0
	for _, said := range s.customer("4827") {
		if said == "小陈：马上到" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("said %d times: %q", n, s.customer("4827"))
	}
}

// The store is down: an error, so that WeCom delivers again; then it is done once.
func TestStoreDown(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	m := chat.Message{Key: strings.Repeat("cd", 32), Account: "wecom", From: "chen", At: store.At(s.now()), Kind: chat.Text, Text: "接 4827"}
	s.engine.SetDown(true)
	if _, err := s.Handle(t.Context(), m); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("error %v, want %v", err, store.ErrUnavailable)
	}
	s.engine.SetDown(false)
	r, err := s.Handle(t.Context(), m)
	if err != nil || !strings.HasPrefix(r.Text, "4827 归您了") {
		t.Fatal(r, err)
	}
	s.settle()
	if got := s.get("4827"); got.Owner != "fd01" {
		t.Errorf("owner %q", got.Owner)
	}
}

// Each press gives the code for the card's next change; without it the card would
// show for ever what was.
func TestChangedCardKeepsChanging(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.press("小陈", "接单")
	s.press("小陈", "等客人")
	s.press("小陈", "回复")
	s.type_("小陈", "办结 4827 修好了")
	s.press("小陈", "下一步=设备故障")
	s.press("小陈", "办结=工程部")
	s.pass(time.Minute)
	s.settle()
	for _, d := range s.sentTo("chen") {
		if d.Content.Form == chat.AsUpdate && d.State != delivery.Sent {
			t.Errorf("%s %q is %s", d.ID, d.Content.Card.Title, d.State)
		}
	}
}

// The number of a case is given to another one some day: an old card is about the
// old case.
func TestOldCardOfReusedNumber(t *testing.T) {
	s := newStage(t)
	old := s.open(4827, ticket.Complaint, "王女士", "", "1208", "1208空调不制冷")
	m, ok := s.button("小陈", "接单")
	if !ok {
		t.Fatal("no card")
	}
	now := old
	s.pass(48 * time.Hour)
	again := *now
	again.Meta = store.Meta{ID: string(ticket.NewID("another", 0))}
	again.Created, again.Cards, again.Effects = store.At(s.now()), nil, nil
	s.ok(s.Book.Insert(t.Context(), &again))
	got := s.send(m)
	fresh, err := s.Book.Get(t.Context(), again.TicketID())
	s.ok(err)
	if fresh.Owner != "" || !strings.HasPrefix(got, "4827 归您了") {
		t.Errorf("the new case has owner %q, said %q", fresh.Owner, got)
	}
	first, err := s.Book.Get(t.Context(), old.TicketID())
	s.ok(err)
	if first.Owner != "fd01" {
		t.Errorf("the old case has owner %q", first.Owner)
	}
}

func TestIgnored(t *testing.T) {
	s := newStage(t)
	for _, m := range []chat.Message{
		{Key: "k1", From: "sys", Kind: chat.Event, Event: "change_contact"},
		{Key: "k2", From: "chen", Kind: chat.Event, Event: chat.View},
		{Key: "k3", From: "chen", Kind: chat.Unknown, Raw: "<xml/>"},
		{Key: "", From: "chen", Kind: chat.Text, Text: "接"},
		{Key: "k5", From: "chen", Kind: chat.Text, Text: " \u200b\n"},
	} {
		if r, err := s.Handle(t.Context(), m); err != nil || r.Text != "" && m.Key != "k5" {
			t.Errorf("%+v: %q %v", m, r.Text, err)
		}
	}
}

// A low rating: the lead calls back, or gives it to the manager, though the case
// is closed.
func TestLowRating(t *testing.T) {
	s := newStage(t)
	on := s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.type_("小陈", "接 4827")
	s.type_("小陈", "办结 4827 修好了")
	s.type_("小陈", "设备故障")
	s.type_("小陈", "1")
	s.ok(s.Cases.Customer(t.Context(), on.Who, "rate1", rate(on, "1")))
	s.settle()
	s.pass(time.Second)
	table := [][3]string{
		{"陈静", "我来回访", "已记，客人看不到。"},
		{"陈静", "看经过", ""},
		{"陈静", "转经理", "已转给刘峰，您不再负责。"},
		{"刘峰", "我来回访", "已记，客人看不到。"},
	}
	for _, c := range table {
		got := s.press(c[0], c[1])
		if c[2] == "" {
			if !strings.Contains(got, "打分 很不满意") {
				t.Errorf("%s: %s", c[1], got)
			}
			continue
		}
		if diff := cmp.Diff(c[2], got); diff != "" {
			t.Errorf("%s %s: %s", c[0], c[1], diff)
		}
	}
	if got := s.get("4827"); got.Asked != "mgr01" {
		t.Errorf("asked %q", got.Asked)
	}
}

func rate(on *ticket.Ticket, score string) conversation.Act {
	return conversation.Act{Ticket: on.TicketID(), Do: "rate", Value: score}
}

// What did not arrive: told by telephone, waits on, or the number to call.
func TestUndelivered(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.type_("小陈", "接 4827")
	s.pass(49 * time.Hour)
	s.type_("小陈", "回 4827 充电器在前台")
	s.pass(time.Second)
	s.settle()
	if got := s.press("小陈", "我去打"); got != "王女士 13800005620。打完点“已电话告知”。" {
		t.Error(got)
	}
	h := s.get("4827").History
	if h[len(h)-1].What != ticket.Revealed {
		t.Error("looking at the number left no trace")
	}
	if got := s.press("小陈", "继续等"); got != "已记，客人看不到。" {
		t.Error(got)
	}
	if got := s.press("小陈", "已电话告知"); got != "已记，客人看不到。" {
		t.Error(got)
	}
}

// What is old is forgotten, what is fresh is not.
func TestForgets(t *testing.T) {
	s := newStage(t)
	s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
	s.type_("小陈", "接 4827")
	s.press("小陈", "办结")
	s.pass(73 * time.Hour)
	now := store.At(s.now())
	for _, src := range s.Sources() {
		refs, err := src.Due(t.Context(), now, 100)
		s.ok(err)
		for _, r := range refs {
			if mine, err := src.Claim(t.Context(), r.ID, now, 15*time.Second); err != nil || !mine {
				t.Fatal(mine, err)
			}
			s.ok(src.Run(t.Context(), r.ID))
		}
	}
	for name, count := range map[string]func() (int64, error){
		"bench":      func() (int64, error) { return s.entries.Count(t.Context(), store.Query{}) },
		"bench_held": func() (int64, error) { return s.held.Count(t.Context(), store.Query{}) },
	} {
		if n, err := count(); n != 0 || err != nil {
			t.Errorf("%s holds %d (%v)", name, n, err)
		}
	}
}
