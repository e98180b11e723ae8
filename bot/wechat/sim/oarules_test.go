package sim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"kefu/bot/wechat/sim"
)

const base = "/oa/cgi-bin/"

func askStable(r *rig, force bool) map[string]any {
	return r.call(base+"stable_token", map[string]any{"grant_type": "client_credential", "appid": "wx0123456789abcdef", "secret": "oa-secret", "force_refresh": force})
}

// stable_token gives the same token with what is left of it, a new one in its last
// five minutes, and then both are valid for five minutes.
func TestStableToken(t *testing.T) {
	r := newRig(t)
	first := askStable(r, false)
	if first["expires_in"].(float64) != 7200 {
		t.Errorf("fresh: %v", first["expires_in"])
	}
	r.clock.add(time.Hour)
	again := askStable(r, false)
	if again["access_token"] != first["access_token"] || again["expires_in"].(float64) != 3600 {
		t.Errorf("after an hour: %v left, same %v", again["expires_in"], again["access_token"] == first["access_token"])
	}
	r.clock.add(56 * time.Minute)
	second := askStable(r, false)
	if second["access_token"] == first["access_token"] {
		t.Error("no new token four minutes before the end")
	}
	get := func(tok any) int { return code(r.call(base+"getcallbackip?access_token="+tok.(string), nil)) }
	if get(first["access_token"]) != 0 || get(second["access_token"]) != 0 {
		t.Error("both must be valid during the hand-over")
	}
	r.clock.add(6 * time.Minute)
	if c := get(first["access_token"]); c != 42001 {
		t.Errorf("expired token: %d", c)
	}
	if c := get("nonsense"); c != 40001 {
		t.Errorf("unknown token: %d", c)
	}
	if c := code(r.call(base+"getcallbackip", nil)); c != 41001 {
		t.Errorf("no token: %d", c)
	}
	r.sim.InvalidateTokens("hotel")
	if c := get(second["access_token"]); c != 40001 {
		t.Errorf("invalidated token: %d", c)
	}
}

// force_refresh ends the old token at once, and is allowed every 30 s, 20 a day.
func TestForceRefresh(t *testing.T) {
	r := newRig(t)
	first := askStable(r, true)
	if c := code(askStable(r, true)); c != 45011 {
		t.Errorf("at once again: %d", c)
	}
	for range 19 {
		r.clock.add(30 * time.Second)
		if c := code(askStable(r, true)); c != 0 {
			t.Fatalf("allowed refresh: %d", c)
		}
	}
	r.clock.add(30 * time.Second)
	if c := code(askStable(r, true)); c != 45009 {
		t.Errorf("the 21st of the day: %d", c)
	}
	if c := code(r.call(base+"getcallbackip?access_token="+first["access_token"].(string), nil)); c != 42001 {
		t.Errorf("old token after a forced refresh: %d", c)
	}
}

// /token and /stable_token keep apart; /token's new one leaves the old five minutes.
func TestClassicToken(t *testing.T) {
	r := newRig(t)
	stable := r.token()
	ask := func() string {
		return r.call(base+"token?grant_type=client_credential&appid=wx0123456789abcdef&secret=oa-secret", nil)["access_token"].(string)
	}
	get := func(tok string) int { return code(r.call(base+"getcallbackip?access_token="+tok, nil)) }
	one, two := ask(), ask()
	if one == two || get(one) != 0 || get(two) != 0 || get(stable) != 0 {
		t.Error("two tokens of /token and the stable one must all be valid")
	}
	r.clock.add(5 * time.Minute)
	if get(one) != 42001 || get(two) != 0 {
		t.Error("the older one ends after five minutes")
	}
	for path, want := range map[string]int{
		"token?grant_type=x": 40002, "token?grant_type=client_credential&appid=no": 40013,
		"token?grant_type=client_credential&appid=wx0123456789abcdef&secret=no": 40125,
	} {
		if c := code(r.call(base+path, nil)); c != want {
			t.Errorf("%s: %d, want %d", path, c, want)
		}
	}
}

