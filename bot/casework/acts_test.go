package casework_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/casework"
	"kefu/bot/chat"
	"kefu/bot/ticket"
	"kefu/store"
)

func TestClaimAndHelp(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open()
	s.news(c)
	ctx, id := t.Context(), c.TicketID()
	out, err := s.Claim(ctx, "chen", id, "eng")
	s.must(err)
	if want := c.No + " 归您了。客人：王女士 1208。直接打字就是回她。"; out.Say != want {
		t.Errorf("told %q, want %q", out.Say, want)
	}
	s.expect(c,
		"fei 灰卡 小陈 14:05 接单",
		"wang 卡片 协办 # · 去 1208｜小陈派来 · 做完回给小陈", "zhao 卡片 协办 # · 去 1208｜小陈派来 · 做完回给小陈",
		"wang 我是前台小陈，这件事由我跟到底，已请工程部去 1208。有变化直接在这里说。",
		"chen 换卡 处理中 # · 设施设备")
	// two colleagues at once: one goes
	var wg sync.WaitGroup
	errs := map[string]error{}
	var mu sync.Mutex
	for _, who := range []string{"wang", "zhao"} {
		wg.Go(func() {
			_, err := s.HelpSays(ctx, who, id, 1, "going", "", "")
			mu.Lock()
			errs[who] = err
			mu.Unlock()
		})
	}
	wg.Wait()
	h := s.get(id).Helps[0]
	loser := "zhao"
	if h.Who == "zhao" {
		loser = "wang"
	}
	if errs[h.Who] != nil {
		t.Fatalf("%s goes: %v", h.Who, errs[h.Who])
	}
	if got := s.refused(c, errs[loser]); !match(got, "# "+s.Shown(h.Who)+" 14:05 接了。要帮忙就打：备 # 想说的话") {
		t.Errorf("the other is told %q", got)
	}
	s.has(c, "chen # 工程部"+s.Shown(h.Who)+" 14:05 已去", loser+" 灰卡 "+s.Shown(h.Who)+" 14:05：已去")
	s.pass(2 * time.Minute)
	s.done(s.HelpSays(ctx, h.Who, id, 1, "done", "fixed", "换了电容"))
	s.has(c, "chen # 工程部"+s.Shown(h.Who)+" 14:07：已修好。换了电容", h.Who+" 灰卡 "+s.Shown(h.Who)+" 14:07：已修好")
	if got := s.refused(c, second(s.HelpSays(ctx, h.Who, id, 1, "cannot", "", ""))); got == "" {
		t.Error("done and then cannot")
	}
	// the customer hears nothing of what colleagues say among themselves
	for _, e := range s.get(id).Progress() {
		if strings.Contains(e.Line, "电容") {
			t.Errorf("the customer reads %q", e.Line)
		}
	}
	s.done(s.Help(ctx, "chen", id, "rec", "借个风扇"))
	s.has(c, "he 卡片 协办 # · 去 1208｜…")
	s.done(s.HelpSays(ctx, "he", id, 2, "cannot", "", "没有风扇"))
	s.has(c, "chen # 康乐部小何 14:07：做不了，没有风扇。请另派或换办法。")
	if got := s.refused(c, second(s.Help(ctx, "chen", id, "kitchen", ""))); got != `"派"后面写部门：工程部、客房部、餐饮部、康乐部、保安部、财务部` {
		t.Errorf("an unknown department: %q", got)
	}
	if s.get(id).Owner != "chen" {
		t.Error("the owner changed")
	}
}

// Two press 接单 at once, ten times: one has it, the other is told who.
func TestClaimedByTwoAtOnce(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	for range 10 {
		c := s.open()
		var wg sync.WaitGroup
		errs := make([]error, 2)
		who := []string{"chen", "fei"}
		for i := range who {
			wg.Go(func() { _, errs[i] = s.Claim(t.Context(), who[i], c.TicketID(), "") })
		}
		wg.Wait()
		won := slices.Index(errs, nil)
		if won < 0 || errs[1-won] == nil {
			t.Fatalf("%v", errs)
		}
		if s.get(c.TicketID()).Owner != who[won] {
			t.Fatalf("%s won, %s has it", who[won], s.get(c.TicketID()).Owner)
		}
		if got := s.refused(c, errs[1-won]); got != "# "+s.Shown(who[won])+" 14:05 接了。要帮忙就打：备 # 想说的话" {
			t.Errorf("the other is told %q", got)
		}
		told := 0
		for _, n := range s.news(c) {
			if strings.HasPrefix(n, "wang 我是前台") {
				told++
			}
		}
		if told != 1 {
			t.Errorf("the customer hears %d times who has it", told)
		}
	}
}

// The same cause on the same case is one act.
func TestOneCauseOneAct(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.news(c)
	ctx := casework.WithCause(t.Context(), "form/1")
	for range 3 {
		s.done(s.Say(ctx, "chen", c.TicketID(), "马上到", false))
	}
	s.expect(c, "wang 小陈：马上到")
	s.done(s.Say(casework.WithCause(t.Context(), "form/2"), "chen", c.TicketID(), "马上到", false))
	s.expect(c, "wang 小陈：马上到")
}

