package sim

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
)

const (
	// CustomerCookie, or the query value sim_openid, says whose phone opens a page.
	CustomerCookie = "sim_openid"
	loginsPrefix   = "oa "
)

// oaAuthorize is open.weixin.qq.com/connect/oauth2/authorize for an Official
// Account's pages. WeChat knows whose phone it is; here the query sim_openid or
// the cookie of that name says it, and without either one chooses.
func (s *Sim) oaAuthorize(r *request) answer {
	q := r.query
	a := s.byAppID(q.Get("appid"))
	to, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case a == nil:
		return fault(40013)
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return fault(40035)
	case len(q.Get("state")) > 128:
		return fault(40035)
	}
	r.account = a
	who := q.Get("sim_openid")
	if c, err := r.Cookie(CustomerCookie); who == "" && err == nil {
		who = c.Value
	}
	people := s.st.Accounts[a.ID].People
	if people[who] == nil {
		return s.chooseCustomer(r, people)
	}
	code := secret(16)
	s.st.Corp.Logins.put(code, login{User: loginsPrefix + a.ID + " " + who, At: s.now()}, maxSmall)
	return sendBack(to, code, q.Get("state"))
}

// sendBack returns to the page that asked, with a code.
func sendBack(to *url.URL, code, state string) answer {
	back := to.Query()
	back.Set("code", code)
	back.Set("state", state)
	to.RawQuery = back.Encode()
	return answer{raw: []byte{}, kind: "text/plain", status: http.StatusFound, header: map[string]string{
		"Location": to.String(), "Cache-Control": "no-store",
	}}
}

func (s *Sim) chooseCustomer(r *request, people map[string]*person) answer {
	var rows []choice
	for id, p := range people {
		name := p.Name
		if name == "" {
			name = id
		}
		rows = append(rows, choice{name, withQuery(r.query, "sim_openid", id)})
	}
	slices.SortFunc(rows, func(a, b choice) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return choosing(rows[:min(len(rows), 50)])
}

// oaAccessToken is sns/oauth2/access_token: a code for an openid. WeChat: single
// use (40163), five minutes (42003).
func (s *Sim) oaAccessToken(r *request) answer {
	q := r.query
	a := s.byAppID(q.Get("appid"))
	switch {
	case a == nil:
		return fault(40013)
	case q.Get("secret") != a.Secret:
		return fault(40125)
	case q.Get("grant_type") != "authorization_code":
		return fault(40002)
	}
	r.account = a
	code := q.Get("code")
	l, ok := s.st.Corp.Logins.get(code)
	prefix := loginsPrefix + a.ID + " "
	switch {
	case !ok || len(l.User) <= len(prefix) || l.User[:len(prefix)] != prefix:
		return fault(40029)
	case l.Used:
		return fault(40163)
	case s.now().Sub(l.At) >= loginLife:
		return fault(42003)
	}
	l.Used = true
	s.st.Corp.Logins.put(code, l, maxSmall)
	out := map[string]any{
		"access_token": secret(20), "expires_in": 7200, "refresh_token": secret(20), "openid": l.User[len(prefix):], "scope": "snsapi_base",
	}
	if p := s.st.Accounts[a.ID].People[l.User[len(prefix):]]; p != nil && p.UnionID != "" {
		out["unionid"] = p.UnionID
	}
	return answer{fields: out, bare: true}
}
