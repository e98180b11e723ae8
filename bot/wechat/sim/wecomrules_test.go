package sim_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"kefu/bot/wechat"
	"kefu/bot/wechat/sim"
)

func appText(to, words string) map[string]any {
	return map[string]any{"touser": to, "agentid": 1000002, "msgtype": "text", "text": map[string]string{"content": words}}
}

// gettoken gives the same token until it expires.
func TestWeComToken(t *testing.T) {
	r := newRig(t)
	first := r.wecomToken()
	r.clock.add(time.Hour)
	if r.wecomToken() != first {
		t.Error("another token inside its validity")
	}
	r.clock.add(time.Hour)
	if out := r.call("/wecom/cgi-bin/user/get?userid=fd01&access_token="+first, nil); code(out) != 42001 {
		t.Errorf("expired: %v", out)
	}
	r.sim.InvalidateTokens("wecom")
	for path, want := range map[string]int{
		"user/get?userid=fd01&access_token=" + first: 40014, "user/get?userid=fd01": 41001,
		"gettoken?corpid=x&corpsecret=y": 40013, "gettoken?corpid=ww1a2b3c4d5e6f7a8b&corpsecret=y": 40001,
	} {
		if c := code(r.call("/wecom/cgi-bin/"+path, nil)); c != want {
			t.Errorf("%s: %d, want %d", strings.SplitN(path, "?", 2)[0], c, want)
		}
	}
}

// Some unreachable: errcode 0 and their names, lower-cased. All: 81013.
func TestRecipients(t *testing.T) {
	r := newRig(t)
	out := r.wecom("message/send", appText("fd01|Nobody|gone", "早"))
	if code(out) != 0 || out["invaliduser"] != "nobody|gone" {
		t.Errorf("%v", out)
	}
	if c := code(r.wecom("message/send", appText("Nobody", "早"))); c != 81013 {
		t.Errorf("all invalid: %d", c)
	}
	if c := code(r.wecom("message/send", appText("@all", "早"))); c != 0 || len(r.sim.Inbox("fd02")) != 1 {
		t.Errorf("@all: %d", c)
	}
	bad := appText("fd01", "早")
	bad["agentid"] = 7
	if c := code(r.wecom("message/send", bad)); c != 40056 {
		t.Errorf("another agent: %d", c)
	}
}

// Text is cut at 2,048 bytes without a word; 31 in a minute are 30.
func TestAppMessageLimits(t *testing.T) {
	r := newRig(t)
	r.wecom("message/send", appText("fd01", strings.Repeat("字", 700)))
	if got := r.sim.Inbox("fd01")[0].Text; got != strings.Repeat("字", 682) {
		t.Errorf("%d bytes", len(got))
	}
	for range 30 {
		if c := code(r.wecom("message/send", appText("fd01", "早"))); c != 0 {
			t.Fatal(c)
		}
	}
	if n := len(r.sim.Inbox("fd01")); n != 30 {
		t.Errorf("%d arrived", n)
	}
	if _, lost := r.sim.Missed("fd01"); lost != 1 {
		t.Errorf("%d lost", lost)
	}
	r.clock.add(time.Minute + time.Second)
	r.wecom("message/send", appText("fd01", "早"))
	if n := len(r.sim.Inbox("fd01")); n != 31 {
		t.Errorf("a minute later: %d", n)
	}
}

// enable_duplicate_check: the same bytes inside the interval are not sent again.
func TestDuplicateCheck(t *testing.T) {
	r := newRig(t)
	in := card("fd01", "t1")
	in["enable_duplicate_check"], in["duplicate_check_interval"] = 1, 14400
	first := r.wecom("message/send", in)
	again := r.wecom("message/send", in)
	if code(again) != 0 || again["msgid"] != first["msgid"] || len(r.sim.Cards("fd01")) != 1 {
		t.Errorf("%v", again)
	}
	r.clock.add(4*time.Hour + time.Second)
	if c := code(r.wecom("message/send", in)); c != 42014 {
		t.Errorf("after the interval the task_id is a used one: %d", c)
	}
}

// Inside WeChat cards and markdown are not shown, and nobody is told.
func TestPluginMember(t *testing.T) {
	r := newRig(t)
	if c := code(r.wecom("message/send", card("plug", "t1"))); c != 0 {
		t.Fatal(c)
	}
	r.wecom("message/send", map[string]any{"touser": "plug", "agentid": 1000002, "msgtype": "textcard", "textcard": map[string]string{
		"title": "投诉 4827", "description": "1208", "url": "https://m.example.cn/4827"}})
	items := r.sim.Inbox("plug")
	if unseen, _ := r.sim.Missed("plug"); unseen != 1 || len(items) != 1 || items[0].Kind != "textcard" {
		t.Errorf("%d unseen, %+v", unseen, items)
	}
}