func TestSay(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open()
	s.news(c)
	ctx, id := t.Context(), c.TicketID()
	if got := s.refused(c, second(s.Say(ctx, "chen", id, "我们保证退款", false))); got != `这段话里有"保证退款"，对外不能这么说。改一下，或请组长放行。` {
		t.Errorf("told %q", got)
	}
	if got := s.refused(c, second(s.Say(ctx, "chen", id, "我们保证退款", true))); got == "" {
		t.Error("an agent lets it pass themselves")
	}
	if got := s.refused(c, second(s.Say(ctx, "chen", id, "  \n ", false))); got == "" {
		t.Error("nothing was said")
	}
	s.expect(c)
	// who speaks first has it
	out, err := s.Say(ctx, "chen", id, "师傅马上到", false)
	s.must(err)
	if out.Say != "已发。还能发 4 条，到 11-26 14:05。" {
		t.Errorf("told %q", out.Say)
	}
	if x := s.get(id); x.Owner != "chen" || x.State != ticket.Working || x.Answered.IsZero() {
		t.Errorf("%s of %s, answered %s", x.State, x.Owner, x.Answered)
	}
	s.has(c, "wang 小陈：师傅马上到", "fei 灰卡 小陈 14:05 接单")
	s.done(s.Say(ctx, "liu", id, "我们保证退款", true))
	s.has(c, "wang 刘峰：我们保证退款")
}

func TestMoveToAPersonAndADepartment(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	ctx, id := t.Context(), c.TicketID()
	s.news(c)
	out, err := s.MoveTo(ctx, "chen", id, "小菲", "我下班了")
	s.must(err)
	if out.Say != "已转给小菲，您不再负责。" {
		t.Errorf("told %q", out.Say)
	}
	s.expect(c,
		"chen 灰卡 已由 小菲 接手", "fei 小陈把 # 转给您了。我下班了",
		"wang 我是前台小菲，这件事换我来跟，前面的经过我都看到了。14:20 前给您准信。", "fei 卡片 处理中 # · 设施设备｜您负责")
	if x := s.get(id); x.Owner != "fei" || x.State != ticket.Working {
		t.Errorf("%s of %s", x.State, x.Owner)
	}
	// to a department: nobody has it, its people see it as a new one
	s.pass(2 * time.Minute)
	s.done(s.MoveTo(ctx, "fei", id, "工程部", ""))
	s.has(c, "fei 灰卡 已由 工程部 接手", "wang 卡片 投诉 # · 设施设备｜一般 · 在店", "zhao 卡片 投诉 # · 设施设备｜一般 · 在店")
	if x := s.get(id); x.Owner != "" || x.State != ticket.New || x.Team != "eng" {
		t.Errorf("%s of %q, team %s", x.State, x.Owner, x.Team)
	}
	// and climbs like one
	s.pass(5 * time.Minute)
	if x := s.get(id); x.Owner != "wang" || !x.Auto {
		t.Errorf("five minutes later %q has it", x.Owner)
	}
	if got := s.refused(c, second(s.MoveTo(ctx, "jing", id, "小红", ""))); !match(got, "没有“小红”。可转给：…小陈…") {
		t.Errorf("nobody of that name: %q", got)
	}
}

func TestJoinAndSplit(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	a := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	b := s.open(func(in *casework.Intake) { in.Words, in.Category, in.Thing = "早餐是凉的", "food", "" })
	other := s.open(func(in *casework.Intake) { in.Who = li })
	ctx := t.Context()
	s.news(b)
	out, err := s.Join(ctx, "chen", a.TicketID(), b.TicketID())
	s.must(err)
	if want := b.No + " 已并入 " + a.No + "。"; out.Say != want {
		t.Errorf("told %q, want %q", out.Say, want)
	}
	x := s.get(b.TicketID())
	if x.State != ticket.Closed || x.Into != a.TicketID() || x.Ending != "merged" {
		t.Errorf("the part is %s, into %s", x.State, x.Into)
	}
	s.has(b, "chen 灰卡 已由 "+a.No+" 接手", "fei 灰卡 已由 "+a.No+" 接手")
	s.pass(time.Hour)
	s.expect(b) // it does not climb any more
	// again is no second time
	if got := s.refused(b, second(s.Join(ctx, "chen", a.TicketID(), b.TicketID()))); got == "" {
		t.Error("joined twice")
	}
	if got := s.refused(other, second(s.Join(ctx, "chen", a.TicketID(), other.TicketID()))); got != "这一步要组长来点。已在单上：#" {
		t.Errorf("another customer's: %q", got)
	}
	out, err = s.Part(ctx, "chen", b.TicketID())
	s.must(err)
	if want := b.No + " 已从 " + a.No + " 拆开，仍归您。"; out.Say != want {
		t.Errorf("told %q, want %q", out.Say, want)
	}
	x = s.get(b.TicketID())
	if !x.IsOpen() || x.Owner != "chen" || x.Into != "" || !x.Clocks.Answer.After(store.At(s.now())) {
		t.Errorf("apart it is %s of %q, clocks %+v", x.State, x.Owner, x.Clocks)
	}
	s.has(b, "chen 卡片 处理中 # · 餐饮｜您负责")
	if got := s.refused(b, second(s.Part(ctx, "chen", b.TicketID()))); got != "没有能拆的。打：拆 要拆出来的编号" {
		t.Errorf("split twice: %q", got)
	}
}

