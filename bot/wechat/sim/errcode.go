package sim

import "time"

// Call is one request the program made. It holds no secrets and no names.
type Call struct {
	At       time.Time   `json:"at"`
	Platform string      `json:"platform"`
	Account  string      `json:"account,omitempty"`
	Name     string      `json:"name"`
	Code     int         `json:"code"`
	Took     int64       `json:"took"` // ms, real time
	Faults   []FaultKind `json:"faults,omitempty"`
}

// Calls is what the program called lately, oldest first, at most 1,000.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return last(s.st.Calls, maxCalls)
}

// Pushes is what was pushed to the program lately, oldest first, at most 1,000.
func (s *Sim) Pushes() []Push {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := last(s.st.Pushes, maxPushes)
	for i := range list {
		list[i].Tries = append([]Delivery{}, list[i].Tries...)
	}
	return list
}

// simIP is where calls seem to come from: an address for documentation.
const simIP = "203.0.113.7"

// errmsg is what the platforms usually say with a code. Programs must not depend
// on it.
func errmsg(platform string, code int) string {
	m, ok := oaMessages[code]
	if platform != "oa" {
		if w, own := wecomMessages[code]; own {
			m, ok = w, true
		}
	}
	if !ok {
		m = "invalid parameter"
	}
	switch {
	case code == 0:
		return m
	case platform == "oa":
		return m + " rid: 6a1f2b3c-1a2b3c4d-5e6f7a8b"
	}
	return m + ", hint: [1790000000123456789012345], from ip: " + simIP + ", more info at https://open.work.weixin.qq.com/devtool/query"
}

var oaMessages = map[int]string{
	-1:    "system error",
	0:     "ok",
	40001: "invalid credential, access_token is invalid or not latest",
	40002: "invalid grant_type",
	40003: "invalid openid",
	40004: "invalid media type",
	40005: "invalid file type",
	40007: "invalid media_id",
	40008: "invalid message type",
	40013: "invalid appid",
	40016: "invalid button size",
	40017: "invalid button type",
	40018: "invalid button name size",
	40019: "invalid button key size",
	40020: "invalid button url size",
	40023: "invalid sub button size",
	40025: "invalid sub button name size",
	40029: "invalid code",
	40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
	40035: "invalid parameter",
	40036: "invalid template_id size",
	40037: "invalid template_id",
	40066: "invalid url",
	40125: "invalid appsecret",
	40163: "code been used",
	40164: "invalid ip " + simIP + " ipv6 ::ffff:" + simIP + ", not in whitelist",
	41001: "access_token missing",
	41005: "media data missing",
	42001: "access_token expired",
	42003: "code expired",
	43002: "require POST method",
	43004: "require subscribe",
	43019: "require remove blacklist",
	44002: "empty post data",
	44004: "empty content",
	45001: "media size out of limit",
	45002: "content size out of limit",
	45008: "article count out of limit",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	45015: "response out of time limit or subscription is canceled",
	45047: "out of response count limit",
	45072: "command just can be Typing or CancelTyping",
	45080: "require an interaction in the last 30 seconds",
	45081: "has been typing",
	45162: "unsupported message type",
	46003: "menu no exist",
	47001: "data format error",
	47003: "argument invalid!",
	48002: "user block receive message",
	48008: "no permission for this msgtype",
}

var wecomMessages = map[int]string{
	40001: "invalid credential",
	40003: "invalid userid",
	40006: "invalid file size",
	40014: "invalid access_token",
	40029: "invalid code",
	40056: "invalid agentid",
	40058: "invalid Request Parameter",
	42003: "code expired",
	42014: "invalid task_id",
	42015: "task card belongs to another app",
	42016: "task_id not exist",
	42017: "button key not exist",
	42018: "invalid button key",
	42019: "button key missing",
	42020: "button name missing",
	45009: "api freq out of limit",
	50001: "redirect_url not trusted",
	60020: "not allow to access from your ip",
	60111: "userid not found",
	81013: "user & party & tag all invalid",
	93000: "invalid webhook url",
	93004: "the robot is disabled",
}
