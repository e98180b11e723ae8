package sim_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"kefu/bot/chat"
	"kefu/bot/wechat"
	"kefu/bot/wechat/oa"
	"kefu/bot/wechat/sim"
	"kefu/bot/wechat/wecom"
)

// The program's own adapters and the simulator agree on every call.

type files map[string][]byte

func (f files) Open(_ context.Context, id string) (string, io.ReadCloser, error) {
	return id, io.NopCloser(bytes.NewReader(f[id])), nil
}

func carry(t *testing.T, c chat.Carrier, id string, to chat.Address, what chat.Content) (chat.Receipt, error) {
	t.Helper()
	call, err := c.Render(t.Context(), id, to, what)
	if err != nil {
		return chat.Receipt{}, err
	}
	return c.Send(t.Context(), to, call)
}

func TestOfficialAccountAdapter(t *testing.T) {
	r := newRig(t)
	a, err := oa.New(oa.Config{
		ID: "hotel", AppID: "wx0123456789abcdef", Secret: "oa-secret", API: r.api + "/oa",
		Templates: map[string]oa.Template{"ticket_update": {ID: "T1", Fields: map[string]string{
			"character_string1": "{no}", "thing2": "{title}", "phrase3": "{state}", "time4": "{time}"}}},
	}, wechat.NewMemory(r.clock.now), files{"pic": onePixel(t)}, r.clock.now)
	must(t, err)
	must(t, a.CheckToken(t.Context()))
	list, err := a.TemplateList(t.Context())
	must(t, err)
	if faults := a.TemplateFaults(list); len(faults) != 0 {
		t.Errorf("template: %v", faults)
	}

	r.answers(func(w http.ResponseWriter, g got) {
		m, err := oa.Parse("hotel", g.plain)
		if err != nil {
			t.Error(err)
			return
		}
		plain, err := oa.Passive(m, chat.Content{Form: chat.AsText, Text: "有事直接说 " + chat.Mark(0), Options: []chat.Option{{Label: "转人工", Key: "menu:human"}}}, r.clock.now())
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = w.Write(r.sealed("hotel", string(plain)))
	})
	must(t, r.wang().Follow(t.Context(), "room:1208"))
	must(t, r.wang().TapOption(t.Context(), "转人工"))
	must(t, r.wang().Say(t.Context(), "在吗"))
	if m, err := oa.Parse("hotel", r.deliveries()[1].plain); err != nil || m.Tapped != "menu:human" || m.Speaks() {
		t.Errorf("tap parsed as %+v, %v", m, err)
	}

	to := chat.To(chat.Customer("hotel", wang))
	for _, c := range []chat.Content{
		{Form: chat.AsText, Text: "在的", AI: true},
		{Form: chat.AsMenu, Text: "可以了吗？", Options: []chat.Option{{Label: "可以了", Key: "ok:4827"}}},
		{Form: chat.AsNews, Title: "早餐", Note: "6:30–10:00", URL: "https://m.example.cn/"},
		{Form: chat.AsImage, Media: "file:pic"},
	} {
		if _, err := carry(t, a, "d1", to, c); err != nil {
			t.Errorf("%s: %v", c.Form, err)
		}
	}
	got, err := carry(t, a, "d2", to, chat.Content{Form: chat.AsTemplate, Template: "ticket_update", Values: map[string]string{
		"no": "4827", "title": "1208 空调投诉", "state": "已有结果", "time": "2026年11月24日 15:30"}})
	if err != nil || got.MsgID == "" {
		t.Errorf("template: %+v, %v", got, err)
	}
	must(t, r.sim.Idle(t.Context()))
	if c := r.phone().Credits; c.Left != 1 {
		t.Errorf("credits %+v", c)
	}
	must(t, a.Typing(t.Context(), wang, true))
	if u, err := a.UserInfo(t.Context(), wang); err != nil || !u.Subscribed || u.QRScene != "room:1208" {
		t.Errorf("%+v, %v", u, err)
	}
	must(t, a.MenuCreate(t.Context(), oa.Menu{Buttons: []oa.Button{{Type: "click", Name: "转人工", Key: "menu:human"}}}))
	if _, err := a.QRCode(t.Context(), "room:1208", time.Hour); err != nil {
		t.Error(err)
	}
	must(t, r.wang().SendPicture(t.Context(), onePixel(t), "a.png"))
	m, err := oa.Parse("hotel", r.last().plain)
	must(t, err)
	if f, err := a.Download(t.Context(), m.MediaID); err != nil {
		t.Errorf("%+v, %v", f, err)
	}

	// A token that died is replaced and nobody notices; verdicts are as the rules say.
	r.sim.InvalidateTokens("hotel")
	if _, err := carry(t, a, "d3", to, chat.Say("还在")); err != nil {
		t.Errorf("after an invalid token: %v", err)
	}
	for kind, want := range map[sim.FaultKind]chat.Verdict{
		sim.UsedUp: chat.OtherWay, sim.Busy: chat.Unsure, sim.Half: chat.Unsure, sim.BadIP: chat.Operator, sim.Reset: chat.Unsure,
	} {
		r.sim.Faults().Set(sim.Fault{Kind: kind, Call: "message/custom/send", Times: 1})
		_, err := carry(t, a, "d4", to, chat.Say("再来"))
		if f := chat.Failed(err); f == nil || f.Verdict != want {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
		r.sim.Faults().Clear()
	}
	must(t, r.wang().Unfollow(t.Context()))
	_, err = carry(t, a, "d5", to, chat.Say("再见"))
	if f := chat.Failed(err); f == nil || f.Verdict != chat.NeverThem {
		t.Errorf("unfollowed: %v", err)
	}
}

func TestWeComAdapter(t *testing.T) {
	r := newRig(t)
	a, err := wecom.New(wecom.Config{
		CorpID: "ww1a2b3c4d5e6f7a8b", AgentID: 1000002, Secret: "app-secret", API: r.api + "/wecom",
		Authorize: r.api + "/wecom/connect/oauth2/authorize", Robots: map[string]string{"staff": "KEY-STAFF"},
		Name: "客服工单", Home: "https://kefu.example.com/",
	}, wechat.NewMemory(r.clock.now), r.clock.now)
	must(t, err)
	must(t, a.CheckToken(t.Context()))

	to := chat.Address{Channel: chat.WeCom, User: "fd01|fd02|stranger"}
	one := chat.Card{
		TaskID: "t4827-1", Title: "投诉 4827 · 设施设备", Desc: "一般 · 在店", Quote: "1208空调不制冷", Quoted: "客人原话",
		Lines:   []chat.Line{{Name: "房间", Value: "1208 · 住到 11-26"}},
		Select:  &chat.Select{Key: "dept", Label: "派给", Options: []chat.Option{{Label: "工程部", Key: "eng"}}},
		Buttons: []chat.Option{{Label: "接单", Key: "claim"}, {Label: "转出", Key: "out"}},
	}
	sent, err := carry(t, a, "d1", to, chat.Content{Form: chat.AsCard, Card: &one})
	if err != nil || sent.Response == "" || len(sent.Missing) != 1 {
		t.Fatalf("%+v, %v", sent, err)
	}
	if c := r.sim.Cards("fd01")[0]; len(c.Over) != 0 || len(c.Buttons) != 2 || c.Selects[0].Options[1].Key != "eng" {
		t.Errorf("%+v", c)
	}
	r.answers(func(w http.ResponseWriter, g got) {
		m, err := wecom.Parse(g.plain)
		if err != nil || m.TaskID != "t4827-1" || m.EventKey != "claim" || m.Selected["dept"] != "eng" {
			t.Errorf("%+v, %v", m, err)
		}
		two := chat.Card{TaskID: "t4827-2", Title: "处理中 4827", Buttons: []chat.Option{{Label: "办结", Key: "close"}}}
		plain, err := a.UpdateCard(m, two)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(r.sealed("wecom", string(plain)))
	})
	must(t, r.sim.Member("fd01").Press(t.Context(), "t4827-1", "claim", map[string]string{"dept": "eng"}))
	if c := r.sim.Cards("fd01")[0]; c.Title != "处理中 4827" || c.TaskID != "t4827-2" {
		t.Errorf("%+v", c)
	}
	done := one
	done.Buttons, done.Done = nil, "小陈 14:06 接单"
	call, err := a.Render(t.Context(), "d2", chat.Address{Channel: chat.WeCom, User: "fd02"}, chat.Content{Form: chat.AsUpdate, Card: &done, Values: map[string]string{wecom.ResponseCode: sent.Response}})
	if err == nil {
		_, err = a.Send(t.Context(), chat.Address{Channel: chat.WeCom, User: "fd02"}, call)
	}
	if c := r.sim.Cards("fd02")[0]; err != nil || !c.Grey {
		t.Errorf("%+v, %v", c, err)
	}
	for _, c := range []chat.Content{chat.Say("早"), {Form: chat.AsTextCard, Title: "投诉", Text: "1208", URL: "https://kefu.example.com/t/1", Card: &one}} {
		if _, err := carry(t, a, "d3", chat.Address{Channel: chat.WeCom, User: "fd02"}, c); err != nil {
			t.Errorf("%s: %v", c.Form, err)
		}
	}
	if _, err := carry(t, a, "d4", chat.Address{Channel: chat.Robot, User: "staff"}, chat.Content{Form: chat.AsLine, Text: "【投诉 4827】", Mentions: []string{"fd01"}}); err != nil || len(r.sim.Group("staff")) != 1 {
		t.Errorf("robot: %v", err)
	}

	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, a.AuthorizeURL("https://kefu.example.com/in", "state1"), nil)
	req.AddCookie(&http.Cookie{Name: sim.MemberCookie, Value: "fd01"})
	res, err := client.Do(req)
	must(t, err)
	defer res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	must(t, err)
	if who, err := a.UserByCode(t.Context(), back.Query().Get("code")); err != nil || who != "fd01" {
		t.Errorf("%s, %v", who, err)
	}
	if ok, err := a.UserActive(t.Context(), "fd01"); err != nil || !ok {
		t.Errorf("%v, %v", ok, err)
	}
}
