package casework_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kefu/bot/approval"
	"kefu/bot/casework"
	"kefu/bot/desk"
	"kefu/bot/ticket"
	"kefu/store"
)

// ask has somebody ask for a compensation, under a cause of its own unless named.
func (s *stage) ask(by string, c *ticket.Ticket, g casework.Grant, cause ...string) (casework.Outcome, error) {
	s.n++
	key := fmt.Sprint("ask", s.n)
	if len(cause) > 0 {
		key = cause[0]
	}
	return s.Compensate(casework.WithCause(s.t.Context(), key), by, c.TicketID(), g)
}

// last is the one compensation of a case that is in that state.
func (s *stage) last(c *ticket.Ticket, in approval.State) *approval.Compensation {
	s.t.Helper()
	list, err := s.Grants.Of(s.t.Context(), c.TicketID(), 200)
	s.must(err)
	for _, x := range list {
		if x.State == in {
			return x
		}
	}
	s.t.Fatalf("no compensation is %s", in)
	return nil
}

// posts says that this, and nothing else, was posted about a case, in any order.
func (s *stage) posts(c *ticket.Ticket, want ...string) {
	s.t.Helper()
	got := s.news(c)
	left := slices.Clone(got)
	for _, w := range want {
		at := slices.IndexFunc(left, func(g string) bool { return match(g, w) })
		if at < 0 {
			s.t.Errorf("%q was not posted, but:\n  %s", w, strings.Join(got, "\n  "))
			continue
		}
		left = slices.Delete(left, at, at+1)
	}
	if len(left) > 0 {
		s.t.Errorf("posted besides:\n  %s", strings.Join(left, "\n  "))
	}
}

// grants lets the clock do what is due about compensations.
func (s *stage) grants(c *ticket.Ticket) {
	s.t.Helper()
	list, err := s.Grants.Of(s.t.Context(), c.TicketID(), 200)
	s.must(err)
	for _, x := range list {
		for range 5 {
			if x, err = s.Grants.Get(s.t.Context(), x.ID); err != nil || x.Due.IsZero() || x.Due.After(store.At(s.now())) {
				break
			}
			s.must(s.RunGrant(s.t.Context(), x.ID))
		}
		s.must(err)
	}
}

func gift(yuan int) casework.Grant {
	return casework.Grant{Form: "gift", Amount: desk.Money(yuan * 100), Why: "客房烟味"}
}

func TestWithinTheLimitItIsGrantedAtOnceAndTold(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Who, in.Owner = li, "lin" })
	s.news(c)
	g := gift(200)
	g.Words = "给您送了果盘，请您尝尝。"
	out, err := s.ask("lin", c, g)
	s.must(err)
	if want := c.No + " 赠礼 200 元已定。已发。还能发 4 条，到 11-26 14:05。本月还剩 1,800 元。"; out.Say != want {
		t.Errorf("said %q", out.Say)
	}
	s.posts(c, "li 林悦：给您送了果盘，请您尝尝。")
	after := s.get(c.TicketID())
	if p := after.Progress(); len(p) != len(c.Progress()) {
		t.Errorf("the customer reads of it in the progress: %+v", p)
	}
	if e := after.History[len(after.History)-2]; e.What != ticket.Compensate || e.Text != "补偿：赠礼 200 元，设施设备，客房烟味，权限内" {
		t.Errorf("history has %+v", e)
	}
}

// Sent three times, asked and decided twice: one amount, one message.
func TestTwiceIsOnce(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Who, in.Owner = li, "lin" })
	s.news(c)
	g := casework.Grant{Form: "upgrade", Amount: 68000, Words: "已换好。"}
	for range 3 {
		out, err := s.ask("lin", c, g, "the same message")
		s.must(err)
		if want := "超出您当场能定的范围，已送刘峰批，14:35 前给结果。批了就把话发给客人。"; out.Say != want {
			t.Errorf("said %q", out.Say)
		}
	}
	s.posts(c, "liu 卡片 补偿待批 · # 升级房型｜林悦申请")
	x := s.last(c, approval.Asked)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := s.Approve(context.Background(), "liu", x.ID, 0); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s.posts(c, "li 林悦：已换好。", "liu 灰卡 刘峰 14:05 同意", "lin # 升级房型 680 元，刘峰同意了。话已发给客人。")
	if got := s.refused(c, second(s.Approve(t.Context(), "gm", x.ID, 0))); got != "# 升级房型 680 元，刘峰 14:05 已同意。" {
		t.Errorf("late: %q", got)
	}
	if got := s.refused(c, second(s.Reject(t.Context(), "liu", x.ID, "太多"))); got != "# 升级房型 680 元，刘峰 14:05 已同意。" {
		t.Errorf("late: %q", got)
	}
	if list, err := s.Grants.Entries(t.Context(), "2026-11", "cs"); err != nil || len(list) != 1 || list[0].Who != "liu" {
		t.Errorf("the ledger has %+v, %v", list, err)
	}
}

