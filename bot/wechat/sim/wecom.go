package sim

import "strconv"

var wecomEndpoints = map[string]endpoint{
	"/cgi-bin/gettoken":                     {platform: "wecom", name: "gettoken", open: true, serve: (*Sim).wecomToken},
	"/cgi-bin/message/send":                 {platform: "wecom", name: "message/send", post: true, serve: (*Sim).wecomSend},
	"/cgi-bin/message/update_template_card": {platform: "wecom", name: "message/update_template_card", post: true, serve: (*Sim).wecomUpdate},
	"/cgi-bin/message/recall":               {platform: "wecom", name: "message/recall", post: true, serve: (*Sim).wecomRecall},
	"/cgi-bin/webhook/send":                 {platform: "robot", name: "webhook/send", open: true, post: true, limit: 4 << 20, serve: (*Sim).robotSend},
	"/cgi-bin/webhook/upload_media":         {platform: "robot", name: "webhook/upload_media", open: true, post: true, limit: maxUpload, serve: (*Sim).robotUpload},
	"/cgi-bin/auth/getuserinfo":             {platform: "wecom", name: "auth/getuserinfo", serve: (*Sim).wecomUserInfo},
	"/cgi-bin/user/get":                     {platform: "wecom", name: "user/get", serve: (*Sim).wecomUser},
	"/cgi-bin/agent/get":                    {platform: "wecom", name: "agent/get", serve: (*Sim).wecomAgent},
	"/cgi-bin/media/upload":                 {platform: "wecom", name: "media/upload", post: true, limit: maxUpload, serve: (*Sim).wecomUpload},
	"/cgi-bin/media/get":                    {platform: "wecom", name: "media/get", serve: (*Sim).mediaGet},
	"/cgi-bin/getcallbackip":                {platform: "wecom", name: "getcallbackip", serve: ips("101.226.103.0/25", "127.0.0.1")},
	"/cgi-bin/get_api_domain_ip":            {platform: "wecom", name: "get_api_domain_ip", serve: ips("101.91.34.103", "127.0.0.1")},
	"/connect/oauth2/authorize":             {platform: "wecom", name: "oauth2/authorize", open: true, serve: (*Sim).wecomAuthorize},
	"/wwlogin/sso/login":                    {platform: "wecom", name: "sso/login", open: true, serve: (*Sim).wecomAuthorize},
}

func (s *Sim) wecomAgent(r *request) answer {
	if r.query.Get("agentid") != strconv.FormatInt(s.corp.AgentID, 10) {
		return fault(40056)
	}
	domain := ""
	if len(s.corp.Trusted) > 0 {
		domain = s.corp.Trusted[0]
	}
	return answer{fields: map[string]any{"agentid": s.corp.AgentID, "name": "客服", "close": 0, "redirect_domain": domain, "isreportenter": 1}}
}