func TestPromiseTwiceThenTheLead(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open(func(in *casework.Intake) { in.Owner = "chen" })
	s.news(c)
	ctx, id := t.Context(), c.TicketID()
	for i := range 2 {
		out, err := s.Promise(ctx, "chen", id, s.now().Add(time.Duration(i+1)*time.Hour), "等配件")
		s.must(err)
		if !match(out.Say, "已告诉客人："+c.No+" … 前给准信。") {
			t.Errorf("told %q", out.Say)
		}
	}
	s.has(c, "wang 小陈：空调投诉改到15:05 前给您准信，因为等配件。", "wang 小陈：空调投诉改到16:05 前给您准信，因为等配件。")
	if got := s.refused(c, second(s.Promise(ctx, "chen", id, s.now().Add(3*time.Hour), "等配件"))); got != "# 已改过两次承诺，第三次要组长点。" {
		t.Errorf("a third: %q", got)
	}
	s.done(s.Promise(ctx, "jing", id, s.now().Add(3*time.Hour), "等配件"))
	s.news(c)
	for name, err := range map[string]error{
		"without a reason": second(s.Promise(ctx, "jing", id, s.now().Add(time.Hour), "")),
		"in the past":      second(s.Promise(ctx, "jing", id, s.now(), "等配件")),
	} {
		if s.refused(c, err) == "" {
			t.Errorf("%s it was taken", name)
		}
	}
	// the promise passes, and they hear once who takes over
	s.pass(2*time.Hour + 59*time.Minute)
	for _, n := range s.news(c) {
		if strings.HasPrefix(n, "wang ") {
			t.Errorf("too early: %s", n)
		}
	}
	s.pass(time.Minute)
	s.has(c, "wang 让您多等了。已改请…")
	s.pass(2 * time.Hour)
	for _, n := range s.news(c) {
		if strings.HasPrefix(n, "wang ") {
			t.Errorf("a second time: %s", n)
		}
	}
}

func TestLater(t *testing.T) {
	s := newStage(t, "2026-11-24 23:40")
	c := s.open(func(in *casework.Intake) { in.Kind, in.Words = ticket.Human, "转人工" })
	s.news(c)
	ctx, id := t.Context(), c.TicketID()
	out, err := s.Later(ctx, "zhou", id)
	s.must(err)
	if out.Say != "已告诉客人，23:55 前要有人回。" {
		t.Errorf("told %q", out.Say)
	}
	s.expect(c, "wang 夜班小周正在别的楼层，23:55 前回您。")
	if got := s.refused(c, second(s.Later(ctx, "zhou", id))); got != "# 已经再等过一次了。请接单，或转值班经理。" {
		t.Errorf("once more: %q", got)
	}
	s.pass(14 * time.Minute)
	s.expect(c)
	s.pass(time.Minute)
	s.has(c, "liu 卡片 没人动 # · …", "wang 让您多等了。已改请值班经理刘峰，…")
}

func TestCalledRevealNote(t *testing.T) {
	s := newStage(t, "2026-11-24 14:05")
	c := s.open()
	ctx, id := t.Context(), c.TicketID()
	s.news(c)
	s.done(s.Called(ctx, "chen", id, "missed", ""))
	if x := s.get(id); x.Owner != "chen" || !x.Answered.IsZero() {
		t.Errorf("nobody answered: owner %q, answered %s", x.Owner, x.Answered)
	}
	s.done(s.Called(ctx, "chen", id, "change", "同意去 1506"))
	if x := s.get(id); x.Answered.IsZero() {
		t.Error("a call counts as an answer")
	}
	s.has(c, "fei 灰卡 小陈 14:05 已致电：没接")
	phone, err := s.Reveal(ctx, "fei", id)
	if err != nil || phone != "13812345620" {
		t.Errorf("%q, %v", phone, err)
	}
	s.done(s.Note(ctx, "fei", id, "客人晚上七点后在"))
	s.has(c, "chen # 小菲备注：客人晚上七点后在")
	s.done(s.NoteFile(ctx, "fei", id, "f1", chat.Image))
	x := s.get(id)
	if len(x.Files) != 1 || x.History[len(x.History)-1].File != 1 {
		t.Errorf("the picture is not on the case: %+v", x.Files)
	}
	if got := events(x); got != "bot:opened customer:said chen:called chen:called fei:revealed fei:noted fei:noted" {
		t.Errorf("history: %s", got)
	}
	if len(x.Progress()) != 0 {
		t.Errorf("the customer reads %+v", x.Progress())
	}
}