func TestNobodyApprovesTheirOwn(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	g := casework.Grant{Form: "upgrade", Amount: 150000}
	out, err := s.ask("liu", c, g)
	s.must(err)
	if !strings.Contains(out.Say, "超出您当场能定的 1,000 元，已送周总批") {
		t.Errorf("said %q", out.Say)
	}
	x := s.last(c, approval.Asked)
	const own = "自己报的不能自己批，也不能越过周总。正等周总定。"
	if got := s.refused(c, second(s.Approve(t.Context(), "liu", x.ID, 0))); got != own {
		t.Errorf("own: %q", got)
	}
	if got := s.refused(c, second(s.Reject(t.Context(), "liu", x.ID, "不要了"))); got != own {
		t.Errorf("own: %q", got)
	}
	g.Spoken = "liu"
	if got := s.refused(c, second(s.ask("liu", c, g))); got != "刘峰定不了这一笔，口头同意不算。换一位，或不选口头，直接送批。" {
		t.Errorf("one's own word: %q", got)
	}
	if got := s.refused(c, second(s.Approve(t.Context(), "chen", x.ID, 0))); got != "1,500 元超出您能定的范围，正等周总定。" {
		t.Errorf("below: %q", got)
	}
	if got := s.refused(c, second(s.Compensate(t.Context(), "zhao", c.TicketID(), gift(10)))); got != "# 归小陈负责。要帮忙就打：备 # 想说的话" {
		t.Errorf("somebody else's case: %q", got)
	}
}

func TestRefusedAmendedAndForgotten(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.news(c)
	g := gift(150)
	g.Words = "送您 150 元礼券。"
	s.done(s.ask("chen", c, g))
	s.posts(c, "jing 卡片 补偿待批 · # 赠礼｜小陈申请 · 超出本人的 100 元")
	x := s.last(c, approval.Asked)
	if got := s.refused(c, second(s.Reject(t.Context(), "jing", x.ID, " "))); got != "为什么不同意？打一句，会告诉小陈。" {
		t.Errorf("without a reason: %q", got)
	}
	s.done(s.Reject(t.Context(), "jing", x.ID, "果盘就够了"))
	s.posts(c, "jing 灰卡 陈静 14:05 不同意", "chen # 赠礼 150 元，陈静没同意：果盘就够了。")

	s.done(s.ask("chen", c, g)) // what was written of another amount is not said
	s.done(s.Approve(t.Context(), "jing", s.last(c, approval.Asked).ID, 12000))
	s.has(c, "chen # 赠礼 120 元，陈静同意了（您报的是 150 元）。还没告诉客人，打：回 # 想说的话")
	if got := s.last(c, approval.Granted); got.Amount != 12000 {
		t.Errorf("%+v", got)
	}

	s.done(s.ask("chen", c, g)) // nobody decides: lead, manager, leader
	s.has(c, "jing 卡片 补偿待批 · # 赠礼｜…")
	s.set(func() { s.clock = s.clock.Add(31 * time.Minute) })
	s.grants(c)
	s.posts(c, "jing 灰卡 没按时定，已送刘峰", "liu 卡片 补偿待批 · # 赠礼｜…", "chen # 赠礼 150 元，陈静还没批。已送刘峰，15:10 前给结果。")
	s.set(func() { s.clock = s.clock.Add(40 * time.Minute) })
	s.grants(c)
	s.posts(c, "liu 灰卡 没按时定，已送周总", "gm 卡片 补偿待批 · # 赠礼｜…", "chen # 赠礼 150 元，刘峰还没批。已送周总，15:50 前给结果。")
	s.set(func() { s.clock = s.clock.Add(40 * time.Minute) })
	s.grants(c)
	s.posts(c, "gm 小陈等您批：# 赠礼 150 元，14:05 起。打：同意 #，或：不同意 # 理由", "chen # 赠礼 150 元，周总还没批。")
	s.done(s.Approve(t.Context(), "liu", s.last(c, approval.Asked).ID, 0)) // who was asked before may still decide
	s.has(c, "gm 灰卡 刘峰 15:56 同意")
}

