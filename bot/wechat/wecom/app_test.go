package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

func TestSend(t *testing.T) {
	card := string(load(t, "request/message_send-template_card-button_interaction.response.json"))
	const send = "/cgi-bin/message/send"
	tests := map[string]struct {
		path    string
		to      chat.Address
		call    chat.Call
		answers []string
		want    chat.Receipt
		verdict chat.Verdict
		code    int
	}{
		"card": {
			path: send, to: person("zhangsan"), call: chat.Call{Name: "message/send"}, answers: []string{card},
			want: chat.Receipt{MsgID: "xxxx", Response: "xyzxyz"},
		},
		"some did not get it": {
			path: send, to: person("UserId1|lisi|userid2|x1"), call: chat.Call{Name: "message/send"},
			answers: []string{`{"errcode":0,"invaliduser":"userid1|userid2","unlicenseduser":"x1","msgid":"m"}`},
			want:    chat.Receipt{MsgID: "m", Missing: []string{"UserId1", "userid2", "x1"}},
		},
		"update": {
			path: "/cgi-bin/message/update_template_card", to: person("userid1|lisi"), call: chat.Call{Name: "message/update_template_card"},
			answers: []string{string(load(t, "request/message_update_template_card-button.response.json"))},
			want:    chat.Receipt{Missing: []string{"userid1"}},
		},
		"token expired": {
			path: send, to: person("zhangsan"), call: chat.Call{Name: "message/send"},
			answers: []string{string(load(t, "request/error-42001.json")), `{"errcode":0,"msgid":"m"}`},
			want:    chat.Receipt{MsgID: "m"},
		},
		"nobody visible": {
			path: send, to: person("zhangsan"), call: chat.Call{Name: "message/send"},
			answers: []string{string(load(t, "request/error-81013.json"))}, verdict: chat.Operator, code: 81013,
		},
		"address not trusted": {
			path: send, to: person("zhangsan"), call: chat.Call{Name: "message/send"},
			answers: []string{string(load(t, "request/error-60020.json"))}, verdict: chat.Operator, code: 60020,
		},
		"half an answer": {
			path: send, to: person("zhangsan"), call: chat.Call{Name: "message/send"},
			answers: []string{`{"errcode":0,"msg`}, verdict: chat.Unsure,
		},
		"line": {
			path: "/cgi-bin/webhook/send", to: group, call: chat.Call{Name: "webhook/send"},
			answers: []string{string(load(t, "request/webhook.response.json"))},
		},
		"robot too fast": {
			path: "/cgi-bin/webhook/send", to: group, call: chat.Call{Name: "webhook/send"},
			answers: []string{string(load(t, "request/error-45009.json"))}, verdict: chat.Later, code: 45009,
		},
		"robot dead": {
			path: "/cgi-bin/webhook/send", to: group, call: chat.Call{Name: "webhook/send"},
			answers: []string{string(load(t, "request/error-93000.json"))}, verdict: chat.OtherWay, code: 93000,
		},
		"unknown robot":       {to: chat.Address{Channel: chat.Robot, User: "x"}, call: chat.Call{Name: "webhook/send"}, verdict: chat.Operator},
		"another's call":      {to: person("u"), call: chat.Call{Name: "message/custom/send"}, verdict: chat.OurFault},
		"card to a robot":     {to: group, call: chat.Call{Name: "message/send"}, verdict: chat.OurFault},
		"customer's address":  {to: chat.Address{Channel: chat.OA, User: "o"}, call: chat.Call{Name: "message/send"}, verdict: chat.OurFault},
		"path out of the way": {to: person("u"), call: chat.Call{Name: "../user/delete"}, verdict: chat.OurFault},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			a := p.app(t)
			if tt.path != "" {
				p.on(tt.path, tt.answers...)
			}
			tt.call.Body = []byte(`{"a":1}`)
			got, err := a.Send(t.Context(), tt.to, tt.call)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if f := chat.Failed(err); (f == nil) != (tt.verdict == "") || f != nil && (f.Verdict != tt.verdict || f.Code != tt.code) {
				t.Errorf("%v", err)
			}
			if tt.path == "" {
				return
			}
			got1 := p.last(t, tt.path)
			if string(got1.Body) != `{"a":1}` {
				t.Errorf("sent %s", got1.Body)
			}
			if q := url.Values(got1.Query).Encode(); q != "access_token="+token && q != "key="+robotKey {
				t.Error("query is neither the token nor the robot's key")
			}
		})
	}
}