// Whom custom/send cannot reach, and what it refuses.
func TestCustomSendErrors(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Say(t.Context(), "在吗"))
	long := strings.Repeat("字", 683) // 2,049 bytes
	for name, c := range map[string]struct {
		in   any
		want int
	}{
		"unknown openid": {customText("o_nobody", "x"), 40003},
		"broken JSON":    {`{"touser":`, 47001},
		"empty body":     {``, 44002},
		"escaped":        {`{"touser":"` + wang + `","msgtype":"text","text":{"content":"\u003ca\u003e"}}`, 40033},
		"cut character":  {"{\"touser\":\"" + wang + "\",\"msgtype\":\"text\",\"text\":{\"content\":\"\xe5\xad\"}}", 40033},
		"too long":       {customText(wang, long), 45002},
		"empty":          {customText(wang, ""), 44004},
		"unknown type":   {map[string]any{"touser": wang, "msgtype": "hologram"}, 45162},
		"no type":        {map[string]any{"touser": wang}, 40008},
		"two articles":   {map[string]any{"touser": wang, "msgtype": "news", "news": map[string]any{"articles": []map[string]string{{"title": "a"}, {"title": "b"}}}}, 45008},
		"unknown media":  {map[string]any{"touser": wang, "msgtype": "image", "image": map[string]string{"media_id": "no"}}, 40007},
	} {
		if got := r.oa("message/custom/send", c.in); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if p := r.phone(); p.Credits.Left != 5 {
		t.Errorf("a refused message took a credit: %+v", p.Credits)
	}
	must(t, r.wang().Refuse(true))
	if c := r.oa("message/custom/send", customText(wang, "x")); c != 48002 {
		t.Errorf("switched off: %d", c)
	}
	must(t, r.wang().Refuse(false))
	must(t, r.wang().Block(true))
	if c := r.oa("message/custom/send", customText(wang, "x")); c != 43019 {
		t.Errorf("blacklisted: %d", c)
	}
	must(t, r.wang().Unfollow(t.Context()))
	if c := r.oa("message/custom/send", customText(wang, "x")); c != 43004 {
		t.Errorf("unfollowed: %d", c)
	}
	if err := r.wang().Say(t.Context(), "回来"); err == nil {
		t.Error("who has left could write")
	}
}

// The AI label, the agent's name, links and msgmenu arrive on the phone.
func TestCustomSendShows(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Say(t.Context(), "在吗"))
	in := customText(wang, `看<a href="https://m.example.cn/t">详情</a>，或<a href='weixin://bizmsgmenu?msgmenucontent=%E8%BD%AC%E4%BA%BA%E5%B7%A5&msgmenuid=menu:human'>转人工</a>。`)
	in["aimsgcontext"] = map[string]int{"is_ai_msg": 1}
	in["customservice"] = map[string]string{"kf_account": "a@b"}
	if c := r.oa("message/custom/send", in); c != 0 {
		t.Fatal(c)
	}
	b := r.phone().Last()
	if !b.AI || b.Agent != "a@b" || b.Text != "看详情，或转人工。" || len(b.Parts) != 5 || b.Parts[1].URL != "https://m.example.cn/t" || b.Options[0] != (sim.Option{Label: "转人工", Key: "menu:human"}) {
		t.Errorf("%+v", b)
	}
}

// 测试号: a tap comes without bizmsgmenuid, and there is no msgmenu.
func TestTestAccount(t *testing.T) {
	r := newRig(t)
	r.sim.SetTestAccount("hotel", true)
	r.says(`<a href="weixin://bizmsgmenu?msgmenucontent=在房间&msgmenuid=k1">在房间</a>`)
	must(t, r.wang().Say(t.Context(), "吵"))
	must(t, r.wang().TapOption(t.Context(), "k1"))
	if g := r.last(); g.fields.Tapped != "" || g.fields.Content != "在房间" {
		t.Errorf("%+v", g.fields)
	}
	menu := map[string]any{"touser": wang, "msgtype": "msgmenu", "msgmenu": map[string]any{"head_content": "?", "list": []map[string]string{{"id": "1", "content": "a"}}}}
	if c := r.oa("message/custom/send", menu); c != 48008 {
		t.Errorf("msgmenu: %d", c)
	}
}

