package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"kefu/bot/wechat"
	"kefu/bot/wechat/sim"
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// got is one delivery as the program sees it.
type got struct {
	query  url.Values
	body   []byte
	plain  []byte
	fields inner
}

type inner struct {
	ToUserName, FromUserName, MsgType, Content, Event, EventKey, MsgId, MsgID, Status string
	TaskId, ResponseCode, MediaId, PicUrl, Recognition, Label                         string
	CreateTime                                                                        int64
	Tapped                                                                            string `xml:"bizmsgmenuid"`
	Options                                                                           []struct {
		QuestionKey string
		OptionIds   []string `xml:"OptionIds>OptionId"`
	} `xml:"SelectedItems>SelectedItem"`
}

// rig is a Sim with a program behind it that answers as told.
type rig struct {
	t     *testing.T
	sim   *sim.Sim
	api   string
	clock *clock

	mu     sync.Mutex
	got    []got
	answer func(w http.ResponseWriter, g got) // default success
	cipher map[string]*wechat.Cipher
}

const (
	hotelKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	wecomKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	wang     = "oABCD0u1v2w3x4y5z6A7B8C9D0E1"
	li       = "oABCD0u1v2w3x4y5z6A7B8C9D0E2"
)

var ticketUpdate = sim.Template{
	ID: "T1", Title: "服务进度提醒",
	Content: "编号:{{character_string1.DATA}}\n事项:{{thing2.DATA}}\n状态:{{phrase3.DATA}}\n时间:{{time4.DATA}}",
}

func newRig(t *testing.T, change ...func(*sim.Config)) *rig {
	t.Helper()
	r := &rig{t: t, clock: &clock{t: time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)}, cipher: map[string]*wechat.Cipher{}}
	c := sim.Config{
		OA: []sim.Account{{ID: "hotel", Name: "湖畔酒店", AppID: "wx0123456789abcdef", Secret: "oa-secret", Token: "oatoken", AESKey: hotelKey, Templates: []sim.Template{ticketUpdate}}},
		WeCom: sim.WeCom{
			CorpID: "ww1a2b3c4d5e6f7a8b", AgentID: 1000002, Secret: "app-secret", Token: "QDG6eK", AESKey: wecomKey,
			Robots:  map[string]string{"staff": "KEY-STAFF"},
			Members: []sim.Member{{UserID: "fd01", Name: "小陈"}, {UserID: "fd02", Name: "小周"}, {UserID: "plug", Name: "老王", PluginOnly: true}, {UserID: "gone", Left: true}},
		},
		Now:  r.clock.now,
		Wait: func(_ context.Context, d time.Duration) error { r.clock.add(d); return nil },
		HTTP: &http.Client{},
	}
	for _, f := range change {
		f(&c)
	}
	s, err := sim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	r.sim = s
	api := httptest.NewServer(s.Handler())
	t.Cleanup(api.Close)
	r.api = api.URL
	s.SetBase(api.URL)
	bot := httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(bot.Close)
	for _, a := range c.OA {
		s.SetWebhook(a.ID, bot.URL+"/"+a.ID)
		r.cipher[a.ID], err = wechat.NewCipher(a.Token, a.AppID, a.AESKey, "")
		if err != nil {
			t.Fatal(err)
		}
	}
	s.SetCallback(bot.URL + "/wecom")
	if r.cipher["wecom"], err = wechat.NewCipher(c.WeCom.Token, c.WeCom.CorpID, c.WeCom.AESKey, ""); err != nil {
		t.Fatal(err)
	}
	return r
}

// serve is the program: it checks what a program must check.
func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	q := req.URL.Query()
	g := got{query: q, body: body, plain: body}
	c := r.cipher[strings.TrimPrefix(req.URL.Path, "/")]
	if sig := q.Get("signature"); sig != "" && !c.Verify(sig, q.Get("timestamp"), q.Get("nonce")) {
		r.t.Error("signature is wrong")
	}
	if req.Method == http.MethodGet {
		echo := q.Get("echostr")
		if sig := q.Get("msg_signature"); sig != "" {
			if !c.Verify(sig, q.Get("timestamp"), q.Get("nonce"), echo) {
				r.t.Error("msg_signature of echostr is wrong")
			}
			plain, _, err := c.Decrypt(echo)
			if err != nil {
				r.t.Error(err)
			}
			echo = string(plain)
		}
		_, _ = io.WriteString(w, echo)
		return
	}
	if sig := q.Get("msg_signature"); sig != "" {
		e, err := wechat.ParseEnvelope(body)
		if err != nil || !c.Verify(sig, q.Get("timestamp"), q.Get("nonce"), e.Encrypt) {
			r.t.Errorf("msg_signature is wrong: %v", err)
		}
		if g.plain, _, err = c.Decrypt(e.Encrypt); err != nil {
			r.t.Error(err)
		}
	}
	if bytes.HasPrefix(g.plain, []byte("<")) {
		if err := xml.Unmarshal(g.plain, &g.fields); err != nil {
			r.t.Error(err)
		}
	}
	r.mu.Lock()
	r.got = append(r.got, g)
	answer := r.answer
	r.mu.Unlock()
	if answer == nil {
		_, _ = io.WriteString(w, "success")
		return
	}
	answer(w, g)
}

