package e2e

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/chat"
	"kefu/bot/delivery"
	"kefu/bot/hours"
	"kefu/bot/inbox"
	"kefu/bot/ticket"
	"kefu/bot/wechat/sim"
	"kefu/cmd/kefu/app"
	"kefu/cmd/kefu/config"
	"kefu/store/sqlite"
)

// The test binary run with these is the program, so that it can be killed.
const (
	childConfig = "KEFU_E2E_CHILD" // its kefu.yaml
	childClock  = "KEFU_E2E_CLOCK" // how far its clock is ahead
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childConfig); path != "" {
		if err := serveChild(path, os.Getenv(childClock)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveChild runs the program until it is killed. Beside its own pages it has one
// that moves its clock on and says what is left to be done.
func serveChild(path, clock string) error {
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		return err
	}
	ahead, err := time.ParseDuration(clock)
	if err != nil {
		return err
	}
	var offset atomic.Int64
	offset.Store(int64(ahead))
	now := func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	var a *app.App
	a, err = app.New(context.Background(), cfg, app.Options{
		Now: now, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Routes: func(r gin.IRouter) {
			r.POST("/e2e/clock/:ahead", func(c *gin.Context) {
				d, err := time.ParseDuration(c.Param("ahead"))
				if err != nil {
					c.String(http.StatusBadRequest, "%v", err)
					return
				}
				offset.Store(int64(d))
				a.Sweeper.Poke()
				state, ok := (&house{App: a, clock: now()}).busy(c.Request.Context())
				if ok {
					state = rested
				}
				c.String(http.StatusOK, "%s", state)
			})
		},
	})
	if err != nil {
		return err
	}
	if err := a.Start(context.Background()); err != nil {
		return err
	}
	return a.Wait()
}

const rested = "nothing is left to be done"

// mortal is the program as a process, and the world around it.
type mortal struct {
	t      *testing.T
	sim    *sim.Sim
	dir    string
	web    string // host:port
	admin  string
	cmd    *exec.Cmd
	log    bytes.Buffer
	offset atomic.Int64 // of the clocks

	mu    sync.Mutex
	alive chan struct{} // closed while it is up
}

func (m *mortal) now() time.Time { return time.Now().Add(time.Duration(m.offset.Load())) }

// newMortal makes the world; begin starts the program.
func newMortal(t *testing.T) *mortal {
	t.Helper()
	m := &mortal{t: t, dir: t.TempDir(), alive: make(chan struct{})}
	m.offset.Store(int64(time.Until(time.Date(2026, 11, 24, 14, 0, 0, 0, hours.China())))) // a working afternoon
	web, admin := listen(t), listen(t)
	m.web, m.admin = web.Addr().String(), admin.Addr().String()
	_, _ = web.Close(), admin.Close()
	var members []sim.Member
	var people strings.Builder
	for _, p := range crew[:4] {
		members = append(members, sim.Member{UserID: p.ID, Name: p.ShownAs})
		fmt.Fprintf(&people, "  - {id: %s, name: %s, shown_as: %s, roles: [%s], team: %s}\n", p.ID, p.Name, p.ShownAs, p.Roles[0], p.Team)
	}
	s, err := sim.New(sim.Config{
		OA: []sim.Account{{ID: "hotel", AppID: appID, Secret: "secret-of-the-account", Token: token, AESKey: aesKey}},
		WeCom: sim.WeCom{
			CorpID: corpID, AgentID: 1000002, Secret: "secret-of-the-app", Token: token, AESKey: aesKey,
			Robots: map[string]string{"staff": "key-of-staff-group"}, Members: members,
		},
		Now: m.now, MarkFailAfter: -1, Wait: m.awaitLife,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	api := httptest.NewServer(s.Handler())
	t.Cleanup(api.Close)
	s.SetBase(api.URL)
	s.SetWebhook("hotel", "http://"+m.web+"/wechat/oa/hotel")
	s.SetCallback("http://" + m.web + "/wecom/app")
	m.sim = s
	yaml := strings.NewReplacer("WEB", m.web, "ADMIN", m.admin, "APPID", appID, "TOKEN", token, "KEY", aesKey, "API", api.URL, "CORP", corpID).Replace(
		`listen: WEB
admin: ADMIN
public_url: http://WEB
data: ./data
pack: hotel
brand: {name: 湖畔度假村}
accounts:
  - {id: hotel, app_id: APPID, app_secret: secret-of-the-account, token: TOKEN, aes_key: KEY, mode: safe, api: "API/oa"}
wecom: {corp_id: CORP, agent_id: 1000002, secret: secret-of-the-app, token: TOKEN, aes_key: KEY, api: "API/wecom", robots: {staff: key-of-staff-group}}
staff:
`) + people.String()
	if err := os.WriteFile(filepath.Join(m.dir, "kefu.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		m.kill()
		if t.Failed() {
			t.Logf("the program said:\n%s", m.log.String())
		}
	})
	return m
}

// begin starts the program on its data and waits until it is ready, for at most a
// minute.
func (m *mortal) begin() {
	m.t.Helper()
	self, err := os.Executable()
	if err != nil {
		m.t.Fatal(err)
	}
	m.cmd = exec.Command(self)
	m.cmd.Env = append(os.Environ(), childConfig+"="+filepath.Join(m.dir, "kefu.yaml"), childClock+"="+time.Duration(m.offset.Load()).String())
	m.cmd.Stderr, m.cmd.Stdout = &m.log, &m.log
	if err := m.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	for range 12_000 {
		if res, err := http.Get("http://" + m.admin + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				m.mu.Lock()
				close(m.alive)
				m.mu.Unlock()
				return
			}
		}
		time.Sleep(5 * time.Millisecond) // polling, bounded above
	}
	m.t.Fatal("the program does not become ready")
}

// kill is kill -9.
func (m *mortal) kill() {
	if m.cmd == nil {
		return
	}
	m.mu.Lock()
	select {
	case <-m.alive:
		m.alive = make(chan struct{})
	default:
	}
	m.mu.Unlock()
	_ = m.cmd.Process.Signal(syscall.SIGKILL)
	_ = m.cmd.Wait() // it was killed; that is what it says
	m.cmd = nil
}

// awaitLife is WeChat's pause between two deliveries: until the program is back.
func (m *mortal) awaitLife(ctx context.Context, _ time.Duration) error {
	m.mu.Lock()
	alive := m.alive
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	select {
	case <-alive:
	case <-ctx.Done():
	}
	return nil
}

// move moves the clocks on and says what is left to be done.
func (m *mortal) move(d time.Duration) string {
	m.t.Helper()
	ahead := time.Duration(m.offset.Add(int64(d)))
	res, err := http.Post("http://"+m.web+"/e2e/clock/"+ahead.String(), "", nil)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	var b bytes.Buffer
	_, _ = b.ReadFrom(res.Body)
	return b.String()
}

// written is one message of somebody who wrote while the program died.
type written struct {
	user, words string
	complaint   bool
	acked       bool
	claimed     bool // 小陈 typed 接单, and was heard
}

// letters are what customers write in one round: new ones complain or ask, and
// who complained in the round before adds to it.
func letters(round, n int) []*written {
	var all []*written
	for i := range n {
		w := &written{user: fmt.Sprintf("oR%02dn%02d", round, i), words: "早餐几点开始？"}
		switch {
		case i%5 == 0:
			w.words, w.complaint = grief, true
		case i%5 == 1 && round > 0:
			w.user, w.words = fmt.Sprintf("oR%02dn%02d", round-1, i-1), fmt.Sprintf("楼道里也很吵，第%d次说了", i)
		}
		all = append(all, w)
	}
	return all
}

// The process is killed at random moments while customers write, and started
// again on the same folder: what was acknowledged has had its effect, once.
func TestKilledAtAnyMoment(t *testing.T) {
	// Not beside others: killing and starting takes both processors for half a minute.
	const rounds, messages, pens = 12, 30, 6
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	m := newMortal(t)
	m.begin()
	var all []*written
	for _, w := range letters(0, messages) { // so that there is something to take from the start
		if w.complaint {
			w.acked = m.sim.Customer("hotel", w.user).Say(t.Context(), w.words) == nil
			all = append(all, w)
		}
	}
	until(t, "cards", func() (string, bool) { return m.move(time.Second), len(m.sim.Cards("chen")) >= len(all) })
	for round := 1; round <= rounds; round++ {
		work, earlier := letters(round, messages), all
		all = append(all, work...)
		next := make(chan *written)
		var people sync.WaitGroup
		for range pens {
			people.Go(func() {
				for w := range next {
					w.acked = m.sim.Customer("hotel", w.user).Say(t.Context(), w.words) == nil
				}
			})
		}
		people.Go(func() { m.claim(earlier) })
		killed := make(chan struct{})
		time.AfterFunc(time.Duration(dice.IntN(250))*time.Millisecond, func() {
			m.kill()
			close(killed)
		})
		people.Go(func() {
			defer close(next)
			for _, w := range work {
				next <- w
			}
		})
		<-killed
		m.begin()
		people.Wait()
		m.move(25 * time.Second) // beyond what an entry waits to be finished
	}
	m.settle()
	m.kill()
	m.judge(all)
}

// claim lets 小陈 take six cases of those written before whose cards have come.
func (m *mortal) claim(before []*written) {
	left := 6
	var titles strings.Builder
	for _, c := range m.sim.Cards("chen") {
		titles.WriteString(c.Title + "\n")
	}
	for _, w := range before {
		for _, b := range m.sim.Phone("hotel", w.user).Bubbles {
			no := numbered.FindStringSubmatch(b.Text)
			if left > 0 && w.complaint && !w.claimed && b.From == sim.FromAccount && no != nil && strings.Contains(titles.String(), no[1]) {
				left--
				w.claimed = m.sim.Member("chen").Type(m.t.Context(), "接单 "+no[1]) == nil
				break
			}
		}
	}
}

// settle lets time pass until nothing is left to be done, for two minutes at
// most.
func (m *mortal) settle() {
	m.t.Helper()
	state := ""
	for began := time.Now(); time.Since(began) < 2*time.Minute; {
		if state = m.move(4 * time.Second); state == rested {
			return
		}
		time.Sleep(50 * time.Millisecond) // polling, bounded above
	}
	m.t.Fatalf("the program does not come to rest: %s", state)
}

// judge looks into the store of the dead program and at the customers' phones.
func (m *mortal) judge(all []*written) {
	t := m.t
	t.Helper()
	e, err := sqlite.Open(t.Context(), filepath.Join(m.dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	tickets := map[string][]ticket.Ticket{}
	for _, c := range cases(t, e) {
		_, user := c.Who.Split()
		tickets[user] = append(tickets[user], c)
	}
	came := map[string]inbox.Entry{}
	for _, x := range entries(t, e) {
		came[x.Message.From+"\n"+x.Message.Text] = x
		if x.Open {
			t.Errorf("still open: a message of %s", x.Message.From)
		}
	}
	const mine = "由我跟到底"
	sends, unsure := map[string]delivery.Delivery{}, map[string]bool{}
	for _, d := range documents[delivery.Delivery](t, e, "deliveries") {
		sends[d.ID] = d
		unsure[d.To.User] = unsure[d.To.User] || strings.Contains(d.Content.Plain(), mine) && d.Unsure > 0
		if !d.Final() {
			t.Errorf("not settled: %s is %s", d.ID, d.State)
		}
		if d.To.Channel != chat.OA && d.Content.Form != chat.AsUpdate && d.Undelivered() {
			t.Errorf("staff were not told: %s is %s, %s", d.ID, d.State, d.Reason)
		}
	}
	acked, twice, claims := 0, 0, 0
	for _, w := range all {
		x, stored := came[w.user+"\n"+w.words]
		if w.acked {
			acked++
		}
		if !stored {
			if w.acked {
				t.Errorf("%s: acknowledged and lost: %s", w.user, w.words)
			}
			continue
		}
		if n := len(tickets[w.user]); w.complaint && n != 1 {
			t.Errorf("%s: %d cases of one complaint", w.user, n)
		}
		if w.claimed {
			claims++
			if c := tickets[w.user][0]; c.Owner != "chen" {
				t.Errorf("%s: 小陈 took the case, but it is %q's", w.user, c.Owner)
			}
			if n := m.heard(w.user, mine); n == 0 || n > 1 && !unsure[w.user] {
				t.Errorf("%s: heard %d times who has it", w.user, n)
			}
		}
		if strings.HasPrefix(w.words, "楼道") {
			// Where the complaint before it never came, this one opened the case.
			_, adds := came[w.user+"\n"+grief]
			if n := told(tickets[w.user], w.words); n == 0 || n > 1 && adds {
				t.Errorf("%s: the case knows %d times: %s", w.user, n, w.words)
			}
			continue
		}
		replies := 0
		for _, b := range m.sim.Phone("hotel", w.user).Bubbles {
			if b.From == sim.FromAccount && strings.Contains(b.Text, "编号") == w.complaint {
				replies++
			}
		}
		// Nobody knows whether the passive reply left, or whether the call arrived.
		unknown := x.Later && sends["reply/"+x.ID].ID != ""
		switch {
		case replies == 0:
			t.Errorf("%s: no reply to: %s", w.user, w.words)
		case replies > 1 && !unknown, replies > 4: // the passive one, and three calls without an answer
			t.Errorf("%s: %d replies to: %s", w.user, replies, w.words)
		case replies > 1:
			twice++
		}
	}
	t.Logf("%d messages, %d acknowledged, %d cases, %d claimed, %d replies repeated because their outcome was unknown", len(all), acked, len(tickets), claims, twice)
	if claims == 0 {
		t.Error("no case was taken")
	}
	if acked < len(all)*3/4 {
		t.Errorf("only %d of %d messages were acknowledged", acked, len(all))
	}
}

// heard counts what a customer heard of these words.
func (m *mortal) heard(user, words string) int {
	n := 0
	for _, b := range m.sim.Phone("hotel", user).Bubbles {
		if b.From == sim.FromAccount && strings.Contains(b.Text, words) {
			n++
		}
	}
	return n
}

// told counts how often the history of cases has words.
func told(cases []ticket.Ticket, words string) int {
	n := 0
	for _, c := range cases {
		for _, e := range c.History {
			if strings.Contains(e.Text, words) {
				n++
			}
		}
	}
	return n
}
