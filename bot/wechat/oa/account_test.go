package oa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kefu/bot/chat"
	"kefu/bot/wechat"
)

const openid = "oABCD0u1v2w3x4y5z6A7B8C9D0E1"

// platform answers as told and remembers what it was asked.
type platform struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]string // by path; "" is {"errcode":0}
	asked   map[string][]string
	queries map[string]string
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{answers: map[string]string{}, asked: map[string][]string{}, queries: map[string]string{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		path := strings.TrimPrefix(r.URL.Path, "/oa")
		p.mu.Lock()
		defer p.mu.Unlock()
		if path == "/cgi-bin/stable_token" {
			_, _ = io.WriteString(w, `{"access_token":"TOKEN","expires_in":7200}`)
			return
		}
		if r.URL.Query().Get("access_token") != "TOKEN" && path != "/video.mp4" {
			t.Errorf("%s without a token", path)
		}
		p.asked[path] = append(p.asked[path], string(b))
		p.queries[path] = r.URL.RawQuery
		a := p.answers[path]
		if a == "" {
			a = `{"errcode":0,"errmsg":"ok"}`
		}
		if !strings.HasPrefix(a, "{") {
			w.Header().Set("Content-Type", "image/jpeg")
			w.Header().Set("Content-Disposition", `attachment; filename="../a.jpg"`)
		}
		_, _ = io.WriteString(w, a)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *platform) answer(path, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[path] = body
}

func (p *platform) last(path string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.asked[path]; len(a) > 0 {
		return a[len(a)-1]
	}
	return ""
}

type files map[string]string

func (f files) Open(_ context.Context, id string) (string, io.ReadCloser, error) {
	s, ok := f[id]
	if !ok {
		return "", nil, errors.New("gone")
	}
	return id + ".jpg", io.NopCloser(strings.NewReader(s)), nil
}

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func newAccount(t *testing.T, p *platform, change func(*Config)) *Account {
	t.Helper()
	c := Config{
		ID: "hotel", AppID: "wx0123456789abcdef", Secret: "APPSECRET", API: p.URL + "/oa",
		Templates: map[string]Template{"ticket_update": {ID: "TPL1", Fields: map[string]string{
			"character_string1": "{no}", "thing2": "{title}", "phrase3": "{state}", "time4": "{time}", "thing5": "点开查看并回复",
		}}},
	}
	if change != nil {
		change(&c)
	}
	now := func() time.Time { return noon }
	a, err := New(c, wechat.NewMemory(now), files{"pic": "JPEG"}, now)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/api/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sameJSON(t *testing.T, name, want, got string) {
	t.Helper()
	var w, g any
	if err := errors.Join(json.Unmarshal([]byte(want), &w), json.Unmarshal([]byte(got), &g)); err != nil {
		t.Errorf("%s: %v in %s", name, err, got)
		return
	}
	if d := cmp.Diff(w, g); d != "" {
		t.Errorf("%s: %s", name, d)
	}
}

var to = chat.Address{Channel: chat.OA, Account: "hotel", User: openid}

// Bodies as WeChat documents them.
func TestRenderCustom(t *testing.T) {
	a := newAccount(t, newPlatform(t), nil)
	say := chat.Say("您好，工单 T1024 已处理完成。\n<a href=\"https://m.example.cn/t/1024\">查看详情</a>")
	ai := chat.Say("根据您的描述，建议先重启设备。")
	ai.AI = true
	for name, c := range map[string]chat.Content{
		"text":          say,
		"text-ai-label": ai,
		"image":         {Form: chat.AsImage, Media: "MEDIA_ID"},
		"voice":         {Form: chat.AsVoice, Media: "MEDIA_ID"},
		"video":         {Form: chat.AsVideo, Media: "MEDIA_ID", Title: "TITLE", Note: "DESCRIPTION"},
		"news":          {Form: chat.AsNews, Title: "标题", Note: "描述", URL: "https://m.example.cn/a", Picture: "https://img.example.cn/a.jpg"},
		"msgmenu": {Form: chat.AsMenu, Text: "您对本次服务是否满意呢？", Tail: "欢迎再次光临", Options: []chat.Option{
			{Label: "满意", Key: "sat_good_t1024"}, {Label: "不满意", Key: "sat_bad_t1024"},
		}},
	} {
		call, err := a.Render(t.Context(), "d1", to, c)
		if err != nil || call.Name != "custom/send" || call.Repeat != 0 {
			t.Errorf("%s: %+v, %v", name, call, err)
			continue
		}
		sameJSON(t, name, sample(t, "custom_send-"+name+".request"), string(call.Body))
	}
	call, err := a.Render(t.Context(), "d1", to, chat.Content{Form: chat.AsMusic, Title: "T", URL: "https://m.example.cn/a.mp3", Media: "THUMB"})
	if err != nil || !strings.Contains(string(call.Body), `"thumb_media_id":"THUMB"`) {
		t.Errorf("music: %s %v", call.Body, err)
	}
}

// A test account has no msgmenu: the same as text with links.
func TestMenuAsLinks(t *testing.T) {
	a := newAccount(t, newPlatform(t), func(c *Config) { c.MenuAsLinks = true })
	call, err := a.Render(t.Context(), "d1", to, chat.Content{Form: chat.AsMenu, Text: "可以了吗？", Options: []chat.Option{{Label: "可以了", Key: "ok:4827"}}})
	want := `{"touser":"` + openid + `","msgtype":"text","text":{"content":"可以了吗？\n<a href=\"weixin://bizmsgmenu?msgmenucontent=可以了&msgmenuid=ok:4827\">可以了</a>"}}`
	if err != nil || string(call.Body) != want {
		t.Errorf("%s\n%v", call.Body, err)
	}
}

func TestRenderTemplate(t *testing.T) {
	a := newAccount(t, newPlatform(t), nil)
	c := chat.Content{Form: chat.AsTemplate, Template: "ticket_update", URL: "https://kefu.example.com/t/1", Values: map[string]string{
		"no": "4827", "title": "1208 空调投诉", "state": "已有结果", "time": "2026年11月24日 15:30",
	}}
	call, err := a.Render(t.Context(), "delivery-1", to, c)
	if err != nil || call.Name != "template/send" || call.Repeat != 10*time.Minute {
		t.Fatalf("%+v %v", call, err)
	}
	var body struct {
		ClientMsgID string `json:"client_msg_id"`
		TemplateID  string `json:"template_id"`
		Data        map[string]struct{ Value string }
	}
	if err := json.Unmarshal(call.Body, &body); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for k, v := range body.Data {
		got[k] = v.Value
	}
	want := map[string]string{"character_string1": "4827", "thing2": "1208 空调投诉", "phrase3": "已有结果", "time4": "2026年11月24日 15:30", "thing5": "点开查看并回复"}
	if d := cmp.Diff(want, got); d != "" || len(body.ClientMsgID) != 32 || body.TemplateID != "TPL1" {
		t.Errorf("%s %+v", d, body)
	}
	again, _ := a.Render(t.Context(), "delivery-1", to, c)
	other, _ := a.Render(t.Context(), "delivery-2", to, c)
	if string(again.Body) != string(call.Body) || string(other.Body) == string(call.Body) {
		t.Error("client_msg_id does not follow the delivery")
	}
	c.Template = "points"
	if _, err := a.Render(t.Context(), "d", to, c); chat.Failed(err) == nil || chat.Failed(err).Verdict != chat.OtherWay {
		t.Errorf("a template we have not: %v", err)
	}
	if !a.HasTemplate("ticket_update") || a.HasTemplate("points") {
		t.Error("HasTemplate")
	}
}

func TestRenderUploads(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	p.answer("/cgi-bin/media/upload", `{"type":"image","media_id":"NEW","created_at":1790000000}`)
	call, err := a.Render(t.Context(), "d1", to, chat.Content{Form: chat.AsImage, Media: "file:pic"})
	if err != nil || !strings.Contains(string(call.Body), `"media_id":"NEW"`) {
		t.Errorf("%s %v", call.Body, err)
	}
	if up := p.last("/cgi-bin/media/upload"); !strings.Contains(up, "JPEG") || !strings.Contains(up, `filename="pic.jpg"`) {
		t.Errorf("%s", up)
	}
	if q := p.queries["/cgi-bin/media/upload"]; !strings.Contains(q, "type=image") {
		t.Error(q)
	}
	for c, want := range map[*chat.Content]chat.Verdict{
		{Form: chat.AsImage, Media: "file:none"}: chat.Later,
		{Form: chat.AsImage}:                     chat.OurFault,
		{Form: chat.AsText}:                      chat.OurFault,
		{Form: chat.AsCard}:                      chat.OurFault,
	} {
		if _, err := a.Render(t.Context(), "d", to, *c); chat.Failed(err) == nil || chat.Failed(err).Verdict != want {
			t.Errorf("%+v: %v", *c, err)
		}
	}
}

func TestSend(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	body := []byte(`{"touser":"o","text":{"content":"<a>"}}`)
	if r, err := a.Send(t.Context(), to, chat.Call{Name: "custom/send", Body: body}); err != nil || r.MsgID != "" {
		t.Errorf("%+v %v", r, err)
	}
	if got := p.last("/cgi-bin/message/custom/send"); got != string(body) {
		t.Errorf("sent %s", got)
	}
	p.answer("/cgi-bin/message/template/send", `{"errcode":0,"errmsg":"ok","msgid":9007199254740993}`)
	if r, err := a.Send(t.Context(), to, chat.Call{Name: "template/send", Body: body}); err != nil || r.MsgID != "9007199254740993" {
		t.Errorf("%+v %v", r, err)
	}
	p.answer("/cgi-bin/message/custom/send", `{"errcode":45015,"errmsg":"response out of time limit rid: 6a1f2b3c-1a2b3c4d-5e6f7a8b"}`)
	_, err := a.Send(t.Context(), to, chat.Call{Name: "custom/send", Body: body})
	if f := chat.Failed(err); f == nil || f.Verdict != chat.OtherWay || f.Reason != "48 小时没来信" || !strings.Contains(f.Why, "rid") {
		t.Errorf("%v", err)
	}
	if _, err := a.Send(t.Context(), to, chat.Call{Name: "message/send"}); chat.Failed(err) == nil || chat.Failed(err).Verdict != chat.OurFault {
		t.Errorf("%v", err)
	}
	for status, want := range map[string]chat.Verdict{"failed:user block": chat.NeverThem, "failed: system failed": chat.OtherWay} {
		if f := TemplateFailure(status); f == nil || f.Verdict != want {
			t.Errorf("%s: %v", status, f)
		}
	}
	if f := TemplateFailure("success"); f != nil {
		t.Error(f)
	}
}

func TestDownload(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	p.answer("/cgi-bin/media/get", "\xff\xd8JPEG")
	if f, err := a.Download(t.Context(), "M"); err != nil || f.Name != "a.jpg" || f.Type != "image/jpeg" || string(f.Data) != "\xff\xd8JPEG" {
		t.Errorf("%+v %v", f, err)
	}
	p.answer("/cgi-bin/media/get", `{"video_url":"`+p.URL+`/oa/video.mp4"}`)
	p.answer("/video.mp4", "MP4")
	if f, err := a.Download(t.Context(), "M"); err != nil || string(f.Data) != "MP4" {
		t.Errorf("%+v %v", f, err)
	}
	if q := p.queries["/video.mp4"]; strings.Contains(q, "TOKEN") {
		t.Error("the token went to the video's address")
	}
	p.answer("/cgi-bin/media/get", sample(t, "media_get-error.response"))
	if _, err := a.Download(t.Context(), "M"); chat.Failed(err) == nil || chat.Failed(err).Code != 40007 {
		t.Errorf("%v", err)
	}
	p.answer("/cgi-bin/media/get", `{"video_url":"file:///etc/passwd"}`)
	if f, err := a.Download(t.Context(), "M"); err == nil {
		t.Errorf("%+v", f)
	}
}

func TestUserInfo(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	p.answer("/cgi-bin/user/info", sample(t, "user_info.response"))
	u, err := a.UserInfo(t.Context(), openid)
	if err != nil || !u.Subscribed || u.UnionID != "oUNIONID0000000000000000000" || u.QRScene != "98765" || u.Scene != "ADD_SCENE_QR_CODE" || u.Since.Unix() != 1790000000 || len(u.Tags) != 2 {
		t.Errorf("%+v %v", u, err)
	}
	p.answer("/cgi-bin/user/info", sample(t, "user_info_unsubscribed.response"))
	if u, err := a.UserInfo(t.Context(), openid); err != nil || u.Subscribed || !u.Since.IsZero() {
		t.Errorf("%+v %v", u, err)
	}
}

func TestMenuCreate(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	var m Menu
	if err := json.Unmarshal([]byte(sample(t, "menu_create.request")), &m); err != nil {
		t.Fatal(err)
	}
	if err := a.MenuCreate(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(sample(t, "menu_create.request"), ",\n          \"sub_button\": []", "")
	sameJSON(t, "menu", want, p.last("/cgi-bin/menu/create"))
	long := Menu{Buttons: []Button{{Name: "六个字的菜单", Type: "click", Key: "k"}}}
	four := Menu{Buttons: make([]Button, 4)}
	for _, bad := range []Menu{{}, long, four, {Buttons: []Button{{Name: "找客服"}}}, {Buttons: []Button{{Name: "看", Type: "view"}}}} {
		if err := a.MenuCreate(t.Context(), bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestQRCode(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	p.answer("/cgi-bin/qrcode/create", `{"ticket":"gQ+/=","expire_seconds":604800,"url":"http://weixin.qq.com/q/1"}`)
	q, err := a.QRCode(t.Context(), "store_gz_001", 7*24*time.Hour)
	if err != nil || q.Image != "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQ%2B%2F%3D" || q.Lasts != 7*24*time.Hour {
		t.Errorf("%+v %v", q, err)
	}
	sameJSON(t, "temporary", sample(t, "qrcode_create-temp-str.request"), p.last("/cgi-bin/qrcode/create"))
	if _, err := a.QRCode(t.Context(), "store_gz_001", 0); err != nil {
		t.Error(err)
	}
	sameJSON(t, "permanent", sample(t, "qrcode_create-limit-str.request"), p.last("/cgi-bin/qrcode/create"))
	if _, err := a.QRCode(t.Context(), strings.Repeat("房", 65), 0); err == nil {
		t.Error("a scene too long was taken")
	}
}

func TestOtherCalls(t *testing.T) {
	p := newPlatform(t)
	a := newAccount(t, p, nil)
	if err := a.Typing(t.Context(), openid, true); err != nil || p.last("/cgi-bin/message/custom/typing") != `{"command":"Typing","touser":"`+openid+`"}` {
		t.Errorf("%v", err)
	}
	p.answer("/cgi-bin/getcallbackip", sample(t, "getcallbackip.response"))
	if ips, err := a.CallbackIPs(t.Context()); err != nil || len(ips) != 3 {
		t.Errorf("%v %v", ips, err)
	}
	if err := a.CheckToken(t.Context()); err != nil {
		t.Error(err)
	}
	p.answer("/cgi-bin/template/get_all_private_template", `{"template_list":[{"template_id":"TPL1","title":"进度","content":"编号:{{character_string1.DATA}}\n事项:{{thing2.DATA}}\n状态:{{phrase3.DATA}}\n时间:{{time4.DATA}}\n地点:{{thing9.DATA}}"}]}`)
	list, err := a.TemplateList(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%v %v", list, err)
	}
	want := []string{
		"模板 ticket_update：字段 thing9 没有写对照，微信会拒收。",
		"模板 ticket_update：没有字段 thing5，它的字段是 character_string1、thing2、phrase3、time4、thing9。",
	}
	if d := cmp.Diff(want, a.TemplateFaults(list)); d != "" {
		t.Error(d)
	}
	if f := a.TemplateFaults(nil); len(f) != 1 {
		t.Error(f)
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	a := newAccount(t, newPlatform(t), nil)
	for _, v := range []any{a, a.config, a.tokens} {
		if s := fmt.Sprintf("%v %+v %#v %s", v, v, v, v); strings.Contains(s, "APPSECRET") {
			t.Error(s)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []Config{{}, {ID: "a", AppID: "b", Secret: "c", API: "nowhere"}} {
		if _, err := New(c, wechat.NewMemory(time.Now), nil, time.Now); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
