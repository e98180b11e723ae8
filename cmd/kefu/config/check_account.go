package config

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

const maxLLMTimeout = time.Minute

var (
	idForm    = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)
	wordID    = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)
	personID  = regexp.MustCompile(`^[0-9A-Za-z_.@-]{1,64}$`) // as bot/staff has it
	appForm   = regexp.MustCompile(`^wx[0-9A-Za-z]{16}$`)
	corpForm  = regexp.MustCompile(`^w[wx][0-9A-Za-z]{16}$`)
	tokenForm = regexp.MustCompile(`^[0-9A-Za-z]{3,32}$`)
	aesForm   = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)
	// WeChat: template/send, data keys are a type and a number; older templates
	// have keyword1 …
	fieldForm = regexp.MustCompile(`^[a-z_]+[0-9]+$`)
	slotForm  = regexp.MustCompile(`\{[^{}]*\}`)
)

func (c *Config) checkAccount(r *reader, a *Account, at string, seen map[string]bool) {
	if r.need(at+".id", a.ID, "起个短名，例如 hotel；回调网址里会用到") {
		switch {
		case !idForm.MatchString(a.ID):
			r.fail(at+".id", "只能用小写字母、数字、_ 和 -，不超过 32 个", "例如 hotel")
		case seen[a.ID]:
			r.fail(at+".id", "两个账号都叫 "+a.ID, "改掉其中一个，回调网址靠它区分")
		}
		seen[a.ID] = true
	}
	const where = "在微信开发者平台“基础信息”里"
	if r.need(at+".app_id", a.AppID, where) {
		form := appForm
		if a.API != OAAPI { // a simulator has ids of its own
			form = wordID
		}
		if !form.MatchString(a.AppID) {
			r.fail(at+".app_id", "不像 AppID", "它以 wx 开头，共 18 个字符，"+where)
		}
		if seen["app "+a.AppID] {
			r.fail(at+".app_id", "两个账号写了同一个 AppID", "一个公众号只写一次")
		}
		seen["app "+a.AppID] = true
	}
	r.need(at+".app_secret", a.AppSecret.Reveal(), where+"重置后复制，建议写 ${OA_SECRET}")
	c.checkEnvelope(r, a, at)
	r.checkURL(at+".api", &a.API, "一般不用写，默认 "+OAAPI)
	if a.PrivacyURL != "" {
		r.checkURL(at+".privacy_url", &a.PrivacyURL, "例如 https://example.com/privacy")
	}
	for name, t := range a.Templates {
		r.checkTemplate(at+".templates."+name, t)
	}
}

func (c *Config) checkEnvelope(r *reader, a *Account, at string) {
	const where = "公众号“消息与事件推送”里的"
	r.checkToken(at+".token", a.Token, where+" Token")
	switch a.Mode {
	case Safe, Compat:
		if r.need(at+".aes_key", a.AESKey.Reveal(), where+" EncodingAESKey") {
			r.checkAESKey(at+".aes_key", a.AESKey)
		}
	case Plain:
		if a.AESKey != "" {
			r.checkAESKey(at+".aes_key", a.AESKey)
		}
		if a.API == OAAPI {
			c.note(r, at+".mode", "明文模式下没人能证明消息是微信发的", "在公众号后台改成安全模式，这里写 mode: safe")
		}
	default:
		r.fail(at+".mode", "只能是 plain（明文）、compat（兼容）、safe（安全）", "和公众号后台选的一致，建议 safe")
	}
	if a.AESKeyPrevious != "" {
		r.checkAESKey(at+".aes_key_previous", a.AESKeyPrevious)
		if a.AESKeyPrevious == a.AESKey {
			r.fail(at+".aes_key_previous", "和 aes_key 一样", "写换掉之前的那一个；没有换过就删掉这一行")
		}
	}
}

func (r *reader) checkToken(key string, s Secret, where string) {
	if r.need(key, s.Reveal(), where+"，两边要一样") && !tokenForm.MatchString(s.Reveal()) {
		r.fail(key, "要 3 到 32 个字母或数字", "换一个，"+where+"也跟着改")
	}
}

// checkAESKey tells the length, which is what goes wrong when copying.
func (r *reader) checkAESKey(key string, s Secret) {
	if aesForm.MatchString(s.Reveal()) {
		return
	}
	wrong := "只能有字母和数字"
	if n := len([]rune(s.Reveal())); n != 43 {
		wrong = fmt.Sprintf("要 43 个字符，现在是 %d 个", n)
	}
	r.fail(key, wrong, "到后台重新复制 EncodingAESKey，末尾没有 =")
}

func (r *reader) checkTemplate(at string, t Template) {
	r.need(at+".id", t.ID, "写公众号后台“模板消息”里的模板 ID")
	if len(t.Fields) == 0 {
		r.fail(at+".fields", "没有写", "照模板详情写，例如 {thing2: \"{title}\", time4: \"{time}\"}")
	}
	for name, text := range t.Fields {
		key := at + ".fields." + name
		left := slotForm.ReplaceAllString(text, "")
		switch {
		case !fieldForm.MatchString(name):
			r.fail(key, "不是模板的字段名", "字段名像 thing2、time4，不带 .DATA，照模板详情抄")
		case text == "":
			r.fail(key, "是空的，微信不收空值", "写固定的字，或 {no} {title} {state} {time}")
		case strings.ContainsAny(left, "{}"):
			r.fail(key, "花括号没有成对", "例如 \"{title}\"")
		}
	}
}
