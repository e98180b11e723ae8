package sim

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/skip2/go-qrcode"
)

var oaEndpoints = map[string]endpoint{
	"/cgi-bin/token":                             {platform: "oa", name: "token", open: true, serve: (*Sim).oaToken},
	"/cgi-bin/stable_token":                      {platform: "oa", name: "stable_token", open: true, post: true, serve: (*Sim).oaStableToken},
	"/cgi-bin/message/custom/send":               {platform: "oa", name: "message/custom/send", post: true, serve: (*Sim).oaCustomSend},
	"/cgi-bin/message/custom/typing":             {platform: "oa", name: "message/custom/typing", post: true, serve: (*Sim).oaTyping},
	"/cgi-bin/message/template/send":             {platform: "oa", name: "message/template/send", post: true, serve: (*Sim).oaTemplateSend},
	"/cgi-bin/template/get_all_private_template": {platform: "oa", name: "template/get_all_private_template", serve: (*Sim).oaTemplates},
	"/cgi-bin/media/upload":                      {platform: "oa", name: "media/upload", post: true, limit: maxUpload, serve: (*Sim).oaUpload},
	"/cgi-bin/media/get":                         {platform: "oa", name: "media/get", serve: (*Sim).mediaGet},
	"/cgi-bin/user/info":                         {platform: "oa", name: "user/info", serve: (*Sim).oaUserInfo},
	"/cgi-bin/user/get":                          {platform: "oa", name: "user/get", serve: (*Sim).oaUsers},
	"/cgi-bin/menu/create":                       {platform: "oa", name: "menu/create", post: true, serve: (*Sim).oaMenuCreate},
	"/cgi-bin/menu/get":                          {platform: "oa", name: "menu/get", serve: (*Sim).oaMenuGet},
	"/cgi-bin/get_current_selfmenu_info":         {platform: "oa", name: "get_current_selfmenu_info", serve: (*Sim).oaSelfMenu},
	"/cgi-bin/qrcode/create":                     {platform: "oa", name: "qrcode/create", post: true, serve: (*Sim).oaQRCreate},
	"/cgi-bin/showqrcode":                        {platform: "oa", name: "showqrcode", open: true, serve: (*Sim).oaShowQR},
	"/cgi-bin/getcallbackip":                     {platform: "oa", name: "getcallbackip", serve: ips("101.226.103.0/25", "140.207.54.73", "2402:4e00::1", "127.0.0.1")},
	"/cgi-bin/get_api_domain_ip":                 {platform: "oa", name: "get_api_domain_ip", serve: ips("101.91.34.103", "127.0.0.1")},
	"/cgi-bin/callback/check":                    {platform: "oa", name: "callback/check", post: true, serve: (*Sim).oaCallbackCheck},
	"/connect/oauth2/authorize":                  {platform: "oa", name: "oauth2/authorize", open: true, serve: (*Sim).oaAuthorize},
	"/sns/oauth2/access_token":                   {platform: "oa", name: "sns/oauth2/access_token", open: true, serve: (*Sim).oaAccessToken},
	"/picture/{id}":                              {platform: "oa", name: "picture", open: true, serve: (*Sim).picture},
}

func ips(list ...string) func(*Sim, *request) answer {
	return func(*Sim, *request) answer { return answer{fields: map[string]any{"ip_list": list}, bare: true} }
}

// oaUserInfo gives what WeChat still gives: no nickname, avatar, sex or region
// since 2021-12-27; of who does not follow only the openid.
func (s *Sim) oaUserInfo(r *request) answer {
	p := s.st.Accounts[r.account.ID].People[r.query.Get("openid")]
	if p == nil {
		return fault(40003)
	}
	if !p.Following {
		return answer{fields: map[string]any{"subscribe": 0, "openid": p.OpenID}, bare: true}
	}
	out := map[string]any{
		"subscribe": 1, "openid": p.OpenID, "language": "zh_CN", "subscribe_time": p.Since.Unix(),
		"remark": "", "groupid": 0, "tagid_list": []int{}, "subscribe_scene": "ADD_SCENE_SEARCH", "qr_scene": 0, "qr_scene_str": p.Scene,
	}
	if p.Scene != "" {
		out["subscribe_scene"] = "ADD_SCENE_QR_CODE"
	}
	if p.UnionID != "" {
		out["unionid"] = p.UnionID
	}
	return answer{fields: out, bare: true}
}