func TestTyping(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Say(t.Context(), "在吗"))
	typing := func(command string) int {
		return r.oa("message/custom/typing", map[string]string{"touser": wang, "command": command})
	}
	for _, step := range []struct {
		command string
		want    int
	}{{"Nodding", 45072}, {"Typing", 0}, {"Typing", 45081}, {"CancelTyping", 0}} {
		if c := typing(step.command); c != step.want {
			t.Errorf("%s: %d, want %d", step.command, c, step.want)
		}
	}
	r.clock.add(31 * time.Second)
	if c := typing("Typing"); c != 45080 {
		t.Errorf("after 30 s: %d", c)
	}
}

func TestUserInfo(t *testing.T) {
	r := newRig(t)
	info := func() map[string]any {
		return r.call(base+"user/info?openid="+wang+"&access_token="+r.token(), nil)
	}
	if c := code(info()); c != 40003 {
		t.Errorf("nobody: %d", c)
	}
	must(t, r.wang().Follow(t.Context(), "room:1208"))
	if u := info(); u["subscribe"].(float64) != 1 || u["qr_scene_str"] != "room:1208" || u["nickname"] != nil {
		t.Errorf("%v", u)
	}
	must(t, r.wang().Unfollow(t.Context()))
	if u := info(); len(u) != 2 || u["subscribe"].(float64) != 0 {
		t.Errorf("after unfollowing only the openid is told: %v", u)
	}
}

