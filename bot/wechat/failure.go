package wechat

import (
	"fmt"
	"regexp"
	"strings"

	"kefu/bot/chat"
)

// The only reasons staff read under a message that was not delivered.
const (
	ReasonWindow   = "48 小时没来信"
	ReasonCredits  = "这一轮 5 条用完了"
	ReasonUnfollow = "已取消关注"
	ReasonRefused  = "客人关了消息"
	ReasonTrouble  = "微信接口出错，稍后自动再发"
	ReasonNotice   = "服务通知被客人关了"
)

// Entry says what an error code means for what was to be sent.
type Entry struct {
	Verdict chat.Verdict
	Reason  string // for staff, one of the six or "" where none of them is true
	After   int    // seconds to wait at least; 0: the caller's own backoff
	Advice  string // what the operator must do, Chinese, with {ip}; "" where nobody need act
	Token   bool   // the token is bad: a new one and once more
}

// Lookup finds what a code means in a call of a platform. A code we do not know
// was still a refusal, so it is tried later, a bounded number of times. WeChat:
// branch on errcode only, the text of errmsg changes.
func Lookup(platform, call string, code int) Entry {
	if e, ok := special[callCode{platform, call, code}]; ok {
		return e
	}
	if e, ok := tables[platform][code]; ok {
		return e
	}
	if platform == OA && code >= 65400 && code <= 65415 {
		return operator("客服工号没设好：到公众平台“客服功能”里检查工号和绑定。")
	}
	return Entry{Verdict: chat.Later, Reason: ReasonTrouble, After: 60}
}

type callCode struct {
	platform, call string
	code           int
}

var tables = map[string]map[int]Entry{OA: oaTable, WeCom: wecomTable, Robot: robotTable}

// special are codes that mean something else in one call.
var special = map[callCode]Entry{
	// WeChat does not say that "busy" means "not sent", and custom/send knows no
	// key that would make a repeat harmless.
	{OA, "custom/send", -1}:      {Verdict: chat.Unsure, Reason: ReasonTrouble, After: 5},
	{OA, "custom/send", 61450}:   {Verdict: chat.Unsure, Reason: ReasonTrouble, After: 5},
	{OA, "stable_token", 40001}:  operator("AppSecret 不对：到微信开发者平台核对或重置，写进配置 app_secret。"),
	{OA, "template/send", 48002}: {Verdict: chat.NeverThem, Reason: ReasonNotice},
	{WeCom, "gettoken", 40001}:   operator("企业微信应用的 Secret 不对：管理后台 → 应用管理 → 这个应用 → Secret，写进配置 wecom.secret。"),
	{WeCom, "gettoken", 45009}: {
		Verdict: chat.Operator, Reason: ReasonTrouble, After: 3600,
		Advice: "取企业微信令牌太频繁，被限一小时：检查是否有别的程序在用同一个 Secret。",
	},
}

// NewFailure makes the error of a call that WeChat answered with errcode. Of
// errmsg only what helps and tells nothing is kept: rid, hint, IP, field name.
func NewFailure(platform, call string, code int, errmsg string) *chat.Failure {
	e := Lookup(platform, call, code)
	return &chat.Failure{
		Platform: platform, Call: call, Code: code,
		Verdict: e.Verdict, Reason: e.Reason, After: e.After,
		Why: why(errmsg),
	}
}

// BadToken says whether the code asks for a new token and one more try.
func BadToken(platform, call string, code int) bool { return Lookup(platform, call, code).Token }

// Advice is what the operator must do about a failure, one Chinese sentence, or
// "" when nobody need act. Whatever the verdict, a failure with advice is worth
// an alert.
func Advice(f *chat.Failure) string {
	if f == nil {
		return ""
	}
	a := Lookup(f.Platform, f.Call, f.Code).Advice
	if f.Code == 0 {
		a = ""
		if f.Verdict == chat.Operator {
			a = "接口地址不对或被拦住了（" + f.Why + "）：检查配置里的 api 和出口网络。"
		}
	}
	ip := "（见微信返回）"
	if m := ipInWhy.FindStringSubmatch(f.Why); m != nil {
		ip = " " + m[1] + " "
	}
	return strings.ReplaceAll(a, "{ip}", ip)
}

var (
	ridText   = regexp.MustCompile(`rid: ?([0-9a-f-]{8,64})`)
	hintText  = regexp.MustCompile(`hint: ?\[([0-9]{1,40})\]`)
	ipText    = regexp.MustCompile(`\bip:? ?([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]+)`)
	fieldText = regexp.MustCompile(`\bdata\.([a-z_]{1,32}[0-9]{0,3})\.value`)
	ipInWhy   = regexp.MustCompile(`\bip ([0-9a-fA-F.:]+)`)
)

func why(errmsg string) string {
	errmsg = errmsg[:min(len(errmsg), 2048)]
	var parts []string
	for _, f := range []struct {
		name string
		re   *regexp.Regexp
	}{{"field", fieldText}, {"ip", ipText}, {"rid", ridText}, {"hint", hintText}} {
		if m := f.re.FindStringSubmatch(errmsg); m != nil {
			parts = append(parts, fmt.Sprintf("%s %s", f.name, m[1]))
		}
	}
	return strings.Join(parts, ", ")
}

func operator(advice string) Entry {
	return Entry{Verdict: chat.Operator, Reason: ReasonTrouble, After: 300, Advice: advice}
}
func later(seconds int) Entry {
	return Entry{Verdict: chat.Later, Reason: ReasonTrouble, After: seconds}
}
func badToken() Entry {
	return Entry{Verdict: chat.Later, Reason: ReasonTrouble, After: 30, Token: true}
}
func ourFault() Entry { return Entry{Verdict: chat.OurFault} }
