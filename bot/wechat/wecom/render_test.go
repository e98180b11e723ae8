package wecom

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kefu/bot/chat"
)

// sample is an official request without the members we do not send.
func sample(t *testing.T, path string, without ...string) map[string]any {
	t.Helper()
	m := decoded(t, load(t, "request/"+path))
	for _, name := range append(without, "toparty", "totag", "safe", "enable_id_trans", "partyids", "tagids", "atall") {
		at, keys := m, strings.Split(name, ".")
		for _, k := range keys[:len(keys)-1] {
			at = at[k].(map[string]any)
		}
		delete(at, keys[len(keys)-1])
	}
	return m
}

func rendered(t *testing.T, a *App, to chat.Address, c chat.Content) (chat.Call, map[string]any) {
	t.Helper()
	call, err := a.Render(t.Context(), "d1", to, c)
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, call.Body)
	if call.Name == callSend {
		every := time.Duration(m["duplicate_check_interval"].(float64)) * time.Second
		if every != call.Repeat || every > 4*time.Hour || every < 3*time.Hour {
			t.Errorf("repeat %v, interval %v", call.Repeat, every)
		}
		m["duplicate_check_interval"] = 1800.0 // as the official requests have it
	}
	return call, m
}

func TestRenderAsWeComHasIt(t *testing.T) {
	a := newPlatform(t).app(t)
	both := person("zhangsan|lisi")

	t.Run("text", func(t *testing.T) {
		want := sample(t, "message_send-text.request.json")
		delete(want, "safe")
		_, got := rendered(t, a, both, chat.Say("新工单 T1024\n<a href=\"https://console.example.cn/t/1024\">打开</a>"))
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("image", func(t *testing.T) {
		want := sample(t, "message_send-image.request.json")
		want["enable_duplicate_check"], want["duplicate_check_interval"] = 1.0, 1800.0
		_, got := rendered(t, a, both, chat.Content{Form: chat.AsImage, Media: "MEDIA_ID"})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("voice", func(t *testing.T) {
		want := sample(t, "message_send-voice.request.json")
		want["enable_duplicate_check"], want["duplicate_check_interval"] = 1.0, 1800.0
		_, got := rendered(t, a, both, chat.Content{Form: chat.AsVoice, Media: "MEDIA_ID"})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("card", func(t *testing.T) {
		want := sample(t, "message_send-template_card-button_interaction.request.json",
			"template_card.action_menu", "template_card.sub_title_text")
		card := want["template_card"].(map[string]any)
		card["horizontal_content_list"] = []any{map[string]any{"keyname": "渠道", "value": "服务号"}}
		card["button_list"].([]any)[2].(map[string]any)["style"] = 2.0
		choice := card["button_selection"].(map[string]any)
		choice["selected_id"] = NotChosen
		choice["option_list"] = append([]any{map[string]any{"id": NotChosen, "text": "不选"}}, choice["option_list"].([]any)...)
		_, got := rendered(t, a, both, chat.Content{Form: chat.AsCard, Card: &chat.Card{
			TaskID: "t1024_1@2", Title: "工单 T1024 · 紧急", Desc: "客户询问发货时间",
			Quoted: "客户原话", Quote: "什么时候发货？",
			Lines:   []chat.Line{{Name: "渠道", Value: "服务号"}, {Name: "空", Value: ""}},
			Select:  &chat.Select{Key: "assign_to", Label: "转派", Options: []chat.Option{{Label: "李四", Key: "lisi"}, {Label: "王五", Key: "wangwu"}}},
			Buttons: []chat.Option{{Label: "认领", Key: "claim"}, {Label: "转派", Key: "assign"}, {Label: "关闭", Key: "close"}},
			URL:     "https://console.example.cn/t/1024",
		}})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("grey card", func(t *testing.T) {
		c := complaint()
		c.Done = "小陈 14:06 接单"
		_, got := rendered(t, a, person("zhangsan"), chat.Content{Form: chat.AsCard, Card: c})
		card := got["template_card"].(map[string]any)
		want := map[string]any{"card_type": "text_notice", "sub_title_text": "小陈 14:06 接单"}
		for k, v := range want {
			if card[k] != v {
				t.Errorf("%s is %v", k, card[k])
			}
		}
		for _, k := range []string{"button_list", "button_selection", "task_id"} {
			if card[k] != nil {
				t.Errorf("%s is %v", k, card[k])
			}
		}
		if color := card["source"].(map[string]any)["desc_color"]; color != 0.0 {
			t.Errorf("colour %v", color)
		}
	})
	t.Run("textcard", func(t *testing.T) {
		call, got := rendered(t, a, person("zhangsan"), chat.Content{Form: chat.AsTextCard, Card: complaint()})
		want := map[string]any{
			"title":  "投诉 4827 · 设施设备",
			"url":    "https://console.example.cn/t/4827",
			"btntxt": "打开",
			"description": `<div class="gray">一般 · 在店</div>` +
				`<div class="normal">“1208空调不制冷 打了两次前台都没人来”</div>` +
				`<div class="normal">客人：王女士 · 普通 · 首次投诉</div>` +
				`<div class="normal">房间：1208 · 住到 11-26</div>` +
				`<div class="normal">事由：空调不制冷，两次电话未到</div>` +
				`<div class="normal">收到：14:05 公众号</div>` +
				`<div class="highlight">承诺：14:10 前接单，14:20 前联系</div>`,
		}
		if d := cmp.Diff(want, got["textcard"]); d != "" {
			t.Error(d)
		}
		if strings.Contains(string(call.Body), `\u003c`) {
			t.Error("angle brackets are escaped")
		}
	})
	t.Run("grey buttons", func(t *testing.T) {
		want := sample(t, "message_update_template_card-button.request.json")
		_, got := rendered(t, a, both, chat.Content{
			Form: chat.AsUpdate, Text: "张三 已认领",
			Values: map[string]string{ResponseCode: "xyzxyz"},
		})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
	t.Run("new card", func(t *testing.T) {
		want := sample(t, "message_update_template_card-card.request.json", "template_card.replace_text")
		card := want["template_card"].(map[string]any)
		card["button_list"].([]any)[0].(map[string]any)["style"] = 1.0
		card["task_id"] = "t1024_2"
		card["source"] = map[string]any{"icon_url": "https://img.example.cn/i.png", "desc": "客服工单", "desc_color": 1.0}
		call, got := rendered(t, a, person("zhangsan"), chat.Content{
			Form:   chat.AsUpdate,
			Values: map[string]string{ResponseCode: "xyzxyz"},
			Card:   &chat.Card{TaskID: "t1024_2", Title: "工单 T1024", Desc: "已由张三认领", Buttons: []chat.Option{{Label: "处理中", Key: "noop"}}},
		})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if call.Name != "message/update_template_card" || call.Repeat != 0 {
			t.Errorf("%s, repeat %v", call.Name, call.Repeat)
		}
	})
	t.Run("robot", func(t *testing.T) {
		want := decoded(t, load(t, "request/webhook-text.request.json"))
		delete(want["text"].(map[string]any), "mentioned_mobile_list")
		call, got := rendered(t, a, group, chat.Content{
			Form: chat.AsLine, Text: "工单 T1024 已等待 10 分钟", Mentions: []string{"zhangsan", "@all"},
		})
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if call.Name != "webhook/send" || call.Repeat != 0 || strings.Contains(string(call.Body), robotKey) {
			t.Errorf("%+v", call)
		}
	})
}

func TestRenderSameTextTwice(t *testing.T) {
	a := newPlatform(t).app(t)
	bodies := map[string]bool{}
	for _, id := range []string{"d1", "d2", "d1"} {
		call, err := a.Render(t.Context(), id, person("u"), chat.Say("4827 王女士：好的"))
		if err != nil {
			t.Fatal(err)
		}
		bodies[string(call.Body)] = true
	}
	if len(bodies) != 2 {
		t.Errorf("%d different bodies; WeCom would swallow the second delivery, or not know the repeat", len(bodies))
	}
}

// A link in a customer's words is no link among staff.
func TestOwnLinks(t *testing.T) {
	a := newPlatform(t).app(t)
	tests := []struct{ in, want string }{
		{`没接 <a href="https://console.example.cn/t/1">打开</a>。`, `没接 <a href="https://console.example.cn/t/1">打开</a>。`},
		{`看 <a href="https://hotel.example.cn/p">打开</a>`, `看 <a href="https://hotel.example.cn/p">打开</a>`}, // the content's own
		{`4827：<a href="https://evil.cn">登录</a>`, `4827：＜a href="https://evil.cn"＞登录＜/a＞`},
		{`<a href="https://console.example.cn.evil.cn">登录</a>`, `＜a href="https://console.example.cn.evil.cn"＞登录＜/a＞`},
		{`<a  href='https://evil.cn'>登录</a>`, `＜a  href='https://evil.cn'＞登录＜/a＞`},
		{`<a href="https://evil.cn"><a href="https://console.example.cn">x</a>`, `＜a href="https://evil.cn"＞<a href="https://console.example.cn">x</a>`},
		{"1<2 且 3>2", "1＜2 且 3＞2"},
	}
	for _, tt := range tests {
		got := a.said(chat.Content{Text: tt.in, URL: "https://hotel.example.cn/p"})
		if got = strings.TrimSuffix(got, " https://hotel.example.cn/p"); got != tt.want {
			t.Errorf("%s gives %s", tt.in, got)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	a := newPlatform(t).app(t, func(c *Config) { c.Home = "" })
	card := func(change func(*chat.Card)) chat.Content {
		c := complaint()
		change(c)
		return chat.Content{Form: chat.AsCard, Card: c}
	}
	tests := map[string]struct {
		to      chat.Address
		c       chat.Content
		verdict chat.Verdict
	}{
		"nobody":         {person(""), chat.Say("x"), chat.OurFault},
		"everybody":      {person("@all"), chat.Say("x"), chat.OurFault},
		"one is all":     {person("a|@all"), chat.Say("x"), chat.OurFault},
		"too many":       {person(strings.Repeat("a|", 1001)), chat.Say("x"), chat.OurFault},
		"nothing":        {person("u"), chat.Say(" "), chat.OurFault},
		"customer":       {chat.Address{Channel: chat.OA, User: "u"}, chat.Say("x"), chat.OurFault},
		"news":           {person("u"), chat.Content{Form: chat.AsNews}, chat.OurFault},
		"no card":        {person("u"), chat.Content{Form: chat.AsCard}, chat.OurFault},
		"no title":       {person("u"), card(func(c *chat.Card) { c.Title = " " }), chat.OurFault},
		"task id":        {person("u"), card(func(c *chat.Card) { c.TaskID = "工单" }), chat.OurFault},
		"keys":           {person("u"), card(func(c *chat.Card) { c.Buttons[1].Key = "claim" }), chat.OurFault},
		"grey, no link":  {person("u"), card(func(c *chat.Card) { c.Buttons, c.URL = nil, "" }), chat.OurFault},
		"no code":        {person("u"), chat.Content{Form: chat.AsUpdate, Text: "x"}, chat.OurFault},
		"no media":       {person("u"), chat.Content{Form: chat.AsImage}, chat.OurFault},
		"no attachments": {person("u"), chat.Content{Form: chat.AsImage, Media: "file:a"}, chat.OurFault},
		"unknown robot":  {chat.Address{Channel: chat.Robot, User: "nobody"}, chat.Content{Form: chat.AsLine, Text: "x"}, chat.Operator},
		"empty line":     {group, chat.Content{Form: chat.AsLine}, chat.OurFault},
		"card by robot":  {group, card(func(*chat.Card) {}), chat.OurFault},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := a.Render(t.Context(), "d1", tt.to, tt.c)
			if f := chat.Failed(err); f == nil || f.Verdict != tt.verdict {
				t.Errorf("%v", err)
			}
		})
	}
}

// Whatever the text, what leaves keeps WeCom's limits and whole characters.
func TestLimits(t *testing.T) {
	a := newPlatform(t).app(t)
	text := rapid.StringOfN(rapid.RuneFrom([]rune("客服a <>&\"\n👨‍👩‍👧é\u3000")), 0, 1500, -1)
	rapid.Check(t, func(r *rapid.T) {
		c := &chat.Card{
			Title: "题" + text.Draw(r, "title"), Desc: text.Draw(r, "desc"), Quote: text.Draw(r, "quote"),
			Quoted: "原话", URL: "https://console.example.cn/t/1",
		}
		for range rapid.IntRange(0, 8).Draw(r, "lines") {
			c.Lines = append(c.Lines, chat.Line{Name: text.Draw(r, "name"), Value: text.Draw(r, "value")})
		}
		options := func(what string, n int) (o []chat.Option) {
			for i := range rapid.IntRange(0, n).Draw(r, what) {
				o = append(o, chat.Option{Label: text.Draw(r, what), Key: strings.Repeat("k", i+1)})
			}
			return o
		}
		c.Buttons = options("buttons", 9)
		c.Select = &chat.Select{Key: "s", Label: text.Draw(r, "label"), Options: options("options", 14)}
		w, err := a.wire(*c, "d1")
		if err != nil {
			r.Fatal(err)
		}
		atMost(r, string(w.Main.Title), TitleChars)
		atMost(r, string(w.Main.Desc), DescChars)
		if len(w.Lines) > 6 || len(w.Buttons) > 6 || w.Selection != nil && len(w.Selection.Options) > 10 {
			r.Fatal("too many rows")
		}
		for _, l := range w.Lines {
			atMost(r, string(l.Name), NameChars)
			atMost(r, string(l.Value), ValueChars)
		}
		for _, b := range w.Buttons {
			atMost(r, string(b.Text), ButtonChars)
		}
		c.Done = text.Draw(r, "done")
		k, err := a.textCard(chat.Content{Card: c})
		if err != nil {
			r.Fatal(err)
		}
		atMost(r, k.Desc, TextCardDesc)
		atMost(r, k.Title, TextCardTitle)
		if strings.Count(k.Desc, "<") != 2*strings.Count(k.Desc, "</div>") {
			r.Fatalf("tags of others: %s", k.Desc)
		}
		s := a.said(chat.Content{Text: text.Draw(r, "text"), URL: "https://console.example.cn/t/4827"})
		if len(s) > TextBytes || !utf8.ValidString(s) || !strings.Contains(s, "/t/4827") {
			r.Fatalf("%d bytes", len(s))
		}
	})
}

func atMost(r *rapid.T, s string, n int) {
	if utf8.RuneCountInString(s) > n || !utf8.ValidString(s) || strings.Contains(s, "\n") {
		r.Fatalf("%q is more than %d characters", s, n)
	}
}

func TestClip(t *testing.T) {
	tests := []struct{ in, want string }{
		{"接单", "接单"},
		{"一二三四五", "一二三四五"},
		{"一二三四五六", "一二三四…"},
		{"一二三 四五六", "一二三…"},
		{"一二三👨‍👩", "一二三👨…"}, // no joiner left waiting
	}
	for _, tt := range tests {
		if got := clip(tt.in, 5); got != tt.want {
			t.Errorf("%q gives %q", tt.in, got)
		}
	}
}