func TestCardErrors(t *testing.T) {
	r := newRig(t)
	r.wecom("message/send", card("fd01", "used"))
	change := func(f func(c map[string]any)) map[string]any {
		in := card("fd01", "fresh")
		f(in["template_card"].(map[string]any))
		return in
	}
	button := func(text, key string) []map[string]any { return []map[string]any{{"text": text, "key": key}} }
	for name, c := range map[string]struct {
		in   map[string]any
		want int
	}{
		"task_id used":   {card("fd01", "used"), 42014},
		"task_id form":   {card("fd01", "工单"), 42014},
		"task_id long":   {card("fd01", strings.Repeat("a", 129)), 42014},
		"no task_id":     {change(func(c map[string]any) { delete(c, "task_id") }), 42014},
		"no key":         {change(func(c map[string]any) { c["button_list"] = button("接单", "") }), 42019},
		"no label":       {change(func(c map[string]any) { c["button_list"] = button("", "claim") }), 42020},
		"same key twice": {change(func(c map[string]any) { c["button_list"] = append(button("接单", "a"), button("转出", "a")...) }), 42018},
		"no buttons":     {change(func(c map[string]any) { delete(c, "button_list") }), 40058},
		"seven lines": {change(func(c map[string]any) {
			var rows []map[string]string
			for range 7 {
				rows = append(rows, map[string]string{"keyname": "a", "value": "b"})
			}
			c["horizontal_content_list"] = rows
		}), 40058},
		"eleven options": {change(func(c map[string]any) {
			var rows []map[string]string
			for i := range 11 {
				rows = append(rows, map[string]string{"id": string(rune('a' + i)), "text": "b"})
			}
			c["button_selection"] = map[string]any{"question_key": "q", "option_list": rows}
		}), 40058},
		"notice without link": {change(func(c map[string]any) { c["card_type"] = "text_notice" }), 40058},
		"no title":            {change(func(c map[string]any) { delete(c, "main_title") }), 40058},
	} {
		if got := code(r.wecom("message/send", c.in)); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if n := len(r.sim.Cards("fd01")); n != 1 {
		t.Errorf("%d cards arrived", n)
	}
}

func update(code any, change map[string]any) map[string]any {
	in := map[string]any{"userids": []string{"fd01", "fd02"}, "agentid": 1000002, "response_code": code}
	maps.Copy(in, change)
	return in
}

// A response_code is used once, within 72 hours; each press brings another.
func TestResponseCode(t *testing.T) {
	r := newRig(t)
	grey := map[string]any{"button": map[string]string{"replace_name": "已接"}}
	fresh := map[string]any{"template_card": map[string]any{
		"card_type": "text_notice", "main_title": map[string]string{"title": "处理中 4827"}, "card_action": map[string]any{"type": 1, "url": "https://m.example.cn/"}}}
	sent := r.wecom("message/send", card("fd01", "t1"))["response_code"]
	must(t, r.sim.Member("fd01").Press(t.Context(), "t1", "claim", nil))
	pressed := r.last().fields.ResponseCode
	out := r.wecom("message/update_template_card", update(sent, grey))
	if code(out) != 0 || len(out["invaliduser"].([]any)) != 1 {
		t.Errorf("%v", out)
	}
	if c := code(r.wecom("message/update_template_card", update(sent, grey))); c != 42014 {
		t.Errorf("used: %d", c)
	}
	if c := code(r.wecom("message/update_template_card", update(pressed, fresh))); c != 0 {
		t.Errorf("from the event: %d", c)
	}
	if c := r.sim.Cards("fd01")[0]; c.Title != "处理中 4827" || c.TaskID != "t1" || c.Changes != 2 || !c.Grey {
		t.Errorf("%+v", c)
	}
	late := r.wecom("message/send", card("fd01", "t2"))["response_code"]
	r.clock.add(72 * time.Hour)
	if c := code(r.wecom("message/update_template_card", update(late, grey))); c != 42014 {
		t.Errorf("after 72 hours: %d", c)
	}
	if c := code(r.wecom("message/update_template_card", update("nonsense", grey))); c != 42014 {
		t.Errorf("unknown: %d", c)
	}
	in := update(late, grey)
	in["agentid"] = 5
	if c := code(r.wecom("message/update_template_card", in)); c != 42015 {
		t.Errorf("another app: %d", c)
	}
}

// replace_text makes one grey button of all.
func TestReplaceText(t *testing.T) {
	r := newRig(t)
	sent := r.wecom("message/send", card("fd01", "t1"))["response_code"]
	fresh := card("", "t1")["template_card"].(map[string]any)
	fresh["replace_text"] = "小陈 14:06 接单"
	in := update(sent, map[string]any{"template_card": fresh})
	in["userids"] = []string{"fd01"}
	if c := code(r.wecom("message/update_template_card", in)); c != 0 {
		t.Fatal(c)
	}
	if c := r.sim.Cards("fd01")[0]; !c.Grey || c.Done != "小陈 14:06 接单" || len(c.Buttons) != 0 {
		t.Errorf("%+v", c)
	}
}

// A passive update changes the card of who pressed it, alone, and uses the code.
func TestPassiveCardUpdate(t *testing.T) {
	r := newRig(t)
	r.wecom("message/send", card("fd01|fd02", "t1"))
	r.answers(func(w http.ResponseWriter, g got) {
		_, _ = w.Write(r.sealed("wecom", `<xml><ToUserName>fd01</ToUserName><FromUserName>ww1a2b3c4d5e6f7a8b</FromUserName><CreateTime>1</CreateTime>
<MsgType>update_template_card</MsgType><TemplateCard><CardType>button_interaction</CardType><MainTitle><Title>处理中 4827</Title></MainTitle>
<HorizontalContentList><KeyName>可发</KeyName><Value>4 条</Value></HorizontalContentList><HorizontalContentList><KeyName>承诺</KeyName><Value>14:20 前</Value></HorizontalContentList>
<TaskId>t1b</TaskId><ButtonList><Text>办结</Text><Style>1</Style><Key>close</Key></ButtonList></TemplateCard></xml>`))
	})
	must(t, r.sim.Member("fd01").Press(t.Context(), "t1", "claim", nil))
	used := r.last().fields.ResponseCode
	r.answers(nil)
	mine, other := r.sim.Cards("fd01")[0], r.sim.Cards("fd02")[0]
	if mine.Title != "处理中 4827" || mine.TaskID != "t1b" || len(mine.Lines) != 2 || mine.Buttons[0].Key != "close" || other.TaskID != "t1" {
		t.Errorf("mine %+v, other %+v", mine, other)
	}
	if c := code(r.wecom("message/update_template_card", update(used, map[string]any{"button": map[string]string{"replace_name": "x"}}))); c != 42014 {
		t.Errorf("code of the event after a passive update: %d", c)
	}
	must(t, r.sim.Member("fd01").Press(t.Context(), "t1b", "close", nil))
	if g := r.last().fields; g.TaskId != "t1b" || g.EventKey != "close" {
		t.Errorf("%+v", g)
	}
	if err := r.sim.Member("fd01").Press(t.Context(), "t1b", "claim", nil); err == nil {
		t.Error("a button that is gone was pressed")
	}
}

// An app whose callbacks come as JSON.
func TestWeComJSON(t *testing.T) {
	r := newRig(t, func(c *sim.Config) { c.WeCom.Format = sim.JSON })
	r.wecom("message/send", card("fd01", "t1"))
	must(t, r.sim.Member("fd01").Press(t.Context(), "t1", "claim", map[string]string{"to": "eng"}))
	n, err := wechat.ParseNode(r.last().plain)
	if err != nil || n.Get("EventKey") != "claim" || n.Get("SelectedItems", "SelectedItem", "OptionIds", "OptionId") != "eng" || n.Get("AgentID") != "1000002" {
		t.Errorf("%s, %v", r.last().plain, err)
	}
}

func TestStaffWrites(t *testing.T) {
	r := newRig(t)
	must(t, r.sim.Member("fd01").Enter(t.Context()))
	if g := r.last().fields; g.Event != "enter_agent" || g.FromUserName != "fd01" || g.ToUserName != "ww1a2b3c4d5e6f7a8b" {
		t.Errorf("%+v", g)
	}
	r.answers(func(w http.ResponseWriter, g got) { _, _ = w.Write(r.sealed("wecom", textReply(g, "4827 归您了"))) })
	must(t, r.sim.Member("fd01").Type(t.Context(), "接 4827"))
	items := r.sim.Inbox("fd01")
	if len(items) != 2 || items[0].From != sim.FromMember || !items[1].Passive || items[1].Text != "4827 归您了" {
		t.Errorf("%+v", items)
	}
	r.answers(nil)
	must(t, r.sim.Member("fd01").SendPicture(t.Context(), onePixel(t), "a.png"))
	if g := r.last().fields; g.MsgType != "image" || g.MediaId == "" {
		t.Errorf("%+v", g)
	}
	must(t, r.sim.Member("fd01").SendVoice(t.Context()))
}

// Every type of app message arrives, or is refused with its number.
func TestAppMessageKinds(t *testing.T) {
	r := newRig(t)
	up := uploadFile(r, "/wecom/cgi-bin/media/upload?type=file&access_token="+r.wecomToken(), "a.txt", []byte("hello there"))
	for name, c := range map[string]struct {
		kind string
		body any
		want int
	}{
		"markdown":        {"markdown", map[string]string{"content": "**早**"}, 0},
		"long markdown":   {"markdown", map[string]string{"content": strings.Repeat("a", 2049)}, 40058},
		"empty text":      {"text", map[string]string{"content": ""}, 44004},
		"file":            {"file", map[string]any{"media_id": up["media_id"]}, 0},
		"unknown file":    {"file", map[string]any{"media_id": "x"}, 40007},
		"news":            {"news", map[string]any{"articles": []any{map[string]string{"title": "日报"}}}, 0},
		"no news":         {"news", map[string]any{}, 40058},
		"notice":          {"miniprogram_notice", map[string]string{"title": "早"}, 0},
		"bare textcard":   {"textcard", map[string]string{"title": "早"}, 40058},
		"endless link":    {"textcard", map[string]string{"title": "早", "description": "早", "url": strings.Repeat("a", 2049)}, 45002},
		"unknown":         {"hologram", map[string]string{}, 40008},
		"card of nothing": {"template_card", nil, 40058},
		"vote": {"template_card", map[string]any{"card_type": "vote_interaction", "task_id": "v1", "main_title": map[string]string{"title": "归类"},
			"checkbox": map[string]any{"question_key": "cat", "option_list": []any{map[string]string{"id": "a", "text": "物流"}}}, "submit_button": map[string]string{"text": "提交", "key": "ok"}}, 0},
		"several": {"template_card", map[string]any{"card_type": "multiple_interaction", "task_id": "v2", "main_title": map[string]string{"title": "派单"},
			"select_list": []any{map[string]any{"question_key": "who", "option_list": []any{map[string]string{"id": "a", "text": "李四"}}}}, "submit_button": map[string]string{"text": "提交", "key": "ok"}}, 0},
	} {
		if got := code(r.wecom("message/send", map[string]any{"touser": "fd01", "agentid": 1000002, "msgtype": c.kind, c.kind: c.body})); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	must(t, r.sim.Member("fd01").Press(t.Context(), "v1", "ok", map[string]string{"cat": "a"}))
	if g := r.last().fields; g.EventKey != "ok" || g.Options[0].QuestionKey != "cat" {
		t.Errorf("%+v", g)
	}
}

// Staff's messages can be held, reordered and delivered again like customers'.
func TestStaffOrder(t *testing.T) {
	r := newRig(t)
	h := r.sim.HoldMember("fd01")
	must(t, r.sim.Member("fd01").Later().Type(t.Context(), "接 4827"))
	must(t, r.sim.Member("fd01").Later().Click(t.Context(), "todo"))
	must(t, h.Release(t.Context(), 1))
	must(t, r.sim.Idle(t.Context()))
	all := r.deliveries()
	if len(all) != 2 || all[0].fields.EventKey != "todo" || all[1].fields.Content != "接 4827" {
		t.Errorf("%d deliveries", len(all))
	}
	if _, err := r.sim.Member("fd01").Again(t.Context()); err != nil {
		t.Error(err)
	}
	if got := r.sim.Members(); len(got) != 4 || len(r.sim.Robots()) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestRecall(t *testing.T) {
	r := newRig(t)
	id := r.wecom("message/send", appText("fd01", "发错了"))["msgid"]
	if c := code(r.wecom("message/recall", map[string]any{"msgid": id})); c != 0 || !r.sim.Inbox("fd01")[0].Recalled {
		t.Errorf("%d", c)
	}
	r.clock.add(25 * time.Hour)
	if c := code(r.wecom("message/recall", map[string]any{"msgid": id})); c == 0 {
		t.Error("recalled after a day")
	}
}

func TestWeComMedia(t *testing.T) {
	r := newRig(t)
	pic := onePixel(t)
	up := uploadFile(r, "/wecom/cgi-bin/media/upload?type=image&access_token="+r.wecomToken(), "a.png", pic)
	if _, isText := up["created_at"].(string); !isText || code(up) != 0 {
		t.Errorf("%v", up)
	}
	in := map[string]any{"touser": "fd01", "agentid": 1000002, "msgtype": "image", "image": map[string]any{"media_id": up["media_id"]}}
	if c := code(r.wecom("message/send", in)); c != 0 {
		t.Error(c)
	}
	if c := code(uploadFile(r, "/wecom/cgi-bin/media/upload?type=file&access_token="+r.wecomToken(), "a", []byte("tiny"))); c != 40006 {
		t.Errorf("four bytes: %d", c)
	}
}