// No error tells a key, a secret, a token, a code, or what was said.
func TestErrorsTellNothing(t *testing.T) {
	const code, said = "oauth-code-1", "王女士的话"
	leaky := `{"errcode":40058,"errmsg":"bad access_token=` + token + ` key=` + robotKey + ` corpsecret=` + secret + ` 王女士的话, from ip: 203.0.113.7"}`
	p := newPlatform(t)
	for _, path := range []string{
		"message/send", "message/update_template_card", "webhook/send", "auth/getuserinfo", "user/get",
		"agent/get", "message/recall", "media/upload", "media/get",
	} {
		p.on("/cgi-bin/"+path, leaky)
	}
	files := func(c *Config) {
		c.Media = func(context.Context, string) (string, io.ReadCloser, error) {
			return "a.jpg", io.NopCloser(strings.NewReader("not empty")), nil
		}
	}
	live := p.app(t, files)
	closed := newPlatform(t)
	dead := closed.app(t, files)
	closed.Close()
	badSecret := newPlatform(t)
	badSecret.on("/cgi-bin/gettoken", strings.Replace(leaky, "40058", "40001", 1))

	ctx := t.Context()
	body := []byte(`{"text":{"content":"` + said + `"}}`)
	for name, a := range map[string]*App{"refused": live, "unreachable": dead, "secret wrong": badSecret.app(t, files)} {
		var errs []error
		keep := func(err error) { errs = append(errs, err) }
		for _, c := range []string{callSend, callUpdate} {
			_, err := a.Send(ctx, person("zhangsan"), chat.Call{Name: c, Body: body})
			keep(err)
		}
		_, err := a.Render(ctx, "d", person("zhangsan"), chat.Content{Form: chat.AsImage, Media: "file:x"})
		keep(err)
		_, err = a.UserByCode(ctx, code)
		keep(err)
		_, err = a.UserActive(ctx, "zhangsan")
		keep(err)
		_, err = a.Download(ctx, "m")
		keep(err)
		keep(a.Recall(ctx, "m"))
		keep(a.CheckToken(ctx))
		if name != "secret wrong" { // a robot needs no token
			_, err = a.Send(ctx, group, chat.Call{Name: callRobot, Body: body})
			keep(err)
		}
		for i, err := range errs {
			if chat.Failed(err) == nil {
				t.Errorf("%s %d: not a failure: %v", name, i, err)
				continue
			}
			text := fmt.Sprintf("%v %+v %s", err, chat.Failed(err), wechat.Advice(chat.Failed(err)))
			for _, s := range []string{secret, robotKey, token, code, said, "zhangsan", "127.0.0.1"} {
				if strings.Contains(text, s) {
					t.Errorf("%s %d tells %q: %s", name, i, s, text)
				}
			}
		}
	}
	_, err := New(Config{Robots: map[string]string{"staff": "https://x/?key=" + robotKey}}, nil, nil)
	if err == nil || strings.Contains(err.Error(), robotKey) || !strings.Contains(err.Error(), "staff") {
		t.Errorf("key with an address: %v", err)
	}
	_, err = New(Config{API: "https://u:" + secret + "@x"}, nil, nil)
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("api with a password: %v", err)
	}
}

func TestSendGivesUpInTime(t *testing.T) {
	p := newPlatform(t)
	a := p.app(t)
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, err := a.Send(ctx, person("u"), chat.Call{Name: callSend, Body: []byte("{}")})
	if f := chat.Failed(err); f == nil || f.Verdict != chat.Later {
		t.Errorf("%v", err)
	}
}

