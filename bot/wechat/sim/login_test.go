package sim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kefu/bot/wechat/sim"
)

// A code from the sign-in page is used once within five minutes; outsiders bring
// an openid and no userid.
func TestLogin(t *testing.T) {
	r := newRig(t, func(c *sim.Config) { c.WeCom.Trusted = []string{"kefu.example.com"} })
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page := func(extra string) *http.Response {
		res, err := client.Get(r.api + "/wecom/connect/oauth2/authorize?appid=ww1a2b3c4d5e6f7a8b&response_type=code&scope=snsapi_base&state=S1" + extra)
		must(t, err)
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	back := "&redirect_uri=" + url.QueryEscape("https://kefu.example.com/t/4827?x=1")
	res := page(back + "&sim_user=fd01")
	to, err := res.Location()
	must(t, err)
	if to.Host != "kefu.example.com" || to.Query().Get("state") != "S1" || to.Query().Get("x") != "1" {
		t.Errorf("back to %s", to)
	}
	info := func(c string) map[string]any {
		return r.call("/wecom/cgi-bin/auth/getuserinfo?code="+c+"&access_token="+r.wecomToken(), nil)
	}
	c1 := to.Query().Get("code")
	if out := info(c1); out["userid"] != "fd01" {
		t.Errorf("%v", out)
	}
	if c := code(info(c1)); c != 40029 {
		t.Errorf("used: %d", c)
	}
	c2, err := r.sim.Login("fd02")
	must(t, err)
	r.clock.add(5 * time.Minute)
	if c := code(info(c2)); c != 42003 {
		t.Errorf("after five minutes: %d", c)
	}
	c3, _ := r.sim.Login(sim.Outsider)
	if out := info(c3); out["openid"] == nil || out["userid"] != nil {
		t.Errorf("%v", out)
	}
	if res := page(back); res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		t.Errorf("without a name one chooses: %d", res.StatusCode)
	}
	if c := code(decode(t, page("&redirect_uri="+url.QueryEscape("https://evil.example.com/")+"&sim_user=fd01").Body)); c != 50001 {
		t.Errorf("foreign host: %d", c)
	}
	if out := r.call("/wecom/cgi-bin/user/get?userid=fd01&access_token="+r.wecomToken(), nil); out["name"] != "小陈" || out["status"].(float64) != 1 {
		t.Errorf("%v", out)
	}
	if c := code(r.call("/wecom/cgi-bin/user/get?userid=none&access_token="+r.wecomToken(), nil)); c != 60111 {
		t.Errorf("nobody: %d", c)
	}
}
