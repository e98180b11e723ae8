package app

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"kefu/bot/chat"
	"kefu/cmd/kefu/config"
	"kefu/store"
	"kefu/store/sqlite"
)

func start(t *testing.T, cfg *config.Config, o Options) *App {
	t.Helper()
	listener := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	o.Listener, o.Admin = listener(), listener()
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	a, err := New(t.Context(), cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(a); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return a
}

func stop(a *App) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return a.Stop(ctx)
}

func bare(t *testing.T) *config.Config {
	c := config.Default()
	c.Data = t.TempDir()
	return c
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestAdminAddress(t *testing.T) {
	a := start(t, bare(t), Options{})
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": `"store":"ok"`, "/metrics": "go_goroutines", "/debug/pprof/": "goroutine", "/deliveries/dead": "[]",
	} {
		if code, body := get(t, a.AdminURL()+path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, code, body)
		}
	}
	if code, _ := get(t, a.AdminURL()+"/debug/pprof/cmdline"); code != http.StatusNotFound {
		t.Errorf("the command line is shown: %d", code)
	}
	for _, path := range []string{"/metrics", "/readyz", "/debug/pprof/"} {
		if code, _ := get(t, a.URL()+path); code != http.StatusNotFound {
			t.Errorf("the public address serves %s: %d", path, code)
		}
	}
}