func TestSpokenConsentIsSigned(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.news(c)
	g := gift(300)
	g.Spoken, g.Words = "liu", "已为您安排。"
	out, err := s.ask("chen", c, g)
	s.must(err)
	if want := "已按刘峰口头同意办，请刘峰 明天 14:05 前补签。已发。还能发 4 条，到 11-26 14:05。"; out.Say != want {
		t.Errorf("said %q", out.Say)
	}
	s.posts(c, "wang 小陈：已为您安排。", "liu 卡片 请补签 · # 赠礼｜小陈经请示您口头同意，先办了")
	h := s.get(c.TicketID()).History
	if e := h[len(h)-2]; e.Text != "补偿：赠礼 300 元，设施设备，客房烟味。经请示刘峰同意，请刘峰补签" {
		t.Errorf("history has %q", e.Text)
	}
	x := s.last(c, approval.Signing)
	if got := s.refused(c, second(s.Sign(t.Context(), "jing", x.ID, false))); got != "这一笔要刘峰本人补签。" {
		t.Errorf("somebody else: %q", got)
	}
	s.set(func() { s.clock = s.clock.Add(18 * time.Hour) }) // reminded in the morning, not at night
	s.grants(c)
	s.posts(c, "liu 请补签：# 赠礼 300 元，小陈经请示您同意先办的。打：补签 #（14:05 前）")
	s.set(func() { s.clock = s.clock.Add(6*time.Hour + time.Minute) })
	s.grants(c)
	s.posts(c, "gm # 赠礼 300 元，刘峰口头同意后没有按时补签，小陈经手。请催一下。", "liu 请补签：# 赠礼 300 元，小陈经请示您同意先办的。打：补签 #")
	s.done(s.Sign(t.Context(), "liu", x.ID, true))
	s.posts(c, "liu 灰卡 刘峰 14:06：没有这回事", "chen # 刘峰 说没有口头同意过：赠礼 300 元", "gm 刘峰说没有口头同意过：# 赠礼 300 元，小陈已经办了。请过问。")
	if given, err := s.Granted(t.Context(), s.now().Add(-48*time.Hour), s.now()); err != nil || given != 30000 {
		t.Errorf("given %s, %v", given, err)
	}
}

func TestWordsAndFieldsOfACompensation(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	bad := gift(50)
	bad.Words = "保证退款"
	more := gift(50)
	more.Words = "送您 60元礼券"
	for want, g := range map[string]casework.Grant{
		"话里写了 60 元，比申请的 50 元多。改一下再提交。":    more,
		"金额写成 200 或 12.50，单位是元。":          {Form: "gift", Amount: -5},
		`这段话里有"保证退款"，对外不能这么说。改一下，或请组长放行。`: bad,
		"没有这个原因，请从表里选一个。":                 {Form: "gift", Amount: 5, Reason: "moon"},
	} {
		if got := s.refused(c, second(s.ask("chen", c, g))); got != want {
			t.Errorf("%+v: %q", g, got)
		}
	}
	if got := s.refused(c, second(s.ask("chen", c, casework.Grant{Form: "moon", Amount: 5}))); !strings.HasPrefix(got, "没有这种补偿。可用：赠礼、升级房型、") {
		t.Errorf("%q", got)
	}
	if list, err := s.Grants.Of(t.Context(), c.TicketID(), 10); err != nil || len(list) != 0 {
		t.Errorf("%d, %v", len(list), err)
	}
}

