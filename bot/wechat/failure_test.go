package wechat

import (
	"slices"
	"strings"
	"testing"

	"kefu/bot/chat"
)

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		platform, call string
		code           int
		verdict        chat.Verdict
		reason         string
	}{
		{OA, "custom/send", 45015, chat.OtherWay, ReasonWindow},
		{OA, "custom/send", 45047, chat.OtherWay, ReasonCredits},
		{OA, "custom/send", 43004, chat.NeverThem, ReasonUnfollow},
		{OA, "custom/send", 48002, chat.NeverThem, ReasonRefused},
		{OA, "template/send", 48002, chat.NeverThem, ReasonNotice},
		{OA, "template/send", 43101, chat.OtherWay, ReasonNotice},
		{OA, "custom/send", -1, chat.Unsure, ReasonTrouble},
		{OA, "template/send", -1, chat.Later, ReasonTrouble},
		{OA, "custom/send", 40001, chat.Later, ReasonTrouble},
		{OA, "stable_token", 40001, chat.Operator, ReasonTrouble},
		{OA, "custom/send", 40164, chat.Operator, ReasonTrouble},
		{OA, "template/send", 47003, chat.OurFault, ""},
		{OA, "mass/send", 45065, chat.AlreadyOut, ""},
		{OA, "kfsession/create", 65407, chat.Operator, ReasonTrouble},
		{OA, "custom/send", 987654, chat.Later, ReasonTrouble},
		{WeCom, "message/send", 48002, chat.Operator, ReasonTrouble},
		{WeCom, "message/send", 40003, chat.NeverThem, ""},
		{WeCom, "message/send", 60020, chat.Operator, ReasonTrouble},
		{WeCom, "gettoken", 40001, chat.Operator, ReasonTrouble},
		{WeCom, "message/send", 40001, chat.Later, ReasonTrouble},
		{Robot, "webhook/send", 45009, chat.Later, ReasonTrouble},
		{Robot, "webhook/send", 93000, chat.OtherWay, ReasonTrouble},
	} {
		f := NewFailure(c.platform, c.call, c.code, "")
		if f.Verdict != c.verdict || f.Reason != c.reason {
			t.Errorf("%s %s %d: %s %q", c.platform, c.call, c.code, f.Verdict, f.Reason)
		}
	}
	if f := NewFailure(Robot, "webhook/send", 45009, ""); f.After != 65 {
		t.Errorf("After = %d", f.After)
	}
}

// Staff read only the six sentences, and who must act is told how.
func TestTableIsWhole(t *testing.T) {
	allowed := []string{"", ReasonWindow, ReasonCredits, ReasonUnfollow, ReasonRefused, ReasonTrouble, ReasonNotice}
	for platform, table := range tables {
		for code, e := range table {
			if e.Verdict == "" || !slices.Contains(allowed, e.Reason) {
				t.Errorf("%s %d: %+v", platform, code, e)
			}
			if e.Verdict == chat.Operator && e.Advice == "" {
				t.Errorf("%s %d: nobody is told what to do", platform, code)
			}
		}
	}
}

// What helps is kept, the rest of errmsg is not.
func TestWhy(t *testing.T) {
	for _, c := range []struct {
		platform string
		code     int
		msg, why string
		advice   string
	}{
		{OA, 40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6a1f2b3c-1a2b3c4d-5e6f7a8b", "ip 203.0.113.7, rid 6a1f2b3c-1a2b3c4d-5e6f7a8b", "出口 IP 203.0.113.7 不在白名单"},
		{WeCom, 60020, "not allow to access from your ip, hint: [1790000000123456789012345], from ip: 203.0.113.7, more", "ip 203.0.113.7, hint 1790000000123456789012345", "出口 IP 203.0.113.7 不是企业可信 IP"},
		{OA, 47003, "argument invalid! data.thing11.value invalid rid: 6a1f2b3c-1a2b3c4d-5e6f7a8b", "field thing11, rid 6a1f2b3c-1a2b3c4d-5e6f7a8b", ""},
		{OA, 40003, "invalid openid oABCD0u1v2w3x4y5z6A7B8C9D0E1", "", ""},
		{OA, 40164, "no address", "", "出口 IP（见微信返回）不在白名单"},
	} {
		f := NewFailure(c.platform, "x", c.code, c.msg)
		if f.Why != c.why || !strings.HasPrefix(Advice(f), c.advice) || c.advice == "" && Advice(f) != "" {
			t.Errorf("%s: %q, %q", c.msg, f.Why, Advice(f))
		}
	}
	if Advice(nil) != "" {
		t.Error("advice about nothing")
	}
}

func TestRedact(t *testing.T) {
	in := `Post "https://api/x?access_token=AAA&type=image": key=K1, corpsecret=S&secret=T jsapi_ticket=J`
	if got := Redact(in); strings.Contains(got, "AAA") || strings.Contains(got, "K1") || strings.Contains(got, "=S") || strings.Contains(got, "=T") || strings.Contains(got, "=J") || !strings.Contains(got, "type=image") {
		t.Error(got)
	}
}
