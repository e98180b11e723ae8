package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"kefu/bot/staff"
	"kefu/bot/ticket"
	"kefu/bot/wechat/sim"
)

// Jumped is a move of the clock and what it caused.
type Jumped struct {
	Title  string   `json:"title"`            // of the key that was pressed
	Busy   bool     `json:"busy,omitempty"`   // under way
	Causes []string `json:"causes,omitempty"` // in short, each once: 自动派单, 升级到组长
	Lines  []string `json:"lines,omitempty"`  // one by one, with the clock's time
}

// jumped is the last jump, for the page.
type jumped struct {
	one sync.Mutex // held by the jump under way

	mu  sync.Mutex
	rev int
	v   Jumped
}

func (j *jumped) set(v Jumped) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.v, j.rev = v, j.rev+1
}

func (j *jumped) get() (Jumped, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.v, j.rev
}

var errJumping = errors.New("demo: another jump is under way")

const (
	maxStops  = 60                     // places where a jump halts for what is due
	longJump  = 8 * time.Second        // real time; then it goes straight to its end
	quietFor  = 120 * time.Millisecond // nothing changed so long: what was due is done
	longQuiet = 2500 * time.Millisecond
	maxLines  = 20
)

// jump moves the clock. It halts wherever something comes due and lets it happen
// at its own time, so that one escalation follows another as it would have.
func (d *Demo) jump(ctx context.Context, key string) (Jumped, error) {
	to, err := d.clock.target(key)
	if err != nil {
		return Jumped{}, err
	}
	if !d.jumped.one.TryLock() {
		return Jumped{}, errJumping
	}
	defer d.jumped.one.Unlock()
	v := Jumped{Title: jumpTitle(key), Busy: true}
	d.jumped.set(v)
	from, open := d.clock.now(), d.windows()
	end := time.Now().Add(longJump)
	for range maxStops {
		next := to
		if time.Now().Before(end) {
			next = d.nextDue(ctx, to)
		}
		d.clock.at(next)
		d.settle(ctx)
		if !next.Before(to) {
			break
		}
	}
	d.clock.at(to)
	d.settle(ctx)
	v.Busy = false
	v.Causes, v.Lines = d.happened(ctx, from, open)
	d.jumped.set(v)
	return v, d.save()
}

func jumpTitle(key string) string {
	for _, j := range jumps {
		if j.Key == key {
			return j.Title
		}
	}
	return key
}

// nextDue is the first instant, until to at most, when a case or the morning round
// is due.
func (d *Demo) nextDue(ctx context.Context, to time.Time) time.Time {
	now := d.clock.now()
	next := to
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	if morning, err := d.clock.target("8:30"); err == nil {
		sooner(morning)
	}
	live, err := d.app.Book.Live(ctx, maxCases)
	if err != nil {
		return to
	}
	for _, t := range live {
		if !t.Due.IsZero() {
			sooner(t.Due.Time().Add(time.Millisecond))
		}
	}
	return next
}

