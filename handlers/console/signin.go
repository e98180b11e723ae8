package console

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kefu/bot/chat"
	"kefu/prompts"
)

// A sign-in under way is a cookie of the browser that began it: the state and
// where to go on. So a code that somebody else got is of no use here, and who
// never comes back leaves nothing in the store.
const (
	beganCookie = "kefu_in_"
	beganFor    = 10 * time.Minute
	maxReturn   = 512 // bytes of the address to go on at
)

// signIn sends a browser to WeCom. What is posted without a session cannot be
// kept through that, so its author is asked to open the page anew.
func (v *visit) signIn() error {
	if v.c.Request.Method != http.MethodGet || v.scripted() || v.c.GetHeader("Accept") == "text/event-stream" {
		return fault{http.StatusUnauthorized, "要重新登录", "登录过期了。先复制要说的话，再从企业微信里重新打开这一页。", nil}
	}
	state := rand.Text()
	back := v.c.Request.URL.RequestURI()
	if len(back) > maxReturn {
		back = "/in"
	}
	http.SetCookie(v.c.Writer, &http.Cookie{
		Name: beganCookie + state[:6], Value: state + "." + base64.RawURLEncoding.EncodeToString([]byte(back)),
		Path: "/auth/wecom", MaxAge: int(beganFor.Seconds()), HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.sessions.Cookie.Secure,
	})
	v.c.Redirect(http.StatusSeeOther, v.SignIn.AuthorizeURL(v.address()+"/auth/wecom", state))
	return nil
}

// signInAgain forgets who is signed in: the phone has changed hands.
func (v *visit) signInAgain() error {
	if v.sessions.GetString(v.ctx, sessionUser) != "" {
		if err := v.sessions.Destroy(v.ctx); err != nil {
			return err
		}
		if err := v.save(); err != nil {
			return err
		}
	}
	u := *v.c.Request.URL
	q := u.Query()
	q.Del("fresh")
	u.RawQuery = q.Encode()
	v.c.Request.URL = &u
	return v.signIn()
}

// address is how browsers reach us.
func (v *visit) address() string {
	if v.PublicURL != "" {
		return strings.TrimRight(v.PublicURL, "/")
	}
	return (&url.URL{Scheme: "http", Host: v.c.Request.Host}).String()
}

// comeBack is where WeCom sends the browser with a code.
func (v *visit) comeBack() error {
	state, code := v.c.Query("state"), v.c.Query("code")
	back, ok := v.began(state)
	if !ok || code == "" {
		return fault{http.StatusBadRequest, "登录没有走完", "请回到企业微信，从卡片或应用里重新打开。", nil}
	}
	user, err := v.SignIn.UserByCode(v.ctx, code)
	if f := chat.Failed(err); f != nil {
		return fault{http.StatusBadGateway, "企业微信没认出您", "多半是停得太久了。请回到企业微信重新打开；一直这样，请告诉管理员。", err}
	}
	if err != nil || user == "" {
		return v.outsider()
	}
	p, ok := v.Roster.ByWecom(user)
	if !ok {
		return v.outsider()
	}
	if err := v.sessions.RenewToken(v.ctx); err != nil {
		return err
	}
	v.sessions.Put(v.ctx, sessionUser, p.ID)
	return v.redirect(back)
}

var errNotHere = errors.New("console: not an address of ours")

// began finds the sign-in that this browser began, and forgets it.
func (v *visit) began(state string) (back string, ok bool) {
	if len(state) < 6 || len(state) > 128 {
		return "", false
	}
	c, err := v.c.Request.Cookie(beganCookie + state[:6])
	if err != nil {
		return "", false
	}
	http.SetCookie(v.c.Writer, &http.Cookie{Name: c.Name, Path: "/auth/wecom", MaxAge: -1})
	had, path, _ := strings.Cut(c.Value, ".")
	if subtle.ConstantTimeCompare([]byte(had), []byte(state)) != 1 {
		return "", false
	}
	b, err := base64.RawURLEncoding.DecodeString(path)
	if err != nil || ours(string(b)) != nil {
		return "/in", true
	}
	return string(b), true
}

// ours refuses what a browser would take for another site.
func ours(path string) error {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return errNotHere
	}
	return nil
}

func (v *visit) outsider() error {
	return fault{http.StatusForbidden, "这里是客服的工作页面", v.Words.Line(prompts.StaffErrNotStaff, nil), nil}
}