// No sequence of asking, deciding, refusing and waiting ever grants above what the
// decider may, twice, or by whoever asked; and the books agree with what was granted.
func TestNoSequenceGrantsAboveAuthority(t *testing.T) {
	pack, err := hotel()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		s := newStage(t, "2026-11-24 10:00")
		c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
		who := []string{"chen", "lin", "jing", "liu", "gm"}
		for range rapid.IntRange(1, 14).Draw(r, "steps") {
			by := rapid.SampledFrom(who).Draw(r, "by")
			list, err := s.Grants.Of(t.Context(), c.TicketID(), 200)
			s.must(err)
			act := rapid.SampledFrom([]string{"ask", "ask", "spoken", "approve", "amend", "reject", "sign", "wait"}).Draw(r, "act")
			if act != "ask" && act != "spoken" && act != "wait" && len(list) == 0 {
				continue
			}
			amount := desk.Money(rapid.SampledFrom([]int{2000, 9000, 30000, 99900, 100000, 500000}).Draw(r, "amount"))
			switch act {
			case "wait":
				s.set(func() { s.clock = s.clock.Add(35 * time.Minute) })
				s.grants(c)
				continue
			case "ask", "spoken":
				g := casework.Grant{Form: rapid.SampledFrom([]string{"gift", "round", "upgrade", "cash"}).Draw(r, "form"), Amount: amount}
				if act == "spoken" {
					g.Spoken = rapid.SampledFrom(who).Draw(r, "spoken")
				}
				_, err = s.ask(by, c, g)
			default:
				x := rapid.SampledFrom(list).Draw(r, "which")
				switch act {
				case "approve":
					_, err = s.Approve(t.Context(), by, x.ID, 0)
				case "amend":
					_, err = s.Approve(t.Context(), by, x.ID, amount)
				case "reject":
					_, err = s.Reject(t.Context(), by, x.ID, "不行")
				case "sign":
					_, err = s.Sign(t.Context(), by, x.ID, false)
				}
			}
			_ = s.refused(c, err) // a refusal or nothing, never another error
		}
		list, err := s.Grants.Of(t.Context(), c.TicketID(), 200)
		s.must(err)
		inBooks := map[string]approval.Entry{}
		for _, d := range pack.Departments {
			entries, err := s.Grants.Entries(t.Context(), "2026-11", d.ID)
			s.must(err)
			for _, e := range entries {
				if _, twice := inBooks[e.ID]; twice {
					t.Fatalf("%s is in the books twice", e.ID)
				}
				inBooks[e.ID] = e
			}
		}
		for _, x := range list {
			e, in := inBooks[x.ID]
			if x.Spent() != in {
				t.Fatalf("%s %s: in the books %v", x.State, x.Amount, in)
			}
			if !in {
				continue
			}
			p, _ := s.Roster.ByID(x.Decider)
			l, ok := pack.Compensation.Limit(p.ID, p.Roles, "normal", x.Form)
			if !ok || !l.Open && x.Amount > l.Case || e.Amount != x.Amount || e.Who != x.Decider {
				t.Fatalf("%s granted %s of %s: %+v %+v", x.Decider, x.Amount, x.Form, l, e)
			}
			if x.Decider == x.By && x.Spoken {
				t.Fatalf("%s agreed with themselves", x.By)
			}
		}
	})
}

// failing is an engine one of whose writes does not answer; after: it was done all
// the same.
type failing struct {
	store.Engine
	mu    sync.Mutex
	at    int
	after bool
}

func (f *failing) write(do func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at--
	if f.at != -1 {
		return do()
	}
	if f.after {
		_ = do()
	}
	return store.ErrUnavailable
}

func (f *failing) Insert(ctx context.Context, coll string, d store.Document) error {
	return f.write(func() error { return f.Engine.Insert(ctx, coll, d) })
}

func (f *failing) Replace(ctx context.Context, coll string, d store.Document) error {
	return f.write(func() error { return f.Engine.Replace(ctx, coll, d) })
}

// The store fails at every write in turn; asked once more, it is granted and told
// once.
func TestCompensationSurvivesEveryFailure(t *testing.T) {
	for n := range 12 {
		s := newStage(t, "2026-11-24 14:05")
		c := s.open(func(in *casework.Intake) { in.Who, in.Owner = li, "lin" })
		s.left()
		s.news(c)
		var err error
		s.Grants, err = approval.Open(t.Context(), &failing{Engine: s.engine, at: n / 2, after: n%2 == 1}, s.now)
		s.must(err)
		g := gift(200)
		g.Words = "已送到。"
		ctx := casework.WithCause(t.Context(), "m1")
		_, first := s.Compensate(ctx, "lin", c.TicketID(), g)
		out, err := s.Compensate(ctx, "lin", c.TicketID(), g)
		s.must(err)
		if !strings.Contains(out.Say, "赠礼 200 元已定") {
			t.Errorf("write %d failed (%v): %q", n, first, out.Say)
		}
		s.posts(c, "li 林悦：已送到。")
		if list, err := s.Grants.Entries(t.Context(), "2026-11", "cs"); err != nil || len(list) != 1 {
			t.Errorf("write %d failed: %d entries, %v", n, len(list), err)
		}
	}
}