// What changes something is refused to web pages of others, also when their name
// was made to point here.
func TestAdminRefusesOtherPages(t *testing.T) {
	a := start(t, bare(t), Options{})
	for name, change := range map[string]func(*http.Request){
		"another site":     func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another's origin": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"another name":     func(r *http.Request) { r.Host = "evil.example:9090" },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.AdminURL()+"/deliveries/again?id=x", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}

// broken is a store that can be switched off.
type broken struct {
	store.Engine
	off atomic.Bool
}

func (b *broken) Replace(ctx context.Context, coll string, d store.Document) error {
	if b.off.Load() {
		return store.ErrUnavailable
	}
	return b.Engine.Replace(ctx, coll, d)
}

func TestReadyFollowsTheStore(t *testing.T) {
	e, err := sqlite.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := &broken{Engine: e}
	a := start(t, bare(t), Options{Engine: b})
	ready := func(want int) {
		t.Helper()
		for began := time.Now(); ; time.Sleep(20 * time.Millisecond) { // an answer may be a second old
			code, body := get(t, a.AdminURL()+"/readyz")
			if code == want {
				return
			}
			if time.Since(began) > 5*time.Second {
				t.Fatalf("%d, want %d: %s", code, want, body)
			}
		}
	}
	ready(http.StatusOK)
	b.off.Store(true)
	ready(http.StatusServiceUnavailable)
	b.off.Store(false)
	ready(http.StatusOK)
}

func TestReadyWithoutTheRedisThatIsWanted(t *testing.T) {
	c := bare(t)
	c.Redis.URL = "redis://127.0.0.1:1/0"
	a := start(t, c, Options{})
	if code, body := get(t, a.AdminURL()+"/readyz"); code != http.StatusOK || !strings.Contains(body, "out of reach") {
		t.Errorf("%d %s", code, body)
	}
}

func TestPanics(t *testing.T) {
	a := start(t, bare(t), Options{Routes: func(r gin.IRouter) {
		r.GET("/boom", func(*gin.Context) { panic("boom") })
		r.GET("/hang", func(*gin.Context) { panic(http.ErrAbortHandler) })
		r.POST("/wechat/oa/test", func(*gin.Context) { panic("boom") })
	}})
	if code, body := get(t, a.URL()+"/boom"); code != http.StatusInternalServerError || strings.Contains(body, "boom") {
		t.Errorf("%d %s", code, body)
	}
	if _, err := http.Get(a.URL() + "/hang"); err == nil { //nolint:bodyclose // there is none
		t.Error("a handler that hangs up was answered")
	}
	// WeChat shows every 5xx to the customer.
	if _, err := http.Post(a.URL()+"/wechat/oa/test", "text/xml", strings.NewReader("<xml/>")); err == nil { //nolint:bodyclose // there is none
		t.Error("a callback that panicked was answered")
	}
	if code, _ := get(t, a.AdminURL()+"/healthz"); code != http.StatusOK {
		t.Errorf("not alive after panics: %d", code)
	}
}

// A body that was received leaves the handler all its time: a deadline on the body
// does not end the request.
func TestHandlerOutlivesTheBodysDeadline(t *testing.T) {
	ended := make(chan error, 1)
	a := start(t, bare(t), Options{Routes: func(r gin.IRouter) {
		r.POST("/slow", func(c *gin.Context) {
			_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			_, _ = io.ReadAll(c.Request.Body)
			select {
			case <-c.Request.Context().Done():
				ended <- c.Request.Context().Err()
			case <-time.After(300 * time.Millisecond):
				ended <- nil
			}
		})
	}})
	res, err := http.Post(a.URL()+"/slow", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if err := <-ended; err != nil {
		t.Errorf("the request ended with its body: %v", err)
	}
}

func TestStopDoesNotWaitForLivePages(t *testing.T) {
	a := start(t, bare(t), Options{Routes: func(r gin.IRouter) {
		r.GET("/live", func(c *gin.Context) {
			_, _ = c.Writer.WriteString("data: 1\n\n")
			c.Writer.Flush()
			<-c.Request.Context().Done()
		})
	}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.URL()+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := stop(a); err != nil || time.Since(began) > 3*time.Second {
		t.Errorf("stopped after %v: %v", time.Since(began), err)
	}
	if err := a.Wait(); err != nil {
		t.Errorf("wait: %v", err)
	}
}

// After a crash nothing is written any more, and the folder is free for the next.
func TestCrashLeavesWhatWasStored(t *testing.T) {
	cfg := bare(t)
	a := start(t, cfg, Options{})
	who := chat.Customer("hotel", "someone")
	m := chat.Message{Key: "k1", Account: "hotel", From: "someone", At: store.At(time.Now()), Kind: chat.Text, Text: "你好"}
	if _, _, err := a.Inbox.Put(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	a.Crash()
	if _, _, err := a.Inbox.Put(context.WithoutCancel(t.Context()), chat.Message{Key: "k2", Account: "hotel", From: "someone"}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("written after the crash: %v", err)
	}
	if err := a.Wait(); err != nil {
		t.Errorf("wait: %v", err)
	}
	b := start(t, cfg, Options{})
	if _, err := b.Inbox.Get(t.Context(), "k1"); err != nil {
		t.Errorf("lost: %v", err)
	}
	open, err := b.Inbox.Waiting(t.Context(), who)
	if err != nil || len(open) != 1 {
		t.Errorf("%d open, %v", len(open), err)
	}
}

func TestFirstStartKnowsTheHotel(t *testing.T) {
	cfg := bare(t)
	a := start(t, cfg, Options{})
	n := a.Know.Len()
	if n < 30 {
		t.Errorf("%d articles", n)
	}
	if err := stop(a); err != nil {
		t.Fatal(err)
	}
	if again := start(t, cfg, Options{}).Know.Len(); again != n {
		t.Errorf("%d articles after the second start, %d after the first", again, n)
	}
}

func TestNewTellsWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"port taken": {func(c *config.Config) { c.Listen = taken.Addr().String() }, "换一个端口"},
		"no pack":    {func(c *config.Config) { c.Pack = "circus" }, "没有行业包"},
		"no folder":  {func(c *config.Config) { c.Data = "/proc/nothing" }, "检查 data"},
	} {
		cfg := bare(t)
		cfg.Listen, cfg.Admin = "127.0.0.1:0", "127.0.0.1:0"
		c.change(cfg)
		a, err := New(t.Context(), cfg, Options{})
		if err == nil {
			t.Errorf("%s: started", name)
			_ = stop(a)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
