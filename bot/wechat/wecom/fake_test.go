package wecom

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

// What must never be seen in an error.
const (
	secret   = "s3cr3t-of-the-app"
	robotKey = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa"
	token    = "accesstoken000001"
)

// platform answers by path, and keeps what it was asked.
type platform struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string][]string // path → answers in turn, the last one for ever
	asked   []asked
}

type asked struct {
	Path  string
	Query map[string][]string
	Type  string
	Body  []byte
}

func newPlatform(t *testing.T) *platform {
	p := &platform{answers: map[string][]string{}}
	p.on("/cgi-bin/gettoken", `{"errcode":0,"errmsg":"ok","access_token":"`+token+`","expires_in":7200}`)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, asked{r.URL.Path, r.URL.Query(), r.Header.Get("Content-Type"), body})
		list := p.answers[r.URL.Path]
		if len(list) == 0 {
			http.NotFound(w, r)
			return
		}
		if len(list) > 1 {
			p.answers[r.URL.Path] = list[1:]
		}
		io.WriteString(w, list[0])
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) on(path string, answers ...string) { p.answers[path] = answers }

// last is the latest request to a path.
func (p *platform) last(t *testing.T, path string) asked {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.asked) - 1; i >= 0; i-- {
		if p.asked[i].Path == path {
			return p.asked[i]
		}
	}
	t.Fatalf("%s was not asked", path)
	return asked{}
}

func (p *platform) app(t *testing.T, change ...func(*Config)) *App {
	t.Helper()
	cfg := Config{
		CorpID: "ww1a2b3c4d5e6f7a8b", AgentID: 1000002, Secret: secret, API: p.URL,
		Robots: map[string]string{"staff": robotKey},
		Name:   "客服工单", Icon: "https://img.example.cn/i.png", Home: "https://console.example.cn",
	}
	for _, c := range change {
		c(&cfg)
	}
	now := func() time.Time { return time.Date(2026, 11, 24, 6, 5, 0, 0, time.UTC) }
	a, err := New(cfg, wechat.NewMemory(now), now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// decoded is JSON as maps.
func decoded(t testing.TB, b []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return m
}

func person(user string) chat.Address { return chat.Address{Channel: chat.WeCom, User: user} }

var group = chat.Address{Channel: chat.Robot, User: "staff"}

// complaint is the card of a new complaint.
func complaint() *chat.Card {
	return &chat.Card{
		TaskID: "t4827_1@2", Title: "投诉 4827 · 设施设备", Desc: "一般 · 在店",
		Quoted: "客人原话", Quote: "1208空调不制冷 打了两次前台都没人来",
		Lines: []chat.Line{
			{Name: "客人", Value: "王女士 · 普通 · 首次投诉"},
			{Name: "房间", Value: "1208 · 住到 11-26"},
			{Name: "事由", Value: "空调不制冷，两次电话未到"},
			{Name: "收到", Value: "14:05 公众号"},
			{Name: "承诺", Value: "14:10 前接单，14:20 前联系"},
		},
		Select:  &chat.Select{Key: "assign", Label: "派给", Options: []chat.Option{{Label: "工程部", Key: "eng"}, {Label: "客房部", Key: "hk"}}},
		Buttons: []chat.Option{{Label: "接单", Key: "claim"}, {Label: "接单并派", Key: "claim_assign"}, {Label: "转出", Key: "away"}},
		URL:     "https://console.example.cn/t/4827",
	}
}