func (s *Sim) oaUsers(r *request) answer {
	var ids []string
	for id, p := range s.st.Accounts[r.account.ID].People {
		if p.Following {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	total := len(ids)
	if from := r.query.Get("next_openid"); from != "" {
		i, found := slices.BinarySearch(ids, from)
		if found {
			i++
		}
		ids = ids[i:]
	}
	out := map[string]any{"total": total, "count": len(ids), "next_openid": ""}
	if len(ids) > 0 {
		out["data"] = map[string]any{"openid": ids}
		out["next_openid"] = ids[len(ids)-1]
	}
	return answer{fields: out, bare: true}
}

// qrCode is a QR code with a scene.
type qrCode struct {
	Scene string    `json:"scene"`
	Until time.Time `json:"until,omitzero"` // permanent ones have none
}

// ticketOf is the ticket of a scene: always the same, as if the code had been
// made once.
func ticketOf(scene string) string {
	sum := sha256.Sum256([]byte(scene))
	return "gQ" + base64.URLEncoding.EncodeToString(sum[:24])
}

// oaQRCreate makes a QR code. WeChat: temporary ones live at most 30 days (60 s
// when nothing is said), scene_str has 1 to 64 characters, scene_id is not zero.
func (s *Sim) oaQRCreate(r *request) answer {
	var in struct {
		Expire int64  `json:"expire_seconds"`
		Action string `json:"action_name"`
		Info   struct {
			Scene struct {
				ID  int64  `json:"scene_id"`
				Str string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	scene := in.Info.Scene.Str
	permanent := false
	switch in.Action {
	case "QR_SCENE", "QR_LIMIT_SCENE":
		id := in.Info.Scene.ID
		permanent = in.Action == "QR_LIMIT_SCENE"
		if id <= 0 || id > 1<<32-1 || permanent && id > 100_000 {
			return fault(40035)
		}
		scene = strconv.FormatInt(id, 10)
	case "QR_STR_SCENE", "QR_LIMIT_STR_SCENE":
		permanent = in.Action == "QR_LIMIT_STR_SCENE"
		if n := len(scene); n < 1 || n > 64 {
			return fault(40035)
		}
	default:
		return fault(40035)
	}
	if in.Expire == 0 {
		in.Expire = 60
	}
	if !permanent && (in.Expire < 0 || in.Expire > 2_592_000) {
		return fault(40035)
	}
	ticket := ticketOf(scene)
	out := map[string]any{"ticket": ticket, "url": "http://weixin.qq.com/q/" + ticket[:16]}
	qr := qrCode{Scene: scene}
	if !permanent {
		qr.Until = s.now().Add(time.Duration(in.Expire) * time.Second)
		out["expire_seconds"] = in.Expire
	}
	s.st.Accounts[r.account.ID].QR.put(ticket, qr, maxSmall)
	return answer{fields: out, bare: true}
}

// oaShowQR is the picture of a QR code; with the real WeChat it is at
// https://mp.weixin.qq.com.
func (s *Sim) oaShowQR(r *request) answer {
	ticket := r.query.Get("ticket")
	for _, as := range s.st.Accounts {
		if qr, ok := as.QR.get(ticket); ok && (qr.Until.IsZero() || s.now().Before(qr.Until)) {
			png, err := qrcode.Encode("http://weixin.qq.com/q/"+url.PathEscape(ticket[:16]), qrcode.Medium, 430)
			if err != nil {
				return fault(-1)
			}
			return answer{raw: png, kind: "image/png"}
		}
	}
	return answer{raw: []byte("not found"), kind: "text/plain", status: 404}
}

func (s *Sim) oaCallbackCheck(r *request) answer {
	var in struct {
		Action   string `json:"action"`
		Operator string `json:"check_operator"`
	}
	if !r.decode(&in) {
		return fault(47001)
	}
	if !slices.Contains([]string{"all", "dns", "ping"}, in.Action) {
		return fault(40035)
	}
	out := map[string]any{}
	if in.Action != "ping" {
		out["dns"] = []map[string]string{{"ip": "203.0.113.10", "real_operator": "UNICOM"}}
	}
	if in.Action != "dns" {
		out["ping"] = []map[string]string{{"ip": "203.0.113.10", "from_operator": "UNICOM", "package_loss": "0%", "time": "23.079ms"}}
	}
	return answer{fields: out, bare: true}
}