func TestWithoutApp(t *testing.T) {
	p := newPlatform(t)
	a := p.app(t, func(c *Config) { c.CorpID, c.Secret, c.AgentID = "", "", 0 })
	_, err := a.Send(t.Context(), person("u"), chat.Call{Name: callSend, Body: []byte("{}")})
	if f := chat.Failed(err); f == nil || f.Verdict != chat.Operator {
		t.Errorf("%v", err)
	}
	p.on("/cgi-bin/webhook/send", `{"errcode":0}`)
	if _, err := a.Send(t.Context(), group, chat.Call{Name: callRobot, Body: []byte("{}")}); err != nil {
		t.Error(err)
	}
}

func TestUpload(t *testing.T) {
	p := newPlatform(t)
	p.on("/cgi-bin/media/upload", string(load(t, "request/media_upload.response.json")))
	picture := append([]byte("\x89PNG"), bytes.Repeat([]byte{7}, 1000)...)
	a := p.app(t, func(c *Config) {
		c.Media = func(_ context.Context, id string) (string, io.ReadCloser, error) {
			if id != "att1" {
				return "", nil, errors.New("no such attachment")
			}
			return "现场.png", io.NopCloser(bytes.NewReader(picture)), nil
		}
	})
	_, got := rendered(t, a, person("u"), chat.Content{Form: chat.AsImage, Media: "file:att1"})
	want := map[string]any{"media_id": "1G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0"}
	if d := cmp.Diff(want, got["image"]); d != "" {
		t.Error(d)
	}
	r := p.last(t, "/cgi-bin/media/upload")
	_, params, err := mime.ParseMediaType(r.Type)
	if err != nil || url.Values(r.Query).Get("type") != "image" {
		t.Fatalf("%v %v", r.Type, r.Query)
	}
	part, err := multipart.NewReader(bytes.NewReader(r.Body), params["boundary"]).NextPart()
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(part)
	if part.FormName() != "media" || part.FileName() != "现场.png" || !bytes.Equal(data, picture) {
		t.Errorf("%s %s %d bytes", part.FormName(), part.FileName(), len(data))
	}
	if _, err := a.Render(t.Context(), "d", person("u"), chat.Content{Form: chat.AsVoice, Media: "file:gone"}); chat.Failed(err) == nil {
		t.Errorf("missing attachment: %v", err)
	}
	for kind, size := range map[string]int{"voice": 2<<20 + 1, "image": 5, "pdf": 100} {
		_, err := a.Upload(t.Context(), kind, "x", bytes.NewReader(make([]byte, size)))
		if f := chat.Failed(err); f == nil || f.Verdict != chat.OurFault {
			t.Errorf("%s of %d bytes: %v", kind, size, err)
		}
	}
}

func TestDownload(t *testing.T) {
	p := newPlatform(t)
	a := p.app(t)
	p.on("/cgi-bin/media/get", "\xff\xd8\xff picture")
	got, err := a.Download(t.Context(), "m1")
	if err != nil || string(got.Body) != "\xff\xd8\xff picture" {
		t.Errorf("%q, %v", got.Body, err)
	}
	p.on("/cgi-bin/media/get", `{"errcode":40007,"errmsg":"invalid media_id"}`)
	if _, err := a.Download(t.Context(), "m1"); chat.Failed(err) == nil || chat.Failed(err).Code != 40007 {
		t.Errorf("%v", err)
	}
}

