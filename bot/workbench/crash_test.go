package workbench

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/store"
)

// dying is an engine that takes so many writes more and then none, as if the
// program had been killed there. What the outbox does by itself is not counted.
type dying struct {
	store.Engine
	mu   sync.Mutex
	on   bool
	left int
}

func (d *dying) after(writes int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.on, d.left = true, writes
}

func (d *dying) revive() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.on = false
}

func (d *dying) write(coll string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.on || strings.HasPrefix(coll, "deliver") || coll == "conversations" {
		return nil
	}
	if d.left--; d.left < 0 {
		return fmt.Errorf("dying: %w", store.ErrUnavailable)
	}
	return nil
}

func (d *dying) Insert(ctx context.Context, coll string, doc store.Document) error {
	if err := d.write(coll); err != nil {
		return err
	}
	return d.Engine.Insert(ctx, coll, doc)
}

func (d *dying) Replace(ctx context.Context, coll string, doc store.Document) error {
	if err := d.write(coll); err != nil {
		return err
	}
	return d.Engine.Replace(ctx, coll, doc)
}

func (d *dying) Delete(ctx context.Context, coll, id string) error {
	if err := d.write(coll); err != nil {
		return err
	}
	return d.Engine.Delete(ctx, coll, id)
}

// guarded says whether casework does an act of one cause once.
func guarded(s *stage, on *ticket.Ticket) bool {
	ctx := casework.WithCause(s.t.Context(), "probe")
	for range 2 {
		_, err := s.Cases.Note(ctx, "lead01", on.TicketID(), "试一试")
		s.ok(err)
	}
	n := 0
	for _, e := range s.get(on.No).History {
		if e.Text == "试一试" {
			n++
		}
	}
	return n == 1
}

// Killed behind any write, and delivered again: one effect.
func TestKilledAnywhere(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(s *stage) chat.Message // prepares, and gives the message that is delivered twice
		said string                      // to the customer, once
		logs string                      // what happened to the case, once
	}{
		{"words", func(s *stage) chat.Message {
			return chat.Message{From: "chen", Kind: chat.Text, Text: "回 4827 马上到"}
		}, "小陈：马上到", ticket.Answer},
		{"confirmed", func(s *stage) chat.Message {
			s.type_("小陈", "马上到")
			m, _ := s.button("小陈", "发送")
			return m
		}, "小陈：马上到", ticket.Answer},
		{"note", func(s *stage) chat.Message {
			return chat.Message{From: "chen", Kind: chat.Text, Text: "备 4827 门口有行李"}
		}, "", ticket.Noted},
		{"closing", func(s *stage) chat.Message {
			s.type_("小陈", "办结 4827 修好了")
			s.press("小陈", "下一步=设备故障")
			m, _ := s.button("小陈", "办结=工程部")
			return m
		}, "小陈：修好了\n这件事可以了吗？\n［可以了］\n［还没好］", ticket.SolvedAs},
		{"help", func(s *stage) chat.Message {
			return chat.Message{From: "chen", Kind: chat.Text, Text: "派 4827 工程部 查空调"}
		}, "", ticket.Helping},
		{"away", func(s *stage) chat.Message {
			s.type_("小陈", "离岗")
			m, _ := s.button("小陈", "交给他=小周")
			return m
		}, "", ticket.Moved},
	} {
		t.Run(c.name, func(t *testing.T) {
			for writes := range 12 {
				s := newStage(t)
				on := s.open(4827, ticket.Complaint, "王女士", "13800005620", "1208", "1208空调不制冷")
				if !guarded(s, on) {
					t.Skip("casework does not yet do an act of one cause once")
				}
				s.type_("小陈", "接 4827")
				m := c.do(s)
				m.Key, m.Account, m.At = strings.Repeat("ef", 32), "wecom", store.At(s.now())
				s.dying.after(writes)
				_, err := s.Handle(t.Context(), m)
				s.dying.revive()
				if _, again := s.Handle(t.Context(), m); again != nil {
					t.Fatal(again)
				}
				s.ok(s.Cases.Run(t.Context(), on.ID))
				s.settle()
				if said := count(s.customer("4827"), c.said); c.said != "" && said != 1 {
					t.Errorf("killed after %d writes (%v): said %d times", writes, err, said)
				}
				var happened []string
				for _, e := range s.get("4827").History {
					if e.Text != "试一试" {
						happened = append(happened, e.What)
					}
				}
				if n := count(happened, c.logs); n != 1 {
					t.Errorf("killed after %d writes (%v): %s %d times", writes, err, c.logs, n)
				}
				if err == nil {
					return // it came through: no more writes to be killed behind
				}
			}
			t.Error("it never came through")
		})
	}
}

func count(all []string, want string) int {
	n := 0
	for _, s := range all {
		if s == want {
			n++
		}
	}
	return n
}