func (r *rig) answers(f func(w http.ResponseWriter, g got)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

func (r *rig) deliveries() []got { r.mu.Lock(); defer r.mu.Unlock(); return append([]got{}, r.got...) }

func (r *rig) last() got {
	r.t.Helper()
	all := r.deliveries()
	if len(all) == 0 {
		r.t.Fatal("nothing was delivered")
	}
	return all[len(all)-1]
}

// sealed encrypts a reply for the account that sent g.
func (r *rig) sealed(account, plain string) []byte {
	b, err := r.cipher[account].SealXML([]byte(plain), "1320562132", 1790000001, 0)
	if err != nil {
		r.t.Error(err)
	}
	return b
}

func textReply(g got, words string) string {
	return "<xml><ToUserName>" + g.fields.FromUserName + "</ToUserName><FromUserName>" + g.fields.ToUserName +
		"</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[" + words + "]]></Content></xml>"
}

// says makes the program answer every OA push with this text, encrypted.
func (r *rig) says(words string) {
	r.answers(func(w http.ResponseWriter, g got) { _, _ = w.Write(r.sealed("hotel", textReply(g, words))) })
}

func (r *rig) token() string {
	r.t.Helper()
	out := r.call("/oa/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": "wx0123456789abcdef", "secret": "oa-secret"})
	return out["access_token"].(string)
}

func (r *rig) wecomToken() string {
	r.t.Helper()
	return r.call("/wecom/cgi-bin/gettoken?corpid=ww1a2b3c4d5e6f7a8b&corpsecret=app-secret", nil)["access_token"].(string)
}

// call posts JSON (nil: gets) and reads the answer; every answer must be HTTP 200.
func (r *rig) call(path string, in any) map[string]any {
	r.t.Helper()
	var res *http.Response
	var err error
	switch v := in.(type) {
	case nil:
		res, err = http.Get(r.api + path)
	case string:
		res, err = http.Post(r.api+path, "application/json", strings.NewReader(v))
	default:
		b, e := wechat.JSON(in)
		if e != nil {
			r.t.Fatal(e)
		}
		res, err = http.Post(r.api+path, "application/json", bytes.NewReader(b))
	}
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: http %d, %v", path, res.StatusCode, err)
	}
	return out
}

// oa calls with a token and gives the errcode (0 when there is none).
func (r *rig) oa(path string, in any) int {
	r.t.Helper()
	return code(r.call("/oa/cgi-bin/"+path+"?access_token="+r.token(), in))
}

func (r *rig) wecom(path string, in any) map[string]any {
	r.t.Helper()
	return r.call("/wecom/cgi-bin/"+path+"?access_token="+r.wecomToken(), in)
}

func code(out map[string]any) int {
	c, _ := out["errcode"].(float64)
	return int(c)
}

func customText(to, words string) map[string]any {
	return map[string]any{"touser": to, "msgtype": "text", "text": map[string]string{"content": words}}
}

func card(to, taskID string) map[string]any {
	return map[string]any{"touser": to, "agentid": 1000002, "msgtype": "template_card", "template_card": map[string]any{
		"card_type": "button_interaction", "task_id": taskID,
		"main_title":              map[string]string{"title": "投诉 4827 · 设施设备", "desc": "一般 · 在店"},
		"quote_area":              map[string]any{"title": "客人原话", "quote_text": "1208空调不制冷"},
		"horizontal_content_list": []map[string]string{{"keyname": "房间", "value": "1208"}},
		"button_selection": map[string]any{"question_key": "to", "title": "派给", "selected_id": "-", "option_list": []map[string]string{
			{"id": "-", "text": "不选"}, {"id": "eng", "text": "工程部"},
		}},
		"button_list": []map[string]any{{"text": "接单", "style": 1, "key": "claim"}, {"text": "转出", "style": 2, "key": "out"}},
	}}
}

func (r *rig) phone() sim.Phone { return r.sim.Phone("hotel", wang) }

func (r *rig) wang() *sim.Customer { return r.sim.Customer("hotel", wang) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