func TestSignIn(t *testing.T) {
	p := newPlatform(t)
	a := p.app(t)
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=CORPID&redirect_uri=https%3A%2F%2Fconsole.example.cn%2Fcb" +
		"&response_type=code&scope=snsapi_base&state=RANDOM&agentid=1000002#wechat_redirect"
	corp := p.app(t, func(c *Config) { c.CorpID = "CORPID" })
	if got := corp.AuthorizeURL("https://console.example.cn/cb", "RANDOM"); got != want {
		t.Error(got)
	}

	const who = "/cgi-bin/auth/getuserinfo"
	p.on(who, string(load(t, "request/auth_getuserinfo-member.response.json")))
	if u, err := a.UserByCode(t.Context(), "c1"); u != "zhangsan" || err != nil {
		t.Errorf("%q, %v", u, err)
	}
	if got := url.Values(p.last(t, who).Query).Get("code"); got != "c1" {
		t.Errorf("code %q", got)
	}
	p.on(who, string(load(t, "request/auth_getuserinfo-nonmember.response.json")))
	if u, err := a.UserByCode(t.Context(), "c1"); u != "" || !errors.Is(err, ErrOutsider) {
		t.Errorf("outsider: %q, %v", u, err)
	}
	p.on(who, `{"errcode":40029,"errmsg":"invalid code"}`)
	if _, err := a.UserByCode(t.Context(), "c1"); chat.Failed(err) == nil || chat.Failed(err).Code != 40029 {
		t.Errorf("used code: %v", err)
	}
	if _, err := a.UserByCode(t.Context(), ""); err == nil {
		t.Error("no code is accepted")
	}

	for answer, active := range map[string]bool{
		`{"errcode":0,"userid":"zhangsan","status":1}`:  true,
		`{"errcode":0,"userid":"zhangsan","status":2}`:  false,
		`{"errcode":0,"userid":"zhangsan","status":5}`:  false,
		`{"errcode":0,"userid":"zhangsan"}`:             false,
		`{"errcode":60111,"errmsg":"userid not found"}`: false,
	} {
		p.on("/cgi-bin/user/get", answer)
		if got, err := a.UserActive(t.Context(), "zhangsan"); got != active || err != nil {
			t.Errorf("%s: %v, %v", answer, got, err)
		}
	}
	p.on("/cgi-bin/user/get", `{"errcode":60011,"errmsg":"no privilege"}`)
	if got, err := a.UserActive(t.Context(), "zhangsan"); got || chat.Failed(err) == nil {
		t.Errorf("out of range: %v, %v", got, err)
	}
}

func TestRecallAndCheck(t *testing.T) {
	p := newPlatform(t)
	a := p.app(t)
	p.on("/cgi-bin/message/recall", string(load(t, "request/message_recall.response.json")))
	if err := a.Recall(t.Context(), "xxxx"); err != nil {
		t.Error(err)
	}
	want := decoded(t, load(t, "request/message_recall.request.json"))
	if d := cmp.Diff(want, decoded(t, p.last(t, "/cgi-bin/message/recall").Body)); d != "" {
		t.Error(d)
	}

	p.on("/cgi-bin/agent/get", `{"errcode":0,"errmsg":"ok","agentid":1000002,"close":0}`)
	if err := a.CheckToken(t.Context()); err != nil {
		t.Error(err)
	}
	p.on("/cgi-bin/agent/get", `{"errcode":0,"errmsg":"ok","agentid":1000002,"close":1}`)
	if f := chat.Failed(a.CheckToken(t.Context())); f == nil || f.Code != 50003 || wechat.Advice(f) == "" {
		t.Errorf("disabled: %v", f)
	}
	p.on("/cgi-bin/agent/get", string(load(t, "request/error-60020.json")))
	f := chat.Failed(a.CheckToken(t.Context()))
	if f == nil || !strings.Contains(wechat.Advice(f), "203.0.113.7") {
		t.Errorf("the address to allow is not named: %v", f)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no secret":   {CorpID: "ww", AgentID: 1},
		"no agent":    {CorpID: "ww", Secret: "s"},
		"no key":      {Robots: map[string]string{"staff": ""}},
		"api":         {API: "qyapi.weixin.qq.com"},
		"api's query": {API: "https://qyapi.weixin.qq.com?x=1"},
	} {
		if _, err := New(cfg, wechat.NewMemory(time.Now), time.Now); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