func TestMenu(t *testing.T) {
	r := newRig(t)
	get := func() int { return code(r.call(base+"menu/get?access_token="+r.token(), nil)) }
	if c := get(); c != 46003 {
		t.Errorf("before: %d", c)
	}
	click := func(name, key string) map[string]any {
		return map[string]any{"type": "click", "name": name, "key": key}
	}
	many := func(n int) []map[string]any {
		var out []map[string]any
		for range n {
			out = append(out, click("a", "k"))
		}
		return out
	}
	for name, c := range map[string]struct {
		buttons []map[string]any
		want    int
	}{
		"four on top": {many(4), 40016},
		"long name":   {[]map[string]any{click("一二三四五六", "k")}, 40018},
		"no key":      {[]map[string]any{click("a", "")}, 40019},
		"six below":   {[]map[string]any{{"name": "a", "sub_button": many(6)}}, 40023},
		"right": {[]map[string]any{{"name": "找客服", "sub_button": []map[string]any{
			click("转人工", "menu:human"), {"type": "view", "name": "官网", "url": "https://m.example.cn/"}}}}, 0},
	} {
		if got := r.oa("menu/create", map[string]any{"button": c.buttons}); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if r.oa("menu/create", map[string]any{"button": []map[string]any{{"name": "找客服", "sub_button": []map[string]any{
		click("转人工", "menu:human"), {"type": "view", "name": "官网", "url": "https://m.example.cn/"}}}}}) != 0 || get() != 0 {
		t.Error("menu was not kept")
	}
	must(t, r.wang().Menu(t.Context(), "转人工"))
	if g := r.last().fields; g.Event != "CLICK" || g.EventKey != "menu:human" {
		t.Errorf("%+v", g)
	}
	r.clock.add(time.Hour)
	must(t, r.wang().Menu(t.Context(), "官网"))
	if g := r.last().fields; g.Event != "VIEW" || g.EventKey != "https://m.example.cn/" {
		t.Errorf("%+v", g)
	}
	if r.phone().Credits.Open {
		t.Error("VIEW opened a window")
	}
	if err := r.wang().Menu(t.Context(), "没有的"); err == nil {
		t.Error("an entry that is not there was tapped")
	}
}

// A scan follows with qrscene_, or is a SCAN with the bare scene.
func TestQRCode(t *testing.T) {
	r := newRig(t)
	scene := func(name, str string, id, expire int) map[string]any {
		return map[string]any{"action_name": name, "expire_seconds": expire, "action_info": map[string]any{"scene": map[string]any{"scene_str": str, "scene_id": id}}}
	}
	for name, c := range map[string]struct {
		in   map[string]any
		want int
	}{
		"temporary":      {scene("QR_STR_SCENE", "room:1208", 0, 604800), 0},
		"permanent":      {scene("QR_LIMIT_STR_SCENE", "room:1208", 0, 0), 0},
		"31 days":        {scene("QR_STR_SCENE", "a", 0, 31*86400), 40035},
		"scene too long": {scene("QR_STR_SCENE", strings.Repeat("a", 65), 0, 60), 40035},
		"no scene id":    {scene("QR_SCENE", "", 0, 60), 40035},
		"id too large":   {scene("QR_LIMIT_SCENE", "", 100_001, 0), 40035},
		"unknown":        {scene("QR_X", "a", 0, 60), 40035},
	} {
		if got := r.oa("qrcode/create", c.in); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	must(t, r.wang().ScanCode(t.Context(), "room:1208"))
	if g := r.last().fields; g.Event != "subscribe" || g.EventKey != "qrscene_room:1208" {
		t.Errorf("%+v", g)
	}
	must(t, r.wang().ScanCode(t.Context(), "room:1208"))
	if g := r.last().fields; g.Event != "SCAN" || g.EventKey != "room:1208" {
		t.Errorf("%+v", g)
	}
	must(t, r.wang().Unfollow(t.Context()))
	if g := r.last().fields; g.Event != "unsubscribe" {
		t.Errorf("%+v", g)
	}
}

// A customer's page signs in by a code: single use, five minutes, this account's.
func TestCustomerLogin(t *testing.T) {
	r := newRig(t)
	must(t, r.wang().Follow(t.Context(), ""))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func() string {
		res, err := client.Get(r.api + "/oa/connect/oauth2/authorize?appid=wx0123456789abcdef&scope=snsapi_base&state=s&redirect_uri=https%3A%2F%2Fkefu.example.com%2Fh5&sim_openid=" + wang)
		must(t, err)
		defer res.Body.Close()
		to, err := res.Location()
		must(t, err)
		return to.Query().Get("code")
	}
	trade := func(c string) map[string]any {
		return r.call("/oa/sns/oauth2/access_token?grant_type=authorization_code&appid=wx0123456789abcdef&secret=oa-secret&code="+c, nil)
	}
	c := ask()
	if out := trade(c); out["openid"] != wang {
		t.Errorf("%v", out)
	}
	if got := code(trade(c)); got != 40163 {
		t.Errorf("used: %d", got)
	}
	late := ask()
	if got := code(r.call("/wecom/cgi-bin/auth/getuserinfo?code="+late+"&access_token="+r.wecomToken(), nil)); got != 40029 {
		t.Errorf("at WeCom: %d", got)
	}
	r.clock.add(5 * time.Minute)
	if got := code(trade(late)); got != 42003 {
		t.Errorf("late: %d", got)
	}
	if got := code(trade("nonsense")); got != 40029 {
		t.Errorf("unknown: %d", got)
	}
}

// Errors are HTTP 200 with an errcode, also for paths and methods that do not exist.
func TestEverythingIsHTTP200(t *testing.T) {
	r := newRig(t)
	if c := code(r.call("/oa/cgi-bin/nothing", nil)); c != 40066 {
		t.Errorf("unknown path: %d", c)
	}
	if c := code(r.call(base+"message/custom/send?access_token="+r.token(), nil)); c != 43002 {
		t.Errorf("GET for POST: %d", c)
	}
	if out := r.call(base+"callback/check?access_token="+r.token(), map[string]string{"action": "all"}); out["dns"] == nil || out["ping"] == nil {
		t.Errorf("%v", out)
	}
	if out := r.call(base+"template/get_all_private_template?access_token="+r.token(), nil); len(out["template_list"].([]any)) != 1 {
		t.Errorf("%v", out)
	}
}