// settle lets what is due happen and waits until nothing changes any more.
func (d *Demo) settle(ctx context.Context) {
	d.app.Sweeper.Poke()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end, last, since := time.Now().Add(longQuiet), "", time.Now()
	for time.Now().Before(end) {
		list, tag := d.cases(ctx)
		if tag = fmt.Sprint(tag, d.sim.Version()); tag != last {
			last, since = tag, time.Now()
		}
		if slices.ContainsFunc(list, d.isDue) { // came due while others were seen to
			d.app.Sweeper.Poke()
			since = time.Now()
		}
		if time.Since(since) >= quietFor {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (d *Demo) isDue(t *ticket.Ticket) bool {
	return !t.Due.IsZero() && !t.Due.Time().After(d.clock.now())
}

// windows says whose 48 hours are open.
func (d *Demo) windows() map[string]string {
	open := map[string]string{}
	for _, p := range d.sim.Customers(account) {
		if p.Credits.Open && p.Credits.Until.Sub(d.clock.now()) > time.Minute { // not that of a tap
			open[p.OpenID] = p.Name
		}
	}
	return open
}

type cause struct {
	at    time.Time
	short string
	more  string
	n     int // how often
}

// happened lists what the clock caused since from.
func (d *Demo) happened(ctx context.Context, from time.Time, open map[string]string) (short, lines []string) {
	var all []cause
	add := func(at time.Time, short, more string) {
		for i := range all {
			if all[i].short == short && all[i].more == more {
				all[i].n++
				return
			}
		}
		all = append(all, cause{at, short, more, 1})
	}
	list, _ := d.cases(ctx)
	for _, t := range list {
		for i, e := range t.History {
			if !e.At.Time().After(from) {
				continue
			}
			if s, more := d.byClock(t, i, e); s != "" {
				add(e.At.Time(), s, more)
			}
		}
	}
	d.mornings(from, add)
	for _, p := range d.sim.Customers(account) {
		if name := open[p.OpenID]; name != "" && !p.Credits.Open {
			add(d.clock.now(), "窗口过了", name+" 48 小时没来信")
		}
		d.toCustomer(from, p, add)
	}
	slices.SortStableFunc(all, func(a, b cause) int { return a.at.Compare(b.at) })
	for _, c := range all {
		if !slices.Contains(short, c.short) {
			short = append(short, c.short)
		}
		if len(lines) < maxLines {
			lines = append(lines, d.line(c))
		}
	}
	if n := len(all) - len(lines); n > 0 {
		lines = append(lines, fmt.Sprintf("还有 %d 件，在各单的经过里", n))
	}
	return short, lines
}

func (d *Demo) line(c cause) string {
	s := d.hour(c.at) + " " + c.short
	if c.more != "" {
		s += "：" + c.more
	}
	if c.n > 1 {
		s += fmt.Sprintf("（共 %d 次）", c.n)
	}
	return s
}

// byClock says what an event of a case's history was, "" when people did it.
func (d *Demo) byClock(t *ticket.Ticket, i int, e ticket.Event) (short, more string) {
	if e.Who != ticket.BySystem {
		return "", ""
	}
	switch e.What {
	case ticket.Given:
		return "自动派单", t.No + " 派给" + e.Text
	case ticket.Climbed:
		if i > 0 && t.History[i-1].What == ticket.Given && t.History[i-1].At.Equal(e.At) {
			return "", "" // the same step
		}
		if e.Text == "" {
			return "这一级没有人", t.No
		}
		return "升级到" + d.rank(e.Text), t.No + " " + e.Text
	case ticket.Broke:
		if strings.HasPrefix(e.Text, "超过") {
			return "过了办结时限", t.No
		}
		return "承诺过了点", t.No + " 答应 " + e.Text
	case ticket.Promises:
		return "对客人改口", t.No + " " + e.Line
	case ticket.WaitsFor:
		return "提醒客人", t.No + " " + e.Text
	case ticket.SolvedAs:
		return "自动办结", t.No + " " + e.Text
	case ticket.Ended:
		return "自动关闭", t.No
	case ticket.Undeliver:
		return "没送到", t.No + " " + e.Text
	}
	return "", ""
}

// rank is the title of the first of the people named.
func (d *Demo) rank(names string) string {
	for _, p := range d.app.Roster.All() {
		if !strings.HasPrefix(names, p.ShownAs) {
			continue
		}
		for _, r := range []struct{ role, title string }{
			{staff.Leader, "总经理"}, {staff.Manager, "经理"}, {staff.Lead, "组长"}, {staff.Butler, "管家"},
		} {
			if p.Is(r.role) {
				return r.title
			}
		}
	}
	return "下一级"
}

// mornings finds the cards of the morning round.
func (d *Demo) mornings(from time.Time, add func(time.Time, string, string)) {
	var who []string
	var at time.Time
	for _, m := range d.sim.Members() {
		for _, i := range d.sim.Inbox(m.UserID) {
			if i.At.After(from) && i.From == sim.FromApp && morning(i) {
				who, at = append(who, m.Name), i.At
				break
			}
		}
	}
	if len(who) > 0 {
		add(at, "发早报", strings.Join(who, "、"))
	}
}

// morning says whether an item is a card or a line of the morning round.
func morning(i sim.Item) bool {
	if i.Card != nil {
		return strings.HasPrefix(i.Card.Title, "早")
	}
	return strings.HasPrefix(i.Text, "昨天") || strings.HasPrefix(i.Title, "早")
}

// toCustomer tells of messages that reached a customer.
func (d *Demo) toCustomer(from time.Time, p sim.Phone, add func(time.Time, string, string)) {
	n := 0
	var at time.Time
	for _, b := range d.sim.Phone(account, p.OpenID).Bubbles {
		if b.From == sim.FromAccount && b.At.After(from) {
			n, at = n+1, b.At
		}
	}
	if n > 0 {
		add(at, "告诉客人", fmt.Sprintf("%s收到 %d 条", p.Name, n))
	}
}

// hour is an instant as the page shows it: the time of day, and the day when it is
// not today.
func (d *Demo) hour(t time.Time) string {
	t, now := t.In(d.clock.zone), d.clock.now().In(d.clock.zone)
	at := d.app.Calendar.At(t)
	switch day := now.AddDate(0, 0, 1); {
	case t.Year() == now.Year() && t.YearDay() == now.YearDay():
		return at
	case t.Year() == day.Year() && t.YearDay() == day.YearDay():
		return "明天 " + at
	}
	return fmt.Sprintf("%d 日 %s", t.Day(), at)
}

// maxCases is how many cases the page shows.
const maxCases = 100

// shownFor is how long a closed case stays on the page.
const shownFor = 72 * time.Hour

// cases are those in hand and the latest ones closed, newest first, and a tag that
// changes with any of them. While the database is away they are as last seen.
func (d *Demo) cases(ctx context.Context) ([]*ticket.Ticket, string) {
	list, err := d.app.Book.Live(ctx, maxCases)
	if err == nil {
		now := d.clock.now()
		var recent []*ticket.Ticket
		recent, err = d.app.Book.Between(ctx, now.Add(-shownFor), now.Add(time.Minute), nil, maxCases)
		for _, t := range recent {
			if t.State == ticket.Closed {
				list = append(list, t)
			}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		return d.seen, d.tag
	}
	slices.SortStableFunc(list, func(a, b *ticket.Ticket) int { return b.Created.Time().Compare(a.Created.Time()) })
	var tag strings.Builder
	for _, t := range list {
		fmt.Fprintf(&tag, "%s%d", t.ID[:6], t.Rev)
	}
	d.seen, d.tag = list, tag.String()
	return d.seen, d.tag
}
