package sim

import (
	"bytes"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// login is a code that a member brings back from WeCom's sign-in page.
type login struct {
	User string    `json:"user"` // userid, or "" of somebody outside
	At   time.Time `json:"at"`
	Used bool      `json:"used"`
}

const (
	loginLife = 5 * time.Minute // WeCom: single use, five minutes

	// MemberCookie, or the query value sim_user, says who signs in on this browser.
	MemberCookie = "sim_member"
	// Outsider signs in as somebody who is not of the company.
	Outsider = "outsider"
)

// wecomAuthorize is open.weixin.qq.com's and login.work.weixin.qq.com's page. WeCom
// knows who holds the phone; here the query sim_user or the cookie sim_member says
// it, and without either one chooses.
func (s *Sim) wecomAuthorize(r *request) answer {
	q := r.query
	to, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case q.Get("appid") != s.corp.CorpID:
		return fault(40013)
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return fault(50001)
	case len(s.corp.Trusted) > 0 && !slices.Contains(s.corp.Trusted, to.Hostname()) && !slices.Contains(s.corp.Trusted, to.Host):
		return fault(50001)
	}
	who := q.Get("sim_user")
	if c, err := r.Cookie(MemberCookie); who == "" && err == nil {
		who = c.Value
	}
	if s.corp.member[who] == nil && who != Outsider {
		return s.choose(r)
	}
	return sendBack(to, s.loginCode(who), q.Get("state"))
}

func (s *Sim) loginCode(who string) string {
	code := secret(16)
	if who == Outsider {
		who = ""
	}
	s.st.Corp.Logins.put(code, login{User: who, At: s.now()}, maxSmall)
	return code
}

// Login gives a code as the sign-in page would bring it back. It serves tests that
// have no browser.
func (s *Sim) Login(userid string) (code string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.corp == nil || s.corp.member[userid] == nil && userid != Outsider {
		return "", ErrUnknown
	}
	return s.loginCode(userid), nil
}

var choosePage = template.Must(template.New("choose").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>登录</title>
<body style="font-family:sans-serif;max-width:24em;margin:2em auto;padding:0 1em"><h1 style="font-size:1.2em">您是哪一位？</h1>
{{range .}}<p><a style="display:block;padding:.8em;background:#f4f6f8;border-radius:8px" href="{{.URL}}">{{.Name}}</a></p>{{end}}</body></html>`))

func (s *Sim) choose(r *request) answer {
	var rows []choice
	for _, m := range s.corp.Members {
		rows = append(rows, choice{m.Name, withQuery(r.query, "sim_user", m.UserID)})
	}
	return choosing(rows)
}

type choice struct{ Name, URL string }

func withQuery(q url.Values, key, value string) string {
	q = maps.Clone(q)
	q.Set(key, value)
	return "?" + q.Encode()
}

func choosing(rows []choice) answer {
	var b bytes.Buffer
	if err := choosePage.Execute(&b, rows); err != nil {
		return fault(-1)
	}
	return answer{raw: b.Bytes(), kind: "text/html; charset=utf-8", header: map[string]string{"Cache-Control": "no-store"}}
}

// wecomUserInfo is auth/getuserinfo: a member's userid, or the openid of somebody
// outside, who must be refused.
func (s *Sim) wecomUserInfo(r *request) answer {
	code := r.query.Get("code")
	l, ok := s.st.Corp.Logins.get(code)
	switch {
	case !ok || l.Used || len(code) > 512 || strings.HasPrefix(l.User, loginsPrefix):
		return fault(40029)
	case s.now().Sub(l.At) >= loginLife:
		return fault(42003)
	}
	l.Used = true
	s.st.Corp.Logins.put(code, l, maxSmall)
	if l.User == "" {
		return answer{fields: map[string]any{"openid": "o_outsider", "external_userid": "wm_outsider"}}
	}
	return answer{fields: map[string]any{"userid": l.User, "user_ticket": secret(16)}}
}

func (s *Sim) wecomUser(r *request) answer {
	id := r.query.Get("userid")
	m := s.corp.member[id]
	if m == nil {
		return fault(60111)
	}
	status := 1
	if m.Left {
		status = 5 // 退出企业
	}
	if m.Outside {
		return fault(60011)
	}
	return answer{fields: map[string]any{
		"userid": m.UserID, "name": m.Name, "department": []int{1}, "position": "", "status": status, "isleader": 0,
		"enable": 1, "alias": strings.ToLower(m.UserID),
	}}
}
