package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/store/sqlite"
	"kefu/tools/redistest"
)

// shared is an engine of several instances: none of them closes it.
type shared struct{ *sqlite.Engine }

func (shared) Close() error { return nil }

// twoInstances starts the program twice on one store and one Redis.
func twoInstances(t *testing.T) (h *house, apps []*app.App, server *redistest.Server) {
	t.Helper()
	server = redistest.Start(t)
	h = build(t, func(c *config.Config) { c.Redis.URL = config.Secret(server.URL()) })
	e, err := sqlite.Open(t.Context(), h.conf.Data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	h.opts.Engine = shared{e}
	for range 2 {
		h.start()
		apps = append(apps, h.App)
	}
	return h, apps, server
}

// every does something again and again until the test's work is done.
func every(d time.Duration, do func(n int)) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-tick.C:
				do(n)
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// Two instances share a store while Redis is emptied under them again and again,
// callbacks go now to this one, now to that, also the three deliveries of one
// message: nothing is lost, and nobody is told anything twice.
func TestTwoInstancesWhileRedisIsEmptied(t *testing.T) {
	t.Parallel()
	const guests, pens = 40, 6
	h, apps, server := twoInstances(t)
	opt, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	memory := redis.NewClient(opt)
	defer memory.Close()
	flushed := 0
	stopFlush := every(250*time.Millisecond, func(int) {
		if memory.FlushAll(context.WithoutCancel(t.Context())).Err() == nil {
			flushed++
		}
	})
	stopTurns := every(7*time.Millisecond, func(n int) {
		h.sim.SetWebhook("hotel", apps[n%2].URL()+"/wechat/oa/hotel")
		h.sim.SetCallback(apps[(n/3)%2].URL() + "/wecom/app")
		h.pass(40 * time.Millisecond)
		if n%5 == 0 {
			h.sim.Faults().Set(sim.Fault{Kind: []sim.FaultKind{sim.Triple, sim.Parallel}[n%2], Platform: "oa", Times: 1})
		}
	})
	user := func(i int) string { return fmt.Sprintf("oTwo%02d", i) }
	write := func(words func(i int) string) {
		t.Helper()
		next := make(chan int)
		var all sync.WaitGroup
		for range pens {
			all.Go(func() {
				for i := range next {
					if err := h.sim.Customer("hotel", user(i)).Say(t.Context(), words(i)); err != nil {
						t.Errorf("%s: %v", user(i), err)
					}
				}
			})
		}
		for i := range guests {
			next <- i
		}
		close(next)
		all.Wait()
	}
	write(func(int) string { return grief })
	write(func(i int) string { return fmt.Sprintf("楼道里也很吵，这是%02d号", i) })
	nos := map[string]string{}
	until(t, "a number for everybody", func() (string, bool) {
		for _, c := range cases(t, h.Store) {
			_, u := c.Who.Split()
			nos[u] = c.No
		}
		return fmt.Sprint(len(nos)), len(nos) == guests
	})
	until(t, "a card for every case", func() (string, bool) {
		h.pass(2 * time.Second) // WeCom takes 30 a minute for one person
		titles, missing := "", ""
		for _, c := range h.sim.Cards("chen") {
			titles += c.Title + "\n"
		}
		for _, no := range nos {
			if !strings.Contains(titles, no) {
				missing += " " + no
			}
		}
		return missing, missing == ""
	})
	for _, no := range nos {
		n := 0
		for _, c := range h.sim.Cards("chen") {
			if strings.Contains(c.Title, no) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("case %s: %d cards", no, n)
		}
	}
	for i := range guests {
		h.types("chen", "接单 "+nos[user(i)])
		h.types("chen", fmt.Sprintf("回复 %s 第%02d位师傅马上到", nos[user(i)], i))
	}
	write(func(i int) string { return fmt.Sprintf("孩子也被吵醒了，这是%02d号", i) })
	h.ease()
	stopTurns()
	stopFlush()
	h.ease()
	h.sim.Faults().Clear()

	if flushed < 5 {
		t.Errorf("Redis was emptied %d times only", flushed)
	}
	if n := len(cases(t, h.Store)); n != guests {
		t.Errorf("%d cases of %d complaints", n, guests)
	}
	all := map[string]int{}
	for _, c := range cases(t, h.Store) {
		for _, e := range c.History {
			_, u := c.Who.Split()
			for _, words := range []string{"楼道里也很吵", "孩子也被吵醒了"} {
				if strings.Contains(e.Text, words) {
					all[u+words]++
				}
			}
		}
	}
	for i := range guests {
		u := user(i)
		if n := h.times(u, "编号 "+nos[u]); n != 1 {
			t.Errorf("%s heard the number %d times", u, n)
		}
		if n := h.times(u, fmt.Sprintf("第%02d位师傅马上到", i)); n != 1 {
			t.Errorf("%s heard the answer %d times", u, n)
		}
		for _, words := range []string{"楼道里也很吵", "孩子也被吵醒了"} {
			if n := all[u+words]; n != 1 {
				t.Errorf("%s: the case knows %d times: %s", u, n, words)
			}
		}
		seen := map[string]bool{}
		for _, b := range h.bubbles(u) {
			if seen[b.Text] {
				t.Errorf("%s was told twice: %s", u, b.Text)
			}
			seen[b.Text] = true
		}
	}
	for _, d := range documents[delivery.Delivery](t, h.Store, "deliveries") {
		if d.State != delivery.Sent && d.State != delivery.Cancelled && d.Content.Form != chat.AsUpdate {
			t.Errorf("%s is %s, %s", d.ID, d.State, d.Reason)
		}
	}
	for _, e := range entries(t, h.Store) {
		if e.Open {
			t.Errorf("still open: a message of %s", e.Message.From)
		}
	}
}

// One of two instances dies in the middle of its work; the other goes on with it.
func TestOneOfTwoInstancesDies(t *testing.T) {
	t.Parallel()
	h, apps, _ := twoInstances(t)
	second := apps[1]
	h.sim.SetWebhook("hotel", second.URL()+"/wechat/oa/hotel")
	for i := range 12 {
		user := fmt.Sprintf("oDies%02d", i)
		guest := h.sim.Customer("hotel", user)
		if err := guest.Later().Say(t.Context(), grief); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "the first messages to be stored", func() (string, bool) { return "", stored(t, second.Store, "inbox") > 2 })
	h.sim.SetWebhook("hotel", apps[0].URL()+"/wechat/oa/hotel")
	second.Crash()
	h.App = apps[0]
	h.wait("everybody to be answered", func() bool {
		for i := range 12 {
			if h.times(fmt.Sprintf("oDies%02d", i), "编号") == 0 {
				return false
			}
		}
		return true
	})
	h.ease()
	if n := len(cases(t, h.Store)); n != 12 {
		t.Errorf("%d cases of 12 complaints", n)
	}
}
